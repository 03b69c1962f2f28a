import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBatch } from '../../src/columns/batch.js'
import type { RecordBatch } from '../../src/columns/contract.js'
import { type Citation, CitationPicker, cite } from '../../src/observe/citations.js'

interface Event {
  readonly time: number
  readonly source: number
  readonly offset: number
  /** NaN where none is stated. */
  readonly size: number
}

const lineOf = ({ source, offset }: Event) => `line of ${source} at ${offset}`
const stored = (batch: RecordBatch, row: number) =>
  batch.bytes.subarray(batch.lineStart[row]!, batch.lineEnd[row]!)

function batchOf(event: Event): RecordBatch {
  const batch = createBatch(1, [])
  batch.bytes = Buffer.from(lineOf(event))
  batch.rowCount = 1
  batch.source = event.source
  batch.time[0] = event.time
  batch.placeOffset[0] = event.offset
  batch.placeLength[0] = batch.bytes.length
  batch.lineStart[0] = 0
  batch.lineEnd[0] = batch.bytes.length
  batch.bytesSent[0] = event.size
  return batch
}

function pick(events: readonly Event[]): CitationPicker {
  const picker = new CitationPicker()
  for (const event of events) picker.add(batchOf(event), 0, stored)
  return picker
}

const byPlace = (a: Event, b: Event) => a.time - b.time || a.source - b.source || a.offset - b.offset
const sizeOf = ({ size }: Event) => size || 0

/** First 10, last 5, 10 largest, each once, in order. */
function model(events: readonly Event[]): string[] {
  const sorted = events.toSorted(byPlace)
  const largest = sorted.toSorted((a, b) => sizeOf(b) - sizeOf(a) || byPlace(a, b)).slice(0, 10)
  const chosen = new Set([...sorted.slice(0, 10), ...sorted.slice(-5), ...largest])
  return sorted.filter((event) => chosen.has(event)).map(lineOf)
}

const shown = (citations: readonly Citation[]) => citations.map(({ bytes }) => Buffer.from(bytes).toString())

/** Few times and sizes, so that many are equal; places are distinct. */
const events = fc.uniqueArray(
  fc.record({
    time: fc.oneof(fc.nat(6), fc.nat(10_000)),
    source: fc.nat(2),
    offset: fc.nat(2000),
    size: fc.oneof(fc.nat(4), fc.nat(100_000), fc.constant(Number.NaN)),
  }),
  { maxLength: 80, size: 'max', selector: ({ source, offset }) => `${source}:${offset}` },
)

describe('the citations of a finding', () => {
  it('are the first 10, the last 5 and the 10 largest, whatever order records come in', () => {
    fc.assert(
      fc.property(events, (all) => {
        const picker = pick(all)
        expect(shown(picker.list())).toEqual(model(all))
        expect(picker.count).toBe(all.length)
        expect(shown(pick(all.toReversed()).list())).toEqual(model(all))
      }),
      { numRuns: 300 },
    )
  })

  it('merge to those of all records', () => {
    fc.assert(
      fc.property(events, fc.integer({ min: 0, max: 80 }), (all, at) => {
        const picker = pick(all.slice(at))
        picker.merge(pick(all.slice(0, at)))
        expect(shown(picker.list())).toEqual(model(all))
        expect(picker.count).toBe(all.length)
      }),
      { numRuns: 300 },
    )
  })

  it('are at most 25, of any number', () => {
    const all = Array.from({ length: 500 }, (_, i) => ({
      time: i,
      source: 0,
      offset: i * 100,
      size: i > 100 && i < 200 ? 1000 + i : 1,
    }))
    expect(pick(all).list()).toHaveLength(25)
    expect(pick(all).count).toBe(500)
  })

  it('say where a line stands, and what its bytes hash to', () => {
    const event = { time: 5, source: 2, offset: 700, size: 9 }
    const [citation] = pick([event]).list()
    const sha256 = createHash('sha256').update(lineOf(event)).digest('hex')
    expect(citation).toMatchObject({ ...event, length: lineOf(event).length, sha256 })
  })

  it('have no hash where the bytes are not at hand, and at most 4 KiB of text', () => {
    const batch = batchOf({ time: 1, source: 0, offset: 0, size: 0 })
    batch.bytes = Buffer.alloc(10_000, 'x')
    batch.lineEnd[0] = 10_000
    expect(cite(batch, 0, () => null)).toMatchObject({ sha256: null, bytes: new Uint8Array(4096).fill(0x78) })
  })

  it('have the hash of the whole line where only its first 4 KiB are shown', () => {
    const batch = batchOf({ time: 1, source: 0, offset: 0, size: 0 })
    batch.bytes = Buffer.alloc(10_000, 'x')
    batch.lineEnd[0] = 10_000
    const sha256 = createHash('sha256').update(batch.bytes).digest('hex')
    for (const whole of [stored, () => 'text' as const]) {
      expect(cite(batch, 0, whole)).toMatchObject({ sha256, bytes: new Uint8Array(4096).fill(0x78) })
    }
  })

  it('are copies: the batch may be filled again', () => {
    const batch = batchOf({ time: 1, source: 0, offset: 0, size: 0 })
    const { bytes } = cite(batch, 0, stored)
    batch.bytes.fill(0)
    expect(Buffer.from(bytes).toString()).toBe('line of 0 at 0')
  })
})
