/**
 * Sessions equal those of a model that sorts all rows first: group by principal, cut where a gap is longer than 30 minutes,
 * and for principals that are only a client and an agent also where a session would be longer than 24 hours.
 */

import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readSessions, type Session } from '../../src/index.js'
import { combinedLine, type Line, PATIENT, runs, stream, textOf } from './support.js'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const START = Date.parse('2021-08-14T00:00:00Z')
const HORIZON = 10 * MINUTE

interface Row extends Line {
  readonly source: number
  /** How far the row is moved back among the others of its source. */
  readonly shift: number
}

interface Outline {
  readonly id: string
  readonly client: string
  readonly userAgent: string
  readonly requests: number
  readonly served: number
  readonly denied: number
  readonly bytes: number
  readonly ended: string
}

// ---- the model

/** An IPv6 client is its /64. */
const NETWORKS: Readonly<Record<string, string>> = {
  '2001:db8:1:2::1': '2001:db8:1:2::/64',
  '2001:db8:1:2:ffff::2': '2001:db8:1:2::/64',
  '2001:db8:9::1': '2001:db8:9::/64',
}

function identityOf(client: string): string {
  return NETWORKS[client] ?? client
}

function principalOf({ client, user, agent, status, method, target }: Row): {
  id: string
  isClient: boolean
} {
  const isLogin = method === 'POST' && target === '/login'
  if (user !== undefined && status !== 401 && status !== 403 && !isLogin) return { id: user, isClient: false }
  const digest = createHash('sha256').update(agent!).digest('hex').slice(0, 8)
  return { id: `${identityOf(client)}#${digest}`, isClient: true }
}

function model(rows: readonly Row[]): Outline[] {
  const sorted = rows.toSorted((a, b) => a.time - b.time)
  const evidenceEnd = sorted.at(-1)!.time
  const groups = new Map<string, { readonly isClient: boolean; readonly rows: Row[] }>()
  for (const row of sorted) {
    const { id, isClient } = principalOf(row)
    const key = `${isClient} ${id}`
    const group = groups.get(key) ?? { isClient, rows: [] }
    group.rows.push(row)
    groups.set(key, group)
  }
  return [...groups].flatMap(([key, { isClient, rows: own }]) =>
    cut(own, isClient, evidenceEnd).map(({ rows: session, ended }) =>
      outlineOf(key.slice(key.indexOf(' ') + 1), session, ended),
    ),
  )
}

function cut(rows: readonly Row[], isClient: boolean, evidenceEnd: number) {
  const sessions: { rows: Row[]; ended: string }[] = []
  for (const row of rows) {
    const open = sessions.at(-1)
    const gap = open === undefined ? 0 : row.time - open.rows.at(-1)!.time
    const isTooLong = isClient && open !== undefined && row.time - open.rows[0]!.time > DAY
    if (open !== undefined && gap <= 30 * MINUTE && !isTooLong) {
      open.rows.push(row)
      continue
    }
    if (open !== undefined) open.ended = gap > 30 * MINUTE ? 'gap' : 'cap'
    sessions.push({ rows: [row], ended: evidenceEnd - row.time > 30 * MINUTE ? 'gap' : 'evidence' })
  }
  const last = sessions.at(-1)!
  last.ended = evidenceEnd - last.rows.at(-1)!.time > 30 * MINUTE ? 'gap' : 'evidence'
  return sessions
}

function outlineOf(name: string, rows: readonly Row[], ended: string): Outline {
  const count = (test: (row: Row) => boolean) => rows.filter(test).length
  const iso = (row: Row) => new Date(row.time).toISOString()
  return {
    id: `${name}@${iso(rows[0]!)}/${iso(rows.at(-1)!)}`,
    client: rows[0]!.client,
    userAgent: rows[0]!.agent!,
    requests: rows.length,
    served: count(({ status, bytes }) => status === 200 && bytes! > 0),
    denied: count(({ status }) => status >= 400),
    bytes: rows.reduce((sum, { bytes }) => sum + bytes!, 0),
    ended,
  }
}

// ---- what Postern says

async function sessionsOf(
  rows: readonly Row[],
): Promise<{ outlines: Outline[]; sessions: Session[]; texts: string[][] }> {
  const texts = [0, 1].map((source) =>
    rows
      .filter((row) => row.source === source)
      .toSorted((a, b) => a.time + a.shift - (b.time + b.shift))
      .map(combinedLine),
  )
  const evidence = texts.flatMap((lines, source) =>
    lines.length === 0 ? [] : [stream(`access.${source}.log`, textOf(lines), 65536)],
  )
  const sessions: Session[] = []
  for await (const session of readSessions(evidence, { format: 'combined' })) sessions.push(session)
  const outlines = sessions.map(({ id, principal, requests, served, denied, bytes, ended }) => ({
    id,
    client: principal.client!,
    userAgent: principal.userAgent!,
    requests,
    served,
    denied,
    bytes,
    ended,
  }))
  return { outlines, sessions, texts }
}

const byId = (a: Outline, b: Outline) => (a.id < b.id ? -1 : 1)

async function expectAsModel(rows: readonly Row[]): Promise<void> {
  const { outlines, sessions } = await sessionsOf(rows)
  expect(outlines.toSorted(byId)).toEqual(model(rows).toSorted(byId))
  for (const { first, last } of sessions) expect([first.line > 0, last.line > 0]).toEqual([true, true])
}

// ---- rows

const face = fc.record({
  client: fc.constantFrom(
    '203.0.113.1',
    '203.0.113.2',
    '2001:db8:1:2::1',
    '2001:db8:1:2:ffff::2',
    '2001:db8:9::1',
  ),
  user: fc.constantFrom('alice', 'bob', undefined, undefined),
  agent: fc.constantFrom('curl/8.5.0', 'Mozilla/5.0 (X11)'),
  method: fc.constantFrom('GET', 'GET', 'POST'),
  target: fc.constantFrom('/', '/login'),
  status: fc.constantFrom(200, 200, 200, 401, 403, 404),
  bytes: fc.nat(2000),
})
const move = fc.record({
  source: fc.constantFrom(0, 0, 1),
  shift: fc.oneof(fc.constantFrom(0, HORIZON), fc.nat(HORIZON)),
})

/** Rows `gap` seconds apart, all stamps distinct, so that which row is first is never a question of places. */
function rowsWith(
  gap: fc.Arbitrary<number>,
  size: { minLength: number; maxLength: number; size: 'max' },
): fc.Arbitrary<Row[]> {
  return fc.array(fc.tuple(face, move, gap), size).map((all) => {
    let time = START
    return all.map(([line, place, seconds]) => {
      time += seconds * 1000
      return { ...line, ...place, time } as Row
    })
  })
}

describe('sessions equal those of rows that were sorted first', PATIENT, () => {
  it('with gaps of every length, also of exactly 30 minutes', async () => {
    const gap = fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: 1, max: 120 }) },
      { weight: 3, arbitrary: fc.integer({ min: 500, max: 1900 }) },
      { weight: 2, arbitrary: fc.constantFrom(600, 601, 1799, 1800, 1801, 2400) },
    )
    await fc.assert(
      fc.asyncProperty(rowsWith(gap, { minLength: 1, maxLength: 60, size: 'max' }), expectAsModel),
      {
        numRuns: runs(120, 20_000),
      },
    )
  })

  it('of one principal alone, where every gap is about 30 minutes', async () => {
    const gap = fc.constantFrom(1, 599, 600, 601, 1199, 1200, 1201, 1799, 1800, 1801)
    const alone = {
      client: '203.0.113.1',
      agent: 'curl/8.5.0',
      target: '/',
      method: 'GET',
      status: 200,
      bytes: 10,
    }
    const rows = rowsWith(gap, { minLength: 2, maxLength: 40, size: 'max' }).map((all) =>
      all.map((row): Row => ({ ...alone, time: row.time, source: row.source, shift: row.shift })),
    )
    await fc.assert(fc.asyncProperty(rows, expectAsModel), { numRuns: runs(150, 30_000) })
  })

  it('of a source whose lines are far apart at first: it is read in time for all of them', async () => {
    const at = (minute: number, source: number): Row => ({
      client: '203.0.113.1',
      agent: 'curl/8.5.0',
      target: '/',
      status: 200,
      bytes: 10,
      time: START + minute * MINUTE,
      source,
      shift: 0,
    })
    const later = Array.from({ length: 30 }, (_, i) => at(45 + i, 1))
    await expectAsModel([at(0, 0), at(20, 1), ...later, at(45.5, 0)])
  })

  it('over more than a day, with the cap of clients, also of exactly 24 hours', async () => {
    // a gap that looks open for a while only because of disorder, right at the cap, is the known limit: none is here
    const gap = fc.constantFrom(60, 299, 300, 600, 900, 1200)
    const faces = fc.constantFrom(
      { client: '203.0.113.1', agent: 'curl/8.5.0', target: '/', status: 200, bytes: 10 },
      { client: '203.0.113.1', user: 'alice', agent: 'curl/8.5.0', target: '/', status: 200, bytes: 7 },
    )
    const all = fc.array(fc.tuple(gap, fc.nat(9)), { minLength: 130, maxLength: 260, size: 'max' })
    await fc.assert(
      fc.asyncProperty(all, faces, fc.boolean(), async (steps, someone, isMoved) => {
        let time = START
        const rows = steps.map(([seconds, tenths]): Row => {
          time += seconds * 1000
          return { ...someone, time, source: 0, shift: isMoved ? tenths * MINUTE : 0 }
        })
        await expectAsModel(rows)
      }),
      { numRuns: runs(60, 3_000) },
    )
  })

  it('at the cap to the second', async () => {
    const every = (seconds: number, count: number): Row[] =>
      Array.from({ length: count }, (_, i) => ({
        client: '2001:db8:1:2::1',
        agent: 'curl/8.5.0',
        target: '/',
        status: 200,
        bytes: 1,
        time: START + i * seconds * 1000,
        source: 0,
        shift: 0,
      }))
    for (const seconds of [1800, 1200, 900, 1]) {
      const count = seconds === 1 ? 86_400 + 3 : 86_400 / seconds + 3
      const rows = every(seconds, count)
      const { outlines } = await sessionsOf(rows)
      expect(outlines).toEqual(model(rows))
      expect(outlines.map(({ requests, ended }) => [requests, ended])).toEqual([
        [count - 2, 'cap'],
        [2, 'evidence'],
      ])
    }
  })

  it('with their first and last places on the rows that the sorted log begins and ends them with', async () => {
    await fc.assert(
      fc.asyncProperty(
        rowsWith(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 40, size: 'max' }),
        async (rows) => {
          const one = rows.map((row) => ({ ...row, source: 0 }))
          const { sessions, texts } = await sessionsOf(one)
          for (const { start, end, first, last, principal } of sessions) {
            const atPlace = (line: number) => texts[0]![line - 1]!
            expect(one.filter((row) => new Date(row.time).toISOString() === start).map(combinedLine)).toEqual(
              [atPlace(first.line)],
            )
            expect(one.filter((row) => new Date(row.time).toISOString() === end).map(combinedLine)).toEqual([
              atPlace(last.line),
            ])
            expect(atPlace(first.line).startsWith(principal.client!)).toBe(true)
          }
        },
      ),
      { numRuns: runs(80, 3_000) },
    )
  })
})
