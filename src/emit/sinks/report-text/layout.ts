import { clip, visible } from '../../../core/text.js'

/** How a stretch of a line looks where colours are on. */
export type Tone = 'heading' | 'strong' | 'quiet' | 'critical' | 'high' | 'medium' | 'low' | 'info' | 'good'

/** A stretch of a line. */
export type Run = string | { readonly text: string; readonly tone: Tone }

/** One line of the report, without its end. Texts are escaped once more when the page is painted. */
export type Line = readonly Run[]

/** Asian full-width and emoji blocks, which take two columns. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u

/** Columns that a text takes in a terminal. */
export function textWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  let width = 0
  for (const character of text) width += widthOf(character)
  return width
}

function widthOf(character: string): number {
  if (/\p{M}/u.test(character)) return 0
  return WIDE.test(character) ? 2 : 1
}

/** Makes a text of the log harmless and cuts it to so many columns. */
export function fitted(text: string, width: number): string {
  // log text may be long: what surely lies beyond the cut is dropped before it is escaped
  const safe = visible(clip(text, width + 1))
  if (textWidth(safe) <= width) return safe
  let used = 0
  let end = 0
  for (const character of safe) {
    if (used + widthOf(character) > width - 1) break
    used += widthOf(character)
    end += character.length
  }
  return `${safe.slice(0, end)}…`
}

function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)))
}

function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - textWidth(text))) + text
}

/** Breaks a text at blanks into lines of at most `width` columns; a longer word is cut into pieces. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of visible(text)
    .split(/ +/)
    .flatMap((whole) => pieces(whole, width))) {
    if (line !== '' && textWidth(line) + 1 + textWidth(word) > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

function pieces(word: string, width: number): string[] {
  if (textWidth(word) <= width) return [word]
  const parts: string[] = []
  let part = ''
  let used = 0
  for (const character of word) {
    const columns = widthOf(character)
    if (used + columns > width && part !== '') {
      parts.push(part)
      part = ''
      used = 0
    }
    part += character
    used += columns
  }
  return [...parts, part]
}

/** Columns that a label takes, its indent aside. */
const LABEL_WIDTH = 15

/** A label and a wrapped text beside it. */
export function labelled(label: string, text: string, width: number, indent: number): Line[] {
  const hang = indent + LABEL_WIDTH
  return wrap(text, Math.max(20, width - hang)).map((line, index) =>
    index === 0
      ? [' '.repeat(indent), { text: padEnd(label, LABEL_WIDTH), tone: 'quiet' }, line]
      : [' '.repeat(hang) + line],
  )
}

/** A column of a table: numbers lean right; the one that is `flexible` gives way where the table is too wide. */
export interface TableColumn {
  readonly name: string
  readonly leans: 'left' | 'right'
  readonly flexible?: boolean
}

const GAP = 2
const LEAST_FLEXIBLE = 12

/** Aligned columns under a quiet header. */
export function table(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  width: number,
  indent: number,
): Line[] {
  const room = width - indent - GAP * (columns.length - 1)
  const cells = rows.map((row) => row.map((text) => fitted(text, room)))
  const widths = columns.map(({ name }, index) =>
    Math.max(textWidth(name), ...cells.map((row) => textWidth(row[index] ?? ''))),
  )
  const over = widths.reduce((sum, each) => sum + each, 0) - room
  const flexible = columns.findIndex((column) => column.flexible === true)
  if (over > 0 && flexible >= 0) widths[flexible] = Math.max(LEAST_FLEXIBLE, widths[flexible]! - over)
  const lineOf = (row: readonly string[]): string =>
    ' '.repeat(indent) +
    columns
      .map((column, index) => align(row[index] ?? '', column, widths[index]!))
      .join(' '.repeat(GAP))
      .trimEnd()
  return [
    [{ text: lineOf(columns.map(({ name }) => name)), tone: 'quiet' }],
    ...cells.map((row) => [lineOf(row)]),
  ]
}

function align(text: string, { leans }: TableColumn, width: number): string {
  const cell = fitted(text, width)
  return leans === 'right' ? padStart(cell, width) : padEnd(cell, width)
}
