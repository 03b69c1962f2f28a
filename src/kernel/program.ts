/**
 * A layout compiled for the scanner: the same fields in the same order, texts as bytes, codecs as small numbers.
 */

/** Answers of `scanLine`. Negative: why the line is no record. */
export const OK = 0
export const NO_MATCH = -1
export const BAD_TIME = -2
export const BAD_NUMBER = -3
export const TRAILING_TEXT = -4
/** Read, and there is another way to read it. */
export const AMBIGUOUS = 100

/** How a field's end is found. */
export const STOP = {
  /** The next `untilByte`, then the rest of `until`. */
  byte: 0,
  /** The next place where the whole of `until` stands. */
  text: 1,
  /** The next double quote that no backslash shields. */
  quote: 2,
  /** The end of the line, or where the step's text stands at the end of it. */
  end: 3,
  /** The next blank, or `until` before it: names and addresses hold no blank. */
  word: 4,
} as const

/** How a field's text is read. */
export const OP = {
  text: 0,
  skip: 1,
  request: 2,
  method: 3,
  target: 4,
  status: 5,
  bytes: 6,
  duration: 7,
  clfTime: 8,
  isoTime: 9,
  epochTime: 10,
  patternTime: 11,
} as const

// The way of a step, for the fields of which the usual layouts are made. Constants and no table: a table's members would
// be looked up in the scanner's switch for every field of every line.
export const WAY_ANY = 0
export const WAY_QUOTED_TEXT = 1
/** The client, up to a blank. */
export const WAY_CLIENT = 2
/** Text up to the step's text. */
export const WAY_TEXT = 3
export const WAY_CLF_TIME = 4
/** A quoted request line. */
export const WAY_REQUEST = 5
/** A status up to a blank. */
export const WAY_STATUS = 6
/** A size, whatever follows. */
export const WAY_BYTES = 7

export interface StrftimeReader {
  /** False: what it reads is local time. */
  readonly zoned: boolean
  /** Index behind the stamp that starts at `at`, or -1: it may hold the delimiter that follows it. */
  stop(bytes: Uint8Array, at: number, end: number): number
  /** Epoch milliseconds of `bytes[at, end)`, as if in UTC where it has no zone; NaN when it does not fit. */
  read(bytes: Uint8Array, at: number, end: number): number
}

export interface Step {
  /** A WAY_ constant. */
  readonly way: number
  readonly stop: number
  readonly untilByte: number
  readonly until: Uint8Array
  readonly op: number
  /** Column of an `OP.text`. */
  readonly field: number
  /** Milliseconds a unit, of durations and epoch times. */
  readonly unit: number
  readonly strftime: StrftimeReader | null
  /** The client's field: a list of addresses may stand in it. */
  readonly isClient: boolean
  /** A blank directly behind a comma does not end the field. */
  readonly isList: boolean
  /** Such a list may go on behind ` : ` too: nginx's upstreams, of one server group after another. */
  readonly isUpstream: boolean
  /** A port, or what is dropped: what ends with a comma is an address of a list, and not this. */
  readonly isSingle: boolean
  /** The field is at least this long, so that a blank in a time does not end it. */
  readonly minBytes: number
}

export interface Program {
  readonly lead: Uint8Array
  readonly steps: readonly Step[]
  /** Text columns that another layout of the format, or a rare line, may have left: marked as absent before a line is read. */
  readonly clearedFields: readonly number[]
  /** Column for text behind the last field, or -1 where such text makes the line a reject. */
  readonly restField: number
  /** Index of the last unquoted text field whose delimiter is longer than a byte, or a number past all steps. */
  readonly extendable: number
  /** Double quotes of the layout itself where texts may hold further ones that nothing escapes, else -1. */
  readonly quotes: number
}
