import { describe, expect, it } from 'vitest'
import { answerSentences } from '../../src/emit/answer-sentences.js'
import { type ClosureAnswer, type EvidenceReference, investigate } from '../../src/index.js'
import { combinedLine, stream, textOf } from '../laws/support.js'

const CLOSED = Date.parse('2021-08-14T12:00:00Z')
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DOOR = '/gateway/test/export'

type Line = Parameters<typeof combinedLine>[0]
type Answer = ClosureAnswer<EvidenceReference>

/** A request so many minutes from the closing. */
function at(
  minutes: number,
  status: number,
  change: { [Key in keyof Line]?: Line[Key] | undefined } = {},
): Line {
  const bytes = status === 200 ? 40_000 : 153
  return {
    time: CLOSED + minutes * MINUTE,
    client: '198.51.100.7',
    target: DOOR,
    status,
    bytes,
    ...change,
  } as Line
}

/** Others' traffic: a page a minute, from 20 hours before the closing to 20 after it. */
const TRAFFIC: Line[] = Array.from({ length: 2400 }, (_, n) => ({
  time: CLOSED - 20 * HOUR + n * MINUTE + (n % 7) * 1000,
  client: `203.0.113.${n % 90}`,
  target: `/page/${n % 40}`,
  status: n % 50 === 0 ? 404 : 200,
  bytes: n % 50 === 0 ? 196 : 5000 + (n % 900),
}))
const BEFORE = [-300, -200, -100].map((minutes) => at(minutes, 200, { bytes: 40_000 - minutes }))

async function answersOf(lines: readonly Line[], caseFile: object = {}, traffic = TRAFFIC) {
  const sorted = [...traffic, ...lines].sort((a, b) => a.time - b.time)
  const evidence = [stream('access.log', textOf(sorted.map(combinedLine)), 65_536)]
  const entryPoints = [{ id: 'door', path: DOOR, closed: { from: new Date(CLOSED).toISOString() } }]
  const run = investigate({ evidence, case: { entryPoints, ...caseFile }, format: 'apache-combined' })
  return (await run.report()).answers
}

async function closing(lines: readonly Line[], caseFile: object = {}, traffic = TRAFFIC): Promise<Answer> {
  return (await answersOf(lines, caseFile, traffic)).closure[0]!
}

const codes = ({ basis }: Answer) => basis.map(({ code }) => code)
const remarks = (answer: { remarks: readonly { code: string }[] }) => answer.remarks.map(({ code }) => code)

describe('a door that was declared closed', () => {
  it('is violated by one request that was served', async () => {
    const answer = await closing([...BEFORE, at(120, 403), at(180, 200)])
    expect(answer).toMatchObject({ verdict: 'violated', after: { requests: 2, served: 1, denied: 1 } })
    expect(answer.evidence).toHaveLength(1)
    expect(answer.evidence[0]!.text).toContain(DOOR)
    expect(answer.findings).toHaveLength(1)
  })

  it('is violated through another spelling that begins a second after it and goes on', async () => {
    const spelled = Array.from({ length: 20 }, (_, n) =>
      at((1 + n * 20) / 60, 200, { target: '/gateway//test/%65xport' }),
    )
    const answer = await closing([...BEFORE, ...spelled])
    expect(answer.verdict).toBe('violated')
    expect(answer.after.inFlight).toBeGreaterThan(0)
    expect(answer.after.spellings).toEqual(['/gateway//test/%65xport'])
  })

  it('held where all attempts were denied, with what three more would prove', async () => {
    const attempts = Array.from({ length: 30 }, (_, n) => at(10 + n, 403, { client: `198.51.100.${n % 4}` }))
    const answer = await closing([...BEFORE, ...attempts])
    expect(answer).toMatchObject({
      verdict: 'held',
      after: { requests: 30, denied: 30, principals: 4 },
      numbers: { successAtMost: 0.1 },
      measured: {
        verdict: 'as-declared',
        lastServed: '2021-08-14T10:20:00.000Z',
        firstDenied: '2021-08-14T12:10:00.000Z',
      },
    })
  })

  it('held though somebody was redirected and another asked by HEAD: those carry nothing', async () => {
    const answer = await closing([
      ...BEFORE,
      at(20, 403),
      at(30, 302),
      at(40, 200, { method: 'HEAD', bytes: 0 }),
    ])
    expect(answer).toMatchObject({ verdict: 'held', after: { denied: 1, unclear: 2 } })
  })

  it('knows each of many users, and each of many routes that they went on to', async () => {
    const many = Array.from({ length: 200 }, (_, n) => `198.51.${n % 7}.${n}`)
    const lines = many.flatMap((client, n) => [
      at(-60, 200, { client }),
      at(-50, 200, { client, target: `/list/of-${n}` }),
      at(-5, 200, { client, target: '/pages/home' }),
      at(5, 200, { client, target: '/pages/home' }),
      at(10, 200, { client, target: `/list/of-${n}` }),
    ])
    const { carryOver, egress, egressCount } = await closing(lines)
    expect(carryOver).toMatchObject({ usersBefore: 200, sessions: 200, served: 400 })
    expect(egress[0]).toMatchObject({ route: 'GET /pages/home', principals: 200, served: 200 })
    expect(egressCount).toBe(201)
  })

  it('is told by host and port, where one answers and another denies', async () => {
    const lines = [
      ...[...TRAFFIC, ...BEFORE].map((line) => ({ line, host: 'gw.example:443' })),
      { line: at(20, 403), host: 'gw.example:443' },
      { line: at(30, 200), host: 'GW.Example:8443' },
      { line: at(40, 403), host: 'gw.example:443' },
    ].sort((a, b) => a.line.time - b.line.time)
    const text = textOf(lines.map(({ line, host }) => `${host} ${combinedLine(line)}`))
    const entryPoints = [
      { id: 'door', path: DOOR, host: 'gw.example', closed: { from: new Date(CLOSED).toISOString() } },
    ]
    const evidence = [stream('access.log', text, 65_536)]
    const report = await investigate({ evidence, case: { entryPoints } }).report()
    expect(report.answers.closure[0]).toMatchObject({
      verdict: 'violated',
      after: {
        hosts: [
          { host: 'gw.example:8443', requests: 1, answered: 1, denied: 0 },
          { host: 'gw.example:443', requests: 2, answered: 0, denied: 2 },
        ],
        hostCount: 2,
      },
    })
    const told = answerSentences(report).map((it) => it.text)
    expect(told.join(' ')).toContain('Answered at gw.example:8443, only denied at gw.example:443.')
  })

  it('tells some hosts apart and counts the rest, of a client that sends what it likes', async () => {
    const lines = [
      ...[...TRAFFIC, ...BEFORE].map((line) => ({ line, host: 'gw.example' })),
      ...Array.from({ length: 100 }, (_, n) => ({ line: at(20 + n, 403), host: `h${n}.example` })),
    ].sort((a, b) => a.line.time - b.line.time)
    const text = textOf(lines.map(({ line, host }) => `${host} ${combinedLine(line)}`))
    const entryPoints = [{ id: 'door', path: DOOR, closed: { from: new Date(CLOSED).toISOString() } }]
    const evidence = [stream('access.log', text, 65_536)]
    const report = await investigate({ evidence, case: { entryPoints } }).report()
    const { after } = report.answers.closure[0]!
    expect(after).toMatchObject({ requests: 100, hostCount: 64 })
    expect(after.hosts).toHaveLength(20)
    expect(report.reading.bounds.map(({ name }) => name)).toContain('closure: hosts of doors')
  })

  it('is tried by as many as there are where their tokens were not logged', async () => {
    const caddy = (time: number, client: string, status: number) =>
      JSON.stringify({
        level: 'info',
        ts: time / 1000,
        logger: 'http.log.access',
        msg: 'handled request',
        request: {
          remote_ip: client,
          remote_port: '4711',
          client_ip: client,
          proto: 'HTTP/2.0',
          method: 'GET',
          host: 'gw.example',
          uri: DOOR,
          headers: { Authorization: ['REDACTED'], 'User-Agent': ['curl/8.5.0'] },
        },
        bytes_read: 0,
        duration: 0.001,
        size: status === 200 ? 40_000 : 153,
        status,
      })
    const text = textOf([
      caddy(CLOSED - HOUR, '198.51.100.200', 200),
      ...Array.from({ length: 59 }, (_, n) => caddy(CLOSED + (10 + n) * MINUTE, `198.51.100.${n}`, 403)),
    ])
    const entryPoints = [{ id: 'door', path: DOOR, closed: { from: new Date(CLOSED).toISOString() } }]
    const evidence = [stream('access.log', text, 65_536)]
    const { answers } = await investigate({ evidence, case: { entryPoints } }).report()
    expect(answers.closure[0]!.after).toMatchObject({ requests: 59, principals: 59 })
    expect(answers.closure[0]!.carryOver.tokens).toBe(0)
  })

  it('was not exercised where nobody tried: silence confirms nothing', async () => {
    const answer = await closing(BEFORE)
    expect(answer).toMatchObject({ verdict: 'not-exercised', numbers: { successAtMost: null } })
  })

  it.each([
    ['a listing', at(30, 207, { method: 'PROPFIND', bytes: 200_000 })],
    ['what was taken in and answered at length', at(30, 202, { bytes: 200_000 })],
    ['a query', at(30, 200, { method: 'QUERY', bytes: 200_000 })],
    ['a function that answers nothing', at(30, 200, { method: 'POST', bytes: 0 })],
  ])('cannot be told to have held with %s answered with success', async (_, line) => {
    const answer = await closing([...BEFORE, at(20, 403), line])
    expect(['unverifiable', 'violated']).toContain(answer.verdict)
  })

  /** The logs of two servers, of which one has the door. */
  async function ofTwo(own: readonly Line[]): Promise<Answer> {
    const evidence = [
      stream('web-1/access.log', textOf(own.map(combinedLine)), 65_536),
      stream('web-2/access.log', textOf(TRAFFIC.map(combinedLine)), 65_536),
    ]
    const entryPoints = [{ id: 'door', path: DOOR, closed: { from: new Date(CLOSED).toISOString() } }]
    const run = investigate({ evidence, case: { entryPoints }, format: 'apache-combined' })
    return (await run.report()).answers.closure[0]!
  }

  it('cannot be told to have held where the one log that had it ends before the closing', async () => {
    const answer = await ofTwo(BEFORE)
    expect(answer.verdict).toBe('unverifiable')
    expect(codes(answer)).toContain('source-ended')
  })

  it('cannot be told to have held where the one log that has it begins after the closing', async () => {
    const answer = await ofTwo([at(600, 403), at(700, 403)])
    expect(answer.verdict).toBe('unverifiable')
    expect(codes(answer)).toContain('closing-not-covered')
  })

  it('is measured to the second where answers turn within a minute', async () => {
    const lines = [at(5, 200), at(5.25, 200), at(5.5, 403), at(5.7, 403), at(5.9, 403), at(6, 403)]
    expect((await closing([...BEFORE, ...lines])).measured).toEqual({
      verdict: 'later',
      lastServed: '2021-08-14T12:05:15.000Z',
      firstDenied: '2021-08-14T12:05:30.000Z',
      differenceMs: 5.25 * MINUTE,
    })
  })

  it('is not measured by answers of the size of a denial', async () => {
    const soft = Array.from({ length: 40 }, (_, n) => at(20 + n * 10, 200, { bytes: 153 }))
    const { after, measured } = await closing([...BEFORE, ...soft, at(500, 403)])
    expect(after).toMatchObject({ served: 0, softDenied: 40 })
    expect(measured.verdict).not.toBe('later')
  })

  it('that was fixed and is still tried does not go on', async () => {
    const tries = Array.from({ length: 60 }, (_, n) => at(90 + n * 18, 403))
    const { dateRange, ongoing } = await answersOf([...BEFORE, at(62, 200), at(80, 200), ...tries])
    expect(dateRange).toMatchObject({ first: '2021-08-14T13:02:00.000Z', last: '2021-08-14T13:20:00.000Z' })
    expect(ongoing.verdict).not.toBe('continues')
  })

  it.each([
    ['200s of the size of a denial', [at(20, 403), at(30, 200, { bytes: 153 })]],
    ['200s without a size', [at(20, 403), at(30, 200, { bytes: undefined })]],
    ['redirects alone', [at(20, 302), at(30, 302)]],
  ])('cannot be told to have held with %s', async (_, lines) => {
    const answer = await closing([...BEFORE, ...lines])
    expect(answer.verdict).toBe('unverifiable')
    expect(codes(answer)).toContain('answers-unclear')
  })

  it('cannot be told where the log is missing over the closing', async () => {
    const holed = TRAFFIC.filter(({ time }) => Math.abs(time - CLOSED) > 2 * HOUR)
    const answer = await closing([...BEFORE.slice(0, 1), at(180, 403)], {}, holed)
    expect(answer.verdict).toBe('unverifiable')
    expect(codes(answer)).toEqual(['closing-not-covered'])
  })

  it('held all the same with a hole long after it, and says so', async () => {
    const holed = TRAFFIC.filter(({ time }) => time < CLOSED + 8 * HOUR || time > CLOSED + 12 * HOUR)
    const answer = await closing([...BEFORE, at(20, 403), at(900, 403)], {}, holed)
    expect(answer.verdict).toBe('held')
    expect(codes(answer)).toEqual(['all-denied', 'gaps-in-period'])
    expect(answer.restsOn.gapCount).toBe(1)
  })

  it('cannot be told by a rule with a host on records without one', async () => {
    const entryPoints = [
      { id: 'door', path: DOOR, host: 'gw.example', closed: { from: new Date(CLOSED).toISOString() } },
    ]
    const { closure, entryPoints: uses } = await answersOf([...BEFORE, at(20, 403)], { entryPoints })
    expect(codes(closure[0]!)).toContain('host-not-logged')
    expect(remarks(uses[0]!)).toEqual(['never-matched', 'host-not-logged'])
  })

  it('cannot be told from a log that never denies anything', async () => {
    const answer = await closing(
      BEFORE,
      {},
      TRAFFIC.filter(({ status }) => status === 200),
    )
    expect(codes(answer)).toEqual(['denials-not-logged'])
  })

  it('is judged for each period alone, and may be open between them', async () => {
    const iso = (minutes: number) => new Date(CLOSED + minutes * MINUTE).toISOString()
    const entryPoints = [
      { id: 'door', path: DOOR, closed: [{ from: iso(0), to: iso(120) }, { from: iso(240) }] },
    ]
    const lines = [
      ...BEFORE,
      at(30, 403),
      at(60, 403),
      at(150, 200),
      at(200, 200),
      at(300, 403),
      at(400, 200),
    ]
    const { closure } = await answersOf(lines, { entryPoints })
    expect(closure.map(({ verdict, after }) => [verdict, after.requests])).toEqual([
      ['held', 2],
      ['violated', 2],
    ])
  })
})

describe('other ways', () => {
  it.each([
    ['version', '/v2/gateway/test/export'],
    ['case', '/Gateway/Test/Export'],
    ['extension', '/gateway/test/export.csv'],
    ['prefix', '/old/gateway/test/export'],
    ['prefix', '/test/export'],
  ])('are aliases: %s, %s', async (kind, target) => {
    const answer = await closing([...BEFORE, at(20, 403), at(60, 200, { target }), at(70, 200, { target })])
    expect(answer.verdict).toBe('held')
    expect(codes(answer)).toContain('alias-served')
    expect(answer.aliases).toMatchObject([{ kind, requests: 2, served: 2, principals: 1 }])
    expect(answer.aliases[0]!.evidence).toHaveLength(2)
  })

  it.each(['/export', '/gateway/test/exports', '/gateway/test', '/gateway/test/export/page'])(
    'are none that only look alike: %s',
    async (target) => {
      const answer = await closing([...BEFORE, at(20, 403), at(60, 200, { target })])
      expect(answer.aliases).toEqual([])
    },
  )

  it('are a method that the rule leaves out, and one that is hidden in the query', async () => {
    const entryPoints = [
      { id: 'door', path: DOOR, method: 'GET', closed: { from: new Date(CLOSED).toISOString() } },
    ]
    const post = at(60, 200, { method: 'POST' })
    const lines = [
      ...BEFORE,
      at(20, 403),
      post,
      { ...post, time: post.time + 1000, target: `${DOOR}?_method=GET` },
    ]
    const { closure } = await answersOf(lines, { entryPoints })
    expect(closure[0]!.aliases.map(({ kind }) => kind).sort()).toEqual(['method', 'method-override'])
  })
})

describe('those who had used the door', () => {
  it('are followed: where they went on, and where nobody had been before', async () => {
    const lines = [
      ...BEFORE,
      at(-150, 200, { target: '/customers/list' }),
      at(20, 403),
      at(25, 200, { target: '/customers/list' }),
      at(26, 200, { target: '/new/door' }),
    ]
    const answer = await closing(lines)
    expect(answer.successors).toMatchObject([{ route: 'GET /new/door', served: 1, principals: 1 }])
    expect(answer.egress).toMatchObject([{ route: 'GET /customers/list', served: 1 }])
    // an address in another session is nobody that is known
    expect(answer.carryOver).toMatchObject({ usersBefore: 1, tokens: 0, sessions: 0 })
  })

  it('within a session that was open across the closing are carried over', async () => {
    const answer = await closing([...BEFORE, at(-10, 200), at(5, 200, { target: '/customers/list' })])
    expect(answer.carryOver).toMatchObject({ sessions: 1, tokens: 0, served: 1 })
    expect(answer.carryOver.evidence).toHaveLength(1)
  })

  it('as named users are carried over whenever they come', async () => {
    const user = { user: 'alice' }
    const answer = await closing([at(-200, 200, user), at(600, 200, { ...user, target: '/customers/list' })])
    expect(answer.carryOver).toMatchObject({ tokens: 1, served: 1, last: '2021-08-14T22:00:00.000Z' })
  })
})

describe('declarations that cannot be right', () => {
  const closed = (iso: string) => ({ entryPoints: [{ id: 'door', path: DOOR, closed: { from: iso } }] })

  it('before the log begins', async () => {
    const answer = await closing([at(10, 403)], closed('2021-08-01T00:00:00Z'))
    expect(answer.verdict).toBe('unverifiable')
    expect(remarks(answer)).toContain('closing-before-log')
  })

  it('behind its end', async () => {
    const answer = await closing(BEFORE, closed('2021-09-01T00:00:00Z'))
    expect(answer.verdict).toBe('unverifiable')
    expect(remarks(answer)).toEqual(['closing-after-log'])
  })

  it('in another zone than the log: later than declared', async () => {
    const around = [...BEFORE, at(-4, 200), at(3, 403), at(60, 403)]
    const answer = await closing(around, closed('2021-08-14T10:00:00Z'))
    expect(answer).toMatchObject({ verdict: 'violated', measured: { verdict: 'later' } })
    expect(remarks(answer)).toEqual(['shifted-by-hours'])
    expect(answer.remarks[0]!.text).toContain('2 h later')
  })

  it('in another zone than the log: earlier than declared', async () => {
    const around = [...BEFORE, at(-4, 200), at(3, 403), at(60, 403), at(300, 403)]
    const answer = await closing(around, closed('2021-08-14T14:00:00Z'))
    expect(answer).toMatchObject({ verdict: 'held', measured: { verdict: 'earlier' } })
    expect(remarks(answer)).toEqual(['shifted-by-hours', 'closed-earlier'])
  })

  it('of a door that no line ever matched, of one rule twice, of rules that overlap', async () => {
    const entryPoints = [
      { id: 'a', path: DOOR },
      { id: 'b', path: DOOR },
      { id: 'c', prefix: '/gateway' },
      { id: 'd', path: '/gateway/tset/export' },
    ]
    const { entryPoints: uses } = await answersOf([...BEFORE, at(20, 403)], { entryPoints })
    expect(uses.map((use) => [use.entryPoint, use.verdict, remarks(use)])).toEqual([
      ['a', 'served', ['duplicate-rule', 'overlapping-entry-points']],
      ['b', 'served', ['duplicate-rule', 'overlapping-entry-points']],
      ['c', 'served', ['overlapping-entry-points', 'overlapping-entry-points']],
      ['d', 'untouched', ['never-matched']],
    ])
  })
})

describe('the answer', () => {
  it('is the same however the lines are spread over files', async () => {
    const lines = [...TRAFFIC, ...BEFORE, at(20, 403), at(60, 200, { target: `/v2${DOOR}` }), at(70, 200)]
    const sorted = lines.sort((a, b) => a.time - b.time).map(combinedLine)
    const caseFile = {
      entryPoints: [{ id: 'door', path: DOOR, closed: { from: new Date(CLOSED).toISOString() } }],
    }
    const closureOf = async (parts: string[][]) => {
      const evidence = parts.map((part, n) => stream(`access.log.${parts.length - n}`, textOf(part), 4096))
      const { answers } = await investigate({ evidence, case: caseFile, format: 'apache-combined' }).report()
      return answers.closure.map(({ verdict, numbers, measured, after, before, aliases, carryOver }) => ({
        verdict,
        numbers,
        measured,
        after,
        before,
        aliases: aliases.map(({ evidence: _, ...alias }) => alias),
        tokens: carryOver.tokens,
      }))
    }
    const whole = await closureOf([sorted])
    expect(await closureOf([sorted.slice(0, 900), sorted.slice(900, 1700), sorted.slice(1700)])).toEqual(
      whole,
    )
  })
})
