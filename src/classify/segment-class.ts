/** What a segment of a path is, by its bytes: a word, or a value that names one object. */

import { COLON, DOT, MINUS, PLUS } from '../core/bytes.js'

/** Kinds of bytes, a bit each. What a segment holds is the bits of all its bytes. */
export const SEGMENT = {
  digit: 1 << 0,
  /** `a` to `f` in either case. */
  hexLetter: 1 << 1,
  letter: 1 << 2,
  dash: 1 << 3,
  underscore: 1 << 4,
  equals: 1 << 5,
  at: 1 << 6,
  dot: 1 << 7,
  other: 1 << 8,
  /** `%`, `;` and `\`: where one stands, a path may be another one's spelling. */
  spelling: 1 << 9,
  slash: 1 << 10,
} as const

export const BYTE_BITS = new Uint16Array(256).fill(SEGMENT.other)
for (const [glyphs, bits] of [
  ['0123456789', SEGMENT.digit],
  ['abcdefABCDEF', SEGMENT.hexLetter],
  ['ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ', SEGMENT.letter],
  ['-', SEGMENT.dash],
  ['_', SEGMENT.underscore],
  ['=', SEGMENT.equals],
  ['@', SEGMENT.at],
  ['.', SEGMENT.dot],
  ['%;\\', SEGMENT.other | SEGMENT.spelling],
  ['/', SEGMENT.slash],
] as const)
  for (const glyph of glyphs) BYTE_BITS[glyph.charCodeAt(0)] = bits

export const LITERAL = 0
export const INT = 1
export const DATE = 2
export const UUID = 3
export const HEX = 4
export const TOKEN = 5
export const EMAIL = 6
export const LONG = 7
export const FILE = 8

/** Longest segment that is looked at; a longer one is `{long}`. */
const MAX_SEGMENT = 256
/** Shortest run of hex digits that is a value: with fewer there are words among them. */
const LEAST_HEX = 16
const LEAST_TOKEN = 20
const MAX_EXTENSION = 8

const { digit: DIGIT_BIT, hexLetter: HEX_BIT, letter: LETTER_BIT, dash: DASH_BIT } = SEGMENT
const { underscore: UNDERSCORE_BIT, equals: EQUALS_BIT, at: AT_BIT, dot: DOT_BIT } = SEGMENT
const ANY_HEX = DIGIT_BIT | HEX_BIT
const ANY_TOKEN = ANY_HEX | LETTER_BIT | DASH_BIT | UNDERSCORE_BIT | EQUALS_BIT

/** The class of the segment `text[at, end)`, which holds `seen` and is not empty. Only the last one of a path is a file. */
export function classOf(text: Uint8Array, at: number, end: number, seen: number, isLast: boolean): number {
  const length = end - at
  if (length > MAX_SEGMENT) return LONG
  if (seen === DIGIT_BIT) return INT
  if ((seen & DASH_BIT) !== 0 && isDate(text, at, end)) return DATE
  if (length >= LEAST_HEX) {
    if (length === UUID_LENGTH && (seen & ~(ANY_HEX | DASH_BIT)) === 0 && hasDashesOfUuid(text, at))
      return UUID
    if ((seen & ~ANY_HEX) === 0) return HEX
    // a word has no digit; a token of this length nearly always has
    const isMixed = (seen & DIGIT_BIT) !== 0 && (seen & (HEX_BIT | LETTER_BIT)) !== 0
    if (isMixed && (seen & ~ANY_TOKEN) === 0 && isToken(text, at, end)) return TOKEN
  }
  if ((seen & AT_BIT) !== 0 && isEmail(text, at, end)) return EMAIL
  return isLast && (seen & DOT_BIT) !== 0 && isFile(text, at, end) ? FILE : LITERAL
}

const DATE_LENGTH = 10

/** `2021-08-14`, and `2021-08-14T12:00:00Z` with whatever times are written of. */
function isDate(text: Uint8Array, at: number, end: number): boolean {
  if (end - at < DATE_LENGTH) return false
  for (let i = 0; i < DATE_LENGTH; i++) {
    const byte = text[at + i]!
    if (i === 4 || i === 7 ? byte !== MINUS : !isDigit(byte)) return false
  }
  if (end - at === DATE_LENGTH) return true
  // `T`
  if (text[at + DATE_LENGTH] !== 0x54) return false
  for (let i = at + DATE_LENGTH + 1; i < end; i++) if (!isOfTime(text[i]!)) return false
  return true
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39
}

/** Digits, `:`, `.`, `Z`, `+`, `-`. */
function isOfTime(byte: number): boolean {
  return isDigit(byte) || byte === COLON || byte === DOT || byte === 0x5a || byte === PLUS || byte === MINUS
}

const UUID_LENGTH = 36

/** Dashes in the four places of `0b9f1c52-6f7a-4c39-9d43-0a6d1d8a2f11`, and nowhere else. */
function hasDashesOfUuid(text: Uint8Array, at: number): boolean {
  for (let i = 0; i < UUID_LENGTH; i++) {
    const isPlace = i === 8 || i === 13 || i === 18 || i === 23
    if (isPlace !== (text[at + i] === MINUS)) return false
  }
  return true
}

/** Enough bytes of the alphabet of base64url, and at most two `=` behind them. */
function isToken(text: Uint8Array, at: number, end: number): boolean {
  let stop = end
  while (stop > end - 2 && text[stop - 1] === 0x3d) stop--
  if (stop - at < LEAST_TOKEN) return false
  for (let i = at; i < stop; i++) if (text[i] === 0x3d) return false
  return true
}

/** One `@` with something before it, and behind it a dot with something on either side. */
function isEmail(text: Uint8Array, at: number, end: number): boolean {
  let sign = at
  while (text[sign] !== 0x40) sign++
  if (sign === at) return false
  let hasDot = false
  for (let i = sign + 1; i < end; i++) {
    if (text[i] === 0x40) return false
    if (text[i] === DOT && i > sign + 1 && i < end - 1) hasDot = true
  }
  return hasDot
}

/** Pages and scripts keep their name: the stem says which function was asked for. */
const PAGES =
  'html htm xhtml shtml php php3 php4 php5 phtml asp aspx ashx asmx jsp jspx jsf do action cgi pl py rb cfm svc axd nsf mvc'
/** The longest extension of a page; so many letters and digits have a number of their own in 32 bits. */
const LONGEST_PAGE = 6
const PAGE_CODES: ReadonlySet<number> = new Set(
  PAGES.split(' ').map((name) => [...name].reduce((code, glyph) => withGlyph(code, glyph.charCodeAt(0)), 0)),
)

/** Whether the segment is a name and an extension, and not a page's. */
function isFile(text: Uint8Array, at: number, end: number): boolean {
  let dot = end - 1
  let code = 0
  while (text[dot] !== DOT) dot--
  const length = end - dot - 1
  if (dot === at || length === 0 || length > MAX_EXTENSION) return false
  for (let i = dot + 1; i < end; i++) {
    const byte = text[i]!
    const lower = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte
    if (!isDigit(lower) && !(lower >= 0x61 && lower <= 0x7a)) return false
    code = withGlyph(code, lower)
  }
  return length > LONGEST_PAGE || !PAGE_CODES.has(code)
}

/** A number of letters and digits in base 37; 0 is none of them. */
function withGlyph(code: number, glyph: number): number {
  return (Math.imul(code, 37) + (glyph >= 0x61 ? glyph - 0x60 : glyph - 0x30 + 27)) | 0
}
