import type { InvestigateOptions } from '../../src/index.js'
import {
  combinedLine,
  Dice,
  disorder,
  gzipMembers,
  type Line,
  TOKEN_FORMAT,
  textOf,
  tokenLine,
  vhostLine,
} from './support.js'

/** Some hours around a closing, in several logs that tell of the same traffic side by side. */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
export const CLOSED = Date.parse('2021-08-14T12:00:00Z')
const FROM = CLOSED - 3 * HOUR
const HOURS = 7
/** Under the horizon: one source is never farther out of order than this. */
const DISORDER_MS = 9 * MINUTE

const INDICATOR_AGENT = 'sqlmap/1.7'

export const CASE = {
  entryPoints: [
    {
      id: 'export',
      path: '/test/export',
      closed: { from: new Date(CLOSED).toISOString(), uncertainty: '2m' },
    },
    { id: 'tenants', pattern: '/v1/{tenant}/numbers/**', closed: [{ from: new Date(CLOSED).toISOString() }] },
  ],
  sources: [{ match: 'app*', format: TOKEN_FORMAT }],
  indicators: [
    { type: 'address', value: '192.0.2.66' },
    { type: 'network', value: '192.0.2.128/25' },
    { type: 'path', value: '/backup.zip' },
    { type: 'user-agent', value: INDICATOR_AGENT },
  ],
} as const satisfies InvestigateOptions['case']

const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64)',
  'Mozilla/5.0 (Windows NT 10.0)',
  'curl/8.5.0',
  'okhttp/4.9',
]
const TOKENS = Array.from({ length: 12 }, (_, i) => (0x9a7c + 77 * i).toString(16).repeat(8))
const PATHS = [
  '/',
  '/login',
  '/assets/app.js',
  '/customers/17',
  '/customers/18?page=2',
  '/backup.zip',
  '/nowhere',
]
const ENTRY_PATHS = [
  '/test/export',
  '/test//export',
  '/test/%65xport?all=1',
  '/v1/acme/numbers/7',
  '/v1/acme/numbers/',
]

/** What a principal gets at a closed entry point; the grades of both detectors. */
const ANSWERS = [
  { status: 200, bytes: 4096 },
  { status: 304 },
  { status: 302, bytes: 5 },
  { status: 403, bytes: 162 },
] as const

function clientOf(dice: Dice): string {
  const n = dice.roll(30)
  if (n < 20) return `203.0.113.${n}`
  if (n < 26) return `2001:db8:${n % 3}::${n.toString(16)}`
  return ['192.0.2.66', '192.0.2.200', 'crawler.example.net', '198.51.100.1'][n - 26]!
}

function ordinary(dice: Dice, tokens: readonly string[]): Line {
  const target = dice.pick(PATHS)
  const status = target === '/nowhere' ? 404 : dice.pick([200, 200, 200, 200, 302, 304, 401, 500])
  const user = dice.roll(8) === 0 ? { user: dice.pick(['alice', 'bob']) } : {}
  const token = dice.roll(3) > 0 ? { token: dice.pick(tokens) } : {}
  return {
    time: FROM + dice.roll(HOURS * 60 * 60) * 1000,
    client: clientOf(dice),
    method: target === '/login' ? 'POST' : 'GET',
    target,
    status,
    bytes: status === 404 ? 153 : 200 + dice.roll(40_000),
    agent: dice.roll(60) === 0 ? INDICATOR_AGENT : dice.pick(AGENTS),
    ...user,
    ...token,
  }
}

/** One principal for each grade, and one that was only being answered when the door closed. */
function atEntryPoint(dice: Dice, turn: number): Line {
  const grade = turn % 5
  const answer = ANSWERS[grade]
  const late = CLOSED + 15 * MINUTE + dice.roll(200) * MINUTE
  return {
    time: answer === undefined ? CLOSED + dice.roll(60) * 1000 : late,
    client: `198.51.100.${10 + grade}`,
    target: dice.pick(ENTRY_PATHS),
    status: 200,
    bytes: 900,
    agent: `scanner/${grade}`,
    ...answer,
  }
}

interface Shape {
  readonly lines: number
  readonly atEntryPoints: number
  readonly tokens?: readonly string[]
}

function linesOf(dice: Dice, { lines, atEntryPoints, tokens = TOKENS }: Shape): Line[] {
  const all = Array.from({ length: lines }, () => ordinary(dice, tokens))
  for (let turn = 0; turn < atEntryPoints; turn++) all.push(atEntryPoint(dice, turn))
  // the same second over and over, and some lines twice
  for (let i = 0; i < 40; i++) all.push({ ...all[i]!, time: CLOSED + 30 * MINUTE }, all[i * 2]!)
  return disorder(
    all.sort((a, b) => a.time - b.time),
    DISORDER_MS,
    dice,
  )
}

const REJECTS = [
  'no line of any log',
  '203.0.113.9 - - [14/Aug/2021:25:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "-"',
  '',
  '\0\0\0',
]

function withRejects(lines: readonly string[], dice: Dice): string[] {
  return lines.flatMap((line) => (dice.roll(90) === 0 ? [line, dice.pick(REJECTS)] : [line]))
}

/** Sources by name: one is longer than a block, one is there twice. */
export function incident(): Record<string, Buffer> {
  const dice = new Dice(20210814)
  const sources: Record<string, Buffer> = {}
  const add = (name: string, shape: Shape, write: (line: Line) => string) => {
    sources[name] = textOf(withRejects(linesOf(dice, shape).map(write), dice))
  }
  add('access.log', { lines: 2300, atEntryPoints: 60 }, combinedLine)
  add('edge.log', { lines: 300, atEntryPoints: 20 }, vhostLine)
  // some tokens are in both, some in one: who is token#1 depends on what is read first
  add('app.log', { lines: 500, atEntryPoints: 30, tokens: TOKENS.slice(0, 8) }, tokenLine)
  add('app-b.log', { lines: 200, atEntryPoints: 10, tokens: TOKENS.slice(4) }, tokenLine)
  add('small.log', { lines: 90, atEntryPoints: 10 }, combinedLine)
  return { ...sources, 'small-copy.log': sources['small.log']! }
}

/**
 * A crowd at a closed entry point, each of it once: more principals than a small memory holds candidates for.
 *
 * @param each  Principals a source.
 */
export function crowd(each: number): Record<string, Buffer> {
  const dice = new Dice(7)
  const write = [combinedLine, vhostLine, tokenLine]
  return Object.fromEntries(
    ['access.log', 'edge.log', 'app.log'].map((name, n) => {
      const lines = Array.from({ length: each }, (_, i): Line => {
        const time = CLOSED + 15 * MINUTE + dice.roll(2 * 60 * 60) * 1000
        return {
          time,
          client: `10.${n}.${i >> 8}.${i & 255}`,
          target: '/test/export',
          bytes: 0,
          ...dice.pick(ANSWERS),
        }
      })
      return [
        name,
        textOf(
          disorder(
            lines.sort((a, b) => a.time - b.time),
            DISORDER_MS,
            dice,
          ).map(write[n]!),
        ),
      ]
    }),
  )
}

export function compressed(
  sources: Readonly<Record<string, Buffer>>,
  members: number,
): Record<string, Buffer> {
  return Object.fromEntries(
    Object.entries(sources).map(([name, bytes]) => [`${name}.gz`, gzipMembers(bytes, members)]),
  )
}
