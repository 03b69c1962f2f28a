import { FLAG } from '../classify/contract.js'
import type { RecordBatch } from '../columns/contract.js'
import { DAY_MS } from '../core/civil-time.js'

// copied out of their tables: a member would be looked up anew for every row
const { late: LATE_FLAG, stampOutlier: STAMP_OUTLIER_FLAG } = FLAG

/** Rows looked at on either side of a suspicious stamp. */
const REACH = 15

/** A stamp farther than this from those around it is an outlier. */
const OUTLIER_MS = DAY_MS

export interface ClockReport {
  outliers: number
  firstOutlierRow: number
  wentBack: number
  firstWentBackRow: number
}

/**
 * Follows the time of one source and marks the rows that its clock cannot have shown in this order: outliers, which move
 * nothing, and rows that come later than the horizon allows.
 *
 * A suspicious stamp, one more than 24 h from the last good one, is compared with the median of the rows around it, before
 * and behind; that of a log with a long silence in it equals the stamp itself, that of a year-9999 row does not.
 */
export class SourceClock {
  /** The latest good time; what the source has reached. */
  position: number
  #lastGood: number
  /** The last REACH times, outliers among them, oldest first. */
  #before: number[] = []
  readonly #horizonMs: number

  /** @param startMs  A typical time of the source's first rows. */
  constructor(startMs: number, horizonMs: number) {
    this.#horizonMs = horizonMs
    this.#lastGood = startMs
    this.position = Number.NEGATIVE_INFINITY
  }

  /**
   * Sets STAMP_OUTLIER_FLAG and LATE_FLAG in a batch.
   *
   * @param following  The batch behind it, for the rows that its last rows are compared with; null at the end.
   */
  mark(batch: RecordBatch, following: RecordBatch | null): ClockReport {
    const report = { outliers: 0, firstOutlierRow: -1, wentBack: 0, firstWentBackRow: -1 }
    const { time, flags, rowCount } = batch
    // in locals: a field that holds a double costs an object with each change
    let lastGood = this.#lastGood
    let position = this.position
    for (let row = 0; row < rowCount; row++) {
      const t = time[row]!
      const jump = t - lastGood
      if ((jump > OUTLIER_MS || jump < -OUTLIER_MS) && this.#isOutlier(batch, row, following)) {
        flags[row] = flags[row]! | STAMP_OUTLIER_FLAG
        if (report.outliers++ === 0) report.firstOutlierRow = row
        continue
      }
      lastGood = t
      if (t >= position) position = t
      else if (t < position - this.#horizonMs) {
        flags[row] = flags[row]! | LATE_FLAG
        if (report.wentBack++ === 0) report.firstWentBackRow = row
      }
    }
    this.#lastGood = lastGood
    this.position = position
    this.#keepLast(batch)
    return report
  }

  #isOutlier(batch: RecordBatch, row: number, following: RecordBatch | null): boolean {
    const t = batch.time[row]!
    const around = this.#around(batch, row, following)
    if (around.length < 3) return false
    const median = medianOf([...around, t])
    if (Math.abs(t - median) <= OUTLIER_MS) return false
    // a log with days between its lines has no outliers by this measure
    return medianOf(around.map((other) => Math.abs(other - median))) <= OUTLIER_MS
  }

  /** Times of up to REACH rows before and behind, equally many where both sides have enough. */
  #around(batch: RecordBatch, row: number, following: RecordBatch | null): number[] {
    const before = [...this.#before, ...batch.time.subarray(Math.max(0, row - REACH), row)].slice(-REACH)
    const behind = [...batch.time.subarray(row + 1, Math.min(batch.rowCount, row + 1 + REACH))]
    if (behind.length < REACH && following !== null) {
      behind.push(...following.time.subarray(0, Math.min(following.rowCount, REACH - behind.length)))
    }
    return [...before, ...behind]
  }

  #keepLast(batch: RecordBatch): void {
    const last = batch.time.subarray(Math.max(0, batch.rowCount - REACH), batch.rowCount)
    this.#before = [...this.#before, ...last].slice(-REACH)
  }
}

/** The middle value; the lower of two. NaN for none. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[(sorted.length - 1) >> 1] ?? Number.NaN
}
