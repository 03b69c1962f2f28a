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

const TABLE_SHARE = 0.8
/** Of the memory: for names. While they are put together they are there twice. */
const TEXT_SHARE = 0.2

export interface NamedTotals {
  readonly name: string
  readonly requests: number
  readonly denied: number
  readonly bytes: number
}

/**
 * Requests, denials and bytes by client or route. Bounded: a full shard folds the half of its keys with the fewest requests
 * into one remainder, so that kept plus folded is all. A folded key that comes again is counted anew, so the count of keys
 * is then an upper bound.
 */
export class KeyTotals {
  readonly #shards: PackedTable[]
  readonly #textBytes: number
  #texts: TextPool
  /** Keys were folded since names were last put together, so that doing it again frees room. */
  #hasDeadTexts = false
  /** What was folded. */
  folded = { keys: 0, requests: 0, denied: 0, bytes: 0 }
  firstFoldedAt = Number.NaN
  readonly limit: number

  /** @param memoryBytes  For tables and names together. */
  constructor(memoryBytes: number) {
    const perShard = PackedTable.recordsWithin((memoryBytes * TABLE_SHARE) / SHARDS, STRIDE)
    this.limit = perShard * SHARDS
    this.#shards = Array.from({ length: SHARDS }, () => new PackedTable(STRIDE, perShard))
    this.#textBytes = memoryBytes * TEXT_SHARE
    this.#texts = new TextPool(this.#textBytes)
  }

  /**
   * Finds the records of many rows first, `found[i]` for `rows[i]`, -1 for new keys: a processor waits for several cache
   * misses at once as long as nothing depends on them.
   */
  locate(keys: Int32Array, rows: Uint32Array, count: number, found: Int32Array): void {
    const shards = this.#shards
    for (let i = 0; i < count; i++) {
      const at = 2 * rows[i]!
      const low = keys[at]!
      found[i] = shards[low & (SHARDS - 1)]!.find(low, keys[at + 1]!)
    }
  }

  /**
   * Adds one request to a key that is held. False for a new key: `open` it, then add again.
   *
   * @param found  What `locate` found for the row; -1 to look again.
   */
  add(low: number, high: number, isDenied: boolean, size: number, found: number): boolean {
    const table = this.#shards[low & (SHARDS - 1)]!
    const record = found >= 0 && table.isAt(found, low, high) ? found : table.find(low, high)
    if (record < 0) return false
    const base = record * STRIDE
    const { words } = table
    words[base + REQUESTS] = words[base + REQUESTS]! + 1
    if (isDenied) words[base + DENIED] = words[base + DENIED]! + 1
    if (!Number.isNaN(size)) table.doubles[(base + BYTES) >> 1] = table.doubles[(base + BYTES) >> 1]! + size
    return true
  }

  /** Makes room for a new key. `time` is event time, for the account of what was folded. */
  open(low: number, high: number, name: string, time: number): void {
    this.#insert(this.#shards[low & (SHARDS - 1)]!, low, high, time, name)
  }

  /** Keys that were ever made; more than there are once some were folded. */
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

  /**
   * The keys with most requests; equals by name. Never more than twice as many are held: in a log of clients that each came
   * once, all of them are equal.
   */
  top(most: number): NamedTotals[] {
    let best: NamedTotals[] = []
    let least = 0
    for (const table of this.#shards) {
      table.forEach((record) => {
        if (table.words[record * STRIDE + REQUESTS]! < least) return
        best.push(this.#totalsOf(table, record * STRIDE))
        if (best.length < 2 * most) return
        best = best.sort(byRequests).slice(0, most)
        least = best.at(-1)!.requests
      })
    }
    return best.sort(byRequests).slice(0, most)
  }

  #totalsOf({ words, doubles }: PackedTable, base: number): NamedTotals {
    return {
      name: this.#texts.read(words[base + TEXT]!) ?? '(name not kept)',
      requests: words[base + REQUESTS]!,
      denied: words[base + DENIED]!,
      bytes: doubles[(base + BYTES) >> 1]!,
    }
  }

  #insert(table: PackedTable, low: number, high: number, time: number, name: string): number {
    let record = table.insert(low, high)
    if (record < 0) {
      if (this.folded.keys === 0) this.firstFoldedAt = time
      this.#fold(table)
      record = table.insert(low, high)
    }
    table.words[record * STRIDE + TEXT] = this.#keepText(name)
    return record
  }

  #keepText(name: string): number {
    const number = this.#texts.addText(name)
    if (number !== 0 || !this.#hasDeadTexts) return number
    this.#dropDeadTexts()
    return this.#texts.addText(name)
  }

  /** Copies the names of the keys that are held into a new pool. */
  #dropDeadTexts(): void {
    const old = this.#texts
    this.#texts = new TextPool(this.#textBytes)
    this.#hasDeadTexts = false
    for (const table of this.#shards) {
      const { words } = table
      table.forEach((record) => {
        const name = old.read(words[record * STRIDE + TEXT]!)
        words[record * STRIDE + TEXT] = name === null ? 0 : this.#texts.addText(name)
      })
    }
  }

  #fold(table: PackedTable): void {
    this.#hasDeadTexts = true
    const counts: number[] = []
    table.forEach((record) => {
      counts.push(table.words[record * STRIDE + REQUESTS]!)
    })
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
    const name = other.#texts.read(theirs.words[from + TEXT]!) ?? ''
    const found = ours.find(low, high)
    const base = (found >= 0 ? found : this.#insert(ours, low, high, Number.NaN, name)) * STRIDE
    ours.words[base + REQUESTS] = ours.words[base + REQUESTS]! + theirs.words[from + REQUESTS]!
    ours.words[base + DENIED] = ours.words[base + DENIED]! + theirs.words[from + DENIED]!
    ours.doubles[(base + BYTES) >> 1] =
      ours.doubles[(base + BYTES) >> 1]! + theirs.doubles[(from + BYTES) >> 1]!
  }
}

function byRequests(a: NamedTotals, b: NamedTotals): number {
  return b.requests - a.requests || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
}
