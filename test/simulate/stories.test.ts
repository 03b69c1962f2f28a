/** What stories promise: floors that scale with strength, in the window that the floor names; and a harmless week. */
import { describe, expect, it } from 'vitest'
import type { TruthIncident } from '../../src/simulate/contract.js'
import { stories } from '../../src/simulate/stories/registry.js'
import { ATTACKS, DAY_MS, groupsOf, incidentOf, type Seen, told, truthOf } from './support.js'

const STRENGTHS = [0.5, 1, 2, 5]
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8]
const MINUTE_MS = 60_000

/** Most of `times` that lie within a window. */
function mostWithin(times: readonly number[], windowMs: number): number {
  const sorted = [...times].sort((a, b) => a - b)
  let from = 0
  let most = 0
  for (let to = 0; to < sorted.length; to++) {
    while (sorted[to]! - sorted[from]! >= windowMs) from++
    most = Math.max(most, to - from + 1)
  }
  return most
}

const byPlace = (a: Seen, b: Seen) => a.time - b.time

describe('strength multiplies the floor that a story states', () => {
  it.each(STRENGTHS)(
    'guessing, stuffing and spraying at %d: failures in the window of the floor',
    (strength) => {
      for (const story of ['guessing', 'stuffing', 'spraying']) {
        for (const seed of SEEDS) {
          const { truth, lines } = told({ stories: [story], login: 'api', seed, strength, traffic: false })
          const { floor, failures } = truth.incidents[0]!
          const [, count, unit] = /^(\d+) failures of one (?:client|network) in (a minute|10 minutes)$/.exec(
            floor,
          )!
          const wanted = Math.ceil(Number(count) * strength)
          const windowMs = unit === 'a minute' ? MINUTE_MS : 10 * MINUTE_MS
          const failed = lines.filter(({ status, method }) => status === 401 && method === 'POST')
          expect(failed).toHaveLength(failures)
          // within any window so long: as many as the strength says, and not many more, for a floor of ten is ten
          const networks = groupsOf(failed, ({ client }) => client.slice(0, client.lastIndexOf('.')))
          for (const own of networks) {
            const most = mostWithin(
              own.map(({ time }) => time),
              windowMs,
            )
            expect(most, `${story} ${seed}`).toBeGreaterThanOrEqual(wanted)
            expect(most, `${story} ${seed}`).toBeLessThanOrEqual(Math.ceil(wanted * 1.35) + 1)
          }
        }
      }
    },
  )

  it.each(STRENGTHS)('slow spraying at %d: failures of each user, ten minutes apart', (strength) => {
    let slow = 0
    for (let seed = 1; seed <= 16; seed++) {
      const { truth, lines } = told({ stories: ['spraying'], login: 'basic', seed, strength, traffic: false })
      const { floor, successes } = truth.incidents[0]!
      if (!floor.includes('median gap')) continue
      slow++
      expect(successes).toBe(0)
      for (const own of groupsOf(
        lines.filter(({ user }) => user !== null),
        ({ user }) => user ?? '',
      )) {
        expect(own).toHaveLength(Math.ceil(4 * strength))
        const gaps = own
          .sort(byPlace)
          .slice(1)
          .map(({ time }, i) => time - own[i]!.time)
          .sort((a, b) => a - b)
        if (gaps.length > 0) expect(gaps[gaps.length >> 1]).toBeGreaterThanOrEqual(9.9 * MINUTE_MS)
      }
    }
    expect(slow).toBeGreaterThan(1)
  })

  it.each(STRENGTHS)('api-export at %d: objects, pages or bytes within a day', (strength) => {
    const seen = new Set<string>()
    for (let seed = 1; seed <= 12; seed++) {
      const { pattern, objects, bytes, served, start, end } = truthOf({
        stories: ['api-export'],
        seed,
        strength,
        traffic: false,
      }).incidents[0]!
      seen.add(pattern)
      expect(Date.parse(end) - Date.parse(start)).toBeLessThan(DAY_MS)
      if (pattern === 'objects') expect(objects).toBe(200 * strength)
      else if (pattern === 'pages') expect(objects).toBe(20 * strength)
      else {
        expect(served).toBeGreaterThanOrEqual(20)
        expect(bytes).toBeGreaterThanOrEqual(100e6 * strength)
        expect(bytes).toBeLessThan(140e6 * strength)
      }
    }
    expect([...seen].sort()).toEqual(['objects', 'pages', 'volume'])
  })

  it('test-gateway: its guessing and its pages', () => {
    const [half, ...more] = STRENGTHS.map((strength) =>
      truthOf({ stories: ['test-gateway'], seed: 3, strength, traffic: false }),
    )
    const counts = (truth: typeof half) =>
      ['guessing', 'pages']
        .map((it) => incidentOf(truth!, it))
        .map(({ failures, objects }) => failures + objects)
    const [failures, pages] = counts(half)
    for (const [i, truth] of more.entries())
      expect(counts(truth)).toEqual([failures! * [2, 4, 10][i]!, pages! * [2, 4, 10][i]!])
  })
})

describe('every attack', () => {
  it.each(ATTACKS)('%s: has its story, its floor, its actor and its strength in the truth', (story) => {
    const ids = stories.map(({ id }) => id)
    expect(ids).toContain(story)
    for (const seed of SEEDS) {
      const { incidents, lookalikes } = truthOf({ stories: [story], seed, strength: 3, traffic: false })
      expect(lookalikes).toEqual([])
      expect(incidents.length).toBe(story === 'test-gateway' ? 3 : 1)
      for (const incident of incidents) {
        expect(incident).toMatchObject({ story, strength: 3 })
        expect(incident.floor).not.toBe('')
        expectWhole(incident)
      }
    }
  })

  it('is in networks that no other has, and in none of ordinary traffic', () => {
    const all = told({ stories: ATTACKS, seed: 5, days: 4, size: 6_000_000 })
    const owners = new Map<string, string>()
    for (const { story, actor } of all.truth.incidents) {
      for (const network of actor.networks) {
        expect(owners.get(network) ?? story).toBe(story)
        owners.set(network, story)
      }
    }
    const alone = told({ stories: [], seed: 5, days: 4, size: 6_000_000 })
    for (const { client } of alone.lines) {
      if (!client.includes(':'))
        expect(owners.has(`${client.slice(0, client.lastIndexOf('.'))}.0/24`)).toBe(false)
    }
  })
})

function expectWhole(incident: TruthIncident): void {
  const { start, end, firstAttempt, lastAttempt, actor, requests, failures, successes, served } = incident
  expect(actor.clients.length).toBeGreaterThan(0)
  expect(requests).toBeGreaterThanOrEqual(failures + successes + served)
  expect(start <= end).toBe(true)
  expect((firstAttempt === null) === (failures + successes === 0)).toBe(true)
  if (firstAttempt !== null && lastAttempt !== null) {
    expect(start <= firstAttempt && firstAttempt <= lastAttempt && lastAttempt <= end).toBe(true)
  }
}

describe('benign', () => {
  it('has no incident, and ten look-alikes or more over a week, each with a reason', () => {
    for (const seed of [1, 2, 3]) {
      const { incidents, lookalikes, totals } = truthOf({ stories: ['benign'], seed, size: 4_000_000 })
      expect(incidents).toEqual([])
      expect(lookalikes.length).toBeGreaterThanOrEqual(10)
      expect(new Set(lookalikes.map(({ id }) => id)).size).toBe(lookalikes.length)
      for (const lookalike of lookalikes) {
        expect(lookalike.why).not.toBe('')
        expect(lookalike.kind).toMatch(/^(?:credential-attack|bulk-export)$/)
        expectWhole(lookalike)
      }
      expect(Date.parse(totals.end!) - Date.parse(totals.start!)).toBeGreaterThan(6.9 * DAY_MS)
      const patterns = lookalikes.map(({ pattern }) => pattern).sort()
      const wanted = [
        'forgotten-password',
        'load-test',
        'login-rush',
        'nightly-backup',
        'partner-feed',
        'photo-tiles',
        'search-crawl',
        'sync-client',
      ]
      expect([...new Set(patterns)].filter((it) => !it.startsWith('broken-deploy-'))).toEqual(wanted)
      expect(patterns.some((it) => it.startsWith('broken-deploy-'))).toBe(true)
    }
  })

  it('has what its names promise', () => {
    for (const seed of [1, 2, 3, 4]) {
      const truth = truthOf({ stories: ['benign'], seed, traffic: false })
      const rush = incidentOf(truth, 'login-rush')
      expect(rush.actor.clients).toHaveLength(1)
      expect(rush.actor.users.length).toBeGreaterThanOrEqual(60)
      expect(rush.successes).toBeGreaterThan(0.9 * rush.actor.users.length)
      const sync = incidentOf(truth, 'sync-client')
      expect(sync.requests - sync.served).toBeGreaterThan(3_000)
      expect(incidentOf(truth, 'nightly-backup').bytes).toBeGreaterThan(2e9)
      expect(incidentOf(truth, 'partner-feed').requests).toBeGreaterThan(7 * 24 * 20)
      for (const { pattern, failures, successes, actor } of truth.lookalikes) {
        if (pattern !== 'forgotten-password') continue
        expect(actor.users).toHaveLength(1)
        expect(failures).toBeGreaterThanOrEqual(5)
        expect(successes).toBe(1)
      }
    }
  })
})
