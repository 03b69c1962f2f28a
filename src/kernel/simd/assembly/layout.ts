/**
 * Runs a compiled layout over the lines of a block, one after another, straight into columns.
 *
 *     203.0.113.9 - alice [10/Oct/2000:13:55:36 -0700] "GET /a?b=1 HTTP/1.1" 200 2326 "-" "curl/8"
 *     ^at        ^stop     step 0: text `client`, ends before " - "
 *                   ^at    step 1: ...
 *
 * It reads lines that can be read in one way and holds no case of damage: what is not as it should be ends the run, and
 * kernel/scan-layout.ts, the judge, reads that line. Addresses, no objects; 0 says that a line is not for here.
 */

import {
  BYTES_SENT,
  FROM_END,
  FROM_KIND,
  FROM_START,
  HAS_SEED,
  KIND_BYTES,
  KIND_CLF_TIME,
  KIND_CLIENT,
  KIND_LITERAL,
  KIND_QUOTED_TEXT,
  KIND_REQUEST,
  KIND_STATUS,
  KIND_TEXT,
  MOST_QUOTES,
  NO_BACKSLASH,
  STEP_BYTES,
  STEP_COUNT,
  STEP_KIND,
  STEP_UNTIL,
  STEPS_AT,
  TEXT,
} from '../low-memory'
import {
  BACKSLASH,
  behindUntil,
  bitsOf,
  COMMA,
  countOf,
  holdsByte,
  QUOTE,
  SPACE,
  untilStandsAt,
  ZERO,
} from './bytes'
import { findQuote, findStop, readField, readStatus, writeText, writeTime } from './fields'
import { writeRowKeys } from './keys'
import { readRequest } from './request'
import { clearRow, placeRow } from './row'
import { cell8, word } from './table'
import { readClf } from './times'

/** Reads lines from `line` on into rows from `row` on; gives how many it read before the first that is not for here. */
export function scan(line: i32, lineCount: i32, row: i32): i32 {
  const first = line
  const text = word(TEXT)
  const starts = word(FROM_START)
  const ends = word(FROM_END)
  const kinds = word(FROM_KIND)
  const hasSeed = word(HAS_SEED) != 0
  for (; line < lineCount; line++) {
    if (load<u8>(kinds + line) != 0) break
    const at = text + load<u32>(starts + (line << 2))
    const end = text + load<u32>(ends + (line << 2))
    if (!readLine(at, end, row)) break
    placeRow(line, row)
    if (hasSeed) writeRowKeys(row)
    row++
  }
  return line - first
}

function readLine(at: usize, end: usize, row: i32): bool {
  if (!isSpelledPlainly(at, end)) return false
  clearRow(row)
  const lastStep = <usize>STEPS_AT + word(STEP_COUNT) * STEP_BYTES
  for (let step: usize = STEPS_AT; step < lastStep; step += STEP_BYTES) {
    at = runStep(step, at, end, row)
    if (at == 0) return false
  }
  return at == end
}

/** Whether no byte of a line is spelled in a way of its own: no backslash, and no quote that nothing escapes. */
// @ts-ignore: decorator
@inline
function isSpelledPlainly(at: usize, end: usize): bool {
  const most = <i32>word(MOST_QUOTES)
  if (word(NO_BACKSLASH) != 0 && holdsByte(at, end, BACKSLASH)) return false
  return most < 0 || countOf(at, end, QUOTE) <= most
}

// @ts-ignore: decorator
@inline
function runStep(step: usize, at: usize, end: usize, row: i32): usize {
  switch (<i32>load<u8>(step, STEP_KIND)) {
    case KIND_QUOTED_TEXT:
      return quotedText(step, at, end, row)
    case KIND_CLIENT:
      return client(step, at, end, row)
    case KIND_TEXT:
      return text(step, at, end, row)
    case KIND_CLF_TIME:
      return clfTime(step, at, end, row)
    case KIND_REQUEST:
      return request(step, at, end, row)
    case KIND_STATUS:
      return status(step, at, end, row)
    case KIND_BYTES:
      return bytesSent(step, at, end, row)
    case KIND_LITERAL:
      return behindUntil(step, at, end)
    default:
      return anyField(step, at, end, row)
  }
}

// @ts-ignore: decorator
@inline
function quotedText(step: usize, at: usize, end: usize, row: i32): usize {
  const stop = findQuote(at, end)
  if (stop == 0) return 0
  writeText(step, at, stop, row)
  return behindUntil(step, stop, end)
}

/** Up to a blank; with a comma it may be a list. */
// @ts-ignore: decorator
@inline
function client(step: usize, at: usize, end: usize, row: i32): usize {
  let stop = at
  while (true) {
    const blanks = bitsOf(stop, SPACE)
    const commas = bitsOf(stop, COMMA)
    // the first blank and all bits below it
    if (commas & (blanks ^ (blanks - 1))) return 0
    if (blanks) {
      stop += ctz(blanks)
      break
    }
    stop += 16
    if (stop >= end) return 0
  }
  if (stop == at) return 0
  writeText(step, at, stop, row)
  return behindUntil(step, stop, end)
}

/** Up to the step's text, without a quote in it. */
// @ts-ignore: decorator
@inline
function text(step: usize, at: usize, end: usize, row: i32): usize {
  const first = <i32>load<u8>(step, STEP_UNTIL)
  for (let from = at; from < end; from += 16) {
    const quotes = bitsOf(from, QUOTE)
    for (let bits = bitsOf(from, first); bits; bits &= bits - 1) {
      const stop = from + ctz(bits)
      if (!untilStandsAt(step, stop, end)) continue
      if (quotes & ((1 << ctz(bits)) - 1)) return 0
      writeText(step, at, stop, row)
      return behindUntil(step, stop, end)
    }
    if (quotes) return 0
  }
  return 0
}

// @ts-ignore: decorator
@inline
function clfTime(step: usize, at: usize, end: usize, row: i32): usize {
  const stop = at + 26
  if (stop > end || !writeTime(readClf(at), row)) return 0
  return behindUntil(step, stop, end)
}

// @ts-ignore: decorator
@inline
function request(step: usize, at: usize, end: usize, row: i32): usize {
  const stop = findQuote(at, end)
  if (stop == 0 || !readRequest(at, stop, row)) return 0
  return behindUntil(step, stop, end)
}

/** Three digits and a blank. */
// @ts-ignore: decorator
@inline
function status(step: usize, at: usize, end: usize, row: i32): usize {
  const stop = at + 3
  if (stop >= end || <i32>load<u8>(stop) != SPACE || <i32>load<u8>(at + 1) == SPACE)
    return anyField(step, at, end, row)
  return readStatus(at, stop, row) ? stop + 1 : 0
}

/** Digits, or `-`; so many digits are exact in a double. */
// @ts-ignore: decorator
@inline
function bytesSent(step: usize, at: usize, end: usize, row: i32): usize {
  const limit = min<usize>(end, at + 15)
  let count: u64 = 0
  let stop = at
  for (; stop < limit; stop++) {
    const digit = <u32>load<u8>(stop) - ZERO
    if (digit > 9) break
    count = count * 10 + digit
  }
  if (stop == at || !untilStandsAt(step, stop, end)) return anyField(step, at, end, row)
  store<f64>(cell8(BYTES_SENT, row), <f64>count)
  return behindUntil(step, stop, end)
}

/** The general way. */
function anyField(step: usize, at: usize, end: usize, row: i32): usize {
  const stop = findStop(step, at, end)
  if (stop == 0 || !readField(step, at, stop, row)) return 0
  return behindUntil(step, stop, end)
}
