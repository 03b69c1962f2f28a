/**
 * Numbers that look random and are the same on every machine (xorshift32).
 *
 * @see https://www.jstatsoft.org/article/view/v008i14
 */
export class Random {
  #state

  /** @param {number} seed  Any whole number. */
  constructor(seed) {
    this.#state = (Math.imul(seed, 0x9e3779b1) ^ 0x6d2b79f5) >>> 0 || 1
  }

  /** @returns {number} A whole number from 0 to 2^32 - 1. */
  next() {
    let x = this.#state
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.#state = x >>> 0
    return this.#state
  }

  /** @param {number} limit  Exclusive. @returns {number} */
  below(limit) {
    return Math.floor((this.next() / 4294967296) * limit)
  }

  /** @template T @param {readonly T[]} list @returns {T} */
  pick(list) {
    return /** @type {T} */ (list[this.below(list.length)])
  }

  /** @param {number} share  0 to 1. @returns {boolean} */
  chance(share) {
    return this.next() < share * 4294967296
  }
}

/**
 * A table to draw ranks from by Zipf's law: `table[random % table.length]` is rank r with a share of about 1 / (r + 1)^s.
 *
 * @param {number} ranks
 * @param {number} s  1 is the classic law; less is flatter.
 * @param {number} length  Of the table; a rank whose share is below 1 / length may be missing.
 * @returns {Uint32Array}
 */
export function zipfTable(ranks, s, length) {
  const weights = Float64Array.from({ length: ranks }, (_, rank) => (rank + 1) ** -s)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const table = new Uint32Array(length)
  let rank = 0
  let reached = weights[0] ?? 0
  for (let i = 0; i < length; i++) {
    while (reached < ((i + 0.5) / length) * total && rank < ranks - 1) reached += weights[++rank] ?? 0
    table[i] = rank
  }
  return table
}
