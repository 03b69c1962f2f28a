import { PLAIN_ROW_BYTES } from '../columns/batch.js'
import type { RecordBatch } from '../columns/contract.js'

/** Rows of these many lists are linked. */
const LISTS = 1 << 16

/** Number, key and link of a row that is kept. */
const KEPT_WORDS = 4

/** Rows of a batch that were kept in one go. */
interface Run {
  readonly batch: RecordBatch
  readonly count: number
  /** Of each kept row, in parts: its number in the batch, its key, the ordinal of the one before it in its list. */
  readonly words: Int32Array
  /** Of the first kept row, among all that were ever kept. */
  readonly ordinal: number
  /** Latest time of the kept rows. */
  readonly last: number
  readonly byteLength: number
}

/** Shows one kept row. */
export type ShowRow = (batch: RecordBatch, row: number, ordinal: number) => void

/**
 * The rows of the last stretch of event time, so that an observer that opens a candidate by a count can still see what came
 * just before: which rows those are must not depend on the order in which rows arrived within the horizon.
 *
 * Nothing is copied: the batches are retained.
 *
 *     runs     | batch, rows 3 5 6, keys, links | batch, rows 0 1 4, ... |
 *     lists      of the last bits of keys:      4 -> 1 -> 0 -> gone
 *
 * A row is linked to the one before it whose key has the same last bits, by ordinal; rows of a key are found along these
 * lists, until one says an ordinal that is gone.
 */
export class RecentRows {
  readonly #spanMs: number
  readonly #maxBytes: number
  /** Oldest first. */
  readonly #runs: Run[] = []
  /** Low words of the ordinals of the last rows of the lists. */
  readonly #lists = new Int32Array(LISTS)
  #kept = 0
  #bytes = 0
  /** Latest time of all rows; rows up to `cut` may be gone for want of memory, those after it are all there. */
  readonly #times = { last: Number.NEGATIVE_INFINITY, cut: Number.NEGATIVE_INFINITY }

  /**
   * @param spanMs    Event time that rows are kept for.
   * @param maxBytes  Of the rows' columns and lines; the latest run is kept, however large it is.
   */
  constructor(spanMs: number, maxBytes: number) {
    this.#spanMs = spanMs
    this.#maxBytes = maxBytes
  }

  /** Rows up to this time may have been given up for want of memory. */
  get cutMs(): number {
    return this.#times.cut
  }

  get byteLength(): number {
    return this.#bytes
  }

  /**
   * Keeps rows of a batch. `rows[0 .. count)` are row numbers, ascending, at least one; `keys` are two words for each of them.
   *
   * @returns The ordinal of the first of these rows among all that were ever kept.
   */
  keep(batch: RecordBatch, rows: Uint32Array, count: number, keys: Int32Array): number {
    const words = new Int32Array(KEPT_WORDS * count)
    words.set(rows.subarray(0, count))
    words.set(keys.subarray(0, 2 * count), count)
    this.#link(words, count)
    const ordinal = this.#kept
    const last = latestOf(batch, rows, count)
    const byteLength = bytesOf(batch, rows[0]!, rows[count - 1]! + 1) + words.byteLength
    batch.retain()
    this.#runs.push({ batch, count, words, ordinal, last, byteLength })
    this.#kept += count
    this.#bytes += byteLength
    if (last > this.#times.last) this.#times.last = last
    this.#dropOver()
    return ordinal
  }

  /** Puts rows at the ends of their lists. */
  #link(words: Int32Array, count: number): void {
    const lists = this.#lists
    const first = this.#kept
    for (let i = 0; i < count; i++) {
      const list = words[count + 2 * i]! & (LISTS - 1)
      words[3 * count + i] = lists[list]!
      lists[list] = first + i
    }
  }

  /** Shows the kept rows of a key with their ordinals, in the order in which they were kept. */
  visit(low: number, high: number, show: ShowRow): void {
    for (const ordinal of this.#ordinalsOf(low, high)) {
      const { batch, words, ordinal: first } = this.#runOf(ordinal)
      show(batch, words[ordinal - first]!, ordinal)
    }
  }

  /** Lets go of all rows. */
  clear(): void {
    for (const { batch } of this.#runs.splice(0)) batch.release()
    this.#bytes = 0
  }

  /** Ascending. */
  #ordinalsOf(low: number, high: number): number[] {
    const oldest = this.#runs[0]?.ordinal ?? this.#kept
    const found: number[] = []
    let before = this.#kept
    let ordinal = this.#whole(this.#lists[low & (LISTS - 1)]!)
    // a list goes back in time; what is not older is no link
    while (ordinal < before && ordinal >= oldest) {
      const { words, count, ordinal: first } = this.#runOf(ordinal)
      const i = ordinal - first
      if (words[count + 2 * i] === low && words[count + 2 * i + 1] === high) found.push(ordinal)
      before = ordinal
      ordinal = this.#whole(words[3 * count + i]!)
    }
    return found.reverse()
  }

  /** The latest ordinal below that of the next row with this low word. */
  #whole(low: number): number {
    return this.#kept - 1 - ((this.#kept - 1 - low) >>> 0)
  }

  /** The run that has a row which is there. */
  #runOf(ordinal: number): Run {
    let first = 0
    let last = this.#runs.length - 1
    while (first < last) {
      const middle = (first + last + 1) >> 1
      if (this.#runs[middle]!.ordinal <= ordinal) first = middle
      else last = middle - 1
    }
    return this.#runs[first]!
  }

  /** Drops the runs at the front of which no row lies within the span, and those for which there is no memory; the latest stays, however old its rows are. */
  #dropOver(): void {
    const limit = this.#times.last - this.#spanMs
    while (this.#runs.length > 1 && this.#runs[0]!.last < limit) this.#dropOldest()
    while (this.#bytes > this.#maxBytes && this.#runs.length > 1) {
      this.#times.cut = Math.max(this.#times.cut, this.#runs[0]!.last)
      this.#dropOldest()
    }
  }

  #dropOldest(): void {
    const { batch, byteLength } = this.#runs.shift()!
    this.#bytes -= byteLength
    batch.release()
  }
}

/** Of the columns and lines of rows `from` (inclusive) to `to` (exclusive), whether or not each is kept. */
function bytesOf({ lineStart, lineEnd }: RecordBatch, from: number, to: number): number {
  return (to - from) * PLAIN_ROW_BYTES + lineEnd[to - 1]! - lineStart[from]!
}

function latestOf({ time }: RecordBatch, rows: Uint32Array, count: number): number {
  let last = Number.NEGATIVE_INFINITY
  for (let i = 0; i < count; i++) if (time[rows[i]!]! > last) last = time[rows[i]!]!
  return last
}
