/**
 * Distributions by tables of quantiles.
 *
 * The logarithm and the power of ECMAScript may differ between engines in their last digits. Tables here are made by
 * additions, multiplications, divisions and square roots alone, which IEEE 754 fixes to the last bit.
 */
import type { Random } from './random.js'

/** Natural logarithm of a positive number, to about 15 digits: the series of the inverse hyperbolic tangent. */
export function exactLn(value: number): number {
  let mantissa = value
  let exponent = 0
  while (mantissa > 1.5) {
    mantissa /= 2
    exponent++
  }
  while (mantissa < 0.75) {
    mantissa *= 2
    exponent--
  }
  const ratio = (mantissa - 1) / (mantissa + 1)
  const square = ratio * ratio
  let term = ratio
  let sum = 0
  for (let odd = 1; odd < 40; odd += 2) {
    sum += term / odd
    term *= square
  }
  return 2 * sum + exponent * Math.LN2
}

/** `e` to a power, to about 15 digits. */
export function exactExp(power: number): number {
  const halvings = 10
  const small = power / (1 << halvings)
  let term = 1
  let sum = 1
  for (let n = 1; n < 12; n++) {
    term *= small / n
    sum += term
  }
  for (let i = 0; i < halvings; i++) sum *= sum
  return sum
}

/** Quantile of the standard normal distribution. Abramowitz and Stegun, 26.2.23: good to 0.00045. */
function normalQuantile(p: number): number {
  const tail = p < 0.5 ? p : 1 - p
  const t = Math.sqrt(-2 * exactLn(tail))
  const z =
    t -
    (2.515517 + 0.802853 * t + 0.010328 * t * t) /
      (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t)
  return p < 0.5 ? -z : z
}

const STEPS = 1024

/** A distribution to draw from: quantiles in even steps, and straight lines between. */
export class Spread {
  readonly #quantiles = new Float64Array(STEPS + 1)

  private constructor(quantile: (p: number) => number) {
    for (let i = 0; i <= STEPS; i++) this.#quantiles[i] = quantile((i + 0.5) / (STEPS + 1))
  }

  /** Waiting times with mean 1. */
  static exponential(): Spread {
    return new Spread((p) => -exactLn(1 - p))
  }

  /** Median 1; `sigma` is the standard deviation of the natural logarithm. */
  static logNormal(sigma: number): Spread {
    return new Spread((p) => exactExp(sigma * normalQuantile(p)))
  }

  draw(random: Random): number {
    return this.at(random.word())
  }

  /** The value at a quantile of `word` / 2^32. */
  at(word: number): number {
    const place = (word / 0x1_0000_0000) * STEPS
    const index = Math.floor(place)
    const low = this.#quantiles[index]!
    return low + (this.#quantiles[index + 1]! - low) * (place - index)
  }
}

/** Around a median: sizes of one kind of page, sizes of pictures and answers, times that people take and downloads. */
export const NARROW = Spread.logNormal(0.25)
export const USUAL = Spread.logNormal(0.5)
export const WIDE = Spread.logNormal(1)
/** Waiting for what comes by chance, in parts of the mean. */
export const WAITING = Spread.exponential()

/**
 * Draws from weighted places in constant time.
 *
 * @see M. D. Vose, "A linear algorithm for generating random numbers with a given distribution", IEEE TSE 17 (1991)
 */
export class Weighted {
  readonly #keep: Float64Array
  readonly #alias: Uint32Array

  constructor(weights: ArrayLike<number>) {
    const count = weights.length
    let total = 0
    for (let i = 0; i < count; i++) total += weights[i]!
    const scaled = Float64Array.from({ length: count }, (_, i) => (weights[i]! * count) / total)
    this.#keep = new Float64Array(count).fill(1)
    this.#alias = new Uint32Array(count)
    const small: number[] = []
    const large: number[] = []
    for (let i = 0; i < count; i++) (scaled[i]! < 1 ? small : large).push(i)
    while (small.length > 0 && large.length > 0) {
      const [less, more] = [small.pop()!, large.at(-1)!]
      this.#keep[less] = scaled[less]!
      this.#alias[less] = more
      scaled[more]! -= 1 - scaled[less]!
      if (scaled[more]! < 1) small.push(large.pop()!)
    }
  }

  /** Zipf's law over ranks: the weight of rank k is 1 / (k + 1 + flat). `flat` takes the edge off the first ranks. */
  static zipf(count: number, flat = 0): Weighted {
    return new Weighted(Float64Array.from({ length: count }, (_, rank) => 1 / (rank + 1 + flat)))
  }

  /** Index of a place. */
  draw(random: Random): number {
    return this.at(random.word())
  }

  /** The place that 32 random bits draw. */
  at(word: number): number {
    const place = (word / 0x1_0000_0000) * this.#keep.length
    const index = Math.floor(place)
    return place - index < this.#keep[index]! ? index : this.#alias[index]!
  }
}
