import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../core/civil-time.js'
import { formatCount, formatDuration, toIso } from '../../../core/times.js'
import type { CoverageBasis } from '../../contract.js'
import {
  type Grade,
  measuresOf,
  type Observation,
  plural,
  type TestedLog,
  type TestedSource,
} from '../observation.js'
import type { ClockJump, ClockStep } from '../trace.js'

const HALF_HOUR_MS = 30 * MINUTE_MS
/** Zones differ by half hours; a step is of one but for the time from one record to the next. */
const ZONE_SLACK_MS = 2 * MINUTE_MS
const WIDEST_ZONE_MS = 14 * HOUR_MS
/** A catch-up that undoes a step back is as long, but for this share. */
const SAME_SHARE = 0.1
/** Steps in one source from which on they are no settings of a clock, but lines of several clocks. */
const MANY_STEPS = 8
/** Records off by more than a day that are worth a finding; fewer are said. */
const MANY_OUTLIERS = 3

/** Where the clock was set, or lines of another time stand. */
export function clockStepsOf(log: TestedLog): Observation[] {
  return log.sources.flatMap((source) => {
    const { steps } = source.trace.clock
    const told =
      steps.count >= MANY_STEPS
        ? [manySteps(source, steps.kept, steps.count)]
        : steps.kept.map((step) => clockStep(log, source, step))
    return [...told, ...stragglers(source), ...springs(source), ...outliers(source)]
  })
}

/** What a step back is, by what comes before and behind it. */
interface Reading {
  readonly test: CoverageBasis
  readonly text: string
  readonly start: number
  readonly end: number
  readonly grade: Grade | null
  readonly offMs: number
  readonly lines: readonly [number, number | null]
  readonly records: number
}

function clockStep(log: TestedLog, source: TestedSource, step: ClockStep): Observation {
  const { test, text, start, end, grade, offMs, lines, records } =
    aheadStretch(source, step) ?? behindStretch(log, source, step) ?? singleStep(source, step)
  return {
    test,
    source: source.covered.source,
    text,
    start,
    end,
    state: 'degraded',
    grade,
    // what was lost beside a clock that was set, it does not say
    measures: measuresOf(test, {
      firstLine: lines[0],
      lastLine: lines[1],
      clockOffMs: offMs,
      lostMost: test === 'daylight-saving' ? 0 : null,
    }),
    citations: step.citations,
    evidenceCount: records,
    alternatives: alternativesOf(Math.abs(offMs)),
  }
}

/** Time jumped ahead, and this step takes it back. */
function aheadStretch(
  { ordinal, covered }: TestedSource,
  { jump, line, before, after }: ClockStep,
): Reading | null {
  if (jump === null) return null
  const offMs = before - after
  const isSaving = isSavingHour(covered, offMs, before)
  return {
    test: isSaving ? 'daylight-saving' : 'clock-step',
    text: `in ${ordinal} the ${formatCount(jump.records)} records from line ${jump.line} to ${line - 1} stand about ${formatDuration(offMs)} ahead of those before and behind them`,
    start: jump.from,
    end: before,
    grade: isSaving ? null : gradeOf(offMs),
    offMs,
    lines: [jump.line, line - 1],
    records: jump.records,
  }
}

/** Time went back, and a jump ahead by as much undoes it. */
function behindStretch(log: TestedLog, { ordinal, covered }: TestedSource, step: ClockStep): Reading | null {
  const back = step.before - step.after
  const slack = Math.max(ZONE_SLACK_MS, SAME_SHARE * back)
  if (!(step.caughtUpBy >= log.input.horizonMs && Math.abs(step.caughtUpBy - back) <= slack)) return null
  const isSaving = isSavingHour(covered, back, step.before)
  return {
    test: isSaving ? 'daylight-saving' : 'clock-step',
    text: `in ${ordinal} the ${formatCount(step.records)} records from line ${step.line} to ${step.caughtUpLine - 1} stand about ${formatDuration(back)} behind those before and behind them`,
    start: step.from,
    end: Math.max(step.before, step.caughtUpAt),
    grade: isSaving ? null : gradeOf(back),
    offMs: -back,
    lines: [step.line, step.caughtUpLine - 1],
    records: step.records,
  }
}

function singleStep({ ordinal, covered }: TestedSource, step: ClockStep): Reading {
  const back = step.before - step.after
  const isAutumn = isSavingHour(covered, back, step.before)
  const until =
    step.caughtUpLine === 0
      ? 'and does not catch up before the end of the file'
      : `and catches up at line ${step.caughtUpLine}`
  return {
    test: isAutumn ? 'daylight-saving' : 'clock-step',
    text: `in ${ordinal} time goes back by ${formatDuration(back)} at line ${step.line}, from ${toIso(step.before)}, ${until}`,
    start: step.from,
    end: Math.max(step.before, step.to),
    grade: isAutumn ? null : 'odd',
    offMs: -back,
    lines: [step.line, step.caughtUpLine === 0 ? null : step.caughtUpLine - 1],
    records: step.records,
  }
}

function manySteps(
  { covered, ordinal }: TestedSource,
  steps: readonly ClockStep[],
  count: number,
): Observation {
  const worst = steps.reduce((a, b) => (b.before - b.after > a.before - a.after ? b : a))
  const back = worst.before - worst.after
  return {
    test: 'clock-step',
    source: covered.source,
    text: `in ${ordinal} time goes back ${formatCount(count)} times, most by ${formatDuration(back)} at line ${worst.line}: it has lines of several clocks or programs`,
    start: Math.min(...steps.map(({ from }) => from)),
    end: Math.max(...steps.map(({ before }) => before)),
    state: null,
    grade: 'odd',
    measures: measuresOf('clock-step', { count, firstLine: steps[0]!.line, clockOffMs: -back }),
    citations: worst.citations,
    evidenceCount: steps.reduce((sum, { records }) => sum + records, 0),
    alternatives: ['logs of several servers that were put together without sorting', ...alternativesOf(back)],
  }
}

/** In spring local time leaves an hour out; nothing tells it from an hour without records. */
function springs({ covered, trace, ordinal }: TestedSource): Observation[] {
  const isSpring = ({ from }: ClockJump) =>
    Math.floor((from + ZONE_SLACK_MS) / HOUR_MS) > Math.floor(from / HOUR_MS) && maySetClocks(from)
  if (!covered.isLocalTime) return []
  return trace.clock.hourJumps.kept.filter(isSpring).map(({ line, from, to }) => ({
    test: 'daylight-saving',
    source: covered.source,
    text: `in ${ordinal} an hour is left out at line ${line}, as local time does in spring`,
    start: from,
    end: to,
    state: 'unknown',
    grade: null,
    measures: measuresOf('daylight-saving', { firstLine: line, clockOffMs: HOUR_MS, lostMost: null }),
    citations: [],
    evidenceCount: 0,
    alternatives: [],
  }))
}

/** A server that stamps the start of a request writes its line when it ends. */
function stragglers({ covered, trace, ordinal }: TestedSource): Observation[] {
  const { records, mostMs, citations } = trace.clock.stragglers
  if (records === 0) return []
  return [
    {
      test: 'clock-step',
      source: covered.source,
      text: `in ${ordinal} ${formatCount(records)} ${plural(records, 'record')} ${plural(records, 'stands', 'stand')} one by one behind those around, at most by ${formatDuration(mostMs)}, as requests do that take long where a server stamps their start`,
      start: trace.from,
      end: trace.to,
      state: null,
      grade: null,
      measures: measuresOf('clock-step', { count: records, clockOffMs: -mostMs }),
      citations,
      evidenceCount: records,
      alternatives: [],
    },
  ]
}

function outliers({ covered, trace, ordinal }: TestedSource): Observation[] {
  const { records, citations } = trace.clock.outliers
  if (records === 0) return []
  return [
    {
      test: 'clock-step',
      source: covered.source,
      text: `in ${ordinal} ${formatCount(records)} ${plural(records, 'record')} ${records === 1 ? 'is' : 'are'} more than a day off those around ${records === 1 ? 'it' : 'them'}, first at line ${citations[0]?.line ?? 0}`,
      start: trace.from,
      end: trace.to,
      state: null,
      grade: records >= MANY_OUTLIERS ? 'odd' : null,
      measures: measuresOf('clock-step', { count: records, firstLine: citations[0]?.line ?? null }),
      citations,
      evidenceCount: records,
      alternatives: ['lines of another log that were put in', 'a machine that started without its clock'],
    },
  ]
}

/** A clock in the wrong zone or off by an hour is an everyday mistake; other stretches are not. */
function gradeOf(offMs: number): Grade {
  return isZoneLike(offMs) ? 'odd' : 'damaged'
}

function isZoneLike(offMs: number): boolean {
  const halves = Math.round(offMs / HALF_HOUR_MS)
  return halves > 0 && offMs <= WIDEST_ZONE_MS && Math.abs(offMs - halves * HALF_HOUR_MS) <= ZONE_SLACK_MS
}

function alternativesOf(offMs: number): string[] {
  const usual = [
    'a clock that was wrong and was set right',
    'lines of another log, or of another time, that were put in',
  ]
  if (Math.abs(offMs - HOUR_MS) <= ZONE_SLACK_MS) return ['daylight saving', ...usual]
  return isZoneLike(offMs) ? ['a server that ran in another zone for a while', ...usual] : usual
}

/** Local time has an hour twice, and which one a stamp is of it does not say: both are read as one, and the other one is empty. */
function isSavingHour({ isLocalTime }: TestedSource['covered'], offMs: number, at: number): boolean {
  return isLocalTime && Math.abs(offMs - HOUR_MS) <= ZONE_SLACK_MS && maySetClocks(at)
}

/** Sundays of the months in which some zone ends daylight saving; the stamp is local, or off by less than a day. */
function maySetClocks(time: number): boolean {
  return [-DAY_MS / 2, 0, DAY_MS / 2].some((shift) => {
    const date = new Date(time + shift)
    return date.getUTCDay() === 0 && CHANGE_MONTHS.has(date.getUTCMonth())
  })
}
/** March, April, September to November, from 0. */
const CHANGE_MONTHS: ReadonlySet<number> = new Set([2, 3, 8, 9, 10])
