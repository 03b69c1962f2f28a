/**
 * The inverse of the scanner: records as the lines that a server would write.
 *
 * What is written and read back by the same layout has the same values, as long as a value does not hold its own
 * delimiter: no server escapes blanks, so a blank in an unquoted field is lost in real logs too.
 */

import { FIELD, type FieldId } from '../../columns/contract.js'
import type { ParsedRecord } from '../../columns/view.js'
import { MINUTE_MS } from '../../core/civil-time.js'
import type { Codec, Layout, LayoutField, Producer, TimeCodec } from '../contract.js'
import { compileStrftimeWriter } from './time-pattern-write.js'

/** A record to write: as parse gives it, and the token, which parse never gives. What is undefined is written as `-`. */
export type WritableRecord = {
  readonly [Key in keyof Omit<ParsedRecord, 'time'>]?: ParsedRecord[Key] | undefined
} & {
  /** ISO 8601, or epoch milliseconds. */
  readonly time?: string | number | undefined
  readonly token?: string | undefined
}

export interface WriteOptions {
  /**
   * Whose escapes are written: Apache's (`\"`, `\\`, `\n`, `\xhh`) or nginx's (`\xHH` for everything). Default: apache.
   * The layout does not tell, for the same line is written by both, unless it is spelled in JSON or raw.
   */
  readonly producer?: Exclude<Producer, 'unknown'>
  /** Zone of the stamps, minutes east of UTC. Default: 0. */
  readonly offsetMinutes?: number
  /**
   * No text of any record has a byte to escape: printable ASCII without quote and backslash. Nothing is looked at then;
   * a record that has one makes a wrong line. Default: false.
   */
  readonly plain?: boolean
}

type WriteField = (record: WritableRecord) => string

/** Writes one record. To write many, make a writer once by `lineWriter`. */
export function writeLine(layout: Layout, record: WritableRecord, options: WriteOptions = {}): string {
  return lineWriter(layout, options)(record)
}

/** Makes the writer of a layout's lines, without line end. */
export function lineWriter(layout: Layout, options: WriteOptions = {}): (record: WritableRecord) => string {
  const written = spelledAs(layout, options.producer === 'nginx' ? NGINX : APACHE)
  const dialect = options.plain === true ? { ...written, escape: asItIs } : written
  const offsetMs = (options.offsetMinutes ?? 0) * MINUTE_MS
  const writers = layout.fields.map((field) => writerOf(field, layout, dialect, offsetMs))
  const fields = chain(writers, layout)
  if (layout.openEnd !== true) return fields
  return (record) => {
    const rest = record.extra?.rest
    return rest === undefined ? fields(record) : `${fields(record)} ${dialect.escape(rest)}`
  }
}

/** Fields a link of the chain writes; longer lines have several links. */
const LINK_FIELDS = 4

/**
 * All fields and what stands between, as one function. A link calls four writers of its own rather than a loop over all,
 * so that the engine makes one text of the pieces at once instead of a text a field.
 */
function chain(writers: readonly WriteField[], layout: Layout): WriteField {
  let rest: WriteField = nothing
  for (let from = writers.length - (writers.length % LINK_FIELDS); from >= 0; from -= LINK_FIELDS) {
    const [a = nothing, b = nothing, c = nothing, d = nothing] = writers.slice(from, from + LINK_FIELDS)
    const [ua = '', ub = '', uc = '', ud = ''] = layout.fields
      .slice(from, from + LINK_FIELDS)
      .map((field) => field.until)
    const next = rest
    const lead = from === 0 ? layout.lead : ''
    rest = (record) => lead + a(record) + ua + b(record) + ub + c(record) + uc + d(record) + ud + next(record)
  }
  return rest
}

function nothing(): string {
  return ''
}

function asItIs(text: string): string {
  return text
}

/** A dialect with the layout's own escapes; nginx then writes nothing for what is missing. */
function spelledAs({ spelling = 'escaped' }: Layout, dialect: Dialect): Dialect {
  if (spelling === 'escaped') return dialect
  return {
    ...dialect,
    escape: spelling === 'json' ? jsonEscape : asItIs,
    absent: dialect === NGINX ? '' : dialect.absent,
  }
}

interface Dialect {
  escape(text: string): string
  /** Stands for a text that is missing. */
  readonly absent: string
  /** A count of units of `unit` milliseconds: a duration, or the time since the epoch. */
  count(ms: number, unit: number): string
}

/** Seconds have milliseconds in nginx; Apache counts whole units. */
const NGINX: Dialect = {
  escape: (text) => escapeBy(text, nginxEscape),
  absent: '-',
  count: (ms, unit) => (unit === 1000 ? (ms / 1000).toFixed(3) : String(Math.round(ms / unit))),
}
const APACHE: Dialect = {
  escape: (text) => escapeBy(text, apacheEscape),
  absent: '-',
  count: (ms, unit) => String(Math.floor(ms / unit + 1e-9)),
}

/** All that both dialects write as it is. */
const PLAIN = /^[ !#-[\]-~]*$/
const encoder = new TextEncoder()

function escapeBy(text: string, escapeByte: (byte: number) => string): string {
  if (PLAIN.test(text)) return text
  let escaped = ''
  for (const byte of encoder.encode(text)) escaped += escapeByte(byte)
  return escaped
}

/** `ngx_http_log_escape`: quote, backslash and all that is not printable ASCII, in upper-case hex. */
function nginxEscape(byte: number): string {
  if (byte >= 0x20 && byte <= 0x7e && byte !== 0x22 && byte !== 0x5c) return String.fromCharCode(byte)
  return `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`
}

const APACHE_ESCAPES: Readonly<Record<number, string>> = {
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  13: '\\r',
  34: '\\"',
  92: '\\\\',
}

/** `ap_escape_logitem`: C escapes, then lower-case hex. */
function apacheEscape(byte: number): string {
  const known = APACHE_ESCAPES[byte]
  if (known !== undefined) return known
  return byte >= 0x20 && byte <= 0x7e ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`
}

const JSON_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
}

/** `ngx_escape_json`: JSON's short escapes, `\u00HH` for other control characters, the rest as it is. */
function jsonEscape(text: string): string {
  return text.replace(
    /["\\\x00-\x1f]/g,
    (glyph) =>
      JSON_ESCAPES[glyph] ?? `\\u00${glyph.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}

/** Keys of a record by column. */
const TEXT_KEYS = {
  [FIELD.client]: 'client',
  [FIELD.user]: 'user',
  [FIELD.target]: 'target',
  [FIELD.protocol]: 'protocol',
  [FIELD.referrer]: 'referrer',
  [FIELD.userAgent]: 'userAgent',
  [FIELD.host]: 'host',
  [FIELD.forwarded]: 'forwarded',
  [FIELD.request]: 'request',
  [FIELD.ident]: 'ident',
  [FIELD.token]: 'token',
  [FIELD.method]: 'method',
} as const satisfies Record<FieldId, keyof WritableRecord>

function writerOf(field: LayoutField, layout: Layout, dialect: Dialect, offsetMs: number): WriteField {
  const { codec } = field
  const escaped = (text: string | undefined) => (text === undefined ? dialect.absent : dialect.escape(text))
  switch (codec.as) {
    case 'text':
      return textWriter(codec.field, layout, escaped)
    case 'extra':
      return (record) => escaped(record.extra?.[codec.name])
    case 'query':
      return (record) => escaped(record.extra?.query)
    case 'skip':
      return () => '-'
    case 'request':
      return (record) => escaped(requestLine(record))
    case 'method':
    case 'target':
      return (record) => escaped(record[codec.as])
    case 'status':
      return (record) => (record.status === undefined ? '-' : statusText(record.status))
    case 'bytes':
      return (record) => (record.bytes === undefined ? '-' : String(record.bytes))
    default:
      return numberWriter(codec, dialect, offsetMs)
  }
}

/** Three digits of each status; a table, for every line has one. */
const STATUSES: readonly string[] = Array.from({ length: 600 }, (_, status) =>
  String(status).padStart(3, '0'),
)

function statusText(status: number): string {
  return STATUSES[status] ?? String(status).padStart(3, '0')
}

function textWriter(
  field: FieldId,
  layout: Layout,
  escaped: (text: string | undefined) => string,
): WriteField {
  const key = TEXT_KEYS[field]
  const chained =
    field === FIELD.client && !layout.fields.some((other) => isText(other.codec, FIELD.forwarded))
  // the scanner takes a chain in the client's place apart; it is written back whole
  return chained ? (record) => escaped(record.forwarded ?? record.client) : (record) => escaped(record[key])
}

function isText(codec: Codec, field: FieldId): boolean {
  return codec.as === 'text' && codec.field === field
}

function requestLine(record: WritableRecord): string | undefined {
  if (record.request !== undefined) return record.request
  if (record.method === undefined && record.target === undefined) return undefined
  const line = `${record.method ?? '-'} ${record.target ?? '-'}`
  return record.protocol === undefined ? line : `${line} ${record.protocol}`
}

function numberWriter(codec: Codec, dialect: Dialect, offsetMs: number): WriteField {
  if (codec.as === 'duration') {
    return (record) => (record.durationMs === undefined ? '-' : dialect.count(record.durationMs, codec.unit))
  }
  const stamp = codec.as === 'time' ? stampWriter(codec.time, dialect, offsetMs) : () => '-'
  return (record) =>
    record.time === undefined
      ? '-'
      : stamp(typeof record.time === 'number' ? record.time : Date.parse(record.time))
}

function stampWriter(time: TimeCodec, dialect: Dialect, offsetMs: number): (epochMs: number) => string {
  if (time.kind === 'epoch') return (epochMs) => dialect.count(epochMs, time.unit)
  const pattern = { clf: '%d/%b/%Y:%H:%M:%S %z', iso: '%Y-%m-%dT%H:%M:%S%:z' }
  return compileStrftimeWriter(time.kind === 'strftime' ? time.format : pattern[time.kind], offsetMs)
}
