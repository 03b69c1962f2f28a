/**
 * Reads rows of named columns: W3C extended logs, whose directives say the columns and may change them within a file, CSV and
 * TSV whose first line says them, and delimited formats with columns of their own.
 *
 *     #Fields: date time c-ip cs-method cs-uri-stem sc-status
 *     2000-10-10 13:55:36 203.0.113.9 GET /a 200
 *
 * @see https://www.w3.org/TR/WD-logfile.html
 */
import { BACKSLASH, QUOTE, SPACE, TAB } from '../../core/bytes.js'
import { DAY_MS, HOUR_MS } from '../../core/civil-time.js'
import type { LineScanner, LogFormat, RejectReason, RowWriter, Spelling, ValueMeaning } from '../contract.js'
import { namesOf, problemOf } from '../meanings.js'
import { readClockTime, readDate } from '../values.js'

export interface TableFormat {
  /** The byte between columns; blanks stand for runs of blanks and tabs. */
  readonly delimiter: number
  /** How values are spelled, where the column does not say. */
  readonly spelling: Spelling
  /** Meanings of columns by their name in lower case. */
  readonly columns: Readonly<Record<string, ColumnMeaning>>
  /** Meaning of a column that `columns` does not have; null: it is passed over. */
  readonly other?: (name: string) => ValueMeaning | null
  /** Where the columns' names stand. */
  readonly header: 'w3c' | 'first-line' | 'none'
  /** The columns of a file without a header, or before it. */
  readonly defaults?: readonly string[]
  /** Other usual columns of such a file; a row is of those of which it has as many values. */
  readonly otherDefaults?: readonly (readonly string[])[]
  /** Columns of which all must be among those of the header; within one text, `|` says or. */
  readonly needs: readonly string[]
  /** Further ones that tell it from formats with the same columns, where no `#Software` does. */
  readonly tells?: string
  /** Fewest values of a row of the default columns; all, if not said. Rows of a header have all of its columns. */
  readonly least?: number
  /** Further values behind the last column are passed over: the vendor adds some from time to time. */
  readonly isOpen?: boolean
  /** A quote in quotes is `""` (the default), or a backslash stands before it; the quotes around are then left out. */
  readonly quoting?: 'doubled' | 'backslash'
  /** The programs that write it, by what `#Software` says, where it says anything. */
  readonly software?: RegExp
}

export type ColumnMeaning = ValueMeaning & { readonly spelling?: Spelling }

interface Column {
  readonly meaning: ColumnMeaning | null
  readonly spelling: Spelling
}

/** A format of named columns: what its table gives to the descriptor. */
export function fromTable(
  table: TableFormat,
  others: readonly ValueMeaning[] = [],
): Pick<LogFormat, 'scanner' | 'extras' | 'columns'> {
  return { scanner: () => new TableScanner(table), ...namesOf([...Object.values(table.columns), ...others]) }
}

class TableScanner implements LineScanner {
  readonly #format: TableFormat
  #names: readonly string[] | null = null
  #columns: readonly Column[] | null = null
  /** Fewest values of a row. */
  #least = 0
  /** Whether one of its own programs wrote this, where the directives say. */
  #isOwn: boolean | undefined
  /** Number of the column of times that no column of dates goes with, or -1. */
  #clock = -1
  /** Time of the row before, or what `#Date` says. */
  #lastMs = Number.NaN
  #starts = new Int32Array(64)
  #ends = new Int32Array(64)

  constructor(format: TableFormat) {
    this.#format = format
    if (format.defaults !== undefined) this.#useColumns(format.defaults)
  }

  read(line: Uint8Array, row: RowWriter): 'record' | 'directive' | RejectReason {
    const { header } = this.#format
    if (header === 'w3c' && line[0] === 0x23) return this.#directive(line)
    const count = this.#split(line)
    if (header === 'first-line' && this.#isHeader(line, count)) return 'directive'
    if (this.#names === null) this.#chooseDefaults(count)
    const known = this.#columns?.length ?? 0
    if (this.#columns === null || count < this.#least) return 'no-match'
    if (count > known && this.#format.isOpen !== true) return 'trailing-text'
    return this.#values(line, row, Math.min(count, known))
  }

  #values(line: Uint8Array, row: RowWriter, count: number): 'record' | RejectReason {
    const columns = this.#columns!
    if (this.#clock >= 0 && this.#clock < count) {
      const ms = this.#nearLast(readClockTime(line, this.#starts[this.#clock]!, this.#ends[this.#clock]!))
      if (Number.isNaN(ms)) return 'bad-time'
      row.time(ms)
    }
    for (let i = 0; i < count; i++) {
      const { meaning, spelling } = columns[i]!
      if (meaning === null || row.value(meaning, this.#starts[i]!, this.#ends[i]!, spelling)) continue
      return problemOf(meaning)
    }
    return 'record'
  }

  #directive(line: Uint8Array): 'directive' | 'no-match' {
    const text = Buffer.from(line).toString('utf8')
    const colon = text.indexOf(':')
    const value = text.slice(colon + 1).trim()
    switch (text.slice(0, colon).toLowerCase()) {
      case '#date':
        this.#lastMs = readDateTime(value)
        return 'directive'
      case '#software':
        this.#isOwn = this.#format.software?.test(value)
        break
      case '#fields':
        this.#names = value.split(/\s+/)
        break
      default:
        return 'directive'
    }
    const names = this.#names ?? this.#format.defaults ?? []
    if (this.#isOwn === false || (this.#names !== null && !this.#hasNeeds(names))) {
      this.#columns = null
      return 'no-match'
    }
    if (names.length > 0) this.#useColumns(names)
    return 'directive'
  }

  /**
   * The time of a row without a date: on the day that puts it behind the row before, for a log is written in order, or
   * before it by no more than what requests of one moment are apart. Most of a day may pass without a request.
   */
  #nearLast(clockMs: number): number {
    const day = Math.floor(this.#lastMs / DAY_MS) * DAY_MS
    const ms = day + clockMs
    if (Number.isNaN(ms)) return ms
    const distance = ms - this.#lastMs
    this.#lastMs = distance > DAY_MS - HOUR_MS ? ms - DAY_MS : distance < -HOUR_MS ? ms + DAY_MS : ms
    return this.#lastMs
  }

  /** The first line that names all that is needed; another such line later names columns anew. */
  #isHeader(line: Uint8Array, count: number): boolean {
    const names = Array.from({ length: count }, (_, i) =>
      Buffer.from(line.subarray(this.#starts[i]!, this.#ends[i]!))
        .toString('utf8')
        .replace(/^"|"$/g, '')
        .trim(),
    )
    if (!this.#hasNeeds(names)) return false
    this.#useColumns(names)
    return true
  }

  #hasNeeds(names: readonly string[]): boolean {
    const lower = names.map((name) => name.toLowerCase())
    const { needs, tells } = this.#format
    const all = tells === undefined || this.#isOwn === true ? needs : [...needs, tells]
    return all.every((need) => need.split('|').some((name) => lower.includes(name)))
  }

  #chooseDefaults(count: number): void {
    const { defaults, otherDefaults } = this.#format
    if (otherDefaults === undefined || this.#columns === null || this.#columns.length === count) return
    const usual = otherDefaults.find((names) => names.length === count) ?? defaults
    if (usual !== undefined) this.#useColumns(usual)
  }

  #useColumns(names: readonly string[]): void {
    const { columns, other, spelling } = this.#format
    const used = names.map((name) => {
      const lower = name.toLowerCase()
      const meaning = Object.hasOwn(columns, lower) ? columns[lower]! : (other?.(name) ?? null)
      return { meaning, spelling: (meaning as ColumnMeaning | null)?.spelling ?? spelling }
    })
    const kinds = used.map(({ meaning }) => meaning?.codec.as)
    const isDated = kinds.some((kind) => kind === 'date' || kind === 'time' || kind === 'any-time')
    this.#clock = isDated ? -1 : kinds.indexOf('clock')
    this.#columns = used
    this.#least = names === this.#format.defaults ? (this.#format.least ?? names.length) : names.length
  }

  /** Finds the values of a line; gives their number. */
  #split(line: Uint8Array): number {
    const { delimiter, quoting } = this.#format
    const isBlank = delimiter === SPACE
    const isEscaped = quoting === 'backslash'
    // once a quote does not close none behind it does: a line of many is not searched again and again
    let closes = delimiter !== TAB
    let count = 0
    let at = 0
    const end = line.length
    for (;;) {
      if (isBlank) while (at < end && (line[at] === SPACE || line[at] === TAB)) at++
      if (isBlank && at >= end) return count
      const start = at
      if (line[at] === QUOTE && closes) {
        const close = isEscaped ? escapedEnd(line, at, delimiter) : doubledEnd(line, at)
        closes = close >= 0
        if (closes) at = close
      }
      const isBared = isEscaped && at > start
      while (at < end && line[at] !== delimiter && !(isBlank && line[at] === TAB)) at++
      if (isBared) this.#add(count++, start + 1, at - 1)
      else this.#add(count++, start, at)
      if (at >= end) return count
      at++
    }
  }

  #add(i: number, start: number, end: number): void {
    if (i >= this.#starts.length) {
      const [starts, ends] = [new Int32Array(2 * i), new Int32Array(2 * i)]
      starts.set(this.#starts)
      ends.set(this.#ends)
      this.#starts = starts
      this.#ends = ends
    }
    this.#starts[i] = start
    this.#ends[i] = end
  }
}

/** Index behind the quote that closes the value from `at` on, or -1. */
function doubledEnd(line: Uint8Array, at: number): number {
  for (let stop = at + 1; stop < line.length; stop++) {
    if (line[stop] !== QUOTE) continue
    if (line[stop + 1] === QUOTE) stop++
    else return stop + 1
  }
  return -1
}

/** The same where a backslash shields a quote. One that no delimiter follows closes nothing: it was left as sent. */
function escapedEnd(line: Uint8Array, at: number, delimiter: number): number {
  for (let stop = at + 1; stop < line.length; stop++) {
    if (line[stop] === BACKSLASH) stop++
    else if (line[stop] === QUOTE && (stop + 1 === line.length || line[stop + 1] === delimiter))
      return stop + 1
  }
  return -1
}

/** `2000-10-10 13:55:36`, or `10-Oct-2000 13:55:36` as in the draft; in UTC. NaN for anything else. */
function readDateTime(text: string): number {
  const named = /^(\d\d)[-/](\w{3})[-/](\d{4})(?= |$)/.exec(text)
  const [day, month, year] = named?.slice(1) ?? []
  const number = (MONTHS.indexOf((month ?? '').toLowerCase()) / 3 + 1).toString().padStart(2, '0')
  const date = named === null ? text.slice(0, 10) : `${year}-${number}-${day}`
  const clock = /^.{10,11} (\d\d:\d\d:\d\d)/.exec(text)?.[1] ?? '00:00:00'
  return readDate(Buffer.from(date), 0, 10) + readClockTime(Buffer.from(clock), 0, 8)
}

const MONTHS = 'janfebmaraprmayjunjulaugsepoctnovdec'
