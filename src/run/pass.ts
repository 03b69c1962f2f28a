import { FLAG } from '../classify/contract.js'
import type { RecordBatch } from '../columns/contract.js'
import { PosternError } from '../core/errors.js'
import { mergeSources } from '../order/merge.js'
import type { ReadSource } from './read-source.js'

// copied out of their tables: a member would be looked up anew for every row
const { stampOutlier: STAMP_OUTLIER_FLAG } = FLAG

/** Sources are read side by side in runs that get this far ahead of the next; well under any horizon. */
const SLACK_SHARE = 0.1

/** Takes what the pass reads, in reading order. */
export interface PassConsumer {
  /** Rows `from` (inclusive) to `to` (exclusive), within `--since` and `--until`. */
  visit(batch: RecordBatch, from: number, to: number): void
  /** After each run; may wait, which holds the reading back. */
  afterRun(watermarkMs: number): Promise<void> | void
}

export interface PassOptions {
  readonly since: number
  readonly until: number
  readonly horizonMs: number
  readonly signal?: AbortSignal
  /** Stop early, keep what was read: Ctrl-C. */
  readonly isInterrupted?: () => boolean
}

/**
 * The one pass over all evidence: rows in event order but for the horizon, each shown once.
 *
 * @returns Whether it was interrupted.
 * @throws {ERR_ABORTED} when the signal fires.
 */
export async function runPass(
  sources: readonly ReadSource[],
  consumer: PassConsumer,
  options: PassOptions,
): Promise<boolean> {
  const { horizonMs, signal } = options
  try {
    for await (const run of mergeSources(sources, horizonMs, horizonMs * SLACK_SHARE)) {
      throwIfAborted(signal)
      const source = sources.find((it) => it.ordinal === run.batch.source)!
      visitWithin(run.batch, run.from, run.to, source, consumer, options)
      await consumer.afterRun(run.watermark)
      if (options.isInterrupted?.() === true) return true
    }
    throwIfAborted(signal)
    return options.isInterrupted?.() === true
  } finally {
    await Promise.all(sources.map((source) => source.close()))
  }
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new PosternError('ERR_ABORTED', 'aborted by the caller', { cause: signal.reason })
}

/** Hands on the stretches of rows that lie within the times asked for, and keeps the source's time span. */
function visitWithin(
  batch: RecordBatch,
  from: number,
  to: number,
  source: ReadSource,
  consumer: PassConsumer,
  options: PassOptions,
): void {
  const { since, until } = options
  const { time, flags } = batch
  // in locals: a field that holds a double costs an object with each change
  let { first, last } = source
  let start = from
  for (let row = from; row < to; row++) {
    const t = time[row]!
    if ((flags[row]! & STAMP_OUTLIER_FLAG) === 0) {
      if (t < first) first = t
      if (t > last) last = t
    }
    if (t >= since && t < until) continue
    source.counts.outside++
    if (row > start) consumer.visit(batch, start, row)
    start = row + 1
  }
  source.first = first
  source.last = last
  if (to > start) consumer.visit(batch, start, to)
}
