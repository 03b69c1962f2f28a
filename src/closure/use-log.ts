import type { RecordBatch } from '../columns/contract.js'
import { toIso } from '../core/times.js'
import type { ObserverContext } from '../observe/contract.js'
import type { Alias, AliasKind } from './contract.js'
import { FirstLines } from './first-lines.js'
import { isGiven } from './given.js'
import { KeySet, keyAt } from './keys.js'

/** Principals told apart a route. */
const MOST_PRINCIPALS = 200
/** References of one route that a verdict shows. */
const SHOWN = 3

/** What was asked of one other way to an entry point, and given. */
export class UseLog {
  readonly name: string
  requests = 0
  served = 0
  bytes = 0
  first = Number.POSITIVE_INFINITY
  last = Number.NEGATIVE_INFINITY
  readonly #principals = new KeySet(MOST_PRINCIPALS)
  readonly #given = new FirstLines(SHOWN)

  /** @param name  Method and route. */
  constructor(name: string) {
    this.name = name
  }

  add(batch: RecordBatch, row: number, context: ObserverContext): void {
    const time = batch.time[row]!
    this.requests++
    if (time < this.first) this.first = time
    if (time > this.last) this.last = time
    this.#principals.add(keyAt(batch.principalKey, row))
    if (!isGiven(batch, row)) return
    this.served++
    this.bytes += batch.bytesSent[row]! || 0
    this.#given.add(batch, row, context)
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

  asAlias(kind: AliasKind): Alias {
    return {
      kind,
      route: this.name,
      requests: this.requests,
      served: this.served,
      principals: this.#principals.count,
      first: toIso(this.first),
      last: toIso(this.last),
      evidence: this.#given.list(),
    }
  }
}

/** Served most first; then by bytes and name. */
export function byWorth(a: UseLog, b: UseLog): number {
  return b.served - a.served || b.bytes - a.bytes || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
}
