import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FLAG } from '../../src/classify/contract.js'
import { medianOf, SourceClock } from '../../src/order/source-clock.js'
import { batchOf } from './batch.js'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const HORIZON = 10 * MINUTE
const START = Date.parse('2021-08-14T12:00:00Z')
const YEAR_0 = Date.parse('0000-01-01T00:00:00Z')
const YEAR_9999 = Date.parse('9999-12-31T23:59:59Z')

interface Marked {
  readonly outliers: number[]
  readonly late: number[]
  readonly position: number
  readonly firstOutlier: number
  readonly firstWentBack: number
}

/** Marks times that come in batches of one size; gives the numbers of the rows that were flagged, over all. */
function mark(times: readonly number[], batchSize = times.length): Marked {
  const batches = Array.from({ length: Math.ceil(times.length / batchSize) }, (_, i) =>
    batchOf(times.slice(i * batchSize, (i + 1) * batchSize)),
  )
  const clock = new SourceClock(medianOf(times.slice(0, 100)), HORIZON)
  const outliers: number[] = []
  const late: number[] = []
  let firstOutlier = -1
  let firstWentBack = -1
  batches.forEach((batch, i) => {
    const report = clock.mark(batch, batches[i + 1] ?? null)
    const base = i * batchSize
    if (firstOutlier < 0 && report.outliers > 0) firstOutlier = base + report.firstOutlierRow
    if (firstWentBack < 0 && report.wentBack > 0) firstWentBack = base + report.firstWentBackRow
    const flagged = (flag: number) =>
      Array.from({ length: batch.rowCount }, (_, row) => row).filter(
        (row) => (batch.flags[row]! & flag) !== 0,
      )
    expect(report.outliers).toBe(flagged(FLAG.stampOutlier).length)
    expect(report.wentBack).toBe(flagged(FLAG.late).length)
    outliers.push(...flagged(FLAG.stampOutlier).map((row) => base + row))
    late.push(...flagged(FLAG.late).map((row) => base + row))
  })
  return { outliers, late, position: clock.position, firstOutlier, firstWentBack }
}

const steady = (count: number, stepMs = SECOND, from = START) =>
  Array.from({ length: count }, (_, i) => from + i * stepMs)

const with_ = (times: readonly number[], at: number, ...put: number[]) => times.toSpliced(at, 0, ...put)

describe('stamps more than a day from those around them', () => {
  it.each([
    ['year 9999', YEAR_9999],
    ['year 0', YEAR_0],
    ['the epoch', 0],
    ['two days ahead', START + 2 * DAY],
  ])('are outliers, %s, and move nothing, wherever they stand', (_, odd) => {
    for (const at of [0, 1, 20, 39, 40]) {
      const marked = mark(with_(steady(40), at, odd))
      expect(marked).toEqual({
        outliers: [at],
        late: [],
        position: START + 39 * SECOND,
        firstOutlier: at,
        firstWentBack: -1,
      })
    }
  })

  it('are outliers in a row of several, and across the joints of batches', () => {
    const times = with_(steady(60), 29, YEAR_9999, YEAR_0, YEAR_9999)
    for (const batchSize of [60, 30, 31, 7, 1]) {
      expect(mark(times, batchSize).outliers).toEqual([29, 30, 31])
      expect(mark(times, batchSize).late).toEqual([])
    }
  })

  it('are judged the same however rows are cut into batches, where a batch has enough of them', () => {
    const time = fc.oneof(
      { weight: 20, arbitrary: fc.integer({ min: 0, max: 3600 }).map((s) => START + s * SECOND) },
      { weight: 1, arbitrary: fc.constantFrom(YEAR_0, YEAR_9999, START + 3 * DAY) },
    )
    const times = fc.array(time, { minLength: 40, maxLength: 120, size: 'max' })
    fc.assert(
      fc.property(times, fc.integer({ min: 16, max: 60 }), (all, batchSize) => {
        // the last batches need neighbours: the one behind is all that a batch may look into
        const usable = all.slice(0, Math.max(16, all.length - (all.length % batchSize)))
        expect(mark(usable, batchSize)).toEqual(mark(usable))
      }),
    )
  })

  it('are none in a log with days between its lines', () => {
    for (const step of [DAY + 1, 3 * DAY, 40 * DAY])
      expect(mark(steady(50, step))).toMatchObject({ outliers: [], late: [], position: START + 49 * step })
  })

  it('are none where the log was silent for days or years', () => {
    const times = [
      ...steady(30),
      ...steady(30, SECOND, START + 9 * DAY),
      ...steady(30, SECOND, START + 900 * DAY),
    ]
    for (const batchSize of [90, 30, 13])
      expect(mark(times, batchSize)).toMatchObject({ outliers: [], late: [] })
  })

  it('are none at exactly a day', () => {
    expect(mark(with_(steady(40, 0), 20, START + DAY)).outliers).toEqual([])
    expect(mark(with_(steady(40, 0), 20, START + DAY + 1)).outliers).toEqual([20])
  })

  it('cannot be told where there are fewer than three others', () => {
    expect(mark([START, YEAR_9999]).outliers).toEqual([])
    expect(mark([YEAR_9999]).outliers).toEqual([])
  })
})

describe('clocks that jump back', () => {
  it('change nothing within the horizon, also at exactly the horizon', () => {
    expect(mark([START, START + HORIZON, START]).late).toEqual([])
    expect(mark([START, START + HORIZON + 1, START]).late).toEqual([2])
  })

  it('by hours make every row late until the time before is reached again', () => {
    const times = [...steady(40, MINUTE), ...steady(240, MINUTE, START - 2 * HOUR)]
    const { outliers, late, position, firstWentBack } = mark(times)
    expect(outliers).toEqual([])
    expect(firstWentBack).toBe(40)
    // from 10:00 to 12:28, a horizon before 12:39
    expect(late).toEqual(Array.from({ length: 149 }, (_, i) => 40 + i))
    expect(position).toBe(START + (240 - 120 - 1) * MINUTE)
  })

  it('by days make rows late, not outliers: a rotated log was put behind a newer one', () => {
    const older = steady(50, MINUTE, START - 5 * DAY)
    const newer = steady(50, MINUTE)
    for (const batchSize of [100, 50, 33, 20]) {
      const { outliers, late, position, firstWentBack } = mark([...newer, ...older], batchSize)
      expect(outliers).toEqual([])
      expect(firstWentBack).toBe(50)
      expect(late).toEqual(Array.from({ length: 50 }, (_, i) => 50 + i))
      expect(position).toBe(newer.at(-1))
    }
  })

  it('do nothing where the older log comes first', () => {
    const times = [...steady(50, MINUTE, START - 5 * DAY), ...steady(50, MINUTE)]
    expect(mark(times)).toMatchObject({ outliers: [], late: [] })
  })

  it('flag exactly the rows that are more than the horizon behind, by a plain model', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5 * 3600 }), { minLength: 1, maxLength: 80, size: 'max' }),
        (seconds) => {
          const times = seconds.map((it) => START + it * SECOND)
          const late = times.flatMap((t, row) =>
            t < Math.max(...times.slice(0, row), Number.NEGATIVE_INFINITY) - HORIZON ? [row] : [],
          )
          expect(mark(times, 17)).toMatchObject({ outliers: [], late, position: Math.max(...times) })
        },
      ),
    )
  })
})

describe('medianOf', () => {
  it('gives the middle value, the lower of two, NaN for none', () => {
    expect(medianOf([5, 1, 3])).toBe(3)
    expect(medianOf([4, 1, 3, 2])).toBe(2)
    expect(medianOf([YEAR_9999, YEAR_0])).toBe(YEAR_0)
    expect(medianOf([])).toBeNaN()
  })
})
