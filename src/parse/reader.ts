import { capacityOf, createBatch } from '../columns/batch.js'
import type { RecordBatch } from '../columns/contract.js'
import { BACKSLASH, SPACE, TAB } from '../core/bytes.js'
import type { FaultLog } from '../core/faults.js'
import { type Block, LINE_BETWEEN, LINE_CUT, LINE_MARK, LINE_NULS } from '../decode/contract.js'
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
import { type LocalToUtc, TimeReader } from '../kernel/scan-time.js'
import type { LineScanner, LogFormat, RejectReason, Spelling, Wrapper } from './contract.js'
import { fieldName } from './meanings.js'
import { BETWEEN, BLANK, DIRECTIVE, MARK, type OtherLine, REJECT } from './other-lines.js'
import { compileFormat } from './program.js'
import { BatchRowWriter } from './row-writer.js'

export interface ReaderOptions {
  /** For stamps without a zone; null takes them for UTC. */
  readonly toUtc: LocalToUtc | null
  readonly faults: FaultLog
  /** Number of the layout to try first, the one that most lines of the source are in; default 0. */
  readonly layout?: number
  /** What each line is wrapped in; default none. */
  readonly wrapper?: Wrapper | null
  /** Called for each record with the number of the layout that read it; 0 for hand-written readers. */
  readonly onRecord?: (layout: number) => void
}

const REASONS: Readonly<Record<number, RejectReason>> = {
  [NO_MATCH]: 'no-match',
  [BAD_TIME]: 'bad-time',
  [BAD_NUMBER]: 'bad-number',
  [TRAILING_TEXT]: 'trailing-text',
}

/** Reads blocks of one source into batches, by one format. Without a format every line is a reject. */
export class BatchReader {
  readonly extras: readonly string[]
  readonly #format: LogFormat | null
  readonly #programs: readonly Program[]
  readonly #order: readonly number[]
  readonly #spellings: readonly Spelling[]
  /** Columns of Cookie headers, by layout; -1 for none. */
  readonly #cookies: readonly number[]
  readonly #directive: Uint8Array | null
  readonly #times: TimeReader
  readonly #faults: FaultLog
  readonly #writer: BatchRowWriter
  readonly #scanner: LineScanner | null
  readonly #wrapper: Wrapper | null
  readonly #inner = new Int32Array(2)
  readonly #onRecord: ((layout: number) => void) | null
  /** Layout of the record read last. */
  #lastLayout = 0

  constructor(format: LogFormat | null, options: ReaderOptions) {
    this.#format = format
    const compiled = format === null ? null : compileFormat(format, options.layout ?? 0)
    this.extras = compiled?.extras ?? []
    this.#order = compiled?.order ?? []
    this.#programs = compiled?.programs ?? []
    this.#spellings = compiled?.spellings ?? []
    this.#cookies = compiled?.cookies ?? []
    this.#directive = format?.directivePrefix ? new TextEncoder().encode(format.directivePrefix) : null
    this.#times = new TimeReader(options.toUtc)
    this.#faults = options.faults
    this.#writer = new BatchRowWriter(this.extras, this.#times)
    this.#scanner = format?.scanner?.() ?? null
    this.#wrapper = options.wrapper ?? null
    this.#onRecord = options.onRecord ?? null
  }

  /** A stamp without a zone was read. */
  get sawLocalTime(): boolean {
    return this.#times.sawLocal
  }

  /** Number of the layout that read the last record of the last block. */
  get lastLayout(): number {
    return this.#order[this.#lastLayout] ?? 0
  }

  /** An empty batch that fits this reader. */
  createBatch(capacity: number): RecordBatch {
    return createBatch(capacity, this.extras)
  }

  /**
   * Reads all lines of a block into `batch`, which must have room for `block.lineCount` rows.
   *
   * @returns The lines that are no records, in order.
   */
  fill(block: Block, batch: RecordBatch): OtherLine[] {
    if (capacityOf(batch) < block.lineCount)
      throw new RangeError('the batch has less room than the block has lines')
    const others: OtherLine[] = []
    batch.bytes = block.bytes
    this.#writer.beginBlock()
    let row = 0
    for (let line = 0; line < block.lineCount; line++) {
      const kind = block.lineKind[line]!
      const start = block.lineStart[line]!
      const end = block.lineEnd[line]!
      const problem = kind >= LINE_NULS ? textless(kind) : this.#readLine(batch, start, end, row)
      if (problem === OK) {
        this.#onRecord?.(this.lastLayout)
        placeRow(batch, block, line, row++)
      } else others.push(otherLine(block, line, kind === LINE_CUT && problem < 0 ? TOO_LONG : problem))
    }
    batch.rowCount = row
    return others
  }

  #readLine(batch: RecordBatch, start: number, end: number, row: number): number {
    const problem =
      this.#wrapper === null
        ? this.#readRecord(batch, start, end, row)
        : this.#readWrapped(this.#wrapper, batch, start, end, row)
    if (problem === OK) return OK
    if (isBlank(batch.bytes, start, end)) return BLANKS
    if (this.#directive !== null && hasPrefix(batch.bytes, start, end, this.#directive)) return DIRECTIVES
    return problem
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
    if (this.#format === null) return UNRECOGNISED
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

// beyond the scanner's own answers
const UNRECOGNISED = -5
const TOO_LONG = -6
const NULS = -7
const BLANKS = 1
const DIRECTIVES = 2
const MARKED = 3
const APART = 4

/** Entries without a line's text. */
function textless(kind: number): number {
  return kind === LINE_MARK ? MARKED : kind === LINE_BETWEEN ? APART : NULS
}

const KINDS: Readonly<Record<number, OtherLine['kind']>> = {
  [BLANKS]: BLANK,
  [DIRECTIVES]: DIRECTIVE,
  [MARKED]: MARK,
  [APART]: BETWEEN,
}

function codeOf(reason: RejectReason): number {
  const code = Object.keys(REASONS).find((key) => REASONS[Number(key)] === reason)
  return code === undefined ? NO_MATCH : Number(code)
}

function otherLine(block: Block, line: number, problem: number): OtherLine {
  const kind = KINDS[problem] ?? REJECT
  return {
    kind,
    reason: kind === REJECT ? rejectReason(problem) : null,
    start: block.lineStart[line]!,
    end: block.lineEnd[line]!,
    offset: block.placeOffset[line]!,
    length: block.placeLength[line]!,
    line: block.lineNumber[line]!,
  }
}

function rejectReason(problem: number): RejectReason {
  if (problem === UNRECOGNISED) return 'unrecognised-format'
  if (problem === TOO_LONG) return 'line-too-long'
  if (problem === NULS) return 'nul-run'
  return REASONS[problem] ?? 'no-match'
}

function placeRow(batch: RecordBatch, block: Block, line: number, row: number): void {
  batch.lineStart[row] = block.lineStart[line]!
  batch.lineEnd[row] = block.lineEnd[line]!
  batch.placeOffset[row] = block.placeOffset[line]!
  batch.placeLength[row] = block.placeLength[line]!
  batch.lineNumber[row] = block.lineNumber[line]!
  batch.flags[row] = 0
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] !== SPACE && bytes[at] !== TAB) return false
  return true
}

function hasPrefix(bytes: Uint8Array, start: number, end: number, prefix: Uint8Array): boolean {
  return end - start >= prefix.length && prefix.every((byte, i) => bytes[start + i] === byte)
}

/** Text columns that a format can fill, for the ledger. */
export function fieldsOf(format: LogFormat): string[] {
  const names = new Set<string>(format.columns)
  for (const layout of format.layouts?.slice(0, 1) ?? []) {
    for (const { codec } of layout.fields) {
      if (codec.as === 'text') names.add(fieldName(codec.field))
      else if (codec.as === 'extra') {
        names.add(codec.name)
        if (codec.holds !== undefined) names.add(codec.holds)
      } else if (codec.as !== 'skip') names.add(codec.as)
    }
  }
  return [...names]
}
