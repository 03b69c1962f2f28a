/** Whole lines in one buffer, as columns. A block of them (decode/contract.ts) becomes a batch. */
export interface Lines {
  /** Text. A `Buffer` at run time, so that `indexOf` of a byte is a native search. */
  readonly bytes: Uint8Array
  readonly lineCount: number
  /** `lineCount` values: index of a line's first byte in `bytes`. */
  readonly lineStart: Uint32Array
  /** `lineCount` values: index one past a line's last byte, line end excluded. */
  readonly lineEnd: Uint32Array
  /** `lineCount` values: places in the decoded source, in bytes before any charset conversion. */
  readonly placeOffset: Float64Array
  /** `lineCount` values: true length in the decoded source, line end excluded; more than the text when a line was cut. */
  readonly placeLength: Float64Array
  /** Line numbers, from 1. Not always consecutive: a NUL run and the line behind it share one. */
  readonly lineNumber: Uint32Array
  /** `lineCount` values: a LINE_ constant of decode/contract.ts; 0 for an ordinary line. */
  readonly lineKind: Uint8Array
}

/**
 * The columnar batch that every stage fills further. One batch is one block of lines; a row is one record.
 *
 * Times are epoch milliseconds as doubles everywhere. A number that the line does not have is NaN (`bytes`, `durationMs`)
 * or 0 (`status`). A text field is a span of `bytes`: start and length; length -1 says that the line does not have it, or
 * has `-`. Text is as written, escapes included.
 *
 * Ownership: a batch and its block are filled again after `release()`. Take out what must live longer, or `retain()` the
 * batch, for as long as a bound on memory allows.
 */
export interface RecordBatch {
  /** Ordinal of the source in the run's canonical order, from 0; see evidence order in run/sources.ts. */
  source: number
  /** Text of all lines; a `Buffer` at run time. */
  bytes: Uint8Array
  /** Records in this batch; every column below holds at least this many values. */
  rowCount: number

  // ---- place
  /** Index of the line's first byte in `bytes`, and one past its last, line end excluded. */
  lineStart: Uint32Array
  lineEnd: Uint32Array
  /** Place in the decoded source, bytes before charset conversion; `placeLength` counts a cut line whole. */
  placeOffset: Float64Array
  placeLength: Float64Array
  /** From 1. */
  lineNumber: Uint32Array

  // ---- parse
  time: Float64Array
  durationMs: Float64Array
  bytesSent: Float64Array
  status: Uint16Array
  /** Index into METHODS; 0 none, 255 a word not in the table (its text is FIELD.method). */
  method: Uint8Array
  /** `fieldStart[f][row]`, `fieldLength[f][row]` for f of FIELD, then for the format's extra fields in order. */
  fieldStart: Int32Array[]
  fieldLength: Int32Array[]
  /** Names of the fields from FIELD_COUNT on: variables of the format that no column stands for. */
  extras: readonly string[]
  /** Length of the path within FIELD.target, and where it starts (absolute-form targets: after the authority). -1: no path. */
  pathStart: Int32Array
  pathLength: Int32Array

  // ---- classify (see classify/contract.ts)
  flags: Uint32Array
  outcome: Uint8Array
  /** Bit k: the normal path, method and host match declared entry point k (k < 32). */
  entryPoints: Uint32Array
  /**
   * Seeded 64-bit keys, two words a row: [2 * row] low, [2 * row + 1] high. Signed, because the engine keeps signed words
   * in registers and makes an object of an unsigned one that is passed on.
   */
  clientKey: Int32Array
  agentKey: Int32Array
  routeKey: Int32Array
  /** Key of the raw path text, for caches. */
  pathKey: Int32Array

  // ---- sessions (see sessions/contract.ts)
  principalKey: Int32Array
  /** A PRINCIPAL_ constant. */
  principalKind: Uint8Array

  /** Keeps the batch and its text as they are until one more `release()`. */
  retain(): void
  release(): void
}

/** Text columns by number. */
export const FIELD = {
  /** The peer that the server saw, or what the layout calls the client. */
  client: 0,
  user: 1,
  /** The request target as written. */
  target: 2,
  protocol: 3,
  referrer: 4,
  userAgent: 5,
  host: 6,
  /** The forwarding chain, as written. */
  forwarded: 7,
  /** A request line that is no method, target and protocol, as written. */
  request: 8,
  ident: 9,
  /** A session or API token. Never shown. */
  token: 10,
  /** The method's text. */
  method: 11,
} as const

export type FieldId = (typeof FIELD)[keyof typeof FIELD]
export const FIELD_COUNT = 12

/** Methods by number; 0 is none. RFC 9110 section 9, RFC 5789, RFC 4918. */
export const METHODS = [
  '',
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'CONNECT',
  'TRACE',
  'PROPFIND',
  'PROPPATCH',
  'MKCOL',
  'COPY',
  'MOVE',
  'LOCK',
  'UNLOCK',
  'REPORT',
  'SEARCH',
  'PURGE',
] as const
export const METHOD_OTHER = 255
