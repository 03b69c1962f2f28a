import type { Lines, RecordBatch } from '../../columns/contract.js'
import type { Citation } from '../../observe/citations.js'
import { type OtherLine, REJECT } from '../../parse/other-lines.js'
import type { Cite } from '../contract.js'
import { type Bounded, Kept } from '../kept.js'
import { rowsBefore } from './line-end-counter.js'
import type { NulRun, RejectRun, SourceEnd } from './trace.js'

/** Stretches of each kind that are kept. */
const MOST_KEPT = 8
/** Rejects in a row that are told of: a stray line here and there is in any log. */
export const MANY_REJECTS = 8
/** NUL bytes in one place that are told of. Fewer may be of a request: not all servers escape them. */
const MANY_NULS = 16
/** NUL bytes within lines that are looked at in one block; a block of binary data has no end of them. */
const MOST_LOOKED_AT = 4096

interface OpenRun {
  /** Records before it. */
  readonly index: number
  readonly line: number
  readonly offset: number
  readonly before: number
  after: number
  lines: number
  bytes: number
  nulBytes: number
  nulLine: number
  nulOffset: number
  citations: Citation[]
}

/** Follows the lines that are no records, between which records they stand, and how the source ends. */
export class DamageTracer {
  readonly #cite: Cite
  readonly #nuls = new Kept<NulRun>(MOST_KEPT, ({ bytes }) => bytes)
  readonly #rejects = new Kept<RejectRun>(MOST_KEPT, ({ lines }) => lines)
  #records = 0
  #lastTime = Number.NaN
  #open: OpenRun | null = null
  #end: Omit<SourceEnd, 'terminated'> = { lastLine: 'none', line: 0, length: 0 }

  constructor(cite: Cite) {
    this.#cite = cite
  }

  visit(batch: RecordBatch, lines: Lines, others: readonly OtherLine[]): void {
    if (batch.rowCount > 0) this.#closeBefore(batch)
    this.#findNuls(batch, lines)
    for (const other of others) if (other.kind === REJECT) this.#take(batch, other)
    this.#keepLast(batch, others)
  }

  finish(terminated: boolean): {
    readonly nulRuns: Bounded<NulRun>
    readonly rejectRuns: Bounded<RejectRun>
    readonly end: SourceEnd
  } {
    this.#close()
    return {
      nulRuns: this.#nuls.list(),
      rejectRuns: this.#rejects.list(),
      end: { terminated, ...this.#end },
    }
  }

  /** A run that reached the end of the block before: the first record of this one may end it. */
  #closeBefore(batch: RecordBatch): void {
    const open = this.#open
    if (open !== null && Number.isNaN(open.after)) open.after = batch.time[0]!
  }

  #take(batch: RecordBatch, other: OtherLine): void {
    const row = rowsBefore(batch, other.offset)
    const index = this.#records + row
    if (this.#open !== null && this.#open.index !== index) this.#close()
    this.#open ??= {
      index,
      line: other.line,
      offset: other.offset,
      before: row > 0 ? batch.time[row - 1]! : this.#lastTime,
      after: row < batch.rowCount ? batch.time[row]! : Number.NaN,
      lines: 0,
      bytes: 0,
      nulBytes: 0,
      nulLine: 0,
      nulOffset: 0,
      citations: [],
    }
    this.#count(this.#open, batch, row, other)
  }

  #count(open: OpenRun, batch: RecordBatch, row: number, { reason, length, line, offset }: OtherLine): void {
    if (reason === 'nul-run') {
      if (open.nulBytes === 0) {
        open.nulLine = line
        open.nulOffset = offset
      }
      open.nulBytes += length
    } else {
      open.lines++
      open.bytes += length
    }
    const isTold = open.nulBytes >= MANY_NULS || open.lines >= MANY_REJECTS
    if (!isTold || open.citations.length > 0) return
    if (row > 0) open.citations.push(this.#cite(batch, row - 1))
    if (row < batch.rowCount) open.citations.push(this.#cite(batch, row))
  }

  #close(): void {
    const open = this.#open
    if (open === null) return
    this.#open = null
    const { before, after, citations } = open
    if (open.nulBytes >= MANY_NULS) {
      const { nulLine: line, nulOffset: offset, nulBytes: bytes } = open
      this.#nuls.add({ line, offset, before, after, citations, bytes })
    }
    if (open.lines < MANY_REJECTS) return
    const { line, offset, lines, bytes } = open
    this.#rejects.add({ line, offset, before, after, citations, lines, bytes })
  }

  /**
   * Finds NUL bytes within lines: a block of the disk that was wiped begins and ends anywhere. Those at the start of a line
   * are entries of their own.
   *
   *     203.0.113.9 - - [10/Oct NUL NUL NUL NUL "GET / HTTP/1.1" 200 5
   *     ^lineStart             ^nul            ^end                  ^lineEnd
   */
  #findNuls(batch: RecordBatch, lines: Lines): void {
    const { bytes, lineStart, lineEnd, lineCount, placeOffset, lineNumber } = lines
    if (lineCount === 0) return
    // texts written anew may stand behind the last line
    const textEnd = lineEnd[lineCount - 1]!
    let nul = bytes.indexOf(0, lineStart[0]!)
    for (let looks = 0; nul >= 0 && nul < textEnd && looks < MOST_LOOKED_AT; looks++) {
      let end = nul + 1
      while (end < textEnd && bytes[end] === 0) end++
      const entry = entryAt(lines, nul)
      const from = placeOffset[entry]! + nul - lineStart[entry]!
      if (nul < lineEnd[entry]! && end - nul >= MANY_NULS)
        this.#nulsWithin(batch, lineNumber[entry]!, from, end - nul)
      nul = bytes.indexOf(0, end)
    }
  }

  #nulsWithin(batch: RecordBatch, line: number, offset: number, bytes: number): void {
    const behind = rowsBefore(batch, offset)
    // a line that was read in spite of them is none to go by
    const before = behind > 0 && batch.lineNumber[behind - 1] === line ? behind - 2 : behind - 1
    this.#nuls.add({
      line,
      offset,
      bytes,
      before: before >= 0 ? batch.time[before]! : this.#lastTime,
      after: behind < batch.rowCount ? batch.time[behind]! : Number.NaN,
      citations: [before, behind]
        .filter((row) => row >= 0 && row < batch.rowCount)
        .map((row) => this.#cite(batch, row)),
    })
  }

  #keepLast(batch: RecordBatch, others: readonly OtherLine[]): void {
    const { rowCount, placeOffset, placeLength, lineNumber } = batch
    const last = others.at(-1)
    const row = rowCount - 1
    if (last !== undefined && (row < 0 || last.offset > placeOffset[row]!)) {
      const lastLine = last.kind === REJECT && last.reason !== 'nul-run' ? 'reject' : 'other'
      this.#end = { lastLine, line: last.line, length: last.length }
    } else if (row >= 0) {
      this.#end = { lastLine: 'record', line: lineNumber[row]!, length: placeLength[row]! }
    }
    if (row < 0) return
    this.#records += rowCount
    this.#lastTime = batch.time[row]!
  }
}

/** The last entry that starts at or before an index of the text. */
function entryAt({ lineStart, lineCount }: Lines, at: number): number {
  let low = 0
  let high = lineCount - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (lineStart[middle]! <= at) low = middle
    else high = middle - 1
  }
  return low
}
