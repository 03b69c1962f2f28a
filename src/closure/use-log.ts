import { ACCEPTED, SERVED } from '../classify/contract.js'
import type { RecordBatch } from '../columns/contract.js'
import { toIso } from '../core/times.js'
import { CitationPicker } from '../observe/citations.js'
import type { ObserverContext } from '../observe/contract.js'
import type { Alias, AliasKind, Elsewhere } from './contract.js'
import { KeySet, keyAt } from './keys.js'

/** Principals told apart a route. */
const MOST_PRINCIPALS = 1000
/** References of one route that a verdict shows. */
const SHOWN = 3

/** What was asked of one route, and given. */
export class UseLog {
  readonly name: string
  requests = 0
  served = 0
  bytes = 0
  first = Number.POSITIVE_INFINITY
  last = Number.NEGATIVE_INFINITY
  readonly #principals = new KeySet(MOST_PRINCIPALS)
  readonly #given = new CitationPicker()

  /** @param name  Method and route. */
  constructor(name: string) {
    this.name = name
  }

  add(batch: RecordBatch, row: number, context: ObserverContext): void {
    const time = batch.time[row]!
    this.requests++
    this.first = Math.min(this.first, time)
    this.last = Math.max(this.last, time)
    this.#principals.add(keyAt(batch.principalKey, row))
    if (!isGiven(batch, row)) return
    this.served++
    this.bytes += batch.bytesSent[row]! || 0
    this.#given.add(batch, row, context.storedBytes)
  }

  merge(other: UseLog): void {
    this.requests += other.requests
    this.served += other.served
    this.bytes += other.bytes
    this.first = Math.min(this.first, other.first)
    this.last = Math.max(this.last, other.last)
    this.#principals.merge(other.#principals)
    this.#given.merge(other.#given)
  }

  asElsewhere(): Elsewhere {
    return {
      route: this.name,
      requests: this.requests,
      served: this.served,
      bytes: this.bytes,
      principals: this.#principals.count,
      first: toIso(this.first),
      last: toIso(this.last),
      evidence: this.#given.list().slice(0, SHOWN),
    }
  }

  asAlias(kind: AliasKind): Alias {
    const { route, requests, served, principals, first, last, evidence } = this.asElsewhere()
    return { kind, route, requests, served, principals, first, last, evidence }
  }
}

export function isGiven(batch: RecordBatch, row: number): boolean {
  const outcome = batch.outcome[row]
  return outcome === SERVED || outcome === ACCEPTED
}

/** Served most first; then by bytes and name. */
export function byWorth(a: UseLog, b: UseLog): number {
  return b.served - a.served || b.bytes - a.bytes || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
}
