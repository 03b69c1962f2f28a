/**
 * What counts as use of a closed entry point, as tables: outcome, spelling, time, rule, who. Each row is a log, the case is
 * the same few lines, and the answer is what `investigate` says.
 */

import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import type { ClosedEntryPointMeasures } from '../../src/index.js'
import {
  type ClosedFinding,
  closedFindings,
  combinedLine,
  type LoggedRequest,
  placeOf,
  reportOn,
  stampOf,
} from './access-log.js'

vi.setConfig({ testTimeout: 60_000 })

/** The door of these tests closed at noon, for good. */
const NOON = '2021-08-14T12:00:00Z'
const CLOSED_AT_NOON = { entryPoints: [{ id: 'export', path: '/test/export', closed: [{ from: NOON }] }] }

/** Apache stamps the start of a request, so nothing is in doubt. */
const APACHE = { format: 'apache-combined' }

type Standing = 'served' | 'accepted' | 'unclear' | 'denied' | 'in flight' | 'nothing'

/** How a finding is graded by the strongest thing that it holds. */
const GRADES = {
  served: { severity: 'critical', outcome: 'succeeded' },
  accepted: { severity: 'high', outcome: 'succeeded' },
  unclear: { severity: 'medium', outcome: 'unknown' },
  denied: { severity: 'low', outcome: 'attempted' },
  'in flight': { severity: 'info', outcome: 'unknown' },
} as const

/** The counts of a finding about one request. */
function countsOfOne(standing: Exclude<Standing, 'nothing'>): Partial<ClosedEntryPointMeasures> {
  const none = { requests: 0, served: 0, accepted: 0, unclear: 0, denied: 0, inFlight: 0 }
  if (standing === 'in flight') return { ...none, inFlight: 1, firstAfter: null, lastAfter: null }
  return { ...none, requests: 1, [standing]: 1 }
}

/** Each request by a client of its own: 198.51.100.1, .2, ... */
function linesOfClients(requests: readonly LoggedRequest[]): string[] {
  return requests.map((request, i) => combinedLine({ client: clientNumber(i), ...request }))
}

function clientNumber(i: number): string {
  return `198.51.${100 + Math.floor(i / 250)}.${1 + (i % 250)}`
}

function findingOf(findings: readonly ClosedFinding[], client: string): ClosedFinding | undefined {
  const found = findings.filter((finding) => finding.subject.clients.includes(client))
  expect(found.length, `findings about ${client}`).toBeLessThanOrEqual(1)
  return found[0]
}

/** Checks a finding about the one request of a line. */
function expectOne(
  finding: ClosedFinding | undefined,
  standing: Standing,
  lines: readonly string[],
  line: number,
  what: string,
): void {
  if (standing === 'nothing') {
    expect(finding, what).toBeUndefined()
    return
  }
  expect(finding, what).toMatchObject({
    ...GRADES[standing],
    evidenceCount: 1,
    measures: countsOfOne(standing),
    evidence: [{ ...placeOf(lines, line), text: lines[line - 1] }],
  })
}

// ---- outcomes

const READS_AND_WRITES = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
const WRITES = ['POST', 'PUT', 'PATCH', 'DELETE', 'MKCOL', 'COPY', 'MOVE', 'LOCK', 'UNLOCK', 'PROPPATCH']
const OTHERS = ['HEAD', 'OPTIONS', 'TRACE', 'CONNECT', 'PROPFIND', 'BREW']
const ALL_METHODS = [...new Set([...READS_AND_WRITES, ...WRITES, ...OTHERS])]

interface AnswerRow {
  readonly statuses: readonly (number | string)[]
  /** What the answer means by the methods that it is given to; every other method is unclear. */
  readonly withBody: Readonly<Partial<Record<Standing, readonly string[]>>>
  readonly withoutBody: Readonly<Partial<Record<Standing, readonly string[]>>>
}

const ANSWERS: readonly AnswerRow[] = [
  {
    statuses: [200, 203, 206, 226],
    withBody: { served: READS_AND_WRITES },
    withoutBody: {},
  },
  {
    statuses: [201, 202, 204],
    withBody: { accepted: WRITES },
    withoutBody: { accepted: WRITES },
  },
  {
    statuses: [101, 304],
    withBody: { accepted: ALL_METHODS },
    withoutBody: { accepted: ALL_METHODS },
  },
  {
    statuses: [401, 403, 404, 405, 407, 410, 421, 423, 429, 444, 451],
    withBody: { denied: ALL_METHODS },
    withoutBody: { denied: ALL_METHODS },
  },
  {
    // moved, broken, given up, or not said
    statuses: [
      ...[100, 102, 103, 205, 207, 208, 300, 301, 302, 303, 305, 307, 308],
      ...[400, 402, 406, 408, 409, 411, 412, 413, 414, 415, 416, 418, 422, 424, 425, 426, 428, 431],
      ...[494, 495, 496, 497, 498, 499, 500, 501, 502, 503, 504, 505, 520, 599, '000', '-'],
    ],
    withBody: {},
    withoutBody: {},
  },
]

function standingIn(row: AnswerRow, method: string, size: number | string): Standing {
  const meanings = Object.entries(size === 0 || size === '-' ? row.withoutBody : row.withBody)
  return (meanings.find(([, methods]) => methods.includes(method))?.[0] ?? 'unclear') as Standing
}

describe('a request after the closing, by its answer', () => {
  for (const row of ANSWERS) {
    it.each(row.statuses)(
      'status %s, on every method, with a body, an empty one and none',
      async (status) => {
        const requests = ALL_METHODS.flatMap((method) =>
          [5120, 0, '-'].map((size) => ({ method, status, size })),
        )
        const lines = linesOfClients(requests)
        const findings = await closedFindings(lines, CLOSED_AT_NOON, APACHE)
        expect(findings).toHaveLength(requests.length)
        requests.forEach(({ method, size }, i) => {
          const finding = findingOf(findings, clientNumber(i))
          const standing = standingIn(row, method, size)
          expectOne(finding, standing, lines, i + 1, `${method} ${status} ${size}`)
          const counted = standing === 'served' || standing === 'accepted'
          expect(finding!.measures.bytes).toBe(counted && typeof size === 'number' ? size : 0)
          expect(finding).toMatchObject({ confidence: 'medium', reasons: ['client-only-identity'] })
          expect(finding!.scope).toEqual({ type: 'entry-point', id: 'export' })
        })
      },
    )
  }

  it('is unclear where the layout has no size: there may have been no body', async () => {
    const lines = [`203.0.113.9 - - ${stampOf('12:30:00')} "GET /test/export HTTP/1.1" 200`]
    const [finding] = await closedFindings(lines, CLOSED_AT_NOON, { format: '%h %l %u %t "%r" %>s' })
    expectOne(finding, 'unclear', lines, 1, 'no size')
  })
})

describe('an answer of 200 with the size of a denial', () => {
  const denialsOfRoute: readonly LoggedRequest[] = [{ at: '09:00:00', status: 403, size: 5000 }]
  const notFound = (sizes: readonly number[]): LoggedRequest[] =>
    sizes.map((size, i) => ({ at: '09:00:00', target: `/unknown/${i}`, status: 404, size }))

  it.each<[string, readonly LoggedRequest[], LoggedRequest, Standing]>([
    ['the size of the route’s denials', denialsOfRoute, { size: 5000 }, 'unclear'],
    ['2 % more than the route’s denials', denialsOfRoute, { size: 5100 }, 'unclear'],
    ['2 % less', denialsOfRoute, { size: 4900 }, 'unclear'],
    ['just over 2 % more', denialsOfRoute, { size: 5101 }, 'served'],
    ['just over 2 % less', denialsOfRoute, { size: 4899 }, 'served'],
    ['the size of a denial, by POST', denialsOfRoute, { method: 'POST', size: 5000 }, 'unclear'],
    ['another status than 200', denialsOfRoute, { status: 206, size: 5000 }, 'served'],
    [
      'created, with the size of a denial',
      denialsOfRoute,
      { method: 'PUT', status: 201, size: 5000 },
      'accepted',
    ],
    [
      'denials elsewhere do not count',
      [{ target: '/other', status: 403, size: 5000 }],
      { size: 5000 },
      'served',
    ],
    ['a denial without a size says nothing', [{ status: 403, size: '-' }], { size: 5000 }, 'served'],
    ['the site’s common answer to unknown paths', notFound([4990, 5000, 5010]), { size: 5000 }, 'unclear'],
    ['2 % off that answer', notFound([5000, 5000, 5000]), { size: 5100 }, 'unclear'],
    ['more than 2 % off it', notFound([5000, 5000, 5000]), { size: 5101 }, 'served'],
    ['two unknown paths make no common answer', notFound([5000, 5000]), { size: 5000 }, 'served'],
    [
      'one size of many is not common',
      notFound(
        [5000, 5000, 5000, ...Array.from({ length: 20 }, (_, i) => 100 * 2 ** (i / 4) + 20_000)].map(
          Math.round,
        ),
      ),
      { size: 5000 },
      'served',
    ],
    [
      'gone (410) is an answer to an unknown path too',
      [410, 410, 410].map((status, i) => ({ target: `/gone/${i}`, status, size: 5000 })),
      { size: 5000 },
      'unclear',
    ],
  ])('%s', async (_what, others, request, standing) => {
    const lines = [...others, request].map((each, i) => combinedLine({ client: clientNumber(i), ...each }))
    const findings = await closedFindings(lines, CLOSED_AT_NOON, APACHE)
    const finding = findingOf(findings, clientNumber(others.length))
    expectOne(finding, standing, lines, lines.length, _what)
    expect(finding!.measures.softDenied).toBe(standing === 'unclear' ? 1 : 0)
  })

  it('is judged by denials that come after it, too', async () => {
    const lines = linesOfClients([
      { at: '12:30:00', size: 5000 },
      { at: '23:30:00', status: 404, size: 5000 },
    ])
    const findings = await closedFindings(lines, CLOSED_AT_NOON, APACHE)
    expectOne(findingOf(findings, clientNumber(0)), 'unclear', lines, 1, 'judged at the end')
  })

  it('leaves the other answers of the same principal served', async () => {
    const lines = [
      combinedLine({ at: '12:10:00', status: 403, size: 5000 }),
      combinedLine({ at: '12:11:00', size: 5000 }),
      combinedLine({ at: '12:12:00', size: 70_000 }),
    ]
    const [finding] = await closedFindings(lines, CLOSED_AT_NOON, APACHE)
    expect(finding).toMatchObject({
      ...GRADES.served,
      measures: { requests: 3, served: 1, unclear: 1, softDenied: 1, denied: 1, bytes: 70_000 },
      evidenceCount: 3,
    })
  })
})

// ---- spellings

/** Every byte of a path but the slashes as `%hh`. */
function encoded(path: string, digits: 'lower' | 'upper' = 'lower'): string {
  const hex = (byte: string) => byte.charCodeAt(0).toString(16)
  return path.replace(/[^/]/g, (byte) => `%${digits === 'lower' ? hex(byte) : hex(byte).toUpperCase()}`)
}

const SPELLINGS: readonly [what: string, target: string, shown?: string][] = [
  ['as declared', '/test/export'],
  ['with a query', '/test/export?page=1', '/test/export'],
  ['with a query that looks like another path', '/test/export?/../health', '/test/export'],
  ['with a fragment', '/test/export#top', '/test/export'],
  ['with a final slash', '/test/export/'],
  ['with final slashes', '/test/export///'],
  ['one letter encoded', '/test/%65xport'],
  ['all letters encoded, lower-case hex', encoded('/test/export')],
  ['all letters encoded, upper-case hex', encoded('/test/export', 'upper')],
  ['an encoded letter with upper-case hex', '/t%65st/exp%6Frt'],
  ['an encoded slash', '/test%2fexport'],
  ['an encoded slash, upper-case hex', '/test%2Fexport'],
  ['a doubly encoded slash', '/test%252fexport'],
  ['doubly encoded', encoded('/test/export').replaceAll('%', '%25')],
  ['triply encoded', '/test/%252565xport'],
  ['mixed depths of encoding', '/%74est/%2565xpor%252574'],
  ['doubled slashes', '//test//export'],
  ['a dot segment', '/./test/./export'],
  ['a final dot segment', '/test/export/.'],
  ['a parent segment', '/test/other/../export'],
  ['parents beyond the root', '/../../test/export'],
  ['an encoded parent segment', '/test/other/%2e%2e/export'],
  ['a half-encoded parent segment', '/test/other/.%2E/export'],
  ['an encoded parent with an encoded slash', '/test/other%2f%2e%2e%2fexport'],
  ['a path parameter', '/test/export;v=1F'],
  ['a path parameter in the middle', '/test;x/export'],
  ['an encoded path parameter', '/test/export%3bx'],
  ['a parameter on a parent segment', '/test/other/..;/export'],
  ['the log’s escape for a slash', '/test\\x2fexport', '/test/export'],
  ['the log’s escape for a letter', '/\\x74est/export', '/test/export'],
  ['the log’s escape for a percent sign', '/test/\\x2565xport', '/test/%65xport'],
  ['absolute form', 'http://shop.example/test/export', '/test/export'],
  ['absolute form, port, other scheme', 'HTTPS://shop.example:8443/test//export?x', '/test//export'],
]

const NO_SPELLINGS: readonly [what: string, target: string][] = [
  ['a longer name', '/test/exports'],
  ['below it', '/test/export/1'],
  ['below it, behind an encoded slash', '/test/export%2f1'],
  ['above it', '/test'],
  ['its name elsewhere', '/export'],
  ['its parent taken away', '/test/../export'],
  ['itself taken away', '/test/export/..'],
  ['in the query', '/health?next=/test/export'],
  ['in the fragment', '/health#/test/export'],
  ['behind an encoded question mark', '/test/export%3fpage'],
  ['a blank behind it', '/test/export%20'],
  ['a NUL byte behind it', '/test/export%00'],
  ['an incomplete escape', '/test/export%2'],
  ['an escape that is none', '/test/%zz%65xport'],
  ['encoded four times', '/test/%25252565xport'],
  ['capitals, where case matters', '/test/Export'],
  ['an encoded capital', '/test/%45xport'],
  ['the root', '/'],
  ['authority form', 'shop.example:443'],
  ['asterisk form', '*'],
]

describe('the spelling of a path', () => {
  it.each(SPELLINGS)('cannot hide it: %s (%s)', async (what, target, shown) => {
    const lines = [combinedLine({ target, size: 4096 })]
    const findings = await closedFindings(lines, CLOSED_AT_NOON, APACHE)
    expect(findings).toHaveLength(1)
    expectOne(findings[0], 'served', lines, 1, what)
    expect(findings[0]!.measures).toMatchObject({
      spellings: [shown ?? target],
      spellingCount: 1,
      bytes: 4096,
    })
  })

  it.each(NO_SPELLINGS)('is not stretched: %s (%s)', async (_what, target) => {
    for (const method of ['GET', 'OPTIONS', 'CONNECT'])
      expect(await closedFindings([combinedLine({ method, target })], CLOSED_AT_NOON, APACHE)).toEqual([])
  })

  it.each(['/TEST/Export', '/test/%45xport', '/Test/EXPORT/', '/TEST;x/export'])(
    'includes %s where the case says that paths ignore case',
    async (target) => {
      const lines = [combinedLine({ target })]
      const [finding] = await closedFindings(lines, { ...CLOSED_AT_NOON, ignorePathCase: true }, APACHE)
      expectOne(finding, 'served', lines, 1, target)
      expect(finding!.measures.spellings).toEqual([target])
    },
  )

  it('is reported for each that was seen, first seen first, at most twenty', async () => {
    const targets = ['/test/export', '/test//export', '/test/export', '/test/%65xport?x', '/test/./export']
    const [few] = await closedFindings(
      targets.map((target) => combinedLine({ target })),
      CLOSED_AT_NOON,
      APACHE,
    )
    expect(few!.measures).toMatchObject({
      spellings: ['/test/export', '/test//export', '/test/%65xport', '/test/./export'],
      spellingCount: 4,
    })
    const many = Array.from({ length: 25 }, (_, i) => combinedLine({ target: `/test/export;${i}` }))
    const [finding] = await closedFindings(many, CLOSED_AT_NOON, APACHE)
    expect(finding!.measures.spellings).toHaveLength(20)
    expect(finding!.measures.spellingCount).toBe(25)
  })
})

// ---- time

/** Layouts that state how long a request took: Apache from its start, nginx up to its end. */
const WITH_DURATION = {
  apache: '%h %l %u %t "%r" %>s %b %D',
  nginx: '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent $request_time',
}

function timedLine(server: keyof typeof WITH_DURATION, at: string, seconds: number | '-'): string {
  const duration = seconds === '-' ? '-' : server === 'apache' ? seconds * 1_000_000 : seconds.toFixed(3)
  return `203.0.113.9 - - ${stampOf(at)} "GET /test/export HTTP/1.1" 200 5120 ${duration}`
}

const closing = (...closed: object[]) => ({ entryPoints: [{ id: 'export', path: '/test/export', closed }] })
const UNTIL_ONE = { from: NOON, to: '2021-08-14T13:00:00Z' }
const AGAIN_AT_THREE = { from: '2021-08-14T15:00:00Z' }
const WITHIN_FIVE_MINUTES = { from: NOON, uncertainty: '5m' }
const ONE_HOUR_WITHIN_FIVE_MINUTES = { ...UNTIL_ONE, uncertainty: '5m' }

describe('the time of a request, stamped at its start (Apache)', () => {
  it.each<[string, string, object[], Standing]>([
    ['before the closing', '11:59:59', [{ from: NOON }], 'nothing'],
    ['long before it', '2021-08-01T12:00:00', [{ from: NOON }], 'nothing'],
    ['exactly at it', '12:00:00', [{ from: NOON }], 'in flight'],
    ['within the grace of 60 s', '12:00:30', [{ from: NOON }], 'in flight'],
    ['at the end of the grace', '12:01:00', [{ from: NOON }], 'in flight'],
    ['just after the grace', '12:01:01', [{ from: NOON }], 'served'],
    ['long after', '2022-03-01T03:00:00', [{ from: NOON }], 'served'],
    ['in the zone of the case', '12:30:00', [{ from: '2021-08-14T14:00:00+02:00' }], 'served'],
    ['before it, in the zone of the case', '11:30:00', [{ from: '2021-08-14T14:00:00+02:00' }], 'nothing'],
    ['just before a reopening', '12:59:59', [UNTIL_ONE], 'served'],
    ['exactly at the reopening', '13:00:00', [UNTIL_ONE], 'nothing'],
    ['after the reopening', '14:00:00', [UNTIL_ONE], 'nothing'],
    ['between two closed periods', '14:59:59', [UNTIL_ONE, AGAIN_AT_THREE], 'nothing'],
    ['at the start of the second period', '15:00:00', [UNTIL_ONE, AGAIN_AT_THREE], 'in flight'],
    ['in the second period', '15:01:01', [UNTIL_ONE, AGAIN_AT_THREE], 'served'],
    ['in the first, when there are two', '12:30:00', [AGAIN_AT_THREE, UNTIL_ONE], 'served'],
    ['before the uncertainty begins', '11:54:59', [WITHIN_FIVE_MINUTES], 'nothing'],
    ['where the uncertainty begins', '11:55:00', [WITHIN_FIVE_MINUTES], 'in flight'],
    ['where uncertainty and grace end', '12:06:00', [WITHIN_FIVE_MINUTES], 'in flight'],
    ['after uncertainty and grace', '12:06:01', [WITHIN_FIVE_MINUTES], 'served'],
    ['before an uncertain reopening', '12:54:59', [ONE_HOUR_WITHIN_FIVE_MINUTES], 'served'],
    ['when it may be open again', '12:55:00', [ONE_HOUR_WITHIN_FIVE_MINUTES], 'nothing'],
  ])('%s (%s)', async (what, at, closed, standing) => {
    const lines = [combinedLine({ at })]
    const [finding] = await closedFindings(lines, closing(...closed), APACHE)
    expectOne(finding, standing, lines, 1, what)
    if (standing === 'nothing') return
    const time = new Date(`${at.includes('T') ? at : `2021-08-14T${at}`}Z`).toISOString()
    expect(finding).toMatchObject({ start: time, end: time, reasons: ['client-only-identity'] })
    if (standing === 'served')
      expect(finding!.measures).toMatchObject({ firstAfter: time, lastAfter: time, mayHaveBegunBefore: 0 })
  })

  it('is measured against the closing that came before it', async () => {
    const closed = closing(UNTIL_ONE, AGAIN_AT_THREE)
    const at = async (time: string) =>
      (await closedFindings([combinedLine({ at: time })], closed, APACHE))[0]!
    expect((await at('12:30:00')).measures.closedFrom).toBe('2021-08-14T12:00:00.000Z')
    expect((await at('15:00:30')).measures.closedFrom).toBe('2021-08-14T15:00:00.000Z')
    expect((await at('16:00:00')).measures.closedFrom).toBe('2021-08-14T15:00:00.000Z')
    expect((await at('16:00:00')).summary).toContain('after it was closed at 2021-08-14T15:00:00.000Z')
  })

  it('takes the grace that the case gives', async () => {
    const caseFile = { ...CLOSED_AT_NOON, thresholds: { 'closed-entry-point': { graceMs: 0 } } }
    const lines = linesOfClients([{ at: '12:00:00' }, { at: '12:00:01' }])
    const findings = await closedFindings(lines, caseFile, APACHE)
    expectOne(findingOf(findings, clientNumber(0)), 'in flight', lines, 1, 'exactly at the closing')
    expectOne(findingOf(findings, clientNumber(1)), 'served', lines, 2, 'a second later')
  })

  it.each<[string, string, number | '-', Standing]>([
    ['ended before the closing', '11:59:00', 59, 'nothing'],
    ['ended with the closing', '11:59:00', 60, 'in flight'],
    ['began before and ended after', '11:59:30', 45, 'in flight'],
    ['began long before and ended after', '10:00:00', 7201, 'in flight'],
    ['began within the grace and took an hour', '12:01:00', 3600, 'in flight'],
    ['began after the grace', '12:01:01', 3600, 'served'],
    ['began before, and does not say how long it took', '11:59:59', '-', 'nothing'],
    ['began after, and does not say how long it took', '12:01:01', '-', 'served'],
  ])('and its duration: %s (%s, %s s)', async (what, at, seconds, standing) => {
    const lines = [timedLine('apache', at, seconds)]
    const [finding] = await closedFindings(lines, CLOSED_AT_NOON, { format: WITH_DURATION.apache })
    expectOne(finding, standing, lines, 1, what)
  })
})

describe('the time of a request, stamped at its end (nginx)', () => {
  it.each<[string, string, number | '-', Standing]>([
    ['ended before the closing', '11:59:59', 30, 'nothing'],
    ['ended with the closing', '12:00:00', 30, 'in flight'],
    ['began before and ended after', '12:00:30', 45, 'in flight'],
    ['began before and ended long after', '13:00:00', 3601, 'in flight'],
    ['began within the grace and ended long after it', '12:30:00', 1740, 'in flight'],
    ['began just after the grace', '12:30:00', 1739, 'served'],
    ['ended within the grace', '12:00:59', 0.001, 'in flight'],
    ['began and ended after the grace', '12:01:02', 0.5, 'served'],
  ])('%s (%s, %s s)', async (what, at, seconds, standing) => {
    const lines = [timedLine('nginx', at, seconds)]
    const [finding] = await closedFindings(lines, CLOSED_AT_NOON, { format: WITH_DURATION.nginx })
    expectOne(finding, standing, lines, 1, what)
    expect(finding?.measures.mayHaveBegunBefore ?? 0).toBe(0)
  })
})

describe('the time of a request that does not say how long it took', () => {
  /** A request takes at most ten minutes; what ended sooner after the grace may have begun before the closing. */
  it.each<[string, string, Standing, 0 | 1]>([
    ['ended before the closing', '11:59:59', 'nothing', 0],
    ['ended within the grace', '12:01:00', 'in flight', 0],
    ['may have begun before the closing', '12:01:01', 'served', 1],
    ['may have begun within the grace', '12:11:00', 'served', 1],
    ['surely began after the grace', '12:11:01', 'served', 0],
  ])('%s (%s)', async (what, at, standing, mayHaveBegunBefore) => {
    for (const [format, doubts] of [
      ['nginx-combined', []],
      ['combined', ['producer-unknown']],
    ] as const) {
      const lines = [combinedLine({ at })]
      const [finding] = await closedFindings(lines, CLOSED_AT_NOON, { format })
      expectOne(finding, standing, lines, 1, `${what}, ${format}`)
      if (finding === undefined) continue
      expect(finding.measures.mayHaveBegunBefore).toBe(mayHaveBegunBefore)
      const reasons = [
        'client-only-identity',
        ...(mayHaveBegunBefore === 1 ? ['may-have-begun-before-closing', ...doubts] : []),
      ]
      expect(finding).toMatchObject({ confidence: 'medium', reasons: reasons.sort() })
    }
  })

  it('takes the longest request that the case gives', async () => {
    const thresholds = { 'closed-entry-point': { maxRequestMs: 1000 } }
    const lines = [combinedLine({ at: '12:01:02' })]
    const [finding] = await closedFindings(lines, { ...CLOSED_AT_NOON, thresholds }, { format: 'combined' })
    expect(finding).toMatchObject({ measures: { mayHaveBegunBefore: 0 }, reasons: ['client-only-identity'] })
  })

  it('is not in doubt when another of the same outcome surely began after', async () => {
    const lines = [combinedLine({ at: '12:05:00' }), combinedLine({ at: '18:00:00' })]
    const [finding] = await closedFindings(lines, CLOSED_AT_NOON, { format: 'combined' })
    expect(finding).toMatchObject({
      measures: { requests: 2, mayHaveBegunBefore: 1 },
      reasons: ['client-only-identity'],
    })
  })

  it('stays in doubt when only a denial surely began after', async () => {
    const lines = [combinedLine({ at: '12:05:00' }), combinedLine({ at: '18:00:00', status: 403, size: 99 })]
    const [finding] = await closedFindings(lines, CLOSED_AT_NOON, { format: 'combined' })
    expect(finding!.reasons).toContain('may-have-begun-before-closing')
    expect(finding).toMatchObject({ ...GRADES.served })
  })
})

// ---- rules

describe('the rule of an entry point', () => {
  const closed = [{ from: NOON }]
  const hits = async (rule: object, request: LoggedRequest, host?: string): Promise<boolean> => {
    const line = combinedLine(request)
    const lines = [host === undefined ? line : `${host} ${line}`]
    const caseFile = { entryPoints: [{ id: 'door', closed, ...rule }] }
    const format =
      host === undefined ? APACHE.format : '%v %h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-agent}i"'
    const findings = await closedFindings(lines, caseFile, { format })
    for (const finding of findings) expectOne(finding, 'served', lines, 1, JSON.stringify(rule))
    return findings.length === 1
  }

  it.each<[object, readonly string[], readonly string[]]>([
    [{ path: '/a/b' }, ['/a/b', '/a/b/'], ['/a', '/a/b/c', '/a/bc', '/x/a/b']],
    [{ path: '/' }, ['/', '', '//'].map((path) => `http://h.example${path}`), ['/a']],
    [{ path: '/a%20b' }, ['/a%20b', '/a+b/../a%2520b'], ['/a+b', '/a']],
    [{ path: '/caf%c3%a9' }, ['/caf%C3%A9', '/caf\\xc3\\xa9'], ['/cafe', '/caf%e9']],
    [{ path: '/café' }, ['/caf%C3%A9', '/café'], ['/caf%e9']],
    [
      { prefix: '/a/b' },
      ['/a/b', '/a/b/', '/a/b/c', '/a/b/c/d.txt', '/a//b/c'],
      ['/a/bc', '/a', '/a/b/..', '/a/b/../c'],
    ],
    [{ prefix: '/a/b/' }, ['/a/b', '/a/b/c'], ['/a/bc']],
    [{ prefix: '/' }, ['/', '/a', '/a/b'], []],
    [
      { pattern: '/v1/*/export' },
      ['/v1/x/export', '/v1/x/export/', '/v1/%78/export'],
      ['/v1/export', '/v1/x/y/export', '/v1/x/export/1'],
    ],
    [{ pattern: '/v1/{tenant}/export' }, ['/v1/x/export'], ['/v1/export', '/v1/x/y/export']],
    [{ pattern: '/v1/**' }, ['/v1', '/v1/x', '/v1/x/y/z'], ['/v2', '/v10', '/x/v1']],
    [
      { pattern: '/**/export' },
      ['/export', '/a/export', '/a/b/export', '/export/export'],
      ['/export/a', '/exports'],
    ],
    [
      { pattern: '/files/*.csv' },
      ['/files/a.csv', '/files/.csv', '/files/a.b.csv'],
      ['/files/a.csv.gz', '/files/a/b.csv', '/files/acsv'],
    ],
    [{ pattern: '/café/*' }, ['/caf%C3%A9/1', '/café/1'], ['/cafe/1', '/caf%C3%A9']],
    [{ pattern: '/a%20b/*' }, ['/a%20b/1'], ['/a/1']],
  ])('%j', async (rule, inside, outside) => {
    for (const target of inside) expect(await hits(rule, { target }), target).toBe(true)
    for (const target of outside) expect(await hits(rule, { target }), target).toBe(false)
  })

  it.each<[string | string[], string, boolean]>([
    ['GET', 'GET', true],
    ['get', 'GET', true],
    ['GET', 'POST', false],
    ['GET', 'HEAD', false],
    [['POST', 'PUT'], 'PUT', true],
    [['POST', 'PUT'], 'DELETE', false],
    ['BREW', 'BREW', true],
    ['BREW', 'STIR', false],
    ['GET', 'get', true],
  ])('with the method %s, for %s', async (method, sent, hit) => {
    const lines = [combinedLine({ method: sent })]
    const caseFile = { entryPoints: [{ id: 'door', path: '/test/export', closed, method }] }
    expect(await closedFindings(lines, caseFile, APACHE)).toHaveLength(hit ? 1 : 0)
  })

  it.each<[string | string[], string | undefined, string, boolean]>([
    ['shop.example', 'shop.example', '/test/export', true],
    ['shop.example', 'SHOP.example', '/test/export', true],
    ['Shop.Example', 'shop.example', '/test/export', true],
    ['shop.example', 'shop.example:8443', '/test/export', true],
    ['shop.example', 'shop.example.', '/test/export', true],
    ['shop.example.', 'shop.example', '/test/export', true],
    ['shop.example', 'www.shop.example', '/test/export', false],
    ['shop.example', 'example', '/test/export', false],
    [['a.example', 'b.example'], 'b.example', '/test/export', true],
    [['a.example', 'b.example'], 'c.example', '/test/export', false],
    ['2001:db8::8080', '[2001:db8::8080]:443', '/test/export', true],
    ['[2001:db8::8080]', '[2001:db8::8080]', '/test/export', true],
    ['shop.example', '-', '/test/export', false],
    ['shop.example', undefined, '/test/export', false],
    ['shop.example', undefined, 'http://shop.example/test/export', true],
    ['shop.example', undefined, 'http://shop.example:80/test/export', true],
    ['shop.example', undefined, 'http://other.example/test/export', false],
    ['shop.example', 'other.example', 'http://shop.example/test/export', false],
  ])('with the host %s, for the logged host %s and %s', async (host, logged, target, hit) => {
    expect(await hits({ path: '/test/export', host }, { target }, logged)).toBe(hit)
  })

  it('asks for method and host together', async () => {
    const rule = { path: '/test/export', method: 'POST', host: 'shop.example' }
    expect(await hits(rule, { method: 'POST' }, 'shop.example')).toBe(true)
    expect(await hits(rule, { method: 'GET' }, 'shop.example')).toBe(false)
    expect(await hits(rule, { method: 'POST' }, 'other.example')).toBe(false)
  })

  it('gives a finding for each of two entry points that one request touches', async () => {
    const lines = [combinedLine({ target: '/test/export/1' }), combinedLine({ target: '/test/other' })]
    const caseFile = {
      entryPoints: [
        { id: 'all tests', prefix: '/test', closed: [{ from: NOON }] },
        { id: 'exports', pattern: '/test/export/*', closed: [{ from: '2021-08-14T12:30:00Z' }] },
        { id: 'still open', prefix: '/test' },
      ],
    }
    const findings = await closedFindings(lines, caseFile, APACHE)
    expect(findings.map(({ scope, severity, evidenceCount }) => [scope.id, severity, evidenceCount])).toEqual(
      [
        ['all tests', 'critical', 2],
        ['exports', 'info', 1],
      ],
    )
    expect(new Set(findings.map(({ id }) => id)).size).toBe(2)
  })

  it('works for all 32 entry points that a case may have', async () => {
    const entryPoints = Array.from({ length: 32 }, (_, i) => ({
      id: `door ${i}`,
      path: `/door/${i}`,
      closed,
    }))
    const lines = [0, 30, 31].map((i) => combinedLine({ target: `/door/${i}` }))
    const findings = await closedFindings(lines, { entryPoints }, APACHE)
    expect(findings.map(({ scope }) => scope.id)).toEqual(['door 0', 'door 30', 'door 31'])
  })

  it('says that nothing was checked where nothing is declared closed', async () => {
    const open = { entryPoints: [{ id: 'door', path: '/test/export' }] }
    const { findings, reading } = await reportOn([combinedLine({})], open, APACHE)
    expect(findings).toEqual([])
    expect(reading.notChecked).toContainEqual({
      check: 'closed-entry-point',
      reason: 'no declared entry point has a closing time',
    })
  })
})

// ---- who, and when one finding ends

describe('one finding a principal, entry point and episode', () => {
  it('keeps principals apart: address, agent and user', async () => {
    const lines = [
      combinedLine({ client: '198.51.100.1', agent: 'curl/8.5.0' }),
      combinedLine({ client: '198.51.100.1', agent: 'python-requests/2.31' }),
      combinedLine({ client: '198.51.100.2', agent: 'curl/8.5.0' }),
      combinedLine({ client: '198.51.100.1', agent: 'curl/8.5.0', user: 'alice' }),
      combinedLine({ client: '198.51.100.2', agent: 'curl/8.5.0', user: 'alice' }),
      combinedLine({ client: '198.51.100.1', agent: 'curl/8.5.0', user: 'bob' }),
    ]
    const findings = await closedFindings(lines, CLOSED_AT_NOON, APACHE)
    const found = findings.map(({ subject, evidence }) => [
      subject.type,
      subject.clients,
      evidence.map(({ line }) => line),
    ])
    expect(found).toHaveLength(5)
    expect(found).toEqual(
      expect.arrayContaining([
        ['client', ['198.51.100.1'], [1]],
        ['client', ['198.51.100.1'], [2]],
        ['client', ['198.51.100.2'], [3]],
        ['user', ['198.51.100.1', '198.51.100.2'], [4, 5]],
        ['user', ['198.51.100.1'], [6]],
      ]),
    )
  })

  it('is sure of a user whose request was answered, and of nobody whose was refused', async () => {
    const lines = [
      combinedLine({ at: '12:10:00', user: 'alice', status: 401, size: 381 }),
      combinedLine({ at: '12:10:05', user: 'alice', status: 403, size: 199 }),
      combinedLine({ at: '12:10:09', user: 'alice' }),
      combinedLine({ at: '12:10:20', user: 'alice', status: 404, size: 196 }),
    ]
    const [guesses, alice, ...more] = await closedFindings(lines, CLOSED_AT_NOON, APACHE)
    expect(more).toEqual([])
    expect(guesses).toMatchObject({
      ...GRADES.denied,
      confidence: 'medium',
      subject: { type: 'client', users: ['alice'], userCount: 1 },
      measures: { requests: 2, denied: 2, bytes: 0 },
      evidence: [placeOf(lines, 1), placeOf(lines, 2)],
    })
    expect(alice).toMatchObject({
      ...GRADES.served,
      confidence: 'high',
      reasons: [],
      subject: { type: 'user', id: 'alice' },
      measures: { requests: 2, served: 1, denied: 1, bytes: 5120 },
      evidence: [placeOf(lines, 3), placeOf(lines, 4)],
    })
  })

  it('takes the addresses of one IPv6 /64 for one client, and an IPv4 address mapped into IPv6 for itself', async () => {
    const clients = [
      '2001:db8:1:2::1',
      '2001:db8:1:2:ffff::9',
      '2001:db8:1:3::1',
      '::ffff:198.51.100.7',
      '198.51.100.7',
    ]
    const findings = await closedFindings(
      clients.map((client) => combinedLine({ client })),
      CLOSED_AT_NOON,
      APACHE,
    )
    expect(findings.map(({ subject }) => [subject.id.split('#')[0], subject.clients])).toEqual([
      ['198.51.100.7', ['::ffff:198.51.100.7', '198.51.100.7']],
      ['2001:db8:1:2::/64', ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9']],
      ['2001:db8:1:3::/64', ['2001:db8:1:3::1']],
    ])
  })

  it.each<[string, string[], number[]]>([
    ['23 hours of quiet', ['2021-08-15T01:00:00', '2021-08-16T00:00:00'], [2]],
    ['exactly 24 hours', ['2021-08-15T01:00:00', '2021-08-16T01:00:00'], [2]],
    ['a second more', ['2021-08-15T01:00:00', '2021-08-16T01:00:01'], [1, 1]],
    [
      'days, bridged by a request between',
      ['2021-08-15T01:00:00', '2021-08-16T00:30:00', '2021-08-17T00:00:00'],
      [3],
    ],
    ['weeks, twice', ['2021-08-15T01:00:00', '2021-09-01T00:30:00', '2021-10-17T00:00:00'], [1, 1, 1]],
  ])('goes on or ends after %s', async (_what, times, counts) => {
    const lines = times.map((at) => combinedLine({ at }))
    const findings = await closedFindings(lines, CLOSED_AT_NOON, APACHE)
    expect(findings.map(({ evidenceCount }) => evidenceCount)).toEqual(counts)
    expect(new Set(findings.map(({ id }) => id)).size).toBe(counts.length)
    expect(findings[0]!.start).toBe(`${times[0]}.000Z`)
    expect(findings.at(-1)!.end).toBe(`${times.at(-1)}.000Z`)
  })

  it('counts what was in flight beside what came after', async () => {
    const lines = [
      combinedLine({ at: '11:59:00' }),
      combinedLine({ at: '12:00:10' }),
      combinedLine({ at: '12:00:20' }),
      combinedLine({ at: '12:30:00', size: 7000 }),
      combinedLine({ at: '12:31:00', method: 'POST', status: 204, size: 0 }),
      combinedLine({ at: '12:32:00', status: 302, size: 0 }),
      combinedLine({ at: '12:33:00', status: 405, size: 10 }),
    ]
    const [finding, ...more] = await closedFindings(lines, CLOSED_AT_NOON, APACHE)
    expect(more).toEqual([])
    expect(finding).toMatchObject({
      ...GRADES.served,
      start: '2021-08-14T12:00:10.000Z',
      end: '2021-08-14T12:33:00.000Z',
      evidenceCount: 6,
      measures: {
        closedFrom: '2021-08-14T12:00:00.000Z',
        requests: 4,
        served: 1,
        accepted: 1,
        unclear: 1,
        softDenied: 0,
        denied: 1,
        inFlight: 2,
        mayHaveBegunBefore: 0,
        bytes: 7000,
        firstAfter: '2021-08-14T12:30:00.000Z',
        lastAfter: '2021-08-14T12:33:00.000Z',
        firstGiven: '2021-08-14T12:30:00.000Z',
        lastGiven: '2021-08-14T12:31:00.000Z',
        spellings: ['/test/export'],
        spellingCount: 1,
      },
    })
    expect(finding!.evidence.map(({ line }) => line)).toEqual([2, 3, 4, 5, 6, 7])
    expect(finding!.summary).toBe(
      '4 requests at "export" after it was closed at 2021-08-14T12:00:00.000Z: 1 served, 1 accepted, 1 unclear, 1 denied; 2 more in flight at the closing',
    )
  })

  it('cites the first ten, the last five and the ten largest, and counts all', async () => {
    const lines = Array.from({ length: 60 }, (_, i) => {
      const at = `13:${String(i).padStart(2, '0')}:00`
      return combinedLine({ at, size: i >= 20 && i < 32 ? 9000 + i : 100 })
    })
    const [finding] = await closedFindings(lines, CLOSED_AT_NOON, APACHE)
    const cited = [...lineNumbers(1, 10), ...lineNumbers(23, 32), ...lineNumbers(56, 60)]
    expect(finding!.evidence.map(({ line }) => line)).toEqual(cited)
    for (const reference of finding!.evidence) expect(reference).toMatchObject(placeOf(lines, reference.line))
    expect(finding!.evidenceCount).toBe(60)
  })
})

function lineNumbers(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}

// ---- a real log

const REAL_LOG = '../shared/corpus/real/elastic-apache_logs.log'
const HAS_REAL_LOG = existsSync(REAL_LOG)

describe.runIf(HAS_REAL_LOG)('a real log of 10,000 lines (where the corpus is at hand)', () => {
  const caseFile = {
    entryPoints: [{ id: 'export', path: '/test/export', closed: [{ from: '2015-05-18T12:00:00Z' }] }],
  }
  /** Where each is put in, and what it should be found as. */
  const SPLICED: readonly [
    before: string,
    client: string,
    target: string,
    status: number,
    size: number,
    Standing,
  ][] = [
    ['[18/May/2015:10:05:00 +0000]', '203.0.113.1', '/test/export', 200, 7777, 'nothing'],
    ['[18/May/2015:12:00:30 +0000]', '203.0.113.2', '/test/export', 200, 7777, 'in flight'],
    ['[18/May/2015:15:05:00 +0000]', '203.0.113.3', '/test/export?page=2', 200, 88_001, 'served'],
    ['[19/May/2015:03:05:09 +0000]', '203.0.113.4', '/test%2fexport', 200, 91_234, 'served'],
    ['[19/May/2015:09:05:30 +0000]', '203.0.113.5', '/test//./export/', 204, 0, 'unclear'],
    ['[20/May/2015:01:05:00 +0000]', '203.0.113.6', '/test/export', 403, 291, 'denied'],
    ['[20/May/2015:20:05:00 +0000]', '203.0.113.7', '/tests/export', 200, 7777, 'nothing'],
  ]

  it('alone, has no finding about an entry point that it does not have', async () => {
    const lines = realLines()
    const report = await reportOn(lines, caseFile)
    expect(report.summary).toMatchObject({ lines: 10_000, records: 9999, rejects: 1 })
    expect(report.findings).toEqual([])
  })

  it('shows the lines that were put into it, and nothing else above low', async () => {
    const lines = realLines()
    const line = ([stamp, client, target, status, size]: (typeof SPLICED)[number]) =>
      `${client} - - ${stamp} "GET ${target} HTTP/1.1" ${status} ${size} "-" "Wget/1.20"`
    for (const spliced of SPLICED) {
      const at = lines.findIndex((each) => stampIn(each) >= stampIn(spliced[0]))
      lines.splice(at < 0 ? lines.length : at, 0, line(spliced))
    }
    const { findings } = await reportOn(lines, caseFile, APACHE)
    const expected = SPLICED.filter(([, , , , , standing]) => standing !== 'nothing')
    expect(findings).toHaveLength(expected.length)
    for (const spliced of expected) {
      const finding = findings.find(({ subject }) => subject.clients.includes(spliced[1]))
      expectOne(finding as ClosedFinding, spliced[5], lines, lines.indexOf(line(spliced)) + 1, spliced[2])
    }
    const above = findings.filter(({ severity }) => !['info', 'low'].includes(severity))
    expect(above.map(({ subject }) => subject.clients[0])).toEqual([
      '203.0.113.3',
      '203.0.113.4',
      '203.0.113.5',
    ])
  })
})

function realLines(): string[] {
  return readFileSync(REAL_LOG, 'utf8').trimEnd().split('\n')
}

/** A stamp of May 2015 as a text that sorts by time. */
function stampIn(line: string): string {
  const [, day, time] = /\[(\d\d)\/May\/2015:([\d:]{8})/.exec(line)!
  return `${day} ${time}`
}
