/** Where a field ends: positions only, nothing is read or written. */

import { BACKSLASH, COLON, COMMA, DOT, MINUS, NINE, PLUS, QUOTE, SPACE, ZERO } from '../core/bytes.js'
import { STOP, type Step } from './program.js'
import { readZone } from './scan-time.js'

// copied out of their tables: a member would be looked up anew for every row
const { byte: BYTE_STOP, quote: QUOTE_STOP, text: TEXT_STOP, word: WORD_STOP } = STOP

/** Index where the field that starts at `at` ends, so that the step's text follows; or -1. */
export function findStop(step: Step, bytes: Uint8Array, at: number, end: number): number {
  switch (step.stop) {
    case BYTE_STOP: {
      const byte = step.untilByte
      let stop = step.minBytes === 0 ? at : isoEnd(bytes, at + step.minBytes, end)
      while (stop < end && bytes[stop] !== byte) stop++
      if (stop >= end) return -1
      if (stop === at) return stop
      if (step.isList && goesOn(step, bytes, at, stop)) return slowListEnd(step, bytes, at, stop, end)
      return step.isSingle && bytes[stop - 1] === COMMA ? -1 : stop
    }
    case QUOTE_STOP: {
      const stop = scanQuoted(bytes, at, end)
      return stop >= 0 && startsWith(bytes, stop, end, step.until) ? stop : -1
    }
    case TEXT_STOP:
      return scanText(
        bytes,
        step.minBytes === 0 ? at : isoEnd(bytes, at + step.minBytes, end),
        end,
        step.until,
      )
    case WORD_STOP:
      return scanWord(step, bytes, at, end)
    default: {
      const stop = end - step.until.length
      return stop >= at && startsWith(bytes, stop, end, step.until) ? stop : -1
    }
  }
}

/** Index behind the fraction and zone of an ISO time, which may hold the delimiter: `2000-10-10T13:55:36-07:00-200`. */
function isoEnd(bytes: Uint8Array, at: number, end: number): number {
  let stop = at
  if (bytes[stop] === DOT)
    do stop++
    while (stop < end && bytes[stop]! >= ZERO && bytes[stop]! <= NINE)
  if (bytes[stop] === PLUS || bytes[stop] === MINUS) {
    const zoneEnd = bytes[stop + 3] === COLON ? stop + 6 : stop + 5
    if (zoneEnd <= end && !Number.isNaN(readZone(bytes, stop, zoneEnd))) return zoneEnd
  }
  return Math.min(stop, end)
}

/**
 * Finds the end of a double-quoted field.
 *
 *     "GET /a\"b HTTP/1.1" 200
 *      ^at               ^returned
 *
 * A backslash shields the byte after it, whatever that is; nothing is unescaped here.
 *
 * @param at   Index of the first byte inside the quotes.
 * @param end  Index one past the line.
 * @returns Index of the closing quote, or -1 when the line ends first.
 * @see https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats
 */
export function scanQuoted(bytes: Uint8Array, at: number, end: number): number {
  const quote = QUOTE
  const backslash = BACKSLASH
  let stop = bytes.indexOf(quote, at)
  while (stop >= 0 && stop < end) {
    let shields = stop
    while (shields > at && bytes[shields - 1] === backslash) shields--
    if (((stop - shields) & 1) === 0) return stop
    stop = bytes.indexOf(quote, stop + 1)
  }
  return -1
}

/** First index from `at` where `text` stands whole before `end`, or -1. */
export function scanText(bytes: Uint8Array, at: number, end: number, text: Uint8Array): number {
  const first = text[0]!
  const last = end - text.length
  for (let stop = at; stop <= last; stop++) {
    if (bytes[stop] === first && startsWith(bytes, stop, end, text)) return stop
  }
  return -1
}

/**
 * Finds the end of a name or address whose delimiter is more than a blank, or none.
 *
 *     www.example.com:443 203.0.113.9 - alice
 *     ^at            ^":"  ^at        ^" - "
 *
 * It holds no blank, except behind a comma where it is a list; colons in it are an address's own, but for the last. What
 * ends with a comma before a blank and may be no list is no name either.
 */
function scanWord(step: Step, bytes: Uint8Array, at: number, end: number): number {
  const space = SPACE
  let stop = at
  while (stop < end && (bytes[stop] !== space || (step.isList && stop > at && bytes[stop - 1] === COMMA)))
    stop++
  if (step.untilByte === COLON) {
    while (stop > at && bytes[stop] !== COLON) stop--
  } else if (step.untilByte !== space) {
    const wordEnd = stop
    for (stop = at; stop < wordEnd && !startsWith(bytes, stop, end, step.until); ) stop++
  }
  if (!step.isList && step.untilByte === space && stop > at && bytes[stop - 1] === COMMA) return -1
  return startsWith(bytes, stop, end, step.until) ? stop : -1
}

/** Taken for a chain in the client's place, `10.0.0.2, 10.0.0.1 - -`: a blank behind a comma does not end it. */
function slowListEnd(step: Step, bytes: Uint8Array, at: number, stop: number, end: number): number {
  while (stop < end && (bytes[stop] !== step.untilByte || goesOn(step, bytes, at, stop))) stop++
  return stop < end ? stop : -1
}

/**
 * Whether a list goes on at the blank at `stop`: behind a comma, and of upstreams around a colon of its own.
 *
 *     10.0.0.4:80, 10.0.0.5:80 : 10.0.0.6:80
 *
 * @see https://nginx.org/en/docs/http/ngx_http_upstream_module.html#var_upstream_addr
 */
function goesOn(step: Step, bytes: Uint8Array, at: number, stop: number): boolean {
  if (bytes[stop - 1] === COMMA) return true
  if (!step.isUpstream || stop === at) return false
  const isBefore = bytes[stop + 1] === COLON && bytes[stop + 2] === SPACE
  return isBefore || (bytes[stop - 1] === COLON && bytes[stop - 2] === SPACE && stop - 2 > at)
}

export function startsWith(bytes: Uint8Array, at: number, end: number, text: Uint8Array): boolean {
  const length = text.length
  if (at + length > end) return false
  for (let i = 0; i < length; i++) if (bytes[at + i] !== text[i]) return false
  return true
}
