import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GapRuns } from '../../src/observe/gap-runs.js'

const GAP = 10

/** Runs that hold the times that were put into them. */
function runsOf(times: readonly number[]): GapRuns<number[]> {
  const runs = new GapRuns<number[]>(
    GAP,
    () => [],
    (into, from) => {
      into.push(...from)
    },
  )
  for (const t of times) runs.at(t).push(t)
  return runs
}

const shown = (runs: GapRuns<number[]>) =>
  runs.runs.map(({ first, last, value }) => ({ first, last, value: value.toSorted((a, b) => a - b) }))

/** Sorts, then cuts where the gap is too long. */
function model(times: readonly number[]) {
  const runs: { first: number; last: number; value: number[] }[] = []
  for (const t of times.toSorted((a, b) => a - b)) {
    const run = runs.at(-1)
    if (run === undefined || t - run.last > GAP) runs.push({ first: t, last: t, value: [t] })
    else {
      run.last = t
      run.value.push(t)
    }
  }
  return runs
}

const times = fc.array(fc.oneof(fc.integer({ min: -300, max: 300 }), fc.constantFrom(0, 10, 11, 20, 21)), {
  maxLength: 60,
  size: 'max',
})

describe('runs of events', () => {
  it('are those of the sorted events, whatever order they come in', () => {
    fc.assert(
      fc.property(times, (all) => {
        expect(shown(runsOf(all))).toEqual(model(all))
      }),
      { numRuns: 300 },
    )
  })

  it('merge to those of all events, whatever way they were split', () => {
    fc.assert(
      fc.property(times, times, times, (a, b, c) => {
        const left = runsOf(a)
        left.merge(runsOf(b))
        left.merge(runsOf(c))
        const inner = runsOf(b)
        inner.merge(runsOf(c))
        const right = runsOf(a)
        right.merge(inner)
        expect(shown(left)).toEqual(model([...a, ...b, ...c]))
        expect(shown(right)).toEqual(shown(left))
      }),
      { numRuns: 300 },
    )
  })

  it('stay together at exactly the gap', () => {
    expect(runsOf([0, GAP]).runs).toHaveLength(1)
    expect(runsOf([0, GAP + 1]).runs).toHaveLength(2)
  })

  it('are joined by an event between them', () => {
    expect(shown(runsOf([0, 20, 40, 10, 30]))).toEqual([{ first: 0, last: 40, value: [0, 10, 20, 30, 40] }])
  })
})
