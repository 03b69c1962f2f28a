import type { Citation } from '../../observe/citations.js'
import type { CoverageBasis, CoverageInput, CoverageState, CoveredSource } from '../contract.js'
import type { LogGroup } from '../logs.js'
import type { LogTamperingMeasures } from './measures.js'
import type { IntegrityTrace } from './trace.js'

/** What one test found at one place of a log, once. */
export interface Observation {
  readonly test: CoverageBasis
  /** Ordinal of the source that it is about, from 0. */
  readonly source: number
  /** One sentence. */
  readonly text: string
  /** Epoch milliseconds, of the records around it; NaN where it is at no time. */
  readonly start: number
  readonly end: number
  /** State of the log from start to end; null where it is about the log as a whole. */
  readonly state: CoverageState | null
  /** Grade of the finding; null for none. */
  readonly grade: Grade | null
  readonly measures: LogTamperingMeasures
  readonly citations: readonly Citation[]
  /** Records that show it. */
  readonly evidenceCount: number
  readonly alternatives: readonly string[]
}

/** Of `log-tampering`; `missing` is of `log-gap`. From worst to best. */
export const GRADES = ['altered', 'missing', 'damaged', 'odd'] as const
export type Grade = (typeof GRADES)[number]

/** One log as the tests see it. */
export interface TestedLog {
  readonly group: LogGroup
  readonly sources: readonly TestedSource[]
  readonly input: CoverageInput
  /** Silences that its rhythm does not explain, epoch milliseconds; null where that does not tell. */
  readonly silences: readonly TimeSpan[] | null
}

export interface TimeSpan {
  readonly from: number
  readonly to: number
}

export interface TestedSource {
  readonly covered: CoveredSource
  readonly trace: IntegrityTrace
  /** `S1`, ... */
  readonly ordinal: string
  /** Others of the log follow: it is no live file. */
  readonly isFollowed: boolean
}

export function testedLog(
  group: LogGroup,
  input: CoverageInput,
  silences: readonly TimeSpan[] | null,
): TestedLog {
  const read = group.sources.filter(({ trace }) => trace !== null)
  const sources = read.map((covered, index) => ({
    covered,
    trace: covered.trace!.integrity,
    ordinal: `S${covered.source + 1}`,
    isFollowed: index + 1 < read.length,
  }))
  return { group, sources, input, silences }
}

/** Measures of a test, with nothing in those that are not given. */
export function measuresOf(
  test: CoverageBasis,
  given: Partial<Omit<LogTamperingMeasures, 'test'>> = {},
): LogTamperingMeasures {
  return {
    test,
    alsoBy: [],
    count: 1,
    firstLine: null,
    lastLine: null,
    lostLeast: 0,
    lostMost: 0,
    countedTwice: 0,
    clockOffMs: null,
    bytes: null,
    otherSource: null,
    ...given,
  }
}

/** Time of a stretch between two records, of which the ends of the file have only one. */
export function within(trace: IntegrityTrace, before: number, after: number): { start: number; end: number } {
  const start = Number.isNaN(before) ? trace.from : before
  const end = Number.isNaN(after) ? trace.to : after
  return { start: Math.min(start, end), end: Math.max(start, end) }
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return count === 1 ? one : many
}
