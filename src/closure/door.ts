import { DENIED, FLAG } from '../classify/contract.js'
import { FIELD, type RecordBatch } from '../columns/contract.js'
import { readQuery } from '../columns/view.js'
import { AFTER, BEFORE, IN_FLIGHT, type PhaseLimits, phaseIn } from '../detect/closing-phase.js'
import type { ClosedPeriod } from '../detect/contract.js'
import type { ObserverContext } from '../observe/contract.js'
import type { Stamp } from '../parse/contract.js'
import type { Alias, AliasKind } from './contract.js'
import { DoorLog } from './door-log.js'
import { isGiven } from './given.js'
import type { AliasRoute } from './routes.js'
import { AnswerTurn } from './turn.js'
import { byWorth, UseLog } from './use-log.js'

// copied out of its table: a member would be looked up anew for every row
const { forwarded: FORWARDED, client: CLIENT } = FIELD

/** Other ways kept a door; what is beyond is counted. */
export const MOST_ALIASES = 2048
/** Aliases and other routes that an answer shows. */
const SHOWN = 20
/** Query parameters that frameworks take for the method. Rails and Laravel; OData and Google's. */
const OVERRIDE = /(?:^|&)(?:_method|x-http-method(?:-override)?|\$method)=/i

/** One closed period of one entry point, and all that is seen of it. */
export class Door {
  readonly entry: number
  readonly period: ClosedPeriod
  readonly before = new DoorLog(false)
  readonly after = new DoorLog(true)
  readonly turn = new AnswerTurn()
  /** Sources in which the entry point was served before the closing, by ordinal. */
  readonly sources = new Set<number>()
  /** Sources in which it was asked for after that. */
  readonly sourcesAfter = new Set<number>()
  /** From when on it counts as open before this period: the end of the one before, or negative infinity. */
  readonly opensFrom: number
  readonly #limits: PhaseLimits
  readonly #aliases = new Map<string, { readonly kind: AliasKind; readonly log: UseLog }>()
  /** Requests at the entry point after the closing that did not come through a trusted proxy. */
  readonly #direct = new UseLog('')
  #sawProxied = false
  /** Aliases that did not fit. */
  beyond = 0

  /**
   * @param opensFrom  From when on the door counts as open before this period: the end of the one before, or negative infinity.
   */
  constructor(entry: number, period: ClosedPeriod, opensFrom: number, limits: PhaseLimits) {
    this.entry = entry
    this.period = period
    this.opensFrom = opensFrom
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
    if (t >= this.opensAgain || t < this.opensFrom) return false
    const stamp = context.stampOf(batch.source)
    this.#measure(batch, row, beganAt(t, batch.durationMs[row]!, stamp))
    const phase = phaseIn(this.period, t, batch.durationMs[row]!, stamp, this.#limits)
    if (phase === IN_FLIGHT) {
      this.after.addInFlight()
      return false
    }
    if (phase === BEFORE) return this.#visitBefore(batch, row, context)
    this.after.add(batch, row, phase === AFTER ? 1 : 0, context)
    this.sourcesAfter.add(batch.source)
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
    return true
  }

  #visitOrigin(batch: RecordBatch, row: number, context: ObserverContext): void {
    if (isProxied(batch, row)) this.#sawProxied = true
    else this.#direct.add(batch, row, context)
  }

  /** A request at a route that may be an alias of the entry point. */
  visitAlias(batch: RecordBatch, row: number, route: AliasRoute, context: ObserverContext): void {
    const kind = aliasKind(batch, row, route.kinds[this.entry]!, this.entry)
    const t = batch.time[row]!
    if (kind === null || t <= this.surelyClosed || t >= this.opensAgain) return
    const key = `${kind} ${route.name}`
    const known = this.#aliases.get(key)
    if (known !== undefined) known.log.add(batch, row, context)
    else if (this.#aliases.size >= MOST_ALIASES) this.beyond++
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
    for (const source of other.sources) this.sources.add(source)
    for (const source of other.sourcesAfter) this.sourcesAfter.add(source)
    for (const [key, { kind, log }] of other.#aliases) {
      const known = this.#aliases.get(key)
      if (known === undefined) this.#aliases.set(key, { kind, log })
      else known.log.merge(log)
    }
    this.#direct.merge(other.#direct)
    this.#sawProxied ||= other.#sawProxied
    this.beyond += other.beyond
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
}

/** When a request began, where its line says how long it took. */
function beganAt(t: number, durationMs: number, stamp: Stamp): number {
  return stamp === 'end' && durationMs > 0 ? t - durationMs : t
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
