import { DAY_MS } from '../core/civil-time.js'
import { closestName } from '../core/closest.js'
import { PosternError } from '../core/errors.js'
import { parseTime } from '../core/read-time.js'
import { toIso } from '../core/times.js'
import { type EffectiveOptions, LOGINS, type Login, type SimulateOptions, type Story } from './contract.js'
import { findLayout, type WrittenLayout } from './layout.js'
import { stories as builtIn } from './stories/registry.js'

/** Monday, 10 March 2025: the user agents are of that month. */
const DEFAULT_START = '2025-03-10T00:00:00Z'
const DEFAULT_RATE = 0.5
const DEFAULT_STRENGTH = 2
/** Servers that a log is split over at most; each has a file open. */
const MAX_SERVERS = 64
const MAX_DAYS = 400
const MAX_STRENGTH = 1_000

/** Options, checked and whole. */
export interface Plan {
  readonly options: EffectiveOptions
  readonly target: WrittenLayout
  readonly stories: readonly { readonly story: Story; readonly place: number }[]
  readonly startMs: number
  readonly endMs: number
}

/**
 * Puts defaults where nothing is said.
 *
 * @throws {ERR_OPTION_INVALID} An option makes no sense; the message says what does.
 */
export function planOf(given: SimulateOptions): Plan {
  const stories = storiesOf(given.stories ?? [])
  const target = findLayout(given.layout ?? 'combined', producerOf(given.producer))
  const least = Math.max(1, ...stories.map(({ story }) => story.days))
  const days = inRange('days', given.days ?? least, 0.01, MAX_DAYS, 'days')
  const short = stories.find(({ story }) => days < story.days)
  if (short !== undefined)
    throw invalid(
      `${short.story.id} needs at least ${short.story.days} days, found ${days}; leave days out, or give more`,
    )
  const startMs = parseTime(given.start ?? DEFAULT_START)
  if (startMs === null)
    throw invalid(`start is a time such as 2025-03-10T00:00:00Z or 2025-03-10, found "${given.start}"`)
  const traffic = given.traffic ?? true
  if (!traffic && stories.length === 0)
    throw invalid('without ordinary traffic and without a story there is nothing to write; name a story')
  if (!traffic && given.size !== undefined)
    throw invalid('size is about ordinary traffic, and there is none; leave one of the two out')
  if (given.size !== undefined && given.rate !== undefined)
    throw invalid('give size or rate, not both: the rate follows from the size')
  const size = given.size === undefined ? null : inRange('size', given.size, 10_000, 1e13, 'bytes')
  return {
    target,
    stories,
    startMs,
    endMs: startMs + Math.round(days * DAY_MS),
    options: {
      stories: stories.map(({ story }) => story.id),
      seed: String(given.seed ?? 1),
      size,
      days,
      rate:
        size !== null || !traffic
          ? null
          : inRange('rate', given.rate ?? DEFAULT_RATE, 0.0001, 100_000, 'requests a second'),
      strength: inRange(
        'strength',
        given.strength ?? DEFAULT_STRENGTH,
        0.01,
        MAX_STRENGTH,
        'times the floor',
      ),
      layout: given.layout ?? 'combined',
      producer: target.producer,
      servers: whole('servers', given.servers ?? 1, 1, MAX_SERVERS),
      start: toIso(startMs),
      offsetMinutes: whole('offsetMinutes', given.offsetMinutes ?? 0, -14 * 60, 14 * 60),
      login: loginOf(given.login),
      traffic,
    },
  }
}

function storiesOf(names: readonly string[]): Plan['stories'] {
  const ids = builtIn.map(({ id }) => id)
  return [...new Set(names)]
    .map((name) => {
      const place = ids.indexOf(name)
      if (place < 0) throw invalid(`there is no story "${name}"; ${suggestion(name, ids)}`)
      return { story: builtIn[place]!, place }
    })
    .sort((a, b) => a.place - b.place)
}

function loginOf(login: Login | undefined): Login | null {
  if (login === undefined) return null
  const known = Object.keys(LOGINS)
  if (!known.includes(login)) throw invalid(`there is no login "${login}"; ${suggestion(login, known)}`)
  return login
}

function producerOf(producer: SimulateOptions['producer']): 'apache' | 'nginx' | null {
  if (producer === undefined || producer === 'apache' || producer === 'nginx') return producer ?? null
  throw invalid(
    `there is no producer "${String(producer)}"; ${suggestion(String(producer), ['apache', 'nginx'])}`,
  )
}

function suggestion(name: string, known: readonly string[]): string {
  const near = closestName(name, known)
  const hint = near === undefined ? '' : `did you mean ${near}? `
  return `${hint}there ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}`
}

function inRange(name: string, value: number, least: number, most: number, unit: string): number {
  if (value >= least && value <= most) return value
  throw invalid(`${name} is from ${least} to ${most} ${unit}, found ${String(value)}`)
}

function whole(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw invalid(`${name} is a whole number from ${least} to ${most}, found ${String(value)}`)
}

export function invalid(message: string): PosternError {
  return new PosternError('ERR_OPTION_INVALID', message)
}
