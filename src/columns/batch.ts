import { FIELD_COUNT, type RecordBatch } from './contract.js'

/** Makes an empty batch with room for `capacity` rows and the given extra fields, every text field absent. */
export function createBatch(capacity: number, extras: readonly string[]): RecordBatch {
  const fields = FIELD_COUNT + extras.length
  const spans = (value: number) => Array.from({ length: fields }, () => new Int32Array(capacity).fill(value))
  return {
    source: 0,
    bytes: new Uint8Array(0),
    rowCount: 0,
    lineStart: new Uint32Array(capacity),
    lineEnd: new Uint32Array(capacity),
    placeOffset: new Float64Array(capacity),
    placeLength: new Float64Array(capacity),
    lineNumber: new Uint32Array(capacity),
    time: new Float64Array(capacity),
    durationMs: new Float64Array(capacity),
    bytesSent: new Float64Array(capacity),
    status: new Uint16Array(capacity),
    method: new Uint8Array(capacity),
    fieldStart: spans(0),
    fieldLength: spans(-1),
    extras,
    pathStart: new Int32Array(capacity),
    pathLength: new Int32Array(capacity),
    flags: new Uint32Array(capacity),
    outcome: new Uint8Array(capacity),
    entryPoints: new Uint32Array(capacity),
    clientKey: new Int32Array(2 * capacity),
    agentKey: new Int32Array(2 * capacity),
    routeKey: new Int32Array(2 * capacity),
    pathKey: new Int32Array(2 * capacity),
    principalKey: new Int32Array(2 * capacity),
    principalKind: new Uint8Array(capacity),
    release() {},
  }
}

/** Adds the extra fields that a batch lacks, absent in all rows. Those that it has are the first of `extras`. */
export function widenBatch(batch: RecordBatch, extras: readonly string[]): void {
  if (batch.extras.length >= extras.length) return
  const capacity = capacityOf(batch)
  while (batch.fieldStart.length < FIELD_COUNT + extras.length) {
    batch.fieldStart.push(new Int32Array(capacity))
    batch.fieldLength.push(new Int32Array(capacity).fill(-1))
  }
  batch.extras = extras
}

/** Rows that the batch has room for. */
export function capacityOf(batch: RecordBatch): number {
  return batch.time.length
}
