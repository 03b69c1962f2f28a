import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LINE_CUT, LINE_MARK, LINE_NULS, LINE_TEXT } from '../../src/decode/contract.js'
import { bytesSource, type Entry, type Lines, readLines } from './support.js'

/** Bytes as logs and their damage have them: mostly line ends, NUL and a few letters. */
const spicy = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0x0a) },
  { weight: 2, arbitrary: fc.constant(0x0d) },
  { weight: 2, arbitrary: fc.constant(0x00) },
  { weight: 6, arbitrary: fc.integer({ min: 0x61, max: 0x64 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }) },
)
const logBytes = fc
  .tuple(fc.constantFrom([], [], [0xef, 0xbb, 0xbf], [0xef, 0xbb]), fc.array(spicy, { maxLength: 160 }))
  .map(([mark, rest]) => Uint8Array.from([...mark, ...rest]))
  .filter((bytes) => !(bytes[0] === 0x1f && bytes[1] === 0x8b))
const chunkings = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 })
const limits = fc.record({
  blockBytes: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(4096)),
  maxLineBytes: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constant(4096)),
})

/** Line ends as bytes of the decoded stream, for one charset. */
interface Ends {
  readonly feed: string
  readonly back: string
  readonly nul: string
}
const SINGLE: Ends = { feed: '\n', back: '\r', nul: '\0' }
const LITTLE: Ends = { feed: '\n\0', back: '\r\0', nul: '\0\0' }
const BIG: Ends = { feed: '\0\n', back: '\0\r', nul: '\0\0' }

/** Splits by units of a string of bytes, the naive way: no blocks, no chunks, no limits on memory. */
function model(stream: string, markBytes: number, ends: Ends, blockBytes: number, limit: number): Entry[] {
  const width = ends.feed.length
  const maxLine = Math.max(width, limit - (limit % width))
  const entries: Entry[] = []
  const blocks = new Map<number, number>()
  const push = (
    kind: number,
    offset: number,
    length: number,
    number: number,
    text: string,
    stretch: number,
  ) => {
    if (!blocks.has(stretch)) blocks.set(stretch, blocks.size)
    entries.push({ kind, offset, length, number, text, block: blocks.get(stretch)! })
  }
  // The mark comes in the first block, with the line behind it.
  if (markBytes > 0) push(LINE_MARK, 0, markBytes, 1, stream.slice(0, markBytes), 0)
  let number = 0
  for (const [place, line, whole] of splitLines(stream, markBytes, ends)) {
    number++
    const stretch = number === 1 ? 0 : Math.floor(place / blockBytes)
    let nuls = 0
    while (line.startsWith(ends.nul, nuls)) nuls += width
    if (nuls > 0) push(LINE_NULS, place, nuls, number, '', stretch)
    const text = line.slice(nuls)
    if (text.length === 0 && (nuls > 0 || !whole)) continue
    const kind = text.length > maxLine ? LINE_CUT : LINE_TEXT
    push(kind, place + nuls, text.length, number, text.slice(0, maxLine), stretch)
  }
  return entries
}

/** Place, content without its end, and whether it had a line feed. */
function splitLines(stream: string, from: number, ends: Ends): [number, string, boolean][] {
  const width = ends.feed.length
  const lines: [number, string, boolean][] = []
  let start = from
  for (let at = from; at + width <= stream.length; at += width) {
    if (stream.slice(at, at + width) !== ends.feed) continue
    const line = stream.slice(start, at)
    lines.push([
      start,
      line.endsWith(ends.back) && line.length % width === 0 ? line.slice(0, -width) : line,
      true,
    ])
    start = at + width
  }
  if (start < stream.length) lines.push([start, stream.slice(start), false])
  return lines
}

/** What lies between and behind entries must be line ends, and nothing may overlap. */
function expectTiling(stream: string, entries: readonly Entry[], ends: Ends): void {
  let at = 0
  for (const [index, entry] of entries.entries()) {
    expect(entry.offset).toBe(at)
    at += entry.length
    const next = entries[index + 1]
    const isSameLine = next !== undefined && next.number === entry.number
    if (isSameLine) continue
    if (stream.startsWith(ends.back + ends.feed, at)) at += ends.back.length + ends.feed.length
    else if (stream.startsWith(ends.feed, at)) at += ends.feed.length
    else expect(at).toBe(stream.length)
  }
  expect(at).toBe(stream.length)
}

function expectEnd(lines: Lines, bytes: Uint8Array): void {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  expect(lines.end.decodedSha256).toBe(sha256)
  expect(lines.end.storedSha256).toBe(sha256)
  expect(lines.end.decodedBytes).toBe(bytes.length)
  expect(lines.end.storedBytes).toBe(bytes.length)
  expect(lines.spare.every((count) => count >= 16)).toBe(true)
}

describe('framing', () => {
  it('gives the lines of a naive split for any bytes, chunks, block size and line limit', async () => {
    await fc.assert(
      fc.asyncProperty(
        logBytes,
        chunkings,
        limits,
        fc.boolean(),
        async (bytes, chunks, { blockBytes, maxLineBytes }, reopens) => {
          const lines = await readLines(bytesSource(bytes, chunks, reopens), { blockBytes, maxLineBytes })
          fc.pre(lines.head.charset === 'utf-8')
          const stream = Buffer.from(bytes).toString('latin1')
          const mark = stream.startsWith('\xef\xbb\xbf') ? 3 : 0
          expect(lines.entries).toEqual(model(stream, mark, SINGLE, blockBytes, maxLineBytes))
          expectTiling(stream, lines.entries, SINGLE)
          expectEnd(lines, bytes)
          expect(lines.end.lineFeeds).toBe(stream.split('\n').length - 1)
          expect(lines.end.terminated).toBe(stream.length === mark || stream.endsWith('\n'))
        },
      ),
      { numRuns: 1500 },
    )
  })

  it('tiles UTF-16 of either order, with places in bytes of the source', async () => {
    const units = fc.array(
      fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(0x0a, 0x0d, 0x00) },
        { weight: 1, arbitrary: fc.constantFrom(0x0a00, 0x0a0a, 0x000a, 0x0d0a, 0xd83d, 0xde00) },
        { weight: 5, arbitrary: fc.integer({ min: 0x61, max: 0x64 }) },
        { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff }) },
      ),
      { maxLength: 80 },
    )
    await fc.assert(
      fc.asyncProperty(
        units,
        fc.boolean(),
        fc.boolean(),
        chunkings,
        limits,
        async (rest, isLittle, isOdd, chunks, { blockBytes, maxLineBytes }) => {
          const bytes = utf16([0xfeff, ...rest], isLittle, isOdd)
          const lines = await readLines(bytesSource(bytes, chunks), { blockBytes, maxLineBytes })
          expect(lines.head.charset).toBe(isLittle ? 'utf-16le' : 'utf-16be')
          const stream = Buffer.from(bytes).toString('latin1')
          const ends = isLittle ? LITTLE : BIG
          const expected = model(stream, 2, ends, blockBytes, maxLineBytes)
          expect(lines.entries.map(({ text, ...place }) => place)).toEqual(
            expected.map(({ text, ...place }) => place),
          )
          expect(lines.entries.map(({ text }) => text)).toEqual(
            expected.map((entry) => utf8Of(entry.text, isLittle, entry.kind === LINE_CUT)),
          )
          expectTiling(stream, lines.entries, ends)
          expectEnd(lines, bytes)
        },
      ),
      { numRuns: 800 },
    )
  })
})

function utf16(units: readonly number[], isLittle: boolean, isOdd: boolean): Uint8Array {
  const pairs = units.flatMap((unit) => (isLittle ? [unit & 255, unit >> 8] : [unit >> 8, unit & 255]))
  return Uint8Array.from(isOdd ? [...pairs, 0x61] : pairs)
}

/** By Node's own conversion: bytes of UTF-16 to bytes of UTF-8, both as latin1 strings. */
function utf8Of(raw: string, isLittle: boolean, isCut: boolean): string {
  const bytes = Buffer.from(raw, 'latin1')
  const isOdd = bytes.length % 2 === 1
  const even = Buffer.from(isOdd ? bytes.subarray(0, -1) : bytes)
  let text = (isLittle ? even : even.swap16()).toString('utf16le')
  const last = text.charCodeAt(text.length - 1)
  if (isCut && last >= 0xd800 && last < 0xdc00) text = text.slice(0, -1)
  return Buffer.from(text + (isOdd ? '\ufffd' : ''), 'utf8').toString('latin1')
}
