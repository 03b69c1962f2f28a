import { toIso } from '../core/times.js'
import type { Signal } from '../observe/contract.js'
import { explainedByClock } from './clock-losses.js'
import type {
  CoverageInput,
  CoverageInterval,
  CoverageJudgement,
  LogCoverage,
  SmallestLoss,
} from './contract.js'
import { gapSignals } from './gap-signals.js'
import { type IntegrityJudgement, judgeIntegrity } from './integrity/judge.js'
import { groupLogs, type LogGroup } from './logs.js'
import { judgeRhythm, type RhythmJudgement } from './rhythm/judge.js'
import { timelineOf } from './rhythm/timeline.js'
import { type LossPiece, tileIntervals } from './tile.js'

/** Judges what the sources cover, log by log. The same traces give the same answer. */
export function judgeCoverage(input: CoverageInput): CoverageJudgement {
  const groups = groupLogs(input.sources)
  const rhythms = judgeRhythm(groups)
  const integrity = judgeIntegrity(groups, input, (log) => {
    const { isTelling, losses } = rhythms.get(log)!
    return isTelling ? losses : null
  })
  const traces = input.sources.flatMap(({ trace }) => (trace === null ? [] : [trace.rhythm]))
  const judged = groups.map((group) => {
    const whole = integrity.get(group.log)!
    const rhythm = rhythms.get(group.log)!
    const losses = explainedByClock(rhythm.losses, whole.intervals)
    return { group, whole, rhythm: { ...rhythm, losses } }
  })
  const isAskedFor = ({ start, end }: Signal) => !(end < input.since || start >= input.until)
  return {
    logs: judged.map(({ group, rhythm, whole }) => logCoverage(group, rhythm, whole, input)),
    signals: judged
      .flatMap(({ group, rhythm, whole }) => [
        ...gapSignals(group, rhythm.losses, whole),
        ...whole.signals.filter(({ kind }) => kind !== 'log-gap'),
      ])
      .filter(isAskedFor),
    timeline: timelineOf(traces),
  }
}

function logCoverage(
  { log, sources }: LogGroup,
  rhythm: RhythmJudgement,
  integrity: IntegrityJudgement,
  { since, until }: CoverageInput,
): LogCoverage {
  const spans = sources.flatMap(({ trace }) =>
    trace === null || Number.isNaN(trace.integrity.from) ? [] : [trace.integrity],
  )
  const from = Math.min(...spans.map((span) => span.from))
  const to = Math.max(...spans.map((span) => span.to))
  const pieces = [...rhythm.losses, ...integrity.intervals.map(pieceOf)]
  const isTold = (rhythm.isTelling && rhythm.isWhole) || integrity.noticesSingles
  const usual = isTold ? 'complete' : 'unknown'
  const tiles =
    spans.length === 0
      ? []
      : tileIntervals(pieces, from, to + 1, usual, usual === 'complete' ? [] : rhythm.notTested)
  const intervals = tiles.filter((tile) => tile.to > isoOf(since) && tile.from < isoOf(until))
  return {
    log,
    sources: sources.map(({ source }) => `S${source + 1}`),
    from: spans.length === 0 ? null : toIso(from),
    to: spans.length === 0 ? null : toIso(to),
    records: sources.reduce((sum, { records }) => sum + records, 0),
    medianPerMinute: rhythm.medianPerMinute,
    intervals,
    lost: lostInAll(intervals),
    remarks: [...rhythm.remarks, ...integrity.remarks],
    smallestLoss: integrity.noticesSingles ? SINGLE : rhythm.smallestLoss,
    notTested: [...rhythm.notTested, ...integrity.notTested],
  }
}

const SINGLE: SmallestLoss = {
  records: 1,
  seconds: 0,
  basis: 'sequence-numbers',
  text: 'the loss of a single record would have been noticed: the server numbers them',
}

/** Infinite where nothing was asked for; compared as text. */
function isoOf(time: number): string {
  return Number.isFinite(time) ? toIso(time) : time < 0 ? '' : '~'
}

function pieceOf({ from, to, ...rest }: CoverageInterval): LossPiece {
  return { from: Date.parse(from), to: Date.parse(to), ...rest }
}

function lostInAll(intervals: readonly CoverageInterval[]): LogCoverage['lost'] {
  let least = 0
  let most: number | null = 0
  for (const { state, lost } of intervals) {
    if (state === 'complete' || state === 'unknown') continue
    least += lost.least
    most = most === null || lost.most === null ? null : most + lost.most
  }
  return { least, most }
}
