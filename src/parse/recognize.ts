import { FIELD, FIELD_COUNT, type RecordBatch } from '../columns/contract.js'
import { MINUS, SPACE } from '../core/bytes.js'
import type { Layout, LayoutField, LogFormat, Recognition, Wrapper } from './contract.js'
import { Looks } from './hints.js'
import { recognizeProducer } from './producer.js'
import type { ChosenFormat } from './resolve-format.js'
import { fewOf, type SampledLines, sampleLines } from './sample-lines.js'
import { type Trial, type TrialResult, tryFormat } from './trial.js'

/** A format's trial and what it is worth. */
interface Candidate {
  readonly format: LogFormat
  readonly wrapper: Wrapper | null
  readonly result: TrialResult
  /** Share of the lines that are records, directives aside, 0 to 1. */
  readonly fit: number
  readonly score: number
  /** Text and number columns that the format has, on average over its records. */
  readonly fields: number
}

/** A format that reads half of the lines is the format of the source. */
const ENOUGH = 0.5
/** So is one that reads this many lines and this share of a damaged source. */
const DAMAGED_RECORDS = 5
const DAMAGED_FIT = 0.1

export interface RecognizeOptions {
  /** What lines may be wrapped in; none by default. */
  readonly wrappers?: readonly Wrapper[]
  /** Reads lines by a format; the scanner by default. */
  readonly trial?: Trial
}

/**
 * Finds out which format a source is in, from its first bytes.
 *
 * Each candidate reads the sampled lines. A line counts for a format by how much it says: more when the format itself
 * reads it than when one of its variants does, more when client and status are plausible. Among equals the format with
 * more fields wins, then the earlier candidate.
 *
 * @param head   The first decoded bytes, at most 64 KiB.
 * @param whole  Whether `head` is all there is; else its last, partial line is left out.
 * @returns null when no candidate reads enough of the lines.
 */
export function recognize(
  head: Uint8Array,
  whole: boolean,
  candidates: readonly LogFormat[],
  options: RecognizeOptions = {},
): Recognition | null {
  return recognizeLines(sampleLines(head, whole), candidates, options)
}

/** The same for lines of any part of a source. */
export function recognizeLines(
  lines: SampledLines,
  candidates: readonly LogFormat[],
  { wrappers = [], trial = tryFormat }: RecognizeOptions = {},
): Recognition | null {
  const contests = wrappersOf(lines, wrappers).map((wrapper) => contest(lines, candidates, wrapper, trial))
  const { best, equals } = contests.reduce((a, b) => (isFurther(b.best, a.best) ? b : a))
  if (best === null) return null
  const producer = recognizeProducer(best.format, best.result)
  return {
    format: best.format,
    producer: producer.producer,
    pinned: false,
    wrapper: best.wrapper,
    layout: usualLayout(best.result),
    fit: best.fit,
    reasons: [...reasonsOf(best, lines.count), ...choiceOf(best.format.id, equals), ...producer.reasons],
  }
}

/**
 * The recognition of a source whose format was chosen: only the producer, where the choice leaves it open, and the usual
 * layout are found out.
 */
export function recognizeChosen(
  head: Uint8Array,
  whole: boolean,
  chosen: ChosenFormat,
  { wrappers = [], trial = tryFormat }: RecognizeOptions = {},
): Recognition {
  const lines = sampleLines(head, whole)
  const trials = wrappersOf(lines, wrappers).map((wrapper) => ({
    wrapper,
    result: trial(chosen.format, lines, null, wrapper),
  }))
  const { wrapper, result } = trials.reduce((a, b) =>
    b.result.batch.rowCount > a.result.batch.rowCount ? b : a,
  )
  const guess = recognizeProducer(chosen.format, result)
  const given = chosen.producer !== 'unknown'
  const requests = lines.count - result.directives
  return {
    format: chosen.format,
    producer: given ? chosen.producer : guess.producer,
    pinned: true,
    wrapper,
    layout: usualLayout(result),
    fit: requests > 0 ? result.batch.rowCount / requests : 0,
    reasons: [
      `the format was given as ${chosen.format.id}${given ? ` of ${chosen.producer}` : ''}`,
      `${result.batch.rowCount} of ${lines.count} sampled lines are in it`,
      ...wrapperReasons(wrapper),
      ...(given ? [] : guess.reasons),
    ],
  }
}

/** By their looks, the format reads none of the lines, or so many by its variants that it cannot be the best. */
function isRuledOut(format: LogFormat, looks: Looks, best: Candidate | null): boolean {
  if (!looks.mayRead(format)) return true
  return best !== null && mostScore(looks.ownShare(format)) < best.score - SAME
}

interface Contest {
  readonly best: Candidate | null
  /** Ids of other formats that read the lines just as well. */
  readonly equals: readonly string[]
}

/** The best format of lines that are wrapped in something, or in nothing. */
function contest(
  lines: SampledLines,
  candidates: readonly LogFormat[],
  wrapper: Wrapper | null,
  trial: Trial,
): Contest {
  let best: Candidate | null = null
  let equals: string[] = []
  const few = fewOf(lines)
  // hints are for the scanner's own trial; another is asked about every format
  const looks = trial === tryFormat ? new Looks(lines, wrapper) : null
  for (const format of candidates) {
    // most formats read no line of another's log: some lines tell, by their looks or by a trial
    if (looks !== null && isRuledOut(format, looks, best)) continue
    if (few !== lines && trial(format, few, null, wrapper).batch.rowCount === 0) continue
    const candidate = weigh(format, wrapper, trial(format, lines, null, wrapper), lines)
    if (candidate === null) continue
    if (best === null || isBetter(candidate, best)) {
      best = candidate
      equals = []
    } else if (!isBetter(best, candidate) && isOther(best, candidate)) equals.push(format.id)
  }
  return { best, equals }
}

/**
 * Whether one wrapper, or none, lets more of the lines be read than another before it. The head that a wrapper knows is no
 * accident: what reads no more lines without it has taken the head for a field.
 */
function isFurther(candidate: Candidate | null, best: Candidate | null): boolean {
  return candidate !== null && (best === null || candidate.fit > best.fit + SAME)
}

/** Not the same layout, which two formats may have as a variant. */
function isOther(a: Candidate, b: Candidate): boolean {
  const [one, two] = [a, b].map(({ format, result }) => format.layouts?.[usualLayout(result)])
  return a.wrapper === b.wrapper && (one === undefined || one !== two)
}

/** Asks the user to choose, where other formats read the lines just as well. */
function choiceOf(taken: string, equals: readonly string[]): string[] {
  if (equals.length === 0) return []
  const commands = [taken, ...equals].map((id) => `--format ${id}`).join(' or ')
  const both = equals.length === 1 ? 'both fit' : 'all fit'
  return [`${[taken, ...equals].join(' and ')} ${both}, and ${taken} was taken; to choose: ${commands}`]
}

/** Lines that a wrapper must be around, for a source to be tried as wrapped in it. */
const WRAPPED = 0.5

/** Those that most of the lines are in, and none: of two that read the same, a head is not part of a line's first field. */
function wrappersOf(lines: SampledLines, wrappers: readonly Wrapper[]): (Wrapper | null)[] {
  return [...wrappers.filter((wrapper) => isAroundMost(lines, wrapper)), null]
}

function isAroundMost({ bytes, count, start, end }: SampledLines, wrapper: Wrapper): boolean {
  const inner = new Int32Array(2)
  let wrapped = 0
  for (let i = 0; i < count; i++) {
    if (wrapper.unwrap(bytes, start[i]!, end[i]!, inner) !== null) wrapped++
    // the lines that are left cannot make up for those that are not in it
    if (wrapped + (count - i - 1) < count * WRAPPED) return false
  }
  return wrapped > 0
}

function wrapperReasons(wrapper: Wrapper | null): string[] {
  return wrapper === null ? [] : [`each line is wrapped by ${wrapper.title}`]
}

function weigh(
  format: LogFormat,
  wrapper: Wrapper | null,
  result: TrialResult,
  lines: SampledLines,
): Candidate | null {
  const records = result.batch.rowCount
  const requests = lines.count - result.directives
  if (records === 0) return null
  const fit = records / requests
  if (fit < ENOUGH && (records < DAMAGED_RECORDS || fit < DAMAGED_FIT)) return null
  let score = 0
  let fields = 0
  for (let row = 0; row < records; row++) {
    score += worth(format, result, row)
    fields += fieldCount(result.batch, row)
  }
  return { format, wrapper, result, fit, score: score / requests, fields: fields / records }
}

/** Doubles of sums of sixths differ in their last digits. */
const SAME = 1e-9

function isBetter(candidate: Candidate, best: Candidate): boolean {
  if (Math.abs(candidate.score - best.score) > SAME) return candidate.score > best.score
  return candidate.fields > best.fields + SAME
}

/** An open end reads nearly anything behind it: it outweighs no line that a layout reads whole. */
const OPEN_END_WORTH = 0.1

/** What one record says for its format: the layout, plausible names, client and status; 1 at most. */
function worth(format: LogFormat, result: TrialResult, row: number): number {
  const { batch, layouts } = result
  if (format.layouts?.[layouts[row]!]?.openEnd === true) return OPEN_END_WORTH
  const shape = layouts[row] === 0 ? OWN_SHAPE : VARIANT_SHAPE
  const names = hasPlausibleNames(format.layouts?.[layouts[row]!], batch, row) ? 0 : -2
  const client = isPlausibleClient(batch, row) ? 1 : 0
  const status = batch.status[row]! >= 100 && batch.status[row]! <= 599 ? 1 : 0
  return (shape + names + client + status) / WHOLE
}

/** What a line is worth by its shape, in the format itself and in a variant, of all that it can be. */
const OWN_SHAPE = 4
const VARIANT_SHAPE = 3
const WHOLE = OWN_SHAPE + 2

/** The score of a format that reads all lines, this share of them by its first layout. */
function mostScore(ownShare: number): number {
  return 1 - ((1 - ownShare) * (OWN_SHAPE - VARIANT_SHAPE)) / WHOLE
}

/** Address, host name, `unix:` or none: letters, digits and the marks of addresses. */
function isPlausibleClient(batch: RecordBatch, row: number): boolean {
  const start = batch.fieldStart[FIELD.client]![row]!
  const length = batch.fieldLength[FIELD.client]![row]!
  for (let at = start; at < start + length; at++) {
    const byte = batch.bytes[at]!
    const letter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a
    const digitOrColon = byte >= 0x30 && byte <= 0x3a
    const mark =
      byte === 0x2e || byte === 0x2d || byte === 0x5f || byte === 0x25 || byte === 0x5b || byte === 0x5d
    if (!letter && !digitOrColon && !mark) return false
  }
  return true
}

/**
 * A layout with a host in front, where others have an ident or a client, wants one there: a name with a dot, an address, or
 * `localhost`, not a dash or the name of a user. A user whose name starts with a dash and a blank is two fields, and an id of
 * a request without a digit is a part of a name.
 */
function hasPlausibleNames(layout: Layout | undefined, batch: RecordBatch, row: number): boolean {
  if (layout === undefined) return true
  if (hasHostInFront(layout) && !isHostName(textAt(batch, FIELD.host, row))) return false
  const id = batch.extras.indexOf('request_id')
  if (id >= 0 && !/^$|\d/.test(textAt(batch, FIELD_COUNT + id, row))) return false
  const user = batch.fieldStart[FIELD.user]![row]!
  const isSplit = batch.fieldLength[FIELD.user]![row]! > 1
  return !(isSplit && batch.bytes[user] === MINUS && batch.bytes[user + 1] === SPACE)
}

/** Of a field, latin-1; empty where it is absent. */
function textAt(batch: RecordBatch, field: number, row: number): string {
  const start = batch.fieldStart[field]![row]!
  return latin1.decode(batch.bytes.subarray(start, start + Math.max(0, batch.fieldLength[field]![row]!)))
}

const latin1 = new TextDecoder('latin1')

function isHostName(text: string): boolean {
  return /[.:]|^localhost$/.test(text)
}

const hostsInFront = new WeakMap<Layout, boolean>()

function hasHostInFront(layout: Layout): boolean {
  const known = hostsInFront.get(layout) ?? layout.fields.some(isHostField)
  hostsInFront.set(layout, known)
  return known
}

function isHostField({ codec, until, quoted }: LayoutField): boolean {
  return codec.as === 'text' && codec.field === FIELD.host && until === ' ' && !quoted
}

/** Columns that a row fills; text behind the last field is none. */
function fieldCount(batch: RecordBatch, row: number): number {
  const rest = batch.extras.indexOf('rest')
  const restField = rest < 0 ? -1 : FIELD_COUNT + rest
  let count = 0
  for (let field = 0; field < batch.fieldLength.length; field++) {
    if (batch.fieldLength[field]![row]! >= 0 && field !== restField) count++
  }
  if (!Number.isNaN(batch.bytesSent[row]!)) count++
  if (!Number.isNaN(batch.durationMs[row]!)) count++
  return count
}

/** The layout of most records; of two, the earlier. */
function usualLayout(result: TrialResult): number {
  const counts: number[] = []
  for (const layout of result.layouts) counts[layout] = (counts[layout] ?? 0) + 1
  let usual = 0
  counts.forEach((count, layout) => {
    if (count > (counts[usual] ?? 0)) usual = layout
  })
  return usual
}

function reasonsOf(best: Candidate, lineCount: number): string[] {
  const { format, result } = best
  const records = result.batch.rowCount
  const others = lineCount - records - result.directives
  const reasons = [
    `${records} of ${lineCount} lines are ${format.id}${others === 0 ? '' : `; ${others} ${others === 1 ? 'is' : 'are'} not`}`,
  ]
  reasons.push(...wrapperReasons(best.wrapper))
  if (result.directives > 0) reasons.push(`${result.directives} lines are directives of ${format.id}`)
  const variants = result.layouts.filter((layout) => layout > 0).length
  const usual = format.layouts?.[usualLayout(result)]
  if (variants > 0)
    reasons.push(
      `${variants} of them are in a variant of it${usual === undefined ? '' : `; most lines are ${usual.id}`}`,
    )
  return reasons
}
