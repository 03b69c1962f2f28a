import { FIELD, type FieldId } from '../columns/contract.js'
import { SECOND_MS } from '../core/civil-time.js'
import { PosternError } from '../core/errors.js'
import type { Codec, Layout, LogFormat, Producer, Stamp } from '../parse/contract.js'
import { formats } from '../parse/formats/registry.js'
import { resolveFormat } from '../parse/resolve-format.js'
import type { Truth } from './contract.js'

/** How lines are written, and what of a request they show. */
export interface WrittenLayout {
  readonly layout: Layout
  readonly producer: Exclude<Producer, 'unknown'>
  readonly stamp: Exclude<Stamp, 'unknown'>
  /** The finest step of a stamp, milliseconds. */
  readonly stampStepMs: number
  /** Sizes count the headers too. */
  readonly countsHeaders: boolean
  /** Targets are split: the query stands in a field of its own. */
  readonly hasQuery: boolean
  /** Names of variables that no column stands for. */
  readonly extras: readonly string[]
  readonly visible: Truth['visible']
}

/**
 * Finds a layout by the names that `--format` takes.
 *
 * @param producer  null: the one that the layout is of, apache where it may be both.
 * @throws {ERR_OPTION_INVALID} No format has that name, or the format string cannot be read back.
 */
export function findLayout(text: string, producer: Exclude<Producer, 'unknown'> | null): WrittenLayout {
  const chosen = resolveFormat(text, formats)
  const layout = chosen.format.layouts?.[0]
  if (layout === undefined) {
    const written = formats.filter((format: LogFormat) => format.layouts !== undefined).map(({ id }) => id)
    throw new PosternError(
      'ERR_OPTION_INVALID',
      `${chosen.format.id} is read by code and cannot be written; there are ${written.join(', ')}, and format strings`,
    )
  }
  const writes = producer ?? (chosen.producer === 'nginx' ? 'nginx' : 'apache')
  const stamp = chosen.format.stamp[writes] ?? (writes === 'nginx' ? 'end' : 'start')
  const codecs = layout.fields.map(({ codec }) => codec)
  const has = (as: Codec['as']) => codecs.some((codec) => codec.as === as)
  const hasText = (field: FieldId) => codecs.some((codec) => codec.as === 'text' && codec.field === field)
  return {
    layout,
    producer: writes,
    stamp: stamp === 'unknown' ? (writes === 'nginx' ? 'end' : 'start') : stamp,
    stampStepMs: stepOf(codecs, writes),
    countsHeaders: codecs.some((codec) => codec.as === 'bytes' && codec.headers),
    hasQuery: has('query'),
    extras: codecs.flatMap((codec) => (codec.as === 'extra' ? [codec.name] : [])),
    visible: {
      // nothing is forwarded on the simulated site: X-Forwarded-For is empty
      client: hasText(FIELD.client),
      user: hasText(FIELD.user),
      userAgent: hasText(FIELD.userAgent),
      token: hasText(FIELD.token),
      host: hasText(FIELD.host),
      referrer: hasText(FIELD.referrer),
      bytes: has('bytes'),
      duration: has('duration'),
    },
  }
}

function stepOf(codecs: readonly Codec[], producer: Exclude<Producer, 'unknown'>): number {
  const time = codecs.find((codec) => codec.as === 'time')?.time
  if (time?.kind === 'epoch') return time.unit < SECOND_MS || producer === 'nginx' ? 1 : SECOND_MS
  return time?.kind === 'strftime' && time.format.includes('%f') ? 1 : SECOND_MS
}
