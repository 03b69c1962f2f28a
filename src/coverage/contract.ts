import type { Lines, RecordBatch } from '../columns/contract.js'
import type { Basis } from '../core/answer.js'
import type { Fault } from '../core/faults.js'
import type { Citation } from '../observe/citations.js'
import type { Signal } from '../observe/contract.js'
import type { OtherLine } from '../parse/other-lines.js'
import type { IntegrityTrace } from './integrity/trace.js'
import type { RhythmTrace } from './rhythm/trace.js'

/**
 * What the evidence can show and what it cannot, source by source and over time.
 *
 * Tracers run where a source is read, in the reading thread, and leave a SourceTrace. The judgement comes once, at the end,
 * over all of them.
 */

/** What the reading of one source leaves: plain data that the structured clone algorithm takes. */
export interface SourceTrace {
  /** Counts over time, silences, periodic clients. */
  readonly rhythm: RhythmTrace
  /** What is wrong with the bytes, the lines and their order. */
  readonly integrity: IntegrityTrace
}

/** What the tracers of a source are made with. */
export interface TracerOptions {
  readonly horizonMs: number
  readonly cite: Cite
  /** Bytes of a line feed: 2 in UTF-16, else 1. */
  readonly unitBytes: number
}

/** Takes a row's place, text and hash out of its batch. Costs a copy and a hash: for the few that may be shown. */
export type Cite = (batch: RecordBatch, row: number) => Citation

/** What is read of a source at a time, in the order of the file. Valid during the call. */
export interface TracedBlock {
  readonly batch: RecordBatch
  /** All lines, records or not. */
  readonly lines: Lines
  /** Those that are no records, in order. */
  readonly others: readonly OtherLine[]
}

/** What is known of a source when it was read. */
export interface TracedEnd {
  /** False where the last line has no line end. */
  readonly terminated: boolean
}

/** From best to worst; `unknown`: nothing in the log could have told. */
export const COVERAGE_STATES = ['complete', 'unknown', 'degraded', 'missing'] as const
export type CoverageState = (typeof COVERAGE_STATES)[number]

/** Why a stretch is not complete. Closed. */
export const COVERAGE_BASES = {
  'own-rhythm': 'silent for longer than its own rhythm allows',
  'missed-beats': 'requests that come at a fixed interval are absent',
  'silent-peer': 'silent while its peers were not',
  'sequence-numbers': 'numbers that the server counts up are absent',
  'rotation-hole': 'a file of the rotation series is not there',
  'clock-step': 'the clock was set, or lines of another time were put in',
  'daylight-saving': 'local time without a zone runs twice through an hour, or leaves one out',
  'cut-off-line': 'the last line ends in the middle',
  'nul-bytes': 'NUL bytes stand where lines should',
  'repeated-block': 'lines that are there already come again',
  'overlapping-sources': 'two sources hold the same lines',
  'mixed-line-ends': 'line ends change within the source',
  'format-change': 'the format changes within the source',
  'impossible-line': 'a line says what a server cannot have done',
  'damaged-lines': 'lines that are no records',
  'unreadable-bytes': 'a part of the source could not be decoded',
  'planned-downtime': 'the case declares it as planned',
  'too-sparse': 'too few records to tell a silence from a loss',
} as const
export type CoverageBasis = keyof typeof COVERAGE_BASES

/** Kinds of findings about the log itself, with their titles. */
export const COVERAGE_KINDS = {
  'log-gap': 'Gap in a log',
  'log-tampering': 'Log altered or damaged',
} as const

export interface CoverageReason extends Basis {
  readonly code: CoverageBasis
}

/** A stretch of one log in one state. */
export interface CoverageInterval<Ref = Citation> {
  /** ISO 8601; `to` is exclusive. */
  readonly from: string
  readonly to: string
  readonly state: CoverageState
  /** Records lost, least and most; `most` null where nothing bounds it. */
  readonly lost: { readonly least: number; readonly most: number | null }
  readonly basis: readonly CoverageReason[]
  /** The lines on both sides of it, or within it: at most 4. */
  readonly evidence: readonly Ref[]
}

/** The smallest loss that one of the tests would have noticed, at the log's median rate. */
export interface SmallestLoss {
  /** Records in a row. */
  readonly records: number
  /** The time that they take at the median rate of records, seconds. */
  readonly seconds: number
  /** The test that would have noticed first. */
  readonly basis: CoverageBasis
  readonly text: string
}

/** One log: a source, or several that follow each other, as the rotated files of one server do. */
export interface LogCoverage<Ref = Citation> {
  /** `L1`, `L2`, ...: in the order of their first sources. */
  readonly log: string
  /** Ordinals of its sources, `S1`, ..., in order of time. */
  readonly sources: readonly string[]
  /** First record, and last; null without records. */
  readonly from: string | null
  readonly to: string | null
  readonly records: number
  /** Median of records a minute over the minutes from first to last. */
  readonly medianPerMinute: number
  /** In order, without overlap; together from `from` to `to`. */
  readonly intervals: readonly CoverageInterval<Ref>[]
  /** Records lost in all, least and most. */
  readonly lost: { readonly least: number; readonly most: number | null }
  /** What is wrong with the log as a whole rather than at a time, its line ends, its last line; and what its timers missed while it went on. */
  readonly remarks: readonly CoverageReason[]
  /** Null where the log is too small to tell. */
  readonly smallestLoss: SmallestLoss | null
  /** Tests that could not run on this log, and why. */
  readonly notTested: readonly CoverageReason[]
}

/** Requests over time, all sources together. Bucket k covers `from + k * bucketMs` (inclusive) to the next (exclusive). */
export interface Timeline {
  /** ISO 8601; null without records. */
  readonly from: string | null
  /** A whole number of minutes in milliseconds; at most 2,000 buckets. */
  readonly bucketMs: number
  readonly requests: readonly number[]
  /** Denied, or answered 5xx. */
  readonly failures: readonly number[]
  readonly bytes: readonly number[]
}

/** A stretch in which the case says that a silence was planned. Epoch milliseconds, `to` exclusive. */
export interface PlannedDowntime {
  readonly from: number
  readonly to: number
  /** Sources by name or glob; absent: all. */
  readonly match?: string
  readonly note?: string
}

/** One source as the judgement sees it. */
export interface CoveredSource {
  /** From 0. */
  readonly source: number
  /** Names under which it was handed in; they decide only which sources are one log. */
  readonly names: readonly string[]
  readonly kind: 'file' | 'stdin' | 'stream'
  readonly storedBytes: number
  readonly decodedBytes: number
  readonly format: string | null
  readonly lines: number
  readonly records: number
  readonly rejects: number
  /** Stamps without a zone were read. */
  readonly isLocalTime: boolean
  /** And none was declared. */
  readonly isZoneAssumed: boolean
  readonly faults: readonly Fault[]
  /** Silences of it that the case declares as planned. */
  readonly planned: readonly PlannedDowntime[]
  /** Null for one that was never opened. */
  readonly trace: SourceTrace | null
}

export interface CoverageInput {
  readonly sources: readonly CoveredSource[]
  readonly horizonMs: number
  /** The times asked for, epoch milliseconds; infinite where none were. */
  readonly since: number
  readonly until: number
}

export interface CoverageJudgement {
  readonly logs: readonly LogCoverage[]
  /** `log-gap` and `log-tampering`; subject: the source, by its place; scope: the log. */
  readonly signals: readonly Signal[]
  readonly timeline: Timeline
}
