import { DAY_MS } from './civil-time.js'

const FIXED_OFFSET = /^[+-](?:0\d|1[0-4]):?[0-5]\d$/

/** What `toIso` gives for a number that is no time. */
export const NO_TIME = 'invalid-time'

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/**
 * Reads `500ms`, `90s`, `10m`, `24h` or `7d`; a unit is required, a decimal fraction is allowed.
 *
 * @returns Milliseconds, or null.
 */
export function parseDuration(text: string): number | null {
  const found = /^(\d{1,15}(?:\.\d{1,9})?)(ms|s|m|h|d)$/.exec(text)
  return found === null ? null : Number(found[1]) * UNIT_MS[found[2] as keyof typeof UNIT_MS]
}

/** Tells whether `name` is an IANA zone that this Node knows, or a fixed offset such as `+02:00` up to 14 hours. */
export function isZone(name: string): boolean {
  if (FIXED_OFFSET.test(name)) return true
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/**
 * Gives `YYYY-MM-DDTHH:mm:ss.sssZ`, or ECMAScript's six-digit signed year outside 0000 to 9999.
 *
 * @returns `invalid-time` for NaN and for what no `Date` holds; never throws.
 */
export function toIso(epochMs: number): string {
  const time = Math.trunc(epochMs)
  if (!(Math.abs(time) <= MAX_TIME_MS)) return NO_TIME
  const day = Math.floor(time / DAY_MS)
  if (day !== isoDay) {
    isoDay = day
    isoDate = new Date(day * DAY_MS).toISOString().slice(0, -'00:00:00.000Z'.length)
  }
  const ms = time - day * DAY_MS
  const seconds = Math.floor(ms / 1000)
  const minutes = Math.floor(seconds / 60)
  const clock = `${TWO[Math.floor(minutes / 60)]}:${TWO[minutes % 60]}:${TWO[seconds % 60]}`
  return `${isoDate}${clock}.${String(ms % 1000).padStart(3, '0')}Z`
}

/** An ISO 8601 time in UTC for a sentence: `2021-08-14 12:00Z`, with seconds where there are any. */
export function briefTime(iso: string): string {
  return iso.replace(
    /^([\d-]+)T(\d\d:\d\d)(:\d\d)(?:\.\d+)?Z$/,
    (_, date, clock, seconds) => `${date} ${clock}${seconds === ':00' ? '' : seconds}Z`,
  )
}

/** The largest time that a Date can show, ECMAScript 21.4.1.1. */
const MAX_TIME_MS = 8.64e15

/** The day that was written last, and its date up to the `T`: times that follow each other share it. */
let isoDay = Number.NaN
let isoDate = ''
const TWO = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'))

const STEPS = [
  ['d', UNIT_MS.d],
  ['h', UNIT_MS.h],
  ['min', UNIT_MS.m],
  ['s', UNIT_MS.s],
] as const

/** Says a duration in its two largest units, rounded down: `2 d 3 h`, `14 min 5 s`, `1.5 s`, `250 ms`. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return 'unknown'
  if (ms < 0) return `-${formatDuration(-ms)}`
  if (ms < UNIT_MS.s) return `${Math.floor(ms)} ms`
  if (ms < UNIT_MS.m) return `${Math.floor(ms / 100) / 10} s`
  const first = STEPS.findIndex(([, size]) => ms >= size)
  return STEPS.slice(first, first + 2)
    .map(([unit, size], index) => {
      const within = index === 0 ? ms : ms % STEPS[first]![1]
      return { unit, count: Math.floor(within / size) }
    })
    .filter(({ count }, index) => index === 0 || count > 0)
    .map(({ unit, count }) => `${formatCount(count)} ${unit}`)
    .join(' ')
}

const BYTE_UNITS = ['kB', 'MB', 'GB', 'TB', 'PB'] as const

/** Says a number of bytes in SI units with three digits: `999 B`, `1.50 kB`, `12.3 MB`. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return 'unknown'
  if (bytes < 0) return `-${formatBytes(-bytes)}`
  if (bytes < 1000) return `${Math.round(bytes)} B`
  let value = bytes / 1000
  let unit = 0
  // 999.5 is where three digits round up to 1000
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1000
    unit++
  }
  const digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0
  return `${value.toFixed(digits)} ${BYTE_UNITS[unit]!}`
}

/** Says a number with commas between thousands, whatever the locale; a fraction is kept as it is. */
export function formatCount(count: number): string {
  if (!Number.isFinite(count) || Math.abs(count) >= 1e21) return String(count)
  const [whole = '', fraction] = String(count).split('.')
  if (whole.includes('e') || fraction?.includes('e')) return String(count)
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}
