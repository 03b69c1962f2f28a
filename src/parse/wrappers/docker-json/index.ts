import { COLON, COMMA, QUOTE, SPACE } from '../../../core/bytes.js'
import { scanQuoted } from '../../../kernel/field-end.js'
import type { Wrapper } from '../../contract.js'

const LEAD = Buffer.from('{"log":"')
/** The member behind the line; others may follow. */
const TAIL = Buffer.from(',"stream":"')

/** Lines of the json-file logging driver of Docker: the line as a JSON string, with the stream and the time of writing. */
export const dockerJson: Wrapper = {
  id: 'docker-json',
  title: "Docker's json-file logging driver",
  reference: 'https://docs.docker.com/engine/logging/drivers/json-file/',
  example:
    '{"log":"203.0.113.9 - - [10/Oct/2000:13:55:36 -0700] \\"GET /a HTTP/1.1\\" 200 2326\\n","stream":"stdout","time":"2000-10-10T20:55:36.123456789Z"}',
  unwrap(bytes, start, end, inner) {
    if (bytes[start] !== OPEN_BRACE) return null
    const at = start + LEAD.length
    const close = hasAt(bytes, start, end, LEAD) ? scanQuoted(bytes, at, end) : -1
    if (close < 0 || !hasAt(bytes, close + 1, end, TAIL)) return slowUnwrap(bytes, start, end, inner)
    inner[0] = at
    inner[1] = close
    return 'json'
  },
}

const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d

/** Taken for members in another order, with blanks between, or with attributes: walks the members of the object. */
function slowUnwrap(bytes: Uint8Array, start: number, end: number, inner: Int32Array): 'json' | null {
  let hasLine = false
  let isDocker = false
  for (let at = blanks(bytes, start + 1, end); bytes[at] === QUOTE && at < end; ) {
    const nameEnd = scanQuoted(bytes, at + 1, end)
    const colon = nameEnd < 0 ? -1 : blanks(bytes, nameEnd + 1, end)
    if (colon < 0 || bytes[colon] !== COLON) return null
    const value = blanks(bytes, colon + 1, end)
    const stop = valueEnd(bytes, value, end)
    if (stop < 0) return null
    const isText = bytes[value] === QUOTE
    if (isText && hasAt(bytes, at, end, LOG)) {
      hasLine = true
      inner[0] = value + 1
      inner[1] = stop - 1
    } else if (isText) isDocker ||= hasAt(bytes, at, end, STREAM)
    at = blanks(bytes, stop, end)
    if (bytes[at] === CLOSE_BRACE) return hasLine && isDocker ? 'json' : null
    if (bytes[at] !== COMMA) return null
    at = blanks(bytes, at + 1, end)
  }
  return null
}

const LOG = Buffer.from('"log"')
const STREAM = Buffer.from('"stream"')

function blanks(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && bytes[at]! <= SPACE) at++
  return at
}

/** Index behind a value, or -1. What is in objects and arrays is only stepped over. */
function valueEnd(bytes: Uint8Array, at: number, end: number): number {
  let depth = 0
  while (at < end) {
    const byte = bytes[at]!
    if (byte === QUOTE) {
      const close = scanQuoted(bytes, at + 1, end)
      if (close < 0) return -1
      at = close + 1
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth++
      at++
      continue
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth--
      if (depth < 0) return -1
      at++
    } else if (byte === COMMA || byte === COLON || byte <= SPACE) {
      if (depth === 0) return -1
      at++
      continue
    } else while (at < end && isPlain(bytes[at]!)) at++
    if (depth === 0) return at
  }
  return -1
}

/** A byte of a number or a name. */
function isPlain(byte: number): boolean {
  return byte > SPACE && byte !== QUOTE && byte !== COMMA && byte !== COLON && !isBracket(byte)
}

function isBracket(byte: number): boolean {
  return byte === OPEN_BRACE || byte === CLOSE_BRACE || byte === OPEN_BRACKET || byte === CLOSE_BRACKET
}

function hasAt(bytes: Uint8Array, at: number, end: number, text: Uint8Array): boolean {
  if (at + text.length > end) return false
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false
  return true
}
