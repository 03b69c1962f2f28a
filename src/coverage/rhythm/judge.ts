import { formatCount, formatDuration } from '../../core/times.js'
import type { CoverageReason, PlannedDowntime, SmallestLoss } from '../contract.js'
import type { LogGroup } from '../logs.js'
import type { LossPiece } from '../tile.js'
import { Expectation } from './expectation.js'
import { LocalRate } from './local-rate.js'
import { LostRecords } from './lost.js'
import { pauseRemarks } from './pauses.js'
import { RhythmSeries } from './series.js'
import { SilenceTail } from './silence-tail.js'
import { isSteady, type Silence, SilenceTest } from './silences.js'
import { medianPerMinute, smallestLoss } from './smallest-loss.js'
import type { RhythmTrace, SeenSilence } from './trace.js'

/** False alarms that may be expected in all silences of all evidence together. */
const FALSE_ALARMS = 1e-3

/** What the rhythm of one log says of its coverage. */
export interface RhythmJudgement {
  readonly medianPerMinute: number
  /** The log's records tell when a silence is one. */
  readonly isTelling: boolean
  /** All of its time was looked at. */
  readonly isWhole: boolean
  readonly losses: readonly RhythmLoss[]
  /** What its timers missed while it went on. */
  readonly remarks: readonly CoverageReason[]
  readonly smallestLoss: SmallestLoss | null
  readonly notTested: readonly CoverageReason[]
}

/** A silence with what it means. Epoch milliseconds. */
export interface RhythmLoss extends LossPiece {
  readonly silence: Silence
  /** Records that peers had in it; null without peers. */
  readonly peerRecords: number | null
  readonly planned: PlannedDowntime | null
}

/** One log laid out in time; `series` null where it has no records, or too spread ones. */
interface Laid {
  readonly group: LogGroup
  readonly traces: readonly RhythmTrace[]
  readonly series: RhythmSeries | null
}

/** Judges the rhythm of all logs, each beside its peers. */
export function judgeRhythm(groups: readonly LogGroup[]): ReadonlyMap<string, RhythmJudgement> {
  const laid = groups.map((group): Laid => {
    const traces = group.sources.flatMap(({ trace }) => (trace === null ? [] : [trace.rhythm]))
    return { group, traces, series: RhythmSeries.of(traces) }
  })
  return new Map(
    laid.map((log) => [log.group.log, judgeLog(log, peersOf(log, laid), FALSE_ALARMS / laid.length)]),
  )
}

/** Peers that are asked: a host may have a thousand logs, and more tell no more. */
const MOST_PEERS = 8

/** Logs that run beside this one for most of its time: those with most records. */
function peersOf({ series, group }: Laid, laid: readonly Laid[]): RhythmSeries[] {
  if (series === null) return []
  const { first, last } = series.span
  return laid
    .filter((other) => other.group.log !== group.log)
    .flatMap((other) => (other.series === null ? [] : [other.series]))
    .filter((other) => {
      const together = Math.min(last, other.span.last) - Math.max(first, other.span.first)
      return together * 2 > last - first
    })
    .sort((a, b) => b.records - a.records)
    .slice(0, MOST_PEERS)
}

function judgeLog(
  { group, traces, series }: Laid,
  peers: readonly RhythmSeries[],
  often: number,
): RhythmJudgement {
  if (series === null) return untold('no record, or records spread over more than five years')
  const median = medianPerMinute(series)
  const rate = new LocalRate(series)
  const expectation = new Expectation(series, rate, peers)
  const tail = SilenceTail.of(series, rate, (from, to) => expectation.beside(from, to))
  if (tail === null)
    return {
      ...untold(`${formatCount(series.records)} records are too few to know its rhythm`),
      medianPerMinute: median,
    }
  const peerTail =
    peers.length === 0 ? null : SilenceTail.of(series, rate, (from, to) => expectation.asPeers(from, to))
  const beats = traces.flatMap((trace) => trace.beats)
  const test = new SilenceTest(expectation, tail, peerTail, beats, often)
  const silences = test.in(series)
  const lost = new LostRecords(series, rate)
  const losses = silences.map((silence) =>
    lossOf(silence, group, traces, peers.length > 0 ? expectation : null, lost),
  )
  return {
    medianPerMinute: median,
    isTelling: true,
    isWhole: beyondOf(traces).length === 0,
    losses,
    remarks: pauseRemarks(beats.filter(isSteady), series, silences),
    smallestLoss: lossText(smallestLoss(series, test), median, series),
    notTested: beyondOf(traces),
  }
}

function untold(text: string): RhythmJudgement {
  return {
    medianPerMinute: 0,
    isTelling: false,
    isWhole: true,
    losses: [],
    remarks: [],
    smallestLoss: null,
    notTested: [{ code: 'too-sparse', text }],
  }
}

function beyondOf(traces: readonly RhythmTrace[]): CoverageReason[] {
  const beyond = traces.reduce((sum, trace) => sum + trace.beyond, 0)
  return beyond === 0
    ? []
    : [
        {
          code: 'own-rhythm',
          text: `${formatCount(beyond)} records lie beyond the hours that are kept of a source`,
        },
      ]
}

function lossOf(
  silence: Silence,
  { sources }: LogGroup,
  traces: readonly RhythmTrace[],
  expectation: Expectation | null,
  lost: LostRecords,
): RhythmLoss {
  const seen = seenIn(silence, traces)
  // as exact as the stamps are, where the lines on both sides were kept
  const from = seen?.from ?? (silence.from - 1) * 1000
  const to = seen?.to ?? silence.to * 1000
  const planned = joined(sources.flatMap((source) => source.planned)).find(
    (it) => it.from <= from + PLAN_SLACK_MS && it.to >= to - PLAN_SLACK_MS,
  )
  const peerRecords = expectation?.peerRecords(silence.from, silence.to) ?? null
  return {
    from,
    to,
    state: 'missing',
    lost: lost.in(silence.from, silence.to),
    basis: reasonsOf(silence, peerRecords, planned ?? null),
    evidence: seen === null ? [] : [seen.before, seen.after],
    silence,
    peerRecords,
    planned: planned ?? null,
  }
}

/** A plan is kept to the minute or so. */
const PLAN_SLACK_MS = 120_000

/** Planned times with those that follow each other as one. */
function joined(planned: readonly PlannedDowntime[]): PlannedDowntime[] {
  const all: PlannedDowntime[] = []
  for (const plan of planned.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    const last = all.at(-1)
    if (last === undefined || plan.from > last.to + PLAN_SLACK_MS) all.push(plan)
    else all[all.length - 1] = { ...last, to: Math.max(last.to, plan.to) }
  }
  return all
}

function reasonsOf(
  silence: Silence,
  peerRecords: number | null,
  planned: PlannedDowntime | null,
): CoverageReason[] {
  const long = formatDuration((silence.to - silence.from) * 1000)
  const reasons: (CoverageReason | null)[] = [
    planned === null
      ? null
      : {
          code: 'planned-downtime',
          text: `the case declares it as planned${planned.note === undefined ? '' : `: ${planned.note}`}`,
        },
    silence.chance < FALSE_ALARMS
      ? { code: 'own-rhythm', text: `it was silent for ${long}, which its own rhythm does not explain` }
      : null,
    silence.beats > 0
      ? {
          code: 'missed-beats',
          text: `${formatCount(silence.beats)} requests that come at a fixed interval are absent`,
        }
      : null,
    peerRecords !== null && peerRecords > 0
      ? { code: 'silent-peer', text: `other logs had ${formatCount(peerRecords)} records in that time` }
      : null,
  ]
  const told = reasons.filter((reason) => reason !== null)
  return told.length > 0
    ? told
    : [{ code: 'own-rhythm', text: `it was silent for ${long}, which its own rhythm does not explain` }]
}

/** The lines on both sides of a silence in a file, where they were kept. */
function seenIn(silence: Silence, traces: readonly RhythmTrace[]): SeenSilence | null {
  const isIt = ({ from, to }: SeenSilence) =>
    Math.floor(from / 1000) + 1 === silence.from && Math.floor(to / 1000) === silence.to
  return traces.flatMap((trace) => trace.silences).find(isIt) ?? null
}

function lossText(records: number | null, median: number, series: RhythmSeries): SmallestLoss | null {
  if (records === null) return null
  const perSecond = (median > 0 ? median : series.records / series.minutes.length) / 60
  const seconds = Math.ceil(records / perSecond)
  return {
    records,
    seconds,
    basis: 'own-rhythm',
    text: `the loss of ${formatCount(records)} records in a row, ${formatDuration(seconds * 1000)} at the median rate, would have been noticed nearly everywhere in this log`,
  }
}
