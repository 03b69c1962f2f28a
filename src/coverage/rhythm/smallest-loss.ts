import { MINUTE_MS } from '../../core/civil-time.js'
import type { RhythmSeries } from './series.js'
import type { SilenceTest } from './silences.js'

/** Places of the log that are tried, spread evenly over its records. */
const TRIALS = 400
/** Share of them at which a loss must be noticed to be called noticeable. */
const NOTICED = 0.965

/**
 * The fewest records in a row whose loss the test would have noticed nearly everywhere in this log: found by trying, at places spread over
 * all its records, how long the silence would be that their loss leaves.
 *
 * @returns null where even the loss of a quarter of the log might pass.
 */
export function smallestLoss(series: RhythmSeries, test: SilenceTest): number | null {
  const most = Math.floor(series.records / 4)
  let high = 1
  while (high <= most && shareNoticed(series, test, high) < NOTICED) high *= 2
  if (high > most) return null
  let low = Math.floor(high / 2)
  while (high - low > Math.max(1, low / 50)) {
    const middle = Math.floor((low + high) / 2)
    if (shareNoticed(series, test, middle) < NOTICED) low = middle
    else high = middle
  }
  return high
}

function shareNoticed(series: RhythmSeries, test: SilenceTest, lost: number): number {
  const places = Math.min(TRIALS, Math.floor(series.records - lost - 1))
  let noticed = 0
  let tried = 0
  for (let trial = 0; trial < places; trial++) {
    const index = ((trial + 0.5) / places) * (series.records - lost - 1)
    const [before, after] = [timeOfRecord(series, index), timeOfRecord(series, index + lost + 1)]
    // the run between the seconds of the two records
    const [from, to] = [Math.floor(before) + 1, Math.floor(after)]
    tried++
    if (to > from && test.judge(from, to) !== null) noticed++
  }
  return tried === 0 ? 0 : noticed / tried
}

/** About when the record of a number was written, seconds since the epoch: those of one minute are spread over it. */
function timeOfRecord(series: RhythmSeries, index: number): number {
  const { sums } = series
  let low = 0
  let high = sums.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (sums[middle]! <= index) low = middle
    else high = middle
  }
  const within = (index - sums[low]!) / Math.max(1, sums[low + 1]! - sums[low]!)
  return (series.startMs + (low + within) * MINUTE_MS) / 1000
}

/** Median of records a minute, from the first minute with one to the last. */
export function medianPerMinute(series: RhythmSeries): number {
  const from = series.minutes.findIndex((count) => count > 0)
  const to = series.minutes.findLastIndex((count) => count > 0)
  const sorted = series.minutes.slice(from, to + 1).sort()
  return sorted[(sorted.length - 1) >> 1] ?? 0
}
