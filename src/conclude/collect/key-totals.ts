import { DENIED as DENIED_OUTCOME } from '../../classify/contract.js'
import type { RecordBatch } from '../../columns/contract.js'
import { PackedTable } from '../../core/packed-table.js'
import { TextPool } from '../../core/text-pool.js'
import type { Selection } from '../../observe/contract.js'

// copied out of its module: an import would be looked up anew for every row
const DENIED_CODE = DENIED_OUTCOME

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

/** Keeps the name of a row's key; gives its number, 0 where there is no room. */
export type KeepName = (texts: TextPool, batch: RecordBatch, row: number) => number

/**
 * Requests, denials and bytes by client or route. Bounded: a full table folds the half of its keys with the fewest requests
 * into one remainder, so that kept plus folded is all. A folded key that comes again is counted anew, so the count of keys
 * is then an upper bound.
 */
export class KeyTotals {
  readonly #table: PackedTable
  readonly #textBytes: number
  #texts: TextPool
  /** Of one visit, filled anew each time: the records of the rows' keys. */
  #found = new Int32Array(0)
  /** Keys were folded since names were last put together, so that doing it again frees room. */
  #hasDeadTexts = false
  /** What was folded. */
  folded = { keys: 0, requests: 0, denied: 0, bytes: 0 }
  firstFoldedAt = Number.NaN
  readonly limit: number

  /** @param memoryBytes  For tables and names together. */
  constructor(memoryBytes: number) {
    this.limit = PackedTable.recordsWithin(memoryBytes * TABLE_SHARE, STRIDE)
    this.#table = new PackedTable(STRIDE, this.limit)
    this.#textBytes = memoryBytes * TEXT_SHARE
    this.#texts = new TextPool(this.#textBytes)
  }

  /**
   * Counts rows by their keys; all are looked up before any is changed.
   *
   * @param keys    Two words for each row of the batch.
   * @param keepName  Keeps the name of a key that is new, as a row shows it; gives its number.
   */
  addRows(batch: RecordBatch, { rows, count }: Selection, keys: Int32Array, keepName: KeepName): void {
    if (this.#found.length < count) this.#found = new Int32Array(2 * count)
    const found = this.#found
    const table = this.#table
    table.locate(keys, rows, count, found)
    const { outcome, bytesSent } = batch
    for (let i = 0; i < count; i++) {
      const row = rows[i]!
      const low = keys[2 * row]!
      const high = keys[2 * row + 1]!
      let record = found[i]!
      if (!table.isAt(record, low, high)) {
        record = table.find(low, high)
        if (record < 0) record = this.#open(low, high, batch, row, keepName)
      }
      addRequest(table, record * STRIDE, outcome[row] === DENIED_CODE, bytesSent[row]!)
    }
  }

  /** Keys that were ever made; more than there are once some were folded. */
  get count(): number {
    return this.#table.count + this.folded.keys
  }

  merge(other: KeyTotals): void {
    for (const name of ['keys', 'requests', 'denied', 'bytes'] as const)
      this.folded[name] += other.folded[name]
    other.#table.forEach((record) => {
      this.#mergeRecord(other, record * STRIDE)
    })
  }

  /**
   * The keys with most requests; equals by name. Never more than twice as many are held: in a log of clients that each came
   * once, all of them are equal.
   */
  top(most: number): NamedTotals[] {
    let best: NamedTotals[] = []
    let least = 0
    const { words } = this.#table
    this.#table.forEach((record) => {
      if (words[record * STRIDE + REQUESTS]! < least) return
      best.push(this.#totalsOf(record * STRIDE))
      if (best.length < 2 * most) return
      best = best.sort(byRequests).slice(0, most)
      least = best.at(-1)!.requests
    })
    return best.sort(byRequests).slice(0, most)
  }

  #totalsOf(base: number): NamedTotals {
    const { words, doubles } = this.#table
    return {
      name: this.#texts.read(words[base + TEXT]!) ?? '(name not kept)',
      requests: words[base + REQUESTS]!,
      denied: words[base + DENIED]!,
      bytes: doubles[(base + BYTES) >> 1]!,
    }
  }

  #open(low: number, high: number, batch: RecordBatch, row: number, keepName: KeepName): number {
    const record = this.#insert(low, high, batch.time[row]!)
    this.#keepText(record, (texts) => keepName(texts, batch, row))
    return record
  }

  /** @param time  Event time, for the account of what is folded. */
  #insert(low: number, high: number, time: number): number {
    const record = this.#table.insert(low, high)
    if (record >= 0) return record
    if (this.folded.keys === 0) this.firstFoldedAt = time
    this.#fold()
    return this.#table.insert(low, high)
  }

  #keepText(record: number, keep: (texts: TextPool) => number): void {
    let number = keep(this.#texts)
    if (number === 0 && this.#hasDeadTexts) {
      this.#dropDeadTexts()
      number = keep(this.#texts)
    }
    this.#table.words[record * STRIDE + TEXT] = number
  }

  /** Copies the names of the keys that are held into a new pool. */
  #dropDeadTexts(): void {
    const old = this.#texts
    this.#texts = new TextPool(this.#textBytes)
    this.#hasDeadTexts = false
    const { words } = this.#table
    this.#table.forEach((record) => {
      const name = old.read(words[record * STRIDE + TEXT]!)
      words[record * STRIDE + TEXT] = name === null ? 0 : this.#texts.addText(name)
    })
  }

  #fold(): void {
    this.#hasDeadTexts = true
    const { words, doubles, count } = this.#table
    const counts = new Int32Array(count)
    let next = 0
    this.#table.forEach((record) => {
      counts[next++] = words[record * STRIDE + REQUESTS]!
    })
    const median = counts.sort()[count >> 1]!
    this.#table.retain((record) => {
      const base = record * STRIDE
      if (words[base + REQUESTS]! > median) return true
      this.folded.keys++
      this.folded.requests += words[base + REQUESTS]!
      this.folded.denied += words[base + DENIED]!
      this.folded.bytes += doubles[(base + BYTES) >> 1]!
      return false
    })
  }

  #mergeRecord(other: KeyTotals, from: number): void {
    const theirs = other.#table
    const low = theirs.words[from]!
    const high = theirs.words[from + 1]!
    let record = this.#table.find(low, high)
    if (record < 0) {
      const name = other.#texts.read(theirs.words[from + TEXT]!) ?? ''
      record = this.#insert(low, high, Number.NaN)
      this.#keepText(record, (texts) => texts.addText(name))
    }
    const { words, doubles } = this.#table
    const base = record * STRIDE
    words[base + REQUESTS] = words[base + REQUESTS]! + theirs.words[from + REQUESTS]!
    words[base + DENIED] = words[base + DENIED]! + theirs.words[from + DENIED]!
    doubles[(base + BYTES) >> 1] = doubles[(base + BYTES) >> 1]! + theirs.doubles[(from + BYTES) >> 1]!
  }
}

function addRequest({ words, doubles }: PackedTable, base: number, isDenied: boolean, size: number): void {
  words[base + REQUESTS] = words[base + REQUESTS]! + 1
  if (isDenied) words[base + DENIED] = words[base + DENIED]! + 1
  if (!Number.isNaN(size)) doubles[(base + BYTES) >> 1] = doubles[(base + BYTES) >> 1]! + size
}

function byRequests(a: NamedTotals, b: NamedTotals): number {
  return b.requests - a.requests || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
}
