import type { Citation } from '../../observe/citations.js'

/** Minutes of a page, and 32-bit words of its bitmap of seconds. A page is one hour of event time. */
export const PAGE_MINUTES = 60
export const PAGE_WORDS = 113
export const PAGE_SECONDS = 3600

/** Counts over time of one source. Pages are in no order of time; arrays hold one after the other. */
export interface RhythmTrace {
  /** Hours since the epoch, one a page. */
  readonly hours: Float64Array
  /** PAGE_MINUTES values a page: records; of them those denied or answered 5xx; bytes sent. */
  readonly requests: Uint32Array
  readonly failures: Uint32Array
  readonly bytes: Float64Array
  /** PAGE_WORDS words a page: bit s of word w is set when second 32 w + s of the hour has a record. */
  readonly seconds: Uint32Array
  /** Records in hours that did not fit. */
  readonly beyond: number
  /** The relatively longest silences in the order of the file, with the lines on both sides; at most 64. */
  readonly silences: readonly SeenSilence[]
  readonly beats: readonly Beat[]
}

export interface SeenSilence {
  /** Epoch milliseconds of the lines on both sides. */
  readonly from: number
  readonly to: number
  readonly before: Citation
  readonly after: Citation
}

/** A client that asks for one thing at a fixed interval. */
export interface Beat {
  /** Milliseconds. */
  readonly intervalMs: number
  /** Intervals that kept it, and those that did not. */
  readonly kept: number
  readonly broken: number
  readonly first: number
  readonly last: number
  /** How often one beat or several in a row were missed: a long loss is one pause, and takes no trust away. */
  readonly missed: number
  /** Of the pauses of two beats or more, once it was known for a timer, the longest, at most 4. */
  readonly pauses: readonly Pause[]
}

/** Beats that were missed in a row. */
export interface Pause {
  /** Epoch milliseconds of the beats on both sides. */
  readonly from: number
  readonly to: number
  readonly beats: number
}
