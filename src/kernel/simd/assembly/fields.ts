/** Ends of fields, and fields whose two ends are known, as kernel/field-end.ts and kernel/read-field.ts have them. */

import {
  BYTES_SENT,
  DURATION,
  FLAG_CLIENT,
  FLAG_LIST,
  FLAG_NO_COMMA,
  FLAG_NO_EMPTY,
  FLAG_UPSTREAM,
  OP_BYTES,
  OP_DURATION,
  OP_EPOCH_TIME,
  OP_ISO_TIME,
  OP_METHOD,
  OP_REQUEST,
  OP_SKIP,
  OP_STATUS,
  OP_TARGET,
  OP_TEXT,
  STATUS,
  STEP_DIVISOR,
  STEP_FACTOR,
  STEP_FLAGS,
  STEP_LENGTH_COLUMN,
  STEP_OP,
  STEP_START_COLUMN,
  STEP_STOP,
  STEP_UNTIL,
  STEP_WHOLE,
  STOP_BYTE,
  STOP_END,
  STOP_QUOTE,
  STOP_TEXT,
  STOP_WORD,
  TEXT,
  TIME,
} from '../low-memory'
import {
  BACKSLASH,
  COLON,
  COMMA,
  DOT,
  findByte,
  findUntil,
  holdsByte,
  MINUS,
  QUOTE,
  SPACE,
  untilStandsAt,
  ZERO,
} from './bytes'
import { readMethod, readRequest, readTarget } from './request'
import { cell2, cell4, cell8, word } from './table'
import { isoEnd, readIso } from './times'

/** `2000-10-10 13:55:36`. */
const ISO_BYTES: usize = 19
/** The largest time that a Date can show. */
export const MAX_TIME_MS: f64 = 8.64e15

/** Address of the closing quote of a field without a backslash in front of it, or 0. */
// @ts-ignore: decorator
@inline
export function findQuote(at: usize, end: usize): usize {
  const stop = findByte(at, end, QUOTE)
  return stop < end && <i32>load<u8>(stop - 1) != BACKSLASH ? stop : 0
}

/** Address where a field ends, with the text behind it, or 0. */
export function findStop(step: usize, at: usize, end: usize): usize {
  const op = load<u8>(step, STEP_OP)
  let from = at
  if (op == OP_ISO_TIME) {
    if (at + ISO_BYTES > end) return 0
    from = isoEnd(at + ISO_BYTES, end)
  }
  let stop: usize = 0
  switch (<i32>load<u8>(step, STEP_STOP)) {
    case STOP_BYTE:
      stop = findByte(from, end, <i32>load<u8>(step, STEP_UNTIL))
      return stop < end && !mayGoOn(step, at, stop) ? stop : 0
    case STOP_QUOTE:
      stop = findQuote(at, end)
      break
    case STOP_TEXT:
      return findUntil(step, from, end)
    case STOP_WORD:
      stop = wordEnd(step, at, end)
      break
    case STOP_END:
      stop = end - load<u16>(step, STEP_WHOLE)
      if (stop < at) return 0
      break
    default:
      return 0
  }
  return stop != 0 && untilStandsAt(step, stop, end) ? stop : 0
}

/** Whether a list may go on behind the delimiter at `stop`, or a comma says that the field is one of a list. */
// @ts-ignore: decorator
@inline
function mayGoOn(step: usize, at: usize, stop: usize): bool {
  const flags = load<u8>(step, STEP_FLAGS)
  if ((flags & (FLAG_LIST | FLAG_NO_COMMA)) == 0 || stop == at) return false
  if (<i32>load<u8>(stop - 1) == COMMA) return true
  if ((flags & FLAG_UPSTREAM) == 0) return false
  return <i32>load<u8>(stop + 1) == COLON || <i32>load<u8>(stop - 1) == COLON
}

/** A name or address up to a blank or the end; up to its last colon where one follows it. */
function wordEnd(step: usize, at: usize, end: usize): usize {
  let stop = findByte(at, end, SPACE)
  if (stop > end) stop = end
  if (stop > at && <i32>load<u8>(stop - 1) == COMMA) return 0
  const until = <i32>load<u8>(step, STEP_UNTIL)
  if (load<u16>(step, STEP_WHOLE) == 0 || until == SPACE) return stop
  if (until != COLON) {
    const found = findUntil(step, at, end)
    return found <= stop ? found : 0
  }
  do stop--
  while (stop > at && <i32>load<u8>(stop) != COLON)
  return stop < at ? 0 : stop
}

/** Reads one field; false where that is for TypeScript. */
export function readField(step: usize, at: usize, stop: usize, row: i32): bool {
  switch (<i32>load<u8>(step, STEP_OP)) {
    case OP_TEXT:
      if (load<u8>(step, STEP_FLAGS) & FLAG_CLIENT && holdsByte(at, stop, COMMA)) return false
      writeText(step, at, stop, row)
      return true
    case OP_SKIP:
      return true
    case OP_REQUEST:
      return readRequest(at, stop, row)
    case OP_METHOD:
      return readMethod(at, stop, row)
    case OP_TARGET:
      return readTarget(at, stop, row)
    case OP_STATUS:
      return readStatus(at, stop, row)
    case OP_BYTES:
      return writeCount(step, at, stop, cell8(BYTES_SENT, row))
    case OP_DURATION:
      return writeCount(step, at, stop, cell8(DURATION, row))
    case OP_ISO_TIME:
      return writeTime(readIso(at, stop), row)
    case OP_EPOCH_TIME: {
      const ms = floor(readDecimal(step, at, stop))
      return ms <= MAX_TIME_MS && writeTime(ms, row)
    }
    default:
      return false
  }
}

// @ts-ignore: decorator
@inline
export function writeTime(ms: f64, row: i32): bool {
  store<f64>(cell8(TIME, row), ms)
  return !isNaN(ms)
}

/** Writes a text span; `-` is none, and so is `""`, and in some layouts nothing. */
// @ts-ignore: decorator
@inline
export function writeText(step: usize, at: usize, stop: usize, row: i32): void {
  const length = <i32>(stop - at)
  const pair = load<u16>(at)
  const isNone =
    (length == 1 && <i32>(pair & 0xff) == MINUS) ||
    (length == 2 && pair == 0x2222) ||
    (length == 0 && (load<u8>(step, STEP_FLAGS) & FLAG_NO_EMPTY) != 0)
  store<i32>(load<usize>(step, STEP_START_COLUMN) + (row << 2), <i32>(at - word(TEXT)))
  store<i32>(load<usize>(step, STEP_LENGTH_COLUMN) + (row << 2), isNone ? -1 : length)
}

/** `-` or `-1`. */
function isNone(at: usize, stop: usize): bool {
  if (<i32>load<u8>(at) != MINUS) return false
  return stop - at == 1 || (stop - at == 2 && <i32>load<u8>(at + 1) == ZERO + 1)
}

/** Three digits; `000`, `0`, `-` and `-1` are none. */
// @ts-ignore: decorator
@inline
export function readStatus(at: usize, stop: usize, row: i32): bool {
  const hundreds = <u32>load<u8>(at) - ZERO
  let code: u32 = 0
  if (stop - at == 3) {
    const tens = <u32>load<u8>(at + 1) - ZERO
    const ones = <u32>load<u8>(at + 2) - ZERO
    if (hundreds > 9 || tens > 9 || ones > 9) return false
    code = hundreds * 100 + tens * 10 + ones
  } else if (!isNone(at, stop) && (stop - at != 1 || hundreds != 0)) return false
  store<u16>(cell2(STATUS, row), <u16>code)
  return true
}

/** Writes a number, or NaN for one that is none. */
function writeCount(step: usize, at: usize, stop: usize, out: usize): bool {
  const none = isNone(at, stop)
  const count = none ? NaN : readDecimal(step, at, stop)
  store<f64>(out, count)
  return none || !isNaN(count)
}

/** A decimal in the step's unit; NaN for what is none. */
// @ts-ignore: decorator
@inline
function readDecimal(step: usize, at: usize, stop: usize): f64 {
  return decimal(at, stop, load<f64>(step, STEP_FACTOR), load<f64>(step, STEP_DIVISOR))
}

/** Digits with at most one point, times `factor`, by `divisor`; NaN for anything else. */
export function decimal(at: usize, stop: usize, factor: f64, divisor: f64): f64 {
  if (stop <= at || stop - at > 24) return NaN
  if (stop - at < 16) return shortDecimal(at, stop, factor, divisor)
  let whole: f64 = 0
  let scale: f64 = 0
  for (let i = at; i < stop; i++) {
    const digit = <u32>load<u8>(i) - ZERO
    if (digit < 10) {
      whole = whole * 10 + <f64>digit
      scale *= 10
    } else if (<i32>load<u8>(i) == DOT && scale == 0 && stop - at > 1) scale = 1
    else return NaN
  }
  return (whole * factor) / (max<f64>(1, scale) * divisor)
}

/** The same for so few digits that whole numbers hold them, which is quicker. */
function shortDecimal(at: usize, stop: usize, factor: f64, divisor: f64): f64 {
  const isLong = stop - at > 1
  let whole: u64 = 0
  let scale: u64 = 0
  for (; at < stop; at++) {
    const digit = <u32>load<u8>(at) - ZERO
    if (digit < 10) {
      whole = whole * 10 + digit
      scale *= 10
    } else if (digit == <u32>(DOT - ZERO) && scale == 0 && isLong) scale = 1
    else return NaN
  }
  return (<f64>whole * factor) / (<f64>max<u64>(1, scale) * divisor)
}
