import { MINUTE_MS } from '../../../core/civil-time.js'
import { PackedTable } from '../../../core/packed-table.js'

/*
 * A thing's record, six words of 32 bits: where it stands in the table, and its key of 128 bits.
 *
 *     0, 1  place   2, 3  last two words of the key   4  number   5  first word of the key; the second is word 1
 *
 * The place is the first two words of the key, or, where another thing stands there, a step beside them.
 */
const STRIDE = 6
const NUMBER = 4
const FIRST = 5
const GOLDEN = 0x9e3779b9 | 0

/** When each of many distinct things was seen: one entry a thing and minute, whatever the order in which they come. */
export class DistinctLog {
  /** Entries; in no order. */
  times = new Float64Array(16)
  ids = new Int32Array(16)
  length = 0
  /** Largest value given with each thing, and its last entry. */
  values = new Float64Array(16)
  #lastEntry = new Int32Array(16)
  readonly #table = new PackedTable(STRIDE, 1 << 24)
  #count = 0

  get count(): number {
    return this.#count
  }

  get byteLength(): number {
    return this.#table.byteLength + 12 * this.times.length + 12 * this.values.length
  }

  /**
   * Notes a thing at a time.
   *
   * @param key  Four words.
   * @returns Whether it is new.
   */
  add(key: Int32Array, t: number, value: number): boolean {
    let id = this.#find(key)
    const isNew = id < 0
    if (isNew) id = this.#insert(key)
    if (isNew || value > this.values[id]!) this.values[id] = value
    const entry = isNew ? -1 : this.#lastEntry[id]!
    if (entry >= 0 && Math.floor(this.times[entry]! / MINUTE_MS) === Math.floor(t / MINUTE_MS)) {
      if (t < this.times[entry]!) this.times[entry] = t
      return false
    }
    this.#push(id, t)
    return isNew
  }

  /** @param onNew  Told the number here of a thing that only the other had, and its number there. */
  merge(other: DistinctLog, onNew: (ours: number, theirs: number) => void): void {
    const key = new Int32Array(4)
    const numbers = new Int32Array(other.#count)
    other.#table.forEach((record) => {
      numbers[other.#table.words[record * STRIDE + NUMBER]!] = record
    })
    for (let entry = 0; entry < other.length; entry++) {
      const id = other.ids[entry]!
      const at = numbers[id]! * STRIDE
      key.set(other.#table.words.subarray(at, at + 4))
      key[0] = other.#table.words[at + FIRST]!
      if (this.add(key, other.times[entry]!, other.values[id]!)) onNew(this.#count - 1, id)
    }
  }

  #find(key: Int32Array): number {
    const { words } = this.#table
    for (let low = key[0]!; ; low = (low + GOLDEN) | 0) {
      const record = this.#table.find(low, key[1]!)
      if (record < 0) return -1
      const at = record * STRIDE
      if (words[at + FIRST] === key[0] && words[at + 2] === key[2] && words[at + 3] === key[3])
        return words[at + NUMBER]!
    }
  }

  #insert(key: Int32Array): number {
    let low = key[0]!
    // the same 64 bits, another 64: it stands beside
    while (this.#table.find(low, key[1]!) >= 0) low = (low + GOLDEN) | 0
    const at = this.#table.insert(low, key[1]!) * STRIDE
    const { words } = this.#table
    words[at + 2] = key[2]!
    words[at + 3] = key[3]!
    words[at + FIRST] = key[0]!
    words[at + NUMBER] = this.#count
    if (this.#count === this.values.length) {
      this.values = grown(this.values, Float64Array)
      this.#lastEntry = grown(this.#lastEntry, Int32Array)
    }
    this.values[this.#count] = 0
    return this.#count++
  }

  #push(id: number, t: number): void {
    if (this.length === this.times.length) {
      this.times = grown(this.times, Float64Array)
      this.ids = grown(this.ids, Int32Array)
    }
    this.times[this.length] = t
    this.ids[this.length] = id
    this.#lastEntry[id] = this.length++
  }

  /** Entries from `from` to `to` (both inclusive) by time; the earliest of each thing and minute. */
  between(from: number, to: number): Sightings {
    const order: number[] = []
    for (let entry = 0; entry < this.length; entry++)
      if (this.times[entry]! >= from && this.times[entry]! <= to) order.push(entry)
    order.sort((a, b) => this.times[a]! - this.times[b]!)
    // a thing that came late for its minute has another entry there
    const lastMinute = new Float64Array(this.#count).fill(Number.NaN)
    const kept = order.filter((entry) => {
      const minute = Math.floor(this.times[entry]! / MINUTE_MS)
      if (lastMinute[this.ids[entry]!] === minute) return false
      lastMinute[this.ids[entry]!] = minute
      return true
    })
    return {
      times: Float64Array.from(kept, (entry) => this.times[entry]!),
      ids: Int32Array.from(kept, (entry) => this.ids[entry]!),
      values: this.values.subarray(0, this.#count),
    }
  }
}

/** Things by time, ascending; `values` by the number of the thing. */
export interface Sightings {
  readonly times: Float64Array
  readonly ids: Int32Array
  readonly values: Float64Array
}

function grown<T extends Float64Array | Int32Array>(old: T, Kind: new (length: number) => T): T {
  const larger = new Kind(2 * old.length)
  larger.set(old as never)
  return larger
}
