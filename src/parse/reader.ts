import { capacityOf, createBatch, createBlockBatch, widenBatch } from '../columns/batch.js'
import type { RecordBatch } from '../columns/contract.js'
import { isInArena } from '../core/arena.js'
import { SPACE, TAB } from '../core/bytes.js'
import type { FaultLog } from '../core/faults.js'
import type { KeySeed } from '../core/keys.js'
import { type Block, LINE_BETWEEN, LINE_CUT, LINE_MARK, LINE_NULS } from '../decode/contract.js'
import { writeRowKeys } from '../kernel/keys.js'
import { OK } from '../kernel/program.js'
import { type LocalToUtc, TimeReader } from '../kernel/scan-time.js'
import type { BlockScanner } from '../kernel/simd/block-scanner.js'
import type { LogFormat, RejectReason, Wrapper } from './contract.js'
import { DIRECTIVES, FormatReader, type FormatReading, REASONS } from './format-reader.js'
import { fieldName } from './meanings.js'
import { BETWEEN, BLANK, DIRECTIVE, MARK, type OtherLine, REJECT } from './other-lines.js'
import { extrasOf } from './program.js'
import { BatchRowWriter } from './row-writer.js'

export interface ReaderOptions {
  /** For stamps without a zone; null takes them for UTC. */
  readonly toUtc: LocalToUtc | null
  readonly faults: FaultLog
  /** Of the keys of rows; without it they stay 0. */
  readonly seed?: KeySeed | null
  /** Number of the layout to try first, the one that most lines of the source are in; default 0. */
  readonly layout?: number
  /** What each line is wrapped in; default none. */
  readonly wrapper?: Wrapper | null
  /** Called for each record with the number of the layout that read it; 0 for hand-written readers. */
  readonly onRecord?: (layout: number) => void
  /** `ts`: without the kernel of kernel/simd, which gives the same rows; default `simd`, where it can be had. */
  readonly scanner?: 'simd' | 'ts'
}

/** A block on its way into a batch. */
export interface Filling {
  readonly block: Block
  readonly batch: RecordBatch
  /** The lines read so far that are no records, in order. */
  readonly others: OtherLine[]
  /** The first line of the block that is not read yet. */
  next: number
  /** Stray lines, rejects with text, that came in a row at the end of the block before this one. */
  straysBefore: number
  /** Those in a row at the end of what is read of this one, and where the first of them is in the block and in `others`. */
  strays: number
  strayLine: number
  strayOther: number
}

/** Stray lines in a row that may be lines of another format: more than a stack trace or a burst of damage. */
export const MANY_STRAYS = 64

/**
 * Reads blocks of one source into batches, by one format or, where the source turned out to hold lines of several, by the
 * first of them that fits a line. Without a format every line is a reject.
 */
export class BatchReader {
  #extras: readonly string[] = []
  readonly #readers: FormatReader[] = []
  readonly #times: TimeReader
  readonly #faults: FaultLog
  readonly #seed: KeySeed | null
  /** Over the bytes of the batch at hand. */
  #view: DataView = new DataView(new ArrayBuffer(0))
  #viewed: Uint8Array | null = null
  readonly #writer: BatchRowWriter
  readonly #onRecord: ((layout: number) => void) | null
  readonly #isBlockwise: boolean
  /** Undefined until the first block. */
  #blockScanner: BlockScanner | null | undefined
  /** The one that read the last record. */
  #last: FormatReader | null = null
  /** One that was added and has read no record yet. */
  #added: FormatReader | null = null
  #onFirst: ((block: Block, line: number) => void) | null = null

  constructor(format: LogFormat | null, options: ReaderOptions) {
    this.#times = new TimeReader(options.toUtc)
    this.#faults = options.faults
    this.#seed = options.seed ?? null
    this.#writer = new BatchRowWriter(this.#times)
    this.#onRecord = options.onRecord ?? null
    this.#isBlockwise = options.scanner !== 'ts' && this.#onRecord === null
    if (format !== null) this.#push({ format, layout: options.layout ?? 0, wrapper: options.wrapper ?? null })
  }

  /** A stamp without a zone was read. */
  get sawLocalTime(): boolean {
    return this.#times.sawLocal
  }

  get extras(): readonly string[] {
    return this.#extras
  }

  /** Number of the layout that read the last record. */
  get lastLayout(): number {
    return this.#last?.lastLayout ?? 0
  }

  /**
   * Reads lines that the formats so far do not fit by one more.
   *
   * @param onFirst  Called with the first line that it reads.
   */
  add(reading: FormatReading, onFirst: (block: Block, line: number) => void): void {
    this.#added = this.#push(reading)
    this.#onFirst = onFirst
  }

  #push(reading: FormatReading): FormatReader {
    // columns of batches in use keep their places
    this.#extras = [...new Set([...this.#extras, ...extrasOf(reading.format)])]
    this.#writer.useExtras(this.#extras)
    const shared = {
      extras: this.#extras,
      writer: this.#writer,
      times: this.#times,
      faults: this.#faults,
    }
    const reader = new FormatReader(reading, shared)
    this.#readers.push(reader)
    this.#blockScanner = undefined
    return reader
  }

  /** An empty batch that fits this reader. */
  createBatch(capacity: number): RecordBatch {
    return createBatch(capacity, this.#extras)
  }

  /** The same in the thread's arena, for blocks; to be freed. */
  createBlockBatch(capacity: number): RecordBatch {
    return createBlockBatch(capacity, this.#extras)
  }

  /**
   * Reads all lines of a block into `batch`, which must have room for `block.lineCount` rows.
   *
   * @returns The lines that are no records, in order.
   */
  fill(block: Block, batch: RecordBatch): OtherLine[] {
    const filling = this.begin(block, batch, null)
    while (filling.next < block.lineCount) this.readOn(filling)
    return filling.others
  }

  /** Starts to fill a batch; `before` is the block before it in the source. */
  begin(block: Block, batch: RecordBatch, before: Filling | null): Filling {
    if (capacityOf(batch) < block.lineCount)
      throw new RangeError('the batch has less room than the block has lines')
    batch.bytes = block.bytes
    batch.rowCount = 0
    widenBatch(batch, this.#extras)
    this.#writer.beginBlock(batch, block)
    const straysBefore = before === null ? 0 : straysOf(before)
    return { block, batch, others: [], next: 0, straysBefore, strays: 0, strayLine: 0, strayOther: 0 }
  }

  /** Forgets the stray lines at the end of what was read, to read them again by a format that was added. */
  rewind(filling: Filling): void {
    if (filling.strays === 0) return
    filling.next = filling.strayLine
    filling.others.length = filling.strayOther
    filling.strays = 0
    widenBatch(filling.batch, this.#extras)
  }

  /** Reads to the end of the block, or until there are MANY_STRAYS in a row, or twice as many, and so on. */
  readOn(filling: Filling): void {
    const { block, batch, others } = filling
    let row = batch.rowCount
    let line = filling.next
    let { strays } = filling
    const scanner = this.#scannerFor(filling)
    for (let isMany = false; line < block.lineCount && !isMany; line++) {
      const read = scanner === null ? 0 : this.#readRun(scanner, filling, line, row)
      if (read > 0) strays = 0
      row += read
      line += read
      if (line === block.lineCount) break
      const kind = block.lineKind[line]!
      const start = block.lineStart[line]!
      const end = block.lineEnd[line]!
      const problem = kind >= LINE_NULS ? textless(kind) : this.#readLine(batch, start, end, row)
      if (problem === OK) {
        strays = 0
        this.#onRecord?.(this.lastLayout)
        if (this.#last === this.#added) this.#sayFirst(block, line)
        if (this.#seed !== null) writeRowKeys(batch, this.#viewOf(batch.bytes), row, this.#seed)
        placeRow(batch, block, line, row++)
        continue
      }
      if (problem < 0 && kind < LINE_NULS) {
        if (strays++ === 0) {
          filling.strayLine = line
          filling.strayOther = others.length
        }
        isMany = isDoubled(strays + (row === 0 ? filling.straysBefore : 0))
      }
      others.push(otherLine(block, line, kind === LINE_CUT && problem < 0 ? TOO_LONG : problem))
    }
    filling.next = line
    filling.strays = strays
    batch.rowCount = row
  }

  /** What reads runs of plain lines by the first format, or null: the rest, and all lines where it is null, come one by one. */
  #scannerFor({ block, batch }: Filling): BlockScanner | null {
    if (!this.#isBlockwise || !isInArena(block.bytes.buffer) || !isInArena(batch.time.buffer)) return null
    const first = this.#readers[0]
    // the first line of a format that was added is to be told of
    if (first === undefined || first === this.#added) return null
    if (this.#blockScanner === undefined)
      this.#blockScanner = first.blockScanner(this.#seed, this.#readers.length > 1)
    return this.#blockScanner
  }

  /** Reads lines up to one that the scanner leaves alone. Returns how many, one row each. */
  #readRun(scanner: BlockScanner, { block, batch }: Filling, line: number, row: number): number {
    const read = scanner.scan(block, batch, line, row)
    if (read > 0) {
      this.#last = this.#readers[0]!
      this.#last.tookRun()
    }
    return read
  }

  /** A batch's bytes are other ones once text was written behind them. */
  #viewOf(bytes: Uint8Array): DataView {
    if (bytes !== this.#viewed) {
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
      this.#viewed = bytes
    }
    return this.#view
  }

  #sayFirst(block: Block, line: number): void {
    this.#added = null
    this.#onFirst?.(block, line)
  }

  /** By the first format that fits, whatever stands around the line. */
  #readLine(batch: RecordBatch, start: number, end: number, row: number): number {
    const readers = this.#readers
    let problem = UNRECOGNISED
    for (let i = 0; i < readers.length; i++) {
      // a format clears what itself may have left in a row, and not what another has
      if (readers.length > 1) this.#writer.begin(batch, row, start)
      const answer = readers[i]!.read(batch, start, end, row)
      if (answer === OK) this.#last = readers[i]!
      if (answer === OK || answer === DIRECTIVES) return answer
      if (i === 0) problem = answer
    }
    return isBlank(batch.bytes, start, end) ? BLANKS : problem
  }
}

/** Stray lines in a row up to where a block is read. */
export function straysOf({ batch, strays, straysBefore }: Filling): number {
  return batch.rowCount === 0 ? straysBefore + strays : strays
}

/** 64, 128, 256 and so on. */
function isDoubled(strays: number): boolean {
  return strays >= MANY_STRAYS && (strays & (strays - 1)) === 0
}

// beyond the scanner's own answers
const UNRECOGNISED = -5
const TOO_LONG = -6
const NULS = -7
const BLANKS = 1
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
