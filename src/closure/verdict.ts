import type { Basis, CoverageGap } from '../core/answer.js'
import { briefTime, formatCount, toIso } from '../core/times.js'
import type { LogCoverage } from '../coverage/contract.js'
import { gapsWithin } from '../coverage/rests-on.js'
import type { ClosureContext, ClosureVerdict } from './contract.js'
import type { Door } from './door.js'
import type { JudgedDoor } from './door-log.js'

/** Why a closing is judged as it is. Closed. */
export type ClosureBasis =
  | 'answered-after-closing'
  | 'all-denied'
  | 'nobody-tried'
  | 'answers-unclear'
  | 'closing-not-covered'
  | 'period-not-covered'
  | 'source-ended'
  | 'evidence-not-read'
  | 'denials-not-logged'
  | 'host-not-logged'
  | 'alias-served'
  | 'gaps-in-period'

export interface JudgedClosing {
  readonly verdict: ClosureVerdict
  readonly basis: readonly (Basis & { readonly code: ClosureBasis })[]
}

type Reason = Basis & { readonly code: ClosureBasis }

/** So many records without one denial: nobody is ever refused, or refusals are not logged. */
const ENOUGH_RECORDS = 1000

/**
 * The verdict on one closing. In this order, because each rests on the one before it:
 *
 *     served or accepted after it?   violated, whatever else the logs lack
 *     could the logs have shown it?  if not, unverifiable: silence and denials alike prove nothing
 *     may an unclear answer have carried something?   unverifiable
 *     denied?                        held
 *     nothing asked?                 not exercised
 */
export function judgeClosing(
  door: Door,
  after: JudgedDoor,
  hasHosts: boolean,
  context: ClosureContext,
): JudgedClosing {
  const { attempts, undecided } = after
  if (attempts.served + attempts.accepted > 0) return { verdict: 'violated', basis: [answered(after)] }
  const blind = blindness(door, after, hasHosts, context)
  if (blind.length > 0) return { verdict: 'unverifiable', basis: blind }
  const gaps = gapReason(door, context)
  if (undecided > 0 || (attempts.denied === 0 && attempts.unclear > 0))
    return { verdict: 'unverifiable', basis: [unclear(after), ...gaps] }
  return attempts.denied > 0
    ? { verdict: 'held', basis: [allDenied(after), ...gaps] }
    : {
        verdict: 'not-exercised',
        basis: [
          { code: 'nobody-tried', text: 'no request for it is in the logs after the closing' },
          ...gaps,
        ],
      }
}

function answered({ attempts: { served, accepted } }: JudgedDoor): Reason {
  const parts = [
    served > 0 ? `${formatCount(served)} served` : '',
    accepted > 0 ? `${formatCount(accepted)} accepted` : '',
  ]
  const text = `${parts.filter((part) => part !== '').join(' and ')} after the closing`
  return { code: 'answered-after-closing', text }
}

function allDenied({ attempts: { denied, unclear } }: JudgedDoor): Reason {
  const rest = unclear === 0 ? '' : `; ${formatCount(unclear)} more are unclear and carry nothing`
  return {
    code: 'all-denied',
    text: `all of ${formatCount(denied)} clear answers after the closing are denials${rest}`,
  }
}

function unclear({ attempts, undecided }: JudgedDoor): Reason {
  const count = Math.max(undecided, attempts.denied === 0 ? attempts.unclear : 0)
  return {
    code: 'answers-unclear',
    text: `of ${formatCount(count)} answers after the closing the log does not say whether they gave anything`,
  }
}

/** What keeps the logs from showing whether it held. */
function blindness(door: Door, after: JudgedDoor, hasHosts: boolean, context: ClosureContext): Reason[] {
  const logs = logsOf(door, context.logs)
  return [
    ...notCovered(door, logs, context),
    ...ended(door, logs),
    ...unreadEvidence(context),
    ...silentDenials(after, context),
    ...(hasHosts ? hostless(context) : []),
  ]
}

/** Logs that had requests at this door before it was closed; all of them where none had. */
export function logsOf(door: Door, logs: readonly LogCoverage[]): readonly LogCoverage[] {
  const own = logs.filter(({ sources }) =>
    [...door.sources].some((source) => sources.includes(`S${source + 1}`)),
  )
  return own.length > 0 ? own : logs
}

/** The closing itself must lie within what the logs cover, and so must half of the period at least. */
function notCovered(door: Door, logs: readonly LogCoverage[], context: ClosureContext): Reason[] {
  const { first, last } = context
  const { from, uncertaintyMs } = door.period
  const closing = (text: string): Reason[] => [{ code: 'closing-not-covered', text }]
  if (first > from + uncertaintyMs) return closing(`the logs begin after the closing, at ${brief(first)}`)
  if (last < from - uncertaintyMs) return closing(`the logs end before the closing, at ${brief(last)}`)
  const late = laterLog(door, context.logs)
  if (late !== null)
    return closing(
      `${late.log}, which has the requests for it, begins at ${briefTime(late.from!)}, after the closing`,
    )
  const hole = holes(logs, from - uncertaintyMs, door.surelyClosed)[0]
  if (hole !== undefined)
    return closing(
      `${hole.log} is missing from ${briefTime(hole.from)} to ${briefTime(hole.to)}, over the closing`,
    )
  const until = Math.min(door.opensAgain, last)
  if (door.period.to !== undefined && until - from < (door.period.to - from) / 2) {
    const text = `the logs end at ${brief(last)}, before half of the period is over`
    return [{ code: 'period-not-covered', text }]
  }
  const lostMs = Math.max(...logs.map((log) => missingMs(log, from, until)), 0)
  return lostMs * 2 > until - from
    ? [
        {
          code: 'period-not-covered',
          text: 'a log is missing for more than half of the time after the closing',
        },
      ]
    : []
}

/** Where nobody asked before the closing: the first log with requests for it, if none of them covers the closing. */
function laterLog(door: Door, logs: readonly LogCoverage[]): LogCoverage | null {
  if (door.sources.size > 0 || door.sourcesAfter.size === 0) return null
  const own = logs.filter(({ sources }) =>
    [...door.sourcesAfter].some((source) => sources.includes(`S${source + 1}`)),
  )
  const closed = toIso(door.surelyClosed)
  return own.every(({ from }) => from !== null && from > closed) ? (own[0] ?? null) : null
}

/** Stretches that are missing and were not planned to be. */
function holes(logs: readonly LogCoverage[], from: number, to: number): CoverageGap[] {
  return gapsWithin(logs.map(withoutPlanned), toIso(from), toIso(to)).filter(
    ({ state }) => state === 'missing',
  )
}

function withoutPlanned(log: LogCoverage): LogCoverage {
  const isPlanned = ({ basis }: LogCoverage['intervals'][number]) =>
    basis.some(({ code }) => code === 'planned-downtime')
  return { ...log, intervals: log.intervals.filter((interval) => !isPlanned(interval)) }
}

function missingMs(log: LogCoverage, from: number, to: number): number {
  return holes([log], from, to).reduce(
    (sum, hole) => sum + Math.min(to, Date.parse(hole.to)) - Math.max(from, Date.parse(hole.from)),
    0,
  )
}

/** A log that served the door and ends before the closing: who came later is in a log that is not here. */
function ended(door: Door, logs: readonly LogCoverage[]): Reason[] {
  if (door.sources.size === 0) return []
  const closing = toIso(door.period.from)
  return logs
    .filter(({ to }) => to !== null && to < closing)
    .map(({ log, to }) => ({
      code: 'source-ended',
      text: `${log} had requests at it and ends at ${briefTime(to!)}, before the closing`,
    }))
}

/** Names of what is likely to be a log: one that cannot be read may hold what is asked for. */
const LOG_NAME = /log|access|\.(?:xz|7z|rar|lz4|lzma|Z|br|gz|zst|bz2|zip|tar|tgz)$/i

function unreadEvidence({ notRead }: ClosureContext): Reason[] {
  const logs = notRead.filter((name) => LOG_NAME.test(name.split(/[/\\]/).at(-1) ?? ''))
  if (logs.length === 0) return []
  const count = logs.length === 1 ? 'a log' : `${logs.length} logs`
  return [{ code: 'evidence-not-read', text: `${count} among the evidence could not be read` }]
}

function silentDenials({ attempts }: JudgedDoor, { records, denied }: ClosureContext): Reason[] {
  return denied === 0 && records >= ENOUGH_RECORDS && attempts.requests === 0
    ? [
        {
          code: 'denials-not-logged',
          text: `no request of ${formatCount(records)} was denied: they may not be logged`,
        },
      ]
    : []
}

function hostless({ sources }: ClosureContext): Reason[] {
  const without = sources.filter(({ hasHost, records }) => records > 0 && !hasHost)
  if (without.length === 0) return []
  const names = without.slice(0, 5).map(({ ordinal }) => ordinal)
  const text = `the rule has a host, and ${names.join(', ')} ${without.length === 1 ? 'states' : 'state'} none`
  return [{ code: 'host-not-logged', text }]
}

/** Gaps elsewhere in the period: attempts in them would not be seen. */
function gapReason(door: Door, context: ClosureContext): Reason[] {
  const gaps = holes(
    logsOf(door, context.logs),
    door.period.from,
    Math.min(door.opensAgain, context.last + 1),
  )
  if (gaps.length === 0) return []
  const text = `logs are missing for ${gaps.length === 1 ? 'a stretch' : `${gaps.length} stretches`} of the time after the closing, and attempts in them are not seen`
  return [{ code: 'gaps-in-period', text }]
}

function brief(time: number): string {
  return briefTime(toIso(time))
}
