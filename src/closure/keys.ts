/** Distinct keys told apart by one set; beyond, a count is an upper bound. */
const MOST_KEYS = 50_000

/** The first 53 bits of a 64-bit key of a row, as a number. */
export function keyAt(keys: Int32Array, row: number): number {
  return (keys[2 * row]! >>> 0) + (keys[2 * row + 1]! & 0x1f_ffff) * 0x1_0000_0000
}

/** Distinct keys, counted exactly up to a bound and by occurrence beyond it. */
export class KeySet {
  readonly #keys = new Set<number>()
  readonly #most: number
  #beyond = 0
  #last = Number.NaN

  constructor(most = MOST_KEYS) {
    this.#most = most
  }

  add(key: number): void {
    // requests of one principal come in runs
    if (key === this.#last) return
    this.#last = key
    // once it is full a key that is not there is counted anew each time it comes
    if (this.#keys.size < this.#most) this.#keys.add(key)
    else if (!this.#keys.has(key)) this.#beyond++
  }

  merge(other: KeySet): void {
    for (const key of other.#keys) this.add(key)
    this.#beyond += other.#beyond
  }

  get count(): number {
    return this.#keys.size + this.#beyond
  }

  get isExact(): boolean {
    return this.#beyond === 0
  }
}

/**
 * Tells for nearly all keys without a look-up that they are not in a set: one bit for each value of the low 18 bits.
 */
export class KeyFilter {
  readonly #bits = new Uint32Array(8192)

  add(low: number): void {
    this.#bits[(low & 0x3ffff) >>> 5]! |= 1 << (low & 31)
  }

  /**
   * Rows whose keys may be in the set, of `rows[0 .. count)`. Returns how many were put into `into`, in order.
   *
   *     a row is written always and stays if its bit is 1: no branch that is guessed wrong
   */
  select(keys: Int32Array, rows: Uint32Array, count: number, into: Uint32Array): number {
    const bits = this.#bits
    let found = 0
    for (let i = 0; i < count; i++) {
      const row = rows[i]!
      const low = keys[2 * row]!
      into[found] = row
      found += (bits[(low & 0x3ffff) >>> 5]! >>> (low & 31)) & 1
    }
    return found
  }
}
