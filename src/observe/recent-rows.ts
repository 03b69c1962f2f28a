import { createBatch } from '../columns/batch.js'
import { FIELD, type RecordBatch } from '../columns/contract.js'

type Column = Float64Array | Uint32Array | Int32Array | Uint16Array | Uint8Array

/** Fields of text that a candidate may ask for. */
const FIELDS: readonly number[] = [
  FIELD.client,
  FIELD.user,
  FIELD.target,
  FIELD.referrer,
  FIELD.userAgent,
  FIELD.host,
  FIELD.method,
]

/** What is kept of a row beside its text, the widest first: each column then starts where its values may. */
const COLUMNS: readonly ((batch: RecordBatch) => Column)[] = [
  (batch) => batch.time,
  (batch) => batch.placeOffset,
  (batch) => batch.placeLength,
  (batch) => batch.bytesSent,
  (batch) => batch.clientKey,
  (batch) => batch.agentKey,
  (batch) => batch.pathKey,
  (batch) => batch.lineStart,
  (batch) => batch.lineEnd,
  (batch) => batch.lineNumber,
  (batch) => batch.flags,
  (batch) => batch.pathStart,
  (batch) => batch.pathLength,
  ...FIELDS.map((field) => (batch: RecordBatch) => batch.fieldStart[field]!),
  ...FIELDS.map((field) => (batch: RecordBatch) => batch.fieldLength[field]!),
  (batch) => batch.status,
  (batch) => batch.method,
  (batch) => batch.outcome,
]
/** Bytes of a row in each column. */
const WIDTHS = COLUMNS.map((columnOf) => columnOf(createBatch(1, [])).byteLength)
const ROW_BYTES = WIDTHS.reduce((sum, width) => sum + width)
/** Number, key and link of a row that is kept, of all those of the run. */
const KEPT_BYTES = 16

/** Rows of these many lists are linked. */
const LISTS = 1 << 16

/*
 * A run's header, in words of 32 bits; doubles stand on even words.
 *
 *     0 size  1 rows  2 kept  3 source  4 text from  5 text length  6 more text from  8 last
 */
const SIZE = 0
const ROWS = 1
const KEPT = 2
const SOURCE = 3
const TEXT_FROM = 4
const TEXT_LENGTH = 5
const MORE_FROM = 6
const LAST = 8
const HEADER_BYTES = 40

/** A log of some hundred lines needs no more. */
const FIRST_BYTES = 1 << 18

/** Shows one kept row, as the only one of a batch that is filled again for the next. */
export type ShowRow = (batch: RecordBatch, row: number, ordinal: number) => void

/**
 * Copies of the rows of the last stretch of event time, so that an observer that opens a candidate by a count can still
 * see what came just before: which rows those are must not depend on the order in which rows arrived within the horizon.
 *
 * A run of rows is copied as a whole, a column or the text at a time, into one buffer that is written round and round:
 *
 *     | run 7 ...  |   run 4      | run 5 | run 6      |  unused |
 *     ^0           ^head ^tail                                   ^capacity
 *
 *     run     | header | columns | numbers of the rows that are kept | their keys | links | text | text that was spelled anew |
 *
 * A row costs about what it takes to move its bytes. It is linked to the one before it whose key has the same last bits, by
 * ordinal; rows of a key are found along these lists, until one says an ordinal that is gone.
 */
export class RecentRows {
  readonly #spanMs: number
  readonly #maxBytes: number
  #ring: Ring
  /** Where the oldest run is, and where the next one goes. */
  #tail = 0
  #head = 0
  /** The runs that are there, oldest first: where each is, and the ordinal of its first kept row. */
  readonly #runs: { readonly at: number; readonly ordinal: number }[] = []
  #kept = 0
  /** Low words of the ordinals of the last rows of the lists. */
  readonly #lists = new Int32Array(LISTS)
  readonly #frame = new Frame()
  /** Latest time of all rows; rows up to `cutMs` may be gone for want of memory, those after it are all there. */
  readonly #times = { last: Number.NEGATIVE_INFINITY, cut: Number.NEGATIVE_INFINITY }

  /** @param spanMs  Event time that rows are kept for. */
  constructor(spanMs: number, maxBytes: number) {
    this.#spanMs = spanMs
    this.#maxBytes = Math.max(8, Math.floor(maxBytes / 8) * 8)
    this.#ring = new Ring(Math.min(this.#maxBytes, FIRST_BYTES))
  }

  /** Rows up to this time may have been given up for want of memory. */
  get cutMs(): number {
    return this.#times.cut
  }

  get byteLength(): number {
    return this.#ring.bytes.length
  }

  /**
   * Copies a run of rows. `rows[0 .. count)` are row numbers of `batch`, ascending, at least one; `keys` are two words for
   * each of them.
   *
   * @returns The ordinal of the first of these rows among all that were ever kept.
   */
  keep(batch: RecordBatch, rows: Uint32Array, count: number, keys: Int32Array): number {
    const last = latestOf(batch, rows, count)
    if (last > this.#times.last) this.#times.last = last
    this.#dropOver()
    const from = rows[0]!
    const to = rows[count - 1]! + 1
    const text = textOf(batch, from, to)
    const room = HEADER_BYTES + (to - from) * ROW_BYTES + count * KEPT_BYTES + text.length + text.moreLength
    const size = (room + 7) & ~7
    this.#makeRoom(size)
    const at = this.#head
    const { words, doubles } = this.#ring
    const header = at >> 2
    words[header + SIZE] = size
    words[header + ROWS] = to - from
    words[header + KEPT] = count
    words[header + SOURCE] = batch.source
    words[header + TEXT_FROM] = text.from
    words[header + TEXT_LENGTH] = text.length
    words[header + MORE_FROM] = text.moreFrom
    doubles[(header + LAST) >> 1] = last
    const keptAt = copyColumns(this.#ring.bytes, at + HEADER_BYTES, batch, from, to)
    copyKept(words, keptAt >> 2, rows, keys, count)
    this.#link((keptAt >> 2) + 3 * count, keys, count)
    copyText(this.#ring.bytes, keptAt + count * KEPT_BYTES, batch, text)
    this.#runs.push({ at, ordinal: this.#kept })
    this.#head += size
    this.#kept += count
    return this.#kept - count
  }

  /** Puts rows at the ends of their lists. */
  #link(at: number, keys: Int32Array, count: number): void {
    const { words } = this.#ring
    const lists = this.#lists
    const first = this.#kept
    for (let i = 0; i < count; i++) {
      const list = keys[2 * i]! & (LISTS - 1)
      words[at + i] = lists[list]!
      lists[list] = first + i
    }
  }

  /** Shows the kept rows of a key with their ordinals, in the order in which they were kept. */
  visit(low: number, high: number, show: ShowRow): void {
    const { words } = this.#ring
    for (const ordinal of this.#ordinalsOf(low, high)) {
      const { at, ordinal: first } = this.#runOf(ordinal)
      const rowsAt = (at + HEADER_BYTES + words[(at >> 2) + ROWS]! * ROW_BYTES) >> 2
      this.#frame.fill(this.#ring, at, words[rowsAt + ordinal - first]!)
      show(this.#frame.batch, 0, ordinal)
    }
  }

  /** Ascending. */
  #ordinalsOf(low: number, high: number): number[] {
    const { words } = this.#ring
    const oldest = this.#runs[0]?.ordinal ?? this.#kept
    const found: number[] = []
    let before = this.#kept
    let ordinal = this.#whole(this.#lists[low & (LISTS - 1)]!)
    // a list goes back in time; what is not older is no link
    while (ordinal < before && ordinal >= oldest) {
      const run = this.#runOf(ordinal)
      const header = run.at >> 2
      const kept = words[header + KEPT]!
      const keysAt = ((run.at + HEADER_BYTES + words[header + ROWS]! * ROW_BYTES) >> 2) + kept
      const i = ordinal - run.ordinal
      if (words[keysAt + 2 * i] === low && words[keysAt + 2 * i + 1] === high) found.push(ordinal)
      before = ordinal
      ordinal = this.#whole(words[keysAt + 2 * kept + i]!)
    }
    return found.reverse()
  }

  /** The latest ordinal below that of the next row with this low word. */
  #whole(low: number): number {
    return this.#kept - 1 - ((this.#kept - 1 - low) >>> 0)
  }

  /** The run that has a row which is there. */
  #runOf(ordinal: number): { readonly at: number; readonly ordinal: number } {
    let first = 0
    let last = this.#runs.length - 1
    while (first < last) {
      const middle = (first + last + 1) >> 1
      if (this.#runs[middle]!.ordinal <= ordinal) first = middle
      else last = middle - 1
    }
    return this.#runs[first]!
  }

  /** Drops the runs at the front of which no row lies within the span. */
  #dropOver(): void {
    const { doubles } = this.#ring
    const limit = this.#times.last - this.#spanMs
    while (this.#runs.length > 0 && doubles[((this.#tail >> 2) + LAST) >> 1]! < limit) this.#dropOldest()
  }

  #dropOldest(): void {
    this.#runs.shift()
    const next = this.#runs[0]
    if (next === undefined) this.#tail = this.#head = 0
    else this.#tail = next.at
  }

  /** Moves `head` to where so many bytes are free, at the cost of the oldest runs when the buffer is as large as it may be. */
  #makeRoom(size: number): void {
    while (!this.#hasRoom(size)) {
      const { length } = this.#ring.bytes
      if (length < this.#maxBytes) this.#grow(Math.min(this.#maxBytes, 2 * length))
      else if (this.#runs.length === 0) this.#grow(size)
      else {
        const last = this.#ring.doubles[((this.#tail >> 2) + LAST) >> 1]!
        if (last > this.#times.cut) this.#times.cut = last
        this.#dropOldest()
      }
    }
  }

  #hasRoom(size: number): boolean {
    const isRound = this.#runs.length > 0 && this.#head <= this.#tail
    if (isRound) return this.#tail - this.#head >= size
    if (this.#ring.bytes.length - this.#head >= size) return true
    if (this.#tail < size) return false
    this.#head = 0
    return true
  }

  /** Moves the runs into a larger buffer, one behind the other. */
  #grow(bytes: number): void {
    const old = this.#ring
    const larger = new Ring(bytes)
    let head = 0
    for (const [i, { at, ordinal }] of this.#runs.entries()) {
      const size = old.words[(at >> 2) + SIZE]!
      larger.bytes.set(old.bytes.subarray(at, at + size), head)
      this.#runs[i] = { at: head, ordinal }
      head += size
    }
    this.#ring = larger
    this.#tail = 0
    this.#head = head
  }
}

/** The buffer, as bytes, words and doubles. */
class Ring {
  readonly bytes: Buffer
  readonly words: Int32Array
  readonly doubles: Float64Array

  /** @param bytes  A multiple of 8. */
  constructor(bytes: number) {
    const buffer = new ArrayBuffer(bytes)
    this.bytes = Buffer.from(buffer)
    this.words = new Int32Array(buffer)
    this.doubles = new Float64Array(buffer)
  }
}

/** A batch of one row, taken out of a ring. */
class Frame {
  readonly batch = createBatch(1, [])
  /** Its columns as words, for those whose values are words. */
  readonly #words = COLUMNS.map((columnOf) => {
    const { buffer, byteOffset, byteLength } = columnOf(this.batch)
    return byteLength < 4 ? null : new Int32Array(buffer, byteOffset, byteLength >> 2)
  })

  /** Takes a row, counted from the run's first, of the run at `at`. */
  fill({ bytes, words }: Ring, at: number, row: number): void {
    const rows = words[(at >> 2) + ROWS]!
    let column = at + HEADER_BYTES
    for (let i = 0; i < WIDTHS.length; i++) {
      const width = WIDTHS[i]!
      const to = this.#words[i]
      if (to) {
        const from = (column + row * width) >> 2
        for (let word = 0; word < to.length; word++) to[word] = words[from + word]!
      } else this.#fillNarrow(i, bytes, column + row * width)
      column += rows * width
    }
    this.batch.bytes = bytes
    this.batch.source = words[(at >> 2) + SOURCE]!
    this.#moveSpans(words, at, column + words[(at >> 2) + KEPT]! * KEPT_BYTES)
  }

  /** Of one or two bytes, the low one first as the machine has them. */
  #fillNarrow(i: number, bytes: Uint8Array, at: number): void {
    COLUMNS[i]!(this.batch)[0] = WIDTHS[i] === 1 ? bytes[at]! : bytes[at]! | (bytes[at + 1]! << 8)
  }

  /** Spans are absolute: they move with the text, which stands at `textAt` now. */
  #moveSpans(words: Int32Array, at: number, textAt: number): void {
    const header = at >> 2
    const shift = textAt - words[header + TEXT_FROM]!
    const textTo = words[header + TEXT_FROM]! + words[header + TEXT_LENGTH]!
    const moreShift = textAt + words[header + TEXT_LENGTH]! - words[header + MORE_FROM]!
    const moved = (start: number) => start + (start < textTo ? shift : moreShift)
    const { lineStart, lineEnd, pathStart, fieldStart } = this.batch
    lineStart[0] = lineStart[0]! + shift
    lineEnd[0] = lineEnd[0]! + shift
    pathStart[0] = moved(pathStart[0]!)
    for (const field of FIELDS) fieldStart[field]![0] = moved(fieldStart[field]![0]!)
  }
}

function latestOf({ time }: RecordBatch, rows: Uint32Array, count: number): number {
  let last = Number.NEGATIVE_INFINITY
  for (let i = 0; i < count; i++) if (time[rows[i]!]! > last) last = time[rows[i]!]!
  return last
}

/** Where the text of some rows is: their lines, and what was spelled anew, which stands behind all lines of the batch. */
interface RunText {
  readonly from: number
  readonly length: number
  moreFrom: number
  moreLength: number
}

function textOf(batch: RecordBatch, from: number, to: number): RunText {
  const textFrom = batch.lineStart[from]!
  const textTo = batch.lineEnd[to - 1]!
  const text = { from: textFrom, length: textTo - textFrom, moreFrom: textTo, moreLength: 0 }
  for (const field of FIELDS) {
    const start = batch.fieldStart[field]!
    let last = 0
    for (let row = from; row < to; row++) if (start[row]! > last) last = start[row]!
    if (last >= textTo) addMore(text, start, batch.fieldLength[field]!, from, to)
  }
  return text
}

/** Taken where a field may have text that was spelled anew; absent ones may still say where one was. */
function addMore(text: RunText, start: Int32Array, length: Int32Array, from: number, to: number): void {
  const textTo = text.from + text.length
  for (let row = from; row < to; row++) {
    const [at, end] = [start[row]!, start[row]! + length[row]!]
    if (at < textTo || length[row]! <= 0) continue
    const first = text.moreLength === 0 ? at : Math.min(at, text.moreFrom)
    text.moreLength = Math.max(end, text.moreFrom + text.moreLength) - first
    text.moreFrom = first
  }
}

/** Returns where the columns end. */
function copyColumns(bytes: Uint8Array, at: number, batch: RecordBatch, from: number, to: number): number {
  for (let i = 0; i < COLUMNS.length; i++) {
    const { buffer, byteOffset } = COLUMNS[i]!(batch)
    const width = WIDTHS[i]!
    bytes.set(new Uint8Array(buffer, byteOffset + from * width, (to - from) * width), at)
    at += (to - from) * width
  }
  return at
}

/** Row numbers from that of the run's first, and two words of key for each. */
function copyKept(words: Int32Array, at: number, rows: Uint32Array, keys: Int32Array, count: number): void {
  const from = rows[0]!
  for (let i = 0; i < count; i++) words[at + i] = rows[i]! - from
  words.set(keys.subarray(0, 2 * count), at + count)
}

function copyText(bytes: Uint8Array, at: number, batch: RecordBatch, text: RunText): void {
  bytes.set(batch.bytes.subarray(text.from, text.from + text.length), at)
  if (text.moreLength > 0)
    bytes.set(batch.bytes.subarray(text.moreFrom, text.moreFrom + text.moreLength), at + text.length)
}
