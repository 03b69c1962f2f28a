import { ACCEPTED, DENIED, FLAG, SERVED } from '../classify/contract.js'
import { routeNameOf } from '../classify/route.js'
import type { RecordBatch } from '../columns/contract.js'
import { HOUR_MS } from '../core/civil-time.js'
import { PackedTable } from '../core/packed-table.js'
import { toIso } from '../core/times.js'
import type { BoundHit, Observer, Selection, Signal } from '../observe/contract.js'
import type { ClosureSuggestion } from './contract.js'
import { keyAt } from './keys.js'

// copied out of their table: a member would be looked up anew for every row
const { asset: ASSET_FLAG, stampOutlier: STAMP_OUTLIER_FLAG } = FLAG

/** Words of a record, and where its doubles stand. */
const SERVED_COUNT = 2
const DENIED_COUNT = 3
/** Low word of the principal who was denied first, and whether another one was. */
const DENIER = 4
const IS_MORE = 5
const IS_ASSET = 6
const LAST_SERVED = 4
const FIRST_DENIED = 5
const LAST_DENIED = 6
const BYTES = 7
const FIRST_SERVED = 8
const STRIDE = 18

/** Names kept: routes that were served and then denied. */
const MOST_NAMES = 20_000
/** A route is closed, and not only refused to somebody, by so many denials since it was last served... */
const LEAST_DENIED = 3
/** ...over this long, where they are of one principal alone. */
const LEAST_SPAN_MS = HOUR_MS
/** ...and not served for so many times as long as it usually is between two answers. */
const PAUSES = 20
/** Too many requests: refused for now, and not for good. */
const TOO_MANY = 429

/**
 * Finds routes whose answers turned from served to denied for good: of each route the last answer that gave something, and the
 * denials since then.
 */
export class RouteTurns implements Observer<Signal> {
  readonly id = 'route-turns'
  readonly wants = 0
  readonly scope = 'keyed'
  readonly horizon = 'retrospective'
  readonly #table: PackedTable
  readonly #names = new Map<number, string>()
  #beyond = 0

  constructor(memoryBytes: number) {
    this.#table = new PackedTable(STRIDE, PackedTable.recordsWithin(memoryBytes, STRIDE))
  }

  visit(batch: RecordBatch, { rows, count }: Selection): void {
    const { outcome, flags, status } = batch
    for (let i = 0; i < count; i++) {
      const row = rows[i]!
      const what = outcome[row]!
      if ((flags[row]! & STAMP_OUTLIER_FLAG) !== 0) continue
      if (what === SERVED || what === ACCEPTED) this.#serve(batch, row)
      else if (what === DENIED && status[row] !== TOO_MANY) this.#deny(batch, row)
    }
  }

  #recordOf(batch: RecordBatch, row: number): number {
    const [low, high] = [batch.routeKey[2 * row]!, batch.routeKey[2 * row + 1]!]
    const known = this.#table.find(low, high)
    if (known >= 0) return known
    const record = this.#table.insert(low, high)
    if (record < 0) this.#beyond++
    else {
      const half = (record * STRIDE) / 2
      this.#table.doubles[half + FIRST_SERVED] = Number.POSITIVE_INFINITY
      this.#table.doubles[half + LAST_SERVED] = Number.NEGATIVE_INFINITY
    }
    return record
  }

  #serve(batch: RecordBatch, row: number): void {
    const record = this.#recordOf(batch, row)
    if (record < 0) return
    const { words, doubles } = this.#table
    const at = record * STRIDE
    words[at + SERVED_COUNT]!++
    if ((batch.flags[row]! & ASSET_FLAG) !== 0) words[at + IS_ASSET] = 1
    doubles[at / 2 + BYTES]! += batch.bytesSent[row]! || 0
    const t = batch.time[row]!
    if (t < doubles[at / 2 + FIRST_SERVED]!) doubles[at / 2 + FIRST_SERVED] = t
    if (t < doubles[at / 2 + LAST_SERVED]!) return
    doubles[at / 2 + LAST_SERVED] = t
    // denials that were read before it and are later stand
    if (words[at + DENIED_COUNT]! > 0 && doubles[at / 2 + FIRST_DENIED]! > t) return
    words[at + DENIED_COUNT] = 0
    words[at + IS_MORE] = 0
  }

  #deny(batch: RecordBatch, row: number): void {
    const record = this.#recordOf(batch, row)
    if (record < 0) return
    const { words, doubles } = this.#table
    const at = record * STRIDE
    const t = batch.time[row]!
    if (words[at + SERVED_COUNT] === 0 || t <= doubles[at / 2 + LAST_SERVED]!) return
    const principal = batch.principalKey[2 * row]!
    if (words[at + DENIED_COUNT]!++ === 0) {
      words[at + DENIER] = principal
      doubles[at / 2 + FIRST_DENIED] = t
      doubles[at / 2 + LAST_DENIED] = t
      this.#keepName(batch, row)
    } else if (words[at + DENIER] !== principal) words[at + IS_MORE] = 1
    doubles[at / 2 + FIRST_DENIED] = Math.min(t, doubles[at / 2 + FIRST_DENIED]!)
    doubles[at / 2 + LAST_DENIED] = Math.max(t, doubles[at / 2 + LAST_DENIED]!)
  }

  #keepName(batch: RecordBatch, row: number): void {
    const key = keyAt(batch.routeKey, row)
    if (this.#names.size < MOST_NAMES && !this.#names.has(key))
      this.#names.set(key, routeNameOf(batch, row, false))
  }

  merge(): void {
    throw new Error('route turns are followed in one piece')
  }

  seal(): Iterable<Signal> {
    return []
  }

  snapshot(): Readonly<Record<string, number>> {
    return {}
  }

  bounds(): readonly BoundHit[] {
    if (this.#beyond === 0) return []
    const effect = 'requests of routes that did not fit were not looked at'
    return [{ name: 'routes', limit: this.#table.maxRecords, count: this.#beyond, firstAt: '', effect }]
  }

  /** Candidates: those that hand out pages and data first, assets behind them; most served first. */
  suggestions(): ClosureSuggestion[] {
    const found: ClosureSuggestion[] = []
    this.#table.forEach((record) => {
      const suggestion = this.#suggestionOf(record)
      if (suggestion !== null) found.push(suggestion)
    })
    return found.sort(
      (a, b) =>
        Number(a.isAsset) - Number(b.isAsset) ||
        b.served - a.served ||
        b.bytes - a.bytes ||
        (a.route < b.route ? -1 : 1),
    )
  }

  #suggestionOf(record: number): ClosureSuggestion | null {
    const { words, doubles } = this.#table
    const at = record * STRIDE
    const denied = words[at + DENIED_COUNT]!
    const [first, last] = [doubles[at / 2 + FIRST_DENIED]!, doubles[at / 2 + LAST_DENIED]!]
    const served = words[at + SERVED_COUNT]!
    const [began, ended] = [doubles[at / 2 + FIRST_SERVED]!, doubles[at / 2 + LAST_SERVED]!]
    // a busy route that is open still is served again soon
    const isOver = last - ended >= PAUSES * ((ended - began) / served)
    const isClosed =
      isOver && denied >= LEAST_DENIED && (words[at + IS_MORE] === 1 || last - first >= LEAST_SPAN_MS)
    const key = (words[at]! >>> 0) + (words[at + 1]! & 0x1f_ffff) * 0x1_0000_0000
    const route = this.#names.get(key)
    if (!isClosed || route === undefined) return null
    return {
      route,
      served: words[at + SERVED_COUNT]!,
      bytes: doubles[at / 2 + BYTES]!,
      lastServed: toIso(doubles[at / 2 + LAST_SERVED]!),
      firstDenied: toIso(first),
      lastDenied: toIso(last),
      denied,
      isAsset: words[at + IS_ASSET] === 1,
    }
  }
}
