import type { RecordBatch } from '../columns/contract.js'
import { BACKSLASH } from '../core/bytes.js'
import type { FaultLog } from '../core/faults.js'
import type { KeySeed } from '../core/keys.js'
import {
  AMBIGUOUS,
  BAD_NUMBER,
  BAD_TIME,
  NO_MATCH,
  OK,
  type Program,
  TRAILING_TEXT,
} from '../kernel/program.js'
import { scanLine } from '../kernel/scan-layout.js'
import type { TimeReader } from '../kernel/scan-time.js'
import { BlockScanner } from '../kernel/simd/block-scanner.js'
import type { LineScanner, LogFormat, RejectReason, Spelling, Wrapper } from './contract.js'
import { compileFormat } from './program.js'
import type { BatchRowWriter } from './row-writer.js'

/** A line of the format that is no request; beyond the scanner's own answers. */
export const DIRECTIVES = 2

export const REASONS: Readonly<Record<number, RejectReason>> = {
  [NO_MATCH]: 'no-match',
  [BAD_TIME]: 'bad-time',
  [BAD_NUMBER]: 'bad-number',
  [TRAILING_TEXT]: 'trailing-text',
}

/** What a format is read with, and what the lines are wrapped in. */
export interface FormatReading {
  readonly format: LogFormat
  /** Number of the layout to try first, the one that most lines are in. */
  readonly layout: number
  readonly wrapper: Wrapper | null
}

/** What the formats of one source share. */
export interface SharedReading {
  /** Columns of the batches; those of the format are among them. */
  readonly extras: readonly string[]
  readonly writer: BatchRowWriter
  readonly times: TimeReader
  readonly faults: FaultLog
}

/** Reads single lines by one format. */
export class FormatReader {
  readonly format: LogFormat
  readonly wrapper: Wrapper | null
  readonly #programs: readonly Program[]
  readonly #order: readonly number[]
  readonly #spellings: readonly Spelling[]
  /** Columns of Cookie headers, by layout; -1 for none. */
  readonly #cookies: readonly number[]
  readonly #directive: Uint8Array | null
  readonly #times: TimeReader
  readonly #faults: FaultLog
  readonly #writer: BatchRowWriter
  readonly #extras: readonly string[]
  readonly #scanner: LineScanner | null
  readonly #inner = new Int32Array(2)
  /** Layout of the record read last. */
  #lastLayout = 0

  constructor({ format, layout, wrapper }: FormatReading, shared: SharedReading) {
    this.format = format
    this.wrapper = wrapper
    const compiled = compileFormat(format, layout, shared.extras)
    this.#order = compiled.order
    this.#programs = compiled.programs
    this.#spellings = compiled.spellings
    this.#cookies = compiled.cookies
    this.#directive = format.directivePrefix ? new TextEncoder().encode(format.directivePrefix) : null
    this.#times = shared.times
    this.#faults = shared.faults
    this.#writer = shared.writer
    this.#extras = shared.extras
    this.#scanner = format.scanner?.() ?? null
  }

  /** Number of the layout that read the last record; 0 for hand-written readers. */
  get lastLayout(): number {
    return this.#order[this.#lastLayout] ?? 0
  }

  /**
   * What reads many lines of this format's usual layout at once, or of its field map; null where that is not to be had.
   *
   * @param isShared  Other formats read lines of the source too.
   */
  blockScanner(seed: KeySeed | null, isShared: boolean): BlockScanner | null {
    if (this.wrapper !== null) return null
    if (this.#scanner !== null) {
      const map = this.#scanner.program?.(this.#extras) ?? null
      return map === null ? null : BlockScanner.ofMap(map, seed)
    }
    const program = this.#programs[0]
    if (program === undefined || this.#cookies[0]! >= 0) return null
    return BlockScanner.ofLayout(program, { seed, isEscaped: this.#spellings[0] === 'escaped', isShared })
  }

  /** Takes note that the block scanner has read a run of records. */
  tookRun(): void {
    this.#lastLayout = 0
  }

  /** Reads one line into a row. Returns OK, DIRECTIVES, or the scanner's reason why it is neither. */
  read(batch: RecordBatch, start: number, end: number, row: number): number {
    const problem =
      this.wrapper === null
        ? this.#readRecord(batch, start, end, row)
        : this.#readWrapped(this.wrapper, batch, start, end, row)
    if (problem === OK || this.#directive === null) return problem
    return hasPrefix(batch.bytes, start, end, this.#directive) ? DIRECTIVES : problem
  }

  /** The line within a line; one that is not wrapped is read as it stands. */
  #readWrapped(wrapper: Wrapper, batch: RecordBatch, start: number, end: number, row: number): number {
    const spelling = wrapper.unwrap(batch.bytes, start, end, this.#inner)
    if (spelling === null) return this.#readRecord(batch, start, end, row)
    const [from, to] = this.#inner as unknown as readonly [number, number]
    if (spelling === 'escaped') return this.#readRecord(batch, from, to, row)
    const [innerStart, innerEnd] = this.#writer.unwrapped(batch, from, to)
    return this.#readRecord(batch, innerStart, innerEnd, row)
  }

  #readRecord(batch: RecordBatch, start: number, end: number, row: number): number {
    if (this.#scanner !== null) return this.#readByHand(this.#scanner, batch, start, end, row)
    const problem = this.#scan(0, batch, start, end, row)
    this.#lastLayout = 0
    if (problem === OK) return this.#completed(batch, start, end, row)
    return this.#slowOtherLayouts(batch, start, end, row, problem)
  }

  #scan(layout: number, batch: RecordBatch, start: number, end: number, row: number): number {
    const answer = scanLine(this.#programs[layout]!, this.#times, batch, batch.bytes, start, end, row)
    if (answer !== AMBIGUOUS) return answer
    this.#faults.add('ambiguous-line', undefined, 'a line can be read in two ways')
    return OK
  }

  /** Taken when the source's usual layout does not fit: tries the format's others in order. */
  #slowOtherLayouts(batch: RecordBatch, start: number, end: number, row: number, problem: number): number {
    let reason = problem
    for (let i = 1; i < this.#programs.length; i++) {
      const answer = this.#scan(i, batch, start, end, row)
      if (answer === OK) {
        this.#lastLayout = i
        return this.#completed(batch, start, end, row)
      }
      // the reason that got furthest into the line says most
      if (reason === NO_MATCH) reason = answer
    }
    return reason
  }

  /** What is left to do for a line that a layout has read: nothing for most. */
  #completed(batch: RecordBatch, start: number, end: number, row: number): number {
    if (this.#spellings[this.#lastLayout] !== 'escaped') this.#respell(batch, start, end, row)
    const cookies = this.#cookies[this.#lastLayout]!
    if (cookies >= 0) this.#writer.tokenFromCookies(batch, row, cookies)
    return OK
  }

  /**
   * Texts of layouts that do not write the log's own escapes are written anew, where there is a backslash at all. Such
   * logs write nothing for a value that is missing.
   */
  #respell(batch: RecordBatch, start: number, end: number, row: number): void {
    for (const lengths of batch.fieldLength) if (lengths[row] === 0) lengths[row] = -1
    const at = batch.bytes.indexOf(BACKSLASH, start)
    if (at >= 0 && at < end) this.#writer.respellRow(batch, row, this.#spellings[this.#lastLayout]!)
  }

  #readByHand(scanner: LineScanner, batch: RecordBatch, start: number, end: number, row: number): number {
    const line = batch.bytes.subarray(start, end)
    this.#writer.begin(batch, row, start)
    try {
      const answer = scanner.read(line, this.#writer)
      if (answer === 'directive') return DIRECTIVES
      if (answer !== 'record') return codeOf(answer)
      if (this.#writer.finish())
        this.#faults.add('ambiguous-line', undefined, 'a line can be read in two ways')
      return Number.isNaN(batch.time[row]!) ? BAD_TIME : OK
    } catch (error) {
      this.#faults.add('internal', undefined, `the format failed on a line: ${String(error)}`)
      return NO_MATCH
    }
  }
}

function codeOf(reason: RejectReason): number {
  const code = Object.keys(REASONS).find((key) => REASONS[Number(key)] === reason)
  return code === undefined ? NO_MATCH : Number(code)
}

function hasPrefix(bytes: Uint8Array, start: number, end: number, prefix: Uint8Array): boolean {
  return end - start >= prefix.length && prefix.every((byte, i) => bytes[start + i] === byte)
}
