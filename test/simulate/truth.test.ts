/**
 * The truth is counted once more, from the text of the log alone: lines are read by a plain expression, and what belongs
 * to an incident is decided here, by who asked and for what.
 */
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { LOGINS, type Login, type SimulateOptions, type TruthIncident } from '../../src/simulate/contract.js'
import { simulateInMemory } from '../../src/simulate/memory.js'
import { incidentOf, type Seen, textOf, told, truthOf } from './support.js'

const SEEDS = [1, 2, 3, 4, 5, 6]

/** What each login answers, as `LOGINS` says it in words. */
const DOORS: Readonly<Record<Login, { path: RegExp; failure: number; success: number; method: string }>> = {
  form: { method: 'POST', path: /^\/login$/, failure: 200, success: 302 },
  api: { method: 'POST', path: /^\/api\/v2\/session$/, failure: 401, success: 201 },
  wordpress: { method: 'POST', path: /^\/blog\/wp-login\.php$/, failure: 200, success: 302 },
  basic: { method: 'GET', path: /^\/(?:intranet|gateway\/test\/admin)\/$/, failure: 401, success: 200 },
}

/** An attempt, or null. HTTP Basic without a name is the browser's first question, and none. */
function attempt({ method, target, status, user }: Seen): 'failure' | 'success' | null {
  for (const [login, door] of Object.entries(DOORS)) {
    if (door.method !== method || !door.path.test(target)) continue
    if (login === 'basic' && user === null) return null
    return status === door.failure ? 'failure' : status === door.success ? 'success' : null
  }
  return null
}

/** Counts lines as the truth counts requests. */
function recount(lines: readonly Seen[]) {
  const stamp = (ms: number) => new Date(ms).toISOString()
  const times = lines.map(({ time }) => time).sort((a, b) => a - b)
  const attempts = lines.filter((line) => attempt(line) !== null)
  const tried = attempts.map(({ time }) => time).sort((a, b) => a - b)
  const served = lines.filter(
    (line) => attempt(line) === null && (line.status === 200 || line.status === 206) && line.bytes > 0,
  )
  return {
    start: stamp(times[0]!),
    end: stamp(times.at(-1)!),
    firstAttempt: tried.length === 0 ? null : stamp(tried[0]!),
    lastAttempt: tried.length === 0 ? null : stamp(tried.at(-1)!),
    requests: lines.length,
    failures: attempts.filter((line) => attempt(line) === 'failure').length,
    successes: attempts.filter((line) => attempt(line) === 'success').length,
    served: served.length,
    bytes: lines.reduce((sum, { bytes }) => sum + bytes, 0),
    clients: [...new Set(lines.map(({ client }) => client))].sort(),
    userAgents: [...new Set(lines.map(({ agent }) => agent))].sort(),
    distinct: new Set(served.map(({ target }) => target)).size,
  }
}

function expectTruth(incident: TruthIncident, lines: readonly Seen[]): ReturnType<typeof recount> {
  const counted = recount(lines)
  const { start, end, firstAttempt, lastAttempt, requests, failures, successes, served, bytes, actor } =
    incident
  const { distinct: _distinct, ...rest } = counted
  expect({
    start,
    end,
    firstAttempt,
    lastAttempt,
    requests,
    failures,
    successes,
    served,
    bytes,
    clients: actor.clients,
    userAgents: actor.userAgents,
  }).toEqual(rest)
  return counted
}

/** All lines of the addresses of an incident. */
function linesOf(incident: TruthIncident, lines: readonly Seen[]): Seen[] {
  const clients = new Set(incident.actor.clients)
  return lines.filter(({ client }) => clients.has(client))
}

const options = (more: SimulateOptions): SimulateOptions => ({ size: 1_000_000, ...more })

describe('the truth of attacks on credentials is what the log shows', () => {
  const cases = ['guessing', 'stuffing', 'spraying'].flatMap((story) =>
    (Object.keys(LOGINS) as Login[]).map((login) => [story, login] as const),
  )
  it.each(cases)('%s at the entry point %s', (story, login) => {
    for (const seed of SEEDS.slice(0, 3)) {
      const { truth, lines } = told(options({ stories: [story], login, seed }))
      expect(truth.incidents).toHaveLength(1)
      const incident = truth.incidents[0]!
      const own = linesOf(incident, lines)
      expectTruth(incident, own)
      expect(incident).toMatchObject({ kind: 'credential-attack', pattern: story, story })
      expect(incident.failures).toBeGreaterThan(0)
      if (incident.successes === 0) expect(incident.succeeded).toBe(false)
      const named = new Set(own.flatMap(({ user }) => (user === null ? [] : [user])))
      // names that were tried are in the truth; in the log where the entry point shows them
      if (login === 'basic') expect([...named].sort()).toEqual(incident.actor.users)
      else expect(named.size).toBe(0)
    }
  })

  it('an account of one’s own is no success', () => {
    const { truths, own } = ownAccounts()
    expect(own).toBeGreaterThan(0)
    for (const { successes, succeeded, served } of truths)
      if (succeeded) expect(successes * served).toBeGreaterThan(0)
    expect(truths.some(({ successes, succeeded }) => successes > 0 && !succeeded)).toBe(true)
  })

  /** Attackers who log into an account that they never failed to open, again and again. */
  function ownAccounts() {
    const truths: TruthIncident[] = []
    let own = 0
    for (let seed = 1; seed <= 40; seed++) {
      const { truth, lines } = told({ stories: ['guessing'], login: 'basic', seed, traffic: false })
      truths.push(truth.incidents[0]!)
      const failed = new Set(lines.filter((line) => attempt(line) === 'failure').map(({ user }) => user))
      const opened = lines.filter((line) => attempt(line) === 'success').map(({ user }) => user)
      const others = opened.filter((user) => failed.has(user))
      if (opened.length > others.length) own++
      expect(truth.incidents[0]!.succeeded).toBe(others.length > 0)
    }
    return { truths, own }
  }
})

describe('the truth of exports is what the log shows', () => {
  it.each(SEEDS)('api-export, seed %i', (seed) => {
    const { truth, lines } = told(options({ stories: ['api-export'], seed }))
    const incident = truth.incidents[0]!
    const { distinct } = expectTruth(incident, linesOf(incident, lines))
    expect(incident.objects).toBe(distinct)
    expect(incident.succeeded).toBe(true)
    expect(incident.records).toBe(
      { objects: incident.objects, pages: 50 * incident.objects }[incident.pattern] ?? incident.records,
    )
  })

  it.each(SEEDS)('test-gateway, seed %i: guessing, the export, and the return after the closure', (seed) => {
    const { truth, lines, caseFile } = told(options({ stories: ['test-gateway'], seed }))
    const [guessing, pages, alias] = ['guessing', 'pages', 'return-through-alias'].map((it) =>
      incidentOf(truth, it),
    )
    const declared = parse(caseFile!) as {
      entryPoints: { path: string; closed: { from: string } }[]
      dataRoutes: { path: string }[]
    }
    const closedAt = Date.parse(declared.entryPoints[0]!.closed.from)
    expect(declared.dataRoutes.map(({ path }) => path)).toEqual([declared.entryPoints[0]!.path])

    expectTruth(
      guessing!,
      linesOf(guessing!, lines).filter(({ target }) => target.startsWith('/gateway/test/admin/')),
    )
    const harvested = linesOf(pages!, lines)
    const before = harvested.filter(({ time, target }) => time < closedAt && /export\?page=/.test(target))
    const counted = expectTruth(pages!, before)
    expect(pages).toMatchObject({ objects: counted.distinct, records: 500 * counted.distinct })
    const after = harvested.filter(({ time }) => time >= closedAt)
    expectTruth(alias!, after)
    // refused as it is spelt in the case, served as it is not
    const path = declared.entryPoints[0]!.path
    for (const { target, status, bytes } of after) {
      if (target.startsWith(`${path}?`)) expect(status).toBe(403)
      else if (status === 200) expect(bytes).toBeGreaterThan(50_000)
    }
    expect(after.some(({ status }) => status === 200)).toBe(true)
    // one actor from two places
    expect(guessing!.actor.clients).not.toEqual(pages!.actor.clients)
    expect(alias!.actor.clients).toEqual(pages!.actor.clients)
    // nobody else is in
    const others = lines.filter(
      ({ time, target, client, status }) =>
        time > closedAt &&
        status === 200 &&
        /gateway.*port/i.test(target) &&
        client !== alias!.actor.clients[0],
    )
    expect(others).toEqual([])
  })

  it('names tokens, and says whether the layout has them', () => {
    const layout =
      '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_user_agent" "$http_authorization"'
    for (const seed of SEEDS) {
      expect(truthOf({ stories: ['api-export'], seed, traffic: false }).visible.token).toBe(false)
      const held = simulateInMemory(options({ stories: ['api-export'], seed, layout }))
      const { visible, incidents } = held.truth
      expect(visible.token).toBe(true)
      expect(incidents[0]!.actor.tokens).toHaveLength(1)
      const own = textOf(held)
        .split('\n')
        .filter((line) => line.endsWith(`"${incidents[0]!.actor.tokens[0]}"`))
      expect(own).toHaveLength(incidents[0]!.requests)
    }
  })
})

describe('the truth of look-alikes is what the log shows', () => {
  it('for those whose addresses do nothing else', () => {
    const { truth, lines } = told(options({ stories: ['benign'], seed: 3, size: 6_000_000 }))
    for (const [pattern, path] of [
      ['login-rush', /./],
      ['sync-client', /^\/sync\/preview\//],
      ['nightly-backup', /^\/backup\//],
      ['partner-feed', /^\/api\/v2\/products\?page=/],
      ['load-test', /./],
      ['photo-tiles', /^\/tiles\//],
    ] as const) {
      const incident = incidentOf(truth, pattern)
      const own = linesOf(incident, lines).filter(({ target }) => path.test(target))
      const counted = expectTruth(incident, own)
      if (pattern !== 'login-rush' && pattern !== 'nightly-backup')
        expect(incident.objects, pattern).toBe(counted.distinct)
    }
  })
})
