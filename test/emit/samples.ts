import type { Answers, LedgerEntry, Reject, Report } from '../../src/conclude/contract.js'
import type { EvidenceReference, Finding, Severity } from '../../src/findings/contract.js'
import type { Session } from '../../src/sessions/contract.js'

/** Sixty-four hex digits that look like a hash, the same for the same number. */
function hash(seed: number): string {
  return Array.from({ length: 64 }, (_, index) =>
    ((seed * 31 + index * 7 + ((seed * index) >> 2)) & 15).toString(16),
  ).join('')
}

const SOURCES = [hash(1), hash(2), hash(3)] as const

export const gatewayLog: LedgerEntry = {
  ordinal: 'S1',
  id: SOURCES[0].slice(0, 16),
  names: ['logs/gateway-access.log.1.gz', 'copy/gateway-access.log.1'],
  kind: 'file',
  compression: 'gzip',
  charset: 'utf-8',
  storedBytes: 310_422,
  storedSha256: hash(11),
  decodedBytes: 2_912_771,
  decodedSha256: SOURCES[0],
  format: 'combined',
  producer: 'nginx',
  wrapper: null,
  recognition: ['all 512 sampled lines are combined', 'escapes are written as \\x22, as nginx does'],
  lines: 12_345,
  records: 12_340,
  rejects: 3,
  blanks: 2,
  directives: 0,
  outside: 41,
  first: '2021-08-10T00:00:03.000Z',
  last: '2021-08-15T23:59:58.000Z',
  fields: ['client', 'user', 'target', 'protocol', 'referrer', 'userAgent'],
  faults: [],
}

export const damagedLog: LedgerEntry = {
  ...gatewayLog,
  ordinal: 'S2',
  wrapper: 'syslog',
  id: SOURCES[1].slice(0, 16),
  names: ['logs/gateway-access.log.2.gz'],
  storedSha256: hash(12),
  decodedSha256: SOURCES[1],
  lines: 801,
  records: 800,
  rejects: 1,
  blanks: 0,
  outside: 0,
  first: '2021-08-09T22:10:00.000Z',
  last: '2021-08-09T23:41:07.250Z',
  faults: [
    {
      code: 'truncated-gzip',
      count: 1,
      first: { offset: 189_312, length: 0 },
      detail: 'the gzip data ends in the middle of a member; what comes after was not read',
    },
    { code: 'nul-run', count: 2, first: { offset: 4096, length: 512 } },
  ],
}

function reference(
  line: number,
  offset: number,
  time: string,
  text: string,
  source = SOURCES[0],
): EvidenceReference {
  return { source: source.slice(0, 16), line, offset, length: text.length, sha256: hash(line), time, text }
}

const clf = (time: string): string => `14/Aug/2021:${time} +0000`

export const closedFinding: Finding = {
  kind: 'closed-entry-point',
  id: '4f1c09a2be77d310',
  severity: 'critical',
  confidence: 'medium',
  reasons: ['client-only-identity'],
  outcome: 'succeeded',
  title: 'Closed entry point still served data',
  summary:
    '423 requests at "test-export" after it was closed at 2021-08-14T12:00:00.000Z: 412 served, 3 accepted, 8 denied',
  subject: {
    type: 'client',
    id: '203.0.113.77#9c2e11d0',
    clients: ['203.0.113.77'],
    clientCount: 1,
    users: [],
    userCount: 0,
    userAgents: ['number-harvester/0.3 (+contact withheld)'],
    userAgentCount: 1,
  },
  scope: { type: 'entry-point', id: 'test-export' },
  start: '2021-08-14T12:03:11.000Z',
  end: '2021-08-15T23:48:20.000Z',
  measures: {
    closedFrom: '2021-08-14T12:00:00.000Z',
    requests: 423,
    served: 412,
    accepted: 3,
    unclear: 0,
    softDenied: 0,
    denied: 8,
    inFlight: 2,
    mayHaveBegunBefore: 0,
    bytes: 12_345_678,
    firstAfter: '2021-08-14T12:03:11.000Z',
    lastAfter: '2021-08-15T23:48:20.000Z',
    firstGiven: '2021-08-14T12:03:11.000Z',
    lastGiven: '2021-08-15T23:48:20.000Z',
    spellings: ['/test/export', '/test/%65xport', '//test/./export/'],
    spellingCount: 4,
  },
  alternatives: [
    'the declared closing time or its zone is wrong',
    'another function was put at the same path after the closing',
  ],
  techniques: ['T1190'],
  evidence: [
    reference(
      8123,
      1_902_334,
      '2021-08-14T12:03:11.000Z',
      `203.0.113.77 - - [${clf('12:03:11')}] "GET /test/export?page=1&access_token=*** HTTP/1.1" 200 30112 "-" "number-harvester/0.3 (+contact withheld)"`,
    ),
    reference(
      8124,
      1_902_498,
      '2021-08-14T12:03:12.000Z',
      `203.0.113.77 - - [${clf('12:03:12')}] "GET /test/%65xport?page=2 HTTP/1.1" 200 30099 "-" "number-harvester/0.3 (+contact withheld)"`,
    ),
    reference(
      8131,
      1_904_001,
      '2021-08-14T12:03:19.000Z',
      `203.0.113.77 - - [${clf('12:03:19')}] "POST /test/export HTTP/1.1" 204 0 "-" "number-harvester/0.3 (+contact withheld)"`,
    ),
    {
      ...reference(
        8140,
        1_906_210,
        '2021-08-14T12:03:28.000Z',
        `203.0.113.77 - - [${clf('12:03:28')}] "GET //test/./export/ HTTP/1.1" 200 30120 "-" "x`,
      ),
      sha256: null,
    },
  ],
  evidenceCount: 423,
}

export const otherFinding: Finding = {
  kind: 'scanner',
  id: '91be20cd0417aa5f',
  severity: 'low',
  confidence: 'high',
  reasons: [],
  outcome: 'attempted',
  title: 'Scan for files that are not there',
  summary: '1204 requests for 1187 paths that do not exist, within 12 minutes',
  subject: {
    type: 'client',
    id: '198.51.100.9#00c1d2e3',
    clients: ['198.51.100.9', '198.51.100.12', '198.51.100.14', '198.51.100.200'],
    clientCount: 6,
    users: ['ana'],
    userCount: 1,
    userAgents: ['Mozilla/5.0 (compatible; 電話スキャナ/1.0)'],
    userAgentCount: 1,
  },
  scope: { type: 'rule', id: 'not-found-rate' },
  start: '2021-08-11T03:00:00.000Z',
  end: '2021-08-11T03:12:00.000Z',
  measures: {
    notFound: 1204,
    distinctPaths: 1187,
    windowMs: 720_000,
    bytes: 604_112,
    share: 0.993,
    extensions: ['php', 'asp', 'bak', 'zip', 'sql', 'env'],
  },
  alternatives: [],
  techniques: ['T1595.003'],
  evidence: [
    reference(
      77,
      10_400,
      '2021-08-11T03:00:00.000Z',
      '198.51.100.9 - - [11/Aug/2021:03:00:00 +0000] "GET /.env HTTP/1.1" 404 153 "-" "Mozilla/5.0 (compatible; 電話スキャナ/1.0)"',
    ),
  ],
  evidenceCount: 1204,
}

const noFindings: Readonly<Record<Severity, number>> = { info: 0, low: 0, medium: 0, high: 0, critical: 0 }

const nothing = {
  basis: [],
  numbers: {},
  evidence: [],
  findings: [],
  wouldChange: [],
  restsOn: { logs: [], gaps: [], gapCount: 0 },
} as const

export const emptyAnswers: Answers = {
  unauthorizedAccess: { verdict: 'not-found', ...nothing },
  entryPoints: [],
  closure: [],
  ongoing: { verdict: 'none', ...nothing },
  dateRange: { verdict: 'none', ...nothing, first: null, last: null, earliest: null, latest: null },
  coverage: [],
  assumptions: [],
  limits: [],
  basis: { postern: '0.1.0', sources: [], entryPoints: {}, settings: {}, detectors: [] },
}

/** A run over two sources, one of them damaged. */
export const sampleReport: Report = {
  version: '0.1.0',
  summary: {
    sources: 2,
    lines: 13_146,
    records: 13_140,
    rejects: 4,
    blanks: 2,
    directives: 0,
    outside: 41,
    decodedBytes: 3_102_083,
    bytesSent: 45_102_334,
    first: '2021-08-09T22:10:00.000Z',
    last: '2021-08-15T23:59:58.000Z',
    clients: 312,
    clientsExact: true,
    sessions: 1204,
    statusClasses: { '1xx': 0, '2xx': 11_002, '3xx': 310, '4xx': 1820, '5xx': 8, none: 0 },
    outcomes: { served: 10_800, accepted: 402, denied: 1815, unclear: 123 },
    topClients: [
      { client: '198.51.100.9', requests: 1204, denied: 1204, bytes: 604_112 },
      { client: '203.0.113.77', requests: 431, denied: 8, bytes: 12_345_678 },
      { client: '2001:db8:4:12::/64', requests: 77, denied: 0, bytes: 1_020_000 },
    ],
    topRoutes: [
      { route: 'GET /customers/{id}', requests: 6002, denied: 12, bytes: 9_120_004 },
      { route: 'GET /test/export', requests: 425, denied: 8, bytes: 12_345_678 },
      {
        route:
          'GET /assets/a-rather-long-name-of-a-bundle/with/many/segments/{hex}/and/more/of/them/{file}.js',
        requests: 300,
        denied: 0,
        bytes: 4,
      },
    ],
    findings: { ...noFindings, critical: 1, low: 1 },
  },
  findings: [otherFinding, closedFinding],
  reading: {
    sources: [
      {
        ordinal: 'S1',
        names: gatewayLog.names,
        first: gatewayLog.first,
        last: gatewayLog.last,
        state: 'read',
        faults: [],
      },
      {
        ordinal: 'S2',
        names: damagedLog.names,
        first: damagedLog.first,
        last: damagedLog.last,
        state: 'damaged',
        faults: ['truncated-gzip', 'nul-run'],
      },
    ],
    notRead: [{ name: 'logs/gateway-access.log.3.xz', reason: 'compressed with xz, which is not read' }],
    notChecked: [
      { check: 'indicator-seen', reason: 'no indicator is given' },
      { check: 'user', reason: 'not in this format' },
    ],
    bounds: [
      {
        name: 'sessions',
        limit: 100_000,
        count: 12,
        firstAt: '2021-08-14T12:03:11.000Z',
        effect: 'folded into the totals of their network',
      },
    ],
    proxyLike: ['192.0.2.10'],
    interrupted: false,
  },
  changes: null,
  answers: {
    ...emptyAnswers,
    assumptions: ['S1 and S2 were written by one clock: no record stands in both'],
  },
  timeline: { from: null, bucketMs: 60_000, requests: [], failures: [], bytes: [] },
  indicators: [
    { type: 'address', value: '203.0.113.77', seen: true, records: 431 },
    { type: 'user-agent', value: 'number-harvester/', seen: true, records: 431 },
    { type: 'network', value: '198.18.0.0/15', seen: false, records: 0 },
  ],
  ledger: [gatewayLog, damagedLog],
  configuration: [
    { name: 'timezone', value: 'UTC', origin: 'default' },
    { name: 'horizonMs', value: 600_000, origin: 'case' },
    { name: 'memoryMb', value: 256, origin: 'option' },
  ],
}

/** A run over evidence in which there was nothing. */
export const emptyReport: Report = {
  version: '0.1.0',
  summary: {
    sources: 0,
    lines: 0,
    records: 0,
    rejects: 0,
    blanks: 0,
    directives: 0,
    outside: 0,
    decodedBytes: 0,
    bytesSent: 0,
    first: null,
    last: null,
    clients: 0,
    clientsExact: true,
    sessions: 0,
    statusClasses: {},
    outcomes: {},
    topClients: [],
    topRoutes: [],
    findings: noFindings,
  },
  findings: [],
  reading: {
    sources: [],
    notRead: [],
    notChecked: [],
    bounds: [],
    proxyLike: [],
    interrupted: false,
  },
  answers: emptyAnswers,
  changes: null,
  timeline: { from: null, bucketMs: 60_000, requests: [], failures: [], bytes: [] },
  indicators: [],
  ledger: [],
  configuration: [],
}

export const sampleSessions: readonly Session[] = [
  {
    id: '203.0.113.77#9c2e11d0@2021-08-14T12:03:11.000Z/2021-08-14T12:40:00.500Z',
    principal: {
      kind: 'client',
      id: '203.0.113.77#9c2e11d0',
      client: '203.0.113.77',
      userAgent: 'number-harvester/0.3 (+contact withheld)',
    },
    start: '2021-08-14T12:03:11.000Z',
    end: '2021-08-14T12:40:00.500Z',
    requests: 200,
    served: 190,
    accepted: 2,
    denied: 8,
    unclear: 0,
    bytes: 6_000_112,
    first: { source: 'S1', line: 8123, offset: 1_902_334 },
    last: { source: 'S1', line: 9001, offset: 2_101_004 },
    ended: 'gap',
  },
  {
    id: 'ana@2021-08-11T09:00:00.000Z/2021-08-11T09:00:00.000Z',
    principal: { kind: 'user', id: 'ana', user: 'ana' },
    start: '2021-08-11T09:00:00.000Z',
    end: '2021-08-11T09:00:00.000Z',
    requests: 1,
    served: 1,
    accepted: 0,
    denied: 0,
    unclear: 0,
    bytes: 0,
    first: { source: 'S1', line: 400, offset: 90_112 },
    last: { source: 'S1', line: 400, offset: 90_112 },
    ended: 'evidence',
  },
]

export const sampleRejects: readonly Reject[] = [
  {
    source: { file: 'logs/gateway-access.log.1.gz', line: 3, offset: 412, length: 17 },
    reason: 'no-match',
    text: 'not a log line, "quoted"',
  },
  {
    source: { file: 'logs/gateway-access.log.2.gz', line: 44, offset: 4096, length: 512 },
    reason: 'nul-run',
    text: '\0\0\0\0',
  },
]

/** A copy of any sample in which every text is made hostile. Keys stay. */
export function withTexts<Value>(value: Value, change: (text: string) => string): Value {
  return changed(value, change) as Value
}

/** What these hold is Postern's own and never of a log. */
const CLOSED_SETS = new Set(['verdict', 'state'])

function changed(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((item) => changed(item, change))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, CLOSED_SETS.has(key) ? inner : changed(inner, change)]),
  )
}
