import type { ClosureAnswer, EntryPointAnswer } from '../closure/contract.js'
import type { Answer, Basis } from '../core/answer.js'
import type { Fault } from '../core/faults.js'
import type { LogCoverage, Timeline } from '../coverage/contract.js'
import type { EvidenceReference, Finding, Severity } from '../findings/contract.js'
import type { BoundHit } from '../observe/contract.js'

/** What was done with one source. Names, stored hashes and compression stand here and nowhere else. */
export interface LedgerEntry {
  /** `S1`, `S2`, ...: canonical order, independent of the order of arguments. */
  readonly ordinal: string
  /**
   * First 16 hex of `decodedSha256`; what evidence references carry. Where nothing was hashed: of the SHA-256 of the first
   * 64 KiB decoded, with the ordinal behind it, `5f3a9c1e0b2d4f68-S1`.
   */
  readonly id: string
  /** All names under which the same decoded bytes were handed in; the first is the one that was read. */
  readonly names: readonly string[]
  readonly kind: 'file' | 'stdin' | 'stream'
  readonly compression: string
  readonly charset: string
  readonly storedBytes: number
  /** 64 hex digits; null where nothing was hashed. */
  readonly storedSha256: string | null
  readonly decodedBytes: number
  readonly decodedSha256: string | null
  readonly format: string | null
  readonly producer: string
  /** What each line is wrapped in: `syslog`, `docker-json`, `cri`; null for nothing. */
  readonly wrapper: string | null
  readonly recognition: readonly string[]
  readonly lines: number
  readonly records: number
  readonly rejects: number
  readonly blanks: number
  readonly directives: number
  /** Records outside `--since` and `--until`: read and counted, not investigated. */
  readonly outside: number
  /** Earliest and latest record, outliers aside; null without records. */
  readonly first: string | null
  readonly last: string | null
  /** Text columns that the format has. */
  readonly fields: readonly string[]
  readonly faults: readonly Fault[]
}

export interface TopClient {
  readonly client: string
  readonly requests: number
  readonly denied: number
  readonly bytes: number
}
export interface TopRoute {
  readonly route: string
  readonly requests: number
  readonly denied: number
  readonly bytes: number
}

/** Totals of the whole evidence. */
export interface Summary {
  readonly sources: number
  readonly lines: number
  readonly records: number
  readonly rejects: number
  readonly blanks: number
  readonly directives: number
  readonly outside: number
  readonly decodedBytes: number
  readonly bytesSent: number
  readonly first: string | null
  readonly last: string | null
  readonly clients: number
  readonly clientsExact: boolean
  readonly sessions: number
  /** Requests by first digit of the status; `none` for records without one. */
  readonly statusClasses: Readonly<Record<string, number>>
  readonly outcomes: Readonly<Record<string, number>>
  readonly topClients: readonly TopClient[]
  readonly topRoutes: readonly TopRoute[]
  readonly findings: Readonly<Record<Severity, number>>
}

/** What was read, and what was not. */
export interface Reading {
  readonly sources: readonly {
    readonly ordinal: string
    readonly names: readonly string[]
    readonly first: string | null
    readonly last: string | null
    /** `read`: to its end without a fault. `damaged`: with faults. `unread`: nothing could be read. */
    readonly state: 'read' | 'damaged' | 'unread'
    readonly faults: readonly string[]
  }[]
  /** Evidence that was found and gave nothing, with the reason. */
  readonly notRead: readonly { readonly name: string; readonly reason: string }[]
  /** Checks that did not run, with the reason. */
  readonly notChecked: readonly { readonly check: string; readonly reason: string }[]
  readonly bounds: readonly BoundHit[]
  readonly proxyLike: readonly string[]
  readonly interrupted: boolean
}

/** Did somebody get what they had no right to? */
export const ACCESS_VERDICTS = ['proven', 'probable', 'attempted', 'undecidable', 'not-found'] as const
export type AccessVerdict = (typeof ACCESS_VERDICTS)[number]

/** Does it go on? `unknown`: the logs end too soon to tell. */
export const ONGOING_VERDICTS = ['continues', 'ended', 'unknown', 'none'] as const
export type OngoingVerdict = (typeof ONGOING_VERDICTS)[number]

/** From when to when. `at-least`: coverage has holes on a side, so that it may have been longer. */
export const DATE_RANGE_VERDICTS = ['bounded', 'at-least', 'none'] as const
export type DateRangeVerdict = (typeof DATE_RANGE_VERDICTS)[number]

export interface DateRangeAnswer extends Answer<DateRangeVerdict, EvidenceReference> {
  /** First and last request that counts as unauthorised access, ISO 8601; null where there is none. */
  readonly first: string | null
  readonly last: string | null
  /** The time in which it may have begun before `first` unseen, and gone on after `last`; null: no bound. */
  readonly earliest: string | null
  readonly latest: string | null
}

/** What an answer cannot say, whatever it says. */
export interface Limit {
  readonly code:
    | 'not-read'
    | 'not-checked'
    | 'damaged'
    | 'memory-bound'
    | 'looks-like-proxy'
    | 'interrupted'
    | 'coverage'
  readonly text: string
}

/** What the answers were made from, for those who compare them with later ones. */
export interface AnswerBasis {
  readonly postern: string
  /** Ids of the sources, sorted. */
  readonly sources: readonly string[]
  /** Rules of the entry points with their closings, as text, by id. */
  readonly entryPoints: Readonly<Record<string, string>>
  /** Settings that are not at their default, as text, by name. */
  readonly settings: Readonly<Record<string, string>>
  /** Detectors that ran. */
  readonly detectors: readonly string[]
}

/** A question that is answered otherwise than before. */
export interface AnswerChange {
  /** `unauthorised access`, `closing of ID at TIME`, `use of ID`, `date range`, `ongoing`. */
  readonly question: string
  /** Null: it was not asked, or is not asked any more. */
  readonly was: AnswerState | null
  readonly now: AnswerState | null
  /** `new-evidence`, `evidence-gone`, `new-declaration`, `declaration-changed`, `declaration-gone`, `new-rule`, `rule-gone`, `setting-changed`. */
  readonly why: readonly Basis[]
}

export interface AnswerState {
  readonly verdict: string
  readonly numbers: Readonly<Record<string, number | string | null>>
}

/** What `answers.json` says that it is. Changes when its shape does. */
export const ANSWERS_SCHEMA = 'postern-answers/1'

/** The questions that a report on a breach must answer; methods.md 4.13. */
export interface Answers {
  readonly unauthorizedAccess: Answer<AccessVerdict, EvidenceReference>
  /** Declared entry points, in the order of the case. */
  readonly entryPoints: readonly EntryPointAnswer<EvidenceReference>[]
  readonly closure: readonly ClosureAnswer<EvidenceReference>[]
  readonly ongoing: Answer<OngoingVerdict, EvidenceReference>
  readonly dateRange: DateRangeAnswer
  readonly coverage: readonly LogCoverage<EvidenceReference>[]
  readonly assumptions: readonly string[]
  readonly limits: readonly Limit[]
  readonly basis: AnswerBasis
}

export interface Report<F extends Finding = Finding> {
  readonly version: string
  readonly summary: Summary
  readonly findings: readonly F[]
  readonly answers: Answers
  /** What moved since the answers that were handed in as `previous`; null where none were. */
  readonly changes: readonly AnswerChange[] | null
  readonly reading: Reading
  readonly timeline: Timeline
  /** Every indicator of the list and whether it was seen. */
  readonly indicators: readonly {
    readonly type: string
    readonly value: string
    readonly seen: boolean
    readonly records: number
  }[]
  readonly ledger: readonly LedgerEntry[]
  /** Effective configuration: each value with where it came from. */
  readonly configuration: readonly ConfigurationValue[]
}

export interface ConfigurationValue {
  readonly name: string
  readonly value: unknown
  readonly origin: 'default' | 'case' | 'option'
}

/** A line that is no record. */
export interface Reject {
  readonly source: {
    readonly file: string
    readonly line: number
    readonly offset: number
    readonly length: number
  }
  readonly reason: string
  /** At most 4 KiB. */
  readonly text: string
}
