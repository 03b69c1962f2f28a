import type { Classifier } from '../classify/classifier.js'
import { capacityOf, countHolders, freeBatch } from '../columns/batch.js'
import type { RecordBatch } from '../columns/contract.js'
import { decodeText } from '../columns/unescape.js'
import type { LedgerEntry, Reject } from '../conclude/contract.js'
import type { KeySeed } from '../core/keys.js'
import { toIso } from '../core/times.js'
import type { SourceTrace } from '../coverage/contract.js'
import { SourceTracer } from '../coverage/source-tracer.js'
import { type Block, type DecodedEnd, LINE_MARK, LINE_NULS, type LineReader } from '../decode/contract.js'
import type { HashKind } from '../decode/hash.js'
import { packedAs } from '../decode/magic.js'
import { cite } from '../observe/citations.js'
import { SourceClock } from '../order/source-clock.js'
import type { Recognition } from '../parse/contract.js'
import type { ForwardingChains } from '../parse/forwarding.js'
import { BLANK, DIRECTIVE, type OtherLine, REJECT } from '../parse/other-lines.js'
import { BatchReader, type Filling, fieldsOf } from '../parse/reader.js'
import { fillPrincipals } from '../sessions/principals.js'
import { FormatChanges } from './format-changes.js'
import { type ReadSource, type SourceCounts, spanOf } from './read-source.js'
import type { ReadySource } from './sources.js'
import { storedBytesOf } from './stored-bytes.js'

export interface SourceReaderOptions {
  readonly seed: KeySeed
  readonly horizonMs: number
  readonly chains: ForwardingChains
  /** null: stop after parsing; keys, outcomes and principals stay empty. */
  readonly classifier: Classifier | null
  /** Called with the lines that are no records, in order. */
  readonly onRejects: ((rejects: Reject[]) => void) | null
  readonly signal?: AbortSignal
  readonly hash?: HashKind
  readonly scanner?: 'simd' | 'ts'
  /** Leave a trace for the judgement of coverage; needs a classifier. */
  readonly trace?: boolean
  /** Batches that may be handed out at a time; default 1. */
  readonly batches?: number
}

const DOCUMENT = 'it is a JSON document; the elements of its array are read in place of lines'

/** Text kept of a reject. */
const REJECT_TEXT_BYTES = 4096

/**
 * Takes one source from stored bytes to classified batches, in the way of the stages, and keeps its account.
 *
 * One batch is read ahead, so that the clock can compare a batch's last rows with those behind them.
 */
export class SourceReader implements ReadSource {
  readonly ordinal: number
  readonly headTime: number
  readonly ready: ReadySource
  readonly #options: SourceReaderOptions
  readonly #batches: number
  readonly #clock: SourceClock
  readonly #tracer: SourceTracer | null
  #lines: LineReader | null = null
  #reader: BatchReader | null = null
  #changes: FormatChanges | null = null
  #ahead: Filling | null = null
  #free: RecordBatch[] = []
  #isClosed = false
  readonly #scratch = new Int32Array(2)
  readonly counts: SourceCounts = { lines: 0, records: 0, rejects: 0, blanks: 0, directives: 0, outside: 0 }
  first = Number.POSITIVE_INFINITY
  last = Number.NEGATIVE_INFINITY

  constructor(ready: ReadySource, options: SourceReaderOptions) {
    this.ready = ready
    this.ordinal = ready.ordinal
    this.headTime = ready.headTime
    this.#options = options
    this.#batches = options.batches ?? 1
    this.#clock = new SourceClock(ready.typicalTime, options.horizonMs)
    this.#tracer = options.trace === true ? this.#createTracer() : null
  }

  get position(): number {
    return this.#clock.position
  }

  get storedBytesRead(): number {
    return this.#lines?.storedBytesRead ?? 0
  }

  get sawLocalTime(): boolean {
    return this.#reader?.sawLocalTime ?? false
  }

  get stamp(): 'start' | 'end' | 'unknown' {
    const meanings = new Set(
      this.#recognitions.map(({ format, producer }) => format.stamp[producer] ?? 'unknown'),
    )
    const [meaning = 'unknown', ...others] = meanings
    return others.length === 0 ? meaning : 'unknown'
  }

  /** Of all formats that its lines were found to be in, the first one first. */
  get #recognitions(): readonly Recognition[] {
    const { recognition } = this.ready
    return [...(recognition === null ? [] : [recognition]), ...(this.#changes?.found ?? [])]
  }

  async next(): Promise<RecordBatch | null> {
    if (this.#lines === null) this.#open()
    const current = this.#ahead ?? (await this.#load(null))
    if (current === null) return null
    this.#ahead = await this.#load(current)
    this.#classify(current.batch)
    this.#account(current)
    this.#mark(current.batch)
    this.#tracer?.visit({ batch: current.batch, lines: current.block, others: current.others })
    return current.batch
  }

  async close(): Promise<void> {
    if (this.#lines === null) this.ready.headed.close()
    this.#ahead?.batch.release()
    this.#ahead = null
    this.#isClosed = true
    for (const batch of this.#free.splice(0)) freeBatch(batch)
    await this.#lines?.close()
  }

  #open(): void {
    const { ready } = this
    const { signal } = this.#options
    const maxUnreleased = this.#batches + 1
    this.#lines = ready.headed.openLines({
      maxUnreleased,
      hash: this.#options.hash ?? 'sha256',
      ...(signal === undefined ? {} : { signal }),
    })
    const { recognition } = ready
    this.#reader = new BatchReader(recognition?.format ?? null, {
      toUtc: ready.toUtc,
      faults: this.#lines.faults,
      seed: this.#options.classifier === null ? null : this.#options.seed,
      layout: recognition?.layout ?? 0,
      scanner: this.#options.scanner ?? 'simd',
      wrapper: recognition?.wrapper ?? null,
    })
    this.#changes = new FormatChanges(this.#reader, ready, this.#lines.faults)
    if (recognition === null && ready.headed.head.bytes.length > 0) {
      this.#lines.faults.add(
        ready.isBinary ? 'binary-source' : 'unrecognised-format',
        { offset: 0, length: 0 },
        hintFor(ready),
      )
    }
  }

  /** The next block, parsed. The end of the one before, which is not handed on yet, may be read again with it. */
  async #load(before: Filling | null): Promise<Filling | null> {
    const block = await this.#lines!.next()
    if (block === null) return null
    const batch = this.#batchFor(block)
    batch.source = this.ordinal
    return this.#changes!.fill(block, batch, before)
  }

  #classify(batch: RecordBatch): void {
    const { chains, classifier, seed } = this.#options
    chains.apply(batch, classifier === null ? null : seed)
    if (classifier === null) return
    classifier.classify(batch)
    fillPrincipals(batch, seed, this.#scratch)
  }

  /** Only what is handed on counts: where a run is interrupted, what was read ahead was not investigated. */
  #account({ block, batch, others }: Filling): void {
    this.#count(block, batch, others)
    if (this.#options.onRejects !== null) this.#handRejects(batch, others)
  }

  #batchFor(block: Block): RecordBatch {
    const at = this.#free.findIndex((batch) => capacityOf(batch) >= block.lineCount)
    const batch = at >= 0 ? this.#free.splice(at, 1)[0]! : this.#newBatch(block.lineCount)
    countHolders(
      batch,
      () => block.allowNext(),
      () => this.#takeBack(batch, block),
    )
    return batch
  }

  #takeBack(batch: RecordBatch, block: Block): void {
    block.release()
    if (this.#free.length <= this.#batches && !this.#isClosed) this.#free.push(batch)
    else freeBatch(batch)
  }

  /** In place of one that is too small. */
  #newBatch(lines: number): RecordBatch {
    const small = this.#free.shift()
    if (small !== undefined) freeBatch(small)
    return this.#reader!.createBlockBatch(roomFor(lines))
  }

  #count(block: Block, batch: RecordBatch, others: readonly OtherLine[]): void {
    const { counts } = this
    counts.lines += linesIn(block)
    counts.records += batch.rowCount
    for (const { kind } of others) {
      if (kind === REJECT) counts.rejects++
      else if (kind === BLANK) counts.blanks++
      else if (kind === DIRECTIVE) counts.directives++
    }
  }

  #handRejects(batch: RecordBatch, others: readonly OtherLine[]): void {
    const rejects = others
      .filter((other) => other.kind === REJECT)
      .map((other) => this.#rejectOf(batch, other))
    if (rejects.length > 0) this.#options.onRejects!(rejects)
  }

  #rejectOf(batch: RecordBatch, other: OtherLine): Reject {
    const { offset, length, line } = other
    return {
      source: { file: this.ready.names[0]!, line, offset, length },
      reason: other.reason!,
      text: decodeText(
        batch.bytes.subarray(other.start, Math.min(other.end, other.start + REJECT_TEXT_BYTES)),
      ),
    }
  }

  #mark(batch: RecordBatch): void {
    const report = this.#clock.mark(batch, this.#ahead?.batch ?? null)
    const { faults } = this.#lines!
    const place = (row: number) => ({ offset: batch.placeOffset[row]!, length: batch.placeLength[row]! })
    if (report.outliers > 0) {
      const row = report.firstOutlierRow
      faults.add(
        'stamp-outlier',
        place(row),
        `line ${batch.lineNumber[row]} says ${toIso(batch.time[row]!)}`,
        report.outliers,
      )
    }
    if (report.wentBack > 0) {
      const row = report.firstWentBackRow
      faults.add(
        'time-went-back',
        place(row),
        `at line ${batch.lineNumber[row]} time goes back to ${toIso(batch.time[row]!)}`,
        report.wentBack,
      )
    }
  }

  /** Null where none was asked for, or nothing was read. Call once, where `ledgerEntry` may be called. */
  trace(): SourceTrace | null {
    return this.#lines === null ? null : (this.#tracer?.finish(this.#lines.end()) ?? null)
  }

  #createTracer(): SourceTracer {
    const stored = storedBytesOf(() => this.ready.headed.head.charset)
    return new SourceTracer({
      horizonMs: this.#options.horizonMs,
      cite: (batch, row) => cite(batch, row, stored),
      unitBytes: this.ready.headed.head.charset === 'utf-8' ? 1 : 2,
    })
  }

  ledgerEntry(): LedgerEntry {
    const { ready, counts } = this
    const { recognition, headed } = ready
    const end = this.#lines?.end()
    const { ordinal, id, storedSha256, decodedSha256 } = this.#identity(end)
    return {
      ordinal,
      id,
      names: ready.names,
      kind: headed.source.kind,
      compression: headed.head.compression,
      charset: headed.head.charset,
      storedBytes: end?.storedBytes ?? 0,
      storedSha256,
      decodedBytes: end?.decodedBytes ?? 0,
      decodedSha256,
      format: recognition?.format.id ?? null,
      producer: recognition?.producer ?? 'unknown',
      wrapper: recognition?.wrapper?.id ?? null,
      recognition: [
        ...(headed.head.document === null ? [] : [DOCUMENT]),
        ...(recognition?.reasons ?? ['no known format fits']),
        ...(this.#changes?.reasons ?? []),
      ],
      ...counts,
      ...spanOf(this),
      fields: [...new Set(this.#recognitions.flatMap(({ format }) => fieldsOf(format)))],
      faults: this.#lines?.faults.list() ?? [],
    }
  }

  #identity(
    end: DecodedEnd | undefined,
  ): Pick<LedgerEntry, 'ordinal' | 'id' | 'storedSha256' | 'decodedSha256'> {
    const ordinal = `S${this.ordinal + 1}`
    if (this.#options.hash === 'none') {
      const id = `${this.ready.headed.head.sha256.slice(0, 16)}-${ordinal}`
      return { ordinal, id, storedSha256: null, decodedSha256: null }
    }
    const decodedSha256 = end?.decodedSha256 ?? ''
    return { ordinal, id: decodedSha256.slice(0, 16), storedSha256: end?.storedSha256 ?? '', decodedSha256 }
  }
}

/** Batches are made for more lines than there are, so that they fit the next block too. */
function roomFor(lines: number): number {
  return Math.max(256, 128 * Math.ceil((lines * 1.25) / 128))
}

/** A mark has no line of its own, nor has text behind a NUL run. Of a document its elements are counted. */
function linesIn({ lineCount, lineKind, lineNumber }: Block): number {
  let lines = 0
  let nuls = 0
  for (let entry = 0; entry < lineCount; entry++) {
    if (lineKind[entry]! >= LINE_MARK || lineNumber[entry] === nuls) continue
    nuls = lineKind[entry] === LINE_NULS ? lineNumber[entry]! : 0
    lines++
  }
  return lines
}

function hintFor(ready: ReadySource): string {
  const packed = packedAs(ready.headed.head.bytes)
  if (packed !== null) return `it is ${packed}, which is not read; unpack it first`
  return ready.isBinary
    ? 'the first bytes are not text; if it is an archive, unpack it first'
    : `give its format, as in --format combined or --format '$remote_addr ... [$time_local] "$request" ...'`
}
