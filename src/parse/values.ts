/** Values that readers by name meet beside those of layouts: addresses with ports, dates and clocks apart, times of any form. */
import { COLON, DOT, MINUS, NINE, SLASH, SPACE, ZERO } from '../core/bytes.js'
import { DAY_MS, daysFromCivil, daysInMonth, HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/civil-time.js'
import { readDecimal, readEpoch, readIsoTime, type TimeReader } from '../kernel/scan-time.js'

/**
 * Index behind an address, a port left out.
 *
 *     203.0.113.9:4711      [2001:db8::9]:4711      2001:db8::9      2001:db8:0:0:0:0:0:9:4711
 *                ^                       ^                     ^                         ^
 *
 * @param end  One past the text.
 */
export function addressEnd(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at] === 0x5b) {
    const close = bytes.indexOf(0x5d, at)
    return close >= 0 && close < end ? close + 1 : end
  }
  let colons = 0
  let last = end
  let isShort = false
  for (let i = at; i < end; i++) {
    if (bytes[i] !== COLON) continue
    if (bytes[i + 1] === COLON) isShort = true
    colons++
    last = i
  }
  // one colon is a port's; nine groups are an address and a port
  return colons === 1 || (colons === 8 && !isShort) ? last : end
}

function digits(bytes: Uint8Array, at: number, count: number): number {
  let value = 0
  for (let i = at; i < at + count; i++) {
    const digit = bytes[i]! - ZERO
    if (!(digit >= 0 && digit <= 9)) return Number.NaN
    value = value * 10 + digit
  }
  return value
}

/** `2000-10-10`; milliseconds since the epoch of the day's start, or NaN. */
export function readDate(bytes: Uint8Array, from: number, to: number): number {
  if (to - from !== 10 || bytes[from + 4] !== MINUS || bytes[from + 7] !== MINUS) return Number.NaN
  const [year, month, day] = [digits(bytes, from, 4), digits(bytes, from + 5, 2), digits(bytes, from + 8, 2)]
  return day >= 1 && day <= daysInMonth(year, month) ? daysFromCivil(year, month, day) * DAY_MS : Number.NaN
}

/** `13:55`, `13:55:36` or `13:55:36.123`; milliseconds since midnight, or NaN. */
export function readClockTime(bytes: Uint8Array, from: number, to: number): number {
  if (to - from !== 5 && to - from < 8) return Number.NaN
  const [hour, minute] = [digits(bytes, from, 2), digits(bytes, from + 3, 2)]
  if (bytes[from + 2] !== COLON || !(hour < 24 && minute < 60)) return Number.NaN
  const ms = hour * HOUR_MS + minute * MINUTE_MS
  if (to - from === 5) return ms
  const second = digits(bytes, from + 6, 2)
  if (bytes[from + 5] !== COLON || !(second <= 60)) return Number.NaN
  if (to - from === 8) return ms + second * SECOND_MS
  const fraction = bytes[from + 8] === DOT ? readDecimal(bytes, from + 8, to, SECOND_MS) : Number.NaN
  return ms + second * SECOND_MS + Math.floor(fraction)
}

const DURATION = /^(?:\d{1,9}(?:\.\d{1,9})?(?:ns|us|µs|μs|ms|s|m|h))+$/
const DURATION_PART = /([\d.]+)(\D+)/g
/** The micro sign and the Greek letter are both in use. */
const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: SECOND_MS,
  m: MINUTE_MS,
  h: HOUR_MS,
}
const LONGEST_DURATION = 64

/**
 * A duration in milliseconds: with its units (`0.123s`, `1m2.5s`), or a plain number of `unit`; where that is not said, of
 * seconds with a fraction, or of whole milliseconds. NaN for anything else.
 *
 * @see https://pkg.go.dev/time#Duration.String
 */
export function readAnyDuration(bytes: Uint8Array, from: number, to: number, unit?: number): number {
  const plainUnit = unit ?? (bytes.subarray(from, to).indexOf(DOT) < 0 ? 1 : SECOND_MS)
  const plain = readDecimal(bytes, from, to, plainUnit)
  if (!Number.isNaN(plain) || to - from > LONGEST_DURATION) return plain
  const text = Buffer.from(bytes.subarray(from, to)).toString()
  if (!DURATION.test(text)) return Number.NaN
  let ms = 0
  for (const [, count, name] of text.matchAll(DURATION_PART)) ms += scaled(count!, UNIT_MS[name!]!)
  return ms
}

/** A decimal in another unit; divided where the unit is smaller, so that it stays exact. */
function scaled(count: string, unitMs: number): number {
  const number = Buffer.from(count)
  return readDecimal(number, 0, number.length, unitMs)
}

/** Numbers since the epoch by size: none of these units makes a date between 1973 and 5138 of another's number. */
const EPOCH_UNITS: readonly (readonly [below: number, unit: number])[] = [
  [1e11, 1000],
  [1e14, 1],
  [1e17, 0.001],
  [1e20, 0.000001],
]
const CLF_BYTES = 26
/** Numbers below are no times of a log: 1973. */
const LEAST_EPOCH_S = 1e8

/** `2000/10/10 13:55:36.123`, as Go's log package writes; zoneless milliseconds, or NaN. */
function readSlashedTime(bytes: Uint8Array, from: number, to: number): number {
  const [year, month, day] = [digits(bytes, from, 4), digits(bytes, from + 5, 2), digits(bytes, from + 8, 2)]
  const isDate = bytes[from + 7] === SLASH && bytes[from + 10] === SPACE && to - from > 11
  if (!isDate || !(day >= 1 && day <= daysInMonth(year, month))) return Number.NaN
  return daysFromCivil(year, month, day) * DAY_MS + readClockTime(bytes, from + 11, to)
}

/** A time in any of the usual forms: ISO 8601, common log with or without brackets, or a count since the epoch. */
export function readAnyTime(times: TimeReader, bytes: Uint8Array, from: number, to: number): number {
  const [start, end] = bytes[from] === 0x5b && bytes[to - 1] === 0x5d ? [from + 1, to - 1] : [from, to]
  if (end - start === CLF_BYTES && bytes[start + 2] === SLASH) return times.readClf(bytes, start, end)
  if (bytes[start + 4] === MINUS) return times.toUtc(readIsoTime(bytes, start, end))
  if (bytes[start + 4] === SLASH) return times.toUtc({ ms: readSlashedTime(bytes, start, end), zoned: false })
  if (!(bytes[start]! >= ZERO && bytes[start]! <= NINE)) return Number.NaN
  const count = readDecimal(bytes, start, end)
  if (!(count >= LEAST_EPOCH_S)) return Number.NaN
  const unit = EPOCH_UNITS.find(([below]) => count < below)?.[1]
  return unit === undefined ? Number.NaN : readEpoch(bytes, start, end, unit)
}
