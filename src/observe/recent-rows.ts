import { FIELD, FIELD_COUNT, type RecordBatch } from '../columns/contract.js'

/**
 * Copies of the rows of the last stretch of event time, so that an observer that opens a candidate by a count can still
 * see what came just before: which rows those are must not depend on the order in which rows arrived within the horizon.
 *
 * A copy is one of a whole run of rows (a few memory moves), never row by row. Rows of a key are found through a list of
 * marks that the owner adds; `visit` walks it backwards.
 */
export class RecentRows {
  readonly #spanMs: number
  readonly #maxBytes: number
  readonly #runs: Run[] = []
  #bytes = 0
  #last = Number.NEGATIVE_INFINITY
  #kept = 0
  /** Rows up to here may be gone for want of memory; those after it are all there. */
  #cutMs = Number.NEGATIVE_INFINITY

  /** @param spanMs  Event time that rows are kept for. */
  constructor(spanMs: number, maxBytes: number) {
    this.#spanMs = spanMs
    this.#maxBytes = maxBytes
  }

  /** Rows up to this time may have been given up for want of memory. */
  get cutMs(): number {
    return this.#cutMs
  }

  get byteLength(): number {
    return this.#bytes
  }

  /**
   * Copies a run of rows. `rows[0 .. count)` are row numbers of `batch`, ascending, at least one; `keys` are two words for
   * each of them.
   *
   * @returns The ordinal of the first of these rows among all that were ever kept.
   */
  keep(batch: RecordBatch, rows: Uint32Array, count: number, keys: Int32Array): number {
    const run = copyRun(batch, rows, count, keys, this.#kept)
    this.#kept += count
    this.#runs.push(run)
    this.#bytes += run.byteLength
    this.#last = Math.max(this.#last, run.last)
    let gone = 0
    while (gone < this.#runs.length && this.#runs[gone]!.last < this.#last - this.#spanMs)
      this.#bytes -= this.#runs[gone++]!.byteLength
    while (gone < this.#runs.length - 1 && this.#bytes > this.#maxBytes) {
      this.#bytes -= this.#runs[gone]!.byteLength
      this.#cutMs = Math.max(this.#cutMs, this.#runs[gone++]!.last)
    }
    if (gone > 0) this.#runs.splice(0, gone)
    return run.ordinal
  }

  /** Shows the kept rows of a key with their ordinals, in the order in which they were kept. */
  visit(low: number, high: number, show: (batch: RecordBatch, row: number, ordinal: number) => void): void {
    for (const { batch, rows, keys, ordinal } of this.#runs) {
      for (let i = 0, at = 0; at < keys.length; i++, at += 2)
        if (keys[at] === low && keys[at + 1] === high) show(batch, rows[i]!, ordinal + i)
    }
  }
}

interface Run {
  readonly batch: RecordBatch
  readonly rows: Uint32Array
  readonly keys: Int32Array
  readonly ordinal: number
  /** Latest time of its rows. */
  readonly last: number
  readonly byteLength: number
}

/** Fields of text that a candidate may ask for. */
const FIELDS: readonly number[] = [
  FIELD.client,
  FIELD.user,
  FIELD.target,
  FIELD.referrer,
  FIELD.userAgent,
  FIELD.host,
  FIELD.method,
]
let absent = new Int32Array(1024).fill(-1)

function copyRun(
  batch: RecordBatch,
  rows: Uint32Array,
  count: number,
  keys: Int32Array,
  ordinal: number,
): Run {
  const from = rows[0]!
  const to = rows[count - 1]! + 1
  const kept = rows.slice(0, count)
  let last = Number.NEGATIVE_INFINITY
  // spans of a batch are absolute: the text is moved as a whole and they with it
  const textFrom = batch.lineStart[from]!
  for (let i = 0; i < count; i++) {
    const row = kept[i]!
    if (batch.time[row]! > last) last = batch.time[row]!
    kept[i] = row - from
  }
  const textTo = batch.lineEnd[to - 1]!
  const shifted = (column: Int32Array | Uint32Array) => {
    const copy = column.slice(from, to)
    for (let i = 0; i < copy.length; i++) copy[i] = copy[i]! - textFrom
    return copy
  }
  if (absent.length < to - from) absent = new Int32Array(2 * (to - from)).fill(-1)
  const none = absent
  const fieldStart = Array.from({ length: FIELD_COUNT }, () => none)
  const fieldLength = Array.from({ length: FIELD_COUNT }, () => none)
  for (const field of FIELDS) {
    fieldStart[field] = shifted(batch.fieldStart[field]!) as Int32Array<ArrayBuffer>
    fieldLength[field] = batch.fieldLength[field]!.slice(from, to)
  }
  const copied: RecordBatch = {
    source: batch.source,
    bytes: Uint8Array.prototype.slice.call(batch.bytes, textFrom, textTo),
    rowCount: to - from,
    lineStart: shifted(batch.lineStart) as Uint32Array,
    lineEnd: shifted(batch.lineEnd) as Uint32Array,
    placeOffset: batch.placeOffset.slice(from, to),
    placeLength: batch.placeLength.slice(from, to),
    lineNumber: batch.lineNumber.slice(from, to),
    time: batch.time.slice(from, to),
    durationMs: NO_DOUBLES,
    bytesSent: batch.bytesSent.slice(from, to),
    status: batch.status.slice(from, to),
    method: batch.method.slice(from, to),
    fieldStart,
    fieldLength,
    extras: [],
    pathStart: shifted(batch.pathStart) as Int32Array,
    pathLength: batch.pathLength.slice(from, to),
    flags: batch.flags.slice(from, to),
    outcome: batch.outcome.slice(from, to),
    entryPoints: NO_WORDS,
    clientKey: batch.clientKey.slice(2 * from, 2 * to),
    agentKey: batch.agentKey.slice(2 * from, 2 * to),
    routeKey: batch.routeKey.slice(2 * from, 2 * to),
    pathKey: batch.pathKey.slice(2 * from, 2 * to),
    principalKey: batch.principalKey.slice(2 * from, 2 * to),
    principalKind: batch.principalKind.slice(from, to),
    release() {},
  }
  const rowBytes = ROW_BYTES + 8 * FIELDS.length
  return {
    batch: copied,
    rows: kept,
    keys: keys.slice(0, 2 * count),
    ordinal,
    last,
    byteLength: textTo - textFrom + (to - from) * rowBytes + 12 * count + RUN_BYTES,
  }
}

const NO_DOUBLES = new Float64Array(0)
const NO_WORDS = new Uint32Array(0)
/** Columns of one row but the spans of fields. */
const ROW_BYTES = 100
/** Objects of a run. */
const RUN_BYTES = 6000
