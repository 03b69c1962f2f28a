/** What a request did, by status, method and size alone. Numbers stand in `RecordBatch.outcome`. */
export const OUTCOMES = ['unclear', 'served', 'accepted', 'denied'] as const
export type Outcome = (typeof OUTCOMES)[number]
export const UNCLEAR = 0
export const SERVED = 1
export const ACCEPTED = 2
export const DENIED = 3

/**
 * Flag bits of a row. A detector declares the bits that it cares about and sees only rows that have one of them, so that
 * ordinary traffic costs it nothing.
 */
export const FLAG = {
  /** The path, method and host match a declared entry point; which, is in `entryPoints`. */
  entryPoint: 1 << 0,
  /** An indicator matches the client, its chain, the path, the user agent or the token. */
  indicator: 1 << 1,
  /** Answered 401 or 403. */
  refused: 1 << 2,
  /** Answered 404 or 410. */
  notFound: 1 << 3,
  /** A login form or token endpoint was asked to log somebody in; see classify/logins.ts. */
  loginAttempt: 1 << 4,
  /** The target holds an escape, dot segment, doubled slash or parameter: its normal form differs from its text. */
  oddSpelling: 1 << 5,
  /** The stamp is more than 24 h off those around it; the row counts in totals only. */
  stampOutlier: 1 << 6,
  /** The stamp is behind the watermark: the row came later than the horizon allows. */
  late: 1 << 7,
  /** Somebody was refused for want of a proven identity: 401 and 403 anywhere, and what a login's application answers. */
  loginFailed: 1 << 8,
  /** A login attempt whose answer is that of a success. */
  loginPassed: 1 << 9,
  /** The path, method and host match a declared data route. */
  dataRoute: 1 << 10,
  /** The path ends like a style, script, font, image or media segment, which pages pull in by themselves. */
  asset: 1 << 11,
  /** The query asks for a part of a list, such as `page=3`; see classify/page-value.ts. */
  page: 1 << 12,
} as const

/** Declared entry points, logins and data routes fit the bits of one word each. */
export const MAX_ENTRY_POINTS = 32
export const MAX_LOGINS = 32
export const MAX_DATA_ROUTES = 32

/** One declared entry point. Exactly one of `path`, `prefix`, `pattern` is set. */
export interface EntryPointRule {
  readonly id: string
  /** The whole normal path. */
  readonly path?: string
  /** The normal path is this, or goes on with `/` behind it. A final `/` is optional. */
  readonly prefix?: string
  /**
   * Segments joined by `/`: `*` is one segment, `{name}` is one segment, a star inside a segment stands for any text in
   * it, `**` is any number of segments. Matched in linear time; no regular expression.
   */
  readonly pattern?: string
  /** Upper case; absent for any. */
  readonly methods?: readonly string[]
  /** Lower case, without port; absent for any. A record without a host matches no rule with one. */
  readonly hosts?: readonly string[]
  /** Paths that differ in case are the same. */
  readonly ignoreCase?: boolean
}

/** Routes that serve data worth taking, as the case declares them. What matches is as for an entry point. */
export type DataRoute = EntryPointRule

/** A login form or token endpoint, and how its answers are told apart. Exactly one of `path`, `prefix`, `pattern` is set. */
export interface LoginRule extends EntryPointRule {
  /** Statuses that say no; 401, 403 and 429 always do. */
  readonly failure: readonly number[]
  /** Statuses that say yes. One that is in neither list leaves the attempt open. */
  readonly success: readonly number[]
}

/** Something to look for, from an indicator list. */
export interface Indicator {
  readonly type: 'address' | 'network' | 'path' | 'user-agent' | 'token-sha256'
  /** As written in the list. */
  readonly value: string
  readonly note?: string
  /** Of a path: paths that differ in case are the same. */
  readonly ignoreCase?: boolean
}
