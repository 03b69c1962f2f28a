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

/** Bytes of a line as stored, before charset conversion; null when they cannot be had. */
export type StoredBytes = (batch: RecordBatch, row: number) => Uint8Array | null

const FIRST = 10
const LAST = 5
const LARGEST = 10

/** Takes a row's place, hash and text out of its batch. */
export function cite(batch: RecordBatch, row: number, stored: StoredBytes): Citation {
  const bytes = stored(batch, row)
  const text = batch.bytes.subarray(
    batch.lineStart[row]!,
    Math.min(batch.lineEnd[row]!, batch.lineStart[row]! + TEXT_BYTES),
  )
  return {
    source: batch.source,
    line: batch.lineNumber[row]!,
    offset: batch.placeOffset[row]!,
    length: batch.placeLength[row]!,
    time: batch.time[row]!,
    size: batch.bytesSent[row]! || 0,
    sha256: bytes === null ? null : createHash('sha256').update(bytes).digest('hex'),
    bytes: Uint8Array.prototype.slice.call(text),
    outcome: batch.outcome[row]!,
    status: batch.status[row]!,
  }
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

/** A citation whose hash is not taken yet: most records that are picked give way to others before the end. */
interface Picked extends Omit<Citation, 'sha256'> {
  /** The stored bytes, null where they are not at hand. */
  readonly stored: Uint8Array | null
}

function pick(batch: RecordBatch, row: number, storedBytes: StoredBytes): Picked {
  const stored = storedBytes(batch, row)
  const start = batch.lineStart[row]!
  const length = batch.lineEnd[row]! - start
  const bytes = copyOf(batch.bytes, start, Math.min(length, TEXT_BYTES))
  // nearly always the line as it is, whole
  const isSame = stored !== null && stored.buffer === batch.bytes.buffer && stored.length === bytes.length
  return {
    source: batch.source,
    line: batch.lineNumber[row]!,
    offset: batch.placeOffset[row]!,
    length: batch.placeLength[row]!,
    time: batch.time[row]!,
    size: batch.bytesSent[row]! || 0,
    bytes,
    outcome: batch.outcome[row]!,
    status: batch.status[row]!,
    stored: isSame ? bytes : stored === null ? null : copyOf(stored, 0, stored.length),
  }
}

function copyOf(bytes: Uint8Array, start: number, length: number): Uint8Array {
  return Uint8Array.prototype.slice.call(bytes, start, start + length)
}

function toCitation({ stored, ...rest }: Picked): Citation {
  const { source, line, offset, length, time, size, bytes, outcome, status } = rest
  const sha256 = stored === null ? null : createHash('sha256').update(stored).digest('hex')
  return { source, line, offset, length, time, size, sha256, bytes, outcome, status }
}

/**
 * Keeps the citations of one finding: the first 10, the last 5 and the 10 with most bytes of all that it is shown, and
 * their exact number. The same whatever the order in which records come.
 */
export class CitationPicker {
  #first: Picked[] = []
  #last: Picked[] = []
  #largest: Picked[] = []
  /** All records shown. */
  count = 0

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
    const picked = pick(batch, row, stored)
    if (isFirst) insert(this.#first, FIRST, picked, byPlace)
    if (isLast) insert(this.#last, LAST, picked, byPlaceDown)
    if (isLargest) insert(this.#largest, LARGEST, picked, bySize)
  }

  merge(other: CitationPicker): void {
    this.count += other.count
    this.#take(other, () => true)
  }

  /** Takes in what another has picked of a stretch of time, both ends inclusive; its count is left alone. */
  mergeWithin(other: CitationPicker, first: number, last: number): void {
    this.#take(other, ({ time }) => time >= first && time <= last)
  }

  #take(other: CitationPicker, isMeant: (picked: Picked) => boolean): void {
    for (const it of other.#first) if (isMeant(it)) insert(this.#first, FIRST, it, byPlace)
    for (const it of other.#last) if (isMeant(it)) insert(this.#last, LAST, it, byPlaceDown)
    for (const it of other.#largest) if (isMeant(it)) insert(this.#largest, LARGEST, it, bySize)
  }

  /** At most 25, by time, source, offset. */
  list(): Citation[] {
    const unique = new Map<string, Picked>()
    for (const it of [...this.#first, ...this.#last, ...this.#largest]) {
      unique.set(`${it.source}:${it.offset}`, it)
    }
    return [...unique.values()].sort(byPlace).map(toCitation)
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

function insert(
  kept: Picked[],
  most: number,
  citation: Picked,
  order: (a: Picked, b: Picked) => number,
): void {
  let at = kept.length
  while (at > 0 && order(citation, kept[at - 1]!) < 0) at--
  kept.splice(at, 0, citation)
  if (kept.length > most) kept.pop()
}
