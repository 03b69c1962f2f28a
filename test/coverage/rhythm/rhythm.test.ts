import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CoverageInterval, type EvidenceReference, investigate } from '../../../src/index.js'
import { combinedLine, PATIENT, runs, stream, textOf } from '../../laws/support.js'

const START = Date.parse('2021-08-09T00:00:00Z')
const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Numbers in 0 to 1, the same on every run. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Times of visitors who come independently of each other, so many an hour by the hour of the day. */
function visitors(perHour: (hour: number) => number, days: number, seed = 7): number[] {
  const random = randomOf(seed)
  const times: number[] = []
  for (let t = START; t < START + days * DAY; ) {
    const rate = perHour(Math.floor((t % DAY) / HOUR))
    const gap = rate === 0 ? HOUR : (-Math.log(1 - random()) * HOUR) / rate
    t += Math.min(gap, HOUR)
    if (rate > 0 && gap < HOUR) times.push(Math.floor(t / SECOND) * SECOND)
  }
  return times.filter((time) => time < START + days * DAY)
}

const line = (time: number, n: number) =>
  combinedLine({
    time,
    client: `203.0.113.${n % 200}`,
    target: `/page/${n % 60}`,
    status: 200,
    bytes: 4000 + (n % 700),
  })

async function coverageOf(files: Readonly<Record<string, readonly number[]>>, caseFile: object = {}) {
  const evidence = Object.entries(files).map(([name, times]) => stream(name, textOf(times.map(line)), 65_536))
  const { answers, findings, timeline } = await investigate({
    evidence,
    case: caseFile,
    format: 'apache-combined',
  }).report()
  return { logs: answers.coverage, gaps: findings.filter(({ kind }) => kind === 'log-gap'), timeline }
}

const lost = (intervals: readonly CoverageInterval<EvidenceReference>[]) =>
  intervals.filter(({ state }) => state === 'missing' || state === 'degraded')
const without = (times: readonly number[], from: number, to: number) =>
  times.filter((time) => time < START + from || time >= START + to)

/** Three days of a busy site; nights have a tenth of the day. */
const BUSY = visitors((hour) => (hour < 6 ? 120 : 1200), 3)

describe('a silence that does not fit', () => {
  it('is a gap, with the lines on both sides and what was to be expected', async () => {
    const { logs, gaps } = await coverageOf({
      'access.log': without(BUSY, 36 * HOUR, 36 * HOUR + 10 * MINUTE),
    })
    const [gap, ...others] = lost(logs[0]!.intervals)
    expect(others).toEqual([])
    expect(Date.parse(gap!.from)).toBeLessThanOrEqual(START + 36 * HOUR)
    expect(Date.parse(gap!.to)).toBeGreaterThanOrEqual(START + 36 * HOUR + 10 * MINUTE)
    expect(gap!.evidence.map(({ time }) => time)).toEqual([gap!.from, gap!.to])
    expect(gap!.lost.least).toBeLessThanOrEqual(200)
    expect(gap!.lost.most).toBeGreaterThanOrEqual(200)
    expect(gaps).toMatchObject([{ severity: 'medium', outcome: 'unknown', subject: { type: 'source' } }])
    expect(gaps[0]!.alternatives.length).toBeGreaterThan(2)
  })

  it('is none by night that was none by day', async () => {
    const quiet = (from: number) => coverageOf({ 'access.log': without(BUSY, from, from + 2 * MINUTE) })
    expect(lost((await quiet(36 * HOUR)).logs[0]!.intervals)).toHaveLength(1)
    expect(lost((await quiet(27 * HOUR)).logs[0]!.intervals)).toEqual([])
  })

  it('is not told of an untouched log, whatever its hours', async () => {
    const office = visitors((hour) => (hour >= 8 && hour < 18 ? 600 : 0), 6, 11)
    for (const times of [BUSY, office]) {
      const { logs, gaps } = await coverageOf({ 'access.log': times })
      expect(lost(logs[0]!.intervals)).toEqual([])
      expect(gaps).toEqual([])
    }
  })

  it('stays listed where it was planned, and is a finding for nobody to worry about', async () => {
    const iso = (time: number) => new Date(START + time).toISOString()
    const plannedDowntime = { from: iso(36 * HOUR), to: iso(37 * HOUR), note: 'new kernel' }
    const { logs, gaps } = await coverageOf(
      { 'access.log': without(BUSY, 36 * HOUR, 37 * HOUR) },
      { plannedDowntime },
    )
    expect(lost(logs[0]!.intervals)[0]!.basis[0]).toMatchObject({
      code: 'planned-downtime',
      text: 'the case declares it as planned: new kernel',
    })
    expect(gaps).toMatchObject([{ severity: 'info' }])
  })

  it('of a server whose peers went on says so', async () => {
    const peer = visitors((hour) => (hour < 6 ? 120 : 1200), 3, 23)
    const { logs } = await coverageOf({
      'web-1/access.log': without(BUSY, 36 * HOUR, 36 * HOUR + 10 * MINUTE),
      'web-2/access.log': peer,
    })
    const holed = logs.find(({ intervals }) => lost(intervals).length > 0)!
    expect(lost(holed.intervals)[0]!.basis.map(({ code }) => code)).toEqual(['own-rhythm', 'silent-peer'])
    expect(logs.filter(({ intervals }) => lost(intervals).length > 0)).toHaveLength(1)
  })

  it('shows by two beats of a timer where visitors are too few to tell', async () => {
    const few = visitors(() => 6, 4, 31)
    const beats = Array.from({ length: 4 * 24 * 60 }, (_, n) => START + n * MINUTE + (n % 3) * SECOND)
    // another loss, a long one, takes no trust in the timer away
    const rest = without([...few, ...beats], 20 * HOUR, 20.5 * HOUR)
    const times = (gap: number) => without(rest, 50 * HOUR, 50 * HOUR + gap * MINUTE).sort((a, b) => a - b)
    const of = async (gap: number) => {
      const all = times(gap)
      const evidence = [
        stream(
          'access.log',
          textOf(
            all.map((time, n) =>
              few.includes(time)
                ? line(time, n)
                : combinedLine({ time, client: '10.0.0.9', target: '/healthz', status: 200, bytes: 2 }),
            ),
          ),
          65_536,
        ),
      ]
      const { answers } = await investigate({ evidence, format: 'apache-combined' }).report()
      return lost(answers.coverage[0]!.intervals)
    }
    const [first, second, ...others] = await of(6)
    expect(first!.from < '2021-08-10').toBe(true)
    expect(second!.basis.map(({ code }) => code)).toContain('missed-beats')
    expect(others).toEqual([])
    expect(await of(0)).toHaveLength(1)
  })
})

describe('what other days say', () => {
  const isOffice = (day: number, hour: number) => day % 7 < 5 && hour >= 8 && hour < 18
  /** The first day is a Monday. */
  const office = (days: number, seed: number) =>
    visitors((hour) => (hour >= 8 && hour < 18 ? 600 : 0), days, seed).filter((time) =>
      isOffice(Math.floor((time - START) / DAY), 12),
    )

  it('is that a site is closed by night and at weekends, alone and beside one that is not', async () => {
    const alone = await coverageOf({ 'access.log': office(26, 5) })
    expect(lost(alone.logs[0]!.intervals)).toEqual([])
    const peer = visitors(() => 300, 26, 6)
    const beside = await coverageOf({ 'web/access.log': office(26, 5), 'shop/access.log': peer })
    expect(beside.logs.flatMap(({ intervals }) => lost(intervals))).toEqual([])
    expect(lost((await coverageOf({ 'access.log': office(3, 8) })).logs[0]!.intervals)).toEqual([])
  })

  it('is how many records a day had that is gone', async () => {
    const times = visitors((hour) => (hour < 6 ? 30 : hour < 20 ? 500 : 150), 14, 9)
    for (const day of [3, 8]) {
      const rest = without(times, day * DAY, (day + 1) * DAY)
      const { logs } = await coverageOf({ 'access.log': rest })
      const [gap, ...others] = lost(logs[0]!.intervals)
      expect(others).toEqual([])
      const gone = times.length - rest.length
      expect(gap!.lost.least).toBeGreaterThan(0.8 * gone)
      expect(gap!.lost.least).toBeLessThanOrEqual(gone)
      expect(gap!.lost.most).toBeGreaterThanOrEqual(gone)
      expect(gap!.lost.most).toBeLessThan(1.2 * gone)
    }
  })
})

describe('a timer that pauses while others go on', () => {
  /** Visitors, and one who asks every half a minute but for some minutes. */
  async function pausing(minutes: number) {
    const others = visitors(() => 600, 2, 57).map((time) => ({ time, isBeat: false }))
    const all = Array.from({ length: 2 * 24 * 120 }, (_, n) => START + n * 30 * SECOND + (n % 2) * SECOND)
    const beats = without(all, 30 * HOUR, 30 * HOUR + minutes * MINUTE)
    const lines = [...others, ...beats.map((time) => ({ time, isBeat: true }))]
      .sort((a, b) => a.time - b.time)
      .map(({ time, isBeat }, n) =>
        isBeat
          ? combinedLine({ time, client: '10.0.0.9', target: '/healthz', status: 200, bytes: 2 })
          : line(time, n),
      )
    const evidence = [stream('access.log', textOf(lines), 65_536)]
    const { answers } = await investigate({ evidence, format: 'apache-combined' }).report()
    return answers.coverage[0]!
  }

  it('is remarked, with the times of its beats on both sides, and is no gap', async () => {
    const { remarks, intervals } = await pausing(10)
    expect(remarks).toMatchObject([{ code: 'missed-beats' }])
    expect(remarks[0]!.text).toBe(
      'a client that asks every 30 s missed 20 times between 2021-08-10 05:59:31Z and 2021-08-10 06:10Z, ' +
        'while others were answered: it was off, or its lines are gone',
    )
    expect(lost(intervals)).toEqual([])
  })

  it('is not remarked for a beat or two, nor where it never does', async () => {
    expect((await pausing(1)).remarks).toEqual([])
    expect((await pausing(0)).remarks).toEqual([])
  })
})

describe('what a log cannot tell', () => {
  it('is unknown where it has too few lines for a rhythm', async () => {
    const { logs } = await coverageOf({ 'access.log': visitors(() => 1, 3) })
    expect(logs[0]!.intervals.map(({ state }) => state)).toEqual(['unknown'])
    expect(logs[0]!.smallestLoss).toBeNull()
    expect(logs[0]!.notTested[0]).toMatchObject({ code: 'too-sparse' })
  })

  it('is stated as the smallest loss that would have been noticed, which a busier log has smaller', async () => {
    const lossOf = async (times: readonly number[]) =>
      (await coverageOf({ 'access.log': times })).logs[0]!.smallestLoss!
    const [busy, quiet] = [await lossOf(BUSY), await lossOf(visitors(() => 60, 3))]
    expect(busy.records).toBeGreaterThan(5)
    expect(busy.seconds).toBeLessThan(quiet.seconds)
  })
})

it('a log cut into rotated files has the same silences as in one piece', PATIENT, async () => {
  const holed = without(BUSY, 36 * HOUR, 36 * HOUR + 12 * MINUTE)
  const whole = await coverageOf({ 'access.log': holed })
  const spans = (logs: typeof whole.logs) =>
    logs.map(({ intervals, lost: sum, smallestLoss }) => [
      lost(intervals).map(({ from, to, lost: own }) => [from, to, own]),
      sum,
      smallestLoss?.records,
    ])
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 500, max: holed.length - 500 }), async (cut) => {
      const cutUp = { 'access.log.1': holed.slice(0, cut), 'access.log': holed.slice(cut) }
      expect(spans((await coverageOf(cutUp)).logs)).toEqual(spans(whole.logs))
    }),
    { numRuns: runs(6, 60) },
  )
})

it('the timeline counts every record once, in at most 2,000 buckets', async () => {
  const { timeline } = await coverageOf({ 'access.log': BUSY.slice(0, 9000), 'other.log': BUSY.slice(9000) })
  expect(timeline.requests.reduce((sum, count) => sum + count, 0)).toBe(BUSY.length)
  expect(timeline.requests.length).toBeLessThanOrEqual(2000)
  expect(timeline.bucketMs % MINUTE).toBe(0)
  expect(Date.parse(timeline.from!)).toBeLessThanOrEqual(BUSY[0]!)
})
