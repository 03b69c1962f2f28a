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
  const work = new Uint8Array(length)
  work.set(bytes.subarray(start, start + length))
  let size = resolveLogEscapes(work, length)
  for (let pass = 0; pass < MAX_DECODES; pass++) {
    const decoded = percentDecode(work, size)
    if (decoded === size) break
    size = decoded
  }
  return joinSegments(work, size)
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

/** In place; returns the new size. */
function resolveLogEscapes(work: Uint8Array, size: number): number {
  if (work.indexOf(BACKSLASH) < 0) return size
  let to = 0
  for (let at = 0; at < size; at++) {
    const hex = work[at] === BACKSLASH && work[at + 1] === 0x78 ? hexPair(work, at + 2) : -1
    if (hex >= 0) {
      work[to++] = hex
      at += 3
    } else if (work[at] === BACKSLASH && (work[at + 1] === BACKSLASH || work[at + 1] === 0x22)) {
      work[to++] = work[++at]!
    } else work[to++] = work[at]!
  }
  return to
}

/** In place; `%` without two hex digits stays. Returns the new size. */
function percentDecode(work: Uint8Array, size: number): number {
  let to = 0
  for (let at = 0; at < size; at++) {
    const value = work[at] === PERCENT && at + 2 < size ? hexPair(work, at + 1) : -1
    if (value >= 0) at += 2
    work[to++] = value >= 0 ? value : work[at]!
  }
  return to
}

function joinSegments(work: Uint8Array, size: number): string {
  const segments: string[] = []
  for (const segment of byteString(work, size).split('/')) {
    const parameters = segment.indexOf(';')
    const name = parameters < 0 ? segment : segment.slice(0, parameters)
    if (name === '' || name === '.') continue
    if (name === '..') segments.pop()
    else segments.push(name)
  }
  return `/${segments.join('/')}`
}

/** Bytes to characters 0 to 255, in pieces that fit a call's arguments. */
function byteString(bytes: Uint8Array, size: number): string {
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

/** A byte string back to text, for showing: UTF-8 where it is that. */
export function toText(byteText: string): string {
  const bytes = Uint8Array.from(byteText, (glyph) => glyph.charCodeAt(0))
  return new TextDecoder('utf-8').decode(bytes)
}
