/** What bulk-export makes of whole logs, beside a plain count of them. */

import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { bulkExport } from '../../src/detect/detectors/bulk-export/index.js'
import type { Detector, Observer, Signal } from '../../src/index.js'
import { combinedLine, reportOn } from './access-log.js'
import { expectMergeIsNothing, expectOrderIsNothing } from './detector-kit.js'

// laws run many investigations; machines that test other things beside them take their time
vi.setConfig({ testTimeout: 60_000 })

const THRESHOLDS = { objects: 12, pages: 4, bytes: 60_000, requests: 4, peers: 2 }
const CASE = {
  options: { format: 'apache-combined' },
  dataRoutes: [{ id: 'data', prefix: '/data' }],
  thresholds: { 'bulk-export': THRESHOLDS },
}

const START = Date.parse('2021-08-14T20:00:00Z')
const isoOf = (ms: number) => new Date(ms).toISOString().slice(0, 19)

async function exportsIn(lines: readonly string[], caseFile: object = CASE) {
  const { findings, reading } = await reportOn(lines, caseFile)
  return { bounds: reading.bounds, found: findings.filter(({ kind }) => kind === 'bulk-export') }
}

interface Fetch {
  readonly at: number
  readonly object: number
  readonly size: number
}

/** Fetches a second or more apart, so that whatever is ordered by time is ordered. */
const fetches = (least: number, most: number, gapMs: number) =>
  fc
    .array(
      fc.record({
        gap: fc.integer({ min: 1000, max: gapMs }),
        object: fc.integer({ min: 0, max: 30 }),
        size: fc.integer({ min: 1, max: 9000 }),
      }),
      { minLength: least, maxLength: most },
    )
    .map((steps) => {
      let at = START
      return steps.map(({ gap, object, size }): Fetch => {
        at += Math.floor(gap / 1000) * 1000
        return { at, object, size }
      })
    })

const lineOf = ({ at, object, size }: Fetch, client = '203.0.113.9') =>
  combinedLine({ at: isoOf(at), client, target: `/data/${object}`, size })

/** The stamp of a line, as text in order of time within a month. */
const stampIn = (line: string) => line.slice(line.indexOf('['))

describe('bulk export', () => {
  it('counts distinct objects, requests and bytes as a plain count does', async () => {
    let fired = 0
    await fc.assert(
      fc.asyncProperty(fetches(10, 60, 20_000), async (walk) => {
        const { found } = await exportsIn(walk.map((fetch) => lineOf(fetch)))
        const objects = new Set(walk.map(({ object }) => object))
        if (objects.size >= THRESHOLDS.objects) expect(found.length).toBeGreaterThan(0)
        if (found.length === 0) return
        fired++
        // nothing is over a minute apart, so that all of it is one walk
        expect(found).toHaveLength(1)
        expect(found[0]!.measures).toMatchObject({
          objects: objects.size,
          requests: walk.length,
          bytes: walk.reduce((sum, { size }) => sum + size, 0),
          distinctBytes: [...objects].reduce(
            (sum, object) =>
              sum + Math.max(...walk.filter((it) => it.object === object).map(({ size }) => size)),
            0,
          ),
          requestsBefore: 0,
        })
        expect(found[0]!.start).toBe(new Date(walk[0]!.at).toISOString())
        expect(found[0]!.end).toBe(new Date(walk.at(-1)!.at).toISOString())
      }),
      { numRuns: 30 },
    )
    expect(fired).toBeGreaterThan(10)
  })

  it('finds what the same principal takes at another time and pace, too', async () => {
    const walk = (start: number, gapMs: number) =>
      Array.from({ length: 14 }, (_, object) => lineOf({ at: start + object * gapMs, object, size: 500 }))
    const later = START + 3 * 86_400_000
    // a log with days of nothing in it has stamps that nobody believes
    const others = Array.from({ length: 72 }, (_, hour) =>
      lineOf({ at: START + 3_000_000 + hour * 3_550_000, object: 1, size: 500 }, '203.0.113.10'),
    )
    const { found } = await exportsIn([...walk(START, 180_000), ...others, ...walk(later, 1000)])
    expect(found.map(({ start, end }) => [start, end])).toEqual(
      [
        [START, START + 13 * 180_000],
        [later, later + 13_000],
      ].map((times) => times.map((ms) => new Date(ms).toISOString())),
    )
  })

  it('finds the same in any order within the horizon', async () => {
    await fc.assert(
      fc.asyncProperty(fetches(20, 60, 600_000), async (walk) => {
        const lines = walk.map((fetch) => lineOf(fetch))
        await expectOrderIsNothing(bulkExport, lines, CASE, 'slow walk')
      }),
      { numRuns: 8 },
    )
  })

  it('knows the same of the day before it opened, whichever row arrived as the one that opened it', async () => {
    // a row a minute opens it at the 13th, and the day before that begins among the twelve of the evening before
    const day = 86_400_000
    const evening = Array.from({ length: 12 }, (_, i) => START - day + i * 120_000)
    const walk = Array.from({ length: 210 }, (_, i) => START + i * 60_000)
    const others = Array.from({ length: 24 }, (_, i) =>
      combinedLine({
        at: isoOf(START - day + i * 3_600_000 + 1000),
        client: '198.51.100.1',
        target: '/other',
      }),
    )
    const lines = [
      ...[...evening, ...walk].map((at, object) => lineOf({ at, object, size: 100 })),
      ...others,
    ].sort((a, b) => (stampIn(a) < stampIn(b) ? -1 : 1))
    const usual = { options: CASE.options }
    const { found } = await exportsIn(lines, usual)
    // the 25th row is 12 minutes into the walk; six of the evening before are older than a day then
    expect(found[0]!.measures).toMatchObject({ requestsBefore: 6, objects: 210 })
    for (let i = 0; i < 3; i++) await expectOrderIsNothing(bulkExport, lines, usual, 'about the opening')
  })

  it('finds the same when its work is split by principal and merged', async () => {
    await fc.assert(
      fc.asyncProperty(
        fetches(20, 50, 20_000),
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 50, maxLength: 50 }),
        (walk, clients) =>
          expectMergeIsNothing(
            bulkExport,
            walk.map((fetch, i) => lineOf(fetch, `198.51.100.${clients[i]}`)),
            { ...CASE, thresholds: { 'bulk-export': { ...THRESHOLDS, objects: 5, ratio: 1, z: 0 } } },
            'some clients',
          ),
      ),
      { numRuns: 12 },
    )
  })

  it('says what it no longer knows: requests from days before it was watched', async () => {
    const hours = (n: number) => START + (n - 96) * 3_600_000
    const before = Array.from({ length: 3 }, (_, i) => lineOf({ at: hours(i), object: 90 + i, size: 7 }))
    // a log with no rows for days would have its first ones taken for wrong stamps
    const others = Array.from({ length: 90 }, (_, i) =>
      combinedLine({ at: isoOf(hours(i + 3)), client: '198.51.100.1', target: `/other/${'x'.repeat(i)}` }),
    )
    const walk = Array.from({ length: 40 }, (_, i) => lineOf({ at: START + i * 2000, object: i, size: 100 }))
    const { found, bounds } = await exportsIn([...before, ...others, ...walk], {
      ...CASE,
      thresholds: { 'bulk-export': { ...THRESHOLDS, objects: 40, pages: 40, bytes: 1e9 } },
    })
    expect(found).toHaveLength(1)
    expect(found[0]!.measures).toMatchObject({ objects: 40, requestsBefore: 3, bytesBefore: 21 })
    expect(found[0]!.start).toBe(new Date(START).toISOString())
    expect(bounds).toEqual([])
  })

  it('takes the page of any question for one page', async () => {
    const walk = Array.from({ length: 9 }, (_, i) =>
      combinedLine({
        at: isoOf(START + i * 9000),
        target: `/list?query=${i}&page=${1 + (i % 3)}`,
        size: 100,
      }),
    )
    expect((await exportsIn(walk)).found).toEqual([])
  })
})

// ---- memory

const LIMIT = 8
const PRINCIPALS = 20
const EACH = 6
/** The first three take more than the others. */
const CROWD = Array.from({ length: PRINCIPALS * EACH }, (_, i) => {
  const principal = i % PRINCIPALS
  const object = principal < 3 ? i : principal
  return lineOf({ at: START + i * 1000, object, size: 10 }, `198.51.100.${principal}`)
})

/** Runs as two observers that share the clients; the first takes the second in at the end. */
async function runBounded(share: (client: number) => 0 | 1) {
  const signals: Signal[] = []
  let totals = { requests: 0, bytes: 0 }
  const bounded: Detector = {
    ...bulkExport,
    id: 'bounded',
    create(input) {
      const create = () => bulkExport.create({ ...input, maxCandidates: LIMIT, maxReferences: 4 })
      const [first, second] = [create(), create()]
      const both: readonly Observer[] = [first, second]
      return {
        id: 'bounded',
        wants: first.wants,
        scope: first.scope,
        horizon: first.horizon,
        visit(batch, { rows, count }, context) {
          for (const [side, observer] of both.entries()) {
            const seen = rows.subarray(0, count).filter((row) => share(batch.clientKey[2 * row]!) === side)
            observer.visit(batch, { rows: seen, count: seen.length }, context)
          }
        },
        merge() {},
        seal(context) {
          first.merge(second)
          totals = first.totals()
          signals.push(...first.seal(context))
          return []
        },
        snapshot: () => first.snapshot(),
        bounds: () => first.bounds(),
      }
    },
  }
  const thresholds = { bounded: { objects: 2, pages: 2, bytes: 1e9, peers: 1000 } }
  const { reading } = await reportOn(CROWD, CASE, { detectors: [bounded], thresholds })
  return { signals, totals, bounds: reading.bounds }
}

describe('more candidates than bulk-export can hold', () => {
  it.each([
    ['one observer', () => 0 as const],
    ['one that is merged into an empty one', () => 1 as const],
    ['two observers', (client: number) => (client % 2 === 0 ? 0 : 1)] as const,
  ] as const)('are folded into a total that coverage states, with %s', async (_what, share) => {
    const { signals, totals, bounds } = await runBounded(share)
    expect(totals).toEqual({ requests: CROWD.length, bytes: 10 * CROWD.length })
    const folded = bounds.find(({ name }) => name === 'bulk-export: candidates')!
    expect(folded).toMatchObject({ limit: LIMIT })
    expect(folded.count).toBeGreaterThanOrEqual(PRINCIPALS - LIMIT)
    expect(folded.firstAt).toMatch(/^2021-08-14T20:/)
    expect(signals.length).toBeLessThanOrEqual(LIMIT)
  })

  it('have no more references than asked for, and coverage says so', async () => {
    const { signals, bounds } = await runBounded(() => 0)
    expect(signals.reduce((sum, { references = [] }) => sum + references.length, 0)).toBeLessThanOrEqual(4)
    expect(bounds.find(({ name }) => name === 'bulk-export: references')).toMatchObject({ limit: 4 })
  })
})
