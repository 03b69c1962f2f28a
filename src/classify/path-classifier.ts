import { FIELD, type RecordBatch } from '../columns/contract.js'
import { SLASH } from '../core/bytes.js'
import { joinKeys, type KeySeed, writeKey } from '../core/keys.js'
import { type DataRoute, type EntryPointRule, FLAG, type LoginRule } from './contract.js'
import { EntryPointMatcher } from './entry-points.js'
import type { IndicatorMatcher } from './indicators.js'
import { LoginMatcher } from './logins.js'
import { byteString, resolvePath } from './normal-path.js'
import { findPageValue } from './page-value.js'
import { isAssetPath } from './route-kinds.js'
import { RouteWriter } from './route-writer.js'
import { SegmentFilter } from './segment-filter.js'

// copied out of their tables: a member would be looked up anew for every row
const { target: TARGET_FIELD } = FIELD
const {
  asset: ASSET_FLAG,
  dataRoute: DATA_ROUTE_FLAG,
  entryPoint: ENTRY_POINT_FLAG,
  indicator: INDICATOR_FLAG,
  oddSpelling: ODD_SPELLING_FLAG,
  page: PAGE_FLAG,
} = FLAG

export interface PathOptions {
  readonly entryPoints: readonly EntryPointRule[]
  readonly logins: readonly LoginRule[]
  readonly dataRoutes: readonly DataRoute[]
  readonly ignorePathCase: boolean
  readonly seed: KeySeed
}

/** Entries of the cache, 32 bytes each: most sites have fewer paths. */
const SLOTS = 1 << 16
/** Methods of one path lie apart. */
const METHOD_SPREAD = 0x9e3779b1 | 0

// words of an entry: the path's key and the method, then what they give
const STRIDE_BITS = 3
const KEY_LOW = 0
const KEY_HIGH = 1
/** The method's number and IN_USE: an entry that nobody took is found by no key. */
const METHOD = 2
const ROUTE_LOW = 3
const ROUTE_HIGH = 4
/** Flag bits; above them the login's number; the sign where a row must be looked at by itself. */
const FLAGS = 5
const ENTRIES = 6
const DATA = 7

const IN_USE = 1 << 8
const FLAG_BITS = 16
const FLAG_MASK = (1 << FLAG_BITS) - 1
const LOGIN_MASK = 0xff
const NEEDS_ROW = 1 << 31

/** The key of the route of a request without a path, before its method is joined to it. */
const NO_PATH = 1

/**
 * Fills the columns that the path decides: route, entry points, flag bits. What a path and a method give is worked out once,
 * while it stays in a direct-mapped cache: another one of the same slot takes its place.
 *
 *     pathKey, method -> slot:  | key | method | route | flags, login | entry points | data routes |
 */
export class PathClassifier {
  readonly #words = new Int32Array(SLOTS << STRIDE_BITS)
  readonly #seed: KeySeed
  readonly #entryPoints: EntryPointMatcher
  readonly #logins: LoginMatcher
  readonly #dataRoutes: EntryPointMatcher
  readonly #indicators: IndicatorMatcher
  readonly #firstSegments = new SegmentFilter()
  readonly #lastSegments = new SegmentFilter()
  readonly #isCaseKept: boolean
  readonly #route: RouteWriter
  readonly #key = new Int32Array(2)
  /** Normal forms of paths that are spelt oddly. */
  #resolved = new Uint8Array(1024)

  constructor(options: PathOptions, indicators: IndicatorMatcher) {
    const { entryPoints, logins, dataRoutes, ignorePathCase, seed } = options
    this.#seed = seed
    this.#entryPoints = new EntryPointMatcher(entryPoints, ignorePathCase)
    this.#logins = new LoginMatcher(logins, ignorePathCase)
    this.#dataRoutes = new EntryPointMatcher(dataRoutes, ignorePathCase)
    this.#indicators = indicators
    this.#isCaseKept = !ignorePathCase
    this.#route = new RouteWriter(ignorePathCase)
    this.#entryPoints.addFirstSegments(this.#firstSegments)
    this.#dataRoutes.addFirstSegments(this.#firstSegments)
    this.#logins.addSegments(this.#firstSegments, this.#lastSegments)
    indicators.addLastSegments(this.#lastSegments)
  }

  /** Fills rows 0 to `batch.rowCount`. */
  classify(batch: RecordBatch): void {
    const { pathKey, pathLength, method, routeKey, entryPoints, flags, rowCount } = batch
    const words = this.#words
    const last = SLOTS - 1
    const spread = METHOD_SPREAD
    const inUse = IN_USE
    const flagMask = FLAG_MASK
    entryPoints.fill(0, 0, rowCount)
    for (let row = 0; row < rowCount; row++) {
      const at = 2 * row
      const low = pathKey[at]!
      const high = pathKey[at + 1]!
      const used = method[row]! | inUse
      const entry = ((low ^ Math.imul(used, spread)) & last) << STRIDE_BITS
      if (pathLength[row]! < 0) {
        joinKeys(0, 0, method[row]!, NO_PATH, routeKey, at)
        continue
      }
      if (words[entry] !== low || words[entry + KEY_HIGH] !== high || words[entry + METHOD] !== used)
        this.#enter(batch, row, entry)
      routeKey[at] = words[entry + ROUTE_LOW]!
      routeKey[at + 1] = words[entry + ROUTE_HIGH]!
      const found = words[entry + FLAGS]!
      flags[row] = flags[row]! | (found & flagMask)
      if (found < 0) this.#lookAtRow(batch, row, entry)
    }
    this.#markPages(batch)
  }

  /** Looks at the queries, which are no part of a path. */
  #markPages(batch: RecordBatch): void {
    const { pathStart, pathLength, flags, rowCount } = batch
    const starts = batch.fieldStart[TARGET_FIELD]!
    const lengths = batch.fieldLength[TARGET_FIELD]!
    for (let row = 0; row < rowCount; row++) {
      const hasMore = starts[row]! + lengths[row]! > pathStart[row]! + pathLength[row]!
      if (hasMore && findPageValue(batch, row) >= 0) flags[row] = flags[row]! | PAGE_FLAG
    }
  }

  /** Taken where the path's rules ask for more than the path: for a method, a host, a status. */
  #lookAtRow(batch: RecordBatch, row: number, entry: number): void {
    const words = this.#words
    const login = (words[entry + FLAGS]! >>> FLAG_BITS) & LOGIN_MASK
    const data = words[entry + DATA]! >>> 0
    const entries = words[entry + ENTRIES]! >>> 0
    let flags = login === 0 ? 0 : this.#logins.flagsOf(login, batch, row)
    if (this.#dataRoutes.checkConditions(data, batch, row) !== 0) flags |= DATA_ROUTE_FLAG
    const kept = this.#entryPoints.checkConditions(entries, batch, row)
    if (kept !== 0) flags |= ENTRY_POINT_FLAG
    batch.entryPoints[row] = kept
    batch.flags[row] = batch.flags[row]! | flags
  }

  /** Taken when a path and method are not in the cache: works out what they give. */
  #enter(batch: RecordBatch, row: number, entry: number): void {
    const start = batch.pathStart[row]!
    const length = batch.pathLength[row]!
    const low = batch.pathKey[2 * row]!
    const high = batch.pathKey[2 * row + 1]!
    const method = batch.method[row]!
    const words = this.#words
    const key = this.#key
    words[entry + KEY_LOW] = low
    words[entry + KEY_HIGH] = high
    words[entry + METHOD] = method | IN_USE
    if (this.#workOut(batch.bytes, start, length, entry)) {
      key[0] = low
      key[1] = high
    } else writeKey(this.#route.view, 0, this.#route.length, this.#seed, key, 0)
    joinKeys(key[0]!, key[1]!, method, 0, words, entry + ROUTE_LOW)
  }

  /** Writes the path's route to `#route` and what its normal form matches to the entry. @returns whether the route is the path. */
  #workOut(bytes: Uint8Array, start: number, length: number, entry: number): boolean {
    const route = this.#route
    const isSlashed = length > 1 && bytes[start + length - 1] === SLASH
    const end = isSlashed ? start + length - 1 : start + length
    route.write(bytes, start, end)
    const marks = isAssetPath(bytes, start, length) ? ASSET_FLAG : 0
    const isPlain = length > 0 && bytes[start] === SLASH && (length === 1 || route.isPlain)
    if (isPlain) {
      this.#match(bytes, start, end, marks, entry)
      return route.isLiteral && !isSlashed && this.#isCaseKept
    }
    const size = this.#resolve(bytes, start, length)
    route.write(this.#resolved, 0, size)
    this.#match(this.#resolved, 0, size, marks | ODD_SPELLING_FLAG, entry)
    return false
  }

  #resolve(bytes: Uint8Array, start: number, length: number): number {
    if (this.#resolved.length <= length) this.#resolved = new Uint8Array(2 * length)
    return resolvePath(bytes, start, length, this.#resolved)
  }

  /** Matches the normal path `bytes[start, end)`, whose route was written last. */
  #match(bytes: Uint8Array, start: number, end: number, flags: number, entry: number): void {
    const words = this.#words
    const { firstEnd, lastStart } = this.#route
    const isDismissed =
      !this.#firstSegments.mayHold(bytes, start + 1, firstEnd) &&
      !this.#lastSegments.mayHold(bytes, lastStart, end)
    if (isDismissed) {
      words[entry + FLAGS] = flags
      words[entry + ENTRIES] = words[entry + DATA] = 0
      return
    }
    const path = byteString(bytes.subarray(start, end), end - start)
    const entries = this.#entryPoints.matchPath(path)
    const login = this.#logins.find(path)
    const data = this.#dataRoutes.matchPath(path)
    const marks = this.#indicators.ofPath(path).length > 0 ? flags | INDICATOR_FLAG : flags
    const needsRow = (entries | login | data) === 0 ? 0 : NEEDS_ROW
    words[entry + FLAGS] = marks | (login << FLAG_BITS) | needsRow
    words[entry + ENTRIES] = entries
    words[entry + DATA] = data
  }
}
