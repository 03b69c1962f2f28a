import type { RecordBatch } from '../columns/contract.js'
import { readMethod } from '../columns/view.js'
import { lowerAscii, normalPath, toText } from './normal-path.js'

/** A row's route as text, method first: `GET /customers/{int}`. Allocates; the classifier makes the key alone. */
export function routeNameOf(batch: RecordBatch, row: number, ignoreCase: boolean): string {
  const method = readMethod(batch, row) ?? '-'
  const length = batch.pathLength[row]!
  if (length < 0) return `${method} (no path)`
  const path = normalPath(batch.bytes, batch.pathStart[row]!, length)
  return `${method} ${toText(routeTemplate(ignoreCase ? lowerAscii(path) : path))}`
}

/**
 * The route template of a normal path: segments that only name one object give way to their class.
 *
 *     /customers/4711/orders/2021-08-14.csv   ->   /customers/{int}/orders/{file}.csv
 *
 * Syntax alone decides; collapsing by frequency comes later, on templates.
 */
export function routeTemplate(path: string): string {
  if (isLiteral(path)) return path
  const segments = path.split('/')
  const last = segments.length - 1
  for (let i = 1; i <= last; i++) segments[i] = segmentClass(segments[i]!, i === last)
  return segments.join('/')
}

/**
 * Whether no segment can be of a class: each has a digit or an `@`, sixteen characters or more, or is a file's name. Most
 * pages have none of these, and then no text is cut up.
 */
function isLiteral(path: string): boolean {
  let segmentAt = 0
  for (let at = 0; at < path.length; at++) {
    const glyph = path.charCodeAt(at)
    // digits, `@`, `.`
    if ((glyph >= 0x30 && glyph <= 0x39) || glyph === 0x40 || glyph === 0x2e) return false
    if (glyph === 0x2f) segmentAt = at + 1
    else if (at - segmentAt + 1 >= LEAST_CLASSED) return false
  }
  return true
}

/** Shorter segments without a digit are words. */
const LEAST_CLASSED = 16

/** Longest segment that is looked at; a longer one is `{long}`. */
const MAX_SEGMENT = 256

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const HEX = /^[0-9a-f]{16,}$/i
const DATE = /^\d{4}-\d{2}-\d{2}(?:T[\d:.Z+-]*)?$/
const EMAIL = /^[^@]+@[^@]+\.[^@]+$/
const TOKEN = /^[A-Za-z0-9_-]{20,}={0,2}$/

/** Pages and scripts keep their name: the stem says which function was asked for. */
const PAGES = new Set(
  'html htm xhtml shtml php php3 php4 php5 phtml asp aspx ashx asmx jsp jspx jsf do action cgi pl py rb cfm svc axd nsf mvc'.split(
    ' ',
  ),
)

function segmentClass(segment: string, isLast: boolean): string {
  if (segment === '') return segment
  if (segment.length > MAX_SEGMENT) return '{long}'
  const named = valueClass(segment)
  if (named !== null) return named
  const dot = isLast ? segment.lastIndexOf('.') : -1
  if (dot <= 0 || dot === segment.length - 1) return segment
  const extension = segment.slice(dot + 1).toLowerCase()
  if (!/^[a-z0-9]{1,8}$/.test(extension) || PAGES.has(extension)) return segment
  return `{file}.${extension}`
}

function valueClass(segment: string): string | null {
  const first = segment.charCodeAt(0)
  if (first >= 0x30 && first <= 0x39) {
    if (/^\d+$/.test(segment)) return '{int}'
    if (DATE.test(segment)) return '{date}'
  }
  if (segment.length >= 16) {
    if (UUID.test(segment)) return '{uuid}'
    if (HEX.test(segment)) return '{hex}'
    // a word has no digit; a token of this length nearly always has
    if (TOKEN.test(segment) && /\d/.test(segment) && /[A-Za-z]/.test(segment)) return '{token}'
  }
  return segment.includes('@') && EMAIL.test(segment) ? '{email}' : null
}
