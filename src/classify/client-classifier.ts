import { FIELD, type RecordBatch } from '../columns/contract.js'
import { readText } from '../columns/view.js'
import { type KeySeed, keyOfText } from '../core/keys.js'
import { clientIdentity, maybeIpv6 } from './addresses.js'
import { FLAG } from './contract.js'
import { addressesOf, type IndicatorMatcher } from './indicators.js'
import { KeyCache } from './key-cache.js'

// copied out of their tables: a member would be looked up anew for every row
const { client: CLIENT_FIELD, forwarded: FORWARDED_FIELD } = FIELD
const { indicator: INDICATOR_FLAG } = FLAG

const SLOTS = 1 << 15

// words of an entry: the key of who the client is, and flag bits
const KEY_LOW = 0
const KEY_HIGH = 1
const FLAGS = 2
const WORDS = 3

/**
 * Makes a client's key, which is that of its text, that of its /64 where it is IPv6, and sets the flag of what an indicator
 * names. Other clients stay as they are: without indicators there is nothing to look up.
 */
export class ClientClassifier {
  readonly #cache = new KeyCache(SLOTS, WORDS)
  readonly #indicators: IndicatorMatcher
  readonly #seed: KeySeed

  constructor(indicators: IndicatorMatcher, seed: KeySeed) {
    this.#indicators = indicators
    this.#seed = seed
  }

  /** Fills rows 0 to `batch.rowCount`. */
  classify(batch: RecordBatch): void {
    const { bytes, rowCount } = batch
    const starts = batch.fieldStart[CLIENT_FIELD]!
    const lengths = batch.fieldLength[CLIENT_FIELD]!
    const looksAtAll = this.#indicators.looksAtClients
    for (let row = 0; row < rowCount; row++)
      if (looksAtAll || maybeIpv6(bytes, starts[row]!, lengths[row]!)) this.#classifyRow(batch, row)
  }

  #classifyRow(batch: RecordBatch, row: number): void {
    const at = 2 * row
    const keys = batch.clientKey
    const { words } = this.#cache
    let entry = this.#cache.find(keys[at]!, keys[at + 1]!)
    if (entry < 0) entry = this.#enter(batch, row, keys[at]!, keys[at + 1]!)
    keys[at] = words[entry + KEY_LOW]!
    keys[at + 1] = words[entry + KEY_HIGH]!
    const flags = this.#chainHasIndicator(batch, row) ? INDICATOR_FLAG : words[entry + FLAGS]!
    batch.flags[row] = batch.flags[row]! | flags
  }

  #enter(batch: RecordBatch, row: number, low: number, high: number): number {
    const text = readText(batch, CLIENT_FIELD, row) ?? ''
    const entry = this.#cache.take(low, high)
    const { words } = this.#cache
    const identity = clientIdentity(text)
    if (identity === text) {
      words[entry + KEY_LOW] = low
      words[entry + KEY_HIGH] = high
    } else keyOfText(identity, this.#seed, words, entry + KEY_LOW)
    const isFound = this.#indicators.looksAtClients && this.#indicators.ofAddress(text).length > 0
    words[entry + FLAGS] = isFound ? INDICATOR_FLAG : 0
    return entry
  }

  #chainHasIndicator(batch: RecordBatch, row: number): boolean {
    if (!this.#indicators.looksAtClients || batch.fieldLength[FORWARDED_FIELD]![row]! <= 0) return false
    return addressesOf(batch, row).some((address) => this.#indicators.ofAddress(address).length > 0)
  }
}
