/** The usual forms of a request line, as kernel/scan-request.ts reads them; what is false here is for that. */

import {
  METHOD,
  METHOD_COUNT,
  METHOD_LENGTH,
  METHODS_AT,
  PATH_LENGTH,
  PATH_START,
  PROTOCOL_LENGTH,
  PROTOCOL_START,
  REQUEST_LENGTH,
  TARGET_LENGTH,
  TARGET_START,
  TEXT,
} from '../low-memory'
import { bitsOf, firstBytes, HASH, MINUS, QUESTION, SLASH, SPACE } from './bytes'
import { cell1, cell4, word } from './table'

/** `HTTP/`, five bytes. */
const HTTP: u64 = 0x2f50545448
const FIVE_BYTES: u64 = 0xffffffffff

/**
 *     GET /a b?c=1 HTTP/1.1
 *     ^at ^target  ^protocol ^end
 *
 * With a method of the table, a path, and a protocol of eight bytes; or `-`, or nothing.
 */
export function readRequest(at: usize, end: usize, row: i32): bool {
  if (end - at <= 1) return readNone(at, end, row)
  const blanks = bitsOf(at, SPACE)
  if (blanks == 0) return false
  const methodEnd = at + ctz(blanks)
  const protocol = end - 8
  // a target of at least one byte, a blank and the protocol follow the method
  if (methodEnd + 1 >= protocol || <i32>load<u8>(protocol - 1) != SPACE) return false
  if ((load<u64>(protocol) & FIVE_BYTES) != HTTP) return false
  if (!readMethod(at, methodEnd, row)) return false
  if (!readTarget(methodEnd + 1, protocol - 1, row)) return false
  store<i32>(cell4(REQUEST_LENGTH, row), -1)
  store<i32>(cell4(PROTOCOL_START, row), <i32>(protocol - word(TEXT)))
  store<i32>(cell4(PROTOCOL_LENGTH, row), 8)
  return true
}

function readNone(at: usize, end: usize, row: i32): bool {
  if (end != at && <i32>load<u8>(at) != MINUS) return false
  store<i32>(cell4(METHOD_LENGTH, row), -1)
  store<i32>(cell4(TARGET_LENGTH, row), -1)
  store<i32>(cell4(PROTOCOL_LENGTH, row), -1)
  store<i32>(cell4(REQUEST_LENGTH, row), -1)
  return true
}

/** `GET ` and `POST `. */
const GET: u32 = 0x20544547
const POST: u64 = 0x2054534f50

/** A method of the table, or `-`; a blank stands behind it where it is a request's. */
// @ts-ignore: decorator
@inline
export function readMethod(at: usize, end: usize, row: i32): bool {
  const start = load<u64>(at)
  let number = 0
  if (<u32>start == GET && end - at == 3) number = 1
  else if ((start & FIVE_BYTES) == POST && end - at == 4) number = 3
  else {
    number = otherMethod(at, end)
    if (number < 0) return false
  }
  store<u8>(cell1(METHOD, row), <u8>number)
  store<i32>(cell4(METHOD_LENGTH, row), -1)
  return true
}

/** The number of a method; 0 for `-`, and -1 for one that is not in the table. */
function otherMethod(at: usize, end: usize): i32 {
  const length = <i32>(end - at)
  if (length == 1 && <i32>load<u8>(at) == MINUS) return 0
  if (length < 1 || length > 16) return -1
  const name = v128.and(v128.load(at), firstBytes(length))
  const count = <i32>word(METHOD_COUNT)
  for (let number = 1; number < count; number++) {
    if (!v128.any_true(v128.xor(name, v128.load(METHODS_AT + (number << 4))))) return number
  }
  return -1
}

/** A target that starts with its path, which ends at the first `?` or `#`. */
// @ts-ignore: decorator
@inline
export function readTarget(at: usize, end: usize, row: i32): bool {
  if (at >= end || <i32>load<u8>(at) != SLASH) return false
  let pathEnd = at
  while (true) {
    const bits = bitsOf(pathEnd, QUESTION) | bitsOf(pathEnd, HASH)
    if (bits) {
      pathEnd += ctz(bits)
      break
    }
    pathEnd += 16
    if (pathEnd >= end) break
  }
  if (pathEnd > end) pathEnd = end
  const start = <i32>(at - word(TEXT))
  store<i32>(cell4(TARGET_START, row), start)
  store<i32>(cell4(TARGET_LENGTH, row), <i32>(end - at))
  store<i32>(cell4(PATH_START, row), start)
  store<i32>(cell4(PATH_LENGTH, row), <i32>(pathEnd - at))
  return true
}
