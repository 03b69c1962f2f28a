import { FLAG } from '../classify/contract.js'
import type { RecordBatch } from '../columns/contract.js'

// copied out of their table: a member would be looked up anew for every row
const { stampOutlier: STAMP_OUTLIER_FLAG } = FLAG

interface Run {
  readonly batch: RecordBatch
  readonly rows: Uint32Array
  /** Latest time of its rows. */
  readonly latest: number
  readonly byteLength: number
}

/**
 * The runs of rows that were shown within the horizon, so that somebody who turns out to be a user can be followed from
 * then on in event time, in whatever order lines came. Nothing is copied but row numbers: batches are retained.
 */
export class RecentRuns {
  readonly #spanMs: number
  readonly #maxBytes: number
  /** In reading order. */
  readonly #runs: Run[] = []
  #bytes = 0
  #latest = Number.NEGATIVE_INFINITY
  /** Runs that were given up for want of memory. */
  cut = 0

  /**
   * @param spanMs    Event time that rows are kept for.
   * @param maxBytes  Of lines; the latest run is kept, however large it is.
   */
  constructor(spanMs: number, maxBytes: number) {
    this.#spanMs = spanMs
    this.#maxBytes = maxBytes
  }

  /** Keeps a run, at least one row. `rows[0 .. count)` are row numbers, ascending, and are copied. */
  keep(batch: RecordBatch, rows: Uint32Array, count: number): void {
    const { lineStart, lineEnd } = batch
    const latest = latestOf(batch, rows, count)
    if (latest === Number.NEGATIVE_INFINITY) return
    const byteLength = lineEnd[rows[count - 1]!]! - lineStart[rows[0]!]!
    batch.retain()
    this.#runs.push({ batch, rows: rows.slice(0, count), latest, byteLength })
    this.#bytes += byteLength
    if (latest > this.#latest) this.#latest = latest
    this.#dropOver()
  }

  /** Shows the rows of a principal with times from `from` (inclusive) to `to` (exclusive). */
  visit(
    low: number,
    high: number,
    from: number,
    to: number,
    show: (batch: RecordBatch, row: number) => void,
  ): void {
    for (const { batch, rows, latest } of this.#runs) {
      // in a log in order, nearly all
      if (latest < from) continue
      const { time, principalKey } = batch
      for (const row of rows) {
        if (principalKey[2 * row] !== low || principalKey[2 * row + 1] !== high) continue
        if (time[row]! >= from && time[row]! < to) show(batch, row)
      }
    }
  }

  /** Lets go of all. */
  clear(): void {
    for (const { batch } of this.#runs.splice(0)) batch.release()
    this.#bytes = 0
  }

  #dropOver(): void {
    const limit = this.#latest - this.#spanMs
    // the latest stays: in a file whose newer half stands first all its rows are older
    while (this.#runs.length > 1 && this.#runs[0]!.latest < limit) this.#dropOldest()
    while (this.#bytes > this.#maxBytes && this.#runs.length > 1) {
      this.cut++
      this.#dropOldest()
    }
  }

  #dropOldest(): void {
    const { batch, byteLength } = this.#runs.shift()!
    this.#bytes -= byteLength
    batch.release()
  }
}

/** Latest time of rows whose stamps may be right; negative infinity where there is none. */
function latestOf({ time, flags }: RecordBatch, rows: Uint32Array, count: number): number {
  let latest = Number.NEGATIVE_INFINITY
  for (let i = 0; i < count; i++) {
    const row = rows[i]!
    if (time[row]! > latest && (flags[row]! & STAMP_OUTLIER_FLAG) === 0) latest = time[row]!
  }
  return latest
}
