import { DAY_MS, HOUR_MS } from '../../core/civil-time.js'

/** Traffic of the hours of a day, local time, in parts of the day's mean: a trough at night, noon, and the evening. */
const HOURS = [
  0.42, 0.27, 0.2, 0.17, 0.18, 0.28, 0.52, 0.87, 1.15, 1.33, 1.4, 1.41, 1.33, 1.37, 1.4, 1.37, 1.31, 1.28,
  1.34, 1.46, 1.5, 1.31, 0.98, 0.66,
] as const

/** Traffic of the days of a week from Sunday, in parts of the mean. */
const WEEKDAYS = [0.82, 1.12, 1.12, 1.1, 1.07, 0.99, 0.78] as const

/** The most that `trafficAt` gives. */
export const PEAK = 1.5 * 1.12

/** Traffic at a local time, in parts of the week's mean; straight lines between the middles of hours. */
export function trafficAt(localMs: number): number {
  const hour = localMs / HOUR_MS - 0.5
  const whole = Math.floor(hour)
  const part = hour - whole
  const before = HOURS[((whole % 24) + 24) % 24]!
  const after = HOURS[(((whole + 1) % 24) + 24) % 24]!
  return (before + (after - before) * part) * WEEKDAYS[weekday(localMs)]!
}

/** 0 is Sunday; 1 January 1970 was a Thursday. */
export function weekday(localMs: number): number {
  return (((Math.floor(localMs / DAY_MS) + 4) % 7) + 7) % 7
}

/** Working hours, for people at their desks: 0 outside, 1 on weekday mornings and afternoons. */
export function officeAt(localMs: number): number {
  const day = weekday(localMs)
  if (day === 0 || day === 6) return 0.04
  const hour = (localMs % DAY_MS) / HOUR_MS
  if (hour < 7.5 || hour >= 18) return 0.03
  if (hour < 9 || hour >= 16.5) return 0.6
  return hour >= 12 && hour < 13 ? 0.5 : 1
}
