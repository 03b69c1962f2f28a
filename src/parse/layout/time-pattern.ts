/** strftime patterns as readers: what a server wrote with a pattern is read back with the same pattern. */

import { COLON, MINUS, NINE, PLUS, SPACE, TAB, ZERO } from '../../core/bytes.js'
import { DAY_MS, daysFromCivil, daysInMonth, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/civil-time.js'
import { PosternError } from '../../core/errors.js'
import type { StrftimeReader } from '../../kernel/program.js'

/** What the directives read so far. */
interface Found {
  year: number
  /** 1 to 12; 0 while none was read. */
  month: number
  day: number
  /** 1 to 366; 0 while none was read. */
  dayOfYear: number
  hour: number
  /** Read and not used: the date tells it. */
  weekday: number
  /** Of a 12-hour clock: 0 am, 1 pm, -1 none read. */
  half: number
  minute: number
  second: number
  fractionMs: number
  /** Local minus UTC. */
  zoneMs: number
  epochSeconds: number
}

/** Reads one directive at `at`; gives the index behind it, or -1. */
type Read = (bytes: Uint8Array, at: number, end: number, found: Found) => number

interface Directive {
  readonly read: Read
  /** With the GNU flag `-`: no padding. */
  readonly unpadded?: Read
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] as const
const LONG_MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
] as const
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
const LONG_DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const

/** Directives that stand for others. */
const SHORTHANDS: Readonly<Record<string, string>> = {
  T: '%H:%M:%S',
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  R: '%H:%M',
  r: '%I:%M:%S %p',
}

/**
 * Directives that are read. Those that depend on the server's locale (`%c`, `%x`, `%X`) are not.
 *
 * @see https://pubs.opengroup.org/onlinepubs/9699919799/functions/strftime.html
 */
const DIRECTIVES: Readonly<Record<string, Directive>> = {
  d: number(2, 'day'),
  e: number(2, 'day', asRead, true),
  m: number(2, 'month'),
  b: name(MONTHS, 'month', 1),
  h: name(MONTHS, 'month', 1),
  B: name(LONG_MONTHS, 'month', 1),
  y: number(2, 'year', fullYear),
  Y: number(4, 'year'),
  j: number(3, 'dayOfYear'),
  H: number(2, 'hour'),
  k: number(2, 'hour', asRead, true),
  I: number(2, 'hour', hourOfHalf),
  l: number(2, 'hour', hourOfHalf, true),
  p: name(['am', 'pm'], 'half', 0),
  M: number(2, 'minute'),
  S: number(2, 'second'),
  f: { read: readFraction },
  z: { read: readZone },
  Z: { read: skipWord },
  s: { read: readEpochSeconds },
  a: name(DAYS, 'weekday', 0),
  A: name(LONG_DAYS, 'weekday', 0),
  n: { read: skipBlanks },
  t: { read: skipBlanks },
  '%': literal('%'),
}

/** `%` and a directive, with the GNU flag for no padding; or text. */
const LEXEME = /%(-?)(.?)|[^%]+/gs

/** The pattern with its shorthands written out. */
export function spellOut(format: string): string {
  return format.replace(/%(-?)(.)/gs, (whole, _flag, letter: string) =>
    Object.hasOwn(SHORTHANDS, letter) ? SHORTHANDS[letter]! : whole,
  )
}

/** The letters of the directives in a pattern. */
function lettersOf(format: string): Set<string> {
  return new Set([...spellOut(format).matchAll(LEXEME)].map((match) => match[2] ?? ''))
}

/** Whether a pattern tells both the day and the hour, and so is a time of its own. */
export function saysWhen(format: string): boolean {
  const letters = lettersOf(format)
  const has = (...any: readonly string[]) => any.some((letter) => letters.has(letter))
  const day = has('Y', 'y') && (has('j') || (has('m', 'b', 'B', 'h') && has('d', 'e')))
  return has('s') || (day && (has('H', 'k') || (has('I', 'l') && has('p'))))
}

/**
 * Compiles a strftime pattern.
 *
 * Second 60, a leap second, is the start of the next minute. `%Z` is passed over, for zone names are ambiguous.
 *
 * @throws {ERR_OPTION_INVALID} A directive is unknown, or the pattern does not tell day and hour.
 */
export function compileStrftime(format: string): StrftimeReader {
  const directives = [...spellOut(format).matchAll(LEXEME)].map((match) =>
    match[2] === undefined ? literal(match[0]) : directiveOf(match[1] === '-', match[2], format),
  )
  if (!saysWhen(format)) {
    throw new PosternError(
      'ERR_OPTION_INVALID',
      `the time pattern ${JSON.stringify(format)} does not tell both day and hour`,
    )
  }
  const letters = lettersOf(format)
  const reads = directives.map((directive) => directive.read)
  return {
    zoned: letters.has('z') || letters.has('s'),
    stop: (bytes, at, end) => readAll(reads, bytes, at, end, emptyFound()),
    read: (bytes, at, end) => {
      const found = emptyFound()
      return readAll(reads, bytes, at, end, found) === end ? toEpochMs(found) : Number.NaN
    },
  }
}

function directiveOf(unpadded: boolean, letter: string, format: string): Directive {
  const known = Object.hasOwn(DIRECTIVES, letter) ? DIRECTIVES[letter] : undefined
  if (known === undefined) {
    throw new PosternError(
      'ERR_OPTION_INVALID',
      `%${letter} in the time pattern ${JSON.stringify(format)} is no directive that can be read back; ` +
        `expected one of %${[...Object.keys(DIRECTIVES), ...Object.keys(SHORTHANDS)].join(' %')}`,
    )
  }
  return unpadded && known.unpadded !== undefined ? { read: known.unpadded } : known
}

function emptyFound(): Found {
  return {
    year: 1970,
    month: 0,
    day: 0,
    dayOfYear: 0,
    hour: 0,
    weekday: 0,
    half: -1,
    minute: 0,
    second: 0,
    fractionMs: 0,
    zoneMs: 0,
    epochSeconds: Number.NaN,
  }
}

/** Runs the directives in turn; gives the index behind the last, or -1. */
function readAll(reads: readonly Read[], bytes: Uint8Array, at: number, end: number, found: Found): number {
  for (let i = 0; i < reads.length && at >= 0; i++) at = reads[i]!(bytes, at, end, found)
  return at
}

function toEpochMs(found: Found): number {
  if (!Number.isNaN(found.epochSeconds)) return found.epochSeconds * SECOND_MS + found.fractionMs
  const days = dayNumber(found)
  const hour = found.hour + (found.half === 1 ? 12 : 0)
  if (!(hour < 24 && found.minute < 60 && found.second <= 60)) return Number.NaN
  const clock = hour * HOUR_MS + found.minute * MINUTE_MS + found.second * SECOND_MS + found.fractionMs
  return days * DAY_MS + clock - found.zoneMs
}

/** Days since the epoch; NaN for a day that its month or year does not have. */
function dayNumber(found: Found): number {
  if (found.dayOfYear > 0 && found.month === 0) {
    const length = daysInMonth(found.year, 2) + 337
    return found.dayOfYear <= length ? daysFromCivil(found.year, 1, 1) + found.dayOfYear - 1 : Number.NaN
  }
  if (found.day < 1 || found.day > daysInMonth(found.year, found.month)) return Number.NaN
  return daysFromCivil(found.year, found.month, found.day)
}

function asRead(value: number): number {
  return value
}

/** POSIX: 69 to 99 are of the 20th century. */
function fullYear(value: number): number {
  return value < 69 ? 2000 + value : 1900 + value
}

/** Hour of a 12-hour clock; NaN, which no clock shows, outside 1 to 12. */
function hourOfHalf(value: number): number {
  return value >= 1 && value <= 12 ? value % 12 : Number.NaN
}

/** A number of `width` digits, padded with zeros; or also with blanks, where the directive pads so. */
function number(width: number, key: keyof Found, convert = asRead, blanks = false): Directive {
  const readFrom = (bytes: Uint8Array, at: number, end: number, found: Found, fewest: number) => {
    const last = Math.min(end, at + width)
    if (blanks) while (at < last - 1 && bytes[at] === SPACE) at++
    const start = at
    let value = 0
    while (at < last && isDigit(bytes[at]!)) value = value * 10 + bytes[at++]! - ZERO
    if (at - start < fewest) return -1
    found[key] = convert(value)
    return at
  }
  const unpadded: Read = (bytes, at, end, found) => readFrom(bytes, at, end, found, 1)
  const padded: Read = (bytes, at, end, found) => readFrom(bytes, at, end, found, width)
  return { read: blanks ? unpadded : padded, unpadded }
}

/** One of the names, in any case; the first counts `first`. */
function name(names: readonly string[], key: keyof Found, first: number): Directive {
  const read: Read = (bytes, at, end, found) => {
    let stop = at
    while (stop < end && isLetter(bytes[stop]!)) stop++
    const index = names.indexOf(
      String.fromCharCode(...bytes.subarray(at, Math.min(stop, at + 12))).toLowerCase(),
    )
    if (index < 0) return -1
    found[key] = first + index
    return stop
  }
  return { read }
}

function literal(text: string): Directive {
  const expected = new TextEncoder().encode(text)
  const read: Read = (bytes, at, end) => {
    if (at + expected.length > end) return -1
    for (let i = 0; i < expected.length; i++) if (bytes[at + i] !== expected[i]) return -1
    return at + expected.length
  }
  return { read }
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE
}

function isLetter(byte: number): boolean {
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x7a
}

/** Digits of a second's fraction; finer than milliseconds is passed over. */
function readFraction(bytes: Uint8Array, at: number, end: number, found: Found): number {
  const start = at
  let scale = 100
  let ms = 0
  for (; at < end && isDigit(bytes[at]!); at++) {
    if (scale >= 1) ms += (bytes[at]! - ZERO) * scale
    scale /= 10
  }
  found.fractionMs = ms
  return at === start ? -1 : at
}

/** `Z`, `+0700` or `+07:00`. */
function readZone(bytes: Uint8Array, at: number, end: number, found: Found): number {
  if (at < end && bytes[at] === 0x5a) return at + 1
  const sign = bytes[at] === PLUS ? 1 : bytes[at] === MINUS ? -1 : 0
  const minuteAt = bytes[at + 3] === COLON ? at + 4 : at + 3
  if (sign === 0 || minuteAt + 2 > end) return -1
  const [h1, h2, m1, m2] = [bytes[at + 1]!, bytes[at + 2]!, bytes[minuteAt]!, bytes[minuteAt + 1]!]
  if (!isDigit(h1) || !isDigit(h2) || !isDigit(m1) || !isDigit(m2)) return -1
  const hours = (h1 - ZERO) * 10 + h2 - ZERO
  const minutes = (m1 - ZERO) * 10 + m2 - ZERO
  // no place on Earth is further off than 14 hours; 18 is the bound of java.time and leaves room for mistakes
  if (hours > 18 || minutes > 59) return -1
  found.zoneMs = sign * (hours * HOUR_MS + minutes * MINUTE_MS)
  return minuteAt + 2
}

function readEpochSeconds(bytes: Uint8Array, at: number, end: number, found: Found): number {
  const start = at
  let value = 0
  // 12 digits reach the year 33658
  while (at < end && at - start < 12 && isDigit(bytes[at]!)) value = value * 10 + bytes[at++]! - ZERO
  found.epochSeconds = value
  return at === start ? -1 : at
}

/** A zone's name: letters. */
function skipWord(bytes: Uint8Array, at: number, end: number): number {
  const start = at
  while (at < end && isLetter(bytes[at]!)) at++
  return at === start ? -1 : at
}

function skipBlanks(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && (bytes[at] === SPACE || bytes[at] === TAB)) at++
  return at
}
