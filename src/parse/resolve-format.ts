import leven from 'leven'
import { PosternError } from '../core/errors.js'
import type { FieldNames, LogFormat, Producer } from './contract.js'
import { compileFormatString, looksLikeFormatString } from './layout/format-string.js'

/** What `--format`, or the case file for a source, chose. */
export interface ChosenFormat {
  readonly format: LogFormat
  /** `unknown` where the choice does not tell; recognition may still find it. */
  readonly producer: Producer
}

/**
 * Finds the format for a name or a format string.
 *
 * @param text    Id of a format (`combined`), a pin (`nginx-combined`), or a format string of nginx, Apache, HAProxy or
 *   Envoy.
 * @param fields  A field map, for formats that take one.
 * @throws {ERR_OPTION_INVALID} No format has that name, it takes no field map, or the format string cannot be read back.
 */
export function resolveFormat(
  text: string,
  formats: readonly LogFormat[],
  fields: FieldNames | null = null,
): ChosenFormat {
  const chosen = findFormat(text, formats)
  if (fields === null) return chosen
  const [format] = withFields([chosen.format], fields)
  if (format !== undefined) return { ...chosen, format }
  const takers = formats.filter((each) => each.withFields !== undefined).map(({ id }) => id)
  throw new PosternError(
    'ERR_OPTION_INVALID',
    `the format ${chosen.format.id} takes no field map; ${takers.join(', ')} do`,
  )
}

/** The formats that take a field map, with this one. */
export function withFields(formats: readonly LogFormat[], fields: FieldNames): LogFormat[] {
  return formats.flatMap((format) => format.withFields?.(fields) ?? [])
}

function findFormat(text: string, formats: readonly LogFormat[]): ChosenFormat {
  if (looksLikeFormatString(text)) return customFormat(text)
  for (const format of formats) {
    if (format.id === text) return { format, producer: onlyProducer(format) }
    const pinned =
      format.pins !== undefined && Object.hasOwn(format.pins, text) ? format.pins[text] : undefined
    if (pinned !== undefined) return { format, producer: pinned }
  }
  throw unknownFormat(text, formats)
}

/** The format that a format string says. */
export function customFormat(text: string, id = 'custom'): ChosenFormat {
  const { dialect, layouts, producer, stamp, reference } = compileFormatString(text, id)
  const format: LogFormat = {
    id,
    title: `Format string of ${dialect}`,
    reference,
    example: text,
    layouts,
    stamp: { [producer]: stamp },
  }
  return { format, producer }
}

/** The producer of a format that only one server writes. */
function onlyProducer(format: LogFormat): Producer {
  const producers = Object.keys(format.stamp).filter((producer) => producer !== 'unknown') as Producer[]
  return producers.length === 1 ? producers[0]! : 'unknown'
}

/** A name this near is a slip of the finger: a third of its letters. */
const NEAR = 3

function unknownFormat(text: string, formats: readonly LogFormat[]): PosternError {
  const names = formats.flatMap((format) => [format.id, ...Object.keys(format.pins ?? {})]).sort()
  const nearest = names
    .map((name) => ({ name, distance: leven(text.toLowerCase(), name) }))
    .sort((a, b) => a.distance - b.distance)[0]
  const hint =
    nearest !== undefined && nearest.distance <= Math.max(2, nearest.name.length / NEAR)
      ? ` Did you mean ${nearest.name}?`
      : ''
  return new PosternError(
    'ERR_OPTION_INVALID',
    `there is no format ${JSON.stringify(text.slice(0, 80))}.${hint} Expected one of ${names.join(', ')}, or a format string of nginx ($...), Apache, HAProxy or Envoy (%...)`,
  )
}
