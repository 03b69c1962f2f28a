import { BACKSLASH } from '../core/bytes.js'

/**
 * Text of `bytes[start, end)` with the log's own escapes resolved: `\"`, `\\`, `\xhh` and the C escapes that Apache
 * writes for control characters. Bytes that are no UTF-8 stay visible as `\xhh`, so nothing is lost.
 *
 * @see https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats
 * @see https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format
 */
export function unescapeText(bytes: Uint8Array, start: number, end: number): string {
  const text = bytes.subarray(start, end)
  return text.indexOf(BACKSLASH) < 0 ? decodeText(text) : decodeText(resolveEscapes(text))
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Short ASCII, which nearly all log text is, is quicker by hand than by the decoder's call. */
const SHORT_TEXT = 24

/** UTF-8 to text; each byte that is none as `\xhh`. */
export function decodeText(bytes: Uint8Array): string {
  if (bytes.length <= SHORT_TEXT) {
    let text = ''
    for (const byte of bytes) {
      if (byte >= 0x80) return decodeAny(bytes)
      text += String.fromCharCode(byte)
    }
    return text
  }
  return decodeAny(bytes)
}

function decodeAny(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes)
  } catch {
    return slowDecode(bytes)
  }
}

/** Taken when a text holds bytes that are no UTF-8: decodes the longest valid stretches and shows the rest. */
function slowDecode(bytes: Uint8Array): string {
  let text = ''
  let at = 0
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at)
    if (length === 0) {
      text += `\\x${bytes[at]!.toString(16).padStart(2, '0')}`
      at++
    } else {
      text += strict.decode(bytes.subarray(at, at + length))
      at += length
    }
  }
  return text
}

/** Length of the valid UTF-8 sequence at `at`; 0 when there is none. RFC 3629 section 4. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!
  if (lead < 0x80) return 1
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0
  if (length === 0 || at + length > bytes.length) return 0
  try {
    strict.decode(bytes.subarray(at, at + length))
    return length
  } catch {
    return 0
  }
}

const C_ESCAPES: Readonly<Record<string, number>> = {
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  f: 12,
  b: 8,
  a: 7,
  '"': 0x22,
  '\\': 0x5c,
}

/** `\xhh`, `\"`, `\\`, `\n` ... into their bytes; a backslash before anything else stays. */
function resolveEscapes(text: Uint8Array): Uint8Array {
  const out = new Uint8Array(text.length)
  let size = 0
  for (let at = 0; at < text.length; at++) {
    const byte = text[at]!
    if (byte !== BACKSLASH || at + 1 >= text.length) {
      out[size++] = byte
      continue
    }
    const hex = text[at + 1] === 0x78 ? hexPair(text, at + 2) : -1
    const plain = C_ESCAPES[String.fromCharCode(text[at + 1]!)]
    if (hex >= 0) {
      out[size++] = hex
      at += 3
    } else if (plain !== undefined) {
      out[size++] = plain
      at++
    } else {
      out[size++] = byte
    }
  }
  return out.subarray(0, size)
}

/** Value of two hex digits at `at`, or -1. */
export function hexPair(bytes: Uint8Array, at: number): number {
  const high = hexDigit(bytes[at])
  const low = hexDigit(bytes[at + 1])
  return high < 0 || low < 0 ? -1 : high * 16 + low
}

/** Value of one hex digit, or -1. */
export function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}
