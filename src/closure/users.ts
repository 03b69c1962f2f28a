import type { RecordBatch } from '../columns/contract.js'
import { MINUTE_MS } from '../core/civil-time.js'
import { PRINCIPAL_CLIENT } from '../sessions/contract.js'
import { KeyFilter, keyAt } from './keys.js'

/** A session ends after this much without a request; semantics of sessions. */
const SESSION_GAP_MS = 30 * MINUTE_MS

/** Somebody who was served at a door before it was closed. */
export interface DoorUser {
  readonly isClient: boolean
  /** Last request of any kind before the closing, and the first one served after it. */
  lastBefore: number
  firstAfter: number
  lastAfter: number
  /** Served after the closing, elsewhere. */
  served: number
  bytes: number
}

/** Who was served at one door before its closing, by the key of the principal; with a bound. */
export class DoorUsers {
  readonly #users = new Map<number, DoorUser>()
  readonly filter = new KeyFilter()
  readonly #most: number
  /** Principals that did not fit: what they did elsewhere is not followed. */
  beyond = 0

  constructor(most: number) {
    this.#most = most
  }

  add(batch: RecordBatch, row: number): void {
    const kind = batch.principalKind[row]!
    if (kind === 0) return
    const key = keyAt(batch.principalKey, row)
    const known = this.#users.get(key)
    if (known !== undefined) {
      known.lastBefore = Math.max(known.lastBefore, batch.time[row]!)
      return
    }
    if (this.#users.size >= this.#most) {
      this.beyond++
      return
    }
    this.#users.set(key, newUser(kind === PRINCIPAL_CLIENT, batch.time[row]!))
    this.filter.add(batch.principalKey[2 * row]!)
  }

  of(batch: RecordBatch, row: number): DoorUser | undefined {
    if (!this.filter.mayHave(batch.principalKey[2 * row]!)) return undefined
    return this.#users.get(keyAt(batch.principalKey, row))
  }

  merge(other: DoorUsers): void {
    for (const [key, theirs] of other.#users) {
      const ours = this.#users.get(key)
      if (ours === undefined) this.#users.set(key, { ...theirs })
      else join(ours, theirs)
      this.filter.add(key | 0)
    }
    this.beyond += other.beyond
  }

  get count(): number {
    return this.#users.size
  }

  /** Tokens and named users that were served after the closing; and clients whose session was open across it. */
  carriedOver(): { tokens: number; sessions: number; served: number; bytes: number; last: number } {
    const sum = { tokens: 0, sessions: 0, served: 0, bytes: 0, last: Number.NEGATIVE_INFINITY }
    for (const user of this.#users.values()) {
      if (user.served === 0 || !isCarriedOver(user)) continue
      if (user.isClient) sum.sessions++
      else sum.tokens++
      sum.served += user.served
      sum.bytes += user.bytes
      sum.last = Math.max(sum.last, user.lastAfter)
    }
    return sum
  }
}

/** A token or a named user stays who it is; a client does within one session. */
export function isCarriedOver({ isClient, lastBefore, firstAfter }: DoorUser): boolean {
  return !isClient || firstAfter - lastBefore <= SESSION_GAP_MS
}

function newUser(isClient: boolean, time: number): DoorUser {
  return {
    isClient,
    lastBefore: time,
    firstAfter: Number.POSITIVE_INFINITY,
    lastAfter: Number.NEGATIVE_INFINITY,
    served: 0,
    bytes: 0,
  }
}

function join(ours: DoorUser, theirs: DoorUser): void {
  ours.lastBefore = Math.max(ours.lastBefore, theirs.lastBefore)
  ours.firstAfter = Math.min(ours.firstAfter, theirs.firstAfter)
  ours.lastAfter = Math.max(ours.lastAfter, theirs.lastAfter)
  ours.served += theirs.served
  ours.bytes += theirs.bytes
}
