import { DistinctTexts } from '../../../observe/subject.js'
import { type Counted, EpisodeEvidence } from '../../principal-episodes.js'

/** What was counted. All counts are of requests after the closing, but `inFlight`. */
export interface ClosedEntryPointMeasures {
  /** Start of the declared closing that the first request after one is measured against, ISO 8601. */
  readonly closedFrom: string
  readonly requests: number
  readonly served: number
  readonly accepted: number
  /** Neither clearly served nor denied; `softDenied` of them answered 200 with the size of a denial. */
  readonly unclear: number
  readonly softDenied: number
  readonly denied: number
  /** Began before the closing, or within its uncertainty or grace. */
  readonly inFlight: number
  /** Of the requests after the closing, those that may have begun before it. */
  readonly mayHaveBegunBefore: number
  /** Sum of the stated sizes of served and accepted answers. */
  readonly bytes: number
  /** First and last request after the closing, ISO 8601; null where all were in flight. */
  readonly firstAfter: string | null
  readonly lastAfter: string | null
  /** Paths as they were written, first seen first, at most 20. */
  readonly spellings: readonly string[]
  readonly spellingCount: number
}

/** Totals of one outcome after the closing. */
export interface OutcomeTotals {
  requests: number
  bytes: number
  /** Of the requests, those that surely began after the closing. */
  sure: number
}

/** One episode of one principal at one entry point. */
export class Episode implements Counted {
  readonly evidence = new EpisodeEvidence()
  readonly served = totals()
  readonly accepted = totals()
  readonly unclear = totals()
  readonly denied = totals()
  /** Served answers with status 200, by size: judged again when the denials are known. */
  readonly servedSizes = new Map<number, OutcomeTotals>()
  inFlight = 0
  firstAfter = Number.POSITIVE_INFINITY
  lastAfter = Number.NEGATIVE_INFINITY
  readonly spellings = new DistinctTexts()

  static join(into: Episode, from: Episode): void {
    for (const name of ['served', 'accepted', 'unclear', 'denied'] as const) addTotals(into[name], from[name])
    for (const [size, sum] of from.servedSizes) addTotals(sizeTotals(into.servedSizes, size), sum)
    into.inFlight += from.inFlight
    into.firstAfter = Math.min(into.firstAfter, from.firstAfter)
    into.lastAfter = Math.max(into.lastAfter, from.lastAfter)
    into.spellings.merge(from.spellings)
  }
}

/** Distinct sizes of served answers kept an episode; what is beyond is not judged again. */
const MOST_SERVED_SIZES = 4096
const OTHER_SIZES = -1

/** The totals of one size, made when they are new. */
export function sizeTotals(sizes: Map<number, OutcomeTotals>, size: number): OutcomeTotals {
  const key = sizes.has(size) || sizes.size < MOST_SERVED_SIZES ? size : OTHER_SIZES
  const known = sizes.get(key) ?? totals()
  sizes.set(key, known)
  return known
}

export function addTotals(into: OutcomeTotals, from: OutcomeTotals): void {
  into.requests += from.requests
  into.bytes += from.bytes
  into.sure += from.sure
}

function totals(): OutcomeTotals {
  return { requests: 0, bytes: 0, sure: 0 }
}
