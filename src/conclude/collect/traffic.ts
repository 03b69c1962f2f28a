import { clientIdentity } from '../../classify/addresses.js'
import { FLAG, OUTCOMES } from '../../classify/contract.js'
import { routeNameOf } from '../../classify/route.js'
import { FIELD, type RecordBatch } from '../../columns/contract.js'
import { readText } from '../../columns/view.js'
import { BACKSLASH, COLON } from '../../core/bytes.js'
import type { TextPool } from '../../core/text-pool.js'
import { toIso } from '../../core/times.js'
import type { BoundHit, Observer, Selection } from '../../observe/contract.js'
import { type KeepName, KeyTotals, type NamedTotals } from './key-totals.js'

// copied out of their tables: a member would be looked up anew for every row
const { client: CLIENT_FIELD } = FIELD
const { stampOutlier: STAMP_OUTLIER_FLAG } = FLAG

/** Totals of all traffic, what the summary is made of. */
export interface Traffic {
  readonly records: number
  readonly bytesSent: number
  readonly first: number
  readonly last: number
  readonly statusClasses: Readonly<Record<string, number>>
  readonly outcomes: Readonly<Record<string, number>>
  readonly clients: number
  readonly clientsExact: boolean
  readonly topClients: readonly NamedTotals[]
  readonly topRoutes: readonly NamedTotals[]
  /** The client with over half of all records and over 20 agents, if there is one: an undeclared proxy by its looks. */
  readonly proxyLike: readonly string[]
}

export interface TrafficOptions {
  readonly memoryBytes: number
  readonly ignorePathCase: boolean
}

const TOP = 10
const STATUS_NAMES = ['none', '1xx', '2xx', '3xx', '4xx', '5xx', 'other'] as const
/** Place in STATUS_NAMES of each status. */
const STATUS_CLASS = Uint8Array.from({ length: 65_536 }, (_, status) =>
  Math.min(STATUS_NAMES.length - 1, Math.floor(status / 100)),
)
const PROXY_AGENTS = 20
/** Lead from which on a client's agents are collected. */
const SERIOUS_VOTES = 3

/** Counts everything, by client and by route. */
export class TrafficCollector implements Observer<Traffic> {
  readonly id = 'traffic'
  readonly wants = 0
  readonly scope = 'keyed'
  readonly horizon = 'causal'
  readonly #clients: KeyTotals
  readonly #routes: KeyTotals
  readonly #statuses = new Float64Array(STATUS_NAMES.length)
  readonly #outcomes = new Float64Array(OUTCOMES.length)
  #records = 0
  #bytes = 0
  #first = Number.POSITIVE_INFINITY
  #last = Number.NEGATIVE_INFINITY
  readonly #majority = new Majority()
  readonly #keepRouteName: KeepName

  constructor(options: TrafficOptions) {
    this.#clients = new KeyTotals(options.memoryBytes * 0.8)
    this.#routes = new KeyTotals(options.memoryBytes * 0.2)
    this.#keepRouteName = (texts, batch, row) =>
      texts.addText(routeNameOf(batch, row, options.ignorePathCase))
  }

  visit(batch: RecordBatch, selection: Selection): void {
    this.#records += selection.count
    this.#sum(batch, selection)
    this.#majority.vote(batch, selection)
    this.#clients.addRows(batch, selection, batch.clientKey, keepClientName)
    this.#routes.addRows(batch, selection, batch.routeKey, this.#keepRouteName)
  }

  #sum(batch: RecordBatch, { rows, count }: Selection): void {
    const { time, status, outcome, bytesSent, flags } = batch
    const statuses = this.#statuses
    const outcomes = this.#outcomes
    const classes = STATUS_CLASS
    // in locals: a field that holds a double costs an object with each change
    let bytes = this.#bytes
    let first = this.#first
    let last = this.#last
    for (let i = 0; i < count; i++) {
      const row = rows[i]!
      const size = bytesSent[row]!
      const t = time[row]!
      statuses[classes[status[row]!]!]!++
      outcomes[outcome[row]!]!++
      if (!Number.isNaN(size)) bytes += size
      if ((flags[row]! & STAMP_OUTLIER_FLAG) !== 0) continue
      if (t < first) first = t
      if (t > last) last = t
    }
    this.#bytes = bytes
    this.#first = first
    this.#last = last
  }

  merge(other: this): void {
    this.#records += other.#records
    this.#bytes += other.#bytes
    this.#first = Math.min(this.#first, other.#first)
    this.#last = Math.max(this.#last, other.#last)
    other.#statuses.forEach((count, i) => {
      this.#statuses[i]! += count
    })
    other.#outcomes.forEach((count, i) => {
      this.#outcomes[i]! += count
    })
    this.#clients.merge(other.#clients)
    this.#routes.merge(other.#routes)
    this.#majority.merge(other.#majority)
  }

  *seal(): Iterable<Traffic> {
    const topClients = this.#clients.top(TOP)
    const busiest = topClients[0]
    const isProxy =
      busiest !== undefined && busiest.requests * 2 > this.#records && this.#majority.agents > PROXY_AGENTS
    yield {
      records: this.#records,
      bytesSent: this.#bytes,
      first: this.#first,
      last: this.#last,
      statusClasses: named(STATUS_NAMES, this.#statuses),
      outcomes: named(OUTCOMES, this.#outcomes),
      clients: this.#clients.count,
      clientsExact: this.#clients.folded.keys === 0,
      topClients,
      topRoutes: this.#routes.top(TOP),
      proxyLike: isProxy ? [busiest.name] : [],
    }
  }

  snapshot(): Readonly<Record<string, number>> {
    return { records: this.#records, clients: this.#clients.count }
  }

  bounds(): readonly BoundHit[] {
    return [boundOf('clients', this.#clients), boundOf('routes', this.#routes)].flat()
  }
}

function boundOf(name: string, totals: KeyTotals): BoundHit[] {
  const { keys, requests, denied } = totals.folded
  if (keys === 0) return []
  const effect = `the ${keys} ${name} with fewest requests (${requests} requests, ${denied} denied) are in the totals only; the number of ${name} is an upper bound, for one that came again is counted anew`
  return [
    {
      name: `summary: ${name}`,
      limit: totals.limit,
      count: keys,
      firstAt: toIso(totals.firstFoldedAt),
      effect,
    },
  ]
}

function named(names: readonly string[], counts: Float64Array): Record<string, number> {
  return Object.fromEntries(names.map((name, i) => [name, counts[i]!]))
}

function keepClientName(texts: TextPool, batch: RecordBatch, row: number): number {
  const start = batch.fieldStart[CLIENT_FIELD]![row]!
  const length = batch.fieldLength[CLIENT_FIELD]![row]!
  // nearly always an IPv4 address
  if (length > 0 && isPlain(batch.bytes, start, length)) return texts.add(batch.bytes, start, length)
  const client = readText(batch, CLIENT_FIELD, row)
  return texts.addText(client === null ? '-' : clientIdentity(client))
}

/** Whether a client's text is its own identity: printable ASCII without escapes, and no IPv6 address. */
function isPlain(bytes: Uint8Array, start: number, length: number): boolean {
  for (let at = start; at < start + length; at++) {
    const byte = bytes[at]!
    if (byte < 0x20 || byte > 0x7e || byte === COLON || byte === BACKSLASH) return false
  }
  return true
}

/**
 * Boyer and Moore's majority vote over clients, with the distinct agents of the candidate since it became one: a client
 * with over half of all records ends as the candidate. The number of agents is a lower bound, and 21 are enough to know.
 *
 * @see https://www.cs.utexas.edu/~moore/best-ideas/mjrty/
 */
class Majority {
  #low = 0
  #high = 0
  #votes = 0
  readonly #agents = new Set<number>()

  get agents(): number {
    return this.#agents.size
  }

  vote(batch: RecordBatch, { rows, count }: Selection): void {
    const { clientKey } = batch
    let low = this.#low
    let high = this.#high
    let votes = this.#votes
    for (let i = 0; i < count; i++) {
      const at = 2 * rows[i]!
      if (clientKey[at] === low && clientKey[at + 1] === high) {
        // agents are looked at once the candidate is a serious one: short reigns are common and cost nothing
        if (++votes >= SERIOUS_VOTES) this.#addAgent(batch.agentKey[at]!)
      } else if (votes > 0) votes--
      else {
        low = clientKey[at]!
        high = clientKey[at + 1]!
        votes = 1
        if (this.#agents.size > 0) this.#agents.clear()
      }
    }
    this.#low = low
    this.#high = high
    this.#votes = votes
  }

  #addAgent(agent: number): void {
    if (this.#agents.size <= PROXY_AGENTS) this.#agents.add(agent)
  }

  merge(other: Majority): void {
    if (other.#low === this.#low && other.#high === this.#high) {
      this.#votes += other.#votes
      for (const agent of other.#agents) this.#agents.add(agent)
    } else if (other.#votes > this.#votes) {
      const votes = other.#votes - this.#votes
      this.#low = other.#low
      this.#high = other.#high
      this.#votes = votes
      this.#agents.clear()
      for (const agent of other.#agents) this.#agents.add(agent)
    } else this.#votes -= other.#votes
  }
}
