import type { LocalRate } from './local-rate.js'
import { otherDays } from './other-days.js'
import type { RhythmSeries } from './series.js'

/** Up to this long the rate beside a stretch says what was to be expected in it; from LONG_S on other days do. Seconds. */
const SHORT_S = 600
const LONG_S = 7200
/** Of other days so many are left out at both ends: some have a loss or a rush of their own. */
const TRIMMED = 0.1
const WEEKS = 3
/** Deviations of a count, on both sides. */
const DEVIATIONS = 3
/** Minutes of the windows in which it is measured how counts scatter. */
const WINDOW = 10

/** How many records a silence has lost, by the rhythm of its log. */
export class LostRecords {
  readonly #series: RhythmSeries
  readonly #rate: LocalRate
  readonly #scatter: number

  constructor(series: RhythmSeries, rate: LocalRate) {
    this.#series = series
    this.#rate = rate
    this.#scatter = scatterOf(series)
  }

  /** Least and most; seconds since the epoch, `to` exclusive. */
  in(from: number, to: number): { readonly least: number; readonly most: number } {
    const days = to - from < SHORT_S ? [] : this.#onOtherDays(from, to)
    const sides = days.length > 0 && to - from >= LONG_S ? [] : this.#beside(from, to)
    const expected = [...days, ...sides]
    const [low, high] = [Math.min(...expected), Math.max(...expected)]
    // a mean over a window is no better known than the window is long
    const doubt = sides.length > 0 ? 1 + (to - from) / (this.#rate.window * 60) : 1
    const deviation = (count: number) => DEVIATIONS * Math.sqrt(count * this.#scatter * doubt)
    return {
      least: Math.max(0, Math.floor(low - deviation(low))),
      most: Math.ceil(high + deviation(high) + 1),
    }
  }

  #beside(from: number, to: number): number[] {
    return this.#rate.sides(from, to).map((perSecond) => perSecond * (to - from))
  }

  /** Records in the same time of the same weekday, where there are enough of those, or of any day. */
  #onOtherDays(from: number, to: number): number[] {
    const series = this.#series
    const days = otherDays(series, series.minuteOf(from), series.minuteOf(to) + 1)
    const weekly = days.filter(({ isSameWeekday }) => isSameWeekday)
    const counts = (weekly.length >= WEEKS ? weekly : days)
      .map((day) => (series.between(day.from, day.to) / ((day.to - day.from) * 60)) * (to - from))
      .sort((a, b) => a - b)
    const trim = Math.floor(counts.length * TRIMMED)
    return counts.slice(trim, counts.length - trim)
  }
}

/**
 * How much more counts scatter than those of independent records: the variance of a window's count over its mean, by what differs from one
 * window to the next, so that day and night do not count. At least 1.
 */
function scatterOf(series: RhythmSeries): number {
  let squares = 0
  let records = 0
  for (let at = 0; at + 2 * WINDOW <= series.minutes.length; at += WINDOW) {
    const [a, b] = [series.between(at, at + WINDOW), series.between(at + WINDOW, at + 2 * WINDOW)]
    squares += (a - b) ** 2
    records += a + b
  }
  // the difference of two has twice the variance of one
  return records === 0 ? 1 : Math.max(1, squares / records)
}
