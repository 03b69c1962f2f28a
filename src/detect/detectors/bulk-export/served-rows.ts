import { FLAG, SERVED } from '../../../classify/contract.js'
import type { RecordBatch } from '../../../columns/contract.js'
import { joinKeys } from '../../../core/keys.js'
import type { Selection } from '../../../observe/contract.js'
import { SizeCounts } from '../../../observe/denial-sizes.js'
import { ROBOTS_LENGTH, RobotsReaders } from './robots.js'

// copied out of their tables: a member would be looked up anew for every row
const { notFound: NOT_FOUND_FLAG, stampOutlier: STAMP_OUTLIER_FLAG } = FLAG
const SERVED_OUTCOME = SERVED
const GET = 1
const POST = 3

/**
 * Picks the rows that handed out data. Answers that were accepted hand out nothing: 304 says that the client has it, 201, 202
 * and 204 answer a write. What is sent in by PUT, PATCH or DELETE is no export either.
 */
export class ServedRows {
  count = 0
  rows = new Uint32Array(0)
  /** Two words for each of the rows: the key of its pair. */
  keys = new Int32Array(0)
  /** Answers to unknown paths, anywhere. */
  readonly unknownPaths = new SizeCounts()
  readonly robots = new RobotsReaders()
  /** Times of the first and the last row of any kind. */
  first = Number.POSITIVE_INFINITY
  latest = Number.NEGATIVE_INFINITY

  /** Fills `rows` and `keys` anew; notes denials and robots.txt in passing. */
  pick(batch: RecordBatch, selection: Selection): void {
    const { outcome, method, flags, principalKey, routeKey } = batch
    if (this.rows.length < selection.count) this.#grow(selection.count)
    const { rows, keys } = this
    const all = selection.rows
    let count = 0
    for (let i = 0; i < selection.count; i++) {
      const row = all[i]!
      if (outcome[row] !== SERVED_OUTCOME || (flags[row]! & STAMP_OUTLIER_FLAG) !== 0) continue
      if (method[row] !== GET && method[row] !== POST) continue
      const at = 2 * row
      joinKeys(principalKey[at]!, principalKey[at + 1]!, routeKey[at]!, routeKey[at + 1]!, keys, 2 * count)
      rows[count++] = row
    }
    this.count = count
    this.#note(batch, selection)
  }

  #note(batch: RecordBatch, { rows, count }: Selection): void {
    const { flags, time, pathLength, bytesSent } = batch
    const robotsLength = ROBOTS_LENGTH
    let first = this.first
    let latest = this.latest
    for (let i = 0; i < count; i++) {
      const row = rows[i]!
      const flag = flags[row]!
      if ((flag & NOT_FOUND_FLAG) !== 0) this.unknownPaths.add(bytesSent[row]!)
      if (pathLength[row] === robotsLength) this.robots.note(batch, row)
      if ((flag & STAMP_OUTLIER_FLAG) !== 0) continue
      const t = time[row]!
      if (t < first) first = t
      if (t > latest) latest = t
    }
    this.first = first
    this.latest = latest
  }

  #grow(count: number): void {
    this.rows = new Uint32Array(2 * count)
    this.keys = new Int32Array(4 * count)
  }

  merge(other: ServedRows): void {
    this.first = Math.min(this.first, other.first)
    this.latest = Math.max(this.latest, other.latest)
    this.unknownPaths.merge(other.unknownPaths)
    this.robots.merge(other.robots)
  }
}
