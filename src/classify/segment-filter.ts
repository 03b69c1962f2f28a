import { bytesOf } from './normal-path.js'

/** Segments are told apart by so many bits. */
const BITS = 12
const SLOTS = 1 << BITS
const TO_LOWER = 0x20

/**
 * Dismisses paths by one of their segments, whose length and three of whose bytes nearly always tell that no rule can match:
 * then a path that is seen for the first time costs no string. Letters' case is passed over, so that it serves rules of
 * either kind. It may let a path through that no rule matches, and never dismisses one that a rule does.
 */
export class SegmentFilter {
  readonly #known = new Uint8Array(SLOTS)
  #letsAllThrough = false

  /** @param segment  A byte string. */
  add(segment: string): void {
    const bytes = bytesOf(segment)
    this.#known[slotOf(bytes, 0, bytes.length)] = 1
  }

  addAll(): void {
    this.#letsAllThrough = true
  }

  mayHold(bytes: Uint8Array, start: number, end: number): boolean {
    return this.#letsAllThrough || this.#known[slotOf(bytes, start, end)] === 1
  }
}

/** By length, first, middle and last byte. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start
  if (length === 0) return 0
  const first = bytes[start]! | TO_LOWER
  const middle = bytes[start + (length >> 1)]! | TO_LOWER
  const last = bytes[end - 1]! | TO_LOWER
  const sum = Math.imul(first | (middle << 8) | (last << 16) | (length << 24), 0x9e3779b1)
  return sum >>> (32 - BITS)
}
