/**
 * Time cut at all instants at which some door opens or closes: within one segment every request stands alike against every
 * door, so that sums by segment can be shared out among doors at the end.
 *
 *     segment      0        1         2         3
 *            ------------|------|----------|----------
 *                      from  surely     another door
 *                            closed       closes
 */
export class Segments {
  readonly #starts: Float64Array
  #at = 0

  /** @param instants  Epoch milliseconds, in any order; infinite ones cut nothing. */
  constructor(instants: readonly number[]) {
    const cuts = [...new Set(instants.filter(Number.isFinite))].sort((a, b) => a - b)
    this.#starts = Float64Array.of(Number.NEGATIVE_INFINITY, ...cuts, Number.POSITIVE_INFINITY)
  }

  get count(): number {
    return this.#starts.length - 1
  }

  /** The segment of a time. Times that follow each other are looked up at no cost. */
  of(time: number): number {
    const starts = this.#starts
    let at = this.#at
    while (time < starts[at]!) at--
    while (time >= starts[at + 1]!) at++
    this.#at = at
    return at
  }

  /** When a segment begins, and the one before it ends. */
  start(segment: number): number {
    return this.#starts[segment]!
  }

  /** Whether all of a segment lies from `from` (inclusive) to `to` (exclusive), both of them among the instants or infinite. */
  isWithin(segment: number, from: number, to: number): boolean {
    return this.#starts[segment]! >= from && this.#starts[segment + 1]! <= to
  }
}
