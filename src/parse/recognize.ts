import { FIELD, FIELD_COUNT, type RecordBatch } from '../columns/contract.js'
import type { LogFormat, Recognition } from './contract.js'
import { recognizeProducer } from './producer.js'
import type { ChosenFormat } from './resolve-format.js'
import { type SampledLines, sampleLines } from './sample-lines.js'
import { type Trial, type TrialResult, tryFormat } from './trial.js'

/** A format's trial and what it is worth. */
interface Candidate {
  readonly format: LogFormat
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

/**
 * Finds out which format a source is in, from its first bytes.
 *
 * Each candidate reads the sampled lines. A line counts for a format by how much it says: more when the format itself
 * reads it than when one of its variants does, more when client and status are plausible. Among equals the format with
 * more fields wins, then the earlier candidate.
 *
 * @param head   The first decoded bytes, at most 64 KiB.
 * @param whole  Whether `head` is all there is; else its last, partial line is left out.
 * @param trial  Reads lines by a format; the scanner by default.
 * @returns null when no candidate reads enough of the lines.
 */
export function recognize(
  head: Uint8Array,
  whole: boolean,
  candidates: readonly LogFormat[],
  trial: Trial = tryFormat,
): Recognition | null {
  const lines = sampleLines(head, whole)
  let best: Candidate | null = null
  for (const format of candidates) {
    const candidate = weigh(format, trial(format, lines), lines)
    if (candidate !== null && (best === null || isBetter(candidate, best))) best = candidate
  }
  if (best === null) return null
  const producer = recognizeProducer(best.format, best.result)
  return {
    format: best.format,
    producer: producer.producer,
    pinned: false,
    layout: usualLayout(best.result),
    fit: best.fit,
    reasons: [...reasonsOf(best, lines.count), ...producer.reasons],
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
  trial: Trial = tryFormat,
): Recognition {
  const lines = sampleLines(head, whole)
  const result = trial(chosen.format, lines)
  const guess = recognizeProducer(chosen.format, result)
  const given = chosen.producer !== 'unknown'
  const requests = lines.count - result.directives
  return {
    format: chosen.format,
    producer: given ? chosen.producer : guess.producer,
    pinned: true,
    layout: usualLayout(result),
    fit: requests > 0 ? result.batch.rowCount / requests : 0,
    reasons: [
      `the format was given as ${chosen.format.id}${given ? ` of ${chosen.producer}` : ''}`,
      `${result.batch.rowCount} of ${lines.count} sampled lines are in it`,
      ...(given ? [] : guess.reasons),
    ],
  }
}

function weigh(format: LogFormat, result: TrialResult, lines: SampledLines): Candidate | null {
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
  return { format, result, fit, score: score / requests, fields: fields / records }
}

/** Doubles of sums of sixths differ in their last digits. */
const SAME = 1e-9

function isBetter(candidate: Candidate, best: Candidate): boolean {
  if (Math.abs(candidate.score - best.score) > SAME) return candidate.score > best.score
  return candidate.fields > best.fields + SAME
}

/** An open end reads nearly anything behind it: it outweighs no line that a layout reads whole. */
const OPEN_END_WORTH = 0.1

/** What one record says for its format: the layout, a plausible client and a plausible status; 1 at most. */
function worth(format: LogFormat, result: TrialResult, row: number): number {
  const { batch, layouts } = result
  if (format.layouts?.[layouts[row]!]?.openEnd === true) return OPEN_END_WORTH
  const shape = layouts[row] === 0 ? 4 : 3
  const client = isPlausibleClient(batch, row) ? 1 : 0
  const status = batch.status[row]! >= 100 && batch.status[row]! <= 599 ? 1 : 0
  return (shape + client + status) / 6
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

/** Columns that a row fills; text behind the last field is none. */
function fieldCount(batch: RecordBatch, row: number): number {
  const isRest = (field: number) => batch.extras[field - FIELD_COUNT] === 'rest'
  const texts = batch.fieldLength.filter((lengths, field) => lengths[row]! >= 0 && !isRest(field))
  const numbers = [batch.bytesSent[row]!, batch.durationMs[row]!].filter((value) => !Number.isNaN(value))
  return texts.length + numbers.length
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
  if (result.directives > 0) reasons.push(`${result.directives} lines are directives of ${format.id}`)
  const variants = result.layouts.filter((layout) => layout > 0).length
  const usual = format.layouts?.[usualLayout(result)]
  if (variants > 0)
    reasons.push(
      `${variants} of them are in a variant of it${usual === undefined ? '' : `; most lines are ${usual.id}`}`,
    )
  return reasons
}
