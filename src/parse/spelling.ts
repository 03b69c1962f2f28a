/**
 * Values in other spellings than the log's own, and their bytes in that: a backslash as `\\`, control characters as `\xhh`.
 */
import { hexPair } from '../columns/unescape.js'
import { BACKSLASH, HASH, PERCENT, PLUS, QUOTE, SPACE } from '../core/bytes.js'
import type { Spelling } from './contract.js'

/** Also: a whole line in a JSON string, which has the log's own escapes once its JSON ones are resolved. */
type AnySpelling = Spelling | 'json-line'

/** Whether a text is in the log's own spelling as it stands. */
export function isPlain(bytes: Uint8Array, from: number, to: number, spelling: AnySpelling): boolean {
  if (spelling === 'escaped') return true
  const backslash = BACKSLASH
  const isW3c = spelling === 'w3c' || spelling === 'w3c-percent'
  const percent = HEX_MARKS[spelling] ?? -1
  const plus = isW3c ? PLUS : -1
  const quote = isW3c || spelling === 'csv' ? QUOTE : -1
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!
    if (byte === backslash || byte === percent || byte === plus || byte === quote) return false
  }
  return true
}

/** A text in the log's own spelling. Allocates. */
export function respell(bytes: Uint8Array, from: number, to: number, spelling: AnySpelling): Uint8Array {
  switch (spelling) {
    case 'json':
      return escapeBytes(resolveJson(bytes, from, to))
    case 'json-line':
      return withoutLineEnd(resolveJson(bytes, from, to))
    case 'percent':
    case 'hash':
      return escapeBytes(resolveHex(bytes, from, to, HEX_MARKS[spelling]!))
    case 'w3c':
      return escapeBytes(resolveW3c(bytes, from, to))
    case 'w3c-percent':
      return escapeBytes(resolveW3cPercent(bytes, from, to))
    case 'csv':
      return escapeBytes(undouble(bytes, from, to))
    default:
      return escapeBytes(bytes.subarray(from, to))
  }
}

const HEX = '0123456789abcdef'

/** Backslashes doubled, control characters in hex. */
function escapeBytes(text: Uint8Array): Uint8Array {
  const out = new Uint8Array(4 * text.length)
  let size = 0
  for (const byte of text) {
    if (byte === BACKSLASH) {
      out[size++] = BACKSLASH
      out[size++] = BACKSLASH
    } else if (byte < SPACE || byte === 0x7f) {
      out[size++] = BACKSLASH
      out[size++] = 0x78
      out[size++] = HEX.charCodeAt(byte >> 4)
      out[size++] = HEX.charCodeAt(byte & 15)
    } else out[size++] = byte
  }
  return out.subarray(0, size)
}

/** One line feed at the end, as a container's runtime keeps it, and a carriage return before it. */
function withoutLineEnd(text: Uint8Array): Uint8Array {
  let end = text.length
  if (end > 0 && text[end - 1] === 10) end--
  if (end > 0 && text[end - 1] === 13) end--
  return text.subarray(0, end)
}

const JSON_ESCAPES: Readonly<Record<number, number>> = {
  34: 0x22,
  92: 0x5c,
  47: 0x2f,
  98: 8,
  102: 12,
  110: 10,
  114: 13,
  116: 9,
}

/**
 * The bytes of a JSON string. An escape that JSON does not have stays as it is; half of a surrogate pair becomes U+FFFD.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8259#section-7
 */
export function resolveJson(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const out = new Uint8Array(to - from)
  let size = 0
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!
    if (byte !== BACKSLASH || at + 1 >= to) {
      out[size++] = byte
      continue
    }
    const code = bytes[at + 1]!
    const plain = JSON_ESCAPES[code]
    if (plain !== undefined) {
      out[size++] = plain
      at++
    } else if (code === 0x75 && at + 5 < to + 0 && unit(bytes, at, to) >= 0) {
      const first = unit(bytes, at, to)
      const second = first >= 0xd800 && first <= 0xdbff ? unit(bytes, at + 6, to) : -1
      const isPair = second >= 0xdc00 && second <= 0xdfff
      const point = isPair ? 0x10000 + ((first - 0xd800) << 10) + second - 0xdc00 : first
      size = putPoint(out, size, point >= 0xd800 && point <= 0xdfff ? 0xfffd : point)
      at += isPair ? 11 : 5
    } else out[size++] = byte
  }
  return out.subarray(0, size)
}

/** Value of `\uhhhh` at `at`, or -1. */
function unit(bytes: Uint8Array, at: number, to: number): number {
  if (at + 6 > to || bytes[at] !== BACKSLASH || bytes[at + 1] !== 0x75) return -1
  const high = hexPair(bytes, at + 2)
  const low = hexPair(bytes, at + 4)
  return high < 0 || low < 0 ? -1 : high * 256 + low
}

/** UTF-8 of a code point; never longer than the escape that it stands for. */
function putPoint(out: Uint8Array, size: number, point: number): number {
  if (point < 0x80) out[size++] = point
  else if (point < 0x800) {
    out[size++] = 0xc0 | (point >> 6)
    out[size++] = 0x80 | (point & 63)
  } else if (point < 0x10000) {
    out[size++] = 0xe0 | (point >> 12)
    out[size++] = 0x80 | ((point >> 6) & 63)
    out[size++] = 0x80 | (point & 63)
  } else {
    out[size++] = 0xf0 | (point >> 18)
    out[size++] = 0x80 | ((point >> 12) & 63)
    out[size++] = 0x80 | ((point >> 6) & 63)
    out[size++] = 0x80 | (point & 63)
  }
  return size
}

/** What stands before two hexadecimal digits. */
const HEX_MARKS: Readonly<Partial<Record<AnySpelling, number>>> = {
  percent: PERCENT,
  'w3c-percent': PERCENT,
  hash: HASH,
}

/** Decoded once; what is no escape stays. */
function resolveHex(bytes: Uint8Array, from: number, to: number, mark: number): Uint8Array {
  const out = new Uint8Array(to - from)
  let size = 0
  for (let at = from; at < to; at++) {
    const value = bytes[at] === mark && at + 2 < to ? hexPair(bytes, at + 1) : -1
    out[size++] = value < 0 ? bytes[at]! : value
    if (value >= 0) at += 2
  }
  return out.subarray(0, size)
}

/** Quotes as in CSV, which hold blanks as they are; else `+` for blanks. */
function resolveW3c(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const out = Uint8Array.from(undouble(bytes, from, to))
  if (bytes[from] === QUOTE) return out
  for (let at = 0; at < out.length; at++) if (out[at] === PLUS) out[at] = SPACE
  return out
}

/** Percent-encoded where neither quotes nor `+` say that it is not. */
function resolveW3cPercent(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const isOther = bytes[from] === QUOTE || bytes.subarray(from, to).indexOf(PLUS) >= 0
  return isOther ? resolveW3c(bytes, from, to) : resolveHex(bytes, from, to, PERCENT)
}

/** Quotes around are dropped, and of two in it one. */
function undouble(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const isQuoted = to - from >= 2 && bytes[from] === QUOTE && bytes[to - 1] === QUOTE
  const [start, end] = isQuoted ? [from + 1, to - 1] : [from, to]
  const out = new Uint8Array(end - start)
  let size = 0
  for (let at = start; at < end; at++) {
    out[size++] = bytes[at]!
    if (bytes[at] === QUOTE && at + 1 < end && bytes[at + 1] === QUOTE) at++
  }
  return out.subarray(0, size)
}
