import { HOUR_MS, MINUTE_MS } from '../../core/civil-time.js'
import { toIso } from '../../core/times.js'
import type { Timeline } from '../contract.js'
import { PAGE_MINUTES, type RhythmTrace } from './trace.js'

/** Widths of a bucket, minutes; the first with which all fit. */
const WIDTHS = [1, 5, 15, 60, 360, 1440, 10_080, 40_320, 525_600] as const
const MOST_BUCKETS = 2000

/** Requests, failures and bytes of all sources together over time. */
export function timelineOf(traces: readonly RhythmTrace[]): Timeline {
  const [first, last] = spanOf(traces)
  if (first > last) return { from: null, bucketMs: MINUTE_MS, requests: [], failures: [], bytes: [] }
  const minutes = (last - first + 1) * PAGE_MINUTES
  const width = WIDTHS.find((it) => minutes / it <= MOST_BUCKETS) ?? WIDTHS.at(-1)!
  const bucketMs = width * MINUTE_MS
  const from = Math.floor((first * HOUR_MS) / bucketMs) * bucketMs
  const count = Math.floor((last * HOUR_MS + HOUR_MS - MINUTE_MS - from) / bucketMs) + 1
  const sums = { requests: zeros(count), failures: zeros(count), bytes: zeros(count) }
  for (const trace of traces) {
    for (let page = 0; page < trace.hours.length; page++) {
      for (let minute = 0; minute < PAGE_MINUTES; minute++) {
        const at = page * PAGE_MINUTES + minute
        const bucket = Math.floor((trace.hours[page]! * HOUR_MS + minute * MINUTE_MS - from) / bucketMs)
        for (const name of ['requests', 'failures', 'bytes'] as const) sums[name][bucket]! += trace[name][at]!
      }
    }
  }
  return { from: toIso(from), bucketMs, ...sums }
}

function spanOf(traces: readonly RhythmTrace[]): [first: number, last: number] {
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  for (const { hours } of traces) {
    for (const hour of hours) {
      first = Math.min(first, hour)
      last = Math.max(last, hour)
    }
  }
  return [first, last]
}

function zeros(count: number): number[] {
  return Array.from({ length: count }, () => 0)
}
