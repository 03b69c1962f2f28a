import { CR, LF, NUL } from '../core/bytes.js'

/** Lines of the start of a source, to try formats on. */
export interface SampledLines {
  readonly bytes: Uint8Array
  readonly count: number
  /** `count` values: index of a line's first byte, and one past its last, line end excluded. */
  readonly start: Uint32Array
  readonly end: Uint32Array
}

/** Enough that one odd line in a hundred shows, and few enough to try dozens of formats within milliseconds. */
const MAX_SAMPLED = 200

/** The first lines are all taken: formats with a header have it there. */
const LEADING = 20

/**
 * Takes up to 200 lines of the start of a source: the first ones and, evenly spaced, some of the rest. Blank lines, a byte order mark and leading NUL bytes are
 * left out; so is the last line where the source goes on behind `head`.
 */
export function sampleLines(head: Uint8Array, whole: boolean): SampledLines {
  const lines = textLines(head, whole)
  const count = Math.min(lines.length, MAX_SAMPLED)
  const start = new Uint32Array(count)
  const end = new Uint32Array(count)
  const stride = (lines.length - LEADING) / (count - LEADING)
  for (let i = 0; i < count; i++) {
    const line = lines[i < LEADING ? i : LEADING + Math.floor((i - LEADING) * stride)]!
    start[i] = line.start
    end[i] = line.end
  }
  // a Buffer, as blocks are: the scanner then sees one kind of array, and stays quick
  return { bytes: Buffer.from(head.buffer, head.byteOffset, head.length), count, start, end }
}

/** A few of sampled lines: the first ones, for headers, and some of the rest. The same lines where there are no more. */
export function fewOf(lines: SampledLines): SampledLines {
  const { bytes, count, start, end } = lines
  if (count <= FEW) return lines
  const stride = (count - LEADING) / (FEW - LEADING)
  const chosen = Uint32Array.from({ length: FEW }, (_, i) =>
    i < LEADING ? i : LEADING + Math.floor((i - LEADING) * stride),
  )
  return {
    bytes,
    count: FEW,
    start: chosen.map((line) => start[line]!),
    end: chosen.map((line) => end[line]!),
  }
}

/** Of a format that reads a tenth of a source's lines, one is among so many nearly always. */
const FEW = 48

interface Line {
  readonly start: number
  readonly end: number
}

function textLines(head: Uint8Array, whole: boolean): Line[] {
  const lines: Line[] = []
  let at = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0
  while (at < head.length) {
    const feed = head.indexOf(LF, at)
    if (feed < 0 && !whole) break
    const stop = feed < 0 ? head.length : feed
    const end = stop > at && head[stop - 1] === CR ? stop - 1 : stop
    while (at < end && head[at] === NUL) at++
    if (!isBlank(head, at, end)) lines.push({ start: at, end })
    at = stop + 1
  }
  return lines
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at]! > 0x20) return false
  return true
}
