import { describe, expect, it } from 'vitest'
import { codesOf, HOUR, integrityOf, lineOf, MINUTE, START, traffic } from './traced.js'

const LINES = traffic(1000)

/** Lines from one to another have their clock changed. */
function shifted(from: number, to: number, ms: number): string[] {
  return LINES.map((line, k) => (k >= from && k < to ? lineOf(k, START + k * 10_000 + ms) : line))
}

describe('a clock', () => {
  it.each([
    ['an hour ahead', HOUR, 'low'],
    ['an hour behind', -HOUR, 'low'],
    ['25 minutes ahead', 25 * MINUTE, 'medium'],
    ['25 minutes behind', -25 * MINUTE, 'medium'],
    ['three days ahead', 72 * HOUR, 'medium'],
  ])('that is %s for a stretch is found, with its lines and by how much', async (_, ms, severity) => {
    const said = await integrityOf({ 'access.log': shifted(400, 600, ms) })
    expect(codesOf(said)).toEqual(['clock-step'])
    expect(said.findings).toMatchObject([
      { kind: 'log-tampering', severity, measures: { test: 'clock-step', firstLine: 401, lastLine: 600 } },
    ])
    const { clockOffMs } = said.findings[0]!.measures
    expect(Math.abs(clockOffMs! - ms)).toBeLessThanOrEqual(35 * MINUTE * Number(Math.abs(ms) > HOUR) + MINUTE)
  })

  it('that steps back once is told with the time until it caught up', async () => {
    const lines = LINES.map((line, k) => (k < 500 ? line : lineOf(k, START + k * 10_000 - 20 * MINUTE)))
    const said = await integrityOf({ 'access.log': lines })
    expect(said.findings).toMatchObject([{ severity: 'low', measures: { firstLine: 501, lastLine: 559 } }])
    expect(said.findings[0]!.evidence.map(({ line }) => line)).toEqual([500, 501])
  })

  it('that local time sets back in autumn is daylight saving, and no finding', async () => {
    // two hours of Sunday, 31 October 2021, in a zone that is not said: 01:00 to 02:59, then 02:00 on again
    const start = Date.UTC(2021, 9, 31, 1)
    const local = Array.from({ length: 1500 }, (_, k) => {
      const time = start + k * 10_000 - (k < 720 ? 0 : HOUR)
      const iso = new Date(time).toISOString()
      return `${iso.slice(0, 10)} ${iso.slice(11, 19)} 198.51.100.${k % 200} GET /item/${k} - 200 ${1000 + k}`
    })
    const format = '%{%Y-%m-%d %H:%M:%S}t %h %m %U %u %>s %b'
    const said = await integrityOf({ 'access.log': local }, { format })
    expect(codesOf(said)).toEqual(['daylight-saving'])
    expect(said.findings).toEqual([])
  })

  it.each(['2021-10-31', '2021-03-28'])(
    'of local time in a zone that is said has an hour twice or not at all on %s: no gap and no finding',
    async (day) => {
      // what a clock on the wall in Berlin shows from midnight UTC on, every 10 s for six hours
      const clock = new Intl.DateTimeFormat('sv-SE', {
        timeZone: 'Europe/Berlin',
        dateStyle: 'short',
        timeStyle: 'medium',
      })
      const local = Array.from({ length: 6 * 360 }, (_, k) => {
        const time = Date.parse(`${day}T00:00:00Z`) - 2 * HOUR + k * 10_000
        return `${clock.format(time)} 198.51.100.${k % 200} GET /item/${k} - 200 ${1000 + k}`
      })
      const format = '%{%Y-%m-%d %H:%M:%S}t %h %m %U %u %>s %b'
      const said = await integrityOf({ 'access.log': local }, { format, timezone: 'Europe/Berlin' })
      expect(said.findings).toEqual([])
      expect(said.report.findings.filter(({ kind }) => kind === 'log-gap')).toEqual([])
      expect(said.logs[0]!.intervals.filter(({ state }) => state === 'missing')).toEqual([])
    },
  )

  it('is not in question for requests that took long, where the start is stamped', async () => {
    const slow = [100, 400, 700].reduce(
      (lines, k) => lines.toSpliced(k + 210, 0, lineOf(5000 + k, START + k * 10_000)),
      LINES,
    )
    const said = await integrityOf({ 'access.log': slow })
    expect(said.findings).toEqual([])
    expect(said.remarks.map(({ text }) => text)).toEqual([
      'in S1 3 records stand one by one behind those around, at most by 34 min 50 s, as requests do that take long where a server stamps their start',
    ])
  })

  it('is not in question for disorder within the horizon, nor for a silence', async () => {
    const late = LINES.toSpliced(500, 1).toSpliced(540, 0, LINES[500]!)
    expect(codesOf(await integrityOf({ 'access.log': late }))).toEqual([])
    const silent = LINES.filter((_, k) => k < 300 || k > 700)
    expect(codesOf(await integrityOf({ 'access.log': silent }))).toEqual([])
  })

  it('is several where lines of servers were put together without sorting', async () => {
    const mixed = LINES.map((line, k) => (k % 50 < 25 ? line : lineOf(k, START + k * 10_000 - 2 * HOUR)))
    const said = await integrityOf({ 'access.log': mixed })
    expect(said.findings).toHaveLength(1)
    expect(said.findings[0]!.summary).toMatch(/time goes back \d+ times/)
  })
})

describe('lines that come again', () => {
  it('right behind the first time are remarked as written twice: usually by a server that was told so', async () => {
    const said = await integrityOf({ 'access.log': LINES.flatMap((line) => [line, line]) })
    expect(said.findings).toEqual([])
    expect(said.remarks.map(({ text }) => text)).toEqual([
      'in S1 about 1,000 lines are the same as the one before, first line 2: a server that logs twice, or two copies merged by time; those records count twice',
    ])
  })

  it('are those of a client in haste where they are of one kind', async () => {
    const haste = LINES.flatMap((line, k) => (k > 300 && k < 400 ? Array(30).fill(line) : [line]))
    const load = [...LINES.slice(0, 500), ...Array(2000).fill(LINES[500]!), ...LINES.slice(501)]
    expect((await integrityOf({ 'access.log': load })).findings).toEqual([])
    expect((await integrityOf({ 'access.log': haste })).findings).toEqual([])
  })

  it('are found with their places and those of the first time, and no clock is blamed', async () => {
    const said = await integrityOf({ 'access.log': LINES.toSpliced(600, 0, ...LINES.slice(300, 400)) })
    expect(said.findings).toMatchObject([
      {
        severity: 'medium',
        measures: { test: 'repeated-block', firstLine: 601, lastLine: 700, countedTwice: 100 },
      },
    ])
    expect(said.findings[0]!.summary).toContain('are those of 301 to 400 again')
    expect(said.findings[0]!.evidence[0]!.line).toBe(602)
  })

  it('are found in logs of which only some records are compared', async () => {
    const many = traffic(30_000, 500)
    const said = await integrityOf({ 'access.log': many.toSpliced(20_000, 0, ...many.slice(18_000, 20_000)) })
    const { firstLine, lastLine } = said.findings[0]!.measures
    expect(said.findings).toHaveLength(1)
    expect(firstLine).toBeGreaterThan(20_000)
    expect(firstLine).toBeLessThan(20_100)
    expect(lastLine).toBeGreaterThan(21_900)
    expect(lastLine).toBeLessThanOrEqual(22_000)
  })

  it.each([
    [
      'health checks that look the same within a second',
      LINES.flatMap((line, k) => {
        const check = lineOf(0, START + k * 10_000, {
          target: '/health',
          client: '192.0.2.1',
          bytes: 2,
          agent: 'probe',
        })
        return [check, line, check, check]
      }),
    ],
    [
      'a load test with the same request many times a second',
      Array.from({ length: 3000 }, (_, k) => lineOf(0, START + 1000 * Math.floor(k / 50))),
    ],
    [
      'a client that asks for the same three things all the time',
      Array.from({ length: 3000 }, (_, k) =>
        lineOf(k % 3, START + 1000 * Math.floor(k / 9), { target: `/${k % 3}` }),
      ),
    ],
  ])('are not %s', async (_, lines) => {
    expect(codesOf(await integrityOf({ 'access.log': lines }))).toEqual([])
  })
})

describe('two sources', () => {
  it('with the same lines are found, and how many count twice', async () => {
    const said = await integrityOf({ 'a/access.log': LINES, 'b/access.log': LINES.slice(700) })
    expect(said.findings).toMatchObject([
      { severity: 'low', measures: { test: 'overlapping-sources', countedTwice: 300 } },
    ])
  })

  it('of which one holds the lines of two are found', async () => {
    const odd = LINES.filter((_, k) => k % 2 === 1)
    const even = LINES.filter((_, k) => k % 2 === 0)
    const said = await integrityOf({ 'all.log': LINES, 'a/access.log': odd, 'b/access.log': even })
    expect(said.findings.map(({ measures }) => measures.test)).toEqual([
      'overlapping-sources',
      'overlapping-sources',
    ])
  })

  it('that got the same checks in the same seconds are two', async () => {
    const of = (server: number) =>
      LINES.flatMap((_, k) => [
        lineOf(0, START + k * 10_000, {
          target: `/health/${k % 3}`,
          client: '192.0.2.1',
          bytes: 2,
          agent: 'probe',
        }),
        ...(k % 20 === 0 ? [lineOf(server * 5000 + k, START + k * 10_000 + 1000)] : []),
      ])
    expect(codesOf(await integrityOf({ 'a/access.log': of(0), 'b/access.log': of(1) }))).toEqual([])
  })

  it('that follow each other are one log', async () => {
    const said = await integrityOf({ 'access.log.1': LINES.slice(0, 500), 'access.log': LINES.slice(500) })
    expect(codesOf(said)).toEqual([])
    expect(said.logs).toMatchObject([{ log: 'L1', records: 1000 }])
  })
})

describe('a rotation series', () => {
  const part = (k: number) => LINES.slice(100 * k, 100 * (k + 1))

  it('without one of its numbers has a hole between the neighbours', async () => {
    const said = await integrityOf({
      'access.log.3': part(0),
      'access.log.1': part(4),
      'access.log': part(5),
    })
    expect(codesOf(said)).toEqual(['rotation-hole'])
    expect(said.intervals).toMatchObject([
      {
        from: '2021-08-11T08:16:30.000Z',
        to: '2021-08-11T09:06:40.000Z',
        state: 'missing',
      },
    ])
    // its rhythm bounds what the hole alone does not
    const { least, most } = said.intervals[0]!.lost
    expect(least).toBeLessThanOrEqual(300)
    expect(most).toBeGreaterThanOrEqual(300)
    expect(said.findings).toMatchObject([{ kind: 'log-gap', severity: 'medium' }])
    expect(said.findings[0]!.summary).toContain('number 2')
  })

  it('misses the file before the live one too', async () => {
    const said = await integrityOf({
      'access.log.3': part(0),
      'access.log.2': part(1),
      'access.log': part(6),
    })
    expect(said.findings[0]!.summary).toContain('number 1')
  })

  it('without a day among days has a hole', async () => {
    const day = (k: number) => traffic(200, 400_000, Date.UTC(2021, 7, k))
    const files = Object.fromEntries([10, 11, 12, 14, 15].map((k) => [`access-2021-08-${k}.log`, day(k)]))
    const said = await integrityOf(files)
    expect(codesOf(said)).toEqual(['rotation-hole'])
    expect(said.findings[0]!.summary).toContain('2021-08-13')
  })

  it('lacks no file that was handed in, whatever is in it', async () => {
    const files = {
      'access.log.4': part(0),
      'access.log.3': Buffer.from('nothing of a log\n'.repeat(20)),
      'access.log.2': part(1).map((line) => line.replace(/ "[^"]*" "[^"]*"$/, '')),
      'access.log.1': Buffer.alloc(0),
      'access.log': part(2),
    }
    const said = await integrityOf(files)
    expect(codesOf(said)).not.toContain('rotation-hole')
    expect(said.logs.filter(({ records }) => records > 0)).toHaveLength(1)
  })

  it('whose records go on without a silence only lacks a number', async () => {
    const said = await integrityOf({
      'access.log.3': part(0),
      'access.log.1': part(1),
      'access.log': part(2),
    })
    expect(said.remarks).toMatchObject([{ code: 'rotation-hole' }])
    expect(said.findings).toEqual([])
  })

  it('by dates as there was something to log has no step', async () => {
    const day = (k: number) => traffic(200, 100_000, Date.UTC(2021, 7, k))
    const files = Object.fromEntries([10, 11, 14, 20, 21].map((k) => [`access-2021-08-${k}.log`, day(k)]))
    expect(codesOf(await integrityOf(files))).toEqual([])
  })
})

describe('lines that a server cannot have written', () => {
  const withStatus = (count: number, bytesOf: (k: number) => number | undefined) => {
    const some = Array.from({ length: count }, (_, k) => {
      const bytes = bytesOf(k)
      return lineOf(k, START + k * 10_000, {
        status: 304,
        ...(bytes === undefined ? { bytes: undefined } : { bytes }),
      } as never)
    })
    return some
  }

  it('are answers 304 with a body where all others have none', async () => {
    const said = await integrityOf({ 'access.log': withStatus(500, (k) => (k === 77 ? 5120 : undefined)) })
    expect(said.findings).toMatchObject([
      { severity: 'low', measures: { test: 'impossible-line', firstLine: 78 } },
    ])
  })

  it('are not sizes that count headers: then all have some', async () => {
    expect(codesOf(await integrityOf({ 'access.log': withStatus(500, () => 310) }))).toEqual([])
  })
})
