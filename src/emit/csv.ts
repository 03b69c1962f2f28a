import { clip, visible } from '../core/text.js'
import type { Output } from './contract.js'

/** One column of a sheet. Texts are quoted and defused; numbers stand bare, and are empty when not finite. */
export type Column<Row> =
  | { readonly name: string; readonly text: (row: Row) => string }
  | { readonly name: string; readonly number: (row: Row) => number }

/** Rows of one CSV file: a header, then what `rows` is given. RFC 4180, with line feeds. */
export interface Sheet<Row> {
  rows(rows: readonly Row[]): Promise<void>
  /** Writes the header where no row came. */
  close(): Promise<void>
}

export function csvSheet<Row>(output: Output, columns: readonly Column<Row>[]): Sheet<Row> {
  let isOpen = false
  const open = async (): Promise<void> => {
    if (isOpen) return
    isOpen = true
    await output.write(`${columns.map(({ name }) => name).join(',')}\n`)
  }
  const quoteColumns = columns.map((column) => 'text' in column)
  return {
    async rows(rows) {
      await open()
      if (rows.length === 0) return
      // loaded by who writes a sheet: it takes longer to load than all else together
      const { writeToString } = await import('fast-csv')
      const cells = rows.map((row) => columns.map((column) => cell(column, row)))
      await output.write(
        await writeToString(cells, {
          headers: false,
          quoteColumns,
          rowDelimiter: '\n',
          includeEndRowDelimiter: true,
        }),
      )
    },
    close: open,
  }
}

function cell<Row>(column: Column<Row>, row: Row): string {
  if ('text' in column) return safeCell(column.text(row))
  const value = column.number(row)
  return Number.isFinite(value) ? String(value) : ''
}

/** Spreadsheets cut or refuse longer cells. */
const MAX_CELL = 32_000

/**
 * What a spreadsheet may take for a formula: `= + - @`, full-width twins, TAB or CR first, or behind blanks, quotes and
 * characters that do not show.
 *
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
const FORMULA = /^(?:[\s"'`\p{C}\p{Default_Ignorable_Code_Point}]*[=+\-@＝＋－＠﹢﹣﹦﹫−]|[\t\r\n])/u

/** Nearly all cells: printable ASCII that begins with nothing that a formula may begin with or stand behind. */
const HARMLESS = /^(?:[A-Za-z0-9/([][\x20-\x7e]{0,1000})?$/

/** Makes a text harmless in a spreadsheet (an apostrophe in front) and in a terminal (escapes). */
export function safeCell(text: string): string {
  if (HARMLESS.test(text)) return text
  return `${FORMULA.test(text) ? "'" : ''}${clip(visible(text), MAX_CELL)}`
}

/** Joins up to ten values that a finding names, and says how many more there are. */
export function listCell(values: readonly string[], count: number): string {
  const more = count - values.length
  return [...values, ...(more > 0 ? [`(${more} more)`] : [])].join(' | ')
}
