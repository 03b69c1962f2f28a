/** Times as kernel/scan-time.ts reads them; NaN for what is none. */

import { COLON, DOT, isDigit, MINUS, PLUS, SLASH, SPACE, twoDigits, ZERO } from './bytes'

const HOUR_MS: i32 = 3600000
const MINUTE_MS: i32 = 60000
const NO_ZONE: i32 = i32.MIN_VALUE

// The last date and zone that were read: those of consecutive lines repeat.
let date: u64 = 0
let dateTail: u32 = 0
let dateMs: f64 = NaN
let zone: u64 = 0
let zoneMs: f64 = 0
let isoDate: u64 = 0
let isoDateTail: u32 = 0
let isoDateMs: f64 = NaN

/** `10/Oct/2000:13:55:36 -0700`, of which all 26 bytes are there. */
export function readClf(at: usize): f64 {
  const head = load<u64>(at)
  const tail = load<u32>(at + 8)
  if (head != date || tail != dateTail) {
    dateMs = readClfDate(at)
    date = head
    dateTail = tail
  }
  // the blank and the zone, of six bytes
  const word = load<u64>(at + 18) >> 16
  if (word != zone) {
    const ms = <i32>load<u8>(at + 20) == SPACE ? readZone(at + 21, at + 26) : NO_ZONE
    zoneMs = ms == NO_ZONE ? NaN : <f64>ms
    zone = word
  }
  return dateMs + readClock(at + 12) - zoneMs
}

/** `10/Oct/2000:` */
function readClfDate(at: usize): f64 {
  if (load<u8>(at + 2) != SLASH || load<u8>(at + 6) != SLASH || load<u8>(at + 11) != COLON) return NaN
  const month = monthOf((load<u32>(at + 3) | 0x202020) & 0xffffff)
  return midnightOf(twoDigits(at + 7) * 100 + twoDigits(at + 9), month, twoDigits(at))
}

/** By three small letters, the first one lowest; 0 for no month. */
function monthOf(name: u32): u32 {
  switch (name) {
    case 0x6e616a:
      return 1
    case 0x626566:
      return 2
    case 0x72616d:
      return 3
    case 0x727061:
      return 4
    case 0x79616d:
      return 5
    case 0x6e756a:
      return 6
    case 0x6c756a:
      return 7
    case 0x677561:
      return 8
    case 0x706573:
      return 9
    case 0x74636f:
      return 10
    case 0x766f6e:
      return 11
    case 0x636564:
      return 12
    default:
      return 0
  }
}

/** Epoch milliseconds of a date's first instant, as in core/civil-time.ts. */
function midnightOf(year: u32, month: u32, day: u32): f64 {
  if (year > 9999 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return NaN
  const y = <i32>year - <i32>(month <= 2)
  const era = (y < 0 ? y - 399 : y) / 400
  const yearOfEra = y - era * 400
  const dayOfYear = (153 * (<i32>month + (month > 2 ? -3 : 9)) + 2) / 5 + <i32>day - 1
  const dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
  return <f64>(era * 146097 + dayOfEra - 719468) * 86400000
}

function daysInMonth(year: u32, month: u32): u32 {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31
}

/**
 * `13:55:36`, milliseconds; second 60 is the next minute's start.
 *
 * With `00:00:00` taken away, digits are 0 to 9 and colons 0; the sum carries into a byte's highest bit where one is not.
 */
// @ts-ignore: decorator
@inline
function readClock(at: usize): f64 {
  const digits = load<u64>(at) ^ 0x30303a30303a3030
  const carries = digits + 0x76767f76767f7676
  if ((digits | carries) & 0x8080808080808080) return NaN
  const hour = (<i32>digits & 15) * 10 + (<i32>(digits >> 8) & 15)
  const minute = (<i32>(digits >> 24) & 15) * 10 + (<i32>(digits >> 32) & 15)
  const second = (<i32>(digits >> 48) & 15) * 10 + <i32>(digits >> 56)
  return hour < 24 && minute < 60 && second <= 60
    ? <f64>(hour * HOUR_MS + minute * MINUTE_MS + second * 1000)
    : NaN
}

/** `Z`, `+07`, `+0700`, `+07:00` up to 18 hours; local minus UTC in milliseconds, or NO_ZONE. */
function readZone(at: usize, end: usize): i32 {
  if (end - at == 1) return (load<u8>(at) | 0x20) == 0x7a ? 0 : NO_ZONE
  if (end < at + 3) return NO_ZONE
  const sign = <i32>load<u8>(at)
  if (sign != MINUS && sign != PLUS) return NO_ZONE
  const hours = twoDigits(at + 1)
  const minutesAt = end > at + 3 && load<u8>(at + 3) == COLON ? at + 4 : at + 3
  const minutes = end == at + 3 ? 0 : end == minutesAt + 2 ? twoDigits(minutesAt) : 60
  if (hours > 18 || minutes >= 60) return NO_ZONE
  const ms = <i32>hours * HOUR_MS + <i32>minutes * MINUTE_MS
  return sign == MINUS ? -ms : ms
}

/** Address behind the fraction and zone of an ISO time whose date and clock end at `at`: they may hold the delimiter. */
export function isoEnd(at: usize, end: usize): usize {
  if (at < end && load<u8>(at) == DOT)
    do at++
    while (at < end && isDigit(load<u8>(at)))
  const sign = at < end ? <i32>load<u8>(at) : 0
  if (sign != PLUS && sign != MINUS) return at
  const zoneEnd = load<u8>(at + 3) == COLON ? at + 6 : at + 5
  return zoneEnd <= end && readZone(at, zoneEnd) != NO_ZONE ? zoneEnd : at
}

/** `2000-10-10T13:55:36.123-07:00` and its like; NaN without a zone, which the source's stands for. */
export function readIso(at: usize, end: usize): f64 {
  if (end < at + 20 || load<u8>(at + 4) != MINUS || load<u8>(at + 7) != MINUS) return NaN
  const separator = <i32>load<u8>(at + 10)
  if ((separator | 0x20) != 0x74 && separator != SPACE) return NaN
  const head = load<u64>(at)
  const tail = load<u16>(at + 8)
  if (head != isoDate || tail != isoDateTail) {
    const year = twoDigits(at) * 100 + twoDigits(at + 2)
    isoDateMs = midnightOf(year, twoDigits(at + 5), twoDigits(at + 8))
    isoDate = head
    isoDateTail = tail
  }
  let ms = isoDateMs + readClock(at + 11)
  let zoneAt = at + 19
  if (load<u8>(zoneAt) == DOT || load<u8>(zoneAt) == 0x2c) {
    zoneAt++
    // finer digits than milliseconds are passed over
    let scale = 100
    for (; zoneAt < end && isDigit(load<u8>(zoneAt)); zoneAt++) {
      ms += <f64>((<i32>load<u8>(zoneAt) - ZERO) * scale)
      scale /= 10
    }
  }
  const offset = zoneAt < end ? readZone(zoneAt, end) : NO_ZONE
  return offset == NO_ZONE ? NaN : ms - <f64>offset
}
