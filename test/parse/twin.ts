/**
 * A second reader of the combined family, written from the formats' documentation with regular expressions and nothing of
 * src/: slow, plain, and the judge of the scanner.
 */

export interface TwinRecord {
  time?: string
  client?: string
  user?: string
  method?: string
  target?: string
  path?: string
  query?: string
  protocol?: string
  status?: number
  bytes?: number
  referrer?: string
  userAgent?: string
  host?: string
  forwarded?: string
  ident?: string
  request?: string
  extra?: Record<string, string>
}

/** Text inside quotes: no bare quote; a backslash takes the next byte with it. */
const INSIDE = '(?:[^"\\\\]|\\\\[\\s\\S])*'
const TIME = '([0-9]{2}/[A-Za-z]{3}/[0-9]{4}:[0-9]{2}:[0-9]{2}:[0-9]{2} [+-][0-9]{4})'
/** Addresses, joined by a comma and blanks: a blank ends the text unless a comma is in front of it. */
const CHAIN = '((?:[^ ]|(?<=,) )*(?<!,))'
/** The same, and never nothing: a server has seen somebody. */
const CLIENT = '((?:[^ ]|(?<=,) )+(?<!,))'
const HOST = '([^ ]*(?<!,))'
/** Up to the first ` [`, or, where that does not fit, up to a further one; never with a bare quote in front of it; or `""`. */
const USER = '(""|(?:(?! \\[)(?:[^"\\\\]|\\\\(?! \\[)[\\s\\S]|\\\\(?= \\[)))*|(?:[^"\\\\]|\\\\[\\s\\S])*?)'
const SIZE = '(-|[0-9]*\\.?[0-9]*)'
const REST = `\\[${TIME}\\] "(${INSIDE})" (-|[0-9]{3}) ${SIZE}`
const TAIL = ` "(${INSIDE})" "(${INSIDE})"`

interface Shape {
  readonly id: string
  readonly pattern: RegExp
  readonly names: readonly string[]
}

function shape(id: string, head: string, tail: string, names: readonly string[]): Shape {
  return { id, pattern: new RegExp(`^${head}${tail}$`), names }
}

const REQUEST = ['time', 'request', 'status', 'bytes']
const BROWSER = ['referrer', 'userAgent']
const NO_IDENT = `${CLIENT} - ${USER} ${REST}`
const IDENT = `${CLIENT} ([^ ]*) ${USER} ${REST}`

const COMBINED = shape('combined', NO_IDENT, TAIL, ['client', 'user', ...REQUEST, ...BROWSER])
const COMMON = shape('common', NO_IDENT, '', ['client', 'user', ...REQUEST])
const VHOST = shape('vhost-combined', `([^ ]*):([^ :]*)(?<!,) ${NO_IDENT}`, TAIL, [
  'host',
  'port',
  'client',
  'user',
  ...REQUEST,
  ...BROWSER,
])

const RELATIVES: readonly Shape[] = [
  COMBINED,
  shape('combined-forwarded', NO_IDENT, `${TAIL} "(${INSIDE})"`, [
    'client',
    'user',
    ...REQUEST,
    ...BROWSER,
    'forwarded',
  ]),
  shape('combined-quoted-chain', `"(${INSIDE})" ${NO_IDENT}`, TAIL, [
    'forwarded',
    'client',
    'user',
    ...REQUEST,
    ...BROWSER,
  ]),
  VHOST,
  shape('vhost-combined-forwarded', `([^ ]*):([^ :]*)(?<!,) ${NO_IDENT}`, `${TAIL} "(${INSIDE})"`, [
    'host',
    'port',
    'client',
    'user',
    ...REQUEST,
    ...BROWSER,
    'forwarded',
  ]),
  shape('host-combined', `${HOST} ${NO_IDENT}`, TAIL, ['host', 'client', 'user', ...REQUEST, ...BROWSER]),
  shape('combined-chain', `${CHAIN} ${NO_IDENT}`, TAIL, [
    'forwarded',
    'client',
    'user',
    ...REQUEST,
    ...BROWSER,
  ]),
  shape('combined-userless', `${CLIENT} - ${REST}`, TAIL, ['client', ...REQUEST, ...BROWSER]),
  COMMON,
  shape('vhost-common', `([^ ]*):([^ :]*)(?<!,) ${NO_IDENT}`, '', [
    'host',
    'port',
    'client',
    'user',
    ...REQUEST,
  ]),
  shape('host-common', `${HOST} ${NO_IDENT}`, '', ['host', 'client', 'user', ...REQUEST]),
  shape('common-userless', `${CLIENT} - ${REST}`, '', ['client', ...REQUEST]),
  shape('combined-dashes', NO_IDENT, ' - -', ['client', 'user', ...REQUEST]),
  shape('combined-ident', IDENT, TAIL, ['client', 'ident', 'user', ...REQUEST, ...BROWSER]),
  shape('common-ident', IDENT, '', ['client', 'ident', 'user', ...REQUEST]),
  shape('combined-dashes-ident', IDENT, ' - -', ['client', 'ident', 'user', ...REQUEST]),
]

const OWN: Readonly<Record<string, Shape>> = { combined: COMBINED, common: COMMON, 'vhost-combined': VHOST }

/** Reads a line, as latin-1 text, in `combined`, `common` or `vhost-combined`; null when it is no record. */
export function readByTwin(line: string, format: string): { layout: string; record: TwinRecord } | null {
  const own = OWN[format]!
  const more: Shape = {
    id: `${own.id}-more`,
    pattern: new RegExp(own.pattern.source.replace(/\$$/, ' ([^ ][\\s\\S]*)$')),
    names: [...own.names, 'rest'],
  }
  for (const candidate of [own, ...RELATIVES.filter((other) => other !== own), more]) {
    const fields = candidate.pattern.exec(line)
    const record = fields === null ? null : toTwinRecord(candidate.names, fields.slice(1))
    if (record !== null) return { layout: candidate.id, record }
  }
  return null
}

function toTwinRecord(names: readonly string[], fields: readonly string[]): TwinRecord | null {
  const record: TwinRecord = {}
  const has: Record<string, string> = {}
  names.forEach((name, i) => {
    // the rest is no field
    if (name === 'rest' || (fields[i] !== '-' && fields[i] !== '""')) has[name] = fields[i]!
  })
  const time = timeOf(has.time ?? '')
  const bytes = has.bytes === undefined ? undefined : /[0-9]/.test(has.bytes) ? Number(has.bytes) : Number.NaN
  if (time === null || Number.isNaN(bytes) || (has.bytes?.length ?? 0) > 24) return null
  record.time = time
  if (bytes !== undefined) record.bytes = bytes
  if (has.status !== undefined && has.status !== '000') record.status = Number(has.status)
  for (const name of ['client', 'user', 'referrer', 'userAgent', 'host', 'forwarded', 'ident'] as const) {
    if (has[name] !== undefined) record[name] = resolveText(has[name])
  }
  splitChain(record, has.client, names.indexOf('forwarded') > names.indexOf('client'))
  splitRequest(record, has.request ?? '')
  const { port, rest } = has
  if (port !== undefined) record.extra = { server_port: resolveText(port) }
  if (rest !== undefined) record.extra = { ...record.extra, rest: resolveText(rest) }
  return record
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** ISO text, or null for a day or hour that does not exist. Second 60 is the next minute's start. */
function timeOf(text: string): string | null {
  const parts = /^(\d\d)\/(\w{3})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)$/.exec(text)
  if (parts === null) return null
  const month = MONTHS.indexOf(parts[2]!.toLowerCase())
  const [day, year, hour, minute, second, zoneHour, zoneMinute] = [1, 3, 4, 5, 6, 8, 9].map((i) =>
    Number(parts[i]),
  ) as [number, number, number, number, number, number, number]
  if (month < 0 || hour > 23 || minute > 59 || second > 60 || zoneHour > 18 || zoneMinute > 59) return null
  const local = new Date(0)
  local.setUTCFullYear(year, month, day)
  if (local.getUTCMonth() !== month || local.getUTCDate() !== day) return null
  local.setUTCHours(hour, minute, second)
  const offset = (zoneHour * 60 + zoneMinute) * 60_000 * (parts[7] === '-' ? -1 : 1)
  return new Date(local.getTime() - offset).toISOString()
}

/** A chain in the client's place: the last address is the client. A chain of its own behind it is the chain. */
function splitChain(record: TwinRecord, client: string | undefined, hasChain: boolean): void {
  const comma = client?.lastIndexOf(',') ?? -1
  if (client === undefined || comma <= 0) return
  if (!hasChain) record.forwarded = resolveText(client)
  record.client = resolveText(client.slice(comma + 1).replace(/^ +/, ''))
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

function splitRequest(record: TwinRecord, text: string): void {
  const parts =
    /^([^ ]*) +([^ ][\s\S]*) (HTTP\/[^ ]{1,8})$/.exec(text) ??
    /^([^ ]*) +((?:\/|\*|[A-Za-z][^ :\\]{0,14}:\/\/)[\s\S]*)$/.exec(text)
  if (parts === null || !TOKEN.test(parts[1]!)) {
    if (text !== '') record.request = resolveText(text)
    return
  }
  if (parts[1] !== '-') record.method = parts[1]!
  if (parts[3] !== undefined) record.protocol = resolveText(parts[3])
  if (parts[2] !== '-') splitTarget(record, parts[2]!)
}

function splitTarget(record: TwinRecord, target: string): void {
  record.target = resolveText(target)
  const absolute = /^[^:\\\0- ]{1,15}:\/\/([^/?#]*)([\s\S]*)$/.exec(target)
  if (absolute !== null && record.host === undefined && absolute[1] !== '')
    record.host = resolveText(absolute[1]!)
  const rest = target.startsWith('/') ? target : absolute === null ? null : absolute[2]!
  if (rest === null) return
  const [, path, query] = /^([^?#]*)(?:\?([\s\S]*))?/.exec(rest)!
  record.path = resolveText(path!)
  if (query !== undefined && query !== '') record.query = resolveText(query)
}

const C_ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  f: '\f',
  b: '\b',
  a: '\x07',
  '"': '"',
  '\\': '\\',
}

/** Escapes to bytes, bytes to text; a byte that is no UTF-8 as `\xhh`. */
function resolveText(text: string): string {
  const bytes = text.replace(/\\(?:x([0-9a-fA-F]{2})|([\s\S]))/g, (whole, hex?: string, glyph?: string) =>
    hex !== undefined ? String.fromCharCode(Number.parseInt(hex, 16)) : (C_ESCAPES[glyph!] ?? whole),
  )
  return bytes.replace(
    /[\x00-\x7f]+|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}|[\s\S]/g,
    (piece) => {
      if (piece.charCodeAt(0) < 0x80) return piece
      const text = Buffer.from(piece, 'latin1')
      return piece.length === 1 ? `\\x${text.toString('hex')}` : text.toString('utf8')
    },
  )
}
