/**
 * Reads lines whose quotes are not escaped, so that a client's own quote can look like the end of its field.
 *
 *     "203.0.113.9" "curl" "x" "0b8f" "www.example.com" "192.0.2.1:80"
 *                    ^agent   ^
 *
 * Quotes that are as many as the layout has stand for themselves: such a line has one reading. In others the readings are
 * counted from the line's end, with what each field may hold: no client can put a quote into what the server wrote. A line
 * with two readings is read in one of them and flagged.
 */
import { DOT, MINUS, NINE, QUOTE, SPACE, ZERO } from '../../core/bytes.js'
import type { LineScanner, LogFormat, RejectReason, RowWriter, ValueMeaning } from '../contract.js'
import { namesOf, problemOf } from '../meanings.js'

const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d

/** What a field may hold. */
export type Holds =
  /** Digits, or a dash. */
  | 'number'
  /** No blanks and no quotes. */
  | 'word'
  /** No quotes: blanks are fine. */
  | 'unquoted'
  /** What stands in brackets, a time: neither those nor quotes. */
  | 'bracketed'
  /** Anything: the client chose it. */
  | 'text'

export interface UnescapedField {
  /** What it stands for; several where it fills several columns, none where it is passed over. */
  readonly meanings: readonly ValueMeaning[]
  readonly holds: Holds
  /** The text behind it; the empty string says the end of the line. */
  readonly until: string
  /** Of two readings the one in which this field is longer counts; default: shorter. */
  readonly longest?: boolean
}

export interface UnescapedLayout {
  readonly lead: string
  readonly fields: readonly UnescapedField[]
}

/** A format of such layouts, tried in order: what they give to the descriptor. */
export function fromUnescaped(
  layouts: readonly UnescapedLayout[],
): Pick<LogFormat, 'scanner' | 'extras' | 'columns'> {
  return {
    scanner: () => unescapedScanner(layouts),
    ...namesOf(layouts.flatMap(({ fields }) => fields.flatMap(({ meanings }) => meanings))),
  }
}

export function unescapedScanner(layouts: readonly UnescapedLayout[]): LineScanner {
  const scans = layouts.map((layout) => new UnescapedScan(layout))
  return {
    read(line, row) {
      let readings = 0
      let first: UnescapedScan | null = null
      for (const scan of scans) {
        const found = scan.find(line)
        if (found > 0) first ??= scan
        readings += found
      }
      if (first === null) return 'no-match'
      if (readings > 1) row.ambiguous()
      return first.write(row)
    },
  }
}

interface Step extends UnescapedField {
  readonly tail: Uint8Array
}

class UnescapedScan {
  readonly #lead: Uint8Array
  readonly #steps: readonly Step[]
  readonly #quotes: number
  readonly #starts: Int32Array
  readonly #ends: Int32Array

  constructor({ lead, fields }: UnescapedLayout) {
    this.#lead = Buffer.from(lead)
    this.#steps = fields.map((field) => ({ ...field, tail: Buffer.from(field.until) }))
    this.#quotes = [lead, ...fields.map(({ until }) => until)].join('').split('"').length - 1
    this.#starts = new Int32Array(fields.length)
    this.#ends = new Int32Array(fields.length)
  }

  /** Finds the fields of a line. Gives the number of ways in which it can be read: none, one, or 2 for more. */
  find(line: Uint8Array): number {
    if (!isAt(line, 0, this.#lead)) return 0
    const quotes = countQuotes(line)
    if (quotes < this.#quotes) return 0
    return quotes === this.#quotes && this.#findOnly(line) ? 1 : this.#slowFind(line)
  }

  write(row: RowWriter): 'record' | RejectReason {
    for (let i = 0; i < this.#steps.length; i++) {
      for (const meaning of this.#steps[i]!.meanings) {
        if (row.value(meaning, this.#starts[i]!, this.#ends[i]!, 'raw')) continue
        return problemOf(meaning)
      }
    }
    return 'record'
  }

  /** All quotes are the layout's: each field ends where what is behind it stands first. */
  #findOnly(line: Uint8Array): boolean {
    const steps = this.#steps
    let at = this.#lead.length
    for (let i = 0; i < steps.length; i++) {
      const { tail, holds } = steps[i]!
      let stop = at
      if (tail.length === 0) stop = line.length
      else while (stop < line.length && !isAt(line, stop, tail)) stop++
      if (!holdsAll(line, at, stop, holds) || (stop === line.length && tail.length > 0)) return false
      this.#starts[i] = at
      this.#ends[i] = stop
      at = stop + tail.length
    }
    return at === line.length
  }

  /**
   * Taken for lines with more quotes than the layout has, and for those in which a text without quotes around it holds what
   * ends it.
   *
   * `ways[i][at]` says in how many ways (2 for more) the line can be read from `at` on by field `i` and those behind it. It
   * is filled from the line's end: time and room are fields times bytes, whatever the line holds.
   */
  #slowFind(line: Uint8Array): number {
    const steps = this.#steps
    const ways: Uint8Array[] = new Array(steps.length)
    let behind = new Uint8Array(line.length + 1)
    behind[line.length] = 1
    for (let i = steps.length - 1; i >= 0; i--) {
      const own = waysFrom(line, steps[i]!, behind)
      if (own === null) return 0
      ways[i] = own
      behind = own
    }
    const count = behind[this.#lead.length]!
    if (count > 0) this.#choose(line, ways)
    return count
  }

  #choose(line: Uint8Array, ways: readonly Uint8Array[]): void {
    let at = this.#lead.length
    this.#steps.forEach(({ tail, holds, longest = false }, i) => {
      const next = ways[i + 1]
      let end = -1
      for (let stop = at; stop <= line.length; stop++) {
        const fits = next === undefined ? stop + tail.length === line.length : next[stop + tail.length]! > 0
        if (fits && isAt(line, stop, tail)) {
          end = stop
          if (!longest) break
        }
        if (!mayHold(line[stop], holds)) break
      }
      this.#starts[i] = at
      this.#ends[i] = end
      at = end + tail.length
    })
  }
}

/** The ways of one field from each place on, of those behind it; null where there are none at all. */
function waysFrom(
  line: Uint8Array,
  { tail, holds }: Step,
  behind: Uint8Array,
): Uint8Array<ArrayBuffer> | null {
  const ways = new Uint8Array(line.length + 1)
  let isAny = false
  for (let at = line.length; at >= 0; at--) {
    const ends = at + tail.length <= line.length && isAt(line, at, tail) ? behind[at + tail.length]! : 0
    const goesOn = at < line.length && mayHold(line[at], holds) ? ways[at + 1]! : 0
    const count = Math.min(2, ends + goesOn)
    ways[at] = count
    isAny ||= count > 0
  }
  return isAny ? ways : null
}

function mayHold(byte: number | undefined, holds: Holds): boolean {
  if (byte === undefined) return false
  if (holds === 'number') return (byte >= ZERO && byte <= NINE) || byte === MINUS || byte === DOT
  if (holds === 'word') return byte !== SPACE && byte !== QUOTE
  if (holds === 'bracketed') return byte !== QUOTE && byte !== OPEN_BRACKET && byte !== CLOSE_BRACKET
  return holds === 'text' || byte !== QUOTE
}

function holdsAll(line: Uint8Array, from: number, to: number, holds: Holds): boolean {
  if (holds === 'text') return true
  for (let at = from; at < to; at++) if (!mayHold(line[at], holds)) return false
  return true
}

function isAt(line: Uint8Array, at: number, text: Uint8Array): boolean {
  for (let i = 0; i < text.length; i++) if (line[at + i] !== text[i]) return false
  return true
}

function countQuotes(line: Uint8Array): number {
  let count = 0
  for (let at = 0; at < line.length; at++) if (line[at] === QUOTE) count++
  return count
}
