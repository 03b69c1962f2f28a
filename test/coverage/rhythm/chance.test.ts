/**
 * How often chance is taken for a gap. Visitors come independently of each other, few by night and many by day, ask for several things, and
 * stay on the server that they came to. Nothing is lost.
 */

import { describe, expect, it } from 'vitest'
import { Expectation } from '../../../src/coverage/rhythm/expectation.js'
import { LocalRate } from '../../../src/coverage/rhythm/local-rate.js'
import { RhythmSeries } from '../../../src/coverage/rhythm/series.js'
import { SilenceTail } from '../../../src/coverage/rhythm/silence-tail.js'
import { SilenceTest } from '../../../src/coverage/rhythm/silences.js'
import { smallestLoss } from '../../../src/coverage/rhythm/smallest-loss.js'
import { PAGE_MINUTES, PAGE_WORDS, type RhythmTrace } from '../../../src/coverage/rhythm/trace.js'
import { PATIENT, runs } from '../../laws/support.js'

const DAYS = 30
const FIRST_HOUR = 474_000
const HOURS = DAYS * 24
/** Requests of a visit, on average; of them so many come with another within a second or two, the rest half a minute apart. */
const REQUESTS = 8
const TOGETHER = 0.6
const APART_S = 30
/** Silences that chance gives so often a log are counted: many more of them are there than of those that a report tells of. */
const OFTEN = 0.1

/** Numbers in 0 to 1. @see https://en.wikipedia.org/wiki/Xorshift */
function randomOf(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0 || 1
  const next = () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
  for (let i = 0; i < 20; i++) next()
  return next
}

/** Nights have a seventh of the day's traffic. */
function shareOf(hour: number): number {
  return 0.25 + 1.5 * Math.max(0, Math.sin(((hour - 5) / 20) * Math.PI))
}

/**
 * The logs of servers that share visits.
 *
 * @param perSecond  Requests a server, on average over the day, about.
 * @param stays      Whether all requests of a visit are at the server of its first one.
 */
function visitsOn(perSecond: number, seed: number, servers = 1, stays = true): RhythmTrace[] {
  const random = randomOf(seed)
  const exponential = (mean: number) => -Math.log(1 - random()) * mean
  const logs = Array.from({ length: servers }, emptyTrace)
  const oneOf = () => logs[Math.floor(random() * servers)]!
  const apart = REQUESTS / (1.75 * perSecond * servers)
  for (let start = 0; start < HOURS * 3600; start += exponential(apart)) {
    if (random() * 1.75 > shareOf((start / 3600) % 24)) continue
    const first = oneOf()
    for (let t = start; t < HOURS * 3600; t += random() < TOGETHER ? 1.5 * random() : exponential(APART_S)) {
      addTo(stays ? first : oneOf(), t)
      if (random() < 1 / REQUESTS) break
    }
  }
  return logs
}

function emptyTrace(): RhythmTrace {
  return {
    hours: Float64Array.from({ length: HOURS }, (_, hour) => FIRST_HOUR + hour),
    requests: new Uint32Array(HOURS * PAGE_MINUTES),
    seconds: new Uint32Array(HOURS * PAGE_WORDS),
    failures: new Uint32Array(HOURS * PAGE_MINUTES),
    bytes: new Float64Array(HOURS * PAGE_MINUTES),
    beyond: 0,
    silences: [],
    beats: [],
  }
}

function addTo({ requests, seconds }: RhythmTrace, t: number): void {
  const [hour, second] = [Math.floor(t / 3600), Math.floor(t % 3600)]
  requests[Math.floor(t / 60)]!++
  seconds[hour * PAGE_WORDS + (second >>> 5)]! |= 1 << (second & 31)
}

/** The judgement of one log beside its peers. */
function testOf(trace: RhythmTrace, peers: readonly RhythmTrace[], often: number) {
  const series = RhythmSeries.of([trace])!
  const rate = new LocalRate(series)
  const others = peers.map((peer) => RhythmSeries.of([peer])!)
  const expectation = new Expectation(series, rate, others)
  const tail = SilenceTail.of(series, rate, (from, to) => expectation.beside(from, to))!
  const peerTail =
    peers.length === 0 ? null : SilenceTail.of(series, rate, (from, to) => expectation.asPeers(from, to))
  return { series, test: new SilenceTest(expectation, tail, peerTail, [], often) }
}

function alarmsIn(trace: RhythmTrace, peers: readonly RhythmTrace[] = []): string[] {
  const { series, test } = testOf(trace, peers, OFTEN)
  return test.in(series).map(({ from, to }) => `${to - from} s at hour ${Math.floor(from / 3600) % 24}`)
}

/** Three times what the test says, and one more where months are few. */
const mostOf = (months: number) => Math.ceil(3 * OFTEN * months) + 1

describe('a silence that chance gives in one month of ten', PATIENT, () => {
  it.each([0.2, 0.5, 1.5])(
    'is not found in many more, at %d requests a second on one server',
    (perSecond) => {
      const months = runs(6, 60)
      const alarms = Array.from({ length: months }, (_, n) => alarmsIn(visitsOn(perSecond, n + 1)[0]!)).flat()
      expect(alarms.length, alarms.join()).toBeLessThanOrEqual(mostOf(months))
    },
  )

  it.each([
    ['stay on one', true],
    ['go from one to the other', false],
  ])('is not found in many more on three servers whose visits %s', (_, stays) => {
    const months = runs(3, 60)
    const alarms = Array.from({ length: months }, (_, n) => {
      const [first, ...peers] = visitsOn(0.4, n + 1, 3, stays)
      return alarmsIn(first!, peers)
    }).flat()
    expect(alarms.length, alarms.join()).toBeLessThanOrEqual(mostOf(months))
  })
})

it('what peers had in a silence shows a loss that is too short to show without them', () => {
  const [first, ...peers] = visitsOn(0.2, 1, 3, false)
  const lossOf = (others: readonly RhythmTrace[]) => {
    const { series, test } = testOf(first!, others, 1e-3)
    return smallestLoss(series, test)!
  }
  expect(lossOf(peers)).toBeLessThan(0.7 * lossOf([]))
})
