import { createHash } from 'node:crypto'

/**
 * A stream of pseudo-random numbers: sfc32, 128 bits of state, 32-bit integer arithmetic alone, so that every engine gives
 * the same.
 *
 * Streams have names, and a stream's state is the SHA-256 of seed and name: drawing from one never moves another.
 *
 * @see Chris Doty-Humphrey, PractRand, https://pracrand.sourceforge.net/RNG_engines.txt (sfc32)
 */
export class Random {
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: string, name: string) {
    const digest = createHash('sha256').update(`${seed}\n${name}`).digest()
    this.#a = digest.readInt32LE(0)
    this.#b = digest.readInt32LE(4)
    this.#c = digest.readInt32LE(8)
    // the rounds that the author gives for seeding
    for (let i = 0; i < 12; i++) this.word()
  }

  /** 32 random bits as an unsigned number. */
  word(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** From 0 (inclusive) to 1 (exclusive), in steps of 2^-32. */
  unit(): number {
    return this.word() / 0x1_0000_0000
  }

  /** A whole number from 0 to `end`, exclusive. */
  below(end: number): number {
    return Math.floor((this.word() * end) / 0x1_0000_0000)
  }

  /** A whole number from `low` to `high`, both inclusive. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1)
  }

  /** True with a probability of 0 to 1. */
  chance(probability: number): boolean {
    return this.word() < probability * 0x1_0000_0000
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!
  }

  /** `length` lower-case hex digits. */
  hex(length: number): string {
    let text = ''
    while (text.length < length) text += this.word().toString(16).padStart(8, '0')
    return text.slice(0, length)
  }

  /** The list in another order; Fisher and Yates. */
  shuffled<T>(list: readonly T[]): T[] {
    const copy = [...list]
    for (let i = copy.length - 1; i > 0; i--) {
      const j = this.below(i + 1)
      ;[copy[i], copy[j]] = [copy[j]!, copy[i]!]
    }
    return copy
  }
}

/**
 * A hash of two whole numbers, unsigned 32 bits: properties of things that are counted, such as the size of page 17,
 * without a table of them. The finalizer of MurmurHash3.
 *
 * @see Austin Appleby, https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp (fmix32)
 */
export function mix(one: number, other: number): number {
  let hash = Math.imul(one, 0x9e3779b1) ^ other
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** As `mix`, from 0 (inclusive) to 1 (exclusive). */
export function mixedUnit(one: number, other: number): number {
  return mix(one, other) / 0x1_0000_0000
}
