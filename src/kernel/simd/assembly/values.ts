/** Values of members, whose two ends are known, as parse/row-writer.ts reads them; what is false here is for that. */

import {
  ABSENT_RANK,
  BYTES_SENT,
  DURATION,
  MAX_RANKS,
  MEMBER_COLUMN,
  MEMBER_DIVISOR,
  MEMBER_FACTOR,
  MEMBER_LENGTH_COLUMN,
  MEMBER_RANK,
  MEMBER_START_COLUMN,
  MEMBER_VALUE,
  RANKS_AT,
  STATUS,
  TARGET_LENGTH,
  TARGET_START,
  TEXT,
  TIME,
  VALUE_ADDRESS,
  VALUE_ANY_TIME,
  VALUE_BYTES,
  VALUE_CLF_TIME,
  VALUE_DROPPED,
  VALUE_DURATION,
  VALUE_EPOCH_TIME,
  VALUE_ISO_TIME,
  VALUE_METHOD,
  VALUE_PLAIN_DURATION,
  VALUE_QUERY,
  VALUE_REQUEST,
  VALUE_STATUS,
  VALUE_TARGET,
  VALUE_TEXT,
} from '../low-memory'
import { bitsOf, COLON, COMMA, DOT, holdsByte, MINUS, QUESTION, SLASH, ZERO } from './bytes'
import { decimal, MAX_TIME_MS, writeTime } from './fields'
import { readMethod, readRequest, readTarget } from './request'
import { cell2, cell4, cell8, word } from './table'
import { readClf, readIso } from './times'

const OPEN_BRACKET: i32 = 0x5b

/** `10/Oct/2000:13:55:36 -0700`. */
const CLF_BYTES: usize = 26
/** Numbers below are no times of a log: 1973. */
const LEAST_EPOCH_S: f64 = 1e8

/** The row's query stands apart from its target, and is not empty. */
let hasQuery: bool = false

/** Starts a row: nothing has filled a column yet. */
// @ts-ignore: decorator
@inline
export function beginValues(row: i32): void {
  hasQuery = false
  store<f64>(cell8(TIME, row), NaN)
  const absent = i8x16.splat(<i8>ABSENT_RANK)
  for (let i = 0; i < MAX_RANKS; i += 16) v128.store(<usize>(RANKS_AT + i), absent)
}

/** Ends a row; false where its query is to be joined to its target, or it has no time. */
// @ts-ignore: decorator
@inline
export function endValues(row: i32): bool {
  if (isNaN(load<f64>(cell8(TIME, row)))) return false
  if (!hasQuery) return true
  const length = load<i32>(cell4(TARGET_LENGTH, row))
  if (length < 0) return true
  const target = word(TEXT) + load<i32>(cell4(TARGET_START, row))
  return holdsByte(target, target + length, QUESTION)
}

/** Reads a value by one of its member's meanings. */
// @ts-ignore: decorator
@inline
export function readValue(member: usize, from: usize, to: usize, row: i32): bool {
  const kind = <i32>load<u8>(member, MEMBER_VALUE)
  if (kind == VALUE_DROPPED) return true
  // nothing and `-` are none
  if (to == from || (to == from + 1 && <i32>load<u8>(from) == MINUS)) return true
  const rank = load<u8>(member, MEMBER_RANK)
  const best = <usize>RANKS_AT + load<u8>(member, MEMBER_COLUMN)
  if (rank > load<u8>(best)) return true
  store<u8>(best, rank)
  if (kind == VALUE_TEXT) return writeSpan(member, from, to, row)
  return readOther(kind, member, from, to, row)
}

function readOther(kind: i32, member: usize, from: usize, to: usize, row: i32): bool {
  switch (kind) {
    case VALUE_ADDRESS:
      return readAddress(member, from, to, row)
    case VALUE_REQUEST:
      return readRequest(from, to, row)
    case VALUE_METHOD:
      return readMethod(from, to, row)
    case VALUE_TARGET:
      return readTarget(from, to, row)
    case VALUE_QUERY:
      hasQuery = to - from > 1 || <i32>load<u8>(from) != QUESTION
      return true
    case VALUE_STATUS:
      return readCode(from, to, row)
    case VALUE_BYTES:
      return writeNumber(cell8(BYTES_SENT, row), decimal(from, to, 1, 1))
    case VALUE_DURATION:
      return writeNumber(cell8(DURATION, row), inUnit(member, from, to))
    case VALUE_PLAIN_DURATION: {
      const unit: f64 = holdsByte(from, to, DOT) ? 1000 : 1
      return writeNumber(cell8(DURATION, row), decimal(from, to, unit, 1))
    }
    case VALUE_CLF_TIME:
      return to - from == CLF_BYTES && writeTime(readClf(from), row)
    case VALUE_ISO_TIME:
      return writeTime(readIso(from, to), row)
    case VALUE_EPOCH_TIME:
      return writeEpoch(inUnit(member, from, to), row)
    case VALUE_ANY_TIME:
      return readAnyTime(from, to, row)
    default:
      return false
  }
}

/** Writes a text span; `-` is none. */
// @ts-ignore: decorator
@inline
function writeSpan(member: usize, from: usize, to: usize, row: i32): bool {
  const length = <i32>(to - from)
  const isNone = length == 1 && <i32>load<u8>(from) == MINUS
  store<i32>(load<usize>(member, MEMBER_START_COLUMN) + (row << 2), <i32>(from - word(TEXT)))
  store<i32>(load<usize>(member, MEMBER_LENGTH_COLUMN) + (row << 2), isNone ? -1 : length)
  return true
}

// @ts-ignore: decorator
@inline
function inUnit(member: usize, from: usize, to: usize): f64 {
  return decimal(from, to, load<f64>(member, MEMBER_FACTOR), load<f64>(member, MEMBER_DIVISOR))
}

// @ts-ignore: decorator
@inline
function writeNumber(out: usize, number: f64): bool {
  store<f64>(out, number)
  return !isNaN(number)
}

/** At most three digits. */
function readCode(from: usize, to: usize, row: i32): bool {
  if (to - from > 3) return false
  let code: u32 = 0
  for (; from < to; from++) {
    const digit = <u32>load<u8>(from) - ZERO
    if (digit > 9) return false
    code = code * 10 + digit
  }
  store<u16>(cell2(STATUS, row), <u16>code)
  return true
}

/** An address without its port; no list of them, and none in brackets. */
function readAddress(member: usize, from: usize, to: usize, row: i32): bool {
  if (<i32>load<u8>(from) == OPEN_BRACKET) return false
  let colons = 0
  let last = to
  let isShort = false
  for (let chunk = from; chunk < to; chunk += 16) {
    const left = to - chunk
    const inside = left < 16 ? (1 << <i32>left) - 1 : 0xffff
    if (bitsOf(chunk, COMMA) & inside) return false
    for (let bits = bitsOf(chunk, COLON) & inside; bits; bits &= bits - 1) {
      const colon = chunk + ctz(bits)
      if (colon == last + 1 && colons > 0) isShort = true
      colons++
      last = colon
    }
  }
  // one colon is a port's; nine groups are an address and a port
  const end = colons == 1 || (colons == 8 && !isShort) ? last : to
  return writeSpan(member, from, end, row)
}

/** Common log, ISO 8601 or a number since the epoch. */
function readAnyTime(from: usize, to: usize, row: i32): bool {
  if (to - from == CLF_BYTES && <i32>load<u8>(from + 2) == SLASH && <i32>load<u8>(from) != OPEN_BRACKET)
    return writeTime(readClf(from), row)
  const fifth = <i32>load<u8>(from + 4)
  if (fifth == MINUS) return writeTime(readIso(from, to), row)
  if (fifth == SLASH) return false
  const count = decimal(from, to, 1, 1)
  if (!(count >= LEAST_EPOCH_S)) return false
  // by size: none of these units makes a date between 1973 and 5138 of another's number
  if (count < 1e11) return writeEpoch(decimal(from, to, 1000, 1), row)
  if (count < 1e14) return writeEpoch(count, row)
  if (count < 1e17) return writeEpoch(decimal(from, to, 1, 1000), row)
  return count < 1e20 && writeEpoch(decimal(from, to, 1, 1000000), row)
}

// @ts-ignore: decorator
@inline
function writeEpoch(count: f64, row: i32): bool {
  const ms = floor(count)
  return ms <= MAX_TIME_MS && writeTime(ms, row)
}
