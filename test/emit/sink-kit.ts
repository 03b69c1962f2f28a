import { parseString } from 'fast-csv'
import { expect, it } from 'vitest'
import type { Report } from '../../src/conclude/contract.js'
import type { Output, SinkFormat, SinkSettings } from '../../src/emit/contract.js'
import type { Session } from '../../src/sessions/contract.js'
import { emptyReport, sampleRejects, sampleReport, sampleSessions, withTexts } from './samples.js'

/** Everything that a run hands to a sink. */
export interface Given {
  readonly report: Report
  readonly sessions: readonly Session[]
  readonly rejects: typeof sampleRejects
}

export const samples: Given = { report: sampleReport, sessions: sampleSessions, rejects: sampleRejects }
const nothing: Given = { report: emptyReport, sessions: [], rejects: [] }

/** Runs a sink as a run does, arrays in pieces of `piece`, and gives what it wrote. */
export async function emitted(
  format: SinkFormat,
  given: Given,
  piece = 1000,
  settings: Partial<SinkSettings> = {},
): Promise<string> {
  let written = ''
  const output: Output = {
    async write(text) {
      written += text
    },
  }
  const sink = format.create(output, { color: false, width: 100, ...settings })
  for (const rejects of inPieces(given.rejects, piece)) await sink.rejects?.(rejects)
  for (const sessions of inPieces(given.sessions, piece)) await sink.sessions?.(sessions)
  for (const { id, evidence } of given.report.findings)
    for (const references of inPieces(evidence, piece)) await sink.references?.(id, references)
  for (const findings of inPieces(given.report.findings, piece)) await sink.findings?.(findings)
  await sink.report?.(given.report)
  await sink.ledger?.(given.report.ledger, given.report)
  await sink.close?.()
  return written
}

function inPieces<Item>(items: readonly Item[], size: number): Item[][] {
  const pieces: Item[][] = []
  for (let from = 0; from < items.length; from += size) pieces.push(items.slice(from, from + size))
  return pieces
}

/** Texts that do harm somewhere: in a terminal, an editor, a spreadsheet, a JSON reader, or by their size. */
const HOSTILE: Readonly<Record<string, string>> = {
  'escape sequences': '\x1b[2J\x1b]0;owned\x07\x9b31m\x1bP',
  'controls and NULs': '\0\b\r\n\t\x7f\x85\x0b',
  'bidi and invisible characters': '\u202egpj\u2066\u200b\u200f\ufeff\u00ad\u{e0041}\u2028\u2029\u061c',
  'lone surrogates': '\ud800 \udfff \ud83d',
  'formula with equals': '=HYPERLINK("http://x/","y")',
  'formula with at': '@SUM(1+1)*cmd|"/c calc"!A0',
  'formula behind blanks': ' \t "=1+1',
  'formula behind a zero-width blank': '\u200b=1+1',
  'full-width formula': '＝1+1',
  'formula with plus': '+1',
  'formula with minus': '-1+1',
  separators: 'a;=1+1\t=1+1\n=1+1,=1+1"\n"=1+1',
  'quotes and braces': '"}\n{"id":"forged","severity":"info"}\\',
  'line that forges a report': '\nFindings   0 critical\n',
}

/** What a terminal or editor acts on; the line feeds of the file's own lines aside. */
const ACTING =
  /[\0-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}\p{Cs}]/u
/** An apostrophe in front is what defuses. */
const FORMULA = /^(?:[\s"`]*[=+\-@＝＋－＠]|[\t\r\n])/

/** The tests that every sink has to pass. */
export function sinkKit(format: SinkFormat): void {
  const kind = format.fileName.split('.').at(-1)!

  it('has the id of its export and a plain file name', () => {
    expect(format.id).toMatch(/^[a-z]+(-[a-z]+)*$/)
    expect(format.fileName).toMatch(/^[a-z]+\.(txt|csv|json|jsonl|html)$/)
    expect(format.title).not.toBe('')
  })

  // of a page its script and style are most, which nobody reads as a difference
  it.skipIf(kind === 'html')('writes the golden file', async () => {
    await expect(await emitted(format, samples)).toMatchFileSnapshot(`goldens/${format.fileName}`)
  })

  it.skipIf(kind === 'html')('writes the golden file of evidence in which there was nothing', async () => {
    await expect(await emitted(format, nothing)).toMatchFileSnapshot(`goldens/empty/${format.fileName}`)
  })

  it('writes the same in pieces of any size', async () => {
    const whole = await emitted(format, samples)
    expect(await emitted(format, samples, 1)).toBe(whole)
    expect(whole.endsWith('\n')).toBe(true)
  })

  it.each(Object.entries(HOSTILE))('lets no %s through', async (_, text) => {
    const plain = await emitted(format, samples)
    for (const hostile of [(old: string) => text + old, (old: string) => old + text, () => text]) {
      const given = withTexts(samples, hostile)
      const written = await emitted(format, given)
      expect(ACTING.exec(written)).toBeNull()
      await holdsItsForm(kind, written, plain, given)
    }
  })

  it('bears texts of 100 kB', async () => {
    const given = withTexts(samples, (old) => `${old}${'\x1bW€📞=x '.repeat(10_000)}`)
    const written = await emitted(format, given)
    expect(ACTING.exec(written)).toBeNull()
    expect(written.length).toBeGreaterThan(0)
  })
}

async function holdsItsForm(kind: string, written: string, plain: string, given: Given): Promise<void> {
  const lines = written.split('\n')
  if (kind === 'csv') {
    expect(lines.length).toBe(plain.split('\n').length)
    const rows = await csvRows(written)
    expect(new Set(rows.map((row) => row.length)).size).toBe(1)
    for (const cell of rows.flat()) if (!/^-?\d+(\.\d+)?$/.test(cell)) expect(cell).not.toMatch(FORMULA)
  }
  if (kind === 'jsonl') {
    expect(lines.length).toBe(plain.split('\n').length)
    for (const line of lines.slice(0, -1)) expect(typeof JSON.parse(line)).toBe('object')
  }
  if (kind === 'json') {
    const { ledger, answers } = given.report
    const content = JSON.parse(written)
    const [is, was] =
      'ledger' in content
        ? [content.ledger[0].ordinal, ledger[0]!.ordinal]
        : [content.answers.assumptions[0], answers.assumptions[0]!]
    expect(is).toBe(wellFormed(was))
  }
  if (kind === 'txt') expect(lines.filter((line) => line.startsWith('Findings '))).toHaveLength(1)
}

/** JSON keeps a lone surrogate as an escape, and reading gives it back. */
function wellFormed(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string
}

function csvRows(text: string): Promise<string[][]> {
  return new Promise((resolve, reject) => {
    const rows: string[][] = []
    parseString<string[], string[]>(text, { headers: false })
      .on('error', reject)
      .on('data', (row: string[]) => rows.push(row))
      .on('end', () => resolve(rows))
  })
}
