import { COLON, COMMA, QUOTE } from '../core/bytes.js'
import { markBytesOf } from './charset.js'
import { CLOSE_BRACKET, isJsonBlank, JsonWalk, OPEN_BRACE, OPEN_BRACKET } from './json-walk.js'

/** How a source that is one JSON document, and not lines, begins. */
export interface DocumentShape {
  /** From the first bracket to that of the array of records: `[`, `{"Records":[`. A document behind it begins alike. */
  readonly opening: Uint8Array
  /** Place of the first byte behind it. */
  readonly start: number
  /** How the first record begins, its first name included: `{"eventVersion"`. Null where it has none. */
  readonly anchor: Uint8Array | null
}

/** Members that hold the records of an exported document, in small letters. */
const RECORDS = new Set([
  'records', // AWS CloudTrail, Azure Monitor
  'events', // aws cloudtrail lookup-events, aws logs filter-log-events
  'logevents', // CloudWatch Logs subscriptions
  'entries', // Google Cloud Logging
  'value', // Azure REST interfaces
  'result', // Cloudflare
  'results',
  'items',
  'logs',
  'data',
])

/**
 * Tells by its head whether a source is a JSON document: an array of objects, or an object with such an array under one
 * of the names that producers use. Null for lines, also for lines of JSON.
 *
 *     {"nextToken":"x", "Records": [ {"eventVersion": ...
 *     ^                            ^ opening
 *
 * @param bytes  The first decoded bytes, UTF-8.
 */
export function documentOf(bytes: Uint8Array): DocumentShape | null {
  const start = skipBlanks(bytes, markBytesOf(bytes))
  const bracket = bytes[start] === OPEN_BRACE ? recordsOf(bytes, start) : start
  if (bytes[bracket] !== OPEN_BRACKET) return null
  const first = skipBlanks(bytes, bracket + 1)
  if (bytes[first] !== OPEN_BRACE && bytes[first] !== CLOSE_BRACKET) return null
  const opening = bytes.slice(start, bracket + 1)
  if (!isAlone(bytes, start, opening)) return null
  return { opening, start: bracket + 1, anchor: anchorAt(bytes, first) }
}

/** Index of the bracket that the records of an object begin with; -1 where its members are none of a document. */
function recordsOf(bytes: Uint8Array, at: number): number {
  const walk = new JsonWalk()
  for (at = skipBlanks(bytes, at + 1); bytes[at] === QUOTE; at = skipBlanks(bytes, at + 1)) {
    const nameEnd = endOfValue(walk, bytes, at)
    const colon = skipBlanks(bytes, nameEnd)
    if (nameEnd < 0 || bytes[colon] !== COLON) return -1
    const value = skipBlanks(bytes, colon + 1)
    const name = Buffer.from(bytes.subarray(at + 1, nameEnd - 1)).toString('latin1')
    if (RECORDS.has(name.toLowerCase()) && bytes[value] === OPEN_BRACKET) return value
    const valueEnd = endOfValue(walk, bytes, value)
    at = skipBlanks(bytes, valueEnd)
    if (valueEnd < 0 || bytes[at] !== COMMA) return -1
  }
  return -1
}

/** An object that is followed by one that begins otherwise is a line of JSON, though it may hold an array. */
function isAlone(bytes: Uint8Array, start: number, opening: Uint8Array): boolean {
  const end = endOfValue(new JsonWalk(), bytes, start)
  if (end < 0) return true
  const next = skipBlanks(bytes, end)
  const more = bytes.subarray(next, next + opening.length)
  return bytes[next] !== opening[0] || Buffer.compare(more, opening.subarray(0, more.length)) === 0
}

function anchorAt(bytes: Uint8Array, at: number): Uint8Array | null {
  const name = skipBlanks(bytes, at + 1)
  if (bytes[at] !== OPEN_BRACE || bytes[name] !== QUOTE) return null
  const end = endOfValue(new JsonWalk(), bytes, name)
  return end < 0 ? null : bytes.slice(at, end)
}

/** Index one past the value at `at`, or -1 where it does not end within `bytes`. */
function endOfValue(walk: JsonWalk, bytes: Uint8Array, at: number): number {
  walk.begin()
  const end = walk.walk(bytes, at, bytes.length)
  return walk.state === 'ended' ? end : -1
}

function skipBlanks(bytes: Uint8Array, at: number): number {
  while (at >= 0 && at < bytes.length && isJsonBlank(bytes[at]!)) at++
  return at
}
