/**
 * Seeded 64-bit keys of byte strings, as two 32-bit words. They group rows; they are no proof of equality beyond that
 * (2^32 distinct keys give even odds of one collision), and whatever is called an exact count uses 128 bits.
 *
 * The bytes are taken sixteen at a time, four words side by side, into two rows of lanes:
 *
 *     bytes    | w0 | w1 | w2 | w3 |  the next sixteen ... the last ones filled up with zeros
 *     a lanes    a0   a1   a2   a3    each step: lane = rotate(13) of (lane ^ word) * MIX_A
 *     b lanes    b0   b1   b2   b3               lane = rotate(15) of (lane ^ word ^ the new a lane before it) * MIX_B
 *
 * A 128-bit register holds a row of lanes, so that kernel/simd makes the same keys. What differs in the last byte of a word stays in a few bits of
 * its lane, where a later word could undo it; in the b rows it is in two lanes by then, of which that word reaches one. At the end
 * the lanes of a row are mixed whole, each for itself, and folded into one word: low from a, high from b.
 */

const MIX_A = 0x85ebca6b | 0
const MIX_B = 0xc2b2ae35 | 0
/** What tells the lanes apart at the start: digits of the golden ratio, times 1 to 3. */
const LANE_1 = 0x9e3779b9 | 0
const LANE_2 = 0x3c6ef372
const LANE_3 = 0xdaa66d2b | 0

/** What is kept of a word that has so many bytes before the end: at 12 none, at 13 one, from 16 on all four. */
const TAIL_MASKS = Int32Array.from({ length: 28 }, (_, i) =>
  i >= 16 ? -1 : i <= 12 ? 0 : (1 << (8 * (i - 12))) - 1,
)

/** Seeds of one run. Derived from the evidence, so that a rerun is the same and an attacker cannot know them before. */
export interface KeySeed {
  readonly a: number
  readonly b: number
}

/** Last step of MurmurHash3 (Austin Appleby): every input bit reaches every output bit. */
export function mix32(h: number): number {
  h = Math.imul(h ^ (h >>> 16), MIX_A)
  h = Math.imul(h ^ (h >>> 13), MIX_B)
  return h ^ (h >>> 16)
}

/** Folds the four lanes of a row into one word, each mixed whole and turned by another quarter. */
function fold(h0: number, h1: number, h2: number, h3: number): number {
  const m1 = mix32(h1)
  const m2 = mix32(h2)
  const m3 = mix32(h3)
  return mix32(h0) ^ ((m1 << 8) | (m1 >>> 24)) ^ ((m2 << 16) | (m2 >>> 16)) ^ ((m3 << 24) | (m3 >>> 8))
}

/**
 * Writes the key of `bytes[start, start + length)` to `out[at]` (low) and `out[at + 1]` (high).
 *
 * `view` and `bytes` are over the same memory. No byte outside the range changes the key.
 */
export function writeKey(
  view: DataView,
  start: number,
  length: number,
  seed: KeySeed,
  out: Int32Array,
  at: number,
): void {
  const mixA = MIX_A
  const mixB = MIX_B
  let a0 = seed.a ^ length
  let a1 = seed.a ^ LANE_1
  let a2 = seed.a ^ LANE_2
  let a3 = seed.a ^ LANE_3
  let b0 = seed.b
  let b1 = seed.b ^ LANE_1
  let b2 = seed.b ^ LANE_2
  let b3 = seed.b ^ LANE_3
  const end = start + length
  const lastRead = view.byteLength - 16
  const masks = TAIL_MASKS
  for (let i = start; i < end; i += 16) {
    if (i > lastRead) {
      slowKey(view, start, length, seed, out, at)
      return
    }
    let w0 = view.getInt32(i, true)
    let w1 = view.getInt32(i + 4, true)
    let w2 = view.getInt32(i + 8, true)
    let w3 = view.getInt32(i + 12, true)
    const left = end - i
    if (left < 16) {
      w0 &= masks[left + 12]!
      w1 &= masks[left + 8]!
      w2 &= masks[left + 4]!
      w3 &= masks[left]!
    }
    a0 = Math.imul(a0 ^ w0, mixA)
    a1 = Math.imul(a1 ^ w1, mixA)
    a2 = Math.imul(a2 ^ w2, mixA)
    a3 = Math.imul(a3 ^ w3, mixA)
    a0 = (a0 << 13) | (a0 >>> 19)
    a1 = (a1 << 13) | (a1 >>> 19)
    a2 = (a2 << 13) | (a2 >>> 19)
    a3 = (a3 << 13) | (a3 >>> 19)
    b0 = Math.imul(b0 ^ w0 ^ a3, mixB)
    b1 = Math.imul(b1 ^ w1 ^ a0, mixB)
    b2 = Math.imul(b2 ^ w2 ^ a1, mixB)
    b3 = Math.imul(b3 ^ w3 ^ a2, mixB)
    b0 = (b0 << 15) | (b0 >>> 17)
    b1 = (b1 << 15) | (b1 >>> 17)
    b2 = (b2 << 15) | (b2 >>> 17)
    b3 = (b3 << 15) | (b3 >>> 17)
  }
  out[at] = fold(a0, a1, a2, a3)
  out[at + 1] = fold(b0, b1, b2, b3)
}

/** Taken where the last sixteen bytes reach behind the view's end: the same over a copy that has room. */
function slowKey(
  view: DataView,
  start: number,
  length: number,
  seed: KeySeed,
  out: Int32Array,
  at: number,
): void {
  const copy = new Uint8Array(length + 16)
  copy.set(new Uint8Array(view.buffer, view.byteOffset + start, length))
  writeKey(new DataView(copy.buffer), 0, length, seed, out, at)
}

/** Joins two keys (or a key and a small number) into one; order matters. */
export function joinKeys(
  aLow: number,
  aHigh: number,
  bLow: number,
  bHigh: number,
  out: Int32Array,
  at: number,
): void {
  const low = mix32(aLow ^ Math.imul(bLow, MIX_A) ^ 0x9e3779b9)
  out[at] = mix32(low ^ bHigh)
  out[at + 1] = mix32(aHigh ^ Math.imul(bHigh, MIX_B) ^ Math.imul(low, 3) ^ bLow)
}

const encoder = new TextEncoder()

/** The key of some text, through its UTF-8 bytes. For rare things; hot paths use `writeKey`. */
export function keyOfText(text: string, seed: KeySeed, out: Int32Array, at: number): void {
  // three bytes a character at most, and room behind for the last read of sixteen
  const bytes = new Uint8Array(3 * text.length + 16)
  const { written } = encoder.encodeInto(text, bytes)
  writeKey(new DataView(bytes.buffer), 0, written, seed, out, at)
}
