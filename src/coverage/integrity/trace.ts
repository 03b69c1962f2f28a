import type { Citation } from '../../observe/citations.js'
import type { Bounded } from '../kept.js'

/** What is wrong with the bytes, the lines and their order in one source, as its reading saw it. Bounded; lists are in the order of the file. */
export interface IntegrityTrace {
  readonly records: number
  /** Earliest and latest time, outliers aside; NaN without records. */
  readonly from: number
  readonly to: number
  /** Bytes of a record's line, on average. */
  readonly meanLength: number
  /** First and last record of the file. */
  readonly first: Citation | null
  readonly last: Citation | null
  readonly end: SourceEnd
  readonly lineEnds: LineEnds
  readonly nulRuns: Bounded<NulRun>
  readonly rejectRuns: Bounded<RejectRun>
  readonly repeats: Bounded<Repeat>
  readonly twins: Twins
  readonly sample: RecordSampleTrace
  readonly clock: ClockTrace
  readonly counter: CounterTrace | null
  readonly connections: ConnectionTrace | null
  readonly impossible: readonly ImpossibleTrace[]
}

/** How the source ends. */
export interface SourceEnd {
  /** False where the last line has no line end. */
  readonly terminated: boolean
  /** What its last line is. */
  readonly lastLine: 'record' | 'reject' | 'other' | 'none'
  readonly line: number
  readonly length: number
}

/** Lines by their ends; the last line of a block and that of the source may be left out. */
export interface LineEnds {
  readonly lf: number
  readonly crlf: number
  /** Changes from one to the other. */
  readonly changes: number
  /** Number of the first line that ends unlike the one before; 0 for none. */
  readonly firstChange: number
  /** Time of the record at or before that line; NaN for none. */
  readonly changedAt: number
}

/** A stretch between two records. Times of the records on both sides; NaN at the ends of the file. */
interface Stretch {
  readonly line: number
  readonly offset: number
  readonly before: number
  readonly after: number
  readonly citations: readonly Citation[]
}

export interface NulRun extends Stretch {
  readonly bytes: number
}

/** Rejects without a record between them. */
export interface RejectRun extends Stretch {
  readonly lines: number
  readonly bytes: number
}

/** Lines that come again in the order in which they were there. Ends are those of the sample: true ones lie up to a gap of it beyond. */
export interface Repeat {
  readonly firstLine: number
  readonly lastLine: number
  /** Where the same lines stand for the first time. */
  readonly originalFirstLine: number
  readonly originalLastLine: number
  readonly samples: number
  readonly from: number
  readonly to: number
  readonly citations: readonly Citation[]
}

/** Fingerprints of every 2^k-th record, chosen by the fingerprint itself, in the order of the file. */
export interface RecordSampleTrace {
  /** Records are kept whose `withTime` has these bits 0. */
  readonly mask: number
  /** The same while the source was read, when more were held: of repeats within it. */
  readonly readMask: number
  readonly withTime: Int32Array
  /** Of all but the time. */
  readonly content: Int32Array
  readonly line: Float64Array
  readonly time: Float64Array
}

/** Records that are the same as the one before, of those that were looked at. */
export interface Twins {
  readonly lookedAt: number
  readonly records: number
  /** How often another one of them followed: many of one kind are a client that asks in haste. */
  readonly contents: number
  /** Line of the first. */
  readonly firstLine: number
}

/** Time going back by more than the horizon, up to where it caught up. */
export interface ClockStep {
  readonly line: number
  /** Latest time before the step, and the time that it went back to. */
  readonly before: number
  readonly after: number
  /** Records that are behind. */
  readonly records: number
  /** Earliest and latest time of those records. */
  readonly from: number
  readonly to: number
  /** Line and time of the first record that is not behind any more; 0 and NaN where none comes. */
  readonly caughtUpLine: number
  readonly caughtUpAt: number
  /** How far time jumped ahead there, from the record before. */
  readonly caughtUpBy: number
  /** An earlier jump ahead that this step takes back; null for none. */
  readonly jump: ClockJump | null
  readonly citations: readonly Citation[]
}

export interface Stragglers {
  readonly records: number
  /** The longest that one was behind, milliseconds. */
  readonly mostMs: number
  readonly citations: readonly Citation[]
}

/** Time going ahead by more than the horizon from one record to the next. */
export interface ClockJump {
  readonly line: number
  readonly from: number
  readonly to: number
  /** Records from there to the step that takes it back; 0 where none does. */
  readonly records: number
}

export interface ClockTrace {
  readonly steps: Bounded<ClockStep>
  /** Records behind by more than the horizon, one or two at a time: requests that took long, where a server stamps their start. */
  readonly stragglers: Stragglers
  /** Jumps ahead by about an hour, as local time makes one in spring. */
  readonly hourJumps: Bounded<ClockJump>
  /** Records more than a day off all around them. */
  readonly outliers: { readonly records: number; readonly citations: readonly Citation[] }
}

/** A stretch of time in which numbers of a counter are absent. */
export interface CounterGap {
  readonly from: number
  readonly to: number
  readonly missing: number
  /** Unbroken stretches of numbers, and the longest. */
  readonly stretches: number
  readonly longest: number
  /** First and last absent number. */
  readonly firstNumber: number
  readonly lastNumber: number
  readonly citations: readonly Citation[]
}

/** What a counter counts: the requests of a server, or whatever a sender sends through syslog. */
export type Counted = 'requests' | 'messages'

/** A number that is counted up by one. */
export interface CounterTrace {
  readonly name: string
  readonly counts: Counted
  /** Records, or messages, with a number, and those whose number is of no run: of another counter, or far too late. */
  readonly numbered: number
  readonly strays: number
  /** Times that it started again. */
  readonly restarts: number
  /** Of the first run and of the last one: the chain to the files before and behind. */
  readonly lowest: number
  readonly highest: number
  readonly gaps: readonly CounterGap[]
  readonly missing: number
}

/** Numbers of requests within connections. */
export interface ConnectionTrace {
  readonly connections: number
  /** Numbers absent between those of one connection that are there. */
  readonly missing: number
  /** Connections of which some are. */
  readonly holed: number
  readonly from: number
  readonly to: number
  /** Connections that were given up early for want of memory. */
  readonly dropped: number
}

export const IMPOSSIBLE = [
  'not-modified-with-body',
  'no-content-with-body',
  'head-with-body',
  'negative-duration',
  'status-out-of-range',
] as const
export type ImpossibleKind = (typeof IMPOSSIBLE)[number]

export interface ImpossibleTrace {
  readonly kind: ImpossibleKind
  /** Records of which it could be said, and those of which it is true. */
  readonly comparable: number
  readonly records: number
  readonly from: number
  readonly to: number
  readonly citations: readonly Citation[]
}
