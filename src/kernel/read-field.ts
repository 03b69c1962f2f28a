/** Reads a field, whose two ends are known, into its column of the row. */

import { FIELD, type RecordBatch } from '../columns/contract.js'
import { COMMA, MINUS, NINE, QUOTE, SPACE, ZERO } from '../core/bytes.js'
import { BAD_NUMBER, OK, OP, type Step } from './program.js'
import { scanRequest, scanTarget, writeMethod } from './scan-request.js'
import { readDecimal, readEpoch, readIsoTime, type TimeReader } from './scan-time.js'

// copied out of their tables: a member would be looked up anew for every row
const { client: CLIENT_FIELD, forwarded: FORWARDED_FIELD } = FIELD
const {
  bytes: BYTES_OP,
  clfTime: CLF_TIME_OP,
  duration: DURATION_OP,
  isoTime: ISO_TIME_OP,
  method: METHOD_OP,
  request: REQUEST_OP,
  skip: SKIP_OP,
  status: STATUS_OP,
  target: TARGET_OP,
  text: TEXT_OP,
} = OP

/** Reads one field's text `bytes[at, stop)` into its column. */
export function readField(
  step: Step,
  times: TimeReader,
  batch: RecordBatch,
  bytes: Uint8Array,
  at: number,
  stop: number,
  row: number,
): number {
  switch (step.op) {
    case TEXT_OP:
      writeText(batch, step.field, bytes, at, stop, row)
      if (step.isClient) splitClientList(batch, bytes, row)
      return OK
    case SKIP_OP:
      return OK
    case REQUEST_OP:
      scanRequest(batch, bytes, at, stop, row)
      return OK
    case CLF_TIME_OP:
      batch.time[row] = stop - at === CLF_TIME_BYTES ? times.readClf(bytes, at, stop) : Number.NaN
      return OK
    case STATUS_OP:
      return readStatus(batch, bytes, at, stop, row)
    case BYTES_OP: {
      const count = isNone(bytes, at, stop) ? Number.NaN : readDecimal(bytes, at, stop)
      batch.bytesSent[row] = count
      return Number.isNaN(count) && !isNone(bytes, at, stop) ? BAD_NUMBER : OK
    }
    case DURATION_OP: {
      const count = isNone(bytes, at, stop) ? Number.NaN : readDecimal(bytes, at, stop, step.unit)
      batch.durationMs[row] = count
      return Number.isNaN(count) && !isNone(bytes, at, stop) ? BAD_NUMBER : OK
    }
    case METHOD_OP:
      writeMethod(batch, bytes, at, stop, row)
      return OK
    case TARGET_OP:
      scanTarget(batch, bytes, at, stop, row)
      return OK
    case ISO_TIME_OP:
      batch.time[row] = times.toUtc(readIsoTime(bytes, at, stop))
      return OK
    default:
      batch.time[row] = readEpoch(bytes, at, stop, step.unit)
      return OK
  }
}

export function isDash(bytes: Uint8Array, at: number, stop: number): boolean {
  return stop - at === 1 && bytes[at] === MINUS
}

/** `-`, or `-1` as proxies write what did not come to pass. */
function isNone(bytes: Uint8Array, at: number, stop: number): boolean {
  return isDash(bytes, at, stop) || (stop - at === 2 && bytes[at] === MINUS && bytes[at + 1] === ZERO + 1)
}

/** Writes a text span; `-` is none, and so is `""`, as Apache writes an empty user. */
export function writeText(
  batch: RecordBatch,
  field: number,
  bytes: Uint8Array,
  at: number,
  stop: number,
  row: number,
): void {
  batch.fieldStart[field]![row] = at
  batch.fieldLength[field]![row] = isDash(bytes, at, stop) || isEmptyQuotes(bytes, at, stop) ? -1 : stop - at
}

export function isEmptyQuotes(bytes: Uint8Array, at: number, stop: number): boolean {
  return stop - at === 2 && bytes[at] === QUOTE && bytes[at + 1] === QUOTE
}

/** `000`, `0`, `-` and `-1` are none; else three digits. */
export function readStatus(
  batch: RecordBatch,
  bytes: Uint8Array,
  at: number,
  stop: number,
  row: number,
): number {
  if (stop - at === 3) {
    const code = (bytes[at]! - ZERO) * 100 + (bytes[at + 1]! - ZERO) * 10 + bytes[at + 2]! - ZERO
    for (let i = at; i < stop; i++) if (bytes[i]! < ZERO || bytes[i]! > NINE) return BAD_NUMBER
    batch.status[row] = code
    return OK
  }
  batch.status[row] = 0
  return isNone(bytes, at, stop) || (stop - at === 1 && bytes[at] === ZERO) ? OK : BAD_NUMBER
}

/** A list in the client's place: the client is its last address, and the whole of it is the forwarding chain. */
export function splitClientList(batch: RecordBatch, bytes: Uint8Array, row: number): void {
  const starts = batch.fieldStart[CLIENT_FIELD]!
  const lengths = batch.fieldLength[CLIENT_FIELD]!
  const start = starts[row]!
  const end = start + lengths[row]!
  let at = end - 1
  while (at > start && bytes[at] !== COMMA) at--
  if (at <= start) return
  batch.fieldStart[FORWARDED_FIELD]![row] = start
  batch.fieldLength[FORWARDED_FIELD]![row] = end - start
  at++
  while (at < end && bytes[at] === SPACE) at++
  starts[row] = at
  lengths[row] = end - at
}

/** `10/Oct/2000:13:55:36 -0700`. */
export const CLF_TIME_BYTES = 26
