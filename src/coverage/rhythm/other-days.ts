import type { RhythmSeries } from './series.js'

const DAY_MINUTES = 1440
const WEEK_DAYS = 7
/** Days before and behind that are compared. */
const MOST_DAYS = 21
/** Of those days, the one that a quarter has less than: weekends are quiet among working days. */
const QUANTILE = 0.25
/**
 * Of a stretch of an hour or more so much at both ends is left out, up to half an hour: what begins or ends every day does so a little
 * earlier or later.
 */
const EDGE_SHARE = 0.1
const EDGE_MINUTES = 30
const LEAST_TRIMMED = 60

/** A stretch on another day, in whole minutes; `to` exclusive. */
export interface OtherDay {
  readonly from: number
  readonly to: number
  readonly isSameWeekday: boolean
}

/** The same stretch on the days around, as far as the log has them. Minutes of the series; `to` exclusive. */
export function otherDays(series: RhythmSeries, from: number, to: number): OtherDay[] {
  const trim = to - from < LEAST_TRIMMED ? 0 : Math.min(EDGE_MINUTES, Math.floor((to - from) * EDGE_SHARE))
  const [first, last] = [from + trim, to - trim]
  const days: OtherDay[] = []
  for (let day = 1; day <= MOST_DAYS; day++) {
    for (const shift of [day * DAY_MINUTES, -day * DAY_MINUTES]) {
      const [a, b] = [first + shift, last + shift]
      if (a >= 0 && b <= series.minutes.length)
        days.push({ from: a, to: b, isSameWeekday: day % WEEK_DAYS === 0 })
    }
  }
  return days
}

/**
 * Busy seconds a second in a stretch by what the log had in it on other days: the lower of the quarter of all days and the median of the same
 * day of other weeks. Null where it has no other day.
 */
export function busyOnOtherDays(series: RhythmSeries, from: number, to: number): number | null {
  const days = otherDays(series, from, to)
  if (days.length === 0) return null
  const share = ({ from: a, to: b }: OtherDay) => series.busyBetween(a, b) / ((b - a) * 60)
  const all = sorted(days.map(share))
  const weekly = sorted(days.filter(({ isSameWeekday }) => isSameWeekday).map(share))
  const usual = all[Math.floor(all.length * QUANTILE)]!
  return weekly.length === 0 ? usual : Math.min(usual, weekly[(weekly.length - 1) >> 1]!)
}

function sorted(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b)
}
