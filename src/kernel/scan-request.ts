import { FIELD, METHOD_OTHER, METHODS, type RecordBatch } from '../columns/contract.js'
import { BACKSLASH, COLON, HASH, MINUS, QUESTION, SLASH, SPACE } from '../core/bytes.js'

// copied out of their tables: a member would be looked up anew for every row
const {
  host: HOST_FIELD,
  method: METHOD_FIELD,
  protocol: PROTOCOL_FIELD,
  request: REQUEST_FIELD,
  target: TARGET_FIELD,
} = FIELD

/**
 * Splits a request line into method, target and protocol.
 *
 *     GET /a b?c=1 HTTP/1.1
 *     ^at ^target  ^protocol ^end
 *
 * The method ends at the first blank, the protocol starts behind the last; blanks between belong to the target, as
 * servers write what was sent, but for those in front of it: servers pass over more of them than one. Without a protocol (HTTP/0.9) the target must look like one. Anything else, TLS bytes for
 * example, is kept whole as REQUEST_FIELD. `-` and nothing are no request.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-3
 */
export function scanRequest(
  batch: RecordBatch,
  bytes: Uint8Array,
  at: number,
  end: number,
  row: number,
): void {
  const space = SPACE
  let methodEnd = at
  while (methodEnd < end && bytes[methodEnd] !== space) methodEnd++
  const usual = end - USUAL_PROTOCOL_BYTES
  const isUsual = usual > methodEnd && bytes[usual - 1] === space && isHttp(bytes, usual)
  const protocolAt = isUsual ? usual : slowProtocolStart(bytes, methodEnd, end)
  const targetEnd = protocolAt < 0 ? end : protocolAt - 1
  let targetAt = methodEnd + 1
  while (targetAt < targetEnd && bytes[targetAt] === space) targetAt++
  if (
    targetAt >= targetEnd ||
    (protocolAt < 0 && !looksLikeTarget(bytes, targetAt, targetEnd)) ||
    !writeMethod(batch, bytes, at, methodEnd, row)
  ) {
    keepWhole(batch, bytes, at, end, row)
    return
  }
  batch.fieldLength[REQUEST_FIELD]![row] = -1
  batch.fieldStart[PROTOCOL_FIELD]![row] = protocolAt
  batch.fieldLength[PROTOCOL_FIELD]![row] = protocolAt < 0 ? -1 : end - protocolAt
  scanTarget(batch, bytes, targetAt, targetEnd, row)
}

/** `HTTP/1.1`. */
const USUAL_PROTOCOL_BYTES = 8

/** `HTTP/`. */
function isHttp(bytes: Uint8Array, at: number): boolean {
  return (
    bytes[at] === 0x48 &&
    bytes[at + 1] === 0x54 &&
    bytes[at + 2] === 0x54 &&
    bytes[at + 3] === 0x50 &&
    bytes[at + 4] === SLASH
  )
}

/** Taken for protocols of other length, and for none: index of `HTTP/` behind the last blank, or -1. */
function slowProtocolStart(bytes: Uint8Array, from: number, end: number): number {
  const lowest = Math.max(from, end - 13)
  for (let at = end - 1; at >= lowest; at--) {
    if (bytes[at] === SPACE) return isHttp(bytes, at + 1) && at + 6 < end ? at + 1 : -1
  }
  return -1
}

/** Origin form, asterisk form or a scheme. */
function looksLikeTarget(bytes: Uint8Array, at: number, end: number): boolean {
  const byte = bytes[at]! | 0x20
  return (
    bytes[at] === SLASH ||
    bytes[at] === 0x2a ||
    (byte >= 0x61 && byte <= 0x7a && schemeEnd(bytes, at, end) >= 0)
  )
}

function keepWhole(batch: RecordBatch, bytes: Uint8Array, at: number, end: number, row: number): void {
  const length = end - at
  batch.method[row] = 0
  batch.fieldLength[METHOD_FIELD]![row] = -1
  batch.fieldLength[TARGET_FIELD]![row] = -1
  batch.fieldLength[PROTOCOL_FIELD]![row] = -1
  batch.fieldStart[REQUEST_FIELD]![row] = at
  batch.fieldLength[REQUEST_FIELD]![row] = length === 0 || (length === 1 && bytes[at] === MINUS) ? -1 : length
}

/** METHODS by their first four bytes, little-endian, with length and number: no text is made to look a method up. */
const METHOD_WORDS: ReadonlyMap<number, readonly { readonly text: Uint8Array; readonly number: number }[]> =
  indexMethods()

function indexMethods(): Map<number, { text: Uint8Array; number: number }[]> {
  const index = new Map<number, { text: Uint8Array; number: number }[]>()
  for (let number = 1; number < METHODS.length; number++) {
    const text = new TextEncoder().encode(METHODS[number])
    const word = firstWord(text, 0)
    index.set(word, [...(index.get(word) ?? []), { text, number }])
  }
  return index
}

function firstWord(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)
}

/** Writes the method's number. False, and nothing written, when the word is no token (RFC 9110 section 5.6.2). */
export function writeMethod(
  batch: RecordBatch,
  bytes: Uint8Array,
  at: number,
  end: number,
  row: number,
): boolean {
  const length = end - at
  // GET and POST are nearly all there is
  if (length === 3 && bytes[at] === 0x47 && bytes[at + 1] === 0x45 && bytes[at + 2] === 0x54)
    return setMethod(batch, 1, row)
  if (
    length === 4 &&
    bytes[at] === 0x50 &&
    bytes[at + 1] === 0x4f &&
    bytes[at + 2] === 0x53 &&
    bytes[at + 3] === 0x54
  ) {
    return setMethod(batch, 3, row)
  }
  return slowWriteMethod(batch, bytes, at, end, row)
}

/** Taken for the other methods. Apart, because its closures would cost an object for every line. */
function slowWriteMethod(
  batch: RecordBatch,
  bytes: Uint8Array,
  at: number,
  end: number,
  row: number,
): boolean {
  const length = end - at
  for (const { text, number } of METHOD_WORDS.get(firstWord(bytes, at)) ?? []) {
    if (text.length === length && text.every((byte, i) => bytes[at + i] === byte))
      return setMethod(batch, number, row)
  }
  if (length === 0 || !isToken(bytes, at, end)) return false
  if (length === 1 && bytes[at] === MINUS) return setMethod(batch, 0, row)
  batch.fieldStart[METHOD_FIELD]![row] = at
  batch.fieldLength[METHOD_FIELD]![row] = length
  batch.method[row] = METHOD_OTHER
  return true
}

function setMethod(batch: RecordBatch, number: number, row: number): boolean {
  batch.method[row] = number
  batch.fieldLength[METHOD_FIELD]![row] = -1
  return true
}

/** RFC 9110 section 5.6.2. A backslash is none, so escaped TLS bytes are no method. */
function isToken(bytes: Uint8Array, at: number, end: number): boolean {
  for (let i = at; i < end; i++) if (TOKEN_BYTES[bytes[i]!] === 0) return false
  return true
}

const TOKEN_BYTES = new Uint8Array(256)
for (const glyph of "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") {
  TOKEN_BYTES[glyph.charCodeAt(0)] = 1
}

/**
 * Writes target and path.
 *
 *     http://example.net:80/a/b?c=1        /a/b?c=1       example.net:443
 *                          ^path^          ^path^         no path
 *
 * A host in an absolute-form target is the record's host where the line has no other.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-3.2
 */
export function scanTarget(
  batch: RecordBatch,
  bytes: Uint8Array,
  at: number,
  end: number,
  row: number,
): void {
  const length = end - at
  batch.fieldStart[TARGET_FIELD]![row] = at
  if (length === 1 && bytes[at] === MINUS) {
    batch.fieldLength[TARGET_FIELD]![row] = -1
    return
  }
  batch.fieldLength[TARGET_FIELD]![row] = length
  const pathAt = bytes[at] === SLASH ? at : slowPathStart(batch, bytes, at, end, row)
  if (pathAt < 0) return
  const question = QUESTION
  const hash = HASH
  let pathEnd = pathAt
  while (pathEnd < end && bytes[pathEnd] !== question && bytes[pathEnd] !== hash) pathEnd++
  batch.pathStart[row] = pathAt
  batch.pathLength[row] = pathEnd - pathAt
}

/** Taken for targets that do not start with `/`: absolute form has a path behind its authority, others have none. */
function slowPathStart(batch: RecordBatch, bytes: Uint8Array, at: number, end: number, row: number): number {
  const authority = schemeEnd(bytes, at, end)
  if (authority < 0) return -1
  let stop = authority
  while (stop < end && bytes[stop] !== SLASH && bytes[stop] !== QUESTION && bytes[stop] !== HASH) stop++
  if (batch.fieldLength[HOST_FIELD]![row] === -1 && stop > authority) {
    batch.fieldStart[HOST_FIELD]![row] = authority
    batch.fieldLength[HOST_FIELD]![row] = stop - authority
  }
  return stop
}

/** Index behind `scheme://`, or -1. */
function schemeEnd(bytes: Uint8Array, at: number, end: number): number {
  let stop = at
  while (
    stop < end &&
    stop - at < 16 &&
    bytes[stop] !== COLON &&
    bytes[stop] !== BACKSLASH &&
    bytes[stop]! > SPACE
  )
    stop++
  return stop > at &&
    stop + 2 < end &&
    bytes[stop] === COLON &&
    bytes[stop + 1] === SLASH &&
    bytes[stop + 2] === SLASH
    ? stop + 3
    : -1
}
