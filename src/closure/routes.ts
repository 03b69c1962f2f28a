import { normalPath } from '../classify/normal-path.js'
import { routeNameOf } from '../classify/route.js'
import type { RecordBatch } from '../columns/contract.js'
import { readMethod } from '../columns/view.js'
import { PackedTable } from '../core/packed-table.js'
import { AliasRules } from './alias-rules.js'
import type { AliasKind, ClosureInput } from './contract.js'
import { KeyFilter, keyAt } from './keys.js'

/** Words of a record: the key, and the time of first sight as a double. */
const STRIDE = 4
const CACHE_SLOTS = 4096
/** Part of the memory for first times. */
const ROUTES_SHARE = 0.3
/** Aliases kept: log text may make as many routes as it likes that end like an entry point. */
const MOST_ALIASES = 4096

/** A route that is an alias of some entry points. */
export interface AliasRoute {
  readonly name: string
  /** By entry point; null where it is none of it. */
  readonly kinds: readonly (AliasKind | null)[]
}

/**
 * When each route was first asked for, and which routes are aliases of an entry point: decided once a route, when it is new.
 *
 *     row -> slot of the cache holds its key, and no later time? nearly always; done
 *                        | no
 *                        v
 *            table of first times -> new? then the text of its path is compared with the rules
 */
export class RouteSightings {
  readonly #times: PackedTable
  readonly #cacheLow = new Int32Array(CACHE_SLOTS)
  readonly #cacheHigh = new Int32Array(CACHE_SLOTS)
  readonly #cacheTime = new Float64Array(CACHE_SLOTS).fill(Number.POSITIVE_INFINITY)
  readonly #rules: AliasRules
  readonly #ignoreCase: boolean
  readonly #aliases = new Map<number, AliasRoute>()
  readonly aliasFilter = new KeyFilter()
  get limit(): number {
    return this.#times.maxRecords
  }

  /** Routes that did not fit: they count as seen from the beginning. */
  beyond = 0
  /** Aliases that did not fit. */
  beyondAliases = 0

  constructor({ entryPoints, ignorePathCase, memoryBytes }: ClosureInput) {
    this.#times = new PackedTable(STRIDE, PackedTable.recordsWithin(memoryBytes * ROUTES_SHARE, STRIDE))
    this.#rules = new AliasRules(entryPoints, ignorePathCase)
    this.#ignoreCase = ignorePathCase
  }

  /** Rows of one run. `rows[0 .. count)` are row numbers, ascending. */
  see(batch: RecordBatch, rows: Uint32Array, count: number): void {
    const { routeKey, time } = batch
    const cacheLow = this.#cacheLow
    const cacheHigh = this.#cacheHigh
    const cacheTime = this.#cacheTime
    for (let i = 0; i < count; i++) {
      const row = rows[i]!
      const low = routeKey[2 * row]!
      const high = routeKey[2 * row + 1]!
      const slot = low & (CACHE_SLOTS - 1)
      if (cacheLow[slot] === low && cacheHigh[slot] === high && cacheTime[slot]! <= time[row]!) continue
      cacheLow[slot] = low
      cacheHigh[slot] = high
      cacheTime[slot] = this.#keep(batch, row, low, high)
    }
  }

  /** Returns the time at which the route was first asked for, by what was seen so far. */
  #keep(batch: RecordBatch, row: number, low: number, high: number): number {
    const time = batch.time[row]!
    const known = this.#times.find(low, high)
    if (known >= 0) {
      const at = (known * STRIDE + 2) >> 1
      if (time < this.#times.doubles[at]!) this.#times.doubles[at] = time
      return this.#times.doubles[at]!
    }
    const record = this.#times.insert(low, high)
    if (record < 0) {
      // it is not known again, and to look at its path each time would cost too much
      this.beyond++
      return Number.NEGATIVE_INFINITY
    }
    this.#times.doubles[(record * STRIDE + 2) >> 1] = time
    this.#compare(batch, row, low)
    return time
  }

  #compare(batch: RecordBatch, row: number, low: number): void {
    const length = batch.pathLength[row]!
    if (length < 0) return
    const path = normalPath(batch.bytes, batch.pathStart[row]!, length)
    const kinds = this.#rules.kindsOf(path, (readMethod(batch, row) ?? '').toUpperCase())
    if (kinds === null || kinds.every((kind) => kind === null)) return
    if (this.#aliases.size >= MOST_ALIASES) {
      this.beyondAliases++
      return
    }
    this.#aliases.set(keyAt(batch.routeKey, row), { name: routeNameOf(batch, row, this.#ignoreCase), kinds })
    this.aliasFilter.add(low)
  }

  aliasOf(batch: RecordBatch, row: number): AliasRoute | undefined {
    return this.#aliases.get(keyAt(batch.routeKey, row))
  }

  /** Event time at which a route was first asked for by anybody; negative infinity for one that did not fit. */
  firstSeen(low: number, high: number): number {
    const record = this.#times.find(low, high)
    return record < 0 ? Number.NEGATIVE_INFINITY : this.#times.doubles[(record * STRIDE + 2) >> 1]!
  }

  merge(other: RouteSightings): void {
    other.#times.forEach((record) => {
      const { words, doubles } = other.#times
      this.#mergeTime(
        words[record * STRIDE]!,
        words[record * STRIDE + 1]!,
        doubles[(record * STRIDE + 2) >> 1]!,
      )
    })
    for (const [key, alias] of other.#aliases) {
      this.#aliases.set(key, alias)
      this.aliasFilter.add(key | 0)
    }
    this.beyond += other.beyond
    this.beyondAliases += other.beyondAliases
  }

  #mergeTime(low: number, high: number, time: number): void {
    const known = this.#times.find(low, high)
    const record = known >= 0 ? known : this.#times.insert(low, high)
    if (record < 0) {
      this.beyond++
      return
    }
    const at = (record * STRIDE + 2) >> 1
    this.#times.doubles[at] = known >= 0 ? Math.min(this.#times.doubles[at]!, time) : time
  }
}
