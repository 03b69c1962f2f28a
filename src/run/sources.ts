import { createHash } from 'node:crypto'
import { FLAG } from '../classify/contract.js'
import { PosternError } from '../core/errors.js'
import type { KeySeed } from '../core/keys.js'
import { expandArchive, HELD_BYTES } from '../decode/archive/expand.js'
import { looksBinary } from '../decode/binary.js'
import type { Head } from '../decode/contract.js'
import { type HeadedSource, hashWhole, headText, readHead } from '../decode/head.js'
import type { EvidenceInput } from '../evidence/contract.js'
import { findSources, type NotRead } from '../evidence/find.js'
import type { LocalToUtc } from '../kernel/scan-time.js'
import { medianOf, SourceClock } from '../order/source-clock.js'
import type { FieldNames, LogFormat, Recognition } from '../parse/contract.js'
import { recognize, recognizeChosen } from '../parse/recognize.js'
import { type ChosenFormat, resolveFormat, withFields } from '../parse/resolve-format.js'
import { sampleLines } from '../parse/sample-lines.js'
import { tryFormat } from '../parse/trial.js'
import { wrappers } from '../parse/wrappers/registry.js'
import type { Configuration } from './configuration.js'
import type { ServerFormats } from './format-from.js'

/** A source that is ready for the pass. */
export interface ReadySource {
  /** From 0, in canonical order: by the content of the first bytes, not by names or arguments. */
  readonly ordinal: number
  /** All names under which this content was handed in; the first, in text order, is the one that is read. */
  readonly names: readonly string[]
  readonly headed: HeadedSource
  /** null: no known format fits, and every line is a reject. */
  readonly recognition: Recognition | null
  /** What lines may be in that are not in the recognised format; none where that was given, or where the source is binary. */
  readonly candidates: readonly LogFormat[]
  readonly isBinary: boolean
  /** Earliest and middle time of the first records; NaN where there are none. */
  readonly headTime: number
  readonly typicalTime: number
  /** Declared for it; null where none is. */
  readonly zone: string | null
  readonly fields: FieldNames | null
  /** Of the source's declared zone; null where none is declared. */
  readonly toUtc: LocalToUtc | null
}

export interface ReadySources {
  readonly sources: readonly ReadySource[]
  readonly notRead: readonly NotRead[]
  /** Of the whole evidence: the same for the same evidence, and not known before. */
  readonly seed: KeySeed
  /** Stored bytes of all sources that tell; for progress. */
  readonly storedBytes: number
}

/**
 * Finds, orders and recognises the evidence. Sources with the same decoded bytes are one source with several names.
 *
 * @throws {ERR_EVIDENCE_MISSING} {ERR_OPTION_INVALID} before anything is read.
 */
export async function readySources(
  evidence: readonly EvidenceInput[],
  formats: readonly LogFormat[],
  configuration: Configuration,
  stdin?: AsyncIterable<Uint8Array>,
): Promise<ReadySources> {
  checkScanners(formats)
  // a format that does not exist is said before evidence is looked for
  if (configuration.format !== null) resolveFormat(configuration.format, formats, configuration.fields)
  const server =
    configuration.formatFrom === null
      ? null
      : await (await import('./format-from.js')).readServerFormats(configuration.formatFrom, formats)
  const found = await findSources(evidence, stdin === undefined ? {} : { stdin })
  const headed: HeadedSource[] = []
  const notRead = [...found.notRead]
  const budget = { bytes: HELD_BYTES }
  for (const source of found.sources) {
    const expanded = await expandArchive(await readHead(source), budget)
    headed.push(...expanded.sources)
    notRead.push(...expanded.notRead)
  }
  const distinct = await canonicalOrder(headed)
  const sources: ReadySource[] = []
  for (const group of distinct)
    sources.push(await makeReady(group, sources.length, formats, configuration, server))
  return {
    sources,
    notRead: [...notRead, ...(server?.notRead ?? [])],
    seed: seedOf(distinct.map(([first]) => first!.head)),
    storedBytes: sources.reduce((sum, { headed }) => sum + (headed.source.storedBytes ?? 0), 0),
  }
}

/** A user's own format may come from plain JavaScript. */
function checkScanners(formats: readonly LogFormat[]): void {
  const wrong = formats.find(({ scanner }) => scanner !== undefined && typeof scanner !== 'function')
  if (wrong !== undefined)
    throw new PosternError(
      'ERR_OPTION_INVALID',
      `the scanner of the format "${wrong.id}" is of type ${typeof wrong.scanner}, expected a function that makes the reader of one source`,
    )
}

/**
 * Groups of sources with equal content, in an order that only content decides: by the hash of the head, then of the whole.
 * A stream that is longer than its head cannot be hashed before it is read; it stands behind files with the same head.
 */
async function canonicalOrder(headed: readonly HeadedSource[]): Promise<HeadedSource[][]> {
  const byHead = groupBy(headed, headKey)
  const groups: { readonly key: string; readonly members: HeadedSource[] }[] = []
  for (const [key, alike] of byHead) {
    if (alike.length === 1) groups.push({ key, members: alike })
    else groups.push(...(await splitByContent(key, alike)))
  }
  groups.sort((a, b) => (a.key < b.key ? -1 : 1))
  return groups.map(({ members }) => members)
}

function byName(sources: readonly HeadedSource[]): HeadedSource[] {
  return [...sources].sort((a, b) => (a.source.name < b.source.name ? -1 : 1))
}

function headKey({ head }: HeadedSource): string {
  return head.sha256
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item])
  return groups
}

async function splitByContent(
  key: string,
  alike: readonly HeadedSource[],
): Promise<{ key: string; members: HeadedSource[] }[]> {
  const hashes = new Map<HeadedSource, string>()
  for (const source of alike) hashes.set(source, (await hashWhole(source)) ?? `~${source.source.name}`)
  const groups = groupBy(alike, (source) => hashes.get(source)!)
  const kept = [...groups].map(([hash, members]) => ({ key: `${key}:${hash}`, members: byName(members) }))
  // only the first of a group is read; streams of the others are let go
  for (const { members } of kept) for (const extra of members.slice(1)) extra.close()
  return kept
}

async function makeReady(
  group: readonly HeadedSource[],
  ordinal: number,
  formats: readonly LogFormat[],
  configuration: Configuration,
  server: ServerFormats | null,
): Promise<ReadySource> {
  const headed = group[0]!
  const names = [...new Set(group.map(({ source }) => source.name))]
  const { head } = headed
  const text = headText(head)
  const isBinary = head.charset === 'utf-8' && looksBinary(head.bytes)
  const chosen = configuration.formatFor(names)
  const fields = configuration.fieldsFor(names)
  const candidates = fields === null ? formats : withFields(formats, fields)
  const recognition =
    chosen !== null
      ? recognizeChosen(text, head.whole, resolveFormat(chosen, formats, fields), { wrappers })
      : isBinary
        ? null
        : recognizeUnpinned(text, head, names, candidates, server)
  const zone = configuration.timezoneFor(names)
  const toUtc = zone === null ? null : (await import('./local-time.js')).localToUtc(zone)
  return {
    ordinal,
    names,
    headed,
    recognition,
    candidates: isBinary || recognition?.pinned === true ? [] : withServer(candidates, server),
    isBinary,
    ...headTimes(head, text, recognition, toUtc),
    zone,
    fields,
    toUtc,
  }
}

/** Lines of a source that a format of its server's configuration must fit, for that to be the source's format. */
const SERVER_FIT = 0.5

/**
 * The format that the server's configuration gives to a log of this name, where its lines are in it. Else by content, the
 * formats of the configuration first.
 */
function recognizeUnpinned(
  text: Uint8Array,
  head: Head,
  names: readonly string[],
  formats: readonly LogFormat[],
  server: ServerFormats | null,
): Recognition | null {
  if (server === null) return recognize(text, head.whole, formats, { wrappers })
  const said = server.chosenFor(names)
  const only = said.length === 1 ? said[0]! : null
  const pinned = only === null ? null : recognizeChosen(text, head.whole, only, { wrappers })
  if (pinned !== null && pinned.fit >= SERVER_FIT) return withOrigin(pinned, only!.origin)
  const own = [...said, ...server.all].filter(({ format }) => !formats.includes(format))
  const candidates = withServer(formats, server, said)
  const found = recognize(text, head.whole, candidates, { wrappers })
  const origin = own.find(({ format }) => format === found?.format)?.origin
  return found === null || origin === undefined ? found : withOrigin(found, origin)
}

/** The formats of a server's configuration before the others. */
function withServer(
  formats: readonly LogFormat[],
  server: ServerFormats | null,
  said: readonly ChosenFormat[] = [],
): LogFormat[] {
  const own = [...said, ...(server?.all ?? [])].map(({ format }) => format)
  return [...new Set([...own.filter((format) => !formats.includes(format)), ...formats])]
}

function withOrigin(recognition: Recognition, origin: string): Recognition {
  const [first = '', ...rest] = recognition.reasons
  return { ...recognition, reasons: [`${first}, as ${origin} says`, ...rest] }
}

/**
 * Times of the sampled records. A source waits unread until its earliest time has come, so that has to be the least of all
 * that its clock does not take for outliers: one row before it, read later, would be behind the watermark.
 */
function headTimes(
  head: Head,
  text: Uint8Array,
  recognition: Recognition | null,
  toUtc: LocalToUtc | null,
): { headTime: number; typicalTime: number } {
  if (recognition === null) return { headTime: Number.NEGATIVE_INFINITY, typicalTime: Number.NaN }
  const { batch } = tryFormat(recognition.format, sampleLines(text, head.whole), toUtc, recognition.wrapper)
  const times = [...batch.time.subarray(0, batch.rowCount)]
  if (times.length === 0) return { headTime: Number.NEGATIVE_INFINITY, typicalTime: Number.NaN }
  const typicalTime = medianOf(times)
  new SourceClock(typicalTime, Number.POSITIVE_INFINITY).mark(batch, null)
  const plausible = times.filter((_, row) => (batch.flags[row]! & FLAG.stampOutlier) === 0)
  return { headTime: Math.min(typicalTime, ...plausible), typicalTime }
}

function seedOf(heads: readonly Head[]): KeySeed {
  const hash = createHash('sha256').update('postern key seed')
  for (const head of heads) hash.update(head.sha256)
  const digest = hash.digest()
  return { a: digest.readInt32LE(0), b: digest.readInt32LE(4) }
}
