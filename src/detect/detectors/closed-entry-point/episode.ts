import { DistinctTexts } from '../../../observe/subject.js'
import { OutcomeCounts } from '../../outcome-counts.js'
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
  /** Of them the first and the last that was served or accepted; null where none was. */
  readonly firstGiven: string | null
  readonly lastGiven: string | null
  /** Paths as they were written, first seen first, at most 20. */
  readonly spellings: readonly string[]
  readonly spellingCount: number
}

/** One episode of one principal at one entry point. */
export class Episode implements Counted {
  readonly evidence = new EpisodeEvidence()
  readonly counts = new OutcomeCounts()
  inFlight = 0
  firstAfter = Number.POSITIVE_INFINITY
  lastAfter = Number.NEGATIVE_INFINITY
  readonly spellings = new DistinctTexts()

  static join(into: Episode, from: Episode): void {
    into.counts.join(from.counts)
    into.inFlight += from.inFlight
    into.firstAfter = Math.min(into.firstAfter, from.firstAfter)
    into.lastAfter = Math.max(into.lastAfter, from.lastAfter)
    into.spellings.merge(from.spellings)
  }
}
