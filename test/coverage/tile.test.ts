import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { COVERAGE_STATES } from '../../src/coverage/contract.js'
import { type LossPiece, tileIntervals } from '../../src/coverage/tile.js'
import { runs } from '../laws/support.js'

const piece = fc
  .record({
    from: fc.integer({ min: 0, max: 90 }),
    length: fc.integer({ min: 1, max: 30 }),
    state: fc.constantFrom(...COVERAGE_STATES.slice(1)),
    least: fc.nat(50),
    more: fc.option(fc.nat(50)),
  })
  .map(({ from, length, state, least, more }): LossPiece => {
    const lost = { least, most: more === null ? null : least + more }
    return {
      from,
      to: from + length,
      state,
      lost,
      basis: [{ code: 'own-rhythm', text: `${from}` }],
      evidence: [],
    }
  })

describe('intervals', () => {
  it('tile the time of a log, each as bad as the worst that lies over it', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const tiles = tileIntervals(pieces, 0, 100, 'complete', [])
        const ends = tiles.map(({ from, to }) => [Date.parse(from), Date.parse(to)] as const)
        expect(ends[0]![0]).toBe(0)
        expect(ends.at(-1)![1]).toBe(Math.max(100, ...pieces.map(({ to }) => to)))
        ends.slice(1).forEach(([from], at) => {
          expect(from).toBe(ends[at]![1])
        })
        tiles.forEach(({ state, lost }, at) => {
          const [from, to] = ends[at]!
          expect(to).toBeGreaterThan(from)
          const over = pieces
            .filter((it) => it.from < to && it.to > from)
            .map((it) => COVERAGE_STATES.indexOf(it.state))
          expect(COVERAGE_STATES.indexOf(state)).toBe(Math.max(0, ...over))
          if (lost.most !== null) expect(lost.most).toBeGreaterThanOrEqual(lost.least)
        })
      }),
      { numRuns: runs(300, 5000) },
    )
  })

  it('share out the loss of a piece that another cuts', () => {
    const basis = [{ code: 'own-rhythm', text: 'silent' } as const]
    const silent = {
      from: 0,
      to: 100,
      state: 'missing',
      lost: { least: 50, most: 100 },
      basis,
      evidence: [],
    } as const
    const damaged = { ...silent, from: 50, to: 60, state: 'degraded', lost: { least: 7, most: 9 } } as const
    const tiles = tileIntervals([silent, damaged], 0, 100, 'complete', [])
    expect(tiles.map(({ state, lost }) => [state, lost.least, lost.most])).toEqual([
      ['missing', 25, 50],
      ['missing', 7, 9],
      ['missing', 20, 40],
    ])
  })
})
