/**
 * An open-addressing hash table of fixed-stride records in one buffer, so that a look-up costs one cache miss.
 *
 *     record   | key low | key high | word 2 | word 3 | ... stride words of 32 bits
 *                u32       u32        the caller's; as doubles from an even word on
 *
 * A record whose two key words are 0 is free; the key (0, 0) itself is stored as (1, 0). Grows by doubling until
 * `maxRecords`; then `insert` gives -1 and the owner decides what to fold. Records move when the table grows or shrinks:
 * a record index is valid until the next `insert` or `retain`.
 *
 * A large table doubles where it is, and never stands in memory twice: its buffer has room for more slots, and memory that
 * was not written yet takes none.
 */
export class PackedTable {
  /** Number of 32-bit words a record; even. */
  readonly stride: number
  readonly maxRecords: number
  /** Words and doubles over the same memory: word `w` of record `r` is `words[r * stride + w]`. */
  words: Int32Array
  doubles: Float64Array
  /** What `locate` read first: kept, so that the reads are. */
  touched = 0
  readonly #load: number
  #count = 0
  #capacity: number
  #limit: number

  /**
   * @param stride      32-bit words a record, two key words included; rounded up to even.
   * @param maxRecords  Most records held; the buffer has at most twice as many slots for each at the usual load.
   * @param load        Share of the slots that is filled before the table doubles; a fuller one is smaller and slower.
   */
  constructor(stride: number, maxRecords: number, load = USUAL_LOAD) {
    this.stride = stride + (stride & 1)
    this.#load = load
    this.maxRecords = Math.max(1, maxRecords)
    this.#capacity = LEAST_SLOTS
    this.#limit = this.#limitOf(LEAST_SLOTS)
    this.words = new Int32Array(LEAST_SLOTS * this.stride)
    this.doubles = new Float64Array(this.words.buffer)
  }

  /** Most records whose table, at the usual load, takes no more than so many bytes: tables double, and a full one is not half used. */
  static recordsWithin(bytes: number, stride: number): number {
    const slots = 2 ** Math.floor(Math.log2(Math.max(LEAST_SLOTS, bytes / (4 * (stride + (stride & 1))))))
    return Math.floor(slots * USUAL_LOAD)
  }

  get count(): number {
    return this.#count
  }

  /** Bytes of memory in use. */
  get byteLength(): number {
    return this.#capacity * this.stride * 4
  }

  /** Index of the record with this key, or -1. Keys are two signed 32-bit words. */
  find(low: number, high: number): number {
    return findIn(this.words, this.stride, this.#capacity - 1, low, high)
  }

  /**
   * Finds the records of many keys before any is changed: `found[i]` for the key at `keys[2 * rows[i]]`, -1 for new ones.
   *
   *     touch    home slot of key 0, 1, 2, ...   nothing depends on what is read: a dozen cache misses at a time
   *     find     key 0, 1, 2, ...                nearly all in the cache by now
   */
  locate(keys: Int32Array, rows: Uint32Array, count: number, found: Int32Array): void {
    const { words, stride } = this
    const mask = this.#capacity - 1
    let touched = 0
    for (let i = 0; i < count; i++) touched ^= words[(keys[2 * rows[i]! + 1]! & mask) * stride]!
    this.touched = touched
    for (let i = 0; i < count; i++) {
      const at = 2 * rows[i]!
      found[i] = findIn(words, stride, mask, keys[at]!, keys[at + 1]!)
    }
  }

  /** Whether record `record`, found earlier, still is that of this key: the table may have grown since. -1 never is. */
  isAt(record: number, low: number, high: number): boolean {
    if (record < 0) return false
    const at = record * this.stride
    return this.words[at] === (low | high ? low : 1) && this.words[at + 1] === high
  }

  /**
   * Makes a record for a key that `find` did not find; all its other words are 0.
   *
   * @returns Its index, or -1 when `maxRecords` are held.
   */
  insert(low: number, high: number): number {
    if ((low | high) === 0) low = 1
    if (this.#count >= this.#limit) {
      if (this.#count >= this.maxRecords) return -1
      this.#grow()
    }
    this.#count++
    const { words, stride } = this
    const slot = freeSlot(words, stride, this.#capacity - 1, high)
    words[slot * stride] = low
    words[slot * stride + 1] = high
    return slot
  }

  /** Keeps the records for which `keep` says so. The table takes fewer slots if most are gone; its buffer stays. */
  retain(keep: (record: number) => boolean): void {
    const { kept, count } = this.#mark(keep)
    this.#count = count
    let capacity = this.#capacity
    while (capacity > LEAST_SLOTS && count < capacity * 0.15) capacity /= 2
    if (capacity < this.#capacity) this.#shrink(capacity, kept)
    else settle(this.words, this.stride, capacity, capacity - 1, kept)
  }

  /** Calls `visit` with each record's index, in slot order, which is no meaningful order: sort before showing. */
  forEach(visit: (record: number) => void): void {
    const { words, stride } = this
    for (let slot = 0; slot < this.#capacity; slot++) {
      const at = slot * stride
      if ((words[at]! | words[at + 1]!) !== 0) visit(slot)
    }
  }

  #limitOf(capacity: number): number {
    return Math.min(this.maxRecords, Math.floor(capacity * this.#load))
  }

  #resize(capacity: number): void {
    this.#capacity = capacity
    this.#limit = this.#limitOf(capacity)
  }

  #use(words: Int32Array): void {
    this.words = words
    this.doubles = new Float64Array(words.buffer)
  }

  #grow(): void {
    const slots = this.#capacity
    this.#resize(2 * slots)
    const { words, stride } = this
    if (2 * slots * stride <= words.length) settle(words, stride, slots, 2 * slots - 1, null)
    else {
      this.#use(new Int32Array(this.#roomFor(2 * slots) * stride))
      moveRecords(words, slots, null, this.words, stride, 2 * slots - 1)
    }
  }

  /** Slots of a buffer for a table that has grown to `capacity`. */
  #roomFor(capacity: number): number {
    if (capacity * this.stride * 4 < LARGE_BYTES) return capacity
    let slots = capacity
    while (slots < ROOM * capacity && this.#limitOf(slots) < this.maxRecords) slots *= 2
    return slots
  }

  /** To fewer slots of the same buffer, so that growing again writes to memory that is there. */
  #shrink(capacity: number, kept: Uint8Array): void {
    const { words, stride } = this
    const slots = this.#capacity
    const rest = new Int32Array(this.#count * stride)
    let to = 0
    for (let slot = 0; slot < slots; slot++) {
      if (kept[slot] === 0) continue
      for (let at = slot * stride; at < (slot + 1) * stride; at++) rest[to++] = words[at]!
    }
    words.fill(0, 0, slots * stride)
    this.#resize(capacity)
    moveRecords(rest, this.#count, null, words, stride, capacity - 1)
  }

  /** Asks for each record before anything moves, so that `keep` may read the table. */
  #mark(keep: (record: number) => boolean): { readonly kept: Uint8Array; readonly count: number } {
    const kept = new Uint8Array(this.#capacity)
    let count = 0
    this.forEach((record) => {
      if (!keep(record)) return
      kept[record] = 1
      count++
    })
    return { kept, count }
  }
}

/** Slots of an empty table. */
const LEAST_SLOTS = 64
const USUAL_LOAD = 0.6
/** A table from this size on has a buffer with room to double in, so many times its slots where it may get that large. */
const LARGE_BYTES = 1 << 20
const ROOM = 16

/** The numbers 0, 1, 2, ..., at least `count` of them: what `locate` is given for keys that stand side by side. */
export function rowsUpTo(count: number): Uint32Array {
  if (upwards.length < count) upwards = Uint32Array.from({ length: 2 * count }, (_, i) => i)
  return upwards
}

let upwards = new Uint32Array(0)

/** Slot of a key, or -1. */
function findIn(words: Int32Array, stride: number, mask: number, low: number, high: number): number {
  if ((low | high) === 0) low = 1
  for (let slot = high & mask; ; slot = (slot + 1) & mask) {
    const at = slot * stride
    const found = words[at]!
    if (found === low && words[at + 1] === high) return slot
    if ((found | words[at + 1]!) === 0) return -1
  }
}

/** The first free slot from the home of a key on. */
function freeSlot(words: Int32Array, stride: number, mask: number, high: number): number {
  let slot = high & mask
  while ((words[slot * stride]! | words[slot * stride + 1]!) !== 0) slot = (slot + 1) & mask
  return slot
}

/** Copies the records of `slots` slots that are kept into an empty table. */
function moveRecords(
  from: Int32Array,
  slots: number,
  kept: Uint8Array | null,
  to: Int32Array,
  stride: number,
  mask: number,
): void {
  for (let slot = 0; slot < slots; slot++) {
    const at = slot * stride
    if ((from[at]! | from[at + 1]!) === 0 || (kept !== null && kept[slot] === 0)) continue
    const place = freeSlot(to, stride, mask, from[at + 1]!) * stride
    for (let word = 0; word < stride; word++) to[place + word] = from[at + word]!
  }
}

/**
 * Puts the records of the first `slots` slots to where they belong, which are those slots or, after a doubling, as many
 * behind them, and clears those that are not kept.
 *
 *     | a run of records, which may be the end of one at the other end | free | ... the rest ... |
 *     ^0                                                               ^first             slots^
 *
 * The rest is taken in order, each record out of its slot and to the first free one from its home on. That is never a slot
 * behind it, so that it meets only records that have their place. The run at the front goes out first and in last.
 */
function settle(
  words: Int32Array,
  stride: number,
  slots: number,
  mask: number,
  kept: Uint8Array | null,
): void {
  let first = 0
  while ((words[first * stride]! | words[first * stride + 1]!) !== 0) first++
  const front = words.slice(0, first * stride)
  words.fill(0, 0, first * stride)
  for (let slot = first + 1; slot < slots; slot++) {
    const at = slot * stride
    const low = words[at]!
    const high = words[at + 1]!
    if ((low | high) === 0) continue
    words[at] = 0
    words[at + 1] = 0
    const isKept = kept === null || kept[slot] !== 0
    const place = isKept ? freeSlot(words, stride, mask, high) * stride : -1
    if (isKept) {
      words[place] = low
      words[place + 1] = high
    }
    if (place === at) continue
    for (let word = 2; word < stride; word++) {
      if (isKept) words[place + word] = words[at + word]!
      words[at + word] = 0
    }
  }
  moveRecords(front, first, kept, words, stride, mask)
}
