import type { CoverageBasis } from '../contract.js'

/** What a finding of kind `log-tampering` states. */
export interface LogTamperingMeasures {
  /** The test that found it. */
  readonly test: CoverageBasis
  /** Further tests that point at the same place. */
  readonly alsoBy: readonly CoverageBasis[]
  /** How often the test found the like in this log. */
  readonly count: number
  /** Lines that it is about, where it is about some: numbers of the first and the last; null for none. */
  readonly firstLine: number | null
  readonly lastLine: number | null
  /** Records lost, at least, and at most; null where nothing bounds it. */
  readonly lostLeast: number
  readonly lostMost: number | null
  /** Records that stand in the evidence twice or more and were counted each time. */
  readonly countedTwice: number
  /** By how much the clock was off, milliseconds; null where that is not the matter. */
  readonly clockOffMs: number | null
  /** Bytes that are no text of lines; null where that is not the matter. */
  readonly bytes: number | null
  /** The other source, where there are two, `S2`; null for none. */
  readonly otherSource: string | null
}
