import { HOUR_MS, MINUTE_MS } from '../../core/civil-time.js'
import { PAGE_MINUTES, PAGE_SECONDS, PAGE_WORDS, type RhythmTrace } from './trace.js'

/** Hours between first and last record that are laid out one by one: nearly six years. */
const MOST_HOURS = 50_000

/** The records of one log by the minute and by the second, from its first hour to its last. */
export class RhythmSeries {
  /** Hours since the epoch of the first. */
  readonly firstHour: number
  readonly hourCount: number
  /** Records by the minute. */
  readonly minutes: Float64Array
  /** `sums[m]`: records before minute m. */
  readonly sums: Float64Array
  /** `busySums[m]`: seconds with a record before minute m. */
  readonly busySums: Float64Array
  readonly #words: Uint32Array

  private constructor(firstHour: number, hourCount: number) {
    this.firstHour = firstHour
    this.hourCount = hourCount
    this.minutes = new Float64Array(hourCount * PAGE_MINUTES)
    this.sums = new Float64Array(hourCount * PAGE_MINUTES + 1)
    this.busySums = new Float64Array(hourCount * PAGE_MINUTES + 1)
    this.#words = new Uint32Array(hourCount * PAGE_WORDS)
  }

  /** @returns null without records, and where they are spread over more time than is laid out. */
  static of(traces: readonly RhythmTrace[]): RhythmSeries | null {
    let first = Number.POSITIVE_INFINITY
    let last = Number.NEGATIVE_INFINITY
    for (const { hours } of traces) {
      for (const hour of hours) {
        first = Math.min(first, hour)
        last = Math.max(last, hour)
      }
    }
    if (first > last || last - first >= MOST_HOURS) return null
    const series = new RhythmSeries(first, last - first + 1)
    for (const trace of traces) series.#add(trace)
    series.#sum()
    return series
  }

  #add({ hours, requests, seconds }: RhythmTrace): void {
    for (let page = 0; page < hours.length; page++) {
      const at = hours[page]! - this.firstHour
      for (let minute = 0; minute < PAGE_MINUTES; minute++)
        this.minutes[at * PAGE_MINUTES + minute]! += requests[page * PAGE_MINUTES + minute]!
      for (let word = 0; word < PAGE_WORDS; word++)
        this.#words[at * PAGE_WORDS + word]! |= seconds[page * PAGE_WORDS + word]!
    }
  }

  #sum(): void {
    for (let minute = 0; minute < this.minutes.length; minute++) {
      this.sums[minute + 1] = this.sums[minute]! + this.minutes[minute]!
      this.busySums[minute + 1] = this.busySums[minute]! + this.#countSeconds(minute * 60, (minute + 1) * 60)
    }
  }

  get records(): number {
    return this.sums.at(-1)!
  }

  /** Milliseconds since the epoch of minute 0. */
  get startMs(): number {
    return this.firstHour * HOUR_MS
  }

  /** Index of the minute of a time in seconds, within the series. */
  minuteOf(second: number): number {
    const minute = Math.floor((second * 1000 - this.startMs) / MINUTE_MS)
    return Math.max(0, Math.min(this.minutes.length - 1, minute))
  }

  /** Records in whole minutes `from` (inclusive) to `to` (exclusive); what lies outside the series counts nothing. */
  between(from: number, to: number): number {
    return this.#within(this.sums, from, to)
  }

  /** Seconds with a record in whole minutes, as `between`. */
  busyBetween(from: number, to: number): number {
    return this.#within(this.busySums, from, to)
  }

  /** Seconds with a record from second `from` (inclusive) to `to` (exclusive), since the epoch. */
  busySecondsBetween(from: number, to: number): number {
    const base = this.firstHour * PAGE_SECONDS
    const end = this.hourCount * PAGE_SECONDS
    const [a, b] = [Math.max(0, from - base), Math.min(end, to - base)]
    const [first, last] = [Math.ceil(a / 60), Math.floor(b / 60)]
    if (first >= last) return this.#countSeconds(a, b)
    return (
      this.#countSeconds(a, first * 60) + this.busyBetween(first, last) + this.#countSeconds(last * 60, b)
    )
  }

  #countSeconds(from: number, to: number): number {
    let busy = 0
    for (let second = from; second < to; second++) {
      const within = second % PAGE_SECONDS
      const word = this.#words[((second - within) / PAGE_SECONDS) * PAGE_WORDS + (within >>> 5)]!
      busy += (word >>> (within & 31)) & 1
    }
    return busy
  }

  #within(sums: Float64Array, from: number, to: number): number {
    const end = this.minutes.length
    const [a, b] = [Math.max(0, Math.min(end, from)), Math.max(0, Math.min(end, to))]
    return b > a ? sums[b]! - sums[a]! : 0
  }

  /**
   * Calls with each silent run between the first record and the last, in order: whole seconds without a record, since the epoch; `to` is the
   * second of the next record.
   */
  forEachRun(visit: (from: number, to: number) => void): void {
    const base = this.firstHour * PAGE_SECONDS
    let last = Number.NaN
    for (let hour = 0; hour < this.hourCount; hour++) {
      for (let word = 0; word < PAGE_WORDS; word++) {
        let bits = this.#words[hour * PAGE_WORDS + word]!
        while (bits !== 0) {
          const low = 31 - Math.clz32(bits & -bits)
          bits &= bits - 1
          const second = base + hour * PAGE_SECONDS + word * 32 + low
          if (second - last > 1) visit(last + 1, second)
          last = second
        }
      }
    }
  }

  /** First and last second with a record. */
  get span(): { readonly first: number; readonly last: number } {
    const base = this.firstHour * PAGE_SECONDS
    const secondAt = (at: number, bit: number) =>
      base + Math.floor(at / PAGE_WORDS) * PAGE_SECONDS + (at % PAGE_WORDS) * 32 + bit
    const from = this.#words.findIndex((bits) => bits !== 0)
    const to = this.#words.findLastIndex((bits) => bits !== 0)
    const lowest = this.#words[from]!
    return {
      first: secondAt(from, 31 - Math.clz32(lowest & -lowest)),
      last: secondAt(to, 31 - Math.clz32(this.#words[to]!)),
    }
  }
}
