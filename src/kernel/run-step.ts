/** One step of a layout: finds where its field ends, reads it, and checks the text behind it. */

import { FIELD, type RecordBatch } from '../columns/contract.js'
import { COMMA, MINUS, QUOTE, SPACE, ZERO } from '../core/bytes.js'
import { findStop, scanQuoted, scanText, startsWith } from './field-end.js'
import {
  BAD_TIME,
  NO_MATCH,
  OK,
  OP,
  type Step,
  WAY_BYTES,
  WAY_CLF_TIME,
  WAY_CLIENT,
  WAY_QUOTED_TEXT,
  WAY_REQUEST,
  WAY_STATUS,
  WAY_TEXT,
} from './program.js'
import {
  CLF_TIME_BYTES,
  isEmptyQuotes,
  readField,
  readStatus,
  splitClientList,
  writeText,
} from './read-field.js'
import { scanRequest } from './scan-request.js'
import type { TimeReader } from './scan-time.js'

// copied out of their tables: a member would be looked up anew for every row
const { client: CLIENT_FIELD } = FIELD
const { patternTime: PATTERN_TIME_OP } = OP

/**
 * Runs one step; gives the position behind the text that follows its field, or a negative reason.
 *
 * The steps of the usual layouts have a way of their own, which finds the field's end and reads it in one go; the rest
 * find the end first, by `step.stop`, and then read, by `step.op`.
 */
export function runStep(
  step: Step,
  times: TimeReader,
  batch: RecordBatch,
  bytes: Uint8Array,
  at: number,
  end: number,
  row: number,
): number {
  switch (step.way) {
    case WAY_QUOTED_TEXT:
      return quotedText(step, batch, bytes, at, end, row)
    case WAY_CLIENT:
      return client(step, batch, bytes, at, end, row)
    case WAY_TEXT:
      return text(step, batch, bytes, at, end, row)
    case WAY_CLF_TIME:
      return clfTime(step, times, batch, bytes, at, end, row)
    case WAY_REQUEST:
      return request(step, batch, bytes, at, end, row)
    case WAY_STATUS:
      return status(step, times, batch, bytes, at, end, row)
    case WAY_BYTES:
      return bytesSent(step, times, batch, bytes, at, end, row)
    default:
      return anyField(step, times, batch, bytes, at, end, row)
  }
}

function quotedText(
  step: Step,
  batch: RecordBatch,
  bytes: Uint8Array,
  at: number,
  end: number,
  row: number,
): number {
  // `"-"`, the most common referrer, needs no search
  const isNone = bytes[at] === MINUS && bytes[at + 1] === QUOTE
  const stop = isNone ? at + 1 : scanQuoted(bytes, at, end)
  if (stop < 0 || !startsWith(bytes, stop, end, step.until)) return NO_MATCH
  writeText(batch, step.field, bytes, at, stop, row)
  return stop + step.until.length
}

/** An address or host name up to a blank; a comma in it says that it is a list. */
function client(
  step: Step,
  batch: RecordBatch,
  bytes: Uint8Array,
  at: number,
  end: number,
  row: number,
): number {
  const space = SPACE
  const comma = COMMA
  let stop = at
  let isList = false
  for (; stop < end; stop++) {
    const byte = bytes[stop]!
    if (byte === comma) isList = true
    else if (byte === space && bytes[stop - 1] !== comma) break
  }
  if (stop === at || !startsWith(bytes, stop, end, step.until)) return NO_MATCH
  writeText(batch, CLIENT_FIELD, bytes, at, stop, row)
  if (isList) splitClientList(batch, bytes, row)
  return stop + step.until.length
}

function text(
  step: Step,
  batch: RecordBatch,
  bytes: Uint8Array,
  at: number,
  end: number,
  row: number,
): number {
  const stop = scanText(bytes, at, end, step.until)
  if (stop < 0 || holdsBareQuote(bytes, at, stop)) return NO_MATCH
  writeText(batch, step.field, bytes, at, stop, row)
  return stop + step.until.length
}

/**
 * Whether unquoted text runs into a quoted field. Servers escape quotes in it, so a bare one belongs to another field, as
 * where two lines were written into one: the second one's request must not get the first one's address for a host.
 */
function holdsBareQuote(bytes: Uint8Array, at: number, stop: number): boolean {
  const quote = QUOTE
  for (let i = at; i < stop; i++)
    if (bytes[i] === quote) return scanQuoted(bytes, at, stop) >= 0 && !isEmptyQuotes(bytes, at, stop)
  return false
}

/** Of fixed width: no search. */
function clfTime(
  step: Step,
  times: TimeReader,
  batch: RecordBatch,
  bytes: Uint8Array,
  at: number,
  end: number,
  row: number,
): number {
  batch.time[row] = times.readClf(bytes, at, end)
  const stop = at + CLF_TIME_BYTES
  return startsWith(bytes, stop, end, step.until) ? stop + step.until.length : BAD_TIME
}

function request(
  step: Step,
  batch: RecordBatch,
  bytes: Uint8Array,
  at: number,
  end: number,
  row: number,
): number {
  const stop = scanQuoted(bytes, at, end)
  if (stop < 0 || !startsWith(bytes, stop, end, step.until)) return NO_MATCH
  scanRequest(batch, bytes, at, stop, row)
  return stop + step.until.length
}

/** Three digits and a blank; all else is for `anyField`. */
function status(
  step: Step,
  times: TimeReader,
  batch: RecordBatch,
  bytes: Uint8Array,
  at: number,
  end: number,
  row: number,
): number {
  const stop = at + 3
  if (stop < end && bytes[stop] === SPACE && bytes[at + 1] !== SPACE) {
    const problem = readStatus(batch, bytes, at, stop, row)
    return problem === OK ? stop + 1 : problem
  }
  return anyField(step, times, batch, bytes, at, end, row)
}

/** Digits up to a blank, in one loop; all else is for `anyField`. */
function bytesSent(
  step: Step,
  times: TimeReader,
  batch: RecordBatch,
  bytes: Uint8Array,
  at: number,
  end: number,
  row: number,
): number {
  const zero = ZERO
  const limit = Math.min(end, at + MAX_PLAIN_DIGITS)
  let count = 0
  let stop = at
  for (; stop < limit; stop++) {
    const digit = bytes[stop]! - zero
    if (digit < 0 || digit > 9) break
    count = count * 10 + digit
  }
  if (stop > at && startsWith(bytes, stop, end, step.until)) {
    batch.bytesSent[row] = count
    return stop + step.until.length
  }
  return anyField(step, times, batch, bytes, at, end, row)
}

/** So many digits are exact in a double. */
const MAX_PLAIN_DIGITS = 15

/** The general way. */
function anyField(
  step: Step,
  times: TimeReader,
  batch: RecordBatch,
  bytes: Uint8Array,
  at: number,
  end: number,
  row: number,
): number {
  if (step.op === PATTERN_TIME_OP) return runPattern(step, times, batch, bytes, at, end, row)
  const stop = findStop(step, bytes, at, end)
  if (stop < 0) return NO_MATCH
  const problem = readField(step, times, batch, bytes, at, stop, row)
  return problem === OK ? stop + step.until.length : problem
}

/** A time by a strftime pattern; a pattern knows where its text ends. */
function runPattern(
  step: Step,
  times: TimeReader,
  batch: RecordBatch,
  bytes: Uint8Array,
  at: number,
  end: number,
  row: number,
): number {
  const stop = step.strftime === null ? -1 : step.strftime.stop(bytes, at, end)
  if (stop < 0 || !startsWith(bytes, stop, end, step.until)) return BAD_TIME
  batch.time[row] = times.toUtc(times.readPattern(step.strftime!, bytes, at, stop))
  return stop + step.until.length
}
