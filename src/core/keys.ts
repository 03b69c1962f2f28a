/**
 * Seeded 64-bit keys of byte strings, as two 32-bit words. They group rows; they are no proof of equality beyond that
 * (2^32 distinct keys give even odds of one collision), and whatever is called an exact count uses 128 bits.
 *
 * The bytes are taken sixteen at a time, four words side by side, into two rows of lanes:
 *
 *     bytes    | w0 | w1 | w2 | w3 |  the next sixteen ... the last ones filled up with zeros
 *     a lanes    a0   a1   a2   a3    each step: lane = rotate(13) of (lane ^ word) * MIX_A
 *     b lanes    b0   b1   b2   b3               lane = rotate(15) of (lane ^ word) * MIX_B
 *
 * The lanes do not wait for each other, and a 128-bit register holds a row of them, so that kernel/simd makes the same keys.
 * At the end the lanes of a row are folded into one word, in order: low from a, high from b.
 */

const MIX_A = 0x85ebca6b | 0
const MIX_B = 0xc2b2ae35 | 0
/** What tells the lanes apart at the start: digits of the golden ratio, times 1 to 3. */
const LANE_1 = 0x9e3779b9 | 0
const LANE_2 = 0x3c6ef372
const LANE_3 = 0xdaa66d2b | 0

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

/** One word into a lane. */
function step(lane: number, word: number, mix: number, left: number): number {
  const h = Math.imul(lane ^ word, mix)
  return (h << left) | (h >>> (32 - left))
}

/** Folds the four lanes of a row into one word. */
function fold(h0: number, h1: number, h2: number, h3: number, mix: number): number {
  const h = step(step(step(h0, h1, mix, 13), h2, mix, 13), h3, mix, 13)
  return mix32(h)
}

/**
 * Writes the key of `bytes[start, start + length)` to `out[at]` (low) and `out[at + 1]` (high).
 *
 * `view` and `bytes` are over the same memory. Reads no byte outside the range.
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
  let i = start
  for (; i + 16 <= end; i += 16) {
    const w0 = view.getInt32(i, true)
    const w1 = view.getInt32(i + 4, true)
    const w2 = view.getInt32(i + 8, true)
    const w3 = view.getInt32(i + 12, true)
    a0 = step(a0, w0, mixA, 13)
    a1 = step(a1, w1, mixA, 13)
    a2 = step(a2, w2, mixA, 13)
    a3 = step(a3, w3, mixA, 13)
    b0 = step(b0, w0, mixB, 15)
    b1 = step(b1, w1, mixB, 15)
    b2 = step(b2, w2, mixB, 15)
    b3 = step(b3, w3, mixB, 15)
  }
  if (i < end) {
    const w0 = wordUpTo(view, i, end)
    const w1 = wordUpTo(view, i + 4, end)
    const w2 = wordUpTo(view, i + 8, end)
    const w3 = wordUpTo(view, i + 12, end)
    a0 = step(a0, w0, mixA, 13)
    a1 = step(a1, w1, mixA, 13)
    a2 = step(a2, w2, mixA, 13)
    a3 = step(a3, w3, mixA, 13)
    b0 = step(b0, w0, mixB, 15)
    b1 = step(b1, w1, mixB, 15)
    b2 = step(b2, w2, mixB, 15)
    b3 = step(b3, w3, mixB, 15)
  }
  out[at] = fold(a0, a1, a2, a3, mixA)
  out[at + 1] = fold(b0, b1, b2, b3, mixB)
}

/** The word at `at` with zeros for what is at `end` or behind it. */
function wordUpTo(view: DataView, at: number, end: number): number {
  if (at + 4 <= end) return view.getInt32(at, true)
  let word = 0
  for (let shift = 0; at < end; at++, shift += 8) word |= view.getUint8(at) << shift
  return word
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
  const bytes = encoder.encode(text)
  writeKey(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length, seed, out, at)
}

/** The key of a string of bytes (characters 0 to 255): what `writeKey` gives for these bytes. */
export function keyOfByteString(text: string, seed: KeySeed, out: Int32Array, at: number): void {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  writeKey(new DataView(bytes.buffer), 0, bytes.length, seed, out, at)
}
