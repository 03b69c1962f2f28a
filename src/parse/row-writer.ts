/**
 * Hands what a reader found to the columns of one row.
 *
 * A text column is a span of the batch's bytes. Where a value is spelled in another way than the log's own escapes (a JSON
 * string with an escape, a percent-encoded agent) it is written anew behind the block's text, and the span points there:
 *
 *     bytes   {"ua":"a\"b"} ... the block's text ... |a\"b|...
 *             ^lineStart                             ^scratch
 *
 * Lines and places stay those of the block.
 */
import { FIELD, FIELD_COUNT, type FieldId, type RecordBatch } from '../columns/contract.js'
import { COLON, COMMA, MINUS, QUESTION, SLASH, SPACE } from '../core/bytes.js'
import type { Block } from '../decode/contract.js'
import type { StrftimeReader } from '../kernel/program.js'
import { scanRequest, scanTarget, writeMethod } from '../kernel/scan-request.js'
import { readDecimal, readEpoch, readIsoTime, type TimeReader } from '../kernel/scan-time.js'
import type { Composed, RowWriter, Spelling, TimeCodec, ValueCodec, ValueMeaning } from './contract.js'
import { sessionCookie } from './layout/headers.js'
import { compileStrftime } from './layout/time-pattern.js'
import { isPlain, respell } from './spelling.js'
import { addressEnd, readAnyDuration, readAnyTime, readClockTime, readDate } from './values.js'

const ABSENT_RANK = 127

/** Ranks of what is no text column: after the fields and the extras. */
const TIME = 0
const STATUS = 1
const BYTES = 2
const DURATION = 3
const METHOD = 4
const QUERY = 5
const DATE = 6
const CLOCK = 7
const OTHERS = 8

export class BatchRowWriter implements RowWriter {
  #extras: readonly string[] = []
  readonly #times: TimeReader
  #ranks = new Int8Array(0)
  readonly #patterns = new Map<string, StrftimeReader>()
  #batch!: RecordBatch
  #row = 0
  #base = 0
  /** Bytes of each batch that hold text, those of its block and ours behind them. Two batches may be filled by turns. */
  readonly #sizes = new WeakMap<RecordBatch, number>()
  #from = 0
  #to = 0
  #queryFrom = -1
  #queryTo = -1
  #dateMs = Number.NaN
  #clockMs = Number.NaN
  #isClockUtc = false
  #partsMs = 0
  #isAmbiguous = false

  constructor(times: TimeReader) {
    this.#times = times
  }

  /** Names of the columns behind those that every batch has. */
  useExtras(extras: readonly string[]): void {
    this.#extras = extras
    this.#ranks = new Int8Array(columnCount(extras))
  }

  /** Starts a block: nothing is written behind its text yet. */
  beginBlock(batch: RecordBatch, block: Block): void {
    this.#sizes.set(batch, textEnd(block) + SPARE_BYTES)
  }

  /** Starts a row: every column absent. `base` is where the line stands in the batch. */
  begin(batch: RecordBatch, row: number, base: number): void {
    this.#batch = batch
    this.#row = row
    this.#base = base
    for (const lengths of batch.fieldLength) lengths[row] = -1
    batch.pathLength[row] = -1
    batch.method[row] = 0
    batch.status[row] = 0
    batch.time[row] = Number.NaN
    batch.bytesSent[row] = Number.NaN
    batch.durationMs[row] = Number.NaN
    this.#ranks.fill(ABSENT_RANK)
    this.#queryFrom = -1
    this.#dateMs = Number.NaN
    this.#clockMs = Number.NaN
    this.#partsMs = 0
    this.#isAmbiguous = false
  }

  /** Ends a row: joins what stood apart. Returns whether the line could be read in two ways. */
  finish(): boolean {
    const joined = this.#dateMs + this.#clockMs
    if (!Number.isNaN(joined)) {
      if (this.#isClockUtc) this.time(joined)
      else this.localTime(joined)
    }
    if (this.#queryFrom >= 0) this.#joinQuery()
    return this.#isAmbiguous
  }

  ambiguous(): void {
    this.#isAmbiguous = true
  }

  time(epochMs: number): void {
    this.#batch.time[this.#row] = Math.abs(epochMs) <= 8.64e15 ? epochMs : Number.NaN
  }
  localTime(ms: number): void {
    this.time(this.#times.toUtc({ ms, zoned: false }))
  }
  status(code: number): void {
    this.#batch.status[this.#row] = code
  }
  bytes(count: number): void {
    this.#batch.bytesSent[this.#row] = count
  }
  durationMs(ms: number): void {
    this.#batch.durationMs[this.#row] = ms
  }
  text(field: FieldId, start: number, end: number): void {
    this.#write(field, this.#base + start, this.#base + end)
  }
  extra(name: string, start: number, end: number): void {
    const column = this.#extras.indexOf(name)
    if (column >= 0) this.#write(FIELD_COUNT + column, this.#base + start, this.#base + end)
  }
  request(start: number, end: number): void {
    scanRequest(this.#batch, this.#batch.bytes, this.#base + start, this.#base + end, this.#row)
  }
  method(start: number, end: number): void {
    writeMethod(this.#batch, this.#batch.bytes, this.#base + start, this.#base + end, this.#row)
  }
  target(start: number, end: number): void {
    scanTarget(this.#batch, this.#batch.bytes, this.#base + start, this.#base + end, this.#row)
  }

  value(meaning: ValueMeaning, start: number, end: number, spelling: Spelling): boolean {
    const from = this.#base + start
    const to = this.#base + end
    const { bytes } = this.#batch
    if (isPlain(bytes, from, to, spelling)) {
      this.#from = from
      this.#to = to
    } else this.#append(respell(bytes, from, to, spelling))
    return this.#apply(meaning)
  }

  put(meaning: ValueMeaning, text: string): boolean {
    const bytes = Buffer.from(text)
    this.#append(isPlain(bytes, 0, bytes.length, 'raw') ? bytes : respell(bytes, 0, bytes.length, 'raw'))
    return this.#apply(meaning)
  }

  /** Unwraps a line behind the block's text; gives its start, `wrappedEnd` its end. */
  unwrapped(batch: RecordBatch, start: number, end: number): readonly [start: number, end: number] {
    this.#batch = batch
    this.#append(respell(batch.bytes, start, end, 'json-line'))
    return [this.#from, this.#to]
  }

  /** Writes bytes behind all text and makes them the span at hand. */
  #append(text: Uint8Array): void {
    const batch = this.#batch
    const from = this.#sizes.get(batch)!
    const to = from + text.length
    if (to + SPARE_BYTES > batch.bytes.length) {
      const larger = Buffer.allocUnsafe(2 * to + LEAST_ROOM)
      larger.set(batch.bytes.subarray(0, from))
      batch.bytes = larger
    }
    batch.bytes.set(text, from)
    this.#from = from
    this.#to = to
    this.#sizes.set(batch, to)
  }

  /** Reads the span at hand as its codec says. */
  #apply(meaning: ValueMeaning): boolean {
    const isRead = this.#fill(meaning)
    return meaning.also === undefined ? isRead : this.#apply(meaning.also) && isRead
  }

  #fill({ codec, rank = 0 }: ValueMeaning): boolean {
    const column = columnOf(codec, this.#extras)
    if (column < 0) return true
    const isNone =
      this.#to <= this.#from || (this.#to - this.#from === 1 && this.#batch.bytes[this.#from] === MINUS)
    if (isNone || rank > this.#ranks[column]!) return true
    // cookies without a session among them say nothing of the token
    if (codec.as === 'cookies' && !this.#cookies(this.#from, this.#to)) return true
    this.#ranks[column] = rank
    return this.#read(codec)
  }

  #read(codec: ValueCodec): boolean {
    const batch = this.#batch
    const row = this.#row
    const { bytes } = batch
    const [from, to] = [this.#from, this.#to]
    switch (codec.as) {
      case 'text':
        this.#write(codec.field, from, to)
        return true
      case 'extra':
        this.#write(FIELD_COUNT + this.#extras.indexOf(codec.name), from, to)
        return true
      case 'address':
        this.#address(from, to)
        return true
      case 'endpoint':
        this.#endpoint(codec.port, from, to)
        return true
      case 'request':
        scanRequest(batch, bytes, from, to, row)
        return true
      case 'target':
        scanTarget(batch, bytes, from, to, row)
        return true
      case 'composed-request':
        this.#composedRequest(codec.composed, from, to)
        return true
      case 'url':
        this.#url(from, to)
        if (codec.composed !== undefined) this.#decompose(codec.composed)
        return true
      case 'method':
        return writeMethod(batch, bytes, from, to, row)
      case 'query':
        this.#queryFrom = bytes[from] === QUESTION ? from + 1 : from
        this.#queryTo = to
        return true
      case 'query-before': {
        const stop = Buffer.from(bytes.subarray(from, to)).indexOf(codec.text)
        this.#queryFrom = from
        this.#queryTo = stop < 0 ? to : from + stop
        if (bytes[this.#queryTo - 1] === AMPERSAND) this.#queryTo--
        return true
      }
      case 'status':
        return this.#status(from, to)
      case 'bytes':
        batch.bytesSent[row] = readDecimal(bytes, from, to)
        return !Number.isNaN(batch.bytesSent[row]!)
      case 'duration':
        batch.durationMs[row] = readDecimal(bytes, from, to, codec.unit)
        return !Number.isNaN(batch.durationMs[row]!)
      case 'duration-part':
        return this.#durationPart(codec.unit, from, to)
      case 'any-duration':
        batch.durationMs[row] = readAnyDuration(bytes, from, to, codec.unit)
        return !Number.isNaN(batch.durationMs[row]!)
      case 'time':
        this.time(this.#readTime(codec.time, from, to))
        return !Number.isNaN(batch.time[row]!)
      case 'any-time':
        this.time(readAnyTime(this.#times, bytes, from, to))
        return !Number.isNaN(batch.time[row]!)
      case 'date':
        this.#dateMs = readDate(bytes, from, to)
        return !Number.isNaN(this.#dateMs)
      case 'clock':
        this.#isClockUtc = codec.utc
        this.#clockMs = readClockTime(bytes, from, to)
        return !Number.isNaN(this.#clockMs)
      default:
        return true
    }
  }

  #readTime(time: TimeCodec, from: number, to: number): number {
    const { bytes } = this.#batch
    switch (time.kind) {
      case 'clf':
        return this.#times.readClf(bytes, from, to)
      case 'iso':
        return this.#times.toUtc(readIsoTime(bytes, from, to))
      case 'epoch':
        return readEpoch(bytes, from, to, time.unit)
      default: {
        let pattern = this.#patterns.get(time.format)
        if (pattern === undefined) {
          pattern = compileStrftime(time.format)
          this.#patterns.set(time.format, pattern)
        }
        if (pattern.stop(bytes, from, to) !== to) return Number.NaN
        return this.#times.toUtc(this.#times.readPattern(pattern, bytes, from, to))
      }
    }
  }

  /** Writes the session cookie of a Cookie header as the token. False where it has none. */
  #cookies(from: number, to: number): boolean {
    const { bytes } = this.#batch
    const found = sessionCookie(
      Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1'),
    )
    if (found !== null) this.#write(FIELD.token, from + found[0], from + found[1])
    return found !== null
  }

  /** The same for a row that a layout has read, whose Cookie header stands in a column. */
  tokenFromCookies(batch: RecordBatch, row: number, column: number): void {
    this.#batch = batch
    this.#row = row
    const start = batch.fieldStart[column]![row]!
    const length = batch.fieldLength[column]![row]!
    if (length > 0) this.#cookies(start, start + length)
  }

  /**
   * Writes anew all texts of a row that a layout has read and that are spelled in its own way. Called for lines with a
   * backslash alone.
   */
  respellRow(batch: RecordBatch, row: number, spelling: Spelling): void {
    this.#batch = batch
    this.#row = row
    for (let column = 0; column < batch.fieldStart.length; column++) {
      const start = batch.fieldStart[column]![row]!
      const end = start + batch.fieldLength[column]![row]!
      if (end <= start || isPlain(batch.bytes, start, end, spelling)) continue
      this.#append(respell(batch.bytes, start, end, spelling))
      if (column === FIELD.target) scanTarget(batch, batch.bytes, this.#from, this.#to, row)
      else this.#write(column, this.#from, this.#to)
    }
  }

  /** Three digits; `000` and `0` are none. */
  #status(from: number, to: number): boolean {
    const code = readDecimal(this.#batch.bytes, from, to)
    if (Number.isNaN(code) || code > 999 || !Number.isInteger(code)) return false
    this.#batch.status[this.#row] = code
    return true
  }

  /** The last address of a chain, without its port; a chain is kept as the forwarding chain too. */
  #address(from: number, to: number): void {
    const { bytes } = this.#batch
    let start = from
    for (let at = from; at < to; at++) if (bytes[at] === COMMA) start = at + 1
    if (start > from) {
      this.#write(FIELD.forwarded, from, to)
      while (start < to && bytes[start] === SPACE) start++
    }
    const isBracketed = bytes[start] === 0x5b
    const end = addressEnd(bytes, start, to)
    this.#write(FIELD.client, isBracketed ? start + 1 : start, isBracketed ? end - 1 : end)
  }

  #endpoint(port: string, from: number, to: number): void {
    const { bytes } = this.#batch
    const colon = bytes.subarray(from, to).lastIndexOf(COLON)
    const end = colon < 0 ? to : from + colon
    this.#address(from, end)
    if (end + 1 < to) this.#write(FIELD_COUNT + this.#extras.indexOf(port), end + 1, to)
  }

  /** `- - -` for a connection without a request, as balancers compose it. */
  #composedRequest(composed: Composed, from: number, to: number): void {
    const { bytes } = this.#batch
    if (bytes[from] !== MINUS || bytes[from + 1] !== SPACE) {
      scanRequest(this.#batch, bytes, from, to, this.#row)
      this.#decompose(composed)
    } else if (!bytes.subarray(from, to).every((byte) => byte === MINUS || byte === SPACE))
      this.#write(FIELD.request, from, to)
  }

  /** Takes off what the log put in front of the target: the port, and the authority. */
  #decompose(composed: Composed): void {
    const batch = this.#batch
    const row = this.#row
    const target = batch.fieldStart[FIELD.target]![row]!
    const host = batch.fieldStart[FIELD.host]![row]!
    const length = batch.fieldLength[FIELD.host]![row]!
    const isOwn = host > target && host < target + batch.fieldLength[FIELD.target]![row]!
    if (length > 0 && isOwn) {
      const isBracketed = batch.bytes[host] === 0x5b
      const end = addressEnd(batch.bytes, host, host + length)
      batch.fieldLength[FIELD.host]![row] = isBracketed || end < host + length ? end - host : length
    }
    const path = batch.pathStart[row]! - target
    if (composed === 'host' || batch.pathLength[row]! <= 0 || path <= 0) return
    batch.fieldStart[FIELD.target]![row] = target + path
    batch.fieldLength[FIELD.target]![row] = batch.fieldLength[FIELD.target]![row]! - path
  }

  /** `https://example.com/a`, `example.com/a` or `/a`. */
  #url(from: number, to: number): void {
    const { bytes } = this.#batch
    const text = bytes.subarray(from, to)
    const slash = text.indexOf(SLASH)
    const isBare = slash > 0 && bytes[from + slash - 1] !== COLON && text.indexOf(QUESTION) < slash
    if (isBare && this.#batch.fieldLength[FIELD.host]![this.#row]! < 0)
      this.#write(FIELD.host, from, from + slash)
    scanTarget(this.#batch, bytes, isBare ? from + slash : from, to, this.#row)
  }

  #durationPart(unit: number, from: number, to: number): boolean {
    const { bytes } = this.#batch
    this.#partsMs += bytes[from] === MINUS ? Number.NaN : readDecimal(bytes, from, to, unit)
    // microseconds added in doubles differ in their last digits
    this.#batch.durationMs[this.#row] = Math.round(this.#partsMs * 1e6) / 1e6
    return bytes[from] === MINUS || !Number.isNaN(readDecimal(bytes, from, to, unit))
  }

  /** `/a` and `b=1` as `/a?b=1`; a target that has a query keeps it. */
  #joinQuery(): void {
    const batch = this.#batch
    const row = this.#row
    const length = batch.fieldLength[FIELD.target]![row]!
    if (length < 0 || this.#queryTo <= this.#queryFrom) return
    const from = batch.fieldStart[FIELD.target]![row]!
    const target = batch.bytes.subarray(from, from + length)
    if (target.indexOf(QUESTION) >= 0) return
    const query = batch.bytes.subarray(this.#queryFrom, this.#queryTo)
    this.#append(Buffer.concat([target, QUESTION_MARK, query]))
    scanTarget(batch, batch.bytes, this.#from, this.#to, row)
  }

  /** Writes a text span; `-` is none. */
  #write(column: number, from: number, to: number): void {
    const batch = this.#batch
    const isNone = to - from === 1 && batch.bytes[from] === MINUS
    batch.fieldStart[column]![this.#row] = from
    batch.fieldLength[column]![this.#row] = isNone ? -1 : to - from
  }
}

/** Number of what a value fills, for the ranks: a text column, or what stands behind those; -1 for what is dropped. */
export function columnOf(codec: ValueCodec, extras: readonly string[]): number {
  const others = FIELD_COUNT + extras.length
  switch (codec.as) {
    case 'text':
      return codec.field
    case 'extra': {
      const extra = extras.indexOf(codec.name)
      return extra < 0 ? -1 : FIELD_COUNT + extra
    }
    case 'address':
    case 'endpoint':
      return FIELD.client
    case 'request':
    case 'composed-request':
    case 'target':
    case 'url':
      return FIELD.target
    case 'cookies':
      return FIELD.token
    case 'method':
      return others + METHOD
    case 'query':
    case 'query-before':
      return others + QUERY
    case 'status':
      return others + STATUS
    case 'bytes':
      return others + BYTES
    case 'duration':
    case 'duration-part':
    case 'any-duration':
      return others + DURATION
    case 'time':
    case 'any-time':
      return others + TIME
    case 'date':
      return others + DATE
    case 'clock':
      return others + CLOCK
    default:
      return -1
  }
}

/** How many of them there are. */
export function columnCount(extras: readonly string[]): number {
  return FIELD_COUNT + extras.length + OTHERS
}

/** Index behind the last byte of a block's lines. What lies there is no text, but for the spare bytes. */
function textEnd({ lineEnd, lineCount }: Block): number {
  let end = 0
  for (let line = 0; line < lineCount; line++) end = Math.max(end, lineEnd[line]!)
  return end
}

/** Bytes that may be loaded behind the end of any text (decode/limits.ts). */
const SPARE_BYTES = 16
/** Bytes behind the text at least where a block has no room, so that few need more. */
const LEAST_ROOM = 4096
const AMPERSAND = 0x26
const QUESTION_MARK = Uint8Array.of(QUESTION)
