/** Windows against a plain twin, the rule of cancelling against a plain twin, and logs in any order and in two halves. */

import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { cancel, SERVED_STEP, type Step } from '../../src/detect/detectors/credential-attack/flow.js'
import { credentialAttack } from '../../src/detect/detectors/credential-attack/index.js'
import { SAYS_NO, SAYS_NOTHING, SAYS_YES } from '../../src/detect/detectors/credential-attack/scopes.js'
import { crossingOf, isRegular, medianGap } from '../../src/detect/detectors/credential-attack/windows.js'
import { combinedLine } from './access-log.js'
import { expectMergeIsNothing, expectOrderIsNothing } from './detector-kit.js'

vi.setConfig({ testTimeout: 60_000 })

const MINUTE = 60_000

const step: fc.Arbitrary<Step> = fc
  .record({
    time: fc.integer({ min: 0, max: 40 }).map((tick) => tick * 5000),
    unit: fc.integer({ min: 0, max: 2 }),
    user: fc.integer({ min: 0, max: 3 }),
    agent: fc.integer({ min: 1, max: 3 }),
    weight: fc.constantFrom(1, 1, 1, 4),
    says: fc.constantFrom(SAYS_NO, SAYS_NO, SAYS_YES, SAYS_NOTHING, SERVED_STEP),
  })
  .map((it) => ({ ...it, net: it.weight }))

const steps = fc.array(step, { maxLength: 60, size: 'max' }).map((all) => all.sort((a, b) => a.time - b.time))

// ---- windows

/** What counts of some steps, straight from the definition. */
function tallyOf(window: readonly Step[]) {
  const sum = (of: readonly Step[], name: 'net' | 'weight') => of.reduce((total, it) => total + it[name], 0)
  const failures = window.filter(({ says }) => says === SAYS_NO)
  const passed = window.filter(({ says }) => says === SAYS_YES || says === SERVED_STEP)
  const users = new Set(window.map(({ user }) => user).filter((user) => user !== 0))
  const named = [...users].reduce((total, user) => {
    const own = (of: readonly Step[]) =>
      sum(
        of.filter((it) => it.user === user),
        'weight',
      )
    return total + Math.min(own(passed), own(failures) + 1)
  }, 0)
  const unnamed = passed.filter(({ user, net }) => user === 0 && net > 0)
  return {
    failures: sum(failures, 'net'),
    successes: named + sum(unnamed, 'net'),
    distinct: named + new Set(unnamed.map(({ agent }) => agent)).size,
  }
}

interface Asked {
  readonly spanMs: number
  readonly failures: number
  readonly share: number
  readonly ratio: number
}

function plainCrossing(all: readonly Step[], { spanMs, failures, share, ratio }: Asked) {
  let peak = 0
  let at = Number.NaN
  let from = Number.NaN
  all.forEach((it, i) => {
    if (it.says !== SAYS_NO || it.net === 0) return
    const window = all.slice(0, i + 1).filter(({ time }) => time >= it.time - spanMs)
    const tally = tallyOf(window)
    peak = Math.max(peak, tally.failures)
    const isEnough =
      tally.failures >= failures &&
      tally.failures >= share * (tally.failures + tally.successes) - 1e-9 &&
      tally.failures >= ratio * (tally.failures + tally.distinct) - 1e-9
    if (isEnough && Number.isNaN(at)) {
      at = it.time
      from = window[0]!.time
    }
  })
  return { peak, at, from }
}

describe('a sliding window', () => {
  const floors = fc.record({
    name: fc.constant('window'),
    spanMs: fc.constantFrom(0, 5000, MINUTE, 10 * MINUTE),
    failures: fc.integer({ min: 1, max: 12 }),
    share: fc.constantFrom(0.2, 0.5, 0.8),
    ratio: fc.constantFrom(0.2, 0.5, 0.8, 1),
  })

  it('finds what a plain count of every window finds', () => {
    fc.assert(
      fc.property(steps, floors, (all, floor) => {
        expect(crossingOf(all, floor)).toEqual(plainCrossing(all, floor))
      }),
      { numRuns: 500 },
    )
  })

  it('holds both of its ends', () => {
    const two = [0, MINUTE].map((time) => ({ ...FAILURE, time }))
    const floor = { name: '1min', spanMs: MINUTE, failures: 2, share: 0.5, ratio: 0.8 }
    expect(crossingOf(two, floor)).toEqual({ peak: 2, at: MINUTE, from: 0 })
    expect(crossingOf(two, { ...floor, spanMs: MINUTE - 1 }).peak).toBe(1)
  })

  it('the middle gap is the lower one of two, and none of one', () => {
    expect(medianGap([0, 10, 30])).toBe(10)
    expect(medianGap([0, 10, 30, 60])).toBe(20)
    expect(medianGap([5])).toBeNaN()
  })

  it('a timer keeps its pace, people and quick programs do not', () => {
    const every = (ms: number, jitter: number) =>
      Array.from({ length: 30 }, (_, i) => i * ms + ((i * 7919) % (jitter + 1)))
    expect(isRegular(every(30_000, 1500))).toBe(true)
    expect(isRegular(every(30_000, 29_000))).toBe(false)
    expect(isRegular(every(3000, 0))).toBe(false)
  })
})

// ---- cancelling

const FAILURE: Step = { time: 0, unit: 0, user: 0, agent: 1, weight: 1, says: SAYS_NO, net: 1 }

/** Failures that are left, by step, straight from the rule. */
function plainCancel(all: readonly Step[], most: number): number[] {
  const left = all.map(({ says, weight }) => (says === SAYS_NO ? weight : 0))
  const taken = new Map<string, number>()
  all.forEach(({ says, unit, user }, now) => {
    if (says !== SAYS_YES && says !== SERVED_STEP) return
    for (const name of user === 0 ? [0] : [user, 0]) {
      const pair = `${unit} ${name}`
      for (let i = now - 1; i >= 0; i--) {
        const it = all[i]!
        if (it.says !== SAYS_NO || it.unit !== unit || it.user !== name) continue
        const take = Math.min(left[i]!, most - (taken.get(pair) ?? 0))
        left[i]! -= take
        taken.set(pair, (taken.get(pair) ?? 0) + take)
      }
    }
  })
  return left
}

describe('a success takes back', () => {
  it('the latest failures of the same client and user, so many in all', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 6 }), (all, most) => {
        const expected = plainCancel(all, most)
        const own = all.map((it) => ({ ...it }))
        cancel(own, most)
        expect(own.map(({ says, net }) => (says === SAYS_NO ? net : 0))).toEqual(expected)
      }),
      { numRuns: 500 },
    )
  })

  it('nothing of other users, other clients, and what comes later', () => {
    const success: Step = { ...FAILURE, user: 1, says: SAYS_YES }
    const all = [
      { ...FAILURE, user: 2 },
      { ...FAILURE, user: 1, unit: 1 },
      success,
      { ...FAILURE, user: 1 },
    ].map((it, time) => ({ ...it, time }))
    cancel(all, 5)
    expect(all.map(({ net }) => net)).toEqual([1, 1, 1, 1])
  })
})

// ---- whole logs

/** Low floors, so that short logs have findings. */
const CASE = {
  options: { format: 'apache-combined' },
  thresholds: {
    'credential-attack': { burstFailures: 2, failures: 3, slowFailures: 2, sustainedFailures: 6 },
  },
}

const request = fc.record({
  second: fc.integer({ min: 0, max: 7200 }),
  client: fc.constantFrom('198.51.100.1', '198.51.100.2', '203.0.113.7', '2001:db8::1'),
  user: fc.constantFrom('-', '-', 'alice', 'bob'),
  agent: fc.constantFrom('tool/1', 'Mozilla/5.0'),
  what: fc.constantFrom(
    { method: 'POST', target: '/login', status: 200 },
    { method: 'POST', target: '/login', status: 302 },
    { method: 'POST', target: '/wp-login.php', status: 200 },
    { method: 'POST', target: '/api/session', status: 401 },
    { method: 'POST', target: '/api/session', status: 201 },
    { method: 'GET', target: '/api/me', status: 401 },
    { method: 'GET', target: '/api/me', status: 401 },
    { method: 'GET', target: '/api/me', status: 200 },
  ),
})

const logs = fc.array(request, { minLength: 20, maxLength: 80, size: 'max' }).map((requests) =>
  requests
    .sort((a, b) => a.second - b.second)
    .map(({ second, what, ...who }, i) =>
      combinedLine({
        ...who,
        ...what,
        at: new Date(Date.UTC(2021, 7, 14, 12) + second * 1000).toISOString().slice(0, 19),
        // no two lines are equal
        size: 1000 + i,
      }),
    ),
)

describe('a log of attempts', () => {
  it('has the same findings in any order within the horizon', async () => {
    await fc.assert(
      fc.asyncProperty(logs, (lines) => expectOrderIsNothing(credentialAttack, lines, CASE, 'order')),
      { numRuns: 12 },
    )
  })

  it('has the same findings when its rows are shared out and merged', async () => {
    await fc.assert(
      fc.asyncProperty(logs, (lines) =>
        expectMergeIsNothing(credentialAttack, lines, CASE, 'merge', 'row by row'),
      ),
      { numRuns: 25 },
    )
  })
})
