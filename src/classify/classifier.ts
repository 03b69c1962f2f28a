import { FIELD, type RecordBatch } from '../columns/contract.js'
import { readText } from '../columns/view.js'
import { joinKeys, type KeySeed, keyOfByteString, keyOfText } from '../core/keys.js'
import { clientIdentity, maybeIpv6 } from './addresses.js'
import { type DataRoute, type EntryPointRule, FLAG, type Indicator, type LoginRule } from './contract.js'
import { EntryPointMatcher } from './entry-points.js'
import { addressesOf, IndicatorMatcher } from './indicators.js'
import { KeyCache } from './key-cache.js'
import { LoginMatcher } from './logins.js'
import { isPlainPath, lowerAscii, normalPath } from './normal-path.js'
import { outcomeOf } from './outcome.js'
import { routeTemplate } from './route.js'

// copied out of their tables: a member would be looked up anew for every row
const {
  client: CLIENT_FIELD,
  forwarded: FORWARDED_FIELD,
  token: TOKEN_FIELD,
  userAgent: USER_AGENT_FIELD,
} = FIELD
const {
  dataRoute: DATA_ROUTE_FLAG,
  entryPoint: ENTRY_POINT_FLAG,
  indicator: INDICATOR_FLAG,
  loginFailed: LOGIN_FAILED_FLAG,
  notFound: NOT_FOUND_FLAG,
  oddSpelling: ODD_SPELLING_FLAG,
  refused: REFUSED_FLAG,
} = FLAG

export interface ClassifierOptions {
  readonly entryPoints: readonly EntryPointRule[]
  readonly indicators: readonly Indicator[]
  readonly logins: readonly LoginRule[]
  readonly dataRoutes: readonly DataRoute[]
  readonly ignorePathCase: boolean
  readonly seed: KeySeed
}

/** Slots of the path cache, 32 bytes each; 64 Ki hold the paths of most sites. */
const PATH_SLOTS = 1 << 16
const CLIENT_SLOTS = 1 << 15
const AGENT_SLOTS = 1 << 13

// words of a path cache entry
const PATH_ROUTE_LOW = 0
const PATH_ROUTE_HIGH = 1
const PATH_ENTRIES = 2
const PATH_FLAGS = 3
const PATH_LOGIN = 4
const PATH_DATA = 5
const PATH_WORDS = 6

/**
 * Fills the classify columns of a batch, whose texts have their keys: route, outcome, entry points, flag bits. No state between rows but caches
 * by key, so that a path, client or agent is worked out once while it stays in the cache.
 */
export class Classifier {
  readonly #options: ClassifierOptions
  readonly #matcher: EntryPointMatcher
  readonly #indicators: IndicatorMatcher
  readonly #logins: LoginMatcher
  readonly #dataRoutes: EntryPointMatcher
  readonly #paths = new KeyCache(PATH_SLOTS, PATH_WORDS)
  readonly #clients = new KeyCache(CLIENT_SLOTS, 3)
  readonly #agents = new KeyCache(AGENT_SLOTS, 1)
  readonly #seed: KeySeed
  readonly #scratch = new Int32Array(2)

  constructor(options: ClassifierOptions) {
    this.#options = options
    this.#seed = options.seed
    this.#matcher = new EntryPointMatcher(options.entryPoints, options.ignorePathCase)
    this.#indicators = new IndicatorMatcher(options.indicators)
    this.#logins = new LoginMatcher(options.logins, options.ignorePathCase)
    this.#dataRoutes = new EntryPointMatcher(options.dataRoutes, options.ignorePathCase)
  }

  /** Fills the columns of rows 0 to `batch.rowCount`. */
  classify(batch: RecordBatch): void {
    const { status, method, bytesSent, outcome } = batch
    for (let row = 0; row < batch.rowCount; row++) {
      outcome[row] = outcomeOf(status[row]!, method[row]!, bytesSent[row]!)
      let flags = statusFlags(status[row]!)
      flags |= this.#classifyPath(batch, row)
      flags |= this.#classifyClient(batch, row)
      flags |= this.#classifyAgent(batch, row)
      if (this.#indicators.looksAtTokens) flags |= this.#classifyToken(batch, row)
      batch.flags[row] = batch.flags[row]! | flags
    }
  }

  #classifyPath(batch: RecordBatch, row: number): number {
    const length = batch.pathLength[row]!
    const at = 2 * row
    batch.entryPoints[row] = 0
    if (length < 0) return this.#withoutPath(batch, row)
    const keys = batch.pathKey
    let entry = this.#paths.find(keys[at]!, keys[at + 1]!)
    if (entry < 0) entry = this.#slowPath(batch, row, keys[at]!, keys[at + 1]!)
    const words = this.#paths.words
    const method = batch.method[row]!
    joinKeys(words[entry + PATH_ROUTE_LOW]!, words[entry + PATH_ROUTE_HIGH]!, method, 0, batch.routeKey, at)
    let flags = words[entry + PATH_FLAGS]!
    const login = words[entry + PATH_LOGIN]!
    if (login !== 0) flags |= this.#logins.flagsOf(login, batch, row)
    const data = words[entry + PATH_DATA]!
    if (data !== 0 && this.#dataRoutes.checkConditions(data, batch, row) !== 0) flags |= DATA_ROUTE_FLAG
    const bits = words[entry + PATH_ENTRIES]!
    return bits === 0 ? flags : flags | this.#enterPoints(batch, row, bits)
  }

  /** Bits whose path part matches: method and host decide. */
  #enterPoints(batch: RecordBatch, row: number, bits: number): number {
    const kept =
      (bits & this.#matcher.conditional) === 0 ? bits : this.#matcher.checkConditions(bits, batch, row)
    batch.entryPoints[row] = kept
    return kept === 0 ? 0 : ENTRY_POINT_FLAG
  }

  #withoutPath(batch: RecordBatch, row: number): number {
    joinKeys(0, 0, batch.method[row]!, 1, batch.routeKey, 2 * row)
    return 0
  }

  /** Taken when a path is not in the cache: works out its normal form, route, entry points and flags. */
  #slowPath(batch: RecordBatch, row: number, low: number, high: number): number {
    const start = batch.pathStart[row]!
    const length = batch.pathLength[row]!
    const path = normalPath(batch.bytes, start, length)
    const route = routeTemplate(this.#options.ignorePathCase ? lowerAscii(path) : path)
    const entry = this.#paths.take(low, high)
    const words = this.#paths.words
    // a route that is its path, byte for byte, has the key that the path has already
    if (route.length === length && route === path) this.#keepRoute(entry, low, high)
    else {
      keyOfByteString(route, this.#seed, this.#scratch, 0)
      this.#keepRoute(entry, this.#scratch[0]!, this.#scratch[1]!)
    }
    words[entry + PATH_ENTRIES] = this.#matcher.matchPath(path)
    words[entry + PATH_LOGIN] = this.#logins.find(path)
    words[entry + PATH_DATA] = this.#dataRoutes.matchPath(path)
    let flags = isPlainPath(batch.bytes, start, length) ? 0 : ODD_SPELLING_FLAG
    if (this.#indicators.ofPath(path).length > 0) flags |= INDICATOR_FLAG
    words[entry + PATH_FLAGS] = flags
    return entry
  }

  #keepRoute(entry: number, low: number, high: number): void {
    this.#paths.words[entry + PATH_ROUTE_LOW] = low
    this.#paths.words[entry + PATH_ROUTE_HIGH] = high
  }

  /** The client's key, which is that of its text, becomes that of its /64 where it is IPv6. */
  #classifyClient(batch: RecordBatch, row: number): number {
    const at = 2 * row
    const keys = batch.clientKey
    const start = batch.fieldStart[CLIENT_FIELD]![row]!
    const length = Math.max(0, batch.fieldLength[CLIENT_FIELD]![row]!)
    const looks = this.#indicators.looksAtClients
    if (!looks && !maybeIpv6(batch.bytes, start, length)) return 0
    let entry = this.#clients.find(keys[at]!, keys[at + 1]!)
    if (entry < 0) entry = this.#slowClient(batch, row, keys[at]!, keys[at + 1]!)
    const words = this.#clients.words
    keys[at] = words[entry]!
    keys[at + 1] = words[entry + 1]!
    const chained =
      looks && batch.fieldLength[FORWARDED_FIELD]![row]! > 0 && this.#chainHasIndicator(batch, row)
    return chained ? INDICATOR_FLAG : words[entry + 2]!
  }

  #slowClient(batch: RecordBatch, row: number, low: number, high: number): number {
    const text = readText(batch, CLIENT_FIELD, row) ?? ''
    const entry = this.#clients.take(low, high)
    const words = this.#clients.words
    const identity = clientIdentity(text)
    if (identity === text) {
      words[entry] = low
      words[entry + 1] = high
    } else keyOfText(identity, this.#seed, words, entry)
    words[entry + 2] = this.#indicators.ofAddress(text).length > 0 ? INDICATOR_FLAG : 0
    return entry
  }

  #chainHasIndicator(batch: RecordBatch, row: number): boolean {
    return addressesOf(batch, row).some((address) => this.#indicators.ofAddress(address).length > 0)
  }

  #classifyAgent(batch: RecordBatch, row: number): number {
    if (!this.#indicators.looksAtAgents || batch.fieldLength[USER_AGENT_FIELD]![row]! < 0) return 0
    const at = 2 * row
    const keys = batch.agentKey
    let entry = this.#agents.find(keys[at]!, keys[at + 1]!)
    if (entry < 0) {
      const found = this.#indicators.ofAgent(readText(batch, USER_AGENT_FIELD, row) ?? '').length > 0
      entry = this.#agents.take(keys[at]!, keys[at + 1]!)
      this.#agents.words[entry] = found ? INDICATOR_FLAG : 0
    }
    return this.#agents.words[entry]!
  }

  #classifyToken(batch: RecordBatch, row: number): number {
    const token = readText(batch, TOKEN_FIELD, row)
    return token !== null && this.#indicators.ofToken(token).length > 0 ? INDICATOR_FLAG : 0
  }
}

function statusFlags(status: number): number {
  if (status === 401 || status === 403) return REFUSED_FLAG | LOGIN_FAILED_FLAG
  return status === 404 || status === 410 ? NOT_FOUND_FLAG : 0
}
