import { CR, LF, TAB } from '../core/bytes.js'
import { charsetOf } from './charset.js'

const ESCAPE = 0x1b
/**
 * Share of control bytes from which a head is no text. Compressed and random bytes have 11 %, programs more; a log that
 * holds raw bytes of attacks stays below 1 %.
 */
const MAX_CONTROL_SHARE = 0.05
/** NUL bytes in a row that are no part of anything that was written: a block of the disk that was wiped, or never written. */
const LONG_NULS = 64

/**
 * Tells whether the head of a decoded source looks like something other than text.
 *
 * Control bytes are counted, without TAB, LF, CR and ESC. NUL bytes where a line should start, and many in a row, are what a
 * crash leaves in a log: they count neither way. UTF-16 is text.
 */
export function looksBinary(head: Uint8Array): boolean {
  if (charsetOf(head) !== 'utf-8') return false
  let counted = 0
  let controls = 0
  let isLineStart = true
  let nuls = 0
  for (const byte of head) {
    if (byte === 0) {
      if (!isLineStart) nuls++
      continue
    }
    if (nuls < LONG_NULS) {
      counted += nuls
      controls += nuls
    }
    nuls = 0
    isLineStart = byte === LF
    counted++
    if (isControl(byte)) controls++
  }
  if (nuls < LONG_NULS) {
    counted += nuls
    controls += nuls
  }
  return controls > counted * MAX_CONTROL_SHARE
}

function isControl(byte: number): boolean {
  return (byte < 0x20 && byte !== TAB && byte !== LF && byte !== CR && byte !== ESCAPE) || byte === 0x7f
}
