import { hexPair } from '../columns/unescape.js'
import { BACKSLASH, DOT, PERCENT, SEMICOLON, SLASH } from '../core/bytes.js'

/**
 * The normal form of a path, so that spelling cannot hide a request: the log's escapes resolved, percent-decoded until
 * stable (at most three times), `;parameters` dropped, `//` and dot segments resolved, no final slash.
 *
 *     /test//x/../%2565xport;v=1/   ->   /test/export
 *
 * Returned as a string of bytes (one character a byte, 0 to 255), which is what declared paths are compared with after
 * `toByteString`. Never empty: the root is `/`.
 *
 * @see https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2
 */
export function normalPath(bytes: Uint8Array, start: number, length: number): string {
  return isPlainPath(bytes, start, length)
    ? plainText(bytes, start, length)
    : slowNormalPath(bytes, start, length)
}

/** Nearly all paths: nothing to resolve but a final slash. */
function plainText(bytes: Uint8Array, start: number, length: number): string {
  const size = length > 1 && bytes[start + length - 1] === SLASH ? length - 1 : length
  return byteString(bytes.subarray(start, start + size), size)
}

/** Taken for paths with an escape, parameter, doubled slash or dot segment. */
function slowNormalPath(bytes: Uint8Array, start: number, length: number): string {
  const work = new Uint8Array(length + 1)
  return byteString(work, resolvePath(bytes, start, length, work))
}

/**
 * Writes the normal form of any path to the head of `work`, which has room for one byte more than the path.
 *
 * @returns its length.
 */
export function resolvePath(bytes: Uint8Array, start: number, length: number, work: Uint8Array): number {
  // one byte behind, so that the slash that a path may lack has its place
  work.set(bytes.subarray(start, start + length), 1)
  let end = resolveLogEscapes(work, 1, 1 + length)
  for (let pass = 0; pass < MAX_DECODES; pass++) {
    const decoded = percentDecode(work, 1, end)
    if (decoded === end) break
    end = decoded
  }
  return joinSegments(work, 1, end)
}

/** Enough for double encoding with one to spare; servers behind servers decode at most once each. */
const MAX_DECODES = 3

/** Whether a path's normal form is its text, apart from a final slash: nothing in it can be a spelling. */
export function isPlainPath(bytes: Uint8Array, start: number, length: number): boolean {
  const end = start + length
  let previous = 0
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!
    if (byte === PERCENT || byte === SEMICOLON || byte === BACKSLASH) return false
    if (previous === SLASH && (byte === SLASH || (byte === DOT && isDotSegment(bytes, at, end)))) return false
    previous = byte
  }
  return length > 0 && bytes[start] === SLASH
}

/** `.` or `..` as a whole segment, at `at`. */
function isDotSegment(bytes: Uint8Array, at: number, end: number): boolean {
  const stop = at + 1 < end && bytes[at + 1] === DOT ? at + 2 : at + 1
  return stop >= end || bytes[stop] === SLASH
}

/** In place; returns the new end. */
function resolveLogEscapes(work: Uint8Array, from: number, end: number): number {
  let to = work.indexOf(BACKSLASH, from)
  if (to < 0 || to >= end) return end
  for (let at = to; at < end; at++) {
    const next = work[at] === BACKSLASH && at + 1 < end ? work[at + 1] : -1
    const hex = next === 0x78 && at + 3 < end ? hexPair(work, at + 2) : -1
    if (hex >= 0) {
      work[to++] = hex
      at += 3
    } else if (next === BACKSLASH || next === 0x22) {
      work[to++] = work[++at]!
    } else work[to++] = work[at]!
  }
  return to
}

/** In place; `%` without two hex digits stays. Returns the new end. */
function percentDecode(work: Uint8Array, from: number, end: number): number {
  let to = from
  for (let at = from; at < end; at++) {
    const value = work[at] === PERCENT && at + 2 < end ? hexPair(work, at + 1) : -1
    if (value >= 0) at += 2
    work[to++] = value >= 0 ? value : work[at]!
  }
  return to
}

/**
 * Moves the segments of `work[from, end)` to the head, each behind a slash: without parameters, empty ones and `.`; `..`
 * takes away the one before it. What is written ends before what is read. Returns its length.
 */
function joinSegments(work: Uint8Array, from: number, end: number): number {
  let size = 0
  for (let at = from; at < end; at++) {
    const start = at
    let nameEnd = -1
    for (; at < end && work[at] !== SLASH; at++) if (nameEnd < 0 && work[at] === SEMICOLON) nameEnd = at
    if (nameEnd < 0) nameEnd = at
    const dots = dotsOf(work, start, nameEnd)
    if (nameEnd === start || dots === 1) continue
    if (dots === 2) size = withoutLast(work, size)
    else {
      work[size++] = SLASH
      for (let i = start; i < nameEnd; i++) work[size++] = work[i]!
    }
  }
  if (size > 0) return size
  work[0] = SLASH
  return 1
}

/** 1 for the segment `.`, 2 for `..`, 0 for others. */
function dotsOf(work: Uint8Array, start: number, end: number): number {
  const length = end - start
  if (length < 1 || length > 2 || work[start] !== DOT || work[end - 1] !== DOT) return 0
  return length
}

/** Where the last of the written segments begins; nothing is before the first. */
function withoutLast(work: Uint8Array, size: number): number {
  let at = size - 1
  while (at > 0 && work[at] !== SLASH) at--
  return Math.max(0, at)
}

/** Bytes to characters 0 to 255, in pieces that fit a call's arguments. */
export function byteString(bytes: Uint8Array, size: number): string {
  if (size <= 4096) return String.fromCharCode.apply(null, bytes.subarray(0, size) as unknown as number[])
  let text = ''
  for (let at = 0; at < size; at += 4096) {
    text += String.fromCharCode.apply(
      null,
      bytes.subarray(at, Math.min(size, at + 4096)) as unknown as number[],
    )
  }
  return text
}

/** A declared path in the form that `normalPath` gives. */
export function normalPathOf(text: string): string {
  const bytes = new TextEncoder().encode(text)
  return normalPath(bytes, 0, bytes.length)
}

/** ASCII letters to lower case; other bytes stay. For byte strings and paths that ignore case. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/** The bytes of a byte string. */
export function bytesOf(byteText: string): Uint8Array {
  const bytes = new Uint8Array(byteText.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = byteText.charCodeAt(i)
  return bytes
}

const decoder = new TextDecoder('utf-8')
const BEYOND_ASCII = /[^\0-\x7f]/

/** A byte string back to text, for showing: UTF-8 where it is that. */
export function toText(byteText: string): string {
  return BEYOND_ASCII.test(byteText) ? decoder.decode(bytesOf(byteText)) : byteText
}
