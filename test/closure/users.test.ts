/**
 * What those who had used a door did elsewhere, against sums that are made from the lines at once, with nothing of the program: whoever
 * was served at a door before it was closed is one of its users from the first time on.
 */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ClosureObserver, type ClosureTrace } from '../../src/closure/observer.js'
import type { JudgedUsers } from '../../src/closure/user-requests.js'
import {
  type ClosureAnswer,
  type Detector,
  type DetectorInput,
  type EvidenceReference,
  investigate,
  type Observer,
} from '../../src/index.js'
import { splitObserver } from '../detect/detector-kit.js'
import { combinedLine, type Line, PATIENT, runs, stream, textOf } from '../laws/support.js'

const MINUTE = 60_000
const HORIZON = 10 * MINUTE
const SESSION_GAP = 30 * MINUTE
/** What the detector adds to an uncertainty. */
const GRACE = MINUTE
const NOON = Date.parse('2021-08-14T12:00:00Z')

interface Period {
  readonly from: number
  readonly to?: number
  readonly uncertainty: number
}
const DOORS: readonly { readonly id: string; readonly path: string; readonly closed: readonly Period[] }[] = [
  {
    id: 'export',
    path: '/test/export',
    closed: [
      { from: NOON, to: NOON + 60 * MINUTE, uncertainty: 0 },
      { from: NOON + 120 * MINUTE, uncertainty: MINUTE },
    ],
  },
  { id: 'legacy', path: '/old/admin', closed: [{ from: NOON + 30 * MINUTE, uncertainty: 0 }] },
]
const iso = (time: number) => new Date(time).toISOString()
const CASE = {
  entryPoints: DOORS.map(({ id, path, closed }) => ({
    id,
    path,
    closed: closed.map(({ from, to, uncertainty }) => ({
      from: iso(from),
      ...(to === undefined ? {} : { to: iso(to) }),
      uncertainty: `${uncertainty / 1000}s`,
    })),
  })),
}

/** One period of one door, with the instants at which it begins and ends to count. */
interface Closing {
  readonly path: string
  readonly opensFrom: number
  readonly maybeClosed: number
  readonly from: number
  readonly surelyClosed: number
  readonly opensAgain: number
}
const CLOSINGS: readonly Closing[] = DOORS.flatMap(({ path, closed }) =>
  closed.map(({ from, to = Infinity, uncertainty }, n) => ({
    path,
    opensFrom: closed[n - 1]?.to ?? -Infinity,
    maybeClosed: from - uncertainty,
    from,
    surelyClosed: from + uncertainty + GRACE,
    opensAgain: to - uncertainty,
  })),
)

const lineAt = fc.record({
  time: fc.integer({ min: -90 * 60, max: 200 * 60 }).map((second) => NOON + second * 1000),
  client: fc.constantFrom('203.0.113.1', '203.0.113.2', '203.0.113.3'),
  user: fc.constantFrom('alice', undefined, undefined),
  target: fc.constantFrom(
    '/test/export',
    '/test/export',
    '/old/admin',
    '/customers/list',
    '/reports',
    '/new',
  ),
  status: fc.constantFrom(200, 200, 200, 403),
  bytes: fc.integer({ min: 1, max: 9000 }),
  shift: fc.integer({ min: 0, max: HORIZON }),
  source: fc.nat(2),
})
/** A line, how far it is moved in its log, and which log that is: with several, rows come in runs of few. */
type Placed = Line & { readonly shift: number; readonly source: number }

/** A name that was denied is what somebody claims to be. */
const principalOf = ({ user, client, status }: Line) => (status === 403 ? client : (user ?? client))
const isServed = ({ status }: Line) => status === 200

/** The sums of one closing, from all lines, made the slow way. */
function usersOf(lines: readonly Line[], closing: Closing) {
  const { path, opensFrom, maybeClosed, from, surelyClosed, opensAgain } = closing
  const since = new Map<string, number>()
  for (const line of lines) {
    const { time, target } = line
    const isUse = target === path && isServed(line) && time >= opensFrom && time < maybeClosed
    if (!isUse) continue
    since.set(principalOf(line), Math.min(time, since.get(principalOf(line)) ?? Infinity))
  }
  const theirs = lines.filter((line) => line.time >= (since.get(principalOf(line)) ?? Infinity))
  const before = theirs.filter(({ time }) => time >= opensFrom && time < surelyClosed)
  const after = theirs.filter(
    ({ time, target }) => time >= surelyClosed && time < opensAgain && target !== path,
  )
  const served = after.filter(isServed)
  const carried = [...since.keys()].filter((user) => {
    const first = Math.min(...served.filter((line) => principalOf(line) === user).map(({ time }) => time))
    const latest = Math.max(...before.filter((line) => principalOf(line) === user).map(({ time }) => time))
    return Number.isFinite(first) && (user === 'alice' || first - latest <= SESSION_GAP)
  })
  const ofCarried = served.filter((line) => carried.includes(principalOf(line)))
  const elsewhere = [...new Set(served.map(({ target }) => target))].map((target) => {
    const asked = after.filter((line) => line.target === target)
    const got = asked.filter(isServed)
    return {
      route: `GET ${target}`,
      requests: asked.length,
      served: got.length,
      bytes: bytesOf(got),
      principals: new Set(asked.map(principalOf)).size,
      first: iso(Math.min(...asked.map(({ time }) => time))),
      last: iso(Math.max(...asked.map(({ time }) => time))),
    }
  })
  const firstSeen = (route: string) =>
    Math.min(...lines.filter(({ target }) => `GET ${target}` === route).map(({ time }) => time))
  const servedBefore = (route: string) =>
    before.some((line) => `GET ${line.target}` === route && isServed(line) && line.time < from)
  return {
    carryOver: {
      usersBefore: since.size,
      tokens: carried.filter((user) => user === 'alice').length,
      sessions: carried.filter((user) => user !== 'alice').length,
      served: ofCarried.length,
      bytes: bytesOf(ofCarried),
      last: ofCarried.length === 0 ? null : iso(Math.max(...ofCarried.map(({ time }) => time))),
    },
    successors: sortedByRoute(elsewhere.filter(({ route }) => firstSeen(route) > surelyClosed)),
    egress: sortedByRoute(elsewhere.filter(({ route }) => servedBefore(route))),
  }
}

const bytesOf = (lines: readonly Line[]) => lines.reduce((total, { bytes = 0 }) => total + bytes, 0)
const sortedByRoute = <T extends { readonly route: string }>(routes: readonly T[]) =>
  routes.toSorted((a, b) => (a.route < b.route ? -1 : 1))

async function answersTo(lines: readonly Placed[], detectors?: readonly Detector[]) {
  const inFile = lines.toSorted((a, b) => a.time + a.shift - (b.time + b.shift))
  const evidence = [0, 1, 2].flatMap((source) => {
    const its = inFile.filter((line) => line.source === source)
    return its.length === 0 ? [] : [stream(`access-${source}.log`, textOf(its.map(combinedLine)), 4096)]
  })
  const run = investigate({
    evidence,
    case: CASE,
    format: 'apache-combined',
    ...(detectors === undefined ? {} : { detectors }),
  })
  return (await run.report()).answers.closure
}

function shown({ carryOver, successors, egress }: ClosureAnswer<EvidenceReference>) {
  const { evidence: _, ...carried } = carryOver
  const withoutLines = (routes: typeof egress) =>
    sortedByRoute(routes.map(({ evidence: _, ...rest }) => rest))
  return { carryOver: carried, successors: withoutLines(successors), egress: withoutLines(egress) }
}

/** What is judged of users by one observer, and by two that each saw some of the principals. */
async function splitOver(lines: readonly Placed[]) {
  const judged: Record<string, readonly JudgedUsers[]> = {}
  const observer = ({ entryPoints }: DetectorInput) =>
    new ClosureObserver({
      entryPoints,
      trustedProxies: [],
      ignorePathCase: false,
      graceMs: GRACE,
      maxRequestMs: HORIZON,
      memoryBytes: 2 ** 22,
    })
  const detector = (id: string, create: (input: DetectorInput) => Observer<ClosureTrace>): Detector => ({
    id,
    title: id,
    reference: 'https://example.org/',
    thresholds: [],
    idle: () => null,
    create(input) {
      const its = create(input)
      return {
        id,
        wants: its.wants,
        scope: its.scope,
        horizon: its.horizon,
        visit: (batch, selection, context) => its.visit(batch, selection, context),
        merge() {},
        seal(context) {
          judged[id] = [...its.seal(context)].flatMap(({ users }) => users)
          return []
        },
        close: () => its.close?.(),
        snapshot: () => ({}),
      }
    },
  })
  const split = (back: boolean) => (input: DetectorInput) =>
    splitObserver(observer(input), observer(input), 'by principal', back)
  const detectors = [
    detector('whole', observer),
    detector('merged', split(false)),
    detector('back', split(true)),
  ]
  await answersTo(lines, detectors)
  return judged as { whole: JudgedUsers[]; merged: JudgedUsers[]; back: JudgedUsers[] }
}

describe('what the users of doors did', PATIENT, () => {
  it('is what the slow way of counting gives, in any order of lines within the horizon', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(lineAt, { minLength: 1, maxLength: 60, size: 'max' }), async (lines) => {
        const placed = lines as Placed[]
        const answers = await answersTo(placed)
        expect(answers.map(shown)).toEqual(CLOSINGS.map((closing) => usersOf(placed, closing)))
      }),
      { numRuns: runs(150, 10_000) },
    )
  })

  it('is the same when two observers share the principals, whichever takes the other in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(lineAt, { minLength: 1, maxLength: 60, size: 'max' }), async (lines) => {
        const { whole, merged, back } = await splitOver(lines as Placed[])
        expect(merged).toEqual(whole)
        expect(back).toEqual(whole)
      }),
      { numRuns: runs(80, 3_000) },
    )
  })

  it('is cited by the first lines that were served after the closing', async () => {
    const at = (minutes: number, target: string): Placed => ({
      time: NOON + minutes * MINUTE,
      client: '203.0.113.1',
      user: 'alice',
      target,
      status: 200,
      bytes: 100,
      shift: 0,
      source: 0,
    })
    const lines = [at(-5, '/test/export'), ...[9, 7, 8, 6].map((minutes) => at(minutes, '/reports'))]
    const [{ carryOver, successors }] = (await answersTo(lines)) as [ClosureAnswer<EvidenceReference>]
    expect(carryOver.evidence.map(({ time }) => time)).toEqual([iso(NOON + 6 * MINUTE)])
    expect(successors[0]!.evidence.map(({ time }) => time)).toEqual(
      [6, 7, 8].map((minutes) => iso(NOON + minutes * MINUTE)),
    )
  })
})
