import { DOT as DOT_BYTE, SLASH } from '../core/bytes.js'
import { BYTE_BITS, classOf, FILE, LITERAL, SEGMENT } from './segment-class.js'

const { digit: DIGIT, at: AT, dot: DOT, slash: SLASH_BIT, spelling: SPELLING } = SEGMENT

/** Shorter segments without a digit, `@` or `.` are words. */
const LEAST_CLASSED = 16
/** What a segment's class is written as, by number. `{file}` has its extension behind it. */
const NAMES = ['', '{int}', '{date}', '{uuid}', '{hex}', '{token}', '{email}', '{long}', '{file}.'].map(
  (name) => new TextEncoder().encode(name),
)
/** The longest name for the shortest segment and its slash, `/1` to `/{int}`, makes three bytes of one. */
const MOST_GROWTH = 3
const GROWTH_ROOM = 16

/** Bytes as they are, and with ASCII letters in lower case. */
const AS_WRITTEN = Uint8Array.from({ length: 256 }, (_, byte) => byte)
const LOWER = AS_WRITTEN.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte))

/**
 * Writes route templates: segments that only name one object give way to their class.
 *
 *     /customers/4711/orders/2021-08-14.csv   ->   /customers/{int}/orders/{file}.csv
 *
 * Syntax alone decides; collapsing by frequency comes later, on templates. One pass, no string: every byte is copied, and a
 * segment that turns out to have a class is written over. What the pass learns of the path stands in the fields beside.
 */
export class RouteWriter {
  /** The last route's bytes, `length` of them, and a view over them. Both are others once a longer path came. */
  bytes = new Uint8Array(1024)
  view = new DataView(this.bytes.buffer)
  length = 0
  /** No segment gave way. */
  isLiteral = true
  /** No byte or segment of the path can be spelling: no escape or parameter, no empty and no dot segment. */
  isPlain = true
  /** Where in the source the first segment ends and the last one starts. */
  firstEnd = 0
  lastStart = 0
  readonly #fold: Uint8Array

  /** @param ignoreCase  Letters are written in lower case. */
  constructor(ignoreCase: boolean) {
    this.#fold = ignoreCase ? LOWER : AS_WRITTEN
  }

  /** Writes the route of the path `source[start, end)`, which begins with a slash. */
  write(source: Uint8Array, start: number, end: number): void {
    this.#begin(start, end)
    const { bytes } = this
    const fold = this.#fold
    const bitsOf = BYTE_BITS
    const slashBit = SLASH_BIT
    const classed = DIGIT | AT | DOT
    let size = 1
    let segmentAt = 1
    let seen = 0
    let all = 0
    for (let at = start + 1; at < end; at++) {
      const byte = source[at]!
      const bits = bitsOf[byte]!
      if (bits === slashBit) {
        if ((seen & classed) !== 0 || size - segmentAt >= LEAST_CLASSED || size === segmentAt)
          size = this.#closeSegment(segmentAt, size, seen, false)
        if (segmentAt === 1) this.firstEnd = at
        this.lastStart = at + 1
        all |= seen
        seen = 0
        segmentAt = size + 1
      } else seen |= bits
      bytes[size++] = fold[byte]!
    }
    this.length = this.#closeSegment(segmentAt, size, seen, true)
    if (((all | seen) & SPELLING) !== 0) this.isPlain = false
  }

  #begin(start: number, end: number): void {
    const room = MOST_GROWTH * (end - start) + GROWTH_ROOM
    if (this.bytes.length < room) {
      this.bytes = new Uint8Array(2 * room)
      this.view = new DataView(this.bytes.buffer)
    }
    this.bytes[0] = SLASH
    this.firstEnd = end
    this.lastStart = start + 1
    this.isLiteral = true
    this.isPlain = true
  }

  /** Writes over the segment `bytes[at, end)` where it has a class. @returns where the route ends now. */
  #closeSegment(at: number, end: number, seen: number, isLast: boolean): number {
    if (end === at || (seen === DOT && end - at <= 2)) {
      this.isPlain = false
      return end
    }
    const { bytes } = this
    const found = classOf(bytes, at, end, seen, isLast)
    if (found === LITERAL) return end
    this.isLiteral = false
    return found === FILE ? writeFile(bytes, at, end) : writeName(bytes, at, found)
  }
}

function writeName(bytes: Uint8Array, at: number, number: number): number {
  const name = NAMES[number]!
  for (let i = 0; i < name.length; i++) bytes[at + i] = name[i]!
  return at + name.length
}

const extension = new Uint8Array(8)

/** `{file}.` and the extension in lower case, which may have to move to either side: it is taken out first. */
function writeFile(bytes: Uint8Array, at: number, end: number): number {
  let size = 0
  for (let from = end - 1; bytes[from] !== DOT_BYTE; from--) extension[size++] = LOWER[bytes[from]!]!
  let to = writeName(bytes, at, FILE)
  while (size > 0) bytes[to++] = extension[--size]!
  return to
}
