import { PackedTable } from '../../core/packed-table.js'
import { TextPool } from '../../core/text-pool.js'

/** State is split by key into this many tables, whatever the number of workers. */
const SHARDS = 64

/*
 * A key's record, 32 bytes: one cache line holds two.
 *
 *     0 key   2 text number   3 denied   4 requests   5 -   6 bytes (double)
 */
const STRIDE = 8
const TEXT = 2
const DENIED = 3
const REQUESTS = 4
const BYTES = 6

export interface NamedTotals {
  readonly name: string
  readonly requests: number
  readonly denied: number
  readonly bytes: number
}

/**
 * Requests, denials and bytes by client or route. Bounded: a full shard folds the half of its keys with the fewest requests
 * into one remainder, so that kept plus folded is all; the count of keys is then a lower bound.
 */
export class KeyTotals {
  readonly #shards: PackedTable[]
  readonly #texts: TextPool
  /** What was folded. */
  folded = { keys: 0, requests: 0, denied: 0, bytes: 0 }
  firstFoldedAt = Number.NaN
  readonly limit: number

  /** @param memoryBytes  For tables and names together. */
  constructor(memoryBytes: number) {
    const perShard = Math.max(8, Math.floor((memoryBytes * 0.25) / (SHARDS * STRIDE * 4)))
    this.limit = perShard * SHARDS
    this.#shards = Array.from({ length: SHARDS }, () => new PackedTable(STRIDE, perShard))
    this.#texts = new TextPool(memoryBytes * 0.4)
  }

  /** Adds one request. `nameOf` is asked once a key, when it is new. */
  add(low: number, high: number, isDenied: boolean, size: number, time: number, nameOf: () => string): void {
    const table = this.#shards[low & (SHARDS - 1)]!
    let record = table.find(low, high)
    if (record < 0) record = this.#insert(table, low, high, time, nameOf)
    const base = record * STRIDE
    const { words } = table
    words[base + REQUESTS] = words[base + REQUESTS]! + 1
    if (isDenied) words[base + DENIED] = words[base + DENIED]! + 1
    if (size === size) table.doubles[(base + BYTES) >> 1] = table.doubles[(base + BYTES) >> 1]! + size
  }

  /** Keys held, and with `folded.keys` all that were ever made. */
  get count(): number {
    return this.#shards.reduce((sum, table) => sum + table.count, 0) + this.folded.keys
  }

  merge(other: KeyTotals): void {
    for (const name of ['keys', 'requests', 'denied', 'bytes'] as const)
      this.folded[name] += other.folded[name]
    other.#shards.forEach((theirs, shard) => {
      const ours = this.#shards[shard]!
      theirs.forEach((record) => {
        this.#mergeRecord(ours, theirs, record * STRIDE, other)
      })
    })
  }

  /** The keys with most requests; equals by name. */
  top(most: number): NamedTotals[] {
    const all: NamedTotals[] = []
    for (const table of this.#shards) {
      table.forEach((record) => {
        const base = record * STRIDE
        all.push({
          name: this.#texts.read(table.words[base + TEXT]!) ?? '(name not kept)',
          requests: table.words[base + REQUESTS]!,
          denied: table.words[base + DENIED]!,
          bytes: table.doubles[(base + BYTES) >> 1]!,
        })
        if (all.length >= 4096) keepTop(all, most)
      })
    }
    return keepTop(all, most)
  }

  #insert(table: PackedTable, low: number, high: number, time: number, nameOf: () => string): number {
    let record = table.insert(low, high)
    if (record < 0) {
      if (this.folded.keys === 0) this.firstFoldedAt = time
      this.#fold(table)
      record = table.insert(low, high)
    }
    const name = new TextEncoder().encode(nameOf())
    table.words[record * STRIDE + TEXT] = this.#texts.add(name, 0, name.length)
    return record
  }

  #fold(table: PackedTable): void {
    const counts: number[] = []
    table.forEach((record) => counts.push(table.words[record * STRIDE + REQUESTS]!))
    const median = counts.sort((a, b) => a - b)[counts.length >> 1]!
    const { words, doubles } = table
    table.retain((record) => {
      const base = record * STRIDE
      if (words[base + REQUESTS]! > median) return true
      this.folded.keys++
      this.folded.requests += words[base + REQUESTS]!
      this.folded.denied += words[base + DENIED]!
      this.folded.bytes += doubles[(base + BYTES) >> 1]!
      return false
    })
  }

  #mergeRecord(ours: PackedTable, theirs: PackedTable, from: number, other: KeyTotals): void {
    const low = theirs.words[from]!
    const high = theirs.words[from + 1]!
    const name = () => other.#texts.read(theirs.words[from + TEXT]!) ?? ''
    const found = ours.find(low, high)
    const base = (found >= 0 ? found : this.#insert(ours, low, high, Number.NaN, name)) * STRIDE
    ours.words[base + REQUESTS] = ours.words[base + REQUESTS]! + theirs.words[from + REQUESTS]!
    ours.words[base + DENIED] = ours.words[base + DENIED]! + theirs.words[from + DENIED]!
    ours.doubles[(base + BYTES) >> 1] =
      ours.doubles[(base + BYTES) >> 1]! + theirs.doubles[(from + BYTES) >> 1]!
  }
}

function keepTop(all: NamedTotals[], most: number): NamedTotals[] {
  all.sort((a, b) => b.requests - a.requests || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  all.length = Math.min(all.length, most)
  return all
}
