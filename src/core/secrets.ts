/**
 * Masks the values of secrets in quoted log text. What is masked, and nothing else:
 *
 * - `name=value` in a query, a path parameter or a cookie, where the name is one of SECRET_NAMES or ends like one of
 *   SECRET_ENDINGS; the values of GUARDED_NAMES only from GUARDED_LENGTH characters on;
 * - `"name":"value"` of JSON, with the same names;
 * - the password of `scheme://user:password@host`;
 * - what follows `Bearer` or `Basic`.
 *
 * All of it also where names, separators or quotes are percent-encoded any number of times (a URL inside a URL) or
 * escaped by a log writer. A blank or a quote that stands in the line itself ends a value: what a client wrote behind a
 * raw blank cannot be told from the next field.
 */

/** Compared in lower case, with everything but letters and digits taken out: `X-Api_Key` is `xapikey`. */
// biome-ignore format: a table
const SECRET_NAMES: ReadonlySet<string> = new Set([
  'auth', 'authorization', 'pass', 'pw', 'pin', 'otp', 'sig', 'hmac', 'cookie', 'setcookie', 'bearer', 'assertion',
  'samlresponse',
])

// biome-ignore format: a table
const SECRET_ENDINGS = [
  'token', 'session', 'sessionid', 'sess', 'sid', 'jwt', 'password', 'passwd', 'passphrase', 'passcode', 'pwd',
  'secret', 'apikey', 'accesskey', 'secretkey', 'privatekey', 'authkey', 'signature', 'credential', 'credentials',
  'clientassertion',
]

/** End like a secret, and are the place in a list. */
const OPEN_NAMES: ReadonlySet<string> = new Set([
  'pagetoken',
  'nextpagetoken',
  'nexttoken',
  'continuationtoken',
])

/** Hold an authorisation code, API key or login ticket when long; a product code, the key of an object when short. */
const GUARDED_NAMES: ReadonlySet<string> = new Set(['code', 'key', 'ticket'])
const GUARDED_LENGTH = 16

const MASK = '***'
/** Characters of a name that are looked at; a longer one is judged by its end. */
const MAX_NAME = 64
/** Blanks allowed between the parts of `"name" : "value"` and behind `Bearer`. */
const MAX_BLANKS = 8
/** Encoding that goes deeper is taken for this deep, which keeps nested URLs linear. */
const MAX_LEVEL = 8
/** Level of a character that a log writer escaped: it can neither end a field of the line nor a value. */
const SHIELDED = 255

/** The text as characters, each with how deep it was encoded and where it stands. */
interface Units {
  readonly count: number
  /** UTF-16 code units after decoding. */
  readonly code: Uint16Array
  /** 0: as it stands; n: percent-encoded n times; SHIELDED. */
  readonly level: Uint8Array
  /** `count + 1` indexes into the text. */
  readonly at: Uint32Array
  /** 1 for what stands in the path of a target or URL, where a question mark ends a parameter. */
  readonly inPath: Uint8Array
}

/** Where a value stands, as unit indexes; `to` exclusive. */
interface Value {
  readonly from: number
  readonly to: number
}

const WORTH_A_LOOK = /=|%(?:25)*3d|:\/\/|%(?:25)*3a|"\s*:|bearer|basic|\\u00/i

/** Replaces the values of secrets by `***`; see the head of this file. Linear time; a masked text stays as it is. */
export function maskSecrets(text: string): string {
  if (!WORTH_A_LOOK.test(text)) return text
  const units = toUnits(text)
  const parts: string[] = []
  let copied = 0
  let index = 0
  while (index < units.count) {
    const value = secretAt(units, index)
    if (value === null) {
      index++
      continue
    }
    parts.push(text.slice(copied, units.at[value.from]!), MASK)
    copied = units.at[value.to]!
    index = value.to
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(copied)
}

/** The secret whose introduction ends or starts at a unit. */
function secretAt(units: Units, index: number): Value | null {
  switch (units.code[index]) {
    case 0x3d: // =
      return pairValue(units, index)
    case 0x22: // "
      return memberValue(units, index)
    case 0x3a: // :
      return passwordValue(units, index)
    case 0x42: // B
    case 0x62: // b
      return schemeValue(units, index)
    default:
      return null
  }
}

// ---- name=value

function pairValue(units: Units, equals: number): Value | null {
  const name = nameBefore(units, equals)
  if (!mayBeSecret(name)) return null
  const level = units.level[equals]!
  const from = equals + 1
  const inPath = units.inPath[equals] === 1
  let to = skipScheme(units, from)
  while (to < units.count && !endsPair(units, to, level, inPath)) to++
  return to > from && isSecret(name, to - from) ? { from, to } : null
}

function endsPair(units: Units, index: number, level: number, inPath: boolean): boolean {
  const code = units.code[index]!
  const depth = units.level[index]!
  if (endsField(code, depth)) return true
  if (depth > level) return false
  return code === 0x26 || code === 0x3b || code === 0x23 || (inPath && code === 0x3f) // & ; # ?
}

/** A blank, a quote or an angle bracket that stands in the line itself. */
function endsField(code: number, depth: number): boolean {
  return depth === 0 && (code <= 0x20 || code === 0x22 || code === 0x3c || code === 0x3e) // " < >
}

/** `auth=Bearer abc`: the scheme's word and the blanks behind it belong to the value. */
function skipScheme(units: Units, from: number): number {
  const word = schemeWord(units, from)
  return word === 0 ? from : afterBlanks(units, from + word)
}

function nameBefore(units: Units, end: number): string {
  let start = end
  while (start > 0 && end - start < MAX_NAME && isNameCode(units.code[start - 1]!)) start--
  return nameOf(units, start, end)
}

/** The last part of a name that is no number, reduced to letters and digits: `login[Api-Key][0]` is `apikey`. */
function nameOf(units: Units, start: number, end: number): string {
  const name = String.fromCharCode(...units.code.subarray(start, end))
  const parts = name.toLowerCase().split(/[[\].$]+/)
  const last = parts.findLast((part) => /\D/.test(part)) ?? ''
  return last.replace(/[^a-z0-9]+/g, '')
}

// ---- "name":"value"

function memberValue(units: Units, quote: number): Value | null {
  const level = units.level[quote]!
  const isQuote = (index: number): boolean => units.code[index] === 0x22 && units.level[index] === level
  let end = quote + 1
  while (end < units.count && end - quote <= MAX_NAME && isNameCode(units.code[end]!)) end++
  const name = nameOf(units, quote + 1, end)
  if (!isQuote(end) || !mayBeSecret(name)) return null
  const colon = afterBlanks(units, end + 1)
  if (units.code[colon] !== 0x3a) return null
  let from = afterBlanks(units, colon + 1)
  if (units.code[from] === 0x5b) from = afterBlanks(units, from + 1) // [
  if (!isQuote(from++)) return null
  let to = from
  while (to < units.count && !isQuote(to)) to++
  return to > from && isSecret(name, to - from) ? { from, to } : null
}

// ---- scheme://user:password@host

function passwordValue(units: Units, colon: number): Value | null {
  if (!opensAuthority(units, colon)) return null
  const level = units.level[colon]!
  let from = -1
  let to = -1
  for (let index = colon + 3; index < units.count; index++) {
    const code = units.code[index]!
    const depth = units.level[index]!
    if (endsField(code, depth)) break
    if (depth > level) continue
    if (code === 0x2f || code === 0x3f || code === 0x23) break // / ? #
    if (code === 0x3a && from < 0)
      from = index + 1 // :
    else if (code === 0x40) to = index // @
  }
  return from > 0 && to > from ? { from, to } : null
}

/** `://`, the slashes no deeper than the colon. */
function opensAuthority(units: Units, colon: number): boolean {
  const level = units.level[colon]!
  const slashAt = (index: number): boolean => isSlash(units.code[index]) && units.level[index]! <= level
  return units.code[colon] === 0x3a && slashAt(colon + 1) && slashAt(colon + 2)
}

function isSlash(code: number | undefined): boolean {
  return code === 0x2f
}

// ---- Bearer and Basic

function schemeValue(units: Units, index: number): Value | null {
  if (index > 0 && isAlphanumeric(units.code[index - 1]!)) return null
  const word = schemeWord(units, index)
  const from = afterBlanks(units, index + word)
  if (word === 0 || from === index + word) return null
  let to = from
  while (to < units.count && isCredentialCode(units.code[to]!)) to++
  return to - from >= 4 || isMask(units, from, to) ? { from, to } : null
}

/** `***` is masked again so that masking twice is masking once. */
function isMask(units: Units, from: number, to: number): boolean {
  return to - from === MASK.length && units.code[from] === 0x2a
}

/** Length of the scheme's name that starts at a unit, or 0. */
function schemeWord(units: Units, index: number): number {
  for (const word of ['bearer', 'basic']) {
    let length = 0
    while (length < word.length && ((units.code[index + length] ?? 0) | 0x20) === word.charCodeAt(length))
      length++
    if (length === word.length) return isBlank(units, index + length) ? length : 0
  }
  return 0
}

function afterBlanks(units: Units, index: number): number {
  const most = index + MAX_BLANKS
  while (index < most && isBlank(units, index)) index++
  return index
}

function isBlank(units: Units, index: number): boolean {
  const code = units.code[index]
  return index < units.count && (code === 0x20 || code === 0x09 || code === 0x2b) // +
}

// ---- names and characters

function mayBeSecret(name: string): boolean {
  return isSecret(name, GUARDED_LENGTH)
}

function isSecret(name: string, length: number): boolean {
  if (GUARDED_NAMES.has(name)) return length >= GUARDED_LENGTH
  if (SECRET_NAMES.has(name)) return true
  return SECRET_ENDINGS.some((ending) => name.endsWith(ending)) && !OPEN_NAMES.has(name)
}

/** Letters, digits and `- . _ ~ $ [ ]`. */
function isNameCode(code: number): boolean {
  return isAlphanumeric(code) || isOneOf('-._~$[]', code)
}

/** token68 of RFC 9110, section 11.2, and the asterisk of a mask. */
function isCredentialCode(code: number): boolean {
  return isAlphanumeric(code) || isOneOf('-._~+/=*', code)
}

function isOneOf(characters: string, code: number): boolean {
  return characters.includes(String.fromCharCode(code))
}

function isAlphanumeric(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)
}

// ---- decoding

const ENCODED = /%((?:25)*)([0-9a-f]{2})|\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|["\\/])/gi

function toUnits(text: string): Units {
  const code = new Uint16Array(text.length)
  const level = new Uint8Array(text.length)
  const at = new Uint32Array(text.length + 1)
  let count = 0
  let index = 0
  const plainUntil = (end: number): void => {
    for (; index < end; index++) {
      code[count] = text.charCodeAt(index)
      at[count++] = index
    }
  }
  for (const found of text.matchAll(ENCODED)) {
    plainUntil(found.index)
    const unit = decode(found)
    code[count] = unit.code
    level[count] = unit.level
    at[count++] = index
    index += found[0].length
  }
  plainUntil(text.length)
  at[count] = text.length
  const inPath = new Uint8Array(count)
  markPaths({ count, code, level, at, inPath })
  return { count, code, level, at, inPath }
}

/** A field that starts with a slash is a target, what follows `://` a URL; both are paths up to `?` or `&`. */
function markPaths(units: Units): void {
  let state: 'start' | 'text' | 'path' | 'query' = 'start'
  for (let index = 0; index < units.count; index++) {
    const code = units.code[index]!
    const isQuery = code === 0x3f || code === 0x26 // ? &
    if (endsField(code, units.level[index]!)) state = 'start'
    else if (isQuery) state = 'query'
    else if (state === 'start') state = isSlash(code) ? 'path' : 'text'
    else if (state === 'text' && opensAuthority(units, index)) state = 'path'
    units.inPath[index] = state === 'path' ? 1 : 0
  }
}

/** One escape. `\u0026` is how JSON writers spell `&`: it separates like one; an escaped quote ends nothing. */
function decode(found: RegExpExecArray): { code: number; level: number } {
  const [whole, deeper, percent, wide, narrow] = found
  if (percent !== undefined) {
    const level = Math.min(MAX_LEVEL, 1 + (deeper ?? '').length / 2)
    return { code: Number.parseInt(percent, 16), level }
  }
  const hex = wide ?? narrow
  if (hex === undefined) return { code: whole.charCodeAt(1), level: whole === '\\/' ? 0 : SHIELDED }
  const code = Number.parseInt(hex, 16)
  return { code, level: code === 0x26 || code === 0x3d || code === 0x3b ? 0 : SHIELDED }
}
