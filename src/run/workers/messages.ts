/** What the threads of a run say to each other. All of it is data that the structured clone algorithm takes. */

import type { ClassifierOptions } from '../../classify/classifier.js'
import type { RecordBatch } from '../../columns/contract.js'
import type { LedgerEntry, Reject } from '../../conclude/contract.js'
import type { SourceTrace } from '../../coverage/contract.js'
import type { HashKind } from '../../decode/hash.js'
import type { SourceCounts } from '../read-source.js'
import type { PortableSource } from './portable-source.js'

/** What all sources of a run are read with. */
export interface ReadingOptions extends ClassifierOptions {
  readonly horizonMs: number
  readonly trustedProxies: readonly string[]
  readonly hash: HashKind
  readonly scanner: 'simd' | 'ts'
  /** The lines that are no records are handed over too. */
  readonly wantsRejects: boolean
}

/** From the main thread. The first is `start`. */
export type Order =
  | { readonly type: 'start'; readonly options: ReadingOptions }
  /** Read this source, a few batches ahead. */
  | { readonly type: 'open'; readonly source: PortableSource }
  /** A batch was used, and something in it is held still: read on. `release` is still to come. */
  | { readonly type: 'hold'; readonly ordinal: number; readonly batch: number }
  /** Nothing of a batch is used any more. */
  | { readonly type: 'release'; readonly ordinal: number; readonly batch: number }
  /** Let go of a source; `end` answers. */
  | { readonly type: 'close'; readonly ordinal: number }
  /** End all sources where they are. */
  | { readonly type: 'stop' }

/** How far a source is. */
export interface Standing {
  readonly position: number
  readonly storedBytesRead: number
  readonly sawLocalTime: boolean
  readonly stamp: 'start' | 'end' | 'unknown'
  readonly counts: SourceCounts
}

/** Columns of a batch: views of the worker's arena, or copies where that was full. */
export type Columns = Omit<RecordBatch, 'retain' | 'release' | 'source' | 'bytes' | 'rowCount'>

/**
 * Where a batch's text is: a stretch of the memory that its columns lie in, or views of its own. An object for shared memory
 * is made anew by each message that has one, and counts with its whole length for the engine's collector of garbage.
 */
export type Text = { readonly at: number; readonly length: number } | Uint8Array

export interface BatchSaid extends Standing {
  readonly type: 'batch'
  readonly ordinal: number
  /** Number of the batch among those of its source; it comes again with other rows once it was released. */
  readonly batch: number
  /** null: those that were said last for this number. */
  readonly columns: Columns | null
  readonly text: Text
  readonly rowCount: number
  readonly rejects: readonly Reject[]
}

export interface EndSaid extends Standing {
  readonly type: 'end'
  readonly ordinal: number
  readonly rejects: readonly Reject[]
  readonly entry: LedgerEntry
  readonly trace: SourceTrace | null
}

/** From a worker. The messages of one source come in order; `end` is its last. */
export type Answer =
  | BatchSaid
  | EndSaid
  /** A source could not be read on, by a mistake of Postern's. */
  | { readonly type: 'failed'; readonly ordinal: number; readonly error: unknown }
