import { FLAG } from '../../classify/contract.js'
import type { RecordBatch } from '../../columns/contract.js'
import type { Citation } from '../../observe/citations.js'
import type { SeenSilence } from './trace.js'

// copied out of their tables: a member would be looked up anew for every row
const { stampOutlier: STAMP_OUTLIER_FLAG } = FLAG

const MOST = 64
/** Silences so many times as long as usual are looked at. */
const REMARKABLE = 6
/** Weight of one gap in the running mean of gaps. */
const WEIGHT = 1 / 256
const LEAST_MS = 1000

type Cite = (batch: RecordBatch, row: number) => Citation

/** Keeps the lines on both sides of the silences that are long beside those around them, in the order of the file. */
export class SeenSilences {
  readonly #cite: Cite
  #kept: { readonly worth: number; readonly silence: SeenSilence }[] = []
  #last = Number.NaN
  #meanMs = LEAST_MS
  /** The latest row of the batch before, for a silence that a batch begins with. */
  #before: Citation | null = null

  constructor(cite: Cite) {
    this.#cite = cite
  }

  add(batch: RecordBatch): void {
    const { time, flags, rowCount } = batch
    let last = this.#last
    let mean = this.#meanMs
    let lastRow = -1
    for (let row = 0; row < rowCount; row++) {
      const t = time[row]!
      if ((flags[row]! & STAMP_OUTLIER_FLAG) !== 0 || t < last) continue
      const gap = t - last
      const remarkable = REMARKABLE * mean + LEAST_MS
      if (gap > remarkable) this.#keep(batch, lastRow, row, gap / mean)
      // a long one moves the mean as a remarkable one would: nights are quiet, and an hour without a line is no rhythm
      if (gap >= 0) mean += (Math.min(gap, remarkable) - mean) * WEIGHT
      last = t
      lastRow = row
    }
    this.#last = last
    this.#meanMs = mean
    if (lastRow >= 0) this.#before = this.#cite(batch, lastRow)
  }

  #keep(batch: RecordBatch, lastRow: number, row: number, worth: number): void {
    if (this.#kept.length === MOST && this.#kept.at(-1)!.worth >= worth) return
    const before = lastRow >= 0 ? this.#cite(batch, lastRow) : this.#before
    if (before === null) return
    const after = this.#cite(batch, row)
    const kept = [...this.#kept, { worth, silence: { from: before.time, to: after.time, before, after } }]
    this.#kept = kept.sort((a, b) => b.worth - a.worth || a.silence.from - b.silence.from).slice(0, MOST)
  }

  list(): SeenSilence[] {
    return this.#kept.map(({ silence }) => silence).sort((a, b) => a.from - b.from || a.to - b.to)
  }
}
