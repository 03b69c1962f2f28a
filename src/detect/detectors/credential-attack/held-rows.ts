import type { RecordBatch } from '../../../columns/contract.js'
import { joinKeys } from '../../../core/keys.js'
import { PRINCIPAL_USER } from '../../../sessions/contract.js'
import { userTag } from './row-names.js'

/** Words of a row: unit key by route, unit key by path, agent, user tag. */
const WORDS = 6
const ROW_BYTES = 32
const LEAST_ROWS = 1024

/** Takes a row out: its time, the place of its words in `words`. */
export type TakeHeld = (time: number, words: Int32Array, at: number) => void

/**
 * Served requests, held back until all that may have been refused before them has been read: a refusal may come later
 * than what it explains by the horizon. Rows are looked at when the memory is full, not row by row, which costs some 5 ns
 * a row; most are then of clients that nobody refused.
 */
export class HeldRows {
  #time = new Float64Array(LEAST_ROWS)
  #words = new Int32Array(LEAST_ROWS * WORDS)
  readonly #most: number
  #size = 0
  /** Event time up to which rows were let go before their time, for want of memory. */
  forcedUpTo = Number.NEGATIVE_INFINITY

  constructor(memoryBytes: number) {
    this.#most = Math.max(64, Math.floor(memoryBytes / ROW_BYTES))
  }

  get limit(): number {
    return this.#most
  }

  /** False when there is no room: `release` first. */
  add(batch: RecordBatch, row: number): boolean {
    const size = this.#size
    if (size === this.#time.length && !this.#grow()) return false
    const at = 2 * row
    const { clientKey, routeKey, pathKey } = batch
    const low = clientKey[at]!
    const high = clientKey[at + 1]!
    const routeLow = routeKey[at]!
    const routeHigh = routeKey[at + 1]!
    const words = this.#words
    const to = size * WORDS
    this.#time[size] = batch.time[row]!
    joinKeys(low, high, routeLow, routeHigh, words, to)
    joinKeys(low, high, pathKey[at]! ^ routeLow, pathKey[at + 1]! ^ routeHigh, words, to + 2)
    words[to + 4] = batch.agentKey[at]!
    words[to + 5] = batch.principalKind[row] === PRINCIPAL_USER ? userTag(batch, row) : 0
    this.#size = size + 1
    return true
  }

  /** Hands over the rows before a time; if that makes too little room, also the first half of the rest. */
  release(before: number, take: TakeHeld): void {
    this.#release(before, Number.POSITIVE_INFINITY, take)
    if (this.#size > this.#most * 0.75) this.#release(Number.POSITIVE_INFINITY, this.#size >> 1, take)
  }

  releaseAll(take: TakeHeld): void {
    this.#release(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, take)
  }

  merge(other: HeldRows): void {
    const size = this.#size + other.#size
    const time = new Float64Array(Math.max(LEAST_ROWS, size))
    const words = new Int32Array(time.length * WORDS)
    time.set(this.#time.subarray(0, this.#size))
    time.set(other.#time.subarray(0, other.#size), this.#size)
    words.set(this.#words.subarray(0, this.#size * WORDS))
    words.set(other.#words.subarray(0, other.#size * WORDS), this.#size * WORDS)
    this.#time = time
    this.#words = words
    this.#size = size
    this.forcedUpTo = Math.max(this.forcedUpTo, other.forcedUpTo)
  }

  #release(before: number, most: number, take: TakeHeld): void {
    const time = this.#time
    const words = this.#words
    const size = this.#size
    let to = 0
    for (let i = 0; i < size; i++) {
      const t = time[i]!
      if (t < before && i < most) {
        take(t, words, i * WORDS)
        if (before === Number.POSITIVE_INFINITY && t > this.forcedUpTo && most < size) this.forcedUpTo = t
        continue
      }
      if (to !== i) {
        time[to] = t
        words.copyWithin(to * WORDS, i * WORDS, (i + 1) * WORDS)
      }
      to++
    }
    this.#size = to
  }

  #grow(): boolean {
    const capacity = Math.min(this.#most, 2 * this.#time.length)
    if (capacity <= this.#time.length) return false
    const time = new Float64Array(capacity)
    const words = new Int32Array(capacity * WORDS)
    time.set(this.#time)
    words.set(this.#words)
    this.#time = time
    this.#words = words
    return true
  }
}
