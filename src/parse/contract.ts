import type { FieldId } from '../columns/contract.js'

/** Why a line is not a record. Closed; the line is kept with its place and text. */
export const REJECT_REASONS = {
  'no-match': 'the line does not have the shape of the format',
  'bad-time': 'the time is not one that a clock can show',
  'bad-number': 'a status, size or duration is no number',
  'trailing-text': 'the line goes on after the last field of the format',
  'line-too-long': 'the line is longer than the limit and its first part is no record',
  'nul-run': 'a run of NUL bytes',
  'unrecognised-format': 'the source is in no known format',
} as const
export type RejectReason = keyof typeof REJECT_REASONS

/** What a field's text stands for, and so how it is read. */
export type Codec =
  /** Kept as a span in `field`. */
  | { readonly as: 'text'; readonly field: FieldId }
  /** Kept as a span under its own name, a variable that no column stands for. */
  | { readonly as: 'extra'; readonly name: string }
  /** Read and dropped: `-` of ident, pipes, connection ids. */
  | { readonly as: 'skip' }
  /** `METHOD SP target [SP protocol]`. */
  | { readonly as: 'request' }
  | { readonly as: 'method' }
  /** A target with its query, or a path without one. */
  | { readonly as: 'target' }
  | { readonly as: 'query' }
  | { readonly as: 'status' }
  /** Bytes sent. `headers`: whether the count includes them. */
  | { readonly as: 'bytes'; readonly headers: boolean }
  /** A duration; `unit` in milliseconds: 1000 for seconds, 0.001 for microseconds. */
  | { readonly as: 'duration'; readonly unit: number }
  | { readonly as: 'time'; readonly time: TimeCodec }

export type TimeCodec =
  /** `10/Oct/2000:13:55:36 -0700`, the brackets outside. */
  | { readonly kind: 'clf' }
  /** `2000-10-10T13:55:36-07:00`, also with `Z`, a blank for the T, or a fraction. */
  | { readonly kind: 'iso' }
  /** A number since the epoch; `unit` in milliseconds: 1000, 1, 0.001. May have a fraction. */
  | { readonly kind: 'epoch'; readonly unit: number }
  /** strftime directives; zoneless unless it has %z. */
  | { readonly kind: 'strftime'; readonly format: string }

/** When in a request's life its stamp was taken. */
export type Stamp = 'start' | 'end' | 'unknown'

export type Producer = 'apache' | 'nginx' | 'unknown'

/**
 * One field of a delimited layout, and the text that follows it.
 *
 * A field ends where `until` begins; the empty string says the end of the line. `quoted` fields stand between double
 * quotes that are part of the surrounding literals; in them a backslash shields the next byte.
 */
export interface LayoutField {
  readonly codec: Codec
  readonly until: string
  readonly quoted: boolean
}

/** A delimited line as data: `lead`, then fields, each with the text behind it. Serialisable; travels to workers. */
export interface Layout {
  readonly id: string
  readonly lead: string
  readonly fields: readonly LayoutField[]
  /** Further blank-separated text after the last field is kept as the extra `rest` instead of a reject. */
  readonly openEnd?: boolean
}

/** Hand-written reader of one line, for formats that no layout can say. */
export interface LineScanner {
  /** Names of the extra fields that it writes, in order. */
  readonly extras?: readonly string[]
  /**
   * Reads one line into the writer. Called once a line, in order; must not keep `line` (a view, valid during the call).
   *
   * @returns 'record', 'directive' (a line of the format that is no request), or a reason to reject.
   */
  read(line: Uint8Array, row: RowWriter): 'record' | 'directive' | RejectReason
}

/** Where a hand-written reader puts what it found. Positions are indexes into `line`; `end` is exclusive. */
export interface RowWriter {
  time(epochMs: number): void
  status(code: number): void
  bytes(count: number): void
  durationMs(ms: number): void
  text(field: FieldId, start: number, end: number): void
  extra(name: string, start: number, end: number): void
  /** Splits `METHOD SP target SP protocol`. */
  request(start: number, end: number): void
  method(start: number, end: number): void
  target(start: number, end: number): void
}

/** What a format's folder exports. */
export interface LogFormat {
  /** Equals the folder's name. */
  readonly id: string
  readonly title: string
  /** The page that defines it. */
  readonly reference: string
  /** A line of it, for `postern formats` and for people. */
  readonly example: string
  /** Layouts in the order in which they are tried; the first is the format itself, the rest its well-known variants. */
  readonly layouts?: readonly Layout[]
  readonly scanner?: LineScanner
  /** What a stamp means, by producer; `unknown` where the format does not tell. */
  readonly stamp: Readonly<Partial<Record<Producer, Stamp>>>
  /** Ids under which `--format` pins a producer: `{ 'nginx-combined': 'nginx' }`. */
  readonly pins?: Readonly<Record<string, Producer>>
  /** First bytes of lines that are no requests, such as `#`. */
  readonly directivePrefix?: string
}

/** The answer of recognition for one source. */
export interface Recognition {
  readonly format: LogFormat
  readonly producer: Producer
  /** `--format` or the case chose it; nothing was guessed. */
  readonly pinned: boolean
  /** Number of the format's layout that most of the sampled lines are in. */
  readonly layout: number
  /** Share of the sampled lines that are records, 0 to 1. */
  readonly fit: number
  /** In plain words, why this format and this producer. */
  readonly reasons: readonly string[]
}
