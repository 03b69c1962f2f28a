/**
 * The scanner: runs a compiled layout over one line and writes what it finds into a row of the batch.
 *
 *     203.0.113.9 - alice [10/Oct/2000:13:55:36 -0700] "GET /a?b=1 HTTP/1.1" 200 2326 "-" "curl/8"
 *     ^at        ^stop     step 0: text `client`, ends before " "
 *                 ^at      step 1: ...
 *
 * Each step finds where its field stops, reads the field there, checks the text behind it and moves on. Positions only;
 * nothing is allocated for a line. Throughput: `npm run bench`.
 */

import { FIELD, type RecordBatch } from '../columns/contract.js'
import { BACKSLASH, COLON, COMMA, DOT, MINUS, NINE, PLUS, QUOTE, SLASH, SPACE, ZERO } from '../core/bytes.js'
import {
  AMBIGUOUS,
  BAD_NUMBER,
  BAD_TIME,
  NO_MATCH,
  OK,
  OP,
  type Program,
  STOP,
  type Step,
  TRAILING_TEXT,
  WAY_BYTES,
  WAY_CLF_TIME,
  WAY_CLIENT,
  WAY_QUOTED_TEXT,
  WAY_REQUEST,
  WAY_STATUS,
  WAY_TEXT,
} from './program.js'
import { scanRequest, scanTarget, writeMethod } from './scan-request.js'
import { readDecimal, readEpoch, readIsoTime, readZone, type TimeReader } from './scan-time.js'

// copied out of their tables: a member would be looked up anew for every row
const { client: CLIENT_FIELD, forwarded: FORWARDED_FIELD } = FIELD
const { byte: BYTE_STOP, quote: QUOTE_STOP, text: TEXT_STOP, word: WORD_STOP } = STOP
const {
  bytes: BYTES_OP,
  clfTime: CLF_TIME_OP,
  duration: DURATION_OP,
  isoTime: ISO_TIME_OP,
  method: METHOD_OP,
  patternTime: PATTERN_TIME_OP,
  request: REQUEST_OP,
  skip: SKIP_OP,
  status: STATUS_OP,
  target: TARGET_OP,
  text: TEXT_OP,
} = OP

/** Tries at most this many further ends for a text field that holds its own delimiter. Hostile lines hold thousands. */
const MAX_EXTENSIONS = 64

/**
 * Reads `bytes[at, end)` into row `row`.
 *
 * @returns OK or AMBIGUOUS, or the code of the reason to reject; the row's columns are then undefined.
 */
export function scanLine(
  program: Program,
  times: TimeReader,
  batch: RecordBatch,
  bytes: Uint8Array,
  at: number,
  end: number,
  row: number,
): number {
  if (!startsWith(bytes, at, end, program.lead)) return NO_MATCH
  if (program.quotes >= 0 && holdsMoreQuotes(bytes, at, end, program.quotes))
    return slowReadings(program, times, batch, bytes, at, end, row)
  clearRow(program, batch, row)
  const steps = program.steps
  const lineAt = at
  at += program.lead.length
  for (let i = 0; i < steps.length; i++) {
    at = runStep(steps[i]!, times, batch, bytes, at, end, row)
    if (at < 0)
      return program.extendable < i ? slowExtend(program, times, batch, bytes, lineAt, end, row, i, at) : at
  }
  return finish(program, batch, at, end, row)
}

/**
 * Runs one step; gives the position behind the text that follows its field, or a negative reason.
 *
 * The steps of the usual layouts have a way of their own, which finds the field's end and reads it in one go; the rest
 * find the end first, by `step.stop`, and then read, by `step.op`.
 */
function runStep(
  step: Step,
  times: TimeReader,
  batch: RecordBatch,
  bytes: Uint8Array,
  at: number,
  end: number,
  row: number,
): number {
  switch (step.way) {
    case WAY_QUOTED_TEXT:
      return quotedText(step, batch, bytes, at, end, row)
    case WAY_CLIENT:
      return client(step, batch, bytes, at, end, row)
    case WAY_TEXT:
      return text(step, batch, bytes, at, end, row)
    case WAY_CLF_TIME:
      return clfTime(step, times, batch, bytes, at, end, row)
    case WAY_REQUEST:
      return request(step, batch, bytes, at, end, row)
    case WAY_STATUS:
      return status(step, times, batch, bytes, at, end, row)
    case WAY_BYTES:
      return bytesSent(step, times, batch, bytes, at, end, row)
    default:
      return anyField(step, times, batch, bytes, at, end, row)
  }
}

function quotedText(
  step: Step,
  batch: RecordBatch,
  bytes: Uint8Array,
  at: number,
  end: number,
  row: number,
): number {
  // `"-"`, the most common referrer, needs no search
  const isNone = bytes[at] === MINUS && bytes[at + 1] === QUOTE
  const stop = isNone ? at + 1 : scanQuoted(bytes, at, end)
  if (stop < 0 || !startsWith(bytes, stop, end, step.until)) return NO_MATCH
  writeText(batch, step.field, bytes, at, stop, row)
  return stop + step.until.length
}

/** An address or host name up to a blank; a comma in it says that it is a list. */
function client(
  step: Step,
  batch: RecordBatch,
  bytes: Uint8Array,
  at: number,
  end: number,
  row: number,
): number {
  const space = SPACE
  const comma = COMMA
  let stop = at
  let isList = false
  for (; stop < end; stop++) {
    const byte = bytes[stop]!
    if (byte === comma) isList = true
    else if (byte === space && bytes[stop - 1] !== comma) break
  }
  if (stop === at || !startsWith(bytes, stop, end, step.until)) return NO_MATCH
  writeText(batch, CLIENT_FIELD, bytes, at, stop, row)
  if (isList) splitClientList(batch, bytes, row)
  return stop + step.until.length
}

function text(
  step: Step,
  batch: RecordBatch,
  bytes: Uint8Array,
  at: number,
  end: number,
  row: number,
): number {
  const stop = scanText(bytes, at, end, step.until)
  if (stop < 0 || holdsBareQuote(bytes, at, stop)) return NO_MATCH
  writeText(batch, step.field, bytes, at, stop, row)
  return stop + step.until.length
}

/**
 * Whether unquoted text runs into a quoted field. Servers escape quotes in it, so a bare one belongs to another field, as
 * where two lines were written into one: the second one's request must not get the first one's address for a host.
 */
function holdsBareQuote(bytes: Uint8Array, at: number, stop: number): boolean {
  const quote = QUOTE
  for (let i = at; i < stop; i++)
    if (bytes[i] === quote) return scanQuoted(bytes, at, stop) >= 0 && !isEmptyQuotes(bytes, at, stop)
  return false
}

/** Of fixed width: no search. */
function clfTime(
  step: Step,
  times: TimeReader,
  batch: RecordBatch,
  bytes: Uint8Array,
  at: number,
  end: number,
  row: number,
): number {
  batch.time[row] = times.readClf(bytes, at, end)
  const stop = at + CLF_TIME_BYTES
  return startsWith(bytes, stop, end, step.until) ? stop + step.until.length : BAD_TIME
}

/** `10/Oct/2000:13:55:36 -0700`. */
const CLF_TIME_BYTES = 26

function request(
  step: Step,
  batch: RecordBatch,
  bytes: Uint8Array,
  at: number,
  end: number,
  row: number,
): number {
  const stop = scanQuoted(bytes, at, end)
  if (stop < 0 || !startsWith(bytes, stop, end, step.until)) return NO_MATCH
  scanRequest(batch, bytes, at, stop, row)
  return stop + step.until.length
}

/** Three digits and a blank; all else is for `anyField`. */
function status(
  step: Step,
  times: TimeReader,
  batch: RecordBatch,
  bytes: Uint8Array,
  at: number,
  end: number,
  row: number,
): number {
  const stop = at + 3
  if (stop < end && bytes[stop] === SPACE && bytes[at + 1] !== SPACE) {
    const problem = readStatus(batch, bytes, at, stop, row)
    return problem === OK ? stop + 1 : problem
  }
  return anyField(step, times, batch, bytes, at, end, row)
}

/** Digits up to a blank, in one loop; all else is for `anyField`. */
function bytesSent(
  step: Step,
  times: TimeReader,
  batch: RecordBatch,
  bytes: Uint8Array,
  at: number,
  end: number,
  row: number,
): number {
  const zero = ZERO
  const limit = Math.min(end, at + MAX_PLAIN_DIGITS)
  let count = 0
  let stop = at
  for (; stop < limit; stop++) {
    const digit = bytes[stop]! - zero
    if (digit < 0 || digit > 9) break
    count = count * 10 + digit
  }
  if (stop > at && startsWith(bytes, stop, end, step.until)) {
    batch.bytesSent[row] = count
    return stop + step.until.length
  }
  return anyField(step, times, batch, bytes, at, end, row)
}

/** So many digits are exact in a double. */
const MAX_PLAIN_DIGITS = 15

/** The general way. */
function anyField(
  step: Step,
  times: TimeReader,
  batch: RecordBatch,
  bytes: Uint8Array,
  at: number,
  end: number,
  row: number,
): number {
  if (step.op === PATTERN_TIME_OP) return runPattern(step, times, batch, bytes, at, end, row)
  const stop = findStop(step, bytes, at, end)
  if (stop < 0) return NO_MATCH
  const problem = readField(step, times, batch, bytes, at, stop, row)
  return problem === OK ? stop + step.until.length : problem
}

/** A time by a strftime pattern; a pattern knows where its text ends. */
function runPattern(
  step: Step,
  times: TimeReader,
  batch: RecordBatch,
  bytes: Uint8Array,
  at: number,
  end: number,
  row: number,
): number {
  const stop = step.strftime === null ? -1 : step.strftime.stop(bytes, at, end)
  if (stop < 0 || !startsWith(bytes, stop, end, step.until)) return BAD_TIME
  batch.time[row] = times.toUtc(times.readPattern(step.strftime!, bytes, at, stop))
  return stop + step.until.length
}

/** Index where the field that starts at `at` ends, so that the step's text follows; or -1. */
function findStop(step: Step, bytes: Uint8Array, at: number, end: number): number {
  switch (step.stop) {
    case BYTE_STOP: {
      const byte = step.untilByte
      let stop = step.minBytes === 0 ? at : isoEnd(bytes, at + step.minBytes, end)
      while (stop < end && bytes[stop] !== byte) stop++
      if (stop >= end) return -1
      if (stop === at) return stop
      if (step.isList && goesOn(step, bytes, at, stop)) return slowListEnd(step, bytes, at, stop, end)
      // a port that is dropped: what ends with a comma is an address of a list
      return step.op === SKIP_OP && bytes[stop - 1] === COMMA ? -1 : stop
    }
    case QUOTE_STOP: {
      const stop = scanQuoted(bytes, at, end)
      return stop >= 0 && startsWith(bytes, stop, end, step.until) ? stop : -1
    }
    case TEXT_STOP:
      return scanText(
        bytes,
        step.minBytes === 0 ? at : isoEnd(bytes, at + step.minBytes, end),
        end,
        step.until,
      )
    case WORD_STOP:
      return scanWord(step, bytes, at, end)
    default: {
      const stop = end - step.until.length
      return stop >= at && startsWith(bytes, stop, end, step.until) ? stop : -1
    }
  }
}

/** Index behind the fraction and zone of an ISO time, which may hold the delimiter: `2000-10-10T13:55:36-07:00-200`. */
function isoEnd(bytes: Uint8Array, at: number, end: number): number {
  let stop = at
  if (bytes[stop] === DOT)
    do stop++
    while (stop < end && bytes[stop]! >= ZERO && bytes[stop]! <= NINE)
  if (bytes[stop] === PLUS || bytes[stop] === MINUS) {
    const zoneEnd = bytes[stop + 3] === COLON ? stop + 6 : stop + 5
    if (zoneEnd <= end && !Number.isNaN(readZone(bytes, stop, zoneEnd))) return zoneEnd
  }
  return Math.min(stop, end)
}

/**
 * Finds the end of a double-quoted field.
 *
 *     "GET /a\"b HTTP/1.1" 200
 *      ^at               ^returned
 *
 * A backslash shields the byte after it, whatever that is; nothing is unescaped here.
 *
 * @param at   Index of the first byte inside the quotes.
 * @param end  Index one past the line.
 * @returns Index of the closing quote, or -1 when the line ends first.
 * @see https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats
 */
export function scanQuoted(bytes: Uint8Array, at: number, end: number): number {
  const quote = QUOTE
  const backslash = BACKSLASH
  let stop = bytes.indexOf(quote, at)
  while (stop >= 0 && stop < end) {
    let shields = stop
    while (shields > at && bytes[shields - 1] === backslash) shields--
    if (((stop - shields) & 1) === 0) return stop
    stop = bytes.indexOf(quote, stop + 1)
  }
  return -1
}

/** First index from `at` where `text` stands whole before `end`, or -1. */
export function scanText(bytes: Uint8Array, at: number, end: number, text: Uint8Array): number {
  const first = text[0]!
  const last = end - text.length
  for (let stop = at; stop <= last; stop++) {
    if (bytes[stop] === first && startsWith(bytes, stop, end, text)) return stop
  }
  return -1
}

/**
 * Finds the end of a name or address whose delimiter is more than a blank, or none.
 *
 *     www.example.com:443 203.0.113.9 - alice
 *     ^at            ^":"  ^at        ^" - "
 *
 * It holds no blank, except behind a comma where it is a list; colons in it are an address's own, but for the last. What
 * ends with a comma before a blank and may be no list is no name either.
 */
function scanWord(step: Step, bytes: Uint8Array, at: number, end: number): number {
  const space = SPACE
  let stop = at
  while (stop < end && (bytes[stop] !== space || (step.isList && stop > at && bytes[stop - 1] === COMMA)))
    stop++
  if (step.untilByte === COLON) {
    while (stop > at && bytes[stop] !== COLON) stop--
  } else if (step.untilByte !== space) {
    const wordEnd = stop
    for (stop = at; stop < wordEnd && !startsWith(bytes, stop, end, step.until); ) stop++
  }
  if (!step.isList && step.untilByte === space && stop > at && bytes[stop - 1] === COMMA) return -1
  return startsWith(bytes, stop, end, step.until) ? stop : -1
}

/** Taken for a chain in the client's place, `10.0.0.2, 10.0.0.1 - -`: a blank behind a comma does not end it. */
function slowListEnd(step: Step, bytes: Uint8Array, at: number, stop: number, end: number): number {
  while (stop < end && (bytes[stop] !== step.untilByte || goesOn(step, bytes, at, stop))) stop++
  return stop < end ? stop : -1
}

/**
 * Whether a list goes on at the blank at `stop`: behind a comma, and of upstreams around a colon of its own.
 *
 *     10.0.0.4:80, 10.0.0.5:80 : 10.0.0.6:80
 *
 * @see https://nginx.org/en/docs/http/ngx_http_upstream_module.html#var_upstream_addr
 */
function goesOn(step: Step, bytes: Uint8Array, at: number, stop: number): boolean {
  if (bytes[stop - 1] === COMMA) return true
  if (!step.isUpstream || stop === at) return false
  const isBefore = bytes[stop + 1] === COLON && bytes[stop + 2] === SPACE
  return isBefore || (bytes[stop - 1] === COLON && bytes[stop - 2] === SPACE && stop - 2 > at)
}

function startsWith(bytes: Uint8Array, at: number, end: number, text: Uint8Array): boolean {
  const length = text.length
  if (at + length > end) return false
  for (let i = 0; i < length; i++) if (bytes[at + i] !== text[i]) return false
  return true
}

/** Reads one field's text `bytes[at, stop)` into its column. */
function readField(
  step: Step,
  times: TimeReader,
  batch: RecordBatch,
  bytes: Uint8Array,
  at: number,
  stop: number,
  row: number,
): number {
  switch (step.op) {
    case TEXT_OP:
      writeText(batch, step.field, bytes, at, stop, row)
      if (step.isClient) splitClientList(batch, bytes, row)
      return OK
    case SKIP_OP:
      return OK
    case REQUEST_OP:
      scanRequest(batch, bytes, at, stop, row)
      return OK
    case CLF_TIME_OP:
      batch.time[row] = stop - at === CLF_TIME_BYTES ? times.readClf(bytes, at, stop) : Number.NaN
      return OK
    case STATUS_OP:
      return readStatus(batch, bytes, at, stop, row)
    case BYTES_OP: {
      const count = isNone(bytes, at, stop) ? Number.NaN : readDecimal(bytes, at, stop)
      batch.bytesSent[row] = count
      return Number.isNaN(count) && !isNone(bytes, at, stop) ? BAD_NUMBER : OK
    }
    case DURATION_OP: {
      const count = isNone(bytes, at, stop) ? Number.NaN : readDecimal(bytes, at, stop, step.unit)
      batch.durationMs[row] = count
      return Number.isNaN(count) && !isNone(bytes, at, stop) ? BAD_NUMBER : OK
    }
    case METHOD_OP:
      writeMethod(batch, bytes, at, stop, row)
      return OK
    case TARGET_OP:
      scanTarget(batch, bytes, at, stop, row)
      return OK
    case ISO_TIME_OP:
      batch.time[row] = times.toUtc(readIsoTime(bytes, at, stop))
      return OK
    default:
      batch.time[row] = readEpoch(bytes, at, stop, step.unit)
      return OK
  }
}

function isDash(bytes: Uint8Array, at: number, stop: number): boolean {
  return stop - at === 1 && bytes[at] === MINUS
}

/** `-`, or `-1` as proxies write what did not come to pass. */
function isNone(bytes: Uint8Array, at: number, stop: number): boolean {
  return isDash(bytes, at, stop) || (stop - at === 2 && bytes[at] === MINUS && bytes[at + 1] === ZERO + 1)
}

/** Writes a text span; `-` is none, and so is `""`, as Apache writes an empty user. */
function writeText(
  batch: RecordBatch,
  field: number,
  bytes: Uint8Array,
  at: number,
  stop: number,
  row: number,
): void {
  batch.fieldStart[field]![row] = at
  batch.fieldLength[field]![row] = isDash(bytes, at, stop) || isEmptyQuotes(bytes, at, stop) ? -1 : stop - at
}

function isEmptyQuotes(bytes: Uint8Array, at: number, stop: number): boolean {
  return stop - at === 2 && bytes[at] === QUOTE && bytes[at + 1] === QUOTE
}

/** `000`, `0`, `-` and `-1` are none; else three digits. */
function readStatus(batch: RecordBatch, bytes: Uint8Array, at: number, stop: number, row: number): number {
  if (stop - at === 3) {
    const code = (bytes[at]! - ZERO) * 100 + (bytes[at + 1]! - ZERO) * 10 + bytes[at + 2]! - ZERO
    for (let i = at; i < stop; i++) if (bytes[i]! < ZERO || bytes[i]! > NINE) return BAD_NUMBER
    batch.status[row] = code
    return OK
  }
  batch.status[row] = 0
  return isNone(bytes, at, stop) || (stop - at === 1 && bytes[at] === ZERO) ? OK : BAD_NUMBER
}

/** A list in the client's place: the client is its last address, and the whole of it is the forwarding chain. */
function splitClientList(batch: RecordBatch, bytes: Uint8Array, row: number): void {
  const starts = batch.fieldStart[CLIENT_FIELD]!
  const lengths = batch.fieldLength[CLIENT_FIELD]!
  const start = starts[row]!
  const end = start + lengths[row]!
  let at = end - 1
  while (at > start && bytes[at] !== COMMA) at--
  if (at <= start) return
  batch.fieldStart[FORWARDED_FIELD]![row] = start
  batch.fieldLength[FORWARDED_FIELD]![row] = end - start
  at++
  while (at < end && bytes[at] === SPACE) at++
  starts[row] = at
  lengths[row] = end - at
}

/** Marks every column that the layout may leave alone as absent. */
function clearRow(program: Program, batch: RecordBatch, row: number): void {
  const cleared = program.clearedFields
  for (let i = 0; i < cleared.length; i++) batch.fieldLength[cleared[i]!]![row] = -1
  batch.pathLength[row] = -1
  batch.method[row] = 0
  batch.status[row] = 0
  batch.bytesSent[row] = Number.NaN
  batch.durationMs[row] = Number.NaN
}

/** Checks that the line is used up and that its time is one. */
function finish(program: Program, batch: RecordBatch, at: number, end: number, row: number): number {
  const time = batch.time[row]!
  if (Number.isNaN(time)) return BAD_TIME
  if (at === end) return OK
  if (program.restField < 0 || at + 1 >= end || batch.bytes[at] !== SPACE || batch.bytes[at + 1] === SPACE)
    return TRAILING_TEXT
  batch.fieldStart[program.restField]![row] = at + 1
  batch.fieldLength[program.restField]![row] = end - at - 1
  return OK
}

/**
 * Taken when a step fails behind a field whose text may hold its own delimiter, such as a user name with ` [` in it: lets
 * that field run to the next place where its delimiter stands, and reads the line again.
 *
 * A bare double quote ends the search: servers escape it in such a field, so behind one stands another field's text, which
 * must not be taken for this line's request.
 *
 * A date that is passed over may be one that a name holds, or that of a torn line with another written behind it, whose
 * request would get the first one's client: the line is then ambiguous.
 *
 * @param failed   Number of the step that failed.
 * @param problem  Why it failed; the answer where no other end does better.
 */
function slowExtend(
  program: Program,
  times: TimeReader,
  batch: RecordBatch,
  bytes: Uint8Array,
  lineAt: number,
  end: number,
  row: number,
  failed: number,
  problem: number,
): number {
  const { steps, extendable, lead } = program
  const step = steps[extendable]!
  let start = lineAt + lead.length
  for (let i = 0; i < extendable; i++) start = runStep(steps[i]!, times, batch, bytes, start, end, row)
  const bare = scanQuoted(bytes, start, end)
  const last = bare < 0 ? end : bare
  let stop = scanText(bytes, start, last, step.until)
  let isTorn = false
  for (let tries = 0; tries < MAX_EXTENSIONS && stop >= 0; tries++) {
    isTorn ||= bytes[stop + step.until.length + 2] === SLASH && bytes[stop + step.until.length + 6] === SLASH
    stop = scanText(bytes, stop + 1, last, step.until)
    if (stop < 0) break
    clearRow(program, batch, row)
    let at = lineAt + lead.length
    let i = 0
    for (; i < extendable; i++) at = runStep(steps[i]!, times, batch, bytes, at, end, row)
    readField(step, times, batch, bytes, start, stop, row)
    at = stop + step.until.length
    for (i++; i < steps.length && at >= 0; i++) at = runStep(steps[i]!, times, batch, bytes, at, end, row)
    if (at >= 0 && finish(program, batch, at, end, row) === OK) return isTorn ? AMBIGUOUS : OK
    if (i > failed + 1 && at < 0) problem = at
  }
  return problem
}

function holdsMoreQuotes(bytes: Uint8Array, at: number, end: number, quotes: number): boolean {
  const quote = QUOTE
  let count = 0
  for (let i = at; i < end; i++) if (bytes[i] === quote) count++
  return count > quotes
}

/** Steps that are run to find the readings of one line; what is beyond them is not known to be the only reading. */
const MAX_TRIED_STEPS = 128

/**
 * Taken for a line whose texts hold quotes that nothing escapes: a client that sends them can make its text look like the
 * fields behind it. All ends of such texts are tried.
 *
 *     "curl" "forged" - "x.example"        curl | forged" - "x.example
 *                                          curl" "forged | x.example
 *
 * @returns OK where the line has one reading; AMBIGUOUS where it has more, of which the row has the first.
 */
function slowReadings(
  program: Program,
  times: TimeReader,
  batch: RecordBatch,
  bytes: Uint8Array,
  lineAt: number,
  end: number,
  row: number,
): number {
  const { steps } = program
  const stops: number[] = []
  let first: readonly number[] | null = null
  let readings = 0
  let tries = MAX_TRIED_STEPS
  let problem = NO_MATCH
  const explore = (i: number, at: number): void => {
    const step = steps[i]
    if (step === undefined) {
      const answer = finish(program, batch, at, end, row)
      if (answer !== OK) problem = answer
      else if (readings++ === 0) first = [...stops]
      return
    }
    if (!isFree(step)) {
      const next = --tries < 0 ? NO_MATCH : runStep(step, times, batch, bytes, at, end, row)
      stops[i] = -1
      if (next >= 0) explore(i + 1, next)
      else if (next !== NO_MATCH) problem = next
      return
    }
    let stop = scanText(bytes, at, end, step.until)
    for (; stop >= 0 && readings < 2 && --tries >= 0; stop = scanText(bytes, stop + 1, end, step.until)) {
      stops[i] = stop
      explore(i + 1, stop + step.until.length)
    }
  }
  explore(0, lineAt + program.lead.length)
  if (first === null) return problem
  clearRow(program, batch, row)
  let at = lineAt + program.lead.length
  steps.forEach((step, i) => {
    const stop = first![i]!
    if (stop < 0) at = runStep(step, times, batch, bytes, at, end, row)
    else {
      readField(step, times, batch, bytes, at, stop, row)
      at = stop + step.until.length
    }
  })
  return readings > 1 || tries < 0 ? AMBIGUOUS : finish(program, batch, at, end, row)
}

/** A text that ends where the text behind it stands, wherever that is. */
function isFree(step: Step): boolean {
  return step.stop === TEXT_STOP && (step.op === TEXT_OP || step.op === REQUEST_OP || step.op === TARGET_OP)
}
