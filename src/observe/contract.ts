import type { RecordBatch } from '../columns/contract.js'
import type { Citation, StoredBytes } from './citations.js'

/** Rows of one batch, in reading order. `rows[0 .. count)` are row numbers, ascending. Valid during the call. */
export interface Selection {
  readonly rows: Uint32Array
  readonly count: number
}

/** What an observer may ask about the run. */
export interface ObserverContext {
  /** Interval of event time that a row may arrive late without changing any answer. */
  readonly horizonMs: number
  /** What a source's stamps mean. */
  stampOf(source: number): 'start' | 'end' | 'unknown'
  /** Subject of a row's principal, read from the row's own text. */
  subjectOf(batch: RecordBatch, row: number): SubjectRef
  /** Bytes of a row's line as stored, for its hash; null when they are not at hand. */
  readonly storedBytes: StoredBytes
  /** What makes findings from this source less sure: its zone was assumed, its producer is unknown. */
  doubtsOf(source: number): readonly string[]
}

/** Who a finding is about, as one row shows it. */
export interface SubjectRef {
  readonly type: 'token' | 'user' | 'client' | 'network' | 'claimed-user' | 'source'
  /**
   * Stable text: `token#N`, a user name, `address#agent`, a network in CIDR notation, a name that somebody claimed, or the
   * id of a source.
   */
  readonly id: string
}

/** What an observer found. `findings/` grades it, merges it and makes a Finding of it. */
export interface Signal {
  readonly kind: string
  readonly subject: SubjectDetail
  readonly scope: {
    readonly type: 'entry-point' | 'route' | 'rule' | 'indicator' | 'log'
    readonly id: string
  }
  /** Epoch milliseconds of the first and last contributing record. */
  readonly start: number
  readonly end: number
  /** Row of the severity table: findings/severity.ts holds kind x grade. */
  readonly grade: string
  readonly outcome: 'attempted' | 'succeeded' | 'unknown'
  /** One sentence: what happened. No log text in it that `measures` or `subject` do not hold. */
  readonly summary: string
  readonly measures: object
  readonly citations: readonly Citation[]
  /** Exact number of contributing records. */
  readonly evidenceCount: number
  /** All references of served and accepted records, for evidence.jsonl; absent where nobody asked for them. */
  readonly references?: readonly Citation[]
  /** What lowers confidence; see findings/contract.ts. */
  readonly reasons: readonly string[]
  /** Other explanations that fit the same lines. */
  readonly alternatives: readonly string[]
  /** MITRE ATT&CK ids. */
  readonly techniques: readonly string[]
}

export interface SubjectDetail extends SubjectRef {
  /** At most 10 of each, in order of first appearance, and the exact number. */
  readonly clients: readonly string[]
  readonly clientCount: number
  readonly users: readonly string[]
  readonly userCount: number
  readonly userAgents: readonly string[]
  readonly userAgentCount: number
}

/**
 * Watches rows in one pass and judges at the end.
 *
 * Keyed observers hold state per client, user, principal or route and see every row of a key; global ones hold small
 * totals. Either way `merge` is commutative and associative, so that the work may be split.
 */
export interface Observer<Product = Signal> {
  readonly id: string
  /** FLAG bits; the observer sees rows that have at least one. 0: every row. */
  readonly wants: number
  readonly scope: 'keyed' | 'global'
  /** Causal: uses only rows up to now. Retrospective: uses the population or the whole span. */
  readonly horizon: 'causal' | 'retrospective'
  /** Called once a batch run, in reading order; rows come at most the horizon out of event order unless flagged late. */
  visit(batch: RecordBatch, selection: Selection, context: ObserverContext): void
  /** No row that is not flagged `late` comes with a time before `watermarkMs`. May free state; must not change answers. */
  advance?(watermarkMs: number): void
  /** Takes in the state of another observer of the same kind that saw other keys (keyed) or other rows (global). */
  merge(other: this): void
  /** Judges. Called once, after the last row. */
  seal(context: ObserverContext): Iterable<Product>
  /** Lets go of batches that it retains. Called once, when the run is over, whatever came of it. */
  close?(): void
  /** Small provisional figures for progress. */
  snapshot(): Readonly<Record<string, number>>
  /** Bounds that bit, if any. */
  bounds?(): readonly BoundHit[]
}

/** A memory bound that was reached: what it cost is said, never silent. */
export interface BoundHit {
  readonly name: string
  readonly limit: number
  /** Keys, sessions or references that were folded or cut. */
  readonly count: number
  /** Event time of the first, ISO 8601. */
  readonly firstAt: string
  readonly effect: string
}
