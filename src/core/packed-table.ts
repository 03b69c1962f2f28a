/**
 * An open-addressing hash table of fixed-stride records in one buffer, so that a look-up costs one cache miss.
 *
 *     record   | key low | key high | word 2 | word 3 | ... stride words of 32 bits
 *                u32       u32        the caller's; as doubles from an even word on
 *
 * A record whose two key words are 0 is free; the key (0, 0) itself is stored as (1, 0). Grows by doubling until
 * `maxRecords`; then `insert` gives -1 and the owner decides what to fold. Records move when the table grows or shrinks:
 * a record index is valid until the next `insert` or `retain`.
 */
export class PackedTable {
  /** Number of 32-bit words a record; even. */
  readonly stride: number
  readonly maxRecords: number
  /** Words and doubles over the same memory: word `w` of record `r` is `words[r * stride + w]`. */
  words: Int32Array
  doubles: Float64Array
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

  /** Bytes of memory held. */
  get byteLength(): number {
    return this.words.byteLength
  }

  /** Index of the record with this key, or -1. Keys are two signed 32-bit words. */
  find(low: number, high: number): number {
    if ((low | high) === 0) low = 1
    const words = this.words
    const stride = this.stride
    const mask = this.#capacity - 1
    for (let slot = high & mask; ; slot = (slot + 1) & mask) {
      const at = slot * stride
      const found = words[at]!
      if (found === low && words[at + 1] === high) return slot
      if ((found | words[at + 1]!) === 0) return -1
    }
  }

  /** Whether record `record`, found earlier, still is that of this key: the table may have grown since. -1 never is. */
  isAt(record: number, low: number, high: number): boolean {
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
      this.#rebuild(this.#capacity * 2, null)
    }
    this.#count++
    return this.#place(low, high)
  }

  /** Keeps the records for which `keep` says so. The table shrinks if most are gone. */
  retain(keep: (record: number) => boolean): void {
    this.#rebuild(this.#capacity, keep)
  }

  /** Calls `visit` with each record's index, in slot order, which is no meaningful order: sort before showing. */
  forEach(visit: (record: number) => void): void {
    const words = this.words
    const stride = this.stride
    for (let slot = 0; slot < this.#capacity; slot++) {
      const at = slot * stride
      if ((words[at]! | words[at + 1]!) !== 0) visit(slot)
    }
  }

  #limitOf(capacity: number): number {
    return Math.min(this.maxRecords, Math.floor(capacity * this.#load))
  }

  #place(low: number, high: number): number {
    const mask = this.#capacity - 1
    let slot = high & mask
    while ((this.words[slot * this.stride]! | this.words[slot * this.stride + 1]!) !== 0)
      slot = (slot + 1) & mask
    this.words[slot * this.stride] = low
    this.words[slot * this.stride + 1] = high
    return slot
  }

  /** Moves the records that are kept into a new buffer, which is smaller when few are. */
  #rebuild(capacity: number, keep: ((record: number) => boolean) | null): void {
    const old = this.words
    const stride = this.stride
    const marks = keep === null ? null : this.#mark(keep)
    const kept = marks === null ? this.#count : marks.count
    while (capacity > LEAST_SLOTS && kept < capacity * 0.15) capacity /= 2
    this.#capacity = capacity
    this.#limit = this.#limitOf(capacity)
    this.#count = kept
    this.words = new Int32Array(capacity * stride)
    this.doubles = new Float64Array(this.words.buffer)
    const words = this.words
    for (let from = 0, record = 0; from < old.length; from += stride, record++) {
      if ((old[from]! | old[from + 1]!) === 0 || (marks !== null && marks.kept[record] === 0)) continue
      const to = this.#place(old[from]!, old[from + 1]!) * stride
      for (let word = 2; word < stride; word++) words[to + word] = old[from + word]!
    }
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
