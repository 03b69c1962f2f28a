import type { LocalRate } from './local-rate.js'
import type { RhythmSeries } from './series.js'

/** Width of a bin of normalised lengths, and how many there are. */
const BIN = 0.25
const BINS = 4000
/** Silent runs needed to know a tail. */
const LEAST_RUNS = 200
/** Shares of the runs between which the slope is taken, at least a factor apart. */
const UPPER_SHARE = 0.02
const LEAST_RANGE = 5
const LOWER_SHARE = 2e-4
/** Runs beyond the lower point: fewer are left to chance, and a loss among them must not shape the tail. */
const LEFT_OUT = 20

/**
 * How long silences are in a log by chance, as beginnings that were to be expected in them.
 *
 * For visits of one record that come independently of each other that number has the tail exp(-x). Real ones hang together, so the tail is
 * heavier: its slope is taken from the log itself, between the longest 2 % of all silent runs and the longest 0.02 %, and
 * goes on as an exponential from there (peaks over threshold with shape 0).
 *
 * @see https://projecteuclid.org/euclid.aos/1176343003  Pickands 1975, Statistical inference using extreme order statistics
 */
export class SilenceTail {
  readonly runs: number
  readonly #point: number
  readonly #share: number
  readonly #slope: number

  private constructor(runs: number, point: number, share: number, slope: number) {
    this.runs = runs
    this.#point = point
    this.#share = share
    this.#slope = slope
  }

  /** @returns null where there are too few silences to tell. */
  static of(series: RhythmSeries, rate: LocalRate): SilenceTail | null {
    const bins = new Float64Array(BINS)
    let runs = 0
    series.forEachRun((from, to) => {
      const expected = rate.around(from, to) * (to - from)
      if (!Number.isFinite(expected)) return
      runs++
      bins[Math.min(BINS - 1, Math.floor(expected / BIN))]!++
    })
    if (runs < LEAST_RUNS) return null
    const lower = Math.max(LOWER_SHARE, LEFT_OUT / runs)
    const a = pointAt(bins, Math.max(UPPER_SHARE, LEAST_RANGE * lower) * runs)
    const b = pointAt(bins, lower * runs)
    const slope = Math.max(1, (b.at - a.at) / Math.log(a.count / b.count) || 1)
    return new SilenceTail(runs, b.at, b.count / runs, slope)
  }

  /** Beginnings expected in a silence that chance gives so often in the whole log. */
  threshold(often: number): number {
    return this.#point + this.#slope * Math.log((this.runs * this.#share) / often)
  }

  /** How often chance gives a silence of so many expected beginnings, or a longer one, in the whole log. */
  chance(expected: number): number {
    return this.runs * this.#share * Math.exp((this.#point - expected) / this.#slope)
  }
}

/** The largest length that at least so many runs have, and how many have it. */
function pointAt(bins: Float64Array, wanted: number): { at: number; count: number } {
  let count = 0
  for (let bin = bins.length - 1; bin >= 0; bin--) {
    count += bins[bin]!
    if (count >= wanted) return { at: bin * BIN, count }
  }
  return { at: 0, count }
}
