import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBatch } from '../../../src/columns/batch.js'
import { SequenceCounter } from '../../../src/coverage/integrity/sequence-counter.js'
import { useOf } from '../../../src/coverage/integrity/tests/sequence-numbers.js'
import type { Citation } from '../../../src/observe/citations.js'
import { Dice } from '../../laws/support.js'
import { codesOf, counted, integrityOf, traffic } from './traced.js'

const LINES = counted(traffic(1000))

/** Shows numbers to a counter, one a second. */
function traceOf(numbers: readonly number[]) {
  const batch = createBatch(1, [])
  batch.rowCount = 1
  const counter = new SequenceCounter(
    'request_count',
    'requests',
    (it, row) => ({ time: it.time[row]! }) as Citation,
  )
  numbers.forEach((number, k) => {
    batch.time[0] = 1000 * k
    counter.take(number, 1000 * k, batch, 0)
  })
  return counter.finish()
}

const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, k) => first + k)

/** Each number comes at most so many places late. */
function disordered(numbers: readonly number[], reach: number, seed: number): number[] {
  const dice = new Dice(seed)
  const keyed = numbers.map((number, k) => ({ number, key: k + dice.roll(reach + 1) }))
  return keyed.sort((a, b) => a.key - b.key).map(({ number }) => number)
}

describe('a counter', () => {
  it('misses nothing where nothing is absent, in any order within its window', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e12 }),
        fc.integer({ min: 1, max: 3000 }),
        fc.nat(900),
        fc.nat(),
        (first, count, reach, seed) => {
          expect(traceOf(disordered(upTo(first + count - 1, first), reach, seed))).toMatchObject({
            missing: 0,
            gaps: [],
            strays: 0,
          })
        },
      ),
      { numRuns: 60 },
    )
  })

  it('never misses more than is absent, and all of it but for what is near the ends', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 200, max: 3000 }),
        fc.array(fc.nat(2999), { maxLength: 40 }),
        fc.nat(300),
        fc.nat(),
        (count, holes, reach, seed) => {
          const absent = new Set(holes.filter((hole) => hole < count))
          const numbers = upTo(count).filter((number) => !absent.has(number - 1))
          const { missing, gaps } = traceOf(disordered(numbers, reach, seed))
          const inside = [...absent].filter((hole) => hole > 40 && hole < count - 40)
          expect(missing).toBeLessThanOrEqual(absent.size)
          expect(missing).toBeGreaterThanOrEqual(inside.length)
          expect(gaps.reduce((sum, gap) => sum + gap.missing, 0)).toBe(missing)
        },
      ),
      { numRuns: 100 },
    )
  })

  it('that starts again loses nothing', () => {
    expect(traceOf([...upTo(500), ...upTo(400), ...upTo(300)])).toMatchObject({
      missing: 0,
      restarts: 2,
      strays: 0,
    })
  })

  it('that is far ahead of itself has lost what is between', () => {
    const { gaps, missing } = traceOf([...upTo(500), ...upTo(100_500, 100_001)])
    expect(missing).toBe(99_500)
    expect(gaps).toMatchObject([{ firstNumber: 501, lastNumber: 100_000, from: 499_000, to: 500_000 }])
  })

  it.each([
    ['lines of its beginning', upTo(300)],
    ['lines of its middle', upTo(4000, 3700)],
    ['a long stretch of its middle', upTo(4900, 2000)],
    ['lines of another server, far ahead', upTo(80_300, 80_000)],
  ])('misses nothing where %s were put in', (_, strange) => {
    expect(traceOf([...upTo(5000), ...strange, ...upTo(9000, 5001)])).toMatchObject({ missing: 0 })
  })

  it('misses nothing where two stretches changed places', () => {
    const swapped = [...upTo(5000), ...upTo(9000, 7001), ...upTo(7000, 5001), ...upTo(12_000, 9001)]
    expect(traceOf(swapped)).toMatchObject({ missing: 0 })
  })

  it('misses what is absent behind lines that were put in', () => {
    const numbers = [...upTo(5000), ...upTo(300), ...upTo(9000, 5011)]
    expect(traceOf(numbers)).toMatchObject({ missing: 10, gaps: [{ firstNumber: 5001, lastNumber: 5010 }] })
  })

  it('takes a number from nowhere for nothing', () => {
    expect(traceOf([...upTo(300), 987_654_321, ...upTo(600, 301)])).toMatchObject({ missing: 0, strays: 1 })
  })

  it('keeps few gaps whatever is absent, and their sum', () => {
    const numbers = upTo(300_000).filter((number) => number % 1500 !== 0)
    const { gaps, missing } = traceOf(numbers)
    expect(missing).toBe(199)
    expect(gaps.length).toBeLessThanOrEqual(32)
    expect(gaps.reduce((sum, gap) => sum + gap.missing, 0)).toBe(199)
  })

  it('of two servers in one file is of no use', () => {
    expect(useOf(traceOf(upTo(2000).flatMap((k) => [k, 5_000_000 + k])))).toBe('several-counters')
  })

  it('of a server that counts what it does not log is of no use', () => {
    const dice = new Dice(7)
    expect(useOf(traceOf(upTo(5000).filter(() => dice.roll(2) === 0)))).toBe('uncounted-requests')
  })

  it('of which a third is cut out is of use: what is left has all its numbers', () => {
    expect(useOf(traceOf([...upTo(1000), ...upTo(3000, 2001)]))).toBe('usable')
  })
})

describe('the request count of Traefik', () => {
  it('shows lines that were taken out at random', async () => {
    const said = await integrityOf({ 'access.log': LINES.filter((_, k) => k % 100 !== 50) })
    expect(codesOf(said)).toEqual(['sequence-numbers'])
    expect(said.findings.reduce((sum, { measures }) => sum + measures.lostLeast, 0)).toBe(10)
  })

  it('shows one line that was taken out, with its time', async () => {
    const said = await integrityOf({ 'access.log': LINES.toSpliced(500, 1) })
    expect(said.intervals).toMatchObject([
      { from: '2021-08-11T09:23:10.000Z', to: '2021-08-11T09:23:30.001Z', lost: { least: 1, most: 1 } },
    ])
    expect(said.findings).toMatchObject([{ severity: 'low' }])
    expect(said.findings[0]!.evidence.map(({ line }) => line)).toEqual([501])
  })

  it('goes on from file to file', async () => {
    const files = {
      'access.log.2': LINES.slice(0, 300),
      'access.log.1': LINES.slice(300, 600),
      'access.log': LINES.slice(600),
    }
    expect(codesOf(await integrityOf(files))).toEqual([])
    const { 'access.log.1': gone, ...rest } = files
    const said = await integrityOf(rest)
    expect(said.intervals.find(({ code }) => code === 'sequence-numbers')).toMatchObject({
      state: 'missing',
      lost: { least: gone.length },
    })
  })

  it('begins again with the server', async () => {
    const again = counted(traffic(500, 10_000, Date.UTC(2021, 7, 12)))
    expect(codesOf(await integrityOf({ 'access.log': [...LINES, ...again] }))).toEqual([])
  })
})

describe('the sequence ids of syslog', () => {
  const message = (line: string, id: number, program = 'nginx') =>
    `<190>1 2021-08-11T10:00:00.123Z web-1 ${program} 812 - [origin ip="192.0.2.1"][meta sysUpTime="37" sequenceId="${id}"] ${line}`
  const messages = traffic(1000).map((line, k) => message(line, 1 + k))

  it('are all there in a whole log, whatever other programs say in between', async () => {
    expect(codesOf(await integrityOf({ 'access.log': messages }))).toEqual([])
    const mixed = traffic(1000).flatMap((line, k) => [
      message(line, 1 + 2 * k),
      message('CRON session opened', 2 + 2 * k, 'cron'),
    ])
    expect(codesOf(await integrityOf({ syslog: mixed }))).toEqual([])
  })

  it('show a stretch that is absent, and do not claim that it was of requests', async () => {
    const mixed = traffic(1000).flatMap((line, k) => [
      message(line, 1 + 2 * k),
      message('CRON session opened', 2 + 2 * k, 'cron'),
    ])
    const said = await integrityOf({ syslog: mixed.toSpliced(1001, 9) })
    expect(codesOf(said)).toEqual(['sequence-numbers'])
    expect(said.findings).toMatchObject([{ measures: { count: 1, lostLeast: 0, lostMost: 9 } }])
    expect(said.findings[0]!.evidence.map(({ line }) => line)).toEqual([1002])
    expect(said.intervals[0]).toMatchObject({
      from: '2021-08-11T09:23:20.000Z',
      state: 'degraded',
      lost: { least: 0, most: 9 },
      text: "in S1 9 numbers of the sender's count of syslog messages are absent, from 1002 to 1010",
    })
  })

  it('bound what a silence has lost', async () => {
    const { intervals } = await integrityOf({ 'access.log': messages.toSpliced(500, 40) })
    expect(intervals[0]).toMatchObject({ from: '2021-08-11T09:23:10.000Z', lost: { most: 40 } })
  })

  it('go on from file to file, and begin again behind the largest', async () => {
    const files = { 'access.log.1': messages.slice(0, 400), 'access.log': messages.slice(430) }
    const { intervals } = await integrityOf(files)
    expect(intervals.map(({ text }) => text)).toContain(
      "between S1 and S2 30 numbers of the sender's count of syslog messages are absent, from 401 to 430",
    )
    const wrapped = traffic(600).map((line, k) => message(line, k < 300 ? 2_147_483_348 + k : k - 299))
    expect(codesOf(await integrityOf({ 'access.log': wrapped }))).toEqual([])
  })

  it('are of no use where other messages go to another file', async () => {
    const some = messages.filter((_, k) => k % 50 !== 7)
    const said = await integrityOf({ 'access.log': some })
    expect(codesOf(said)).toEqual([])
    expect(said.logs[0]!.notTested.map(({ text }) => text).join()).toContain('the sender counts messages')
  })

  it('are those of the head: what a request says is no id', async () => {
    const claimed = traffic(300).map((line, k) => line.replace('Mozilla', `[meta sequenceId="${9 * k}"]`))
    expect(codesOf(await integrityOf({ 'access.log': claimed }))).toEqual([])
    const within = claimed.map((line) => `<190>1 2021-08-11T10:00:00Z web-1 nginx 812 - - ${line}`)
    expect(codesOf(await integrityOf({ 'access.log': within }))).toEqual([])
  })
})

describe("nginx's numbers of connections and of requests within them", () => {
  const format =
    '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $connection $connection_requests'
  /** Twenty connections at a time, of fifty requests each. */
  const lines = traffic(1000).map((line, k) => `${line} ${1 + (k % 20)} ${1 + Math.floor(k / 20)}`)

  it('are all there in a whole log', async () => {
    expect(codesOf(await integrityOf({ 'access.log': lines }, { format }))).toEqual([])
  })

  it('show requests that are absent between others of their connection', async () => {
    const said = await integrityOf({ 'access.log': lines.toSpliced(500, 5) }, { format })
    expect(codesOf(said)).toEqual(['sequence-numbers'])
    expect(said.findings).toMatchObject([{ measures: { lostLeast: 5, count: 5 } }])
  })

  it('miss nothing where lines were copied, nor where the server begins anew', async () => {
    const copied = lines.toSpliced(700, 0, ...lines.slice(0, 60))
    const said = await integrityOf({ 'access.log': copied }, { format })
    expect(codesOf(said)).not.toContain('sequence-numbers')
    const again = traffic(400, 10_000, Date.UTC(2021, 7, 12)).map(
      (line, k) => `${line} ${1 + (k % 20)} ${1 + Math.floor(k / 20)}`,
    )
    expect(codesOf(await integrityOf({ 'access.log': [...lines, ...again] }, { format }))).toEqual([])
  })

  it('do not miss what is before the log, nor connections of which nothing is there', async () => {
    expect(codesOf(await integrityOf({ 'access.log': lines.slice(130) }, { format }))).toEqual([])
    const gone = lines.filter((line) => !/ 7 \d+$/.test(line))
    expect(codesOf(await integrityOf({ 'access.log': gone }, { format }))).toEqual([])
  })
})
