/** A source whose lines go on in another format is followed, and what was done is said. */

import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import {
  investigate,
  type LedgerEntry,
  type PlacedRecord,
  type RecordOptions,
  type Reject,
  readRecords,
} from '../../src/index.js'
import { combinedLine, stream, textOf } from '../laws/support.js'

const START = Date.UTC(2021, 7, 14, 12)

function combined(id: number): string {
  return combinedLine({
    time: START + id * 1000,
    client: '203.0.113.9',
    target: `/c/${id}`,
    status: 200,
    bytes: 7,
  })
}

function json(id: number, agent = 'curl/8.5.0'): string {
  return JSON.stringify({
    time_iso8601: new Date(START + id * 1000).toISOString(),
    remote_addr: '203.0.113.9',
    request: `GET /j/${id} HTTP/1.1`,
    status: 200,
    body_bytes_sent: 7,
    http_user_agent: agent,
    request_id: `a${id}`,
  })
}

const junk = (id: number) => `worker ${id} of the pool says nothing that a request would`

/** So many lines each, numbered through. */
function linesOf(...parts: readonly (readonly [write: (id: number) => string, count: number])[]): string[] {
  const lines: string[] = []
  for (const [write, count] of parts) for (let i = 0; i < count; i++) lines.push(write(lines.length + 1))
  return lines
}

interface Account {
  readonly records: readonly PlacedRecord[]
  readonly rejects: readonly Reject[]
  readonly ledger: LedgerEntry
}

async function accountOf(bytes: Uint8Array, chunk = 65_536, options: RecordOptions = {}): Promise<Account> {
  const records: PlacedRecord[] = []
  const rejects: Reject[] = []
  let ledger: LedgerEntry | undefined
  const all = readRecords([stream('log', bytes, chunk)], {
    ...options,
    onRejects: (more) => {
      for (const reject of more) rejects.push(reject)
    },
    onLedger: ([entry]) => {
      ledger = entry
    },
  })
  for await (const record of all) records.push(record)
  return { records, rejects, ledger: ledger! }
}

/** Every line is one record or one reject, with its own place, in order. */
function expectTiled(lines: readonly string[], { records, rejects, ledger }: Account): void {
  let offset = 0
  const expected = lines.map((text, i) => {
    const place = `${i + 1}: ${offset}+${text.length}`
    offset += text.length + 1
    return place
  })
  const places = [...records, ...rejects].map(({ source }) => source).sort((a, b) => a.line - b.line)
  const found = places.map((it) => `${it.line}: ${it.offset}+${it.length}`)
  expect(found.join('\n')).toBe(expected.join('\n'))
  expect(ledger).toMatchObject({ lines: lines.length, records: records.length, rejects: rejects.length })
}

const pathsOf = ({ records }: Account) => records.map(({ path }) => path)
const changeOf = ({ ledger }: Account) => ledger.faults.find(({ code }) => code === 'format-changed')

describe('a source that goes on in another format', () => {
  const thereAndBack = linesOf([combined, 100], [json, 80], [combined, 100])

  it('is read to its end, there and back, and says from which line on', async () => {
    const account = await accountOf(textOf(thereAndBack))
    expectTiled(thereAndBack, account)
    expect(account.rejects).toEqual([])
    expect(pathsOf(account)).toEqual(
      thereAndBack.map((line, i) => `/${line[0] === '{' ? 'j' : 'c'}/${i + 1}`),
    )
    expect(changeOf(account)).toEqual({
      code: 'format-changed',
      count: 1,
      first: {
        offset: textOf(thereAndBack.slice(0, 100)).length,
        length: thereAndBack[100]!.length,
      },
      detail: 'from line 101 on lines are nginx-json, not combined',
    })
    expect(account.ledger.format).toBe('combined')
    expect(account.ledger.recognition.at(-1)).toMatch(
      /^from line 101 on lines are nginx-json, not combined: 64 of 64 lines are nginx-json/,
    )
  })

  it('keeps the columns of each format to its own rows', async () => {
    const { records } = await accountOf(textOf(thereAndBack))
    const idOf = ({ extra }: PlacedRecord) => extra?.request_id
    expect(idOf(records[99]!)).toBeUndefined()
    expect(idOf(records[100]!)).toBe('a101')
    expect(idOf(records[180]!)).toBeUndefined()
    const alone = await accountOf(textOf(linesOf([combined, 100])))
    const withoutPlace = ({ source: _, ...record }: PlacedRecord) => record
    expect(records.slice(0, 100).map(withoutPlace)).toEqual(alone.records.map(withoutPlace))
  })

  it('is the same whatever the chunks, and compressed', async () => {
    const bytes = textOf(linesOf([combined, 60], [json, 80], [junk, 70], [combined, 60]))
    const whole = await accountOf(bytes, bytes.length)
    expect(changeOf(whole)).toBeDefined()
    for (const chunk of [1, 7, 4096]) expect(await accountOf(bytes, chunk)).toEqual(whole)
    const packed = await accountOf(gzipSync(bytes), 7)
    expect({ ...packed, ledger: null }).toEqual({ ...whole, ledger: null })
    expect(packed.ledger).toMatchObject({
      recognition: whole.ledger.recognition,
      faults: whole.ledger.faults,
      records: whole.ledger.records,
    })
  })

  it.each([
    ['long before the end of a block', 500],
    ['some lines before it', 2090],
    ['at its last lines', 2110],
  ])('is followed over many blocks, where it changes %s', async (_, first) => {
    const lines = linesOf([combined, first], [json, 3000], [combined, 3000])
    const bytes = textOf(lines)
    expect(bytes.length).toBeGreaterThan(3 * 256 * 1024)
    const account = await accountOf(bytes)
    expectTiled(lines, account)
    expect(account.rejects).toEqual([])
    expect(changeOf(account)?.detail).toContain(`from line ${first + 1} on`)
    expect(await accountOf(bytes, 4099)).toEqual(account)
  })

  it('is followed from lines around the end of a block', async () => {
    const bytesOf = (first: number) => textOf(linesOf([combined, first]))
    let last = 2000
    while (bytesOf(last).length < 256 * 1024) last++
    for (const first of [-66, -64, -63, -32, -1, 0, 1].map((lines) => last + lines)) {
      const lines = linesOf([combined, first], [json, 70])
      const account = await accountOf(textOf(lines))
      expect(account.rejects).toEqual([])
      expect(account.records.length).toBe(lines.length)
    }
  })

  it('is followed behind any stretch of lines of no format', async () => {
    for (const count of [63, 64, 100, 5000, 20_000]) {
      const lines = linesOf([combined, 800], [junk, count], [json, 300])
      const account = await accountOf(textOf(lines))
      expectTiled(lines, account)
      expect(account.rejects.length).toBe(count)
      expect(changeOf(account)?.detail).toContain(`from line ${801 + count} on`)
    }
  })

  it('is followed where its start is in no format', async () => {
    const lines = linesOf([junk, 2000], [combined, 100])
    const account = await accountOf(textOf(lines))
    expectTiled(lines, account)
    expect(account.records.length).toBe(100)
    expect(account.ledger.format).toBeNull()
    expect(changeOf(account)?.detail).toBe(
      'from line 2001 on lines are combined, and before it in no known format',
    )
  })

  it('is read line by line in the formats that were found, however they are mixed', async () => {
    const mixed = (id: number) => (id % 2 === 0 ? combined(id) : json(id))
    const lines = linesOf([combined, 300], [json, 64], [mixed, 5000])
    const account = await accountOf(textOf(lines))
    expectTiled(lines, account)
    expect(account.rejects).toEqual([])
    expect(changeOf(account)?.count).toBe(1)
  })

  it('keeps what the directives of its first format said', async () => {
    const w3c = (id: number) =>
      `2021-08-14 12:${String(Math.floor(id / 60) % 60).padStart(2, '0')}:00 203.0.113.9 GET /w/${id} 200`
    const header = ['#Version: 1.0', '#Fields: date time c-ip cs-method cs-uri-stem sc-status']
    const lines = [...header, ...linesOf([w3c, 100], [combined, 100], [w3c, 100])]
    const account = await accountOf(textOf(lines))
    expect(account.ledger).toMatchObject({ records: 300, rejects: 0, directives: 2 })
  })

  it('is classified and judged like any other', async () => {
    const bytes = textOf(thereAndBack)
    const entryPoints = [{ id: 'door', path: '/j/150', closed: { from: new Date(START).toISOString() } }]
    const run = investigate({ evidence: [stream('log', bytes, 1000)], case: { entryPoints } })
    const { findings, ledger } = await run.report()
    expect(ledger[0]).toMatchObject({ lines: 280, records: 280 })
    const closed = findings.filter(({ kind }) => kind === 'closed-entry-point')
    expect(closed.map(({ evidence }) => evidence[0]!.line)).toEqual([150])
  })
})

describe('a source is not followed', () => {
  it('for fewer than 64 lines in a row', async () => {
    const lines = linesOf([combined, 300], [json, 63], [combined, 1], [json, 63], [combined, 300])
    const account = await accountOf(textOf(lines))
    expectTiled(lines, account)
    expect(account.rejects.length).toBe(126)
    expect(account.ledger.faults).toEqual([])
  })

  it('for lines that are in no format', async () => {
    const lines = linesOf([combined, 300], [junk, 10_000], [combined, 300])
    const account = await accountOf(textOf(lines))
    expectTiled(lines, account)
    expect(account.records.length).toBe(600)
    expect(account.ledger.faults).toEqual([])
  })

  it('where its format was given', async () => {
    const lines = linesOf([combined, 100], [json, 100])
    const account = await accountOf(textOf(lines), 65_536, { format: 'combined' })
    expectTiled(lines, account)
    expect(account.rejects.length).toBe(100)
    expect(account.ledger.faults).toEqual([])
  })
})
