import { COLON, DOT, MINUS, NINE, PLUS, SLASH, SPACE, ZERO } from '../core/bytes.js'
import { DAY_MS, daysFromCivil, daysInMonth, HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/civil-time.js'
import type { StrftimeReader } from './program.js'

/** Local wall-clock time, as if it were UTC, to epoch milliseconds. Made once a source from its zone. */
export type LocalToUtc = (localMs: number) => number

/**
 * Reads the stamps of one source. Dates of consecutive lines repeat, so the last date and zone are kept.
 *
 * All readers give epoch milliseconds, or NaN for what is no time. Second 60 counts as the next minute's start.
 */
export class TimeReader {
  readonly #toUtc: LocalToUtc | null
  /** The last date's twelve bytes, its colon among them, as words. */
  #date0 = -1
  #date1 = -1
  #date2 = -1
  #dateMs = Number.NaN
  #zoneWord = -1
  #zoneTail = -1
  #zoneMs = 0
  /** A zoneless stamp was read: the answer rests on the source's zone. */
  sawLocal = false

  /** @param toUtc  For stamps without a zone; null takes them for UTC. */
  constructor(toUtc: LocalToUtc | null) {
    this.#toUtc = toUtc
  }

  /**
   *     10/Oct/2000:13:55:36 -0700
   *     ^at                       at + 26
   *
   * @see https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats
   */
  readClf(bytes: Uint8Array, at: number, end: number): number {
    if (at + 26 > end || bytes[at + 20] !== SPACE) return Number.NaN
    const clock = readClock(bytes, at + 12)
    const w0 = word(bytes, at)
    const w1 = word(bytes, at + 4)
    const w2 = word(bytes, at + 8)
    if (w0 !== this.#date0 || w1 !== this.#date1 || w2 !== this.#date2) {
      this.#dateMs = readClfDate(bytes, at)
      this.#date0 = w0
      this.#date1 = w1
      this.#date2 = w2
    }
    const zone = word(bytes, at + 21)
    if (zone !== this.#zoneWord || bytes[at + 25] !== this.#zoneTail) {
      this.#zoneMs = readZone(bytes, at + 21, at + 26)
      this.#zoneWord = zone
      this.#zoneTail = bytes[at + 25]!
    }
    return this.#dateMs + clock - this.#zoneMs
  }

  readPattern(pattern: StrftimeReader, bytes: Uint8Array, at: number, end: number): LocalTime {
    return { ms: pattern.read(bytes, at, end), zoned: pattern.zoned }
  }

  /** A read time to UTC by the source's zone, where it had none of its own. */
  toUtc(time: LocalTime | number): number {
    if (typeof time === 'number') return time
    if (time.zoned || Number.isNaN(time.ms)) return time.ms
    this.sawLocal = true
    return this.#toUtc === null ? time.ms : this.#toUtc(time.ms)
  }
}

/** `ms` is UTC when `zoned`, else wall-clock time. */
export interface LocalTime {
  readonly ms: number
  readonly zoned: boolean
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}

/** `13:55:36`; NaN unless 00:00:00 to 23:59:60. */
function readClock(bytes: Uint8Array, at: number): number {
  const hour = two(bytes, at)
  const minute = two(bytes, at + 3)
  const second = two(bytes, at + 6)
  if (bytes[at + 2] !== COLON || bytes[at + 5] !== COLON) return Number.NaN
  if (!(hour < 24 && minute < 60 && second <= 60)) return Number.NaN
  return hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS
}

/** Two digits, or NaN. */
function two(bytes: Uint8Array, at: number): number {
  const high = bytes[at]! - ZERO
  const low = bytes[at + 1]! - ZERO
  return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? high * 10 + low : Number.NaN
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** `10/Oct/2000:`, epoch milliseconds of the day's start. */
function readClfDate(bytes: Uint8Array, at: number): number {
  if (bytes[at + 2] !== SLASH || bytes[at + 6] !== SLASH || bytes[at + 11] !== COLON) return Number.NaN
  const name = String.fromCharCode(bytes[at + 3]!, bytes[at + 4]!, bytes[at + 5]!).toLowerCase()
  return dateMs(two(bytes, at + 7) * 100 + two(bytes, at + 9), MONTHS.indexOf(name) + 1, two(bytes, at))
}

function dateMs(year: number, month: number, day: number): number {
  return day >= 1 && day <= daysInMonth(year, month) ? daysFromCivil(year, month, day) * DAY_MS : Number.NaN
}

/** `Z`, `+07`, `+0700`, `+07:00`; NaN for anything else or beyond 18 hours. Local minus UTC, milliseconds. */
export function readZone(bytes: Uint8Array, at: number, end: number): number {
  if (end - at === 1 && (bytes[at]! | 0x20) === 0x7a) return 0
  const sign = bytes[at] === MINUS ? -1 : bytes[at] === PLUS ? 1 : Number.NaN
  const hours = two(bytes, at + 1)
  const minutesAt = bytes[at + 3] === COLON ? at + 4 : at + 3
  const minutes = end === at + 3 ? 0 : end === minutesAt + 2 ? two(bytes, minutesAt) : Number.NaN
  return hours <= 18 && minutes < 60 ? sign * (hours * HOUR_MS + minutes * MINUTE_MS) : Number.NaN
}

/**
 * `2000-10-10T13:55:36.123-07:00`: also a blank for the T, a comma for the point, no fraction, `Z`, `+0000`, no zone.
 *
 * @see https://www.rfc-editor.org/rfc/rfc3339#section-5.6
 */
export function readIsoTime(bytes: Uint8Array, at: number, end: number): LocalTime {
  if (end - at < 19 || bytes[at + 4] !== MINUS || bytes[at + 7] !== MINUS) return NO_TIME
  const separator = bytes[at + 10]! | 0x20
  if (separator !== 0x74 && bytes[at + 10] !== SPACE) return NO_TIME
  const date = dateMs(two(bytes, at) * 100 + two(bytes, at + 2), two(bytes, at + 5), two(bytes, at + 8))
  let ms = date + readClock(bytes, at + 11)
  let zoneAt = at + 19
  if (bytes[zoneAt] === DOT || bytes[zoneAt] === 0x2c) {
    // finer digits than milliseconds are passed over
    for (let scale = 100, i = ++zoneAt; scale >= 1 && i < end && isDigit(bytes[i]!); i++, scale /= 10) {
      ms += (bytes[i]! - ZERO) * scale
    }
    while (zoneAt < end && isDigit(bytes[zoneAt]!)) zoneAt++
  }
  return zoneAt >= end ? { ms, zoned: false } : { ms: ms - readZone(bytes, zoneAt, end), zoned: true }
}

const NO_TIME: LocalTime = { ms: Number.NaN, zoned: true }

/** The largest time that a Date can show, ECMAScript 21.4.1.1. */
const MAX_TIME_MS = 8.64e15

/** A count since the epoch, with or without a fraction, in units of `unit` milliseconds; rounded down to one. */
export function readEpoch(bytes: Uint8Array, at: number, end: number, unit: number): number {
  const ms = Math.floor(readDecimal(bytes, at, end, unit))
  return ms <= MAX_TIME_MS ? ms : Number.NaN
}

/**
 * Digits with at most one point, times `unit`. NaN for anything else, and for more digits than a count can have.
 *
 * Whole powers of ten are multiplied before the fraction is divided off, so that 0.001 and its like stay exact.
 */
export function readDecimal(bytes: Uint8Array, at: number, end: number, unit = 1): number {
  if (end <= at || end - at > 24) return Number.NaN
  let whole = 0
  let scale = 0
  for (let i = at; i < end; i++) {
    const digit = bytes[i]! - ZERO
    if (digit >= 0 && digit <= 9) {
      whole = whole * 10 + digit
      scale *= 10
    } else if (bytes[i] === DOT && scale === 0 && end - at > 1) scale = 1
    else return Number.NaN
  }
  const divisor = Math.max(1, scale)
  return unit >= 1 ? (whole * unit) / divisor : whole / (divisor * Math.round(1 / unit))
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE
}
