import type { RecordBatch } from '../../../columns/contract.js'
import { joinKeys } from '../../../core/keys.js'
import { PRINCIPAL_USER } from '../../../sessions/contract.js'
import { userTag } from './row-names.js'

// copied out of its module: an import would be looked up anew for every row
const USER_KIND = PRINCIPAL_USER

/*
 * A row, eight words and its time apart.
 *
 *     0, 1  client   2, 3  route   4, 5  path and route   6  agent   7  user tag
 */
const WORDS = 8
const AGENT = 6
const TAG = 7
const ROW_BYTES = 40
const CHUNK_SHIFT = 13
const CHUNK_ROWS = 1 << CHUNK_SHIFT

/** Clients with a refusal leave a bit here, so that nearly all rows of others are done with at once. */
const FILTER_BITS = 1 << 20

/** Takes a row out: its time, the keys of its units by route and by path (two words each), agent and user tag. */
export type TakeHeld = (time: number, units: Int32Array, agent: number, tag: number) => void

interface Chunk {
  readonly time: Float64Array
  readonly words: Int32Array
}

/**
 * Served requests, held back until all that may have been refused before them has been read: a refusal may come later
 * than what it explains by the horizon. Rows are looked at when the memory is full, not row by row; most are then of
 * clients that nobody refused.
 */
export class HeldRows {
  readonly #chunks: Chunk[] = []
  readonly #most: number
  readonly #refused = new Int32Array(FILTER_BITS >>> 5)
  /** Keys of a row's units by route and by path. */
  readonly #units = new Int32Array(4)
  #size = 0
  /** Event time up to which rows were let go before their time, for want of memory. */
  forcedUpTo = Number.NEGATIVE_INFINITY

  constructor(memoryBytes: number) {
    this.#most = Math.max(64, Math.floor(memoryBytes / ROW_BYTES))
  }

  get limit(): number {
    return this.#most
  }

  /** Says that a client was refused: what it was served will be asked for. */
  markClient(low: number): void {
    const at = (low >>> 5) & ((FILTER_BITS >>> 5) - 1)
    this.#refused[at] = this.#refused[at]! | (1 << (low & 31))
  }

  /**
   * Holds `rows[from .. count)`.
   *
   * @returns How far it came; where that is not `count`, `release` first.
   */
  add(batch: RecordBatch, rows: Uint32Array, from: number, count: number): number {
    const end = Math.min(count, from + this.#most - this.#size)
    for (let i = from; i < end; ) {
      const chunk = this.#chunkOf(this.#size)
      const place = this.#size & (CHUNK_ROWS - 1)
      const stop = Math.min(end, i + CHUNK_ROWS - place)
      copyRows(batch, rows, i, stop, chunk, place)
      this.#size += stop - i
      i = stop
    }
    return end
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
    for (let i = 0; i < other.#size; i++)
      copyRow(other.#chunkOf(i), i, this.#chunkOf(this.#size), this.#size++)
    for (let i = 0; i < this.#refused.length; i++) this.#refused[i] = this.#refused[i]! | other.#refused[i]!
    this.forcedUpTo = Math.max(this.forcedUpTo, other.forcedUpTo)
  }

  #chunkOf(row: number): Chunk {
    const chunk = row >> CHUNK_SHIFT
    if (chunk === this.#chunks.length)
      this.#chunks.push({ time: new Float64Array(CHUNK_ROWS), words: new Int32Array(CHUNK_ROWS * WORDS) })
    return this.#chunks[chunk]!
  }

  #release(before: number, most: number, take: TakeHeld): void {
    const size = this.#size
    const isForced = before === Number.POSITIVE_INFINITY && most < size
    let to = 0
    for (let i = 0; i < size; i++) {
      const chunk = this.#chunks[i >> CHUNK_SHIFT]!
      const t = chunk.time[i & (CHUNK_ROWS - 1)]!
      if (t < before && i < most) {
        this.#take(t, chunk.words, (i & (CHUNK_ROWS - 1)) * WORDS, take)
        if (isForced && t > this.forcedUpTo) this.forcedUpTo = t
        continue
      }
      if (to !== i) copyRow(chunk, i, this.#chunkOf(to), to)
      to++
    }
    this.#size = to
  }

  #take(t: number, words: Int32Array, at: number, take: TakeHeld): void {
    const low = words[at]!
    if ((this.#refused[(low >>> 5) & ((FILTER_BITS >>> 5) - 1)]! & (1 << (low & 31))) === 0) return
    const high = words[at + 1]!
    joinKeys(low, high, words[at + 2]!, words[at + 3]!, this.#units, 0)
    joinKeys(low, high, words[at + 4]!, words[at + 5]!, this.#units, 2)
    take(t, this.#units, words[at + AGENT]!, words[at + TAG]!)
  }
}

/** Copies `rows[from .. to)` of a batch to a chunk. */
function copyRows(
  batch: RecordBatch,
  rows: Uint32Array,
  from: number,
  to: number,
  chunk: Chunk,
  place: number,
): void {
  const { clientKey, routeKey, pathKey, agentKey, principalKind, time: times } = batch
  const { time, words } = chunk
  const userKind = USER_KIND
  for (let i = from, at = place * WORDS; i < to; i++, at += WORDS) {
    const row = rows[i]!
    const key = 2 * row
    const routeLow = routeKey[key]!
    const routeHigh = routeKey[key + 1]!
    time[place + i - from] = times[row]!
    words[at] = clientKey[key]!
    words[at + 1] = clientKey[key + 1]!
    words[at + 2] = routeLow
    words[at + 3] = routeHigh
    words[at + 4] = pathKey[key]! ^ routeLow
    words[at + 5] = pathKey[key + 1]! ^ routeHigh
    words[at + AGENT] = agentKey[key]!
    words[at + TAG] = principalKind[row] === userKind ? userTag(batch, row) : 0
  }
}

function copyRow(from: Chunk, row: number, to: Chunk, place: number): void {
  const [at, target] = [(row & (CHUNK_ROWS - 1)) * WORDS, (place & (CHUNK_ROWS - 1)) * WORDS]
  to.time[place & (CHUNK_ROWS - 1)] = from.time[row & (CHUNK_ROWS - 1)]!
  for (let word = 0; word < WORDS; word++) to.words[target + word] = from.words[at + word]!
}
