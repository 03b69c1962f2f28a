import { DAY_MS, HOUR_MS } from '../../../core/civil-time.js'
import { formatCount, formatDuration, toIso } from '../../../core/times.js'
import { decidingName } from '../../logs.js'
import { type RotationName, rotationNameOf } from '../../rotation-name.js'
import { measuresOf, type Observation, plural, type TestedLog, type TestedSource } from '../observation.js'

/** Share of the steps between dates that must be the same for a series to have a step. */
const REGULAR = 0.6
const LEAST_DATES = 4
/** Silent this many times longer than between its records: something is between two files, where the log's rhythm does not tell. */
const LONG_SILENCE = 20

interface Placed {
  readonly source: TestedSource
  readonly at: number
}

/** Files that the names say are between others, and that are not there. */
export function rotationHolesOf(log: TestedLog): Observation[] {
  const named = log.sources.map((source) => ({ source, name: rotationNameOf(decidingName(source.covered)) }))
  const dated = named.flatMap(({ source, name }) => {
    const at = name.date ?? name.folderDate
    return at === null ? [] : [{ source, at }]
  })
  const all = namesOf(log, named[0]?.name.series)
  const numbers = new Set(all.map(({ number }) => number))
  const dates = new Set(all.map(({ date, folderDate }) => date ?? folderDate))
  return [
    ...holes(log, byPlace(numberedOf(named)), 1, numbers, (at) => `number ${at}`),
    ...(dated.length < LEAST_DATES ? [] : datedHoles(log, byPlace(dated), dates)),
  ]
}

/** Of all files of the series that were handed in: also those that could not be read, or that are copies of others. */
function namesOf({ input }: TestedLog, series: string | undefined): RotationName[] {
  return input.sources
    .flatMap(({ names }) => names.map(rotationNameOf))
    .filter((name) => name.series === series)
}

/** A live file has no number: it stands before the first, which is 1, or 0 for some programs. */
function numberedOf(
  named: readonly { readonly source: TestedSource; readonly name: RotationName }[],
): Placed[] {
  const numbers = named.flatMap(({ name }) => (name.number === null ? [] : [name.number]))
  const live = numbers.includes(0) ? -1 : 0
  if (numbers.length === 0) return []
  return named.flatMap(({ source, name }) => {
    const at = name.number ?? (name.date === null ? live : null)
    return at === null ? [] : [{ source, at }]
  })
}

function datedHoles(
  log: TestedLog,
  placed: readonly Placed[],
  known: ReadonlySet<number | null>,
): Observation[] {
  const steps = placed.slice(1).map(({ at }, index) => at - placed[index]!.at)
  const step = medianOf(steps)
  if (step < HOUR_MS || steps.filter((it) => it === step).length < REGULAR * steps.length) return []
  return holes(log, placed, step, known, (at) => toIso(at).slice(0, step >= DAY_MS ? 10 : 16))
}

/** @param known  Places of the series that were handed in, of whatever log they are. */
function holes(
  log: TestedLog,
  placed: readonly Placed[],
  step: number,
  known: ReadonlySet<number | null>,
  say: (at: number) => string,
): Observation[] {
  return placed.slice(1).flatMap((next, index) => {
    const before = placed[index]!
    const absent = absentBetween(before.at, next.at, step, known)
    if (absent.length === 0) return []
    const [first, last] = [absent[0]!, absent.at(-1)!]
    const which = absent.length > 1 ? `${say(first)} to ${say(last)}` : say(first)
    return hole(log, before, next, absent.length, which)
  })
}

/** Places that are told apart between two files. */
const MOST_ABSENT = 10_000

function absentBetween(from: number, to: number, step: number, known: ReadonlySet<number | null>): number[] {
  const count = Math.min(MOST_ABSENT, Math.round((to - from) / step) - 1)
  return Array.from({ length: Math.max(0, count) }, (_, k) => from + (k + 1) * step).filter(
    (at) => !known.has(at),
  )
}

function hole(log: TestedLog, a: Placed, b: Placed, absent: number, which: string): Observation[] {
  // numbers grow into the past or into the future: time says which
  const [early, late] =
    a.source.trace.from <= b.source.trace.from ? [a.source, b.source] : [b.source, a.source]
  const silence = late.trace.from - early.trace.to
  if (Number.isNaN(silence)) return []
  const isSilent = isGapBetween(log, early, late)
  const what = `${formatCount(absent)} ${plural(absent, 'file')} of the series ${plural(absent, 'is', 'are')} not there: ${which}, between ${early.ordinal} and ${late.ordinal}`
  const most = absent * Math.max(early.trace.records, late.trace.records)
  return [
    {
      test: 'rotation-hole',
      source: late.covered.source,
      text: isSilent
        ? `${what}; no record for ${formatDuration(silence)}`
        : `${what}; the log is not silent between them for longer than it is elsewhere, so that nothing need be missing`,
      start: Math.min(early.trace.to, late.trace.from),
      end: Math.max(early.trace.to, late.trace.from),
      state: isSilent ? 'missing' : null,
      grade: isSilent ? 'missing' : null,
      measures: measuresOf('rotation-hole', { count: absent, lostMost: isSilent ? null : most }),
      citations: [early.trace.last, late.trace.first].filter((it) => it !== null),
      evidenceCount: 2,
      alternatives: [
        'the file was not collected, or not handed in',
        'nothing was logged in its time, and empty logs are not rotated',
      ],
    },
  ]
}

/** Whether no record lies between two files for longer than chance makes it, by the rhythm of the log where that tells. */
function isGapBetween(log: TestedLog, early: TestedSource, late: TestedSource): boolean {
  const [from, to] = [early.trace.to, late.trace.from]
  const isCovered = log.sources.some(({ trace }) => trace.from < to && trace.to > from)
  if (isCovered || to - from <= log.input.horizonMs) return false
  if (log.silences !== null) return log.silences.some((it) => it.from < to && it.to > from)
  return to - from > LONG_SILENCE * spacingOf([early, late])
}

/** Mean time from one record to the next. */
function spacingOf(sources: readonly TestedSource[]): number {
  const records = sources.reduce((sum, { trace }) => sum + trace.records, 0)
  return sources.reduce((sum, { trace }) => sum + trace.to - trace.from, 0) / Math.max(1, records)
}

function byPlace(placed: readonly Placed[]): Placed[] {
  return placed.toSorted((a, b) => a.at - b.at || a.source.covered.source - b.source.covered.source)
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[(values.length - 1) >> 1] ?? Number.NaN
}
