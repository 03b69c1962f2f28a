import { CR, LF } from '../core/bytes.js'
import type { Charset } from './contract.js'

/**
 * How the ends of lines look in one charset: single bytes, or the 16-bit units of UTF-16.
 *
 * Positions are indexes into `bytes`; units start at even ones where they are two bytes wide.
 */
export interface Units {
  /** Bytes of one unit. */
  readonly width: 1 | 2
  /** Index of the first line feed in `[at, end)`, or -1. */
  findFeed(bytes: Buffer, at: number, end: number): number
  /** Index of the last line feed before `end`, or -1. */
  findLastFeed(bytes: Buffer, end: number): number
  /** Tells whether the unit that ends at `end` is a carriage return. */
  isReturn(bytes: Buffer, end: number): boolean
  /** Index of the first unit in `[at, end)` that is not NUL, or `end`. */
  skipNuls(bytes: Buffer, at: number, end: number): number
}

export function unitsOf(charset: Charset): Units {
  if (charset === 'utf-8') return BYTES
  return charset === 'utf-16le' ? PAIRS_LITTLE : PAIRS_BIG
}

const BYTES: Units = {
  width: 1,
  findFeed(bytes, at, end) {
    const feed = bytes.indexOf(LF, at)
    return feed < end ? feed : -1
  },
  findLastFeed: (bytes, end) => (end === 0 ? -1 : bytes.lastIndexOf(LF, end - 1)),
  isReturn: (bytes, end) => bytes[end - 1] === CR,
  skipNuls(bytes, at, end) {
    while (at < end && bytes[at] === 0) at++
    return at
  },
}

const PAIRS_LITTLE = pairUnits(0)
const PAIRS_BIG = pairUnits(1)

/** @param low  Where in a pair the low byte stands: 0 little endian, 1 big endian. */
function pairUnits(low: 0 | 1): Units {
  const high = 1 - low
  return {
    width: 2,
    findFeed(bytes, at, end) {
      for (
        let found = bytes.indexOf(LF, at);
        found !== -1 && found < end;
        found = bytes.indexOf(LF, found + 1)
      ) {
        const unit = found - low
        if (unit >= at && unit % 2 === 0 && unit + 1 < end && bytes[unit + high] === 0) return unit
      }
      return -1
    },
    findLastFeed(bytes, end) {
      for (let unit = end - 2 - (end % 2); unit >= 0; unit -= 2) {
        if (bytes[unit + low] === LF && bytes[unit + high] === 0) return unit
      }
      return -1
    },
    isReturn: (bytes, end) => bytes[end - 2 + low] === CR && bytes[end - 2 + high] === 0,
    skipNuls(bytes, at, end) {
      while (at + 1 < end && bytes[at] === 0 && bytes[at + 1] === 0) at += 2
      return at
    },
  }
}
