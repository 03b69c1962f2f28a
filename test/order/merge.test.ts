import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FLAG } from '../../src/classify/contract.js'
import type { RecordBatch } from '../../src/columns/contract.js'
import { mergeSources, type OrderedSource } from '../../src/order/merge.js'
import { SourceClock } from '../../src/order/source-clock.js'
import { batchOf } from './batch.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const HORIZON = 10 * MINUTE
const SLACK = MINUTE
const START = Date.parse('2021-08-14T12:00:00Z')

/** A source out of times; counts what is released. */
class ListedSource implements OrderedSource {
  readonly ordinal: number
  readonly headTime: number
  readonly #clock: SourceClock
  readonly #batches: RecordBatch[]
  released = 0
  handed = 0

  constructor(ordinal: number, times: readonly number[], batchSize: number) {
    this.ordinal = ordinal
    this.headTime = times[0] ?? Number.NEGATIVE_INFINITY
    this.#clock = new SourceClock(this.headTime, HORIZON)
    const count = Math.ceil(times.length / batchSize)
    this.#batches = Array.from({ length: count }, (_, i) =>
      batchOf(times.slice(i * batchSize, (i + 1) * batchSize), ordinal),
    )
    // a block without records
    this.#batches.push(batchOf([], ordinal))
  }

  get position(): number {
    return this.#clock.position
  }

  async next(): Promise<RecordBatch | null> {
    const batch = this.#batches[this.handed]
    if (batch === undefined) return null
    this.#clock.mark(batch, this.#batches[++this.handed] ?? null)
    batch.release = () => {
      this.released++
    }
    return batch
  }
}

interface Read {
  readonly source: number
  readonly time: number
  readonly flags: number
}

interface Merged {
  readonly rows: Read[]
  readonly watermarks: { readonly rowsBefore: number; readonly watermark: number }[]
  readonly sources: ListedSource[]
}

async function merge(
  times: readonly (readonly number[])[],
  batchSize = 8,
  reversed = false,
): Promise<Merged> {
  const sources = times.map((own, ordinal) => new ListedSource(ordinal, own, batchSize))
  const rows: Read[] = []
  const watermarks: { rowsBefore: number; watermark: number }[] = []
  const given = reversed ? sources.toReversed() : sources
  for await (const { batch, from, to, watermark } of mergeSources(given, HORIZON, SLACK)) {
    for (let row = from; row < to; row++)
      rows.push({ source: batch.source, time: batch.time[row]!, flags: batch.flags[row]! })
    watermarks.push({ rowsBefore: rows.length, watermark })
  }
  return { rows, watermarks, sources }
}

const isLate = ({ flags }: Read) => (flags & (FLAG.late | FLAG.stampOutlier)) !== 0

/** Sources that are each within the horizon of being in order. */
const disordered = fc
  .array(
    fc.array(fc.tuple(fc.integer({ min: 0, max: 6 * 3600 }), fc.integer({ min: 0, max: HORIZON })), {
      maxLength: 40,
      size: 'max',
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((sources) =>
    sources.map((rows) =>
      rows
        .map(([second, shift]) => ({ time: START + second * 1000, key: START + second * 1000 + shift }))
        .sort((a, b) => a.key - b.key)
        .map(({ time }) => time),
    ),
  )

describe('reading several sources side by side', () => {
  it('reads every row once, each source in its own order, and releases every batch', async () => {
    await fc.assert(
      fc.asyncProperty(disordered, fc.integer({ min: 1, max: 12 }), async (times, batchSize) => {
        const { rows, sources } = await merge(times, batchSize)
        times.forEach((own, source) => {
          expect(rows.filter((row) => row.source === source).map(({ time }) => time)).toEqual(own)
        })
        for (const { handed, released } of sources) expect(released).toBe(handed)
      }),
    )
  })

  it('brings no row behind the watermark', async () => {
    await fc.assert(
      fc.asyncProperty(disordered, fc.integer({ min: 1, max: 12 }), async (times, batchSize) => {
        const { rows, watermarks } = await merge(times, batchSize)
        for (const { rowsBefore, watermark } of watermarks) {
          const least = Math.min(
            ...rows
              .slice(rowsBefore)
              .filter((row) => !isLate(row))
              .map(({ time }) => time),
          )
          expect(least).toBeGreaterThanOrEqual(watermark)
        }
      }),
    )
  })

  it('brings rows out of order by no more than the horizon and the slack', async () => {
    await fc.assert(
      fc.asyncProperty(disordered, async (times) => {
        const { rows } = await merge(times)
        let latest = Number.NEGATIVE_INFINITY
        for (const { time } of rows) {
          expect(time).toBeGreaterThanOrEqual(latest - HORIZON - SLACK)
          latest = Math.max(latest, time)
        }
      }),
    )
  })

  it('reads the same whatever the order of arguments', async () => {
    await fc.assert(
      fc.asyncProperty(disordered, async (times) => {
        expect((await merge(times, 8, true)).rows).toEqual((await merge(times, 8)).rows)
      }),
    )
  })

  it('reads the one that is furthest behind, up to the slack beyond the next one', async () => {
    const { rows } = await merge([
      [2, 3, 4].map((hour) => START + hour * HOUR),
      [0, HOUR, 2 * HOUR + SLACK, 2 * HOUR + SLACK + 1].map((ms) => START + ms),
    ])
    expect(rows.map(({ source }) => source)).toEqual([1, 1, 1, 0, 1, 0, 0])
  })

  it('reads the lower number first where two are equally far', async () => {
    const equal = [[START], [START, START + HOUR], [START]]
    expect((await merge(equal)).rows.map(({ source }) => source)).toEqual([0, 1, 2, 1])
    expect((await merge(equal, 1, true)).rows.map(({ source }) => source)).toEqual([0, 1, 2, 1])
  })

  it('does not open a source before its time has come', async () => {
    const sources = [0, 5].map(
      (hours, n) => new ListedSource(n, [START + hours * HOUR, START + hours * HOUR + 1], 1),
    )
    const handed: number[] = []
    for await (const { batch } of mergeSources(sources, HORIZON, SLACK))
      if (batch.source === 0) handed.push(sources[1]!.handed)
    expect(handed.every((count) => count === 0)).toBe(true)
    expect(sources[1]!.handed).toBe(3)
  })

  it('releases what it holds when the reading is given up', async () => {
    const sources = [0, 0].map((_, n) => new ListedSource(n, [START, START + HOUR, START + 2 * HOUR], 3))
    for await (const run of mergeSources(sources, HORIZON, SLACK)) if (run.to > 1) break
    for (const { handed, released } of sources) expect(released).toBe(handed)
  })

  it('is not held up by a year 9999, nor by a clock that went back', async () => {
    const steady = (from: number) => Array.from({ length: 40 }, (_, i) => from + i * MINUTE)
    const odd = steady(START).with(5, Date.parse('9999-12-31T23:59:59Z'))
    const jumped = [...steady(START).slice(0, 30), ...steady(START - 8 * HOUR).slice(0, 10)]
    const { rows, watermarks } = await merge([odd, jumped, steady(START)])
    expect(rows).toHaveLength(120)
    const good = rows.filter((row) => !isLate(row))
    expect(good).toHaveLength(120 - 1 - 10)
    let latest = Number.NEGATIVE_INFINITY
    for (const { time } of good) {
      expect(time).toBeGreaterThanOrEqual(latest - SLACK - MINUTE)
      latest = Math.max(latest, time)
    }
    for (const { rowsBefore, watermark } of watermarks)
      for (const row of rows.slice(rowsBefore))
        if (!isLate(row)) expect(row.time).toBeGreaterThanOrEqual(watermark)
  })
})
