/**
 * Reads lines of JSON by a field map, one after another, straight into columns.
 *
 *     {"time":"2000-10-10T13:55:36Z","status":200,"agent":"curl/8"}
 *      ^at     ^from               ^to
 *
 * As parse/json/scan-json.ts, the judge, would: a line with a member that is there twice, with an escape where a value is
 * read, or with anything that is not as it should be ends the run. Addresses, no objects; 0 says that a line is not for here.
 */

import {
  ALL_NEEDS,
  FROM_END,
  FROM_KIND,
  FROM_START,
  HAS_SEED,
  INDEX_AT,
  INDEX_MASK,
  LINE_STAMP,
  MEMBER_ALSO,
  MEMBER_ELEMENT,
  MEMBER_FIRST,
  MEMBER_FLAGS,
  MEMBER_HAS_CHILDREN,
  MEMBER_HAS_LIST,
  MEMBER_KEY,
  MEMBER_KEY_LENGTH,
  MEMBER_LINE,
  MEMBER_NEEDS,
  MEMBER_NEXT,
  MEMBER_PARENT,
  MEMBER_VALUE,
  ROOT,
  TABLE_AT,
  TEXT,
  VALUE_NONE,
} from '../low-memory'
import { BACKSLASH, COLON, COMMA, DOT, firstBytes, QUOTE, SPACE, ZERO } from './bytes'
import { writeRowKeys } from './keys'
import { clearRow, placeRow } from './row'
import { word } from './table'
import { beginValues, endValues, readValue } from './values'

const OPEN_BRACE: i32 = 0x7b
const CLOSE_BRACE: i32 = 0x7d
const OPEN_BRACKET: i32 = 0x5b
const CLOSE_BRACKET: i32 = 0x5d

/** Nesting that is stepped over, far below that of which scan-json.ts says that it is too deep. */
const MAX_SKIPPED: i32 = 32

/** The first letter of `null`. */
const SMALL_N: i32 = 0x6e

/** Of the line at hand: bits of the needs that it meets, and its number. */
let met: u32 = 0
let stamp: u32 = 0

/** Reads lines from `line` on into rows from `row` on; gives how many it read before the first that is not for here. */
export function scanMembers(line: i32, lineCount: i32, row: i32): i32 {
  const first = line
  const text = word(TEXT)
  const starts = word(FROM_START)
  const ends = word(FROM_END)
  const kinds = word(FROM_KIND)
  const hasSeed = word(HAS_SEED) != 0
  stamp = <u32>word(LINE_STAMP)
  for (; line < lineCount; line++) {
    if (load<u8>(kinds + line) != 0) break
    const at = text + load<u32>(starts + (line << 2))
    const end = text + load<u32>(ends + (line << 2))
    stamp++
    if (!readLine(at, end, row)) break
    placeRow(line, row)
    if (hasSeed) writeRowKeys(row)
    row++
  }
  store<u32>(TABLE_AT + 4 * LINE_STAMP, stamp)
  return line - first
}

/** A line that starts with its object: with blanks before it, it may be another reader's. */
// @ts-ignore: decorator
@inline
function readLine(at: usize, end: usize, row: i32): bool {
  if (at >= end || byte(at) != OPEN_BRACE) return false
  clearRow(row)
  beginValues(row)
  met = 0
  at = object(word(ROOT), at + 1, end, row)
  return at != 0 && blanks(at, end) == end && met == <u32>word(ALL_NEEDS) && endValues(row)
}

// @ts-ignore: decorator
@inline
function byte(at: usize): i32 {
  return <i32>load<u8>(at)
}

// @ts-ignore: decorator
@inline
function blanks(at: usize, end: usize): usize {
  while (at < end && byte(at) <= SPACE) at++
  return at
}

/**
 * Members from behind `{`; gives the address behind `}`.
 *
 * The lines of a source mostly have the same members in the same order: which one came next the last time is tried first, at
 * `guess`, by comparing its name with the quotes and the colon.
 */
function object(parent: usize, at: usize, end: usize, row: i32): usize {
  at = blanks(at, end)
  if (at < end && byte(at) == CLOSE_BRACE) return at + 1
  let guess = parent + MEMBER_FIRST
  while (at < end) {
    let member = load<usize>(guess)
    if (member != 0 && keyStandsAt(member, at, end)) at += load<u32>(member, MEMBER_KEY_LENGTH)
    else {
      const close = byte(at) == QUOTE ? stringEnd(at + 1, end) : 0
      if (close == 0) return 0
      member = memberOf(parent, at, close)
      if (member != 0) store<usize>(guess, member)
      at = blanks(close + 1, end)
      if (at >= end || byte(at) != COLON) return 0
      at++
    }
    at = blanks(at, end)
    if (at >= end) return 0
    if (member == 0) at = skip(at, end)
    else {
      guess = member + MEMBER_NEXT
      at = value(member, at, end, row)
    }
    if (at == 0) return 0
    at = blanks(at, end)
    if (at >= end) return 0
    if (byte(at) == CLOSE_BRACE) return at + 1
    if (byte(at) != COMMA) return 0
    at = blanks(at + 1, end)
  }
  return 0
}

/** Whether a member's name stands at `at`, with its quotes and the colon. */
// @ts-ignore: decorator
@inline
function keyStandsAt(member: usize, at: usize, end: usize): bool {
  const length = load<u32>(member, MEMBER_KEY_LENGTH)
  return at + length <= end && isKey(load<usize>(member, MEMBER_KEY), at, length)
}

/** Whether the first `length` bytes at `at` are those at `key`. */
// @ts-ignore: decorator
@inline
function isKey(key: usize, at: usize, length: i32): bool {
  while (true) {
    const differs = v128.xor(v128.load(key), v128.load(at))
    if (v128.any_true(v128.and(differs, firstBytes(length)))) return false
    length -= 16
    if (length <= 0) return true
    key += 16
    at += 16
  }
}

/** The member of `parent` whose name stands between the quotes at `open` and `close`, or 0. The hash is that of encode-map.ts. */
function memberOf(parent: usize, open: usize, close: usize): usize {
  const length = <i32>(close - open) - 1
  const first = length < 2 ? <u32>load<u8>(open + 1) : load<u32>(open)
  const last: u32 = length < 2 ? 0 : load<u32>(close - 3)
  let hash = (first ^ (last * 0x9e3779b1) ^ ((<u32>length + <u32>parent) * 0x85ebca6b)) * 0xc2b2ae35
  hash ^= hash >>> 15
  const mask = <u32>word(INDEX_MASK)
  while (true) {
    const member = load<usize>(<usize>INDEX_AT + ((hash & mask) << 2))
    if (member == 0) return 0
    const isAlike = load<i32>(member, MEMBER_KEY_LENGTH) == length + 3 && load<usize>(member, MEMBER_PARENT) == parent
    if (isAlike && isKey(load<usize>(member, MEMBER_KEY), open, length + 2)) return member
    hash++
  }
}

/** Address of the closing quote of a string without a backslash, or 0. */
// @ts-ignore: decorator
@inline
function stringEnd(at: usize, end: usize): usize {
  const stop = quoteOrBackslash(at, end)
  return stop < end && byte(stop) == QUOTE ? stop : 0
}

/** Address of the first of the two from `at` on; `end` or behind it where there is none. */
// @ts-ignore: decorator
@inline
function quoteOrBackslash(at: usize, end: usize): usize {
  const quote = i8x16.splat(<i8>QUOTE)
  const backslash = i8x16.splat(<i8>BACKSLASH)
  while (true) {
    const bytes = v128.load(at)
    const bits = i8x16.bitmask(v128.or(i8x16.eq(bytes, quote), i8x16.eq(bytes, backslash)))
    if (bits) return at + ctz(bits)
    at += 16
    if (at >= end) return end
  }
}

/** Reads the value of a member; gives the address behind it. */
function value(member: usize, at: usize, end: usize, row: i32): usize {
  const first = byte(at)
  if (first == QUOTE) {
    const close = stringEnd(at + 1, end)
    return close != 0 && take(member, at + 1, close, row) ? close + 1 : 0
  }
  if (first == OPEN_BRACE || first == OPEN_BRACKET) return nested(member, at, end, row)
  const stop = tokenEnd(at, end)
  if (stop == 0) return 0
  // null says that there is none
  return first == SMALL_N || take(member, at, stop, row) ? stop : 0
}

// @ts-ignore: decorator
@inline
function take(member: usize, from: usize, to: usize, row: i32): bool {
  met |= load<u32>(member, MEMBER_NEEDS)
  if (load<u8>(member, MEMBER_VALUE) == VALUE_NONE) return true
  // there twice
  if (load<u32>(member, MEMBER_LINE) == stamp) return false
  store<u32>(member, stamp, MEMBER_LINE)
  if (!readValue(member, from, to, row)) return false
  for (let also = load<usize>(member, MEMBER_ALSO); also != 0; also = load<usize>(also, MEMBER_ALSO)) {
    if (!readValue(also, from, to, row)) return false
  }
  return true
}

function nested(member: usize, at: usize, end: usize, row: i32): usize {
  met |= load<u32>(member, MEMBER_NEEDS)
  const flags = load<u8>(member, MEMBER_FLAGS)
  const isArray = byte(at) == OPEN_BRACKET
  if (isArray && (flags & MEMBER_HAS_LIST)) return 0
  if (!(flags & MEMBER_HAS_CHILDREN)) return skip(at, end)
  return isArray ? array(member, at + 1, end, row) : object(member, at + 1, end, row)
}

/** Elements from behind `[`, of which the map has at most the first; gives the address behind `]`. */
function array(parent: usize, at: usize, end: usize, row: i32): usize {
  at = blanks(at, end)
  if (at < end && byte(at) == CLOSE_BRACKET) return at + 1
  let element = load<usize>(parent, MEMBER_ELEMENT)
  while (at < end) {
    at = element == 0 ? skip(at, end) : value(element, at, end, row)
    if (at == 0) return 0
    element = 0
    at = blanks(at, end)
    if (at >= end) return 0
    if (byte(at) == CLOSE_BRACKET) return at + 1
    if (byte(at) != COMMA) return 0
    at = blanks(at + 1, end)
  }
  return 0
}

/** Address behind a value of any kind, of which nothing is read. */
function skip(at: usize, end: usize): usize {
  let depth = 0
  while (at < end) {
    const first = byte(at)
    if (first == QUOTE) {
      at = skipString(at + 1, end)
      if (at == 0) return 0
    } else if (first == OPEN_BRACE || first == OPEN_BRACKET) {
      if (++depth > MAX_SKIPPED) return 0
      at++
      continue
    } else if (first == CLOSE_BRACE || first == CLOSE_BRACKET) {
      if (--depth < 0) return 0
      at++
    } else if (first <= SPACE || first == COMMA || first == COLON) {
      if (depth == 0) return 0
      at++
      continue
    } else {
      at = tokenEnd(at, end)
      if (at == 0) return 0
    }
    if (depth == 0) return at
  }
  return 0
}

/** Address behind the closing quote of a string that may have escapes, or 0. */
function skipString(at: usize, end: usize): usize {
  while (at < end) {
    at = quoteOrBackslash(at, end)
    if (at >= end) return 0
    if (byte(at) == QUOTE) return at + 1
    at += 2
  }
  return 0
}

/** Bytes of numbers and of the three names, `+-.0123456789` and `Eaeflnrstu`, as bits of two words. */
const LOW_TOKENS: u64 = 0x03ff680000000000
const HIGH_TOKENS: u64 = 0x003c506200000020

/** Address behind a number or a name, or 0. */
// @ts-ignore: decorator
@inline
function tokenEnd(at: usize, end: usize): usize {
  // most are digits and a point
  const bytes = v128.load(at)
  const digits = i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(<i8>ZERO)), i8x16.splat(10))
  const others = i8x16.bitmask(v128.or(digits, i8x16.eq(bytes, i8x16.splat(<i8>DOT)))) ^ 0xffff
  const stop = at + ctz(others | 0x10000)
  return stop > at && stop < end && !isToken(<u32>load<u8>(stop)) ? stop : slowTokenEnd(at, end)
}

function slowTokenEnd(at: usize, end: usize): usize {
  let stop = at
  while (stop < end && isToken(<u32>load<u8>(stop))) stop++
  return stop == at ? 0 : stop
}

// @ts-ignore: decorator
@inline
function isToken(byte: u32): bool {
  const bits = byte < 64 ? LOW_TOKENS : byte < 128 ? HIGH_TOKENS : 0
  return <bool>((bits >> (byte & 63)) & 1)
}
