/** The most telling ones, and how many there were in all. */
export interface Bounded<T> {
  readonly kept: readonly T[]
  readonly count: number
}

/** Keeps the first `most` of what it is shown, or those that weigh most, and their number. */
export class Kept<T> {
  readonly #most: number
  readonly #weight: (it: T) => number
  #kept: T[] = []
  #count = 0

  /** @param weight  Of equal ones the earlier is kept. */
  constructor(most: number, weight: (it: T) => number) {
    this.#most = most
    this.#weight = weight
  }

  add(it: T): void {
    this.#count++
    this.#kept.push(it)
    if (this.#kept.length <= this.#most) return
    const weights = this.#kept.map(this.#weight)
    this.#kept.splice(weights.lastIndexOf(Math.min(...weights)), 1)
  }

  list(): Bounded<T> {
    return { kept: [...this.#kept], count: this.#count }
  }
}
