/** What `cases.md` cannot show: lists in files, what was not seen, and where indicators come from. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Indicator } from '../../src/index.js'
import { combinedLine, reportOn, sha256 } from './access-log.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postern-'))
})
afterAll(() => rm(folder, { recursive: true }))

const APACHE = { format: 'apache-combined' }

async function listFile(name: string, text: string): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, text)
  return file
}

describe('what was seen and what was not', () => {
  const lines = [
    combinedLine({ client: '203.0.113.9', target: '/a' }),
    combinedLine({ client: '203.0.113.77', target: '/b', agent: 'ExampleScanner/1' }),
    combinedLine({ client: 'host.example', target: '/b' }),
  ]
  const list = [
    '203.0.113.9',
    '203.0.113.0/24',
    '192.0.2.1',
    '2001:db8::/32',
    '/b',
    '/c',
    'scanner',
    'nikto',
    sha256('t'),
  ]

  it('stands in the report, each in the order of the list, with the records that it was seen in', async () => {
    const { indicators, findings } = await reportOn(lines, { indicators: list }, APACHE)
    expect(indicators).toEqual([
      { type: 'address', value: '203.0.113.9', seen: true, records: 1 },
      { type: 'network', value: '203.0.113.0/24', seen: true, records: 2 },
      { type: 'address', value: '192.0.2.1', seen: false, records: 0 },
      { type: 'network', value: '2001:db8::/32', seen: false, records: 0 },
      { type: 'path', value: '/b', seen: true, records: 2 },
      { type: 'path', value: '/c', seen: false, records: 0 },
      { type: 'user-agent', value: 'scanner', seen: true, records: 1 },
      { type: 'user-agent', value: 'nikto', seen: false, records: 0 },
      { type: 'token-sha256', value: sha256('t'), seen: false, records: 0 },
    ])
    const records = findings.reduce((sum, { evidenceCount }) => sum + evidenceCount, 0)
    expect(records).toBe(1 + 2 + 2 + 1)
  })

  it.each([
    ['plain lines', 'list.txt', `# from the mail log\n\n${list.join('\n')}\n`],
    ['CSV', 'list.csv', `value,type,note\n${list.map((value) => `${value},,seen before`).join('\r\n')}\n`],
  ])('is the same from a file of %s', async (_what, name, text) => {
    const indicators = await listFile(name, text)
    const fromFile = await reportOn(lines, {}, { ...APACHE, indicators })
    const fromCase = await reportOn(lines, { indicators: list }, APACHE)
    expect(fromFile.indicators).toEqual(fromCase.indicators)
    expect(fromFile.findings.map(({ id }) => id)).toEqual(fromCase.findings.map(({ id }) => id))
  })

  it('is nothing at all, and says so, without indicators', async () => {
    const { indicators, reading } = await reportOn(lines, {}, APACHE)
    expect(indicators).toEqual([])
    expect(reading.notChecked).toContainEqual({
      check: 'indicator-seen',
      reason: 'no indicators were given',
    })
  })
})

describe('indicators of the case and of the options', () => {
  const lines = [combinedLine({ client: '203.0.113.9' })]
  const listed: readonly Indicator[] = [
    { type: 'address', value: '203.0.113.9', note: 'again' },
    { type: 'address', value: '198.51.100.1' },
  ]

  it('are added up, each once, so that no two findings have one id', async () => {
    const { indicators, findings } = await reportOn(
      lines,
      { indicators: [{ value: '203.0.113.9', note: 'first' }] },
      { ...APACHE, indicators: listed },
    )
    expect(indicators.map(({ value, records }) => [value, records])).toEqual([
      ['203.0.113.9', 1],
      ['198.51.100.1', 0],
    ])
    expect(findings.map(({ measures }) => measures)).toMatchObject([{ note: 'first' }])
  })

  it('ignore the case of paths where the case says so, whichever they come from', async () => {
    const options = { ...APACHE, indicators: [{ type: 'path', value: '/TEST/export' }] as const }
    const of = async (caseFile: object) => (await reportOn(lines, caseFile, options)).indicators[0]!.records
    expect(await of({})).toBe(0)
    expect(await of({ ignorePathCase: true })).toBe(1)
  })
})

describe('a token', () => {
  const line = (token: string) =>
    `203.0.113.9 - - [14/Aug/2021:12:30:00 +0000] "GET /a HTTP/1.1" 200 300 "${token}"`
  const format = '%h %l %u %t "%r" %>s %b "%{session_id}C"'
  const tokens = ['plain', 'with\\"quote', 'sp ace', 'caf\\xc3\\xa9']
  const unescaped = ['plain', 'with"quote', 'sp ace', 'café']

  it.each(unescaped.map((token, i) => [token, tokens[i]!]))(
    'is known by the hash of its bytes, the log’s escapes resolved: %s',
    async (token, written) => {
      const lines = tokens.map(line)
      const { indicators, findings } = await reportOn(lines, { indicators: [sha256(token)] }, { format })
      expect(indicators).toMatchObject([{ seen: true, records: 1 }])
      expect(findings.map(({ evidence }) => evidence.map(({ line: number }) => number))).toEqual([
        [tokens.indexOf(written) + 1],
      ])
      expect(findings[0]!.subject.id).toMatch(/^token#\d+$/)
    },
  )

  it('is not known by its text', async () => {
    const { indicators } = await reportOn(tokens.map(line), { indicators: ['plain'] }, { format })
    expect(indicators).toMatchObject([{ type: 'user-agent', seen: false }])
  })
})
