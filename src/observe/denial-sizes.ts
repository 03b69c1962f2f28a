/** Sizes within this share of a denial's size are taken for the same page. */
const TOLERANCE = 0.02
/** Share of the site's answers to unknown paths that makes a size common. */
const COMMON_SHARE = 0.2
/** So many answers of about one size before it is called common. */
const COMMON_COUNT = 3
/** Distinct sizes counted; sites have few, and a site whose error page repeats the path has at most thousands. */
const MOST_SIZES = 65_536

/** Counts sizes of answers, to tell the page that says no. */
export class SizeCounts {
  readonly #counts = new Map<number, number>()
  #total = 0

  /** Sizes that are not stated, and empty answers, say nothing. */
  add(size: number, count = 1): void {
    if (!(size > 0)) return
    const known = this.#counts.get(size)
    if (known === undefined && this.#counts.size >= MOST_SIZES) return
    this.#counts.set(size, (known ?? 0) + count)
    this.#total += count
  }

  merge(other: SizeCounts): void {
    for (const [size, count] of other.#counts) this.add(size, count)
  }

  sizes(): number[] {
    return [...this.#counts.keys()].sort((a, b) => a - b)
  }

  /** Sizes whose neighbourhood of 2 % holds at least a fifth of all answers, and at least three. Ascending. */
  common(): number[] {
    const sizes = this.sizes()
    const least = Math.max(COMMON_COUNT, this.#total * COMMON_SHARE)
    return sizes.filter((size) => this.#near(sizes, size) >= least)
  }

  #near(sizes: readonly number[], size: number): number {
    let sum = 0
    for (
      let i = lowerBound(sizes, size * (1 - TOLERANCE));
      i < sizes.length && sizes[i]! <= size * (1 + TOLERANCE);
      i++
    ) {
      sum += this.#counts.get(sizes[i]!)!
    }
    return sum
  }
}

/** Whether a size is within 2 % of one of the sizes (ascending). */
export function isNear(sizes: readonly number[], size: number): boolean {
  const at = lowerBound(sizes, size / (1 + TOLERANCE))
  return at < sizes.length && Math.abs(size - sizes[at]!) <= sizes[at]! * TOLERANCE
}

/** Index of the first value that is at least `least`. */
function lowerBound(ascending: readonly number[], least: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (ascending[middle]! < least) low = middle + 1
    else high = middle
  }
  return low
}
