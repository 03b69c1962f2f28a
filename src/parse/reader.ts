import { capacityOf, createBatch } from '../columns/batch.js'
import { FIELD, FIELD_COUNT, type FieldId, type RecordBatch } from '../columns/contract.js'
import { SPACE, TAB } from '../core/bytes.js'
import type { FaultLog } from '../core/faults.js'
import { type Block, LINE_CUT, LINE_MARK, LINE_NULS } from '../decode/contract.js'
import { BAD_NUMBER, BAD_TIME, NO_MATCH, OK, type Program, TRAILING_TEXT } from '../kernel/program.js'
import { scanLine } from '../kernel/scan-layout.js'
import { scanRequest, scanTarget, writeMethod } from '../kernel/scan-request.js'
import { type LocalToUtc, TimeReader } from '../kernel/scan-time.js'
import type { LineScanner, LogFormat, RejectReason, RowWriter } from './contract.js'
import { BLANK, DIRECTIVE, MARK, type OtherLine, REJECT } from './other-lines.js'
import { compilePrograms, extrasOf } from './program.js'

export interface ReaderOptions {
  /** For stamps without a zone; null takes them for UTC. */
  readonly toUtc: LocalToUtc | null
  readonly faults: FaultLog
  /** Number of the layout to try first, the one that most lines of the source are in; default 0. */
  readonly layout?: number
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
  readonly #directive: Uint8Array | null
  readonly #times: TimeReader
  readonly #faults: FaultLog
  readonly #writer: BatchRowWriter
  /** Layout of the record read last. */
  #lastLayout = 0

  constructor(format: LogFormat | null, options: ReaderOptions) {
    this.#format = format
    this.extras = format === null ? [] : extrasOf(format)
    const layouts = format?.layouts ?? []
    // a fixed order for the whole source, so that a line reads the same whatever stands around it
    const first = layouts[options.layout ?? 0]
    const order = first === undefined ? layouts : [first, ...layouts.filter((layout) => layout !== first)]
    this.#order = order.map((layout) => layouts.indexOf(layout))
    this.#programs = compilePrograms(order, this.extras)
    this.#directive = format?.directivePrefix ? new TextEncoder().encode(format.directivePrefix) : null
    this.#times = new TimeReader(options.toUtc)
    this.#faults = options.faults
    this.#writer = new BatchRowWriter(this.extras)
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
    let row = 0
    for (let line = 0; line < block.lineCount; line++) {
      const kind = block.lineKind[line]!
      const start = block.lineStart[line]!
      const end = block.lineEnd[line]!
      const problem =
        kind >= LINE_NULS ? (kind === LINE_MARK ? MARKED : NULS) : this.#readLine(batch, start, end, row)
      if (problem === OK) placeRow(batch, block, line, row++)
      else others.push(otherLine(block, line, kind === LINE_CUT && problem < 0 ? TOO_LONG : problem))
    }
    batch.rowCount = row
    return others
  }

  #readLine(batch: RecordBatch, start: number, end: number, row: number): number {
    const problem = this.#readRecord(batch, start, end, row)
    if (problem === OK) return OK
    if (isBlank(batch.bytes, start, end)) return BLANKS
    if (this.#directive !== null && hasPrefix(batch.bytes, start, end, this.#directive)) return DIRECTIVES
    return problem
  }

  #readRecord(batch: RecordBatch, start: number, end: number, row: number): number {
    if (this.#format === null) return UNRECOGNISED
    if (this.#format.scanner !== undefined)
      return this.#readByHand(this.#format.scanner, batch, start, end, row)
    const problem = scanLine(this.#programs[0]!, this.#times, batch, batch.bytes, start, end, row)
    this.#lastLayout = 0
    return problem === OK ? OK : this.#slowOtherLayouts(batch, start, end, row, problem)
  }

  /** Taken when the source's usual layout does not fit: tries the format's others in order. */
  #slowOtherLayouts(batch: RecordBatch, start: number, end: number, row: number, problem: number): number {
    let reason = problem
    for (let i = 1; i < this.#programs.length; i++) {
      const answer = scanLine(this.#programs[i]!, this.#times, batch, batch.bytes, start, end, row)
      if (answer === OK) {
        this.#lastLayout = i
        return OK
      }
      // the reason that got furthest into the line says most
      if (reason === NO_MATCH) reason = answer
    }
    return reason
  }

  #readByHand(scanner: LineScanner, batch: RecordBatch, start: number, end: number, row: number): number {
    const line = batch.bytes.subarray(start, end)
    this.#writer.begin(batch, row, start)
    try {
      const answer = scanner.read(line, this.#writer)
      if (answer === 'directive') return DIRECTIVES
      if (answer !== 'record') return codeOf(answer)
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

function codeOf(reason: RejectReason): number {
  const code = Object.keys(REASONS).find((key) => REASONS[Number(key)] === reason)
  return code === undefined ? NO_MATCH : Number(code)
}

function otherLine(block: Block, line: number, problem: number): OtherLine {
  const kind =
    problem === BLANKS ? BLANK : problem === DIRECTIVES ? DIRECTIVE : problem === MARKED ? MARK : REJECT
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

/** Hands a hand-written reader's findings to the columns. */
class BatchRowWriter implements RowWriter {
  readonly #extras: readonly string[]
  #batch!: RecordBatch
  #row = 0
  #base = 0

  constructor(extras: readonly string[]) {
    this.#extras = extras
  }

  /** Starts a row: every column absent. `base` is where the line stands in the batch. */
  begin(batch: RecordBatch, row: number, base: number): void {
    this.#batch = batch
    this.#row = row
    this.#base = base
    for (const lengths of batch.fieldLength) lengths[row] = -1
    batch.pathLength[row] = -1
    batch.method[row] = 0
    batch.status[row] = 0
    batch.time[row] = Number.NaN
    batch.bytesSent[row] = Number.NaN
    batch.durationMs[row] = Number.NaN
  }

  time(epochMs: number): void {
    this.#batch.time[this.#row] = Math.abs(epochMs) <= 8.64e15 ? epochMs : Number.NaN
  }
  status(code: number): void {
    this.#batch.status[this.#row] = code
  }
  bytes(count: number): void {
    this.#batch.bytesSent[this.#row] = count
  }
  durationMs(ms: number): void {
    this.#batch.durationMs[this.#row] = ms
  }
  text(field: FieldId, start: number, end: number): void {
    this.#write(field, start, end)
  }
  extra(name: string, start: number, end: number): void {
    const column = this.#extras.indexOf(name)
    if (column >= 0) this.#write(FIELD_COUNT + column, start, end)
  }
  request(start: number, end: number): void {
    scanRequest(this.#batch, this.#batch.bytes, this.#base + start, this.#base + end, this.#row)
  }
  method(start: number, end: number): void {
    writeMethod(this.#batch, this.#batch.bytes, this.#base + start, this.#base + end, this.#row)
  }
  target(start: number, end: number): void {
    scanTarget(this.#batch, this.#batch.bytes, this.#base + start, this.#base + end, this.#row)
  }

  #write(column: number, start: number, end: number): void {
    this.#batch.fieldStart[column]![this.#row] = this.#base + start
    this.#batch.fieldLength[column]![this.#row] = end - start
  }
}

/** Text columns that a format can fill, for the ledger. */
export function fieldsOf(format: LogFormat): string[] {
  const names = new Set<string>()
  const byNumber = Object.entries(FIELD)
  for (const layout of format.layouts?.slice(0, 1) ?? []) {
    for (const { codec } of layout.fields) {
      if (codec.as === 'text') names.add(byNumber.find(([, field]) => field === codec.field)![0])
      else if (codec.as === 'extra') names.add(codec.name)
      else if (codec.as !== 'skip') names.add(codec.as)
    }
  }
  return [...names]
}
