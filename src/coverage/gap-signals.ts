import { formatCount, formatDuration, toIso } from '../core/times.js'
import type { Signal } from '../observe/contract.js'
import type { CoverageReason } from './contract.js'
import type { IntegrityJudgement } from './integrity/judge.js'
import type { LogGroup } from './logs.js'
import type { RhythmLoss } from './rhythm/judge.js'

/** What is measured of a gap in a log. */
export interface LogGapMeasures {
  readonly log: string
  readonly state: 'missing' | 'degraded'
  readonly seconds: number
  /** Records that were to be expected, least and most; `lostMost` null where nothing bounds them. */
  readonly lostLeast: number
  readonly lostMost: number | null
  /** How often chance gives a silence like it in the whole log; null where no rhythm says. */
  readonly chance: number | null
  /** Records that logs beside it had in that time; null without such logs. */
  readonly peerRecords: number | null
  /** Codes of what shows it. */
  readonly basis: readonly CoverageReason['code'][]
}

/** Findings of one log told one by one, longest first; coverage holds all. */
const MOST_SIGNALS = 50

/**
 * A finding for each silence that chance does not explain, with what else shows it; and for each file that is not there where the
 * rhythm says nothing.
 */
export function gapSignals(
  { log, sources }: LogGroup,
  losses: readonly RhythmLoss[],
  integrity: IntegrityJudgement,
): Signal[] {
  const silences = losses
    .filter(({ state }) => state === 'missing')
    .toSorted((a, b) => b.to - b.from - (a.to - a.from) || a.from - b.from)
    .slice(0, MOST_SIGNALS)
    .map((loss) => signalOf(log, sourceOf(sources, loss), loss, otherReasons(loss, integrity)))
  const holes = integrity.signals
    .filter(
      ({ kind, start, end }) =>
        kind === 'log-gap' && !losses.some(({ from, to }) => from < end && to > start),
    )
    .map((signal) => ({ ...signal, measures: holeMeasures(log, signal) }))
  return [...silences, ...holes]
}

/** What the integrity of the log says of the same time. */
function otherReasons({ from, to }: RhythmLoss, { intervals }: IntegrityJudgement): CoverageReason[] {
  const [start, end] = [toIso(from), toIso(to)]
  return intervals.filter((it) => it.from < end && it.to > start).flatMap(({ basis }) => basis)
}

function holeMeasures(log: string, { start, end }: Signal): LogGapMeasures {
  return {
    log,
    state: 'missing',
    seconds: (end - start) / 1000,
    lostLeast: 0,
    lostMost: null,
    chance: null,
    peerRecords: null,
    basis: ['rotation-hole'],
  }
}

/** The source that has the line before it, else the first of the log. */
function sourceOf(sources: LogGroup['sources'], { evidence }: RhythmLoss): number {
  return evidence[0]?.source ?? sources[0]!.source
}

function signalOf(log: string, source: number, loss: RhythmLoss, others: readonly CoverageReason[]): Signal {
  const { from, to, lost, basis, evidence, silence, peerRecords, planned } = loss
  const id = `S${source + 1}`
  const measures: LogGapMeasures = {
    log,
    state: 'missing',
    seconds: (to - from) / 1000,
    lostLeast: lost.least,
    lostMost: lost.most,
    chance: Math.min(1, silence.chance),
    peerRecords,
    basis: [...new Set([...basis.map(({ code }) => code), ...others.map(({ code }) => code)])],
  }
  return {
    kind: 'log-gap',
    subject: { ...NOBODY, id },
    scope: { type: 'log', id: log },
    start: from,
    end: to,
    grade: planned === null ? 'missing' : 'planned',
    outcome: 'unknown',
    summary: `no record for ${formatDuration(to - from)} from ${toIso(from)} on, where ${formatCount(lost.least)} to ${formatCount(lost.most ?? lost.least)} were to be expected${others.map(({ text }) => `; ${text}`).join('')}`,
    measures,
    citations: evidence,
    evidenceCount: evidence.length,
    reasons: [],
    alternatives: alternativesOf(loss),
    techniques: ['T1070.002'],
  }
}

/** What is found of a log is about nobody. */
const NOBODY = {
  type: 'source',
  clients: [],
  clientCount: 0,
  users: [],
  userCount: 0,
  userAgents: [],
  userAgentCount: 0,
} as const

function alternativesOf({ peerRecords, planned, basis }: RhythmLoss): string[] {
  if (planned !== null) return ['the planned downtime that the case declares']
  return [
    'a restart, a deployment or an outage of this server',
    'logging was off, or its disk was full',
    peerRecords !== null && peerRecords > 0
      ? 'the balancer sent it no requests: it was taken out of service'
      : 'nobody could reach the site: an outage of what is in front of it',
    ...(basis.some(({ code }) => code === 'missed-beats')
      ? ['in a quiet log: the monitor stopped, and nobody else came']
      : []),
    'the clock was set forward by as much',
    'a rotation that lost lines',
    'lines were taken out',
  ]
}
