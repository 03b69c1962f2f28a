/**
 * Moving lines about within the horizon changes nothing but places. The hashes of the sources change with it, and so the
 * seeds of all tables, the numbers of the sources and which of them is read first: none of that shows.
 *
 * Two things follow the order in which lines are read, and are compared with that in mind: the numbers of tokens, given
 * by first appearance (compared by which token they stand for), and which of several lines of the same second is cited
 * or named first (the law on equal stamps leaves citations out).
 */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Answers, type Finding, investigate, type Session } from '../../src/index.js'
import { CASE, CLOSED } from './incident.js'
import { combinedLine, type Line, PATIENT, runs, stream, textOf, tokenLine, vhostLine } from './support.js'

const MINUTE = 60_000
const HORIZON = 10 * MINUTE
const WRITERS = [combinedLine, vhostLine, tokenLine] as const
const NAMES = ['access.log', 'edge.log', 'app.log']

/** A line, the source it stands in, and how far it is moved. */
interface Placed {
  readonly line: Line
  readonly source: number
  readonly shift: number
}

const someLine = fc.record({
  client: fc.constantFrom('203.0.113.1', '203.0.113.2', '2001:db8::1', '2001:db8::2', '192.0.2.66'),
  user: fc.constantFrom('alice', 'bob', undefined, undefined, undefined),
  token: fc.constantFrom('aaaaaaaa', 'bbbbbbbb', 'cccccccc', undefined),
  agent: fc.constantFrom('curl/8.5.0', 'sqlmap/1.7'),
  method: fc.constantFrom('GET', 'GET', 'POST'),
  target: fc.constantFrom(
    '/',
    '/login',
    '/test/export',
    '/test//export',
    '/v1/a/numbers/1',
    '/backup.zip',
    '/gone',
  ),
  status: fc.constantFrom(200, 200, 304, 302, 401, 403, 404),
  bytes: fc.constantFrom(undefined, 0, 153, 700, 701, 40_000),
})

/** Gaps around what ends a session, and the horizon; seldom nothing. */
const gap = (least: number) =>
  fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: least, max: 300 }) },
    { weight: 2, arbitrary: fc.integer({ min: 550, max: 1300 }) },
    { weight: 1, arbitrary: fc.constantFrom(600, 1799, 1800, 1801, 3600) },
  )

/** @param leastGap  Seconds between two lines, whatever their source; 0 allows equal stamps. */
function placedLines(leastGap: number): fc.Arbitrary<Placed[]> {
  const one = fc.record({
    line: someLine,
    source: fc.nat(NAMES.length - 1),
    shift: fc.oneof(fc.constant(0), fc.constant(HORIZON), fc.integer({ min: 0, max: HORIZON })),
    gap: gap(leastGap),
  })
  return fc.array(one, { minLength: 1, maxLength: 60, size: 'max' }).map((all) => {
    let time = CLOSED - 40 * MINUTE
    return all.map(({ line, source, shift, gap }) => {
      time += gap * 1000
      return { line: { ...line, time } as Line, source, shift }
    })
  })
}

interface Answer {
  readonly findings: readonly Finding[]
  readonly sessions: readonly Session[]
  readonly tokens: ReadonlyMap<string, string>
  readonly faults: readonly string[]
  readonly closure: Answers['closure']
}

async function answerTo(lines: readonly Placed[]): Promise<Answer> {
  const texts = NAMES.map((_, source) =>
    lines.filter((it) => it.source === source).map(({ line }) => WRITERS[source]!(line)),
  )
  const evidence = NAMES.flatMap((name, source) =>
    texts[source]!.length === 0 ? [] : [stream(name, textOf(texts[source]!), 4096)],
  )
  const run = investigate({
    evidence,
    case: { ...CASE, sources: NAMES.map((match, source) => ({ match, format: FORMATS[source]! })) },
    showSecrets: true,
  })
  const sessions: Session[] = []
  for await (const session of run.sessions) sessions.push(session)
  const { findings, ledger, answers } = await run.report()
  const sourceOf = new Map(ledger.map(({ ordinal, names }) => [ordinal, NAMES.indexOf(names[0]!)]))
  return {
    findings,
    sessions,
    tokens: tokensOf(sessions, ({ first }) => texts[sourceOf.get(first.source)!]![first.line - 1]!),
    faults: ledger.flatMap(({ faults }) => faults.map(({ code }) => code)),
    closure: answers.closure,
  }
}

const FORMATS = ['combined', 'vhost-combined', CASE.sources[0].format]

/** Which token a number stands for, by the first line of a session. */
function tokensOf(sessions: readonly Session[], lineOf: (session: Session) => string): Map<string, string> {
  const tokens = sessions.filter(({ principal }) => principal.kind === 'token')
  return new Map(tokens.map((it) => [it.principal.id, /"(\w+)" [\d.]+$/.exec(lineOf(it))![1]!]))
}

const sorted = <T>(values: readonly T[]) => values.map((value) => JSON.stringify(value)).sort()

/** What must not change. Places, and what is made of them or of a token's number, are left out. */
function findingsOf({ findings, tokens }: Answer, withCitations: boolean): string[] {
  return sorted(
    findings.map(({ id, subject, evidence, ...rest }) => ({
      ...rest,
      id: subject.type === 'token' ? '' : id,
      subject: withCitations
        ? { ...subject, id: tokens.get(subject.id) ?? subject.id }
        : {
            ...subject,
            id: tokens.get(subject.id) ?? subject.id,
            clients: sorted(subject.clients),
            users: sorted(subject.users),
            userAgents: sorted(subject.userAgents),
          },
      measures: withCitations ? rest.measures : withSortedSpellings(rest.measures),
      evidence: withCitations ? sorted(evidence.map(({ text, time, sha256 }) => [text, time, sha256])) : [],
    })),
  )
}

function withSortedSpellings(measures: object): object {
  return 'spellings' in measures
    ? { ...measures, spellings: sorted(measures.spellings as string[]) }
    : measures
}

function sessionsOf({ sessions, tokens }: Answer, withFirst: boolean): string[] {
  return sorted(
    sessions.map(({ id, first, last, principal, ...rest }) => {
      const name = tokens.get(principal.id) ?? principal.id
      return {
        ...rest,
        id: id.replace(principal.id, name),
        principal: withFirst ? { ...principal, id: name } : name,
      }
    }),
  )
}

/** What was seen at the doors, and where their users went; of cited lines the hashes. What coverage makes of it is left out. */
function closuresOf({ closure }: Answer): unknown[] {
  return closure.map(({ basis: _, verdict: _v, remarks: _r, restsOn: _l, findings, ...answer }) =>
    JSON.parse(
      JSON.stringify({ ...answer, findings: findings.length }, (key, value) =>
        key === 'evidence' ? hashesOf(value) : value,
      ),
    ),
  )
}

function hashesOf(evidence: readonly { readonly sha256: string | null }[]): string[] {
  return evidence.map(({ sha256 }) => String(sha256)).sort()
}

/** Each line comes at most the horizon after a later one. */
function moved(lines: readonly Placed[]): Placed[] {
  return lines.toSorted((a, b) => a.line.time + a.shift - (b.line.time + b.shift))
}

describe('a permutation that moves no line by more than the horizon', PATIENT, () => {
  it('gives the same findings and sessions but for places', async () => {
    await fc.assert(
      fc.asyncProperty(placedLines(1), async (lines) => {
        const [inOrder, disordered] = [await answerTo(lines), await answerTo(moved(lines))]
        expect(disordered.faults).toEqual([])
        expect(findingsOf(disordered, true)).toEqual(findingsOf(inOrder, true))
        expect(sessionsOf(disordered, true)).toEqual(sessionsOf(inOrder, true))
        expect(closuresOf(disordered)).toEqual(closuresOf(inOrder))
      }),
      { numRuns: runs(90, 10_000) },
    )
  })

  it('gives the same findings and sessions where stamps are equal', async () => {
    await fc.assert(
      fc.asyncProperty(placedLines(0), fc.infiniteStream(fc.nat(1 << 20)), async (lines, keys) => {
        const shuffled = lines
          .map((line) => ({ line, key: keys.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ line }) => line)
          .sort((a, b) => a.line.time - b.line.time)
        const [inOrder, disordered] = [await answerTo(lines), await answerTo(moved(shuffled))]
        expect(findingsOf(disordered, false)).toEqual(findingsOf(inOrder, false))
        expect(sessionsOf(disordered, false)).toEqual(sessionsOf(inOrder, false))
      }),
      { numRuns: runs(70, 6_000) },
    )
  })
})
