/** What happens when more principals are at a door than memory holds: kept and folded are all, also after merging. */

import { describe, expect, it } from 'vitest'
import { type Detector, detectors, type Observer, type Signal } from '../../src/index.js'
import { CLOSING_DAY, combinedLine, reportOn } from './access-log.js'

const CASE = {
  options: { format: 'apache-combined' },
  entryPoints: [{ id: 'export', path: '/test/export', closed: [{ from: `${CLOSING_DAY}T12:00:00Z` }] }],
  indicators: ['curl'],
}
const LIMIT = 8

/** Twenty principals with two requests each; three of them were served, and among the first. */
const LINES = Array.from({ length: 40 }, (_, i) => {
  const principal = i % 20
  const answer = principal < 3 ? { status: 200, size: 7000 } : { status: 403, size: 199 }
  return combinedLine({ at: `13:00:${String(i + 10)}`, client: `198.51.100.${principal}`, ...answer })
})

/** Which of two observers sees a row, by its client's key; the first takes the second in at the end. */
type Share = (client: number) => 0 | 1
const ALL_AT_THE_FIRST: Share = () => 0
const ALL_AT_THE_SECOND: Share = () => 1
const HALF_AND_HALF: Share = (client) => (client % 2 === 0 ? 0 : 1)

/** Runs a detector that holds at most LIMIT principals, as two observers that share the rows. */
async function runBounded(detector: Detector, share: Share) {
  const signals: Signal[] = []
  const bounded: Detector = {
    ...detector,
    id: 'bounded',
    create(input) {
      const create = (): Observer => detector.create({ ...input, maxCandidates: LIMIT, maxReferences: 4 })
      const [first, second] = [create(), create()]
      return {
        id: 'bounded',
        wants: first.wants,
        scope: first.scope,
        horizon: first.horizon,
        visit(batch, { rows, count }, context) {
          for (const [side, observer] of [first, second].entries()) {
            const seen = rows.subarray(0, count).filter((row) => share(batch.clientKey[2 * row]!) === side)
            observer.visit(batch, { rows: seen, count: seen.length }, context)
          }
        },
        merge() {},
        seal(context) {
          first.merge(second)
          signals.push(...first.seal(context))
          return []
        },
        snapshot: () => first.snapshot(),
        bounds: () => first.bounds?.() ?? [],
      }
    },
  }
  const { reading } = await reportOn(LINES, CASE, { detectors: [bounded] })
  return { signals, bounds: reading.bounds }
}

/** To these every request at a door is evidence; the others judge what comes together, and have bounds of their own. */
const atDoors = detectors.filter(({ id }) => ['closed-entry-point', 'indicator-seen'].includes(id))

describe.each(atDoors)('more principals than $id can hold', (detector) => {
  it.each([
    ['one observer', ALL_AT_THE_FIRST],
    ['one that is merged into an empty one', ALL_AT_THE_SECOND],
    ['two observers', HALF_AND_HALF],
  ])('are folded into a total that coverage states, with %s', async (_what, share) => {
    const { signals, bounds } = await runBounded(detector, share)
    const folded = bounds.find(({ name }) => name === `${detector.id}: candidates`)!
    expect(folded).toMatchObject({ limit: LIMIT })
    expect(folded.firstAt).toMatch(/^2021-08-14T13:00:/)
    const requests = Number(/with (\d+) requests/.exec(folded.effect)![1])
    const kept = signals.reduce((sum, { evidenceCount }) => sum + evidenceCount, 0)
    expect(kept + requests).toBe(LINES.length)
    expect(signals.length).toBeLessThanOrEqual(LIMIT)
  })

  it('lose attempts without effect first', async () => {
    const { signals } = await runBounded(detector, ALL_AT_THE_FIRST)
    const served = signals.filter(({ grade }) => grade === 'served').map(({ subject }) => subject.clients[0])
    expect(served.sort()).toEqual(['198.51.100.0', '198.51.100.1', '198.51.100.2'])
    for (const { grade, evidenceCount } of signals) if (grade === 'served') expect(evidenceCount).toBe(2)
  })

  it('have no more references than asked for, and coverage says so', async () => {
    const { signals, bounds } = await runBounded(detector, ALL_AT_THE_FIRST)
    expect(signals.reduce((sum, { references = [] }) => sum + references.length, 0)).toBe(4)
    expect(bounds.find(({ name }) => name === `${detector.id}: references`)).toMatchObject({
      limit: 4,
      count: 2,
    })
  })
})

it('nothing is folded, and nothing said, where there is room', async () => {
  const { reading, findings } = await reportOn(LINES, CASE)
  expect(reading.bounds).toEqual([])
  expect(findings).toHaveLength(40)
})
