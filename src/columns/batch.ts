import { giveRegion, type Region, takeRegion } from '../core/arena.js'
import { FIELD_COUNT, type RecordBatch } from './contract.js'

/** Bytes of one row in all columns but the text fields, and in those of one text field. */
const ROW_BYTES = 113
const FIELD_BYTES = 8
/** Bytes of one row without extra fields. */
export const PLAIN_ROW_BYTES = ROW_BYTES + FIELD_BYTES * FIELD_COUNT
/** Columns but for those of text fields, of which each has two. */
const COLUMNS = 21
/**
 * Left free behind each column, a line of the processor's cache: columns that lie a multiple of 4 KiB apart would all be
 * kept in the same few places of it, and a row that writes forty of them would push them out again and again.
 */
const GAP_BYTES = 64

/** Regions that a batch's columns lie in. */
const regionsOf = new WeakMap<RecordBatch, Region[]>()

/** Makes an empty batch with room for `capacity` rows and the given extra fields, every text field absent. */
export function createBatch(capacity: number, extras: readonly string[]): RecordBatch {
  return batchOver(new ArrayBuffer(bytesOf(capacity, extras)), 0, capacity, extras)
}

/** The same in the thread's arena, for batches of blocks: `freeBatch` gives its memory back. */
export function createBlockBatch(capacity: number, extras: readonly string[]): RecordBatch {
  const region = takeRegion(bytesOf(capacity, extras))
  new Uint8Array(region.buffer, region.at, region.byteLength).fill(0)
  const batch = batchOver(region.buffer, region.at, capacity, extras)
  regionsOf.set(batch, [region])
  return batch
}

function bytesOf(capacity: number, extras: readonly string[]): number {
  const fields = FIELD_COUNT + extras.length
  return capacity * (ROW_BYTES + FIELD_BYTES * fields) + GAP_BYTES * (COLUMNS + 2 * fields)
}

/** Lays the columns of a batch side by side over memory that is all zero. */
function batchOver(
  buffer: ArrayBufferLike,
  at: number,
  capacity: number,
  extras: readonly string[],
): RecordBatch {
  const fields = FIELD_COUNT + extras.length
  // the widest first, so that each starts at a multiple of its width
  const take = (bytes: number) => {
    const start = at
    at += bytes * capacity + GAP_BYTES
    return start
  }
  const doubles = () => new Float64Array(buffer, take(8), capacity)
  const pairs = () => new Int32Array(buffer, take(8), 2 * capacity)
  const words = () => new Uint32Array(buffer, take(4), capacity)
  const signed = () => new Int32Array(buffer, take(4), capacity)
  const octets = () => new Uint8Array(buffer, take(1), capacity)
  const batch: RecordBatch = {
    source: 0,
    bytes: new Uint8Array(0),
    rowCount: 0,
    placeOffset: doubles(),
    placeLength: doubles(),
    time: doubles(),
    durationMs: doubles(),
    bytesSent: doubles(),
    clientKey: pairs(),
    agentKey: pairs(),
    routeKey: pairs(),
    pathKey: pairs(),
    principalKey: pairs(),
    lineStart: words(),
    lineEnd: words(),
    lineNumber: words(),
    flags: words(),
    entryPoints: words(),
    pathStart: signed(),
    pathLength: signed(),
    fieldStart: Array.from({ length: fields }, signed),
    fieldLength: Array.from({ length: fields }, signed),
    extras,
    status: new Uint16Array(buffer, take(2), capacity),
    method: octets(),
    outcome: octets(),
    principalKind: octets(),
    retain() {},
    release() {},
  }
  for (const lengths of batch.fieldLength) lengths.fill(-1)
  return batch
}

/** Adds the extra fields that a batch lacks, absent in all rows. Those that it has are the first of `extras`. */
export function widenBatch(batch: RecordBatch, extras: readonly string[]): void {
  if (batch.extras.length >= extras.length) return
  const capacity = capacityOf(batch)
  const more = extras.length - batch.extras.length
  const regions = regionsOf.get(batch)
  const columnBytes = capacity * (FIELD_BYTES / 2) + GAP_BYTES
  const bytes = 2 * columnBytes * more
  const region = regions === undefined ? { buffer: new ArrayBuffer(bytes), at: 0 } : takeMore(regions, bytes)
  for (let i = 0; i < more; i++) {
    const at = region.at + 2 * columnBytes * i
    batch.fieldStart.push(new Int32Array(region.buffer, at, capacity))
    batch.fieldLength.push(new Int32Array(region.buffer, at + columnBytes, capacity).fill(-1))
  }
  batch.extras = extras
}

function takeMore(regions: Region[], byteLength: number): Region {
  const region = takeRegion(byteLength)
  regions.push(region)
  return region
}

/** Gives a batch's memory back; it is not used any more. Of one that is of no arena there is nothing to give. */
export function freeBatch(batch: RecordBatch): void {
  for (const region of regionsOf.get(batch) ?? []) giveRegion(region)
  regionsOf.delete(batch)
}

/** Rows that the batch has room for. */
export function capacityOf(batch: RecordBatch): number {
  return batch.time.length
}

/**
 * Counts who holds a batch, for whoever handed it out and has to fill it again: one holder to begin with.
 *
 * @param onHeld  Called when a holder lets go of it and others are left.
 * @param onFree  Called once, when nobody is left; further releases do nothing.
 */
export function countHolders(batch: RecordBatch, onHeld: () => void, onFree: () => void): void {
  let holders = 1
  batch.retain = () => {
    holders++
  }
  batch.release = () => {
    holders--
    if (holders > 0) onHeld()
    else if (holders === 0) onFree()
  }
}
