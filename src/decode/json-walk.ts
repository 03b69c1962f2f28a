import { BACKSLASH, COLON, COMMA, CR, LF, QUOTE, SPACE, TAB } from '../core/bytes.js'

export const OPEN_BRACE = 0x7b // {
export const CLOSE_BRACE = 0x7d // }
export const OPEN_BRACKET = 0x5b // [
export const CLOSE_BRACKET = 0x5d // ]

/** Nesting that is followed; a record of a server has less than ten. */
const MAX_DEPTH = 256

// what may stand next
const VALUE = 0
const VALUE_OR_END = 1
const KEY = 2
const KEY_OR_END = 3
const AFTER_KEY = 4
const AFTER_VALUE = 5
const IN_STRING = 6
const IN_KEY = 7
const IN_SCALAR = 8

const OBJECT = 0
const ARRAY = 1

/** Blanks that JSON has between its tokens. */
export function isJsonBlank(byte: number): boolean {
  return byte === SPACE || byte === LF || byte === CR || byte === TAB
}

/** Letters, digits and signs of which `true`, `null` and numbers are made. */
function isScalarByte(byte: number): boolean {
  return (
    (byte >= 0x61 && byte <= 0x7a) ||
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0x2d ||
    byte === 0x2b ||
    byte === 0x2e ||
    byte === 0x45
  )
}

/**
 * Walks over one JSON value, whatever the chunks that it comes in, and stops at the first byte that cannot be part of one.
 *
 *     {"a":[1,"x}"]},{"a":
 *     ^at           ^returned, `ended`
 *
 * It follows the nesting, commas, colons and strings, so that text that lacks a piece is found out within a few bytes and
 * never swallows what is behind. How a number or a literal is spelled, and what follows a backslash, is left to the
 * reader of the record.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8259
 */
export class JsonWalk {
  state: 'within' | 'ended' | 'damaged' = 'within'
  /** Line feeds walked over since this was made. */
  lineFeeds = 0
  readonly #open = new Uint8Array(MAX_DEPTH)
  #depth = 0
  #expected = VALUE
  #isEscaped = false

  /** Before the first byte of a value. */
  begin(): void {
    this.state = 'within'
    this.#depth = 0
    this.#expected = VALUE
    this.#isEscaped = false
  }

  /** In an object, behind one of its values. */
  beginInObject(): void {
    this.begin()
    this.#push(OBJECT, AFTER_VALUE)
  }

  /** @returns Index one past the last byte of the value; where it is damaged, that of the byte that cannot be. */
  walk(bytes: Uint8Array, at: number, end: number): number {
    while (at < end && this.state === 'within') {
      if (this.#expected === IN_STRING || this.#expected === IN_KEY) at = this.#string(bytes, at, end)
      else at = this.#token(bytes[at]!) ? at + 1 : at
    }
    return at
  }

  #string(bytes: Uint8Array, at: number, end: number): number {
    const quote = QUOTE
    const backslash = BACKSLASH
    const space = SPACE
    let isEscaped = this.#isEscaped
    for (; at < end; at++) {
      const byte = bytes[at]!
      // a control byte is escaped in JSON: a line feed says that the quote before it is missing
      if (byte < space) {
        this.state = 'damaged'
        return at
      }
      if (isEscaped) isEscaped = false
      else if (byte === backslash) isEscaped = true
      else if (byte === quote) {
        this.#isEscaped = false
        if (this.#expected === IN_KEY) this.#expected = AFTER_KEY
        else this.#endValue()
        return at + 1
      }
    }
    this.#isEscaped = isEscaped
    return at
  }

  /** Takes one byte outside strings. Returns false where the byte is not part of the value. */
  #token(byte: number): boolean {
    if (this.#expected === IN_SCALAR) {
      if (isScalarByte(byte)) return true
      this.#endValue()
      if (this.state === 'ended') return false
    }
    if (isJsonBlank(byte)) {
      if (byte === LF) this.lineFeeds++
      return true
    }
    if (this.#take(byte)) return true
    this.state = 'damaged'
    return false
  }

  #take(byte: number): boolean {
    switch (this.#expected) {
      case VALUE:
        return this.#startValue(byte)
      case VALUE_OR_END:
        return byte === CLOSE_BRACKET ? this.#close(ARRAY) : this.#startValue(byte)
      case KEY:
        return byte === QUOTE && this.#expect(IN_KEY)
      case KEY_OR_END:
        return byte === CLOSE_BRACE ? this.#close(OBJECT) : byte === QUOTE && this.#expect(IN_KEY)
      case AFTER_KEY:
        return byte === COLON && this.#expect(VALUE)
      default:
        return this.#afterValue(byte)
    }
  }

  #afterValue(byte: number): boolean {
    const isObject = this.#open[this.#depth - 1] === OBJECT
    if (byte === COMMA) return this.#expect(isObject ? KEY : VALUE)
    if (byte === CLOSE_BRACE) return isObject && this.#close(OBJECT)
    return byte === CLOSE_BRACKET && !isObject && this.#close(ARRAY)
  }

  #startValue(byte: number): boolean {
    if (byte === OPEN_BRACE) return this.#push(OBJECT, KEY_OR_END)
    if (byte === OPEN_BRACKET) return this.#push(ARRAY, VALUE_OR_END)
    if (byte === QUOTE) return this.#expect(IN_STRING)
    return isScalarByte(byte) && this.#expect(IN_SCALAR)
  }

  #push(kind: number, expected: number): boolean {
    if (this.#depth === MAX_DEPTH) return false
    this.#open[this.#depth++] = kind
    return this.#expect(expected)
  }

  #close(kind: number): boolean {
    if (this.#open[this.#depth - 1] !== kind) return false
    this.#depth--
    this.#endValue()
    return true
  }

  #expect(expected: number): boolean {
    this.#expected = expected
    return true
  }

  #endValue(): void {
    this.#expected = AFTER_VALUE
    if (this.#depth === 0) this.state = 'ended'
  }
}
