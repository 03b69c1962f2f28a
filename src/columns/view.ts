import { FIELD, FIELD_COUNT, type FieldId, METHOD_OTHER, METHODS, type RecordBatch } from './contract.js'
import { unescapeText } from './unescape.js'

/** A record as a plain object. A field that the line does not have, or has as `-`, is left out. */
export interface ParsedRecord {
  /** ISO 8601, UTC, milliseconds. */
  time?: string
  client?: string
  user?: string
  method?: string
  /** The request target as written, escapes of the log resolved. */
  target?: string
  path?: string
  query?: string
  /** `HTTP/1.1`. */
  protocol?: string
  status?: number
  bytes?: number
  referrer?: string
  userAgent?: string
  host?: string
  durationMs?: number
  /** The forwarding chain as written. */
  forwarded?: string
  ident?: string
  /** A request line that is no method, target and protocol. */
  request?: string
  /** Variables of the format that no field stands for, by their own names. */
  extra?: Record<string, string>
}

const TEXT_FIELDS = [
  'client',
  'user',
  'target',
  'protocol',
  'referrer',
  'userAgent',
  'host',
  'forwarded',
  'ident',
  'request',
] as const

/** Text of one field of one row with the log's escapes resolved; null when the row does not have it. Allocates. */
export function readText(batch: RecordBatch, field: FieldId | number, row: number): string | null {
  const length = batch.fieldLength[field]![row]!
  if (length < 0) return null
  const start = batch.fieldStart[field]![row]!
  return unescapeText(batch.bytes, start, start + length)
}

/** The method's name, null when there is none. */
export function readMethod(batch: RecordBatch, row: number): string | null {
  const method = batch.method[row]!
  if (method === METHOD_OTHER) return readText(batch, FIELD.method, row)
  return METHODS[method] || null
}

/** The raw path: the target without its query, and without scheme and authority where it had them. */
export function readPath(batch: RecordBatch, row: number): string | null {
  const length = batch.pathLength[row]!
  if (length < 0) return null
  const start = batch.pathStart[row]!
  return unescapeText(batch.bytes, start, start + length)
}

export function readQuery(batch: RecordBatch, row: number): string | null {
  const length = batch.fieldLength[FIELD.target]![row]!
  if (length < 0 || batch.pathLength[row]! < 0) return null
  const end = batch.fieldStart[FIELD.target]![row]! + length
  const at = batch.pathStart[row]! + batch.pathLength[row]!
  return at + 1 < end && batch.bytes[at] === 0x3f ? unescapeText(batch.bytes, at + 1, end) : null
}

/** The whole line as text, escapes as written. */
export function readLine(batch: RecordBatch, row: number): string {
  return lineDecoder.decode(batch.bytes.subarray(batch.lineStart[row]!, batch.lineEnd[row]!))
}

const lineDecoder = new TextDecoder('utf-8')

/** Makes a plain object of one row. The token is never part of it. */
export function toRecord(batch: RecordBatch, row: number): ParsedRecord {
  const record: ParsedRecord = {}
  const time = batch.time[row]!
  if (!Number.isNaN(time)) record.time = new Date(time).toISOString()
  for (const name of TEXT_FIELDS) {
    const text = readText(batch, FIELD[name], row)
    if (text !== null) record[name] = text
  }
  const method = readMethod(batch, row)
  if (method !== null) record.method = method
  const path = readPath(batch, row)
  if (path !== null) record.path = path
  const query = readQuery(batch, row)
  if (query !== null) record.query = query
  if (batch.status[row]! > 0) record.status = batch.status[row]!
  if (!Number.isNaN(batch.bytesSent[row]!)) record.bytes = batch.bytesSent[row]!
  if (!Number.isNaN(batch.durationMs[row]!)) record.durationMs = batch.durationMs[row]!
  const extra = readExtras(batch, row)
  if (extra !== null) {
    // a layout that logs the query apart from the path
    if (record.query === undefined && extra.query !== undefined) record.query = extra.query
    record.extra = extra
  }
  return ordered(record)
}

/** Text of an extra field as written; null where the row or the source has none. */
export function readExtra(batch: RecordBatch, name: string, row: number): string | null {
  const column = batch.extras.indexOf(name)
  return column < 0 ? null : readText(batch, FIELD_COUNT + column, row)
}

function readExtras(batch: RecordBatch, row: number): Record<string, string> | null {
  let extra: Record<string, string> | null = null
  for (let i = 0; i < batch.extras.length; i++) {
    const text = readText(batch, FIELD_COUNT + i, row)
    if (text === null) continue
    extra ??= {}
    extra[batch.extras[i]!] = text
  }
  return extra
}

const ORDER = [
  'time',
  'client',
  'user',
  'method',
  'target',
  'path',
  'query',
  'protocol',
  'status',
  'bytes',
  'referrer',
  'userAgent',
  'host',
  'durationMs',
  'forwarded',
  'ident',
  'request',
  'extra',
] as const satisfies readonly (keyof ParsedRecord)[]

/** Keys in the order in which a reader expects them. */
function ordered(record: ParsedRecord): ParsedRecord {
  const result: Record<string, unknown> = {}
  for (const key of ORDER) if (record[key] !== undefined) result[key] = record[key]
  return result as ParsedRecord
}
