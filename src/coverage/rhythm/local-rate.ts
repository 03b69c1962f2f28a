import type { RhythmSeries } from './series.js'

/**
 * Beginnings a second of what leaves so many of the seconds busy, if they are independent: of a share p of busy seconds, -ln(1 - p). A
 * visit that writes ten lines in one second begins once.
 */
export function beginnings(busy: number, seconds: number): number {
  return -Math.log1p(-Math.min(MOST_BUSY, busy / seconds))
}

/** So that a window without a silent second stays finite. */
const MOST_BUSY = 0.999

/** Busy seconds that a window should hold, so that its mean is known to about a tenth: in quiet hours it is so many times as long. */
const WINDOW_SECONDS = 120
const LONGEST = 6
const LEAST_MINUTES = 10
/** Minutes on both sides that tell day from night. */
const LEVEL_MINUTES = 90
const MOST_MINUTES = 360

/**
 * The rate of a log just before a time and just after it, whichever is lower: beginnings a second over windows of whole minutes that do not
 * touch the stretch in question, so that a loss does not hide itself.
 */
export class LocalRate {
  readonly #series: RhythmSeries
  /** Minutes a window in a usual hour, and at most. */
  readonly window: number
  readonly #longest: number

  constructor(series: RhythmSeries) {
    this.#series = series
    const typical = series.busyBetween(0, series.minutes.length) / series.minutes.length
    const wanted = typical === 0 ? MOST_MINUTES : Math.ceil(WINDOW_SECONDS / typical)
    this.window = Math.max(LEAST_MINUTES, Math.min(MOST_MINUTES, wanted))
    this.#longest = Math.min(MOST_MINUTES, LONGEST * this.window)
  }

  /** Beginnings a second around a stretch; times in seconds since the epoch. */
  around(from: number, to: number): number {
    const [first, last] = [this.#series.minuteOf(from), this.#series.minuteOf(to)]
    return Math.min(this.#meanBefore(first), this.#meanFrom(last + 1))
  }

  /** Busy seconds a second in the hours around a stretch: what kind of time it is, known better than the rate next to it. */
  level(from: number, to: number): number {
    const around = Math.max(LEVEL_MINUTES, this.window)
    const [first, last] = [this.#series.minuteOf(from), this.#series.minuteOf(to)]
    const [a, b] = [Math.max(0, first - around), Math.min(this.#series.minutes.length, last + 1 + around)]
    return this.#series.busyBetween(a, b) / ((b - a) * 60)
  }

  /** Records a second on both sides of a stretch; a side that is too short says what the other does. */
  sides(from: number, to: number): readonly [before: number, after: number] {
    const [first, last] = [this.#series.minuteOf(from), this.#series.minuteOf(to)]
    const before = this.#records(first - this.window, first)
    const after = this.#records(last + 1, last + 1 + this.window)
    return [before ?? after ?? 0, after ?? before ?? 0]
  }

  #records(from: number, to: number): number | null {
    const [a, b] = [Math.max(0, from), Math.min(this.#series.minutes.length, to)]
    return b - a < this.window / 3 ? null : this.#series.between(a, b) / ((b - a) * 60)
  }

  #meanBefore(minute: number): number {
    let from = minute - this.window
    while (from > minute - this.#longest && this.#series.busyBetween(from, minute) < WINDOW_SECONDS)
      from -= this.window
    return this.#mean(from, minute)
  }

  #meanFrom(minute: number): number {
    let to = minute + this.window
    while (to < minute + this.#longest && this.#series.busyBetween(minute, to) < WINDOW_SECONDS)
      to += this.window
    return this.#mean(minute, to)
  }

  /** At the edges of the series a window is shorter; one of less than a third says nothing, and the other side decides. */
  #mean(from: number, to: number): number {
    const [a, b] = [Math.max(0, from), Math.min(this.#series.minutes.length, to)]
    if (b - a < this.window / 3) return Number.POSITIVE_INFINITY
    return beginnings(this.#series.busyBetween(a, b), (b - a) * 60)
  }
}
