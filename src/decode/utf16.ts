/** What stands for a unit that is no character: U+FFFD. */
const REPLACEMENT = 0xfffd
/** Most UTF-8 bytes that one 16-bit unit turns into. */
const MAX_UTF8_BYTES = 3

/** Bytes of UTF-8 that `utf16Bytes` bytes of UTF-16 turn into at most. */
export function utf8Bound(utf16Bytes: number): number {
  return Math.ceil(utf16Bytes / 2) * MAX_UTF8_BYTES
}

/** True where the last whole unit before `end` is the first half of a surrogate pair. */
export function endsInHalfPair(raw: Uint8Array, end: number, isLittle: boolean): boolean {
  return (raw[isLittle ? end - 1 : end - 2]! & 0xfc) === 0xd8
}

/**
 * Converts UTF-16 in `raw[at, end)` to UTF-8 in `out` from `outAt`; units that are no character become U+FFFD.
 *
 * `out` must have room for `utf8Bound(end - at)` bytes.
 *
 * @param onInvalid  Called with the index in `raw` of a lone surrogate or an odd last byte.
 * @returns Index in `out` one past the last byte written.
 */
export function utf16ToUtf8(
  raw: Uint8Array,
  at: number,
  end: number,
  isLittle: boolean,
  out: Uint8Array,
  outAt: number,
  onInvalid: (at: number) => void,
): number {
  const low = isLittle ? 0 : 1
  const high = 1 - low
  for (; at + 1 < end; at += 2) {
    let code = raw[at + low]! | (raw[at + high]! << 8)
    if ((code & 0xf800) === 0xd800) {
      const second = at + 3 < end ? raw[at + 2 + low]! | (raw[at + 2 + high]! << 8) : 0
      if (code < 0xdc00 && (second & 0xfc00) === 0xdc00) {
        code = 0x10000 + ((code & 0x3ff) << 10) + (second & 0x3ff)
        at += 2
      } else {
        onInvalid(at)
        code = REPLACEMENT
      }
    }
    outAt = writeUtf8(code, out, outAt)
  }
  if (at < end) {
    onInvalid(at)
    outAt = writeUtf8(REPLACEMENT, out, outAt)
  }
  return outAt
}

function writeUtf8(code: number, out: Uint8Array, at: number): number {
  if (code < 0x80) {
    out[at++] = code
    return at
  }
  if (code < 0x800) {
    out[at++] = 0xc0 | (code >> 6)
  } else {
    if (code < 0x10000) {
      out[at++] = 0xe0 | (code >> 12)
    } else {
      out[at++] = 0xf0 | (code >> 18)
      out[at++] = 0x80 | ((code >> 12) & 0x3f)
    }
    out[at++] = 0x80 | ((code >> 6) & 0x3f)
  }
  out[at++] = 0x80 | (code & 0x3f)
  return at
}
