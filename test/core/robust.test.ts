import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { modifiedZ, spreadOf, weightedMedian } from '../../src/core/robust.js'

const weighted = (values: readonly number[]) => {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

/** The textbook's median, of a list. */
function medianOf(values: readonly number[]): number {
  const ordered = values.toSorted((a, b) => a - b)
  const half = ordered.length >> 1
  return ordered.length % 2 === 1 ? ordered[half]! : (ordered[half - 1]! + ordered[half]!) / 2
}

describe('robust statistics', () => {
  it('agree with values worked out by hand', () => {
    // 2 3 4 4 5 9: median 4; deviations 0 0 1 1 2 5: MAD 1
    const spread = spreadOf(weighted([4, 9, 2, 5, 3, 4]))
    expect(spread).toEqual({ median: 4, mad: 1 })
    expect(modifiedZ(9, spread)).toBeCloseTo(0.6745 * 5, 12)
    expect(modifiedZ(2, spread)).toBeCloseTo(0.6745 * -2, 12)
  })

  it('do not move for one wild value', () => {
    expect(spreadOf(weighted([1, 2, 3, 4, 5]))).toEqual({ median: 3, mad: 1 })
    expect(spreadOf(weighted([1, 2, 3, 4, 1e9]))).toEqual({ median: 3, mad: 1 })
  })

  it('are without a scale where more than half are equal', () => {
    const spread = spreadOf(weighted([7, 7, 7, 1, 90]))
    expect(spread).toEqual({ median: 7, mad: 0 })
    expect(modifiedZ(7, spread)).toBe(0)
    expect(modifiedZ(8, spread)).toBe(Number.POSITIVE_INFINITY)
  })

  it('are unknown of nothing', () => {
    expect(weightedMedian(new Map())).toBeNaN()
    expect(spreadOf(new Map()).mad).toBeNaN()
  })

  it('are those of the list that the counts stand for', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 40 }), (values) => {
        const { median, mad } = spreadOf(weighted(values))
        expect(median).toBe(medianOf(values))
        expect(mad).toBe(medianOf(values.map((value) => Math.abs(value - median))))
      }),
    )
  })
})
