import { answer } from './site.mjs'

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
/** What the detector allows by default before a request counts as made after the closing. */
const GRACE_MS = MINUTE_MS
/** Size of the site's answer to unknown paths, which is also what it says when it serves nothing with a 200. */
const DENIAL_BYTES = 312

/**
 * Five entry points of the case, closed at shares of the log's span. `spellings` are ways to ask for them that must be
 * seen through; `near` is a request at none of them.
 */
const ENTRY_POINTS = [
  {
    rule: { id: 'test-export', path: '/test/export', method: ['GET', 'POST'] },
    method: 'GET',
    closed: [{ from: 0.35 }],
    uncertaintyMs: 5 * MINUTE_MS,
    spellings: ['/test/export', '/test//export', '/test/./export?page=2', '/%74est/export', '/test/export/'],
    near: answer('GET', '/test/exporter', 200, 9120, '-'),
  },
  {
    rule: { id: 'legacy-admin', prefix: '/admin/legacy' },
    method: 'GET',
    closed: [{ from: 0.4 }],
    uncertaintyMs: 0,
    spellings: [
      '/admin/legacy/users.php?id=7',
      '/admin/x/../legacy/',
      '/admin/legacy;v=1/dump',
      '/admin/legacy',
    ],
    near: answer('GET', '/admin/legacy2/', 200, 9121, '-'),
  },
  {
    rule: { id: 'tenant-numbers', pattern: '/v1/{tenant}/numbers/**' },
    method: 'GET',
    closed: [{ from: 0.3 }],
    uncertaintyMs: 0,
    spellings: ['/v1/acme/numbers/346000001', '/v1/zeta/numbers/export/all.csv', '/v1/acme/%6eumbers/9'],
    near: answer('GET', '/v1/acme/lists/7', 200, 9122, '-'),
  },
  {
    rule: { id: 'old-login', path: '/login.php', method: 'POST' },
    method: 'POST',
    closed: [{ from: 0.45 }],
    uncertaintyMs: MINUTE_MS,
    spellings: ['/login.php', '/login.php?lang=en', '//login.php'],
    near: answer('GET', '/login.php', 200, 9123, '-'),
  },
  {
    rule: { id: 'staging', prefix: '/staging' },
    method: 'GET',
    closed: [{ from: 0.2, to: 0.25 }, { from: 0.5 }],
    uncertaintyMs: 0,
    spellings: ['/staging/api/orders/1', '/staging/', '/Staging/../staging/x', '/staging/api/orders/%32'],
    near: answer('GET', '/stagings', 200, 9124, '-'),
  },
]

const BUSY_PATH = '/reset.css'

/** What an answer is to the detector, and how the server writes it. */
const ANSWERS = {
  served: { outcome: 'served', status: 200, bytes: 6000 },
  partial: { outcome: 'served', status: 206, bytes: 65536 },
  unchanged: { outcome: 'accepted', status: 304, bytes: null },
  moved: { outcome: 'unclear', status: 302, bytes: 338 },
  failed: { outcome: 'unclear', status: 500, bytes: 538 },
  soft: { outcome: 'unclear', status: 200, bytes: DENIAL_BYTES },
  missing: { outcome: 'denied', status: 404, bytes: DENIAL_BYTES },
  forbidden: { outcome: 'denied', status: 403, bytes: 301 },
}

/** Moments around a closing, from the end of its uncertainty on: the last one within grace, and the first behind it. */
const AT_GRACE = GRACE_MS
const BEHIND_GRACE = GRACE_MS + SECOND_MS

/**
 * Who asks at each entry point. `steps`: time after the last closing, and the answer. Those of one name are one client,
 * and each of them is an episode, and so a finding, of its own.
 *
 * @type {readonly { name: string, severity: string, steps: readonly [number, keyof typeof ANSWERS][] }[]}
 */
const ACTORS = [
  {
    name: 'exporter',
    severity: 'critical',
    steps: [
      [0.5 * HOUR_MS, 'served'],
      [0.6 * HOUR_MS, 'served'],
      [0.61 * HOUR_MS, 'partial'],
      [3 * HOUR_MS, 'unchanged'],
    ],
  },
  {
    name: 'cache',
    severity: 'high',
    steps: [
      [HOUR_MS, 'unchanged'],
      [2 * HOUR_MS, 'unchanged'],
    ],
  },
  {
    name: 'redirected',
    severity: 'medium',
    steps: [
      [1.2 * HOUR_MS, 'moved'],
      [1.3 * HOUR_MS, 'failed'],
    ],
  },
  {
    name: 'soft-denied',
    severity: 'medium',
    steps: [
      [2.2 * HOUR_MS, 'soft'],
      [2.3 * HOUR_MS, 'soft'],
    ],
  },
  {
    name: 'knocking',
    severity: 'low',
    steps: Array.from({ length: 40 }, (_, i) => [
      (4 + i / 10) * HOUR_MS,
      i % 3 === 0 ? 'forbidden' : 'missing',
    ]),
  },
  { name: 'caught-inside', severity: 'info', steps: [[AT_GRACE, 'served']] },
  {
    name: 'staying',
    severity: 'critical',
    steps: [
      [AT_GRACE, 'served'],
      [BEHIND_GRACE, 'served'],
    ],
  },
  {
    name: 'persistent',
    severity: 'critical',
    steps: [
      [5 * HOUR_MS, 'missing'],
      [5.1 * HOUR_MS, 'forbidden'],
      [6 * HOUR_MS, 'served'],
      [7 * HOUR_MS, 'missing'],
    ],
  },
  { name: 'returning', severity: 'low', steps: [[1.5 * HOUR_MS, 'missing']] },
  { name: 'returning', severity: 'critical', steps: [[31.5 * HOUR_MS, 'served']] },
]

/**
 * Attacks that need no case: passwords are guessed until one fits, and a customer directory is copied record by record.
 * Slow enough for the lines of a short log to keep up.
 */
const ATTACKS = [
  {
    kind: 'credential-attack',
    severity: 'high',
    client: '203.0.113.200',
    agent: 'python-requests/2.3',
    from: 0.6,
    stepMs: 25 * SECOND_MS,
    requests: [
      ...Array.from({ length: 120 }, () => answer('POST', '/portal/wp-login.php', 200, 7914, '-')),
      answer('POST', '/portal/wp-login.php', 302, 1180, '-'),
      answer('GET', '/portal/wp-admin/', 200, 48210, '-'),
    ],
  },
  {
    kind: 'bulk-export',
    severity: 'medium',
    client: '203.0.113.201',
    agent: 'harvester/1.4',
    from: 0.75,
    stepMs: 20 * SECOND_MS,
    requests: Array.from({ length: 600 }, (_, i) =>
      answer('GET', `/api/customers/${70_001 + i}`, 200, 2048 + ((i * 37) % 900), '-'),
    ),
  },
]

/** @typedef {{ kind: string, client: string, severity: string }} Attack */

/**
 * @typedef {object} Planted
 * @property {number} time  Epoch milliseconds, whole seconds.
 * @property {string} client
 * @property {string} agent
 * @property {string} request  As in site.mjs.
 */

/** @typedef {{ served: number, accepted: number, unclear: number, denied: number, inFlight: number }} Counts */

/** @typedef {Counts & { entryPoint: string, client: string, severity: string }} ExpectedFinding */

/**
 * Lines that must give findings, lines beside them that must not, and the findings.
 *
 * `open`: requests that ordinary visitors make while an entry point is open, each until `until`.
 *
 * @param {number} startMs  The log's begin, epoch milliseconds.
 * @param {number} spanMs
 */
export function plant(startMs, spanMs) {
  const instant = (/** @type {number} */ share) =>
    startMs + Math.round((share * spanMs) / MINUTE_MS) * MINUTE_MS
  /** @type {Planted[]} */
  const lines = []
  /** @type {ExpectedFinding[]} */
  const findings = []
  for (const [k, entry] of ENTRY_POINTS.entries()) {
    const closing = instant(entry.closed.at(-1)?.from ?? 0) + entry.uncertaintyMs
    for (const actor of ACTORS) {
      const client = `203.0.113.${20 * k + ACTORS.findIndex(({ name }) => name === actor.name)}`
      const agent = `curl/7.3${k}.0 (${actor.name})`
      lines.push(...linesOf(entry, actor, closing, client, agent))
      findings.push({ entryPoint: entry.rule.id, client, severity: actor.severity, ...countsOf(actor) })
    }
    lines.push(...bystanders(entry, instant))
  }
  for (const attack of ATTACKS) lines.push(...attackLines(attack, instant(attack.from)))
  return {
    lines: lines.sort((a, b) => a.time - b.time),
    findings,
    attacks: ATTACKS.map(({ kind, client, severity }) => ({ kind, client, severity })),
    open: ENTRY_POINTS.map(({ method, spellings, closed }) => ({
      request: answer(method, spellings[0] ?? '/', 200, 7000, '-'),
      until: instant(closed[0]?.from ?? 0) - 10 * MINUTE_MS,
    })),
    caseFile: caseOf(instant),
    busyCaseFile: busyCaseOf(instant),
  }
}

/** @param {typeof ATTACKS[number]} attack @param {number} start @returns {Planted[]} */
function attackLines({ client, agent, stepMs, requests }, start) {
  return requests.map((request, i) => ({ time: start + i * stepMs, client, agent, request }))
}

/**
 * @param {typeof ENTRY_POINTS[number]} entry
 * @param {typeof ACTORS[number]} actor
 * @param {number} closing
 * @param {string} client
 * @param {string} agent
 * @returns {Planted[]}
 */
function linesOf(entry, actor, closing, client, agent) {
  return actor.steps.map(([afterMs, kind], i) => {
    const { status, bytes } = ANSWERS[kind]
    const size = bytes === null ? '-' : kind === 'served' ? bytes + 700 * i : bytes
    const target = entry.spellings[(i + actor.name.length) % entry.spellings.length] ?? '/'
    return {
      time: closing + afterMs,
      client,
      agent,
      request: answer(entry.method, target, status, size, '-'),
    }
  })
}

/** @param {typeof ACTORS[number]} actor @returns {Counts} */
function countsOf(actor) {
  const counts = { served: 0, accepted: 0, unclear: 0, denied: 0, inFlight: 0 }
  for (const [afterMs, kind] of actor.steps) {
    const outcome = /** @type {keyof Counts} */ (afterMs <= GRACE_MS ? 'inFlight' : ANSWERS[kind].outcome)
    counts[outcome]++
  }
  return counts
}

/**
 * One who asks beside the entry point after its closing, one who asks just before it, and one who asks while it is open
 * again.
 *
 * @param {typeof ENTRY_POINTS[number]} entry
 * @param {(share: number) => number} instant
 * @returns {Planted[]}
 */
function bystanders(entry, instant) {
  const [first, second] = entry.closed
  const from = instant(first?.from ?? 0)
  const asked = answer(entry.method, entry.spellings[0] ?? '/', 200, 7000, '-')
  const at = (/** @type {number} */ time, /** @type {string} */ request) => ({
    time,
    client: '198.51.100.7',
    agent: 'Mozilla/5.0 (bystander)',
    request,
  })
  const lines = [at(from - entry.uncertaintyMs - SECOND_MS, asked)]
  for (const hours of [0.4, 1, 2, 9]) lines.push(at(instant(0.6) + hours * HOUR_MS, entry.near))
  if (first?.to !== undefined && second !== undefined) {
    lines.push(at(instant(first.to), asked), at(instant((first.to + second.from) / 2), asked))
  }
  return lines
}

/** @param {(share: number) => number} instant */
function caseOf(instant) {
  const iso = (/** @type {number} */ share) => new Date(instant(share)).toISOString()
  return {
    name: 'Benchmark: five entry points, closed at known times',
    entryPoints: ENTRY_POINTS.map(({ rule, closed, uncertaintyMs }) => ({
      ...rule,
      closed: closed.map(({ from, to }) => ({
        from: iso(from),
        ...(to === undefined ? {} : { to: iso(to) }),
        ...(uncertaintyMs === 0 ? {} : { uncertainty: `${uncertaintyMs / MINUTE_MS}m` }),
      })),
    })),
  }
}

/** The same with an entry point that one request in ten asks for and that is closed after the log's end. */
function busyCaseOf(/** @type {(share: number) => number} */ instant) {
  const { name, entryPoints } = caseOf(instant)
  const busy = { id: 'busy', path: BUSY_PATH, closed: [{ from: new Date(instant(2)).toISOString() }] }
  return { name, entryPoints: [...entryPoints, busy] }
}
