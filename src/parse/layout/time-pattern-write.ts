/** strftime itself: epoch milliseconds to text, for the line writer. */

import { DAY_MS, daysFromCivil, MINUTE_MS, SECOND_MS } from '../../core/civil-time.js'
import { spellOut } from './time-pattern.js'

/** A moment, its local wall clock as a Date in UTC. */
interface Moment {
  readonly local: Date
  readonly epochMs: number
  readonly offsetMs: number
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}
function hour12(date: Date): number {
  return date.getUTCHours() % 12 || 12
}
function dayOfYear(date: Date): number {
  return Math.floor(date.getTime() / DAY_MS) - daysFromCivil(date.getUTCFullYear(), 1, 1) + 1
}
function zone(offsetMs: number, colon: string): string {
  const minutes = Math.abs(offsetMs) / MINUTE_MS
  return `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${colon}${two(minutes % 60)}`
}

const WRITERS: Readonly<Record<string, (moment: Moment) => string>> = {
  d: ({ local }) => two(local.getUTCDate()),
  e: ({ local }) => String(local.getUTCDate()).padStart(2),
  m: ({ local }) => two(local.getUTCMonth() + 1),
  b: ({ local }) => MONTHS[local.getUTCMonth()]!.slice(0, 3),
  h: ({ local }) => MONTHS[local.getUTCMonth()]!.slice(0, 3),
  B: ({ local }) => MONTHS[local.getUTCMonth()]!,
  y: ({ local }) => two(local.getUTCFullYear() % 100),
  Y: ({ local }) => String(local.getUTCFullYear()).padStart(4, '0'),
  j: ({ local }) => String(dayOfYear(local)).padStart(3, '0'),
  H: ({ local }) => two(local.getUTCHours()),
  k: ({ local }) => String(local.getUTCHours()).padStart(2),
  I: ({ local }) => two(hour12(local)),
  l: ({ local }) => String(hour12(local)).padStart(2),
  p: ({ local }) => (local.getUTCHours() < 12 ? 'AM' : 'PM'),
  M: ({ local }) => two(local.getUTCMinutes()),
  S: ({ local }) => two(local.getUTCSeconds()),
  f: ({ local }) => String(local.getUTCMilliseconds()).padStart(3, '0'),
  z: ({ offsetMs }) => zone(offsetMs, ''),
  ':z': ({ offsetMs }) => zone(offsetMs, ':'),
  Z: () => 'UTC',
  s: ({ epochMs }) => String(Math.floor(epochMs / SECOND_MS)),
  a: ({ local }) => DAYS[local.getUTCDay()]!.slice(0, 3),
  A: ({ local }) => DAYS[local.getUTCDay()]!,
  n: () => ' ',
  t: () => '\t',
  '%': () => '%',
}

/** Directives that change within a minute. */
const FINE = ['S', 's', 'f']

/** Neighbouring pieces of a pattern that are written anew equally often. */
interface Run {
  readonly isFine: boolean
  readonly writers: ((moment: Moment) => string)[]
  text: string
}

/** Writes moments by a pattern that compileStrftime takes, or with `%:z`. `offsetMs`: zone, east of UTC. */
export function compileStrftimeWriter(format: string, offsetMs: number): (epochMs: number) => string {
  const matches = [...spellOut(format).matchAll(/%(:?)(-?)(.)|[^%]+/gs)]
  const runs: Run[] = []
  for (const match of matches) {
    const isFine = match[3] !== undefined && FINE.includes(match[3])
    if (runs.at(-1)?.isFine !== isFine) runs.push({ isFine, writers: [], text: '' })
    runs.at(-1)!.writers.push(pieceWriter(match))
  }
  let minute = Number.NaN
  const hasFraction = matches.some((match) => match[3] === 'f')
  return remembering(hasFraction ? 1 : SECOND_MS, (epochMs) => {
    const moment = { local: new Date(epochMs + offsetMs), epochMs, offsetMs }
    const now = Math.floor((epochMs + offsetMs) / MINUTE_MS)
    let text = ''
    for (const run of runs) {
      if (run.isFine || now !== minute) run.text = run.writers.map((write) => write(moment)).join('')
      text += run.text
    }
    minute = now
    return text
  })
}

function pieceWriter(match: RegExpMatchArray): (moment: Moment) => string {
  const write = WRITERS[(match[1] ?? '') + (match[3] ?? '')]
  if (match[3] === undefined || write === undefined) return () => match[0]
  return match[2] === '-' ? (moment) => write(moment).replace(/^[0 ]+(?=\d)/, '') : write
}

/** Stamps that are kept; a power of two. Lines that are stamped at their start go back by some seconds. */
const KEPT_STAMPS = 64

/** Lines of a busy server share their stamps: the last ones are kept. `stepMs`: the finest that is written. */
function remembering(stepMs: number, write: (epochMs: number) => string): (epochMs: number) => string {
  const steps = new Float64Array(KEPT_STAMPS).fill(Number.NaN)
  const texts: string[] = new Array(KEPT_STAMPS).fill('')
  return (epochMs) => {
    const step = Math.floor(epochMs / stepMs)
    const place = step & (KEPT_STAMPS - 1)
    if (steps[place] !== step) {
      texts[place] = write(epochMs)
      steps[place] = step
    }
    return texts[place]!
  }
}
