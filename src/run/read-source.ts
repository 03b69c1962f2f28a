import type { RecordBatch } from '../columns/contract.js'
import type { LedgerEntry } from '../conclude/contract.js'
import { toIso } from '../core/times.js'
import type { SourceTrace } from '../coverage/contract.js'
import type { OrderedSource } from '../order/merge.js'
import type { ReadySource } from './sources.js'

/** Lines and records of one source so far; `outside` are records outside the times asked for, and the pass's to count. */
export interface SourceCounts {
  lines: number
  records: number
  rejects: number
  blanks: number
  directives: number
  outside: number
}

/** First and last time for the account, ISO 8601; null where there is none. */
export function spanOf({ first, last }: { first: number; last: number }): {
  readonly first: string | null
  readonly last: string | null
} {
  return first <= last ? { first: toIso(first), last: toIso(last) } : { first: null, last: null }
}

/** A source that is read, in this thread or in another, as the pass sees it. */
export interface ReadSource extends OrderedSource {
  readonly ready: ReadySource
  readonly storedBytesRead: number
  /** A stamp without a zone was read. */
  readonly sawLocalTime: boolean
  /** What this source's stamps mean; unknown where those of its formats differ. */
  readonly stamp: 'start' | 'end' | 'unknown'
  readonly counts: SourceCounts
  /** Span of its times, epoch milliseconds, inclusive; the pass's to keep. */
  first: number
  last: number
  next(): Promise<RecordBatch | null>
  /** Gives up what is left and frees what is held. */
  close(): Promise<void>
  /** The account of this source. Call after its last batch, or after `close` where the run was interrupted. */
  ledgerEntry(): LedgerEntry
  /** What it leaves for the judgement of coverage, when `ledgerEntry` may be called; null where there is none. */
  trace(): SourceTrace | null
}

/** Stamps without a zone were read, and nobody said which it is. */
export function zoneWasAssumed({ sawLocalTime, ready }: ReadSource): boolean {
  return sawLocalTime && ready.toUtc === null
}
