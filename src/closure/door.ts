import { DENIED, FLAG } from '../classify/contract.js'
import { FIELD, type RecordBatch } from '../columns/contract.js'
import { readQuery } from '../columns/view.js'
import { toIso } from '../core/times.js'
import { AFTER, BEFORE, IN_FLIGHT, type PhaseLimits, phaseIn } from '../detect/closing-phase.js'
import type { ClosedPeriod } from '../detect/contract.js'
import { CitationPicker } from '../observe/citations.js'
import type { ObserverContext } from '../observe/contract.js'
import type { Alias, AliasKind, CarryOver, Elsewhere } from './contract.js'
import { DoorLog } from './door-log.js'
import { keyAt } from './keys.js'
import type { AliasRoute } from './routes.js'
import { AnswerTurn } from './turn.js'
import { byWorth, isGiven, UseLog } from './use-log.js'
import { DoorUsers, isCarriedOver } from './users.js'

// copied out of its table: a member would be looked up anew for every row
const { forwarded: FORWARDED, client: CLIENT } = FIELD

/** Routes followed a door; what is beyond is counted. */
export const MOST_ROUTES = 2048
/** Aliases and other routes that an answer shows. */
const SHOWN = 20
/** Lines of carried-over sessions that an answer cites. */
const CITED = 10
/** Query parameters that frameworks take for the method. Rails and Laravel; OData and Google's. */
const OVERRIDE = /(?:^|&)(?:_method|x-http-method(?:-override)?|\$method)=/i

/** What one route gave the door's users before the closing, and after it. */
interface Followed {
  readonly low: number
  readonly high: number
  servedBefore: number
  readonly after: UseLog
}

/** One closed period of one entry point, and all that is seen of it. */
export class Door {
  readonly entry: number
  readonly period: ClosedPeriod
  readonly before = new DoorLog()
  readonly after = new DoorLog()
  readonly turn = new AnswerTurn()
  readonly users: DoorUsers
  /** Sources in which the entry point was served before the closing, by ordinal. */
  readonly sources = new Set<number>()
  readonly #opensFrom: number
  readonly #limits: PhaseLimits
  readonly #routes = new Map<number, Followed>()
  readonly #aliases = new Map<string, { readonly kind: AliasKind; readonly log: UseLog }>()
  /** What users from before the closing were served after it. */
  readonly #carried = new CitationPicker()
  /** Requests at the entry point after the closing that did not come through a trusted proxy. */
  readonly #direct = new UseLog('')
  #sawProxied = false
  /** Routes and aliases that did not fit. */
  beyond = 0

  /**
   * @param opensFrom  From when on the door counts as open before this period: the end of the one before, or negative infinity.
   */
  constructor(
    entry: number,
    period: ClosedPeriod,
    opensFrom: number,
    limits: PhaseLimits,
    mostUsers: number,
  ) {
    this.entry = entry
    this.period = period
    this.users = new DoorUsers(mostUsers)
    this.#opensFrom = opensFrom
    this.#limits = limits
  }

  /** From then on a request is surely after the closing, where the log says when it began. */
  get surelyClosed(): number {
    return this.period.from + this.slackMs
  }

  get slackMs(): number {
    return this.period.uncertaintyMs + this.#limits.graceMs
  }

  /** Until then it counts as closed (exclusive). */
  get opensAgain(): number {
    return this.period.to === undefined
      ? Number.POSITIVE_INFINITY
      : this.period.to - this.period.uncertaintyMs
  }

  /** A request at the entry point. Returns whether its principal is one of the door's users from here on. */
  visit(batch: RecordBatch, row: number, context: ObserverContext): boolean {
    const t = batch.time[row]!
    if (t >= this.opensAgain || t < this.#opensFrom) return false
    this.#measure(batch, row, t)
    const stamp = context.stampOf(batch.source)
    const phase = phaseIn(this.period, t, batch.durationMs[row]!, stamp, this.#limits)
    if (phase === IN_FLIGHT) {
      this.after.addInFlight()
      return false
    }
    if (phase === BEFORE) return this.#visitBefore(batch, row, context)
    this.after.add(batch, row, phase === AFTER ? 1 : 0, context)
    this.#visitOrigin(batch, row, context)
    return false
  }

  #measure(batch: RecordBatch, row: number, t: number): void {
    if (isGiven(batch, row)) this.turn.add(t, true)
    else if (batch.outcome[row] === DENIED) this.turn.add(t, false)
  }

  #visitBefore(batch: RecordBatch, row: number, context: ObserverContext): boolean {
    this.before.add(batch, row, 1, context)
    this.sources.add(batch.source)
    this.#sawProxied ||= isProxied(batch, row)
    if (!isGiven(batch, row)) return false
    this.users.add(batch, row)
    return true
  }

  #visitOrigin(batch: RecordBatch, row: number, context: ObserverContext): void {
    if (isProxied(batch, row)) this.#sawProxied = true
    else this.#direct.add(batch, row, context)
  }

  /** A request of one of the door's users, elsewhere. */
  visitUser(batch: RecordBatch, row: number, context: ObserverContext, nameOf: () => string): void {
    const user = this.users.of(batch, row)
    if (user === undefined) return
    const t = batch.time[row]!
    if (t >= this.opensAgain) return
    if (t <= this.surelyClosed) {
      user.lastBefore = Math.max(user.lastBefore, t)
      if (t < this.period.from && isGiven(batch, row))
        this.#followed(batch, row, nameOf, (it) => it.servedBefore++)
      return
    }
    this.#followed(batch, row, nameOf, (it) => it.after.add(batch, row, context))
    if (!isGiven(batch, row)) return
    user.firstAfter = Math.min(user.firstAfter, t)
    user.lastAfter = Math.max(user.lastAfter, t)
    user.served++
    user.bytes += batch.bytesSent[row]! || 0
    if (isCarriedOver(user)) this.#carried.add(batch, row, context.storedBytes)
  }

  #followed(batch: RecordBatch, row: number, nameOf: () => string, count: (route: Followed) => void): void {
    const key = keyAt(batch.routeKey, row)
    const known = this.#routes.get(key)
    if (known !== undefined) {
      count(known)
      return
    }
    if (this.#routes.size >= MOST_ROUTES) {
      this.beyond++
      return
    }
    const [low, high] = [batch.routeKey[2 * row]!, batch.routeKey[2 * row + 1]!]
    const made = { low, high, servedBefore: 0, after: new UseLog(nameOf()) }
    this.#routes.set(key, made)
    count(made)
  }

  /** A request at a route that may be an alias of the entry point. */
  visitAlias(batch: RecordBatch, row: number, route: AliasRoute, context: ObserverContext): void {
    const kind = aliasKind(batch, row, route.kinds[this.entry]!, this.entry)
    const t = batch.time[row]!
    if (kind === null || t <= this.surelyClosed || t >= this.opensAgain) return
    const key = `${kind} ${route.name}`
    const known = this.#aliases.get(key)
    if (known !== undefined) known.log.add(batch, row, context)
    else if (this.#aliases.size >= MOST_ROUTES) this.beyond++
    else {
      const log = new UseLog(route.name)
      log.add(batch, row, context)
      this.#aliases.set(key, { kind, log })
    }
  }

  merge(other: Door): void {
    this.before.merge(other.before)
    this.after.merge(other.after)
    this.turn.merge(other.turn)
    this.users.merge(other.users)
    for (const source of other.sources) this.sources.add(source)
    this.#mergeRoutes(other)
    for (const [key, { kind, log }] of other.#aliases) {
      const known = this.#aliases.get(key)
      if (known === undefined) this.#aliases.set(key, { kind, log })
      else known.log.merge(log)
    }
    this.#carried.merge(other.#carried)
    this.#direct.merge(other.#direct)
    this.#sawProxied ||= other.#sawProxied
    this.beyond += other.beyond
  }

  #mergeRoutes(other: Door): void {
    for (const [key, theirs] of other.#routes) {
      const ours = this.#routes.get(key)
      if (ours === undefined) this.#routes.set(key, theirs)
      else {
        ours.servedBefore += theirs.servedBefore
        ours.after.merge(theirs.after)
      }
    }
  }

  /**
   * Other ways to what the entry point gave, with requests after the closing: most served first.
   *
   * @param name         The entry point's rule.
   * @param hasProxies   The case trusts proxies, so that straight to the server is a way of its own.
   */
  aliases(name: string, hasProxies: boolean): { shown: readonly Alias[]; count: number } {
    const found = [...this.#aliases.values()].sort((a, b) => byWorth(a.log, b.log))
    const all = found.map(({ kind, log }) => log.asAlias(kind))
    const isOrigin = hasProxies && this.#sawProxied && this.#direct.requests > 0
    const origin = isOrigin ? [{ ...this.#direct.asAlias('origin'), route: name }] : []
    return { shown: [...origin, ...all].slice(0, SHOWN), count: origin.length + all.length }
  }

  /** Sessions and tokens from before the closing that were still served elsewhere after it. */
  carryOver(): CarryOver {
    const { tokens, sessions, served, bytes, last } = this.users.carriedOver()
    return {
      usersBefore: this.users.count,
      tokens,
      sessions,
      served,
      bytes,
      last: Number.isFinite(last) ? toIso(last) : null,
      evidence: this.#carried.list().slice(0, CITED),
    }
  }

  /** Where the door's users were served after the closing, by whether anybody had asked for the route before it. */
  elsewhere(firstSeen: (low: number, high: number) => number): {
    successors: readonly Elsewhere[]
    successorCount: number
    egress: readonly Elsewhere[]
    egressCount: number
  } {
    const served = [...this.#routes.values()]
      .filter(({ after }) => after.served > 0)
      .sort((a, b) => byWorth(a.after, b.after))
    const successors = served.filter(({ low, high }) => firstSeen(low, high) > this.surelyClosed)
    const egress = served.filter(({ servedBefore }) => servedBefore > 0)
    const shown = (routes: Followed[]) => routes.slice(0, SHOWN).map(({ after }) => after.asElsewhere())
    return {
      successors: shown(successors),
      successorCount: successors.length,
      egress: shown(egress),
      egressCount: egress.length,
    }
  }
}

/** What a route is of an entry point, as one request shows it. */
function aliasKind(batch: RecordBatch, row: number, kind: AliasKind | null, entry: number): AliasKind | null {
  // the same path at a host that fits is the entry point itself
  if (kind === 'host' && (batch.entryPoints[row]! & (1 << entry)) !== 0) return null
  if (kind === 'method' && OVERRIDE.test(readQuery(batch, row) ?? '')) return 'method-override'
  return kind
}

/** The client is one of the forwarding chain's: the peer was a trusted proxy. */
function isProxied(batch: RecordBatch, row: number): boolean {
  const length = batch.fieldLength[FORWARDED]![row]!
  if (length <= 0) return false
  const at = batch.fieldStart[CLIENT]![row]! - batch.fieldStart[FORWARDED]![row]!
  return at >= 0 && at < length
}

/** Answers to unknown paths and requests at entry points: what an observer of doors always wants. */
export const DOOR_FLAGS = FLAG.entryPoint | FLAG.notFound
