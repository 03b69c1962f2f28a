import { DENIED, FLAG } from '../../classify/contract.js'
import type { RecordBatch } from '../../columns/contract.js'
import { HOUR_MS } from '../../core/civil-time.js'
import { PAGE_MINUTES, PAGE_WORDS } from './trace.js'

// copied out of their tables: a member would be looked up anew for every row
const { stampOutlier: STAMP_OUTLIER_FLAG } = FLAG
const DENIED_OUTCOME = DENIED

/** Hours kept of one source: over a year, 15 MB. */
const MOST_PAGES = 10_000

/**
 * Counts by the minute and a bit for each second, in pages of an hour of event time. The order of rows changes nothing.
 */
export class RhythmPages {
  readonly #indexOf = new Map<number, number>()
  #hours = new Float64Array(64)
  requests = new Uint32Array(64 * PAGE_MINUTES)
  failures = new Uint32Array(64 * PAGE_MINUTES)
  bytes = new Float64Array(64 * PAGE_MINUTES)
  seconds = new Uint32Array(64 * PAGE_WORDS)
  count = 0
  beyond = 0

  add(batch: RecordBatch): void {
    const { time, flags, outcome, status, bytesSent, rowCount } = batch
    let { requests, failures, bytes, seconds } = this
    let hour = Number.NaN
    let page = -1
    for (let row = 0; row < rowCount; row++) {
      if ((flags[row]! & STAMP_OUTLIER_FLAG) !== 0) continue
      const t = time[row]!
      const h = Math.floor(t / HOUR_MS)
      if (h !== hour) {
        hour = h
        page = this.#pageOf(h)
        // the arrays are others when they grew
        requests = this.requests
        failures = this.failures
        bytes = this.bytes
        seconds = this.seconds
      }
      if (page < 0) {
        this.beyond++
        continue
      }
      const second = ((t - h * HOUR_MS) / 1000) | 0
      const minute = page * PAGE_MINUTES + ((second / 60) | 0)
      const size = bytesSent[row]!
      requests[minute] = requests[minute]! + 1
      if (outcome[row] === DENIED_OUTCOME || status[row]! >= 500) failures[minute] = failures[minute]! + 1
      if (size > 0) bytes[minute] = bytes[minute]! + size
      const word = page * PAGE_WORDS + (second >>> 5)
      seconds[word] = seconds[word]! | (1 << (second & 31))
    }
  }

  get hours(): Float64Array {
    return this.#hours.slice(0, this.count)
  }

  #pageOf(hour: number): number {
    const known = this.#indexOf.get(hour)
    if (known !== undefined) return known
    if (this.count >= MOST_PAGES) return -1
    if (this.count === this.#hours.length) this.#grow()
    const page = this.count++
    this.#hours[page] = hour
    this.#indexOf.set(hour, page)
    return page
  }

  #grow(): void {
    const pages = 2 * this.#hours.length
    this.#hours = grown(this.#hours, new Float64Array(pages))
    this.requests = grown(this.requests, new Uint32Array(pages * PAGE_MINUTES))
    this.failures = grown(this.failures, new Uint32Array(pages * PAGE_MINUTES))
    this.bytes = grown(this.bytes, new Float64Array(pages * PAGE_MINUTES))
    this.seconds = grown(this.seconds, new Uint32Array(pages * PAGE_WORDS))
  }
}

function grown<Values extends Float64Array | Uint32Array>(from: Values, into: Values): Values {
  into.set(from)
  return into
}
