import { MINUTE_MS } from '../../../core/civil-time.js'
import type { AttemptLog } from './attempt-log.js'
import type { Events } from './flow.js'
import type { Limits } from './limits.js'
import { SAYS_NO, type Scope } from './scopes.js'

/** Minutes before and after one that are looked at with it. */
const AROUND = 5
const WINDOW = 2 * AROUND + 1
/** Fewest networks that the others come from. */
const NETWORKS = 3

/** Clients that a scope refused, by minute. */
interface Refused {
  /** Units that the scope served as well, by the same agent, some hours before or after. */
  readonly back: Map<number, Set<number>>
  readonly lost: Map<number, Set<number>>
  /** Sum over all minutes of the units in `back`. */
  total: number
  first: number
  last: number
}

/**
 * When a path refused its own users: many clients of several networks at once, far more than it usually does, most of
 * whom it serves before or after. Attackers who come from many addresses are not served, and make no outage of it.
 */
export class Outages {
  readonly #log: AttemptLog
  readonly #events: Events
  readonly #limits: Limits
  readonly #scopes = new Map<Scope, Refused>()
  #units: Map<Scope, number[]> | null = null

  constructor(log: AttemptLog, events: Events, limits: Limits) {
    this.#log = log
    this.#events = events
    this.#limits = limits
  }

  /** Whether a unit's refusal at a time was one of many. */
  covers(scope: Scope, unit: number, time: number): boolean {
    const refused = this.#refusedAt(scope)
    const minute = Math.floor(time / MINUTE_MS)
    const back = union(refused.back, minute)
    const inWindow = countIn(refused.back, minute)
    const lost = union(refused.lost, minute)
    back.delete(unit)
    lost.delete(unit)
    if (back.size < this.#limits.outageClients || lost.size > back.size) return false
    if (new Set([...back].map((other) => this.#networkOf(other))).size < NETWORKS) return false
    const otherMinutes = refused.last - refused.first + 1 - WINDOW
    const usual = otherMinutes <= 0 ? 0 : ((refused.total - inWindow) / otherMinutes) * WINDOW
    return back.size >= this.#limits.outageFactor * usual
  }

  /** The /24; other clients count as networks of their own. */
  #networkOf(unit: number): number {
    const network = this.#log.networkOf(unit)
    return network >= 0 ? network : -1 - unit
  }

  #refusedAt(scope: Scope): Refused {
    const known = this.#scopes.get(scope)
    if (known !== undefined) return known
    const made: Refused = { back: new Map(), lost: new Map(), total: 0, first: Infinity, last: -Infinity }
    for (const unit of this.#unitsOf(scope)) this.#count(made, unit)
    this.#scopes.set(scope, made)
    return made
  }

  #unitsOf(scope: Scope): readonly number[] {
    if (this.#units === null) {
      this.#units = new Map()
      this.#events.scopes.forEach((own, unit) => {
        if (own === undefined) return
        const units = this.#units!.get(own)
        if (units === undefined) this.#units!.set(own, [unit])
        else units.push(unit)
      })
    }
    return this.#units.get(scope) ?? []
  }

  #count(refused: Refused, unit: number): void {
    const { order, starts, says, agent, time } = this.#events
    const own = order.subarray(starts[unit]!, starts[unit + 1]!)
    const served = new Set<number>()
    for (const i of own) if (says[i] === 0) served.add(agent[i]!)
    for (const i of own) {
      const minute = Math.floor(time[i]! / MINUTE_MS)
      refused.first = Math.min(refused.first, minute)
      refused.last = Math.max(refused.last, minute)
      if (says[i] !== SAYS_NO) continue
      const isBack = served.has(agent[i]!)
      if (addTo(isBack ? refused.back : refused.lost, minute, unit) && isBack) refused.total++
    }
  }
}

/** False where it was there. */
function addTo(minutes: Map<number, Set<number>>, minute: number, unit: number): boolean {
  const units = minutes.get(minute)
  if (units === undefined) minutes.set(minute, new Set([unit]))
  else if (units.has(unit)) return false
  else units.add(unit)
  return true
}

function union(minutes: ReadonlyMap<number, ReadonlySet<number>>, middle: number): Set<number> {
  const all = new Set<number>()
  for (let minute = middle - AROUND; minute <= middle + AROUND; minute++)
    for (const unit of minutes.get(minute) ?? []) all.add(unit)
  return all
}

function countIn(minutes: ReadonlyMap<number, ReadonlySet<number>>, middle: number): number {
  let count = 0
  for (let minute = middle - AROUND; minute <= middle + AROUND; minute++)
    count += minutes.get(minute)?.size ?? 0
  return count
}
