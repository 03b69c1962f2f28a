import { CR, LF, TAB } from '../core/bytes.js'
import type { Charset } from './contract.js'

/** Shortest head that is taken for UTF-16 without a mark: two characters. */
const MIN_UNMARKED_BYTES = 4

/**
 * Tells the charset by the head of a decoded source.
 *
 * UTF-16 by its byte order mark, or, without one, where every other byte is NUL and those between are plain ASCII text.
 * All else is 'utf-8', which stands for any charset whose line ends are single bytes.
 */
export function charsetOf(head: Uint8Array): Charset {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  if (isPairedAscii(head, 0)) return 'utf-16le'
  if (isPairedAscii(head, 1)) return 'utf-16be'
  return 'utf-8'
}

/** Length of the byte order mark that a head begins with; 0 without one. */
export function markBytesOf(head: Uint8Array): number {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 3
  return (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff) ? 2 : 0
}

/** @param low  Where in a pair the text byte stands; the other one is NUL. */
function isPairedAscii(head: Uint8Array, low: 0 | 1): boolean {
  if (head.length < MIN_UNMARKED_BYTES) return false
  for (let at = 0; at + 1 < head.length; at += 2) {
    if (head[at + 1 - low] !== 0 || !isTextAscii(head[at + low]!)) return false
  }
  return true
}

function isTextAscii(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === TAB || byte === LF || byte === CR
}
