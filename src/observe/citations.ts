import { createHash } from 'node:crypto'
import type { RecordBatch } from '../columns/contract.js'

/** One cited record, taken out of its batch. */
export interface Citation {
  /** Ordinal of the source, from 0. */
  readonly source: number
  readonly line: number
  readonly offset: number
  /** True length in the source, line end excluded. */
  readonly length: number
  readonly time: number
  /** Bytes sent, 0 where not stated; orders the largest. */
  readonly size: number
  /** SHA-256 of the line's bytes as stored; null where they are not at hand: a line that was cut. */
  readonly sha256: string | null
  /** The line, or its first TEXT_BYTES. */
  readonly bytes: Uint8Array
  /** An OUTCOMES number, and the status, for those who judge again at the end. */
  readonly outcome: number
  readonly status: number
}

/** What a report may show of a line, with room for masking and clipping. */
const TEXT_BYTES = 4096

/** Bytes of a line as stored, before charset conversion; `text`: they are its text. Null when they cannot be had. */
export type StoredBytes = (batch: RecordBatch, row: number) => Uint8Array | 'text' | null

const FIRST = 10
const LAST = 5
const LARGEST = 10

/** Takes a row's place, hash and text out of its batch. */
export function cite(batch: RecordBatch, row: number, stored: StoredBytes): Citation {
  const picked = new PickedLine()
  picked.fill(batch, row, stored)
  return picked.citation()
}

/** By time, source, offset. */
export function byPlace(a: Place, b: Place): number {
  return a.time - b.time || a.source - b.source || a.offset - b.offset
}
interface Place {
  readonly time: number
  readonly source: number
  readonly offset: number
}
function bySize(a: Place & { size: number }, b: Place & { size: number }): number {
  return b.size - a.size || byPlace(a, b)
}

const NO_BYTES = new Uint8Array(0)

/**
 * A citation whose hash is not taken yet: most records that are picked give way to others before the end. One that no list
 * holds any more is filled again, so that a record costs no new memory.
 */
export class PickedLine {
  source = 0
  line = 0
  offset = 0
  length = 0
  time = 0
  size = 0
  outcome = 0
  status = 0
  /** Lists that hold it. */
  uses = 0
  #memory: Uint8Array = NO_BYTES
  #textLength = 0
  /** The stored bytes where they are not the text; null where they are not at hand. */
  #stored: Uint8Array | null = null
  #isStoredText = true

  fill(batch: RecordBatch, row: number, storedBytes: StoredBytes): void {
    this.source = batch.source
    this.line = batch.lineNumber[row]!
    this.offset = batch.placeOffset[row]!
    this.length = batch.placeLength[row]!
    this.time = batch.time[row]!
    this.size = batch.bytesSent[row]! || 0
    this.outcome = batch.outcome[row]!
    this.status = batch.status[row]!
    const start = batch.lineStart[row]!
    const length = batch.lineEnd[row]! - start
    this.#copyText(batch.bytes, start, Math.min(length, TEXT_BYTES))
    const stored = storedBytes(batch, row)
    this.#isStoredText = stored === 'text' && length <= TEXT_BYTES
    if (this.#isStoredText || stored === null) this.#stored = null
    else
      this.#stored = Uint8Array.from(stored === 'text' ? batch.bytes.subarray(start, start + length) : stored)
  }

  #copyText(bytes: Uint8Array, start: number, length: number): void {
    // of Node's pool: a buffer of its own takes as much again
    if (this.#memory.length < length) this.#memory = Buffer.allocUnsafe(length)
    const memory = this.#memory
    for (let i = 0; i < length; i++) memory[i] = bytes[start + i]!
    this.#textLength = length
  }

  citation(): Citation {
    const { source, line, offset, length, time, size, outcome, status } = this
    const bytes = Uint8Array.from(this.#memory.subarray(0, this.#textLength))
    const stored = this.#isStoredText ? bytes : this.#stored
    const sha256 = stored === null ? null : createHash('sha256').update(stored).digest('hex')
    return { source, line, offset, length, time, size, sha256, bytes, outcome, status }
  }
}

/** Of a picker without citations, and of one with a line of usual length, of which some stand in two lists. */
const PICKER_BYTES = 300
const PICKED_BYTES = 550

/**
 * Keeps the citations of one finding: the first 10, the last 5 and the 10 with most bytes of all that it is shown, and
 * their exact number. The same whatever the order in which records come.
 */
export class CitationPicker {
  #first: PickedLine[] = []
  #last: PickedLine[] = []
  #largest: PickedLine[] = []
  /** One that gave way to others, to be filled again. */
  #spare: PickedLine | null = null
  /** All records shown. */
  count = 0

  /** Memory held, about. */
  get byteLength(): number {
    return PICKER_BYTES + (this.#first.length + this.#last.length + this.#largest.length) * PICKED_BYTES
  }

  add(batch: RecordBatch, row: number, stored: StoredBytes): void {
    this.count++
    const place = {
      time: batch.time[row]!,
      source: batch.source,
      offset: batch.placeOffset[row]!,
      size: batch.bytesSent[row]! || 0,
    }
    const isFirst = fits(this.#first, FIRST, place, byPlace)
    const isLast = fits(this.#last, LAST, place, byPlaceDown)
    const isLargest = fits(this.#largest, LARGEST, place, bySize)
    if (!isFirst && !isLast && !isLargest) return
    const picked = this.#spare ?? new PickedLine()
    this.#spare = null
    picked.fill(batch, row, stored)
    if (isFirst) this.#insert(this.#first, FIRST, picked, byPlace)
    if (isLast) this.#insert(this.#last, LAST, picked, byPlaceDown)
    if (isLargest) this.#insert(this.#largest, LARGEST, picked, bySize)
  }

  merge(other: CitationPicker): void {
    this.count += other.count
    this.#take(other, () => true)
  }

  /** Takes in what another has picked of a stretch of time, both ends inclusive; its count is left alone. */
  mergeWithin(other: CitationPicker, first: number, last: number): void {
    this.#take(other, ({ time }) => time >= first && time <= last)
  }

  #take(other: CitationPicker, isMeant: (picked: PickedLine) => boolean): void {
    for (const it of other.#first) if (isMeant(it)) this.#insert(this.#first, FIRST, it, byPlace)
    for (const it of other.#last) if (isMeant(it)) this.#insert(this.#last, LAST, it, byPlaceDown)
    for (const it of other.#largest) if (isMeant(it)) this.#insert(this.#largest, LARGEST, it, bySize)
  }

  #insert(
    kept: PickedLine[],
    most: number,
    picked: PickedLine,
    order: (a: PickedLine, b: PickedLine) => number,
  ): void {
    let at = kept.length
    while (at > 0 && order(picked, kept[at - 1]!) < 0) at--
    kept.splice(at, 0, picked)
    picked.uses++
    if (kept.length <= most) return
    const gone = kept.pop()!
    if (--gone.uses === 0) this.#spare = gone
  }

  /** At most 25, by time, source, offset. */
  list(): Citation[] {
    const unique = new Map<string, PickedLine>()
    for (const it of [...this.#first, ...this.#last, ...this.#largest]) {
      unique.set(`${it.source}:${it.offset}`, it)
    }
    return [...unique.values()].sort(byPlace).map((it) => it.citation())
  }
}

function byPlaceDown(a: Place, b: Place): number {
  return byPlace(b, a)
}

function fits<T extends Place & { size: number }>(
  kept: readonly T[],
  most: number,
  place: T | (Place & { size: number }),
  order: (a: T, b: T) => number,
): boolean {
  return kept.length < most || order(place as T, kept[kept.length - 1]!) < 0
}
