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
  /** The path is a login form or token endpoint, and the method writes. */
  loginAttempt: 1 << 4,
  /** The target holds an escape, dot segment, doubled slash or parameter: its normal form differs from its text. */
  oddSpelling: 1 << 5,
  /** The stamp is more than 24 h off those around it; the row counts in totals only. */
  stampOutlier: 1 << 6,
  /** The stamp is behind the watermark: the row came later than the horizon allows. */
  late: 1 << 7,
} as const

/** Entry points fit the bits of one word. */
export const MAX_ENTRY_POINTS = 32

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

/** Something to look for, from an indicator list. */
export interface Indicator {
  readonly type: 'address' | 'network' | 'path' | 'user-agent' | 'token-sha256'
  /** As written in the list. */
  readonly value: string
  readonly note?: string
  /** Of a path: paths that differ in case are the same. */
  readonly ignoreCase?: boolean
}
