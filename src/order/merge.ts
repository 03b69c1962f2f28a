import { FLAG } from '../classify/contract.js'
import type { RecordBatch } from '../columns/contract.js'

// copied out of their tables: a member would be looked up anew for every row
const { late: LATE_FLAG, stampOutlier: STAMP_OUTLIER_FLAG } = FLAG

/** A source as the merge sees it. */
export interface OrderedSource {
  /** Canonical number; breaks ties. */
  readonly ordinal: number
  /** Earliest plausible time of its first rows, known before it is opened; -Infinity to be read at once. */
  readonly headTime: number
  /** What it has reached, epoch milliseconds; -Infinity before its first row. */
  readonly position: number
  /** The next batch with its clock flags set, or null at the end. The batch before is released by the merge. */
  next(): Promise<RecordBatch | null>
}

/** Rows `from` (inclusive) to `to` (exclusive) of a batch, to be read before anything else. May be empty. */
export interface Run {
  readonly batch: RecordBatch
  readonly from: number
  readonly to: number
  /** No row that is not flagged late comes behind this run with a time before it. Epoch milliseconds. */
  readonly watermark: number
}

interface Lane {
  readonly source: OrderedSource
  batch: RecordBatch | null
  row: number
  started: boolean
}

/**
 * Reads several sources side by side: always the one that is furthest behind, in runs that end when it is `slackMs` ahead
 * of the next. Nothing is copied or sorted; rows come out at most horizon + slack out of order.
 *
 * The runs depend on times and ordinals alone, so not on the order of arguments or on how fast a source is read.
 */
export async function* mergeSources(
  sources: readonly OrderedSource[],
  horizonMs: number,
  slackMs: number,
): AsyncGenerator<Run> {
  const lanes: Lane[] = [...sources]
    .sort((a, b) => a.ordinal - b.ordinal)
    .map((source) => ({ source, batch: null, row: 0, started: false }))
  try {
    while (lanes.length > 0) {
      const lane = furthestBehind(lanes)
      if (lane.batch === null || lane.row >= lane.batch.rowCount) {
        if (!(await refill(lane))) lanes.splice(lanes.indexOf(lane), 1)
        else if (lane.batch?.rowCount === 0) yield emptyRun(lane.batch, lowest(lanes) - horizonMs)
        continue
      }
      const batch = lane.batch
      const from = lane.row
      lane.row = runEnd(batch, from, limitFor(lanes, lane) + slackMs)
      yield { batch, from, to: lane.row, watermark: lowest(lanes) - horizonMs }
    }
  } finally {
    for (const lane of lanes) lane.batch?.release()
  }
}

/** A batch without records is shown too, so that the consumer can hold the reading back and stop it. */
function emptyRun(batch: RecordBatch, watermark: number): Run {
  return { batch, from: 0, to: 0, watermark }
}

async function refill(lane: Lane): Promise<boolean> {
  lane.batch?.release()
  lane.batch = null
  lane.batch = await lane.source.next()
  lane.row = 0
  lane.started = true
  return lane.batch !== null
}

/** Where a lane stands: the time of its next row, or of what it has reached where that row says nothing. */
function standing(lane: Lane): number {
  if (!lane.started) return lane.source.headTime
  const { batch, row } = lane
  if (batch === null || row >= batch.rowCount) return lane.source.position
  const odd = (batch.flags[row]! & (STAMP_OUTLIER_FLAG | LATE_FLAG)) !== 0
  return odd ? Number.NEGATIVE_INFINITY : batch.time[row]!
}

function furthestBehind(lanes: readonly Lane[]): Lane {
  let best = lanes[0]!
  for (const lane of lanes) if (standing(lane) < standing(best)) best = lane
  return best
}

/** Where the next one behind stands. */
function limitFor(lanes: readonly Lane[], reading: Lane): number {
  let limit = Number.POSITIVE_INFINITY
  for (const lane of lanes) if (lane !== reading) limit = Math.min(limit, standing(lane))
  return limit
}

/** First row from `from` on, at least one on, whose time is past the limit; rows with odd stamps go along. */
function runEnd(batch: RecordBatch, from: number, limit: number): number {
  if (limit === Number.POSITIVE_INFINITY) return batch.rowCount
  const { time, flags, rowCount } = batch
  let row = from + 1
  while (row < rowCount && (time[row]! <= limit || (flags[row]! & STAMP_OUTLIER_FLAG) !== 0)) row++
  return row
}

/** The least that any unfinished source has reached. */
function lowest(lanes: readonly Lane[]): number {
  let least = Number.POSITIVE_INFINITY
  for (const lane of lanes) {
    const reached = lane.started ? reachedBy(lane) : lane.source.headTime
    least = Math.min(least, reached)
  }
  return least
}

/** `position` counts the whole batch; a lane in the middle of one has reached its current row at most. */
function reachedBy(lane: Lane): number {
  const { batch, row } = lane
  if (batch === null || row >= batch.rowCount) return lane.source.position
  return Math.min(lane.source.position, standing(lane))
}
