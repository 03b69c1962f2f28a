import type { FieldId } from '../columns/contract.js'
import type { MapProgram } from '../kernel/map-program.js'

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
  /**
   * Kept as a span under its own name, a variable that no column stands for. `holds: 'cookies'`: it is a Cookie header, and
   * the value of its first session cookie is the token too.
   */
  | { readonly as: 'extra'; readonly name: string; readonly holds?: 'cookies' }
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
  /** How its texts are spelled; default `escaped`. */
  readonly spelling?: 'escaped' | 'raw' | 'json'
}

/**
 * How a value stands in its line. What is not as the log's own escapes would have it is written anew behind the block's
 * text, so that the rest of the way sees one spelling.
 */
export type Spelling =
  /** `\"`, `\\`, `\xhh`, as Apache and nginx write: kept as it stands. */
  | 'escaped'
  /** A backslash is a backslash: `DOMAIN\user`. */
  | 'raw'
  /** Between the quotes of a JSON string. */
  | 'json'
  /** Percent-encoded by the log, not by the client. */
  | 'percent'
  /** `#22` for a quote, as HAProxy writes. */
  | 'hash'
  /** W3C extended: `+` for blanks; or quotes around, and `""` for one in them. */
  | 'w3c'
  /** The same, and percent-encoded where there is no `+`, as programs write whose blanks are `%20`. */
  | 'w3c-percent'
  /** CSV: `""` for a quote. */
  | 'csv'

/** A codec for readers that find values by name. Beyond those of layouts: */
export type ValueCodec =
  | Codec
  /** A client's address, perhaps with a port behind it, which is dropped; perhaps a chain. */
  | { readonly as: 'address' }
  /** A client's address and always a port, apart by the last colon; the port is an extra of this name. */
  | { readonly as: 'endpoint'; readonly port: string }
  /** `2000-10-10` and `13:55:36`, as W3C and CloudFront have them apart; `utc`: else in the source's zone. */
  | { readonly as: 'date' }
  | { readonly as: 'clock'; readonly utc: boolean }
  /** A time in whatever of the usual forms: ISO 8601, common log, or a number since the epoch of any usual unit. */
  | { readonly as: 'any-time' }
  /** A Cookie header: the value of its first session cookie is the token. */
  | { readonly as: 'cookies' }
  /** A URL, with its scheme or from its host on, or a target; its host is the record's where no other is. */
  | { readonly as: 'url'; readonly composed?: Composed }
  /** A request line whose URL the log composed. */
  | { readonly as: 'composed-request'; readonly composed: Composed }
  /** A query with text of the log's own from this one on, which is dropped. */
  | { readonly as: 'query-before'; readonly text: string }
  /** One of several durations whose sum is the record's; a negative one says that there is none. */
  | { readonly as: 'duration-part'; readonly unit: number }
  /**
   * A duration with its units: `0.123s`, `350us`, `1m2.5s`. A plain number counts `unit` milliseconds; where that is not
   * said, it is seconds with a fraction, or whole milliseconds.
   */
  | { readonly as: 'any-duration'; readonly unit?: number }

/**
 * The log puts authority and port of the listener in front of the target that it was sent. The host then goes without
 * that port; `target`: and the target is what stands behind it.
 */
export type Composed = 'host' | 'target'

/** A value's meaning, and its place among those for the same column: the lowest rank wins, of equal ones the last. */
export interface ValueMeaning {
  readonly codec: ValueCodec
  /** 0 to 100; default 0. */
  readonly rank?: number
  /** What else it stands for. */
  readonly also?: ValueMeaning
}

/** Fields of records that a person's map may fill; `path` is `target` by another name. */
export const FIELD_NAMES = [
  'time',
  'client',
  'user',
  'method',
  'target',
  'path',
  'query',
  'protocol',
  'request',
  'status',
  'bytes',
  'referrer',
  'userAgent',
  'host',
  'forwarded',
  'token',
  'cookies',
  'durationS',
  'durationMs',
  'durationUs',
  'durationNs',
] as const
export type FieldName = (typeof FIELD_NAMES)[number]

/** Members or columns of a source by the fields that they fill: `{ time: 'ts', path: 'req.url' }`. */
export type FieldNames = Readonly<Partial<Record<FieldName, string>>>

/** Hand-written reader of the lines of one source, for formats that no layout can say. */
export interface LineScanner {
  /**
   * Reads one line into the writer. Called once a line, in order, so that it may keep what directives said; must not keep
   * `line` (a view, valid during the call).
   *
   * @returns 'record', 'directive' (a line of the format that is no request), or a reason to reject.
   */
  read(line: Uint8Array, row: RowWriter): 'record' | 'directive' | RejectReason
  /**
   * By what kernel/simd may read lines in place of `read`, which it then is not called for: the same records, of plain lines.
   *
   * @param extras  Names of the columns behind those that every batch has.
   */
  readonly program?: (extras: readonly string[]) => MapProgram | null
}

/** Where a hand-written reader puts what it found. Positions are indexes into `line`; `end` is exclusive. */
export interface RowWriter {
  time(epochMs: number): void
  /** Wall-clock time, as if it were UTC: the source's zone is applied. */
  localTime(ms: number): void
  status(code: number): void
  bytes(count: number): void
  durationMs(ms: number): void
  text(field: FieldId, start: number, end: number): void
  extra(name: string, start: number, end: number): void
  /** Splits `METHOD SP target SP protocol`. */
  request(start: number, end: number): void
  method(start: number, end: number): void
  target(start: number, end: number): void
  /** Reads a value by its codec. False when it is no such value: a malformed time or number. */
  value(meaning: ValueMeaning, start: number, end: number, spelling: Spelling): boolean
  /** The same for text that does not stand in the line as it is. */
  put(meaning: ValueMeaning, text: string): boolean
  /** A line that can be read in two ways: it counts as one record, and findings that rest on it say so. */
  ambiguous(): void
}

/** What a format's folder exports. */
export interface LogFormat {
  /** Equals the folder's name. */
  readonly id: string
  readonly title: string
  /** The page that defines it. */
  readonly reference: string
  /** A line of it, for `postern formats` and for people; behind its header where it needs one. */
  readonly example: string
  /**
   * Layouts in the order in which they are tried; the first is the format itself, the rest its well-known variants. May be
   * a getter, so that they are made when the format is first tried; it then gives the same ones each time.
   */
  readonly layouts?: readonly Layout[]
  /** Makes the reader of one source; `extras` are the names of the extra fields that it writes, in order. */
  readonly scanner?: () => LineScanner
  readonly extras?: readonly string[]
  /** The same format with a person's own names for members or columns, where it takes them. */
  readonly withFields?: (fields: FieldNames) => LogFormat
  /** Names of the columns that a reader fills, for the ledger. */
  readonly columns?: readonly string[]
  /** What a stamp means, by producer; `unknown` where the format does not tell. */
  readonly stamp: Readonly<Partial<Record<Producer, Stamp>>>
  /** Ids under which `--format` pins a producer: `{ 'nginx-combined': 'nginx' }`. */
  readonly pins?: Readonly<Record<string, Producer>>
  /**
   * What its lines look like, to save the trial on other logs: wherever it reads records, some line, a record or the header
   * before them, matches. Lines of other formats may match too. Tested on latin-1 text; neither `g` nor `y`. Without one it is
   * tried on every source.
   */
  readonly hint?: RegExp
  /** The same for lines of the first layout, where lines of its variants do not match: they are worth less. */
  readonly ownHint?: RegExp
  /** First bytes of lines that are no requests, such as `#`. */
  readonly directivePrefix?: string
}

/** What another program put around each line: its own stamp, host and name, or JSON. */
export interface Wrapper {
  readonly id: string
  readonly title: string
  readonly reference: string
  /** A wrapped line. */
  readonly example: string
  /**
   * Finds the line within a line. Indexes are into `bytes`.
   *
   * @param inner  Filled: start and end (exclusive) of the line within.
   * @returns How the text within is spelled: 'escaped' as it stands, 'json' as the content of a JSON string; null where the
   *   line is not wrapped so.
   */
  unwrap(bytes: Uint8Array, start: number, end: number, inner: Int32Array): 'escaped' | 'json' | null
}

/** The answer of recognition for one source. */
export interface Recognition {
  readonly format: LogFormat
  readonly producer: Producer
  /** `--format` or the case chose it; nothing was guessed. */
  readonly pinned: boolean
  /** What the lines are wrapped in, by syslog or a container's runtime; null for nothing. */
  readonly wrapper: Wrapper | null
  /** Number of the format's layout that most of the sampled lines are in. */
  readonly layout: number
  /** Share of the sampled lines that are records, 0 to 1. */
  readonly fit: number
  /** In plain words, why this format and this producer. */
  readonly reasons: readonly string[]
}
