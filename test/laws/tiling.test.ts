/**
 * The places of records, rejects, blank lines and directives tile every source. The lines of a source are cut here a
 * second time, the naive way, from bytes that zlib decoded.
 */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compressionOf } from '../../src/decode/decoder.js'
import {
  formats,
  type LedgerEntry,
  type LogFormat,
  type RecordOptions,
  readRecords,
} from '../../src/index.js'
import { combinedLine, PATIENT, runs, stream, vhostLine } from './support.js'

const CORPUS = '../shared/corpus'

interface Place {
  readonly offset: number
  readonly length: number
  readonly line: number
}

interface Account {
  readonly records: readonly Place[]
  readonly rejects: readonly (Place & { readonly reason: string })[]
  readonly ledger: LedgerEntry
}

async function accountOf(name: string, bytes: Uint8Array, options: RecordOptions = {}): Promise<Account> {
  const records: Place[] = []
  const rejects: (Place & { reason: string })[] = []
  let ledger: LedgerEntry | undefined
  const all = readRecords([stream(name, bytes, 64 * 1024)], {
    ...options,
    onRejects: (more) => {
      for (const { source, reason } of more) rejects.push({ ...source, reason })
    },
    onLedger: ([entry]) => {
      ledger = entry
    },
  })
  for await (const record of all) records.push(record.source)
  return { records, rejects, ledger: ledger! }
}

/** What stands between the line ends of a source: text, a run of NUL at a line's start, or nothing but blanks. */
interface Piece extends Place {
  readonly kind: 'text' | 'nuls' | 'blank'
}

interface Cut {
  readonly pieces: readonly Piece[]
  readonly lines: number
}

/** Cuts decoded bytes into lines, unit by unit. */
function cutLines(bytes: Uint8Array, charset: string): Cut {
  const width = charset === 'utf-8' ? 1 : 2
  const unitAt = (at: number) => {
    if (width === 1) return bytes[at]!
    if (at + 1 >= bytes.length) return -1
    return charset === 'utf-16le' ? bytes[at]! | (bytes[at + 1]! << 8) : (bytes[at]! << 8) | bytes[at + 1]!
  }
  const pieces: Piece[] = []
  const push = (start: number, end: number, line: number) => {
    let text = start
    while (text < end && unitAt(text) === 0) text += width
    if (text > start) pieces.push({ kind: 'nuls', offset: start, length: text - start, line })
    if (text === end && text > start) return
    let isBlank = true
    for (let at = text; at < end; at += width) isBlank &&= unitAt(at) === 0x20 || unitAt(at) === 0x09
    pieces.push({ kind: isBlank ? 'blank' : 'text', offset: text, length: end - text, line })
  }
  let start = markLength(bytes)
  let lines = 0
  for (let at = start; at < bytes.length; at += width) {
    if (unitAt(at) !== 0x0a) continue
    push(start, at > start && unitAt(at - width) === 0x0d ? at - width : at, ++lines)
    start = at + width
  }
  if (start < bytes.length) push(start, bytes.length, ++lines)
  return { pieces, lines }
}

function markLength(bytes: Uint8Array): number {
  const head = Buffer.from(bytes.subarray(0, 3)).toString('hex')
  return head === 'efbbbf' ? 3 : head.startsWith('fffe') || head.startsWith('feff') ? 2 : 0
}

const place = ({ offset, length, line }: Place) => `${line}: ${offset}+${length}`

/**
 * Compares an account with the lines cut here.
 *
 * @param isDirective  Whether a text that is no record is a directive of the format.
 */
function expectTiled(
  bytes: Uint8Array,
  { records, rejects, ledger }: Account,
  isDirective: (text: string) => boolean = () => false,
): void {
  const { pieces, lines } = cutLines(bytes, ledger.charset)
  const textAt = ({ offset, length }: Place) =>
    Buffer.from(bytes.subarray(offset, offset + length)).toString('latin1')
  const isRecord = new Set(records.map(({ offset }) => offset))
  const isKept = (it: Piece) =>
    it.kind === 'nuls' || (it.kind === 'text' && (isRecord.has(it.offset) || !isDirective(textAt(it))))
  const rest = pieces.filter(isKept)
  const blanks = pieces.filter(({ kind }) => kind === 'blank')
  const directives = pieces.length - rest.length - blanks.length
  for (const list of [records, rejects])
    expect(list.every(({ offset }, i) => i === 0 || offset > list[i - 1]!.offset)).toBe(true)
  const found = [...records, ...rejects].sort((a, b) => a.offset - b.offset)
  // as one text: a list of many thousand places compares slowly
  expect(found.map(place).join('\n')).toBe(rest.map(place).join('\n'))
  const nuls = rejects.filter(({ reason }) => reason === 'nul-run')
  const expectedNuls = rest.filter(({ kind }) => kind === 'nuls')
  expect(nuls.map(place).join('\n')).toBe(expectedNuls.map(place).join('\n'))
  expect(ledger.decodedBytes).toBe(bytes.length)
  expect({
    lines: ledger.lines,
    records: ledger.records,
    rejects: ledger.rejects,
    blanks: ledger.blanks,
    directives: ledger.directives,
  }).toEqual({
    lines,
    records: records.length,
    rejects: rejects.length,
    blanks: blanks.length,
    directives,
  })
}

// ---- evidence out of fragments

const GOOD = [
  combinedLine({ time: 1628942400000, client: '203.0.113.9', target: '/a?b=1', status: 200, bytes: 512 }),
  combinedLine({ time: 1628942401000, client: '2001:db8::7', target: '/c', status: 404, user: 'anna b' }),
  vhostLine({ time: 1628942402000, client: '198.51.100.4', target: '/%2e%2e/x', status: 403, bytes: 0 }),
  '203.0.113.9 - - [14/Aug/2021:12:00:00 +0000] "-" 408 -',
  '203.0.113.9 - - [14/Aug/2021:12:00:00 +0000] "\\x16\\x03\\x01" 400 226 "-" "-"',
]

/** A line with pieces cut out, doubled or replaced. */
const brokenLine = fc
  .tuple(
    fc.constantFrom(...GOOD),
    fc.array(
      fc.tuple(fc.nat(200), fc.nat(12), fc.constantFrom('', '"', '\\', '\t', '[', '\x80', ' ', '\0')),
      {
        maxLength: 3,
      },
    ),
  )
  .map(([line, cuts]) =>
    cuts.reduce((text, [at, length, put]) => text.slice(0, at) + put + text.slice(at + length), line),
  )
const someLine = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...GOOD) },
  { weight: 3, arbitrary: brokenLine },
  { weight: 1, arbitrary: fc.constantFrom('', ' ', '\t \t', '#Fields: date time', '\r', '\0', '\0\0 ') },
  { weight: 1, arbitrary: fc.nat(40).map((length) => '\0'.repeat(length)) },
  { weight: 1, arbitrary: fc.tuple(fc.nat(9), fc.constantFrom(...GOOD)).map(([n, s]) => '\0'.repeat(n) + s) },
  {
    weight: 1,
    arbitrary: fc
      .uint8Array({ maxLength: 30, size: 'max' })
      .map((bytes) => Buffer.from(bytes).toString('latin1')),
  },
)
const lineEnd = fc.constantFrom('\n', '\n', '\r\n', '\r\r\n', '\n\n', '\n \n', '\r')
const text = fc
  .tuple(
    fc.array(fc.tuple(someLine, lineEnd), { maxLength: 30, size: 'max' }),
    fc.oneof(fc.constant(''), someLine),
  )
  .map(([lines, last]) => lines.map(([line, end]) => line + end).join('') + last)

const latin1 = text.map((it) => Buffer.from(it, 'latin1'))
const marked = latin1.map((bytes) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]))
const utf16 = fc
  .tuple(text, fc.constantFrom('le', 'be'), fc.boolean(), fc.boolean())
  .map(([it, order, hasMark, isOdd]) => {
    const pairs = Buffer.from((hasMark ? '\ufeff' : '') + it, 'utf16le')
    return Buffer.concat([order === 'le' ? pairs : pairs.swap16(), Buffer.from(isOdd ? [0x0a] : [])])
  })
/** The first bytes decide about compression; what looks compressed is another law's. */
const isPlain = (bytes: Uint8Array) => compressionOf(bytes) === 'none'

describe('the places of records, rejects, blanks and directives tile the source', PATIENT, () => {
  it('on any bytes at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400, size: 'max' }).filter(isPlain), async (bytes) => {
        expectTiled(bytes, await accountOf('any', bytes))
      }),
      { numRuns: runs(200, 20_000) },
    )
  })

  it('on bytes that are mostly line ends, blanks, NUL and marks', async () => {
    const byte = fc.constantFrom(0x0a, 0x0a, 0x0d, 0x00, 0x20, 0x09, 0x61, 0xff, 0xfe, 0xef, 0xbb, 0xbf)
    await fc.assert(
      fc.asyncProperty(fc.array(byte, { maxLength: 60, size: 'max' }), async (values) => {
        const bytes = Uint8Array.from(values)
        expectTiled(bytes, await accountOf('ends', bytes))
      }),
      { numRuns: runs(300, 30_000) },
    )
  })

  it('on lines of logs, whole and broken, with every kind of line end, mark and charset', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(latin1, latin1, marked, utf16).filter(isPlain), async (bytes) => {
        expectTiled(bytes, await accountOf('lines', bytes, { format: 'combined' }))
        expectTiled(bytes, await accountOf('lines', bytes))
      }),
      { numRuns: runs(150, 15_000) },
    )
  })

  it('on a source of many blocks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(someLine, lineEnd), { minLength: 20, maxLength: 40, size: 'max' }),
        async (part) => {
          const once = part.map(([line, end]) => line + end).join('')
          const bytes = Buffer.from(once.repeat(Math.ceil(700_000 / (once.length + 1))), 'latin1')
          if (isPlain(bytes)) expectTiled(bytes, await accountOf('long', bytes, { format: 'combined' }))
        },
      ),
      { numRuns: runs(4, 100) },
    )
  })

  it('with the directives of a format that has them', async () => {
    const own: LogFormat = { ...formats.find(({ id }) => id === 'common')!, id: 'own', directivePrefix: '#' }
    await fc.assert(
      fc.asyncProperty(latin1.filter(isPlain), async (bytes) => {
        const account = await accountOf('own', bytes, { formats: [own], format: 'own' })
        expectTiled(bytes, account, (line) => line.startsWith('#'))
      }),
      { numRuns: runs(80, 5_000) },
    )
  })

  it('of a JSON document, with the text between its elements', async () => {
    const element = (id: number) =>
      `{"time_iso8601":"2021-08-14T12:00:00+00:00","remote_addr":"192.0.2.7","request":"GET /${id} HTTP/1.1","status":200}`
    const LEADING = 14
    const item = fc.oneof(
      { weight: 4, arbitrary: fc.nat(99).map(element) },
      {
        weight: 1,
        arbitrary: fc.constantFrom('{}', '1', '"a]"', '{"status":"x"', '{"a":"b', '[[1],{}]', 'x', ''),
      },
    )
    const glue = fc.constantFrom(',', ',\n', ' , ', ',\r\n  ', '\n', '')
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(item, glue), { maxLength: 12 }), async (items) => {
        const body = items.map(([text, end]) => text + end).join('')
        // enough of them that the format is known, whatever else is between
        const lead = Array.from({ length: LEADING }, (_, id) => `${element(id)},`).join('')
        const bytes = Buffer.from(`{"Records":[${lead}${body}${element(1)}]}\n`)
        const { records, rejects, ledger } = await accountOf('document', bytes)
        expect(ledger.format).toBe('nginx-json')
        const found = [...records, ...rejects].sort((a, b) => a.offset - b.offset)
        let at = 0
        for (const { offset, length, line } of found) {
          // without a gap but for what no element has
          expect(bytes.toString('latin1', at, offset)).toMatch(at === 0 ? /^{"Records":\[$/ : /^[\s,\]}]*$/)
          expect(line).toBe(bytes.toString('latin1', 0, offset).split('\n').length)
          at = offset + length
        }
        expect(bytes.toString('latin1', at)).toMatch(/^[\s\]},]*$/)
        expect(ledger.lines).toBe(records.length + rejects.length + ledger.blanks + ledger.directives)
        for (const { offset, length } of records)
          expect(JSON.parse(bytes.toString('utf8', offset, offset + length))).toHaveProperty('status', 200)
        const whole = items.every(([text]) => text.startsWith('{"time') || text === '' || text === '{}')
        if (whole && items.every(([, end]) => end.includes(','))) {
          expect(records.length).toBe(
            items.filter(([text]) => text.startsWith('{"time')).length + LEADING + 1,
          )
        }
      }),
      { numRuns: runs(60, 5_000) },
    )
  })

  it('around lines that are longer than a mebibyte', async () => {
    const record = GOOD[0]!
    const longRecord = `${record.slice(0, -1)}${'x'.repeat(1_200_000)}"`
    const longTarget = record.replace('/a?b=1', `/${'y'.repeat(1_500_000)}`)
    const bytes = Buffer.from(
      [record, longRecord, '', longTarget, '\0'.repeat(1_300_000), record].join('\r\n'),
    )
    const account = await accountOf('overlong', bytes, { format: 'combined' })
    expectTiled(bytes, account)
    expect(account.rejects.map(({ reason }) => reason)).toEqual(['line-too-long', 'line-too-long', 'nul-run'])
    expect(account.ledger.faults.map(({ code }) => code)).toEqual(['line-too-long', 'nul-run'])
  })

  it('where every line is a run of NUL, or a single letter', async () => {
    for (const line of ['\0\0\n', 'x\n']) {
      const bytes = Buffer.from(line.repeat(140_000))
      expectTiled(bytes, await accountOf(JSON.stringify(line), bytes, { format: 'combined' }))
    }
  })
})

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? filesBelow(path) : statSync(path).isFile() ? [path] : []
    })
}

describe.runIf(existsSync(CORPUS))('the corpus (only where it is at hand)', PATIENT, () => {
  const files = existsSync(CORPUS) ? filesBelow(CORPUS) : []

  it('is tiled, file by file, and a file in no known format is all rejects', async () => {
    expect(files.length).toBeGreaterThan(100)
    let known = 0
    for (const file of files) {
      const stored = readFileSync(file)
      const bytes = isPlain(stored) ? stored : gunzipSync(stored)
      const account = await accountOf(file, stored)
      // elements of a document are no lines; they have a law of their own above
      if (account.ledger.recognition[0]!.includes('JSON document')) continue
      expectTiled(bytes, account, (text) => account.ledger.directives > 0 && text.startsWith('#'))
      if (account.ledger.format !== null) known++
      else expect(account.records, file).toEqual([])
    }
    expect(known).toBeGreaterThan(50)
  })
})
