import type { Answer, Basis, CoverageGap } from '../../core/answer.js'
import { DAY_MS, HOUR_MS } from '../../core/civil-time.js'
import { briefTime, formatDuration, toIso } from '../../core/times.js'
import type { LogCoverage } from '../../coverage/contract.js'
import { gapsWithin, restsOn } from '../../coverage/rests-on.js'
import type { EvidenceReference } from '../../findings/contract.js'
import type { DateRangeAnswer, DateRangeVerdict, OngoingVerdict } from '../contract.js'
import { accessIn, citedBy, type Incident, spanOf } from './incident.js'

export interface WhenInput {
  readonly incident: Incident
  readonly logs: readonly LogCoverage<unknown>[]
  /** First and last record of all evidence, ISO 8601; null without records. */
  readonly first: string | null
  readonly last: string | null
}

/** The episode of every detector ends after this much without a contributing row. */
const QUIET_MS = DAY_MS
/** Still at it: the logs end this soon after the last request. */
const RECENT_MS = HOUR_MS

/**
 * From when to when. On each side the range is bounded where the logs are whole for a day beyond it; else it may have begun earlier or
 * gone on, as far as the hole reaches, or without bound where no log does.
 */
export function answerDateRange(input: WhenInput): DateRangeAnswer {
  const { incident, logs } = input
  const span = spanOf(incident.succeeded)
  if (span === null || input.first === null || input.last === null) {
    return { ...nothing('none'), first: null, last: null, earliest: null, latest: null }
  }
  const from = toIso(Date.parse(span.first) - QUIET_MS)
  const to = toIso(Date.parse(span.last) + QUIET_MS)
  const holes = holesIn(logs, from, to)
  const before = boundBefore(span.first, input.first, holes)
  const after = boundAfter(span.last, input.last, holes)
  const isBounded = before.basis === null && after.basis === null
  const verdict: DateRangeVerdict = isBounded ? 'bounded' : 'at-least'
  return {
    verdict,
    basis: isBounded ? [WHOLE] : [before.basis, after.basis].filter((it) => it !== null),
    numbers: { seconds: (Date.parse(span.last) - Date.parse(span.first)) / 1000 },
    ...citedBy(incident.succeeded),
    wouldChange: ['logs of the time before and after', 'findings that prove to be authorised'],
    restsOn: restsOn(logs, from, to),
    ...span,
    earliest: before.bound,
    latest: after.bound,
  }
}

const WHOLE: Basis = {
  code: 'covered-on-both-sides',
  text: 'the logs are whole for a day before the first request and after the last',
}

interface Bound {
  /** ISO 8601; null: none. */
  readonly bound: string | null
  readonly basis: Basis | null
}

function boundBefore(first: string, logsFrom: string, holes: readonly CoverageGap[]): Bound {
  const reach = toIso(Date.parse(first) - QUIET_MS)
  if (logsFrom > reach) {
    return {
      bound: null,
      basis: {
        code: 'log-begins-too-late',
        text: `the logs begin at ${briefTime(logsFrom)}, less than a day before the first request`,
      },
    }
  }
  const bound = holes
    .filter(({ from, to }) => from < first && to > reach)
    .map(({ from }) => from)
    .sort()[0]
  if (bound === undefined) return { bound: first, basis: null }
  return {
    bound,
    basis: { code: 'hole-before', text: 'the logs are not whole in the day before the first request' },
  }
}

function boundAfter(last: string, logsTo: string, holes: readonly CoverageGap[]): Bound {
  const reach = toIso(Date.parse(last) + QUIET_MS)
  if (logsTo < reach) {
    return {
      bound: null,
      basis: {
        code: 'log-ends-too-soon',
        text: `the logs end at ${briefTime(logsTo)}, less than a day after the last request`,
      },
    }
  }
  const bound = holes
    .filter(({ from, to }) => to > last && from < reach)
    .map(({ to }) => to)
    .sort()
    .at(-1)
  if (bound === undefined) return { bound: last, basis: null }
  return {
    bound,
    basis: { code: 'hole-after', text: 'the logs are not whole in the day after the last request' },
  }
}

/** Does it go on? */
export function answerOngoing(input: WhenInput): Answer<OngoingVerdict, EvidenceReference> {
  const { incident, logs, last } = input
  const span = spanOf(incident.succeeded)
  if (span === null || last === null) return nothing('none')
  const quietMs = Math.max(0, Date.parse(last) - Date.parse(span.last))
  const { verdict, basis } = ongoing(quietMs, holesIn(logs, span.last, null))
  return {
    verdict,
    basis: [basis],
    numbers: { quietSeconds: quietMs / 1000, lastRequest: span.last, logsEnd: last },
    ...citedBy(incident.succeeded.filter((finding) => accessIn(finding).last === span.last)),
    wouldChange: ['logs of the time after the end of these'],
    restsOn: restsOn(logs, span.last, null),
  }
}

function ongoing(quietMs: number, holes: readonly CoverageGap[]): { verdict: OngoingVerdict; basis: Basis } {
  const quiet = formatDuration(quietMs)
  if (quietMs < RECENT_MS)
    return {
      verdict: 'continues',
      basis: { code: 'until-the-end', text: `it is seen until ${quiet} before the logs end` },
    }
  if (quietMs < QUIET_MS)
    return {
      verdict: 'unknown',
      basis: {
        code: 'logs-end',
        text: `the logs end ${quiet} after the last request: a pause may be as long`,
      },
    }
  if (holes.some(({ state }) => state === 'missing'))
    return {
      verdict: 'unknown',
      basis: {
        code: 'coverage-gaps',
        text: 'logs are missing for a part of the time after the last request',
      },
    }
  return {
    verdict: 'ended',
    basis: {
      code: 'quiet',
      text: `nothing of it is seen in the ${quiet} from the last request to the end of the logs`,
    },
  }
}

/** Where lines are known to be absent. What no test could tell of is no hole. */
function holesIn(logs: readonly LogCoverage<unknown>[], from: string, to: string | null): CoverageGap[] {
  return gapsWithin(logs, from, to).filter(({ state }) => state !== 'unknown')
}

/** Where there is nothing to give a time of. */
function nothing<Verdict extends string>(verdict: Verdict): Answer<Verdict, EvidenceReference> {
  return {
    verdict,
    basis: [{ code: 'no-access', text: 'no unauthorised access was found that a time could be given for' }],
    numbers: {},
    evidence: [],
    findings: [],
    wouldChange: [],
    restsOn: { logs: [], gaps: [], gapCount: 0 },
  }
}
