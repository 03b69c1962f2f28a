/** Median and spread that a few wild values cannot move, over values that come with a count. */

/** Distinct values with how often each occurs. Counts are positive. */
export type Weighted = ReadonlyMap<number, number>

export interface Spread {
  readonly median: number
  /** Median of the absolute deviations from the median; not scaled. */
  readonly mad: number
}

/** Median of weighted values; of an even number the mean of the middle two. NaN for none. */
export function weightedMedian(values: Weighted): number {
  const ordered = [...values].sort(([a], [b]) => a - b)
  const total = ordered.reduce((sum, [, count]) => sum + count, 0)
  if (total === 0) return Number.NaN
  return (valueAt(ordered, Math.floor((total - 1) / 2)) + valueAt(ordered, Math.floor(total / 2))) / 2
}

function valueAt(ordered: readonly (readonly [number, number])[], rank: number): number {
  let seen = 0
  for (const [value, count] of ordered) {
    seen += count
    if (seen > rank) return value
  }
  return Number.NaN
}

/** Median and median absolute deviation. */
export function spreadOf(values: Weighted): Spread {
  const median = weightedMedian(values)
  const deviations = new Map<number, number>()
  for (const [value, count] of values) {
    const deviation = Math.abs(value - median)
    deviations.set(deviation, (deviations.get(deviation) ?? 0) + count)
  }
  return { median, mad: weightedMedian(deviations) }
}

/** Makes the MAD of a normal distribution its standard deviation. */
const NORMAL = 0.6745

/**
 * Modified z score of a value; infinite where the MAD is 0 and the value is off the median.
 *
 * @see Iglewicz and Hoaglin (1993), How to Detect and Handle Outliers
 */
export function modifiedZ(value: number, { median, mad }: Spread): number {
  const distance = value - median
  return distance === 0 ? 0 : (NORMAL * distance) / mad
}
