import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { parseString } from 'fast-csv'
import type { Indicator } from '../classify/contract.js'
import { isAddress, isNetwork } from './addresses.js'
import { type Problem, problemsError, shown } from './problems.js'

const INDICATOR_TYPES = ['address', 'network', 'path', 'user-agent', 'token-sha256'] as const

const COLUMNS = ['type', 'value', 'note'] as const

/** What an indicator is before its type is known to fit. */
interface Entry {
  readonly type?: string | undefined
  readonly value: string
  readonly note?: string | undefined
}

/** A line of the list that is neither blank nor a comment. */
interface ListLine {
  /** From 1. */
  readonly number: number
  readonly text: string
}

/**
 * Reads an indicator list: one value a line, or CSV under a header of `type,value,note` (`value` alone is required).
 *
 * Blank lines and lines that start with `#` are skipped. A value without a type has the type that it looks like: an
 * address, a network, 64 hex digits (SHA-256 of a token), a path when it starts with `/`; else a text that the user
 * agent contains, whatever its case. An entry that stands twice is taken once. A `.csv` file must have the header.
 *
 * @throws {ERR_CASE_INVALID} when the file cannot be read or an entry makes no sense; names every bad line.
 */
export async function loadIndicators(file: string): Promise<Indicator[]> {
  const lines = listLines(await readText(file))
  const header = csvHeader(lines[0])
  const problems: Problem[] = []
  const blame = (line: ListLine, text: string): void => {
    problems.push({ file, line: line.number, path: '', text })
  }
  if (header === null && extname(file).toLowerCase() === '.csv' && lines[0] !== undefined)
    blame(lines[0], `found ${shown(lines[0].text)}, expected the header type,value,note`)
  const entries = header === null ? lines.map(plainEntry) : await csvEntries(lines.slice(1), header, blame)
  const indicators = new Map<string, Indicator>()
  for (const { line, entry } of entries) {
    const read = toIndicator(entry)
    if (typeof read === 'string') blame(line, read)
    else addOnce(indicators, read)
  }
  if (problems.length > 0) throw problemsError(problems)
  return [...indicators.values()]
}

function addOnce(indicators: Map<string, Indicator>, indicator: Indicator): void {
  const key = `${indicator.type} ${indicator.value}`
  if (!indicators.has(key)) indicators.set(key, indicator)
}

/** Types and checks one entry; gives what is wrong as a text. */
export function toIndicator({ type = '', value, note }: Entry): Indicator | string {
  const text = value.trim()
  if (text === '') return 'found nothing, expected a value'
  if (/[\x00-\x1f\x7f]/.test(text)) return `found ${shown(text)}, expected a value without control characters`
  const known = type === '' ? typeByShape(text) : INDICATOR_TYPES.find((name) => name === type)
  if (known === undefined) return `found type ${shown(type)}, expected one of ${INDICATOR_TYPES.join(', ')}`
  const expected =
    known === null ? 'an address, a network or a SHA-256 of 64 hex digits' : misfit(known, text)
  if (known === null || expected !== null) return `found ${shown(text)}, expected ${expected}`
  return { type: known, value: text, ...(note === undefined || note === '' ? {} : { note }) }
}

/** The type that a value looks like; null for what was meant as an address or hash and is none. */
function typeByShape(value: string): Indicator['type'] | null {
  if (isAddress(value)) return 'address'
  if (isNetwork(value)) return 'network'
  if (value.startsWith('/')) return 'path'
  if (/^[0-9a-f]{64}$/i.test(value)) return 'token-sha256'
  const almostAddress = /^\d+(?:\.\d+){3}(?:\/\d*)?$|^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*(?:\/\d*)?$/i
  return almostAddress.test(value) || /^[0-9a-f]{32,}$/i.test(value) ? null : 'user-agent'
}

/** What a value of a type should be, when it is not. */
function misfit(type: Indicator['type'], value: string): string | null {
  switch (type) {
    case 'address':
      return isAddress(value) ? null : 'an IPv4 or IPv6 address'
    case 'network':
      return isNetwork(value) ? null : 'a network such as 203.0.113.0/24'
    case 'path':
      return value.startsWith('/') ? null : 'a path that starts with /'
    case 'token-sha256':
      return /^[0-9a-f]{64}$/i.test(value) ? null : 'a SHA-256 of 64 hex digits'
    case 'user-agent':
      return null
  }
}

async function readText(file: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file))
  } catch (cause) {
    const missing = (cause as { code?: string }).code === 'ENOENT'
    const reason = missing ? 'no such file' : `cannot be read: ${(cause as Error).message}`
    throw problemsError([{ file, line: null, path: '', text: `indicator list: ${reason}` }], cause)
  }
}

function listLines(text: string): ListLine[] {
  return text
    .split(/\r\n|\n|\r/)
    .map((line, index) => ({ number: index + 1, text: line.trim() }))
    .filter((line) => line.text !== '' && !line.text.startsWith('#'))
}

/** The columns of a CSV header, or null when the first line is an entry. */
function csvHeader(line: ListLine | undefined): string[] | null {
  const cells = (line?.text ?? '').split(',').map((cell) =>
    cell
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .toLowerCase(),
  )
  const isHeader = cells.includes('value') && cells.every((cell) => COLUMNS.some((column) => column === cell))
  return isHeader ? cells : null
}

function plainEntry(line: ListLine): { line: ListLine; entry: Entry } {
  return { line, entry: { value: line.text } }
}

async function csvEntries(
  lines: readonly ListLine[],
  header: readonly string[],
  blame: (line: ListLine, text: string) => void,
): Promise<{ line: ListLine; entry: Entry }[]> {
  const sound = lines.filter((line) => {
    const problem = csvProblem(line.text)
    if (problem !== null) blame(line, problem)
    return problem === null
  })
  const rows = await csvRows(sound.map((line) => line.text).join('\n'))
  return rows.flatMap((cells, index) => {
    const line = sound[index]!
    if (cells.length > header.length) blame(line, `found ${cells.length} cells, expected ${header.length}`)
    const cell = (name: string): string | undefined => cells[header.indexOf(name)]?.trim()
    const entry = { type: cell('type'), value: cell('value') ?? '', note: cell('note') }
    return cells.length > header.length ? [] : [{ line, entry }]
  })
}

/** What keeps a line from being one row by itself, so that rows and lines can be told to be the same. */
function csvProblem(text: string): string | null {
  if (/^(?:"(?:[^"]|"")*"|[^",]*)(?:,(?:"(?:[^"]|"")*"|[^",]*))*$/.test(text)) return null
  return `found ${shown(text)}, expected cells whose quotes are closed on the same line`
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
