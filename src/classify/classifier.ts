import { FIELD, type RecordBatch } from '../columns/contract.js'
import { readText } from '../columns/view.js'
import { ClientClassifier } from './client-classifier.js'
import { FLAG, type Indicator } from './contract.js'
import { IndicatorMatcher } from './indicators.js'
import { KeyCache } from './key-cache.js'
import { fillOutcomes } from './outcome.js'
import { PathClassifier, type PathOptions } from './path-classifier.js'

// copied out of their tables: a member would be looked up anew for every row
const { token: TOKEN_FIELD, userAgent: USER_AGENT_FIELD } = FIELD
const { indicator: INDICATOR_FLAG } = FLAG

export interface ClassifierOptions extends PathOptions {
  readonly indicators: readonly Indicator[]
}

const AGENT_SLOTS = 1 << 13

/**
 * Fills the classify columns of a batch, whose texts have their keys: route, outcome, entry points, flag bits. A loop over
 * the whole batch for each of what decides them; those that only indicators need are left out without. No state between
 * rows but caches by key, so that a path, client or agent is worked out once while it stays in its cache.
 */
export class Classifier {
  readonly #indicators: IndicatorMatcher
  readonly #paths: PathClassifier
  readonly #clients: ClientClassifier
  readonly #agents = new KeyCache(AGENT_SLOTS, 1)

  constructor(options: ClassifierOptions) {
    this.#indicators = new IndicatorMatcher(options.indicators)
    this.#paths = new PathClassifier(options, this.#indicators)
    this.#clients = new ClientClassifier(this.#indicators, options.seed)
  }

  /** Fills the columns of rows 0 to `batch.rowCount`. */
  classify(batch: RecordBatch): void {
    fillOutcomes(batch)
    this.#paths.classify(batch)
    this.#clients.classify(batch)
    if (this.#indicators.looksAtAgents) this.#classifyAgents(batch)
    if (this.#indicators.looksAtTokens) this.#classifyTokens(batch)
  }

  #classifyAgents(batch: RecordBatch): void {
    const lengths = batch.fieldLength[USER_AGENT_FIELD]!
    const { agentKey, flags, rowCount } = batch
    const { words } = this.#agents
    for (let row = 0; row < rowCount; row++) {
      if (lengths[row]! < 0) continue
      const low = agentKey[2 * row]!
      const high = agentKey[2 * row + 1]!
      let entry = this.#agents.find(low, high)
      if (entry < 0) entry = this.#enterAgent(batch, row, low, high)
      flags[row] = flags[row]! | words[entry]!
    }
  }

  #enterAgent(batch: RecordBatch, row: number, low: number, high: number): number {
    const isFound = this.#indicators.ofAgent(readText(batch, USER_AGENT_FIELD, row) ?? '').length > 0
    const entry = this.#agents.take(low, high)
    this.#agents.words[entry] = isFound ? INDICATOR_FLAG : 0
    return entry
  }

  #classifyTokens(batch: RecordBatch): void {
    for (let row = 0; row < batch.rowCount; row++) {
      const token = readText(batch, TOKEN_FIELD, row)
      if (token !== null && this.#indicators.ofToken(token).length > 0)
        batch.flags[row] = batch.flags[row]! | INDICATOR_FLAG
    }
  }
}
