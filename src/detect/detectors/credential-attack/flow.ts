import { type AttemptLog, minuteStart, SERVED } from './attempt-log.js'
import type { Limits } from './limits.js'
import { meaningOf, SAYS_NO, SAYS_NOTHING, SAYS_YES, type Scope, type Scopes } from './scopes.js'

/** All events when the last row has been read: what each one means is settled. */
export interface Events {
  readonly time: Float64Array
  readonly unit: Int32Array
  /** Claimed user; below 0 a user whom nobody claimed in an attempt. */
  readonly user: Int32Array
  readonly agent: Int32Array
  readonly weight: Int32Array
  /** SAYS_; 0 for what was served beside a login. */
  readonly says: Uint8Array
  /** By unit; undefined where nothing is known of its scope. */
  readonly scopes: readonly (Scope | undefined)[]
  /** Events by unit: those of unit u are `order[starts[u] .. starts[u + 1])`, by time. */
  readonly order: Int32Array
  readonly starts: Int32Array
}

/** Settles the meaning of all events and puts them in order. */
export function settleEvents(log: AttemptLog, scopes: Scopes): Events {
  const { column, size } = log.events
  const units = log.units.column
  const scopeOf = Array.from({ length: log.units.size }, (_, unit) =>
    scopes.get(units.scopeLow[unit]!, units.scopeHigh[unit]!),
  )
  const user = column.user.slice(0, size)
  const says = new Uint8Array(size)
  const starts = new Int32Array(log.units.size + 1)
  for (let i = 0; i < size; i++) {
    const unit = column.unit[i]!
    starts[unit + 1]!++
    const code = column.code[i]!
    if (code === SERVED) user[i] = log.userOfTag(user[i]!)
    else {
      const scope = scopeOf[unit]
      if (scope !== undefined) says[i] = meaningOf(code, scope)
    }
  }
  for (let unit = 0; unit < log.units.size; unit++) starts[unit + 1]! += starts[unit]!
  const order = new Int32Array(size)
  const next = starts.slice()
  for (let i = 0; i < size; i++) order[next[column.unit[i]!]!++] = i
  return { ...column, user, says, scopes: scopeOf, order, starts }
}

/** Events of a unit, by number. */
export function ownEvents(events: Events, unit: number): Int32Array {
  return events.order.slice(events.starts[unit]!, events.starts[unit + 1]!)
}

/** Puts events in order of time: failures first, then successes; equals by what is in them. */
export function sortEvents(events: Events, order: Int32Array): Int32Array {
  const { time, says, user, unit, agent } = events
  const compare = (a: number, b: number) =>
    time[a]! - time[b]! ||
    rank(says[a]!) - rank(says[b]!) ||
    user[a]! - user[b]! ||
    unit[a]! - unit[b]! ||
    agent[a]! - agent[b]!
  for (let i = 1; i < order.length; i++) if (compare(order[i - 1]!, order[i]!) > 0) return order.sort(compare)
  return order
}

/** What was served comes last in its second. */
function rank(says: number): number {
  return says === 0 ? 9 : says
}

/** Served requests of one unit, user, agent and minute as one: however they were counted on the way. */
export interface ServedMinute {
  time: number
  readonly start: number
  readonly unit: number
  readonly user: number
  readonly agent: number
  weight: number
}

export function servedMinutes(events: Events, order: Int32Array): ServedMinute[] {
  const found = new Map<string, ServedMinute>()
  for (const i of order) {
    if (events.says[i] !== 0) continue
    const [unit, user, agent] = [events.unit[i]!, events.user[i]!, events.agent[i]!]
    const time = events.time[i]!
    const start = minuteStart(time)
    const key = `${start} ${unit} ${user} ${agent}`
    const known = found.get(key)
    if (known === undefined) found.set(key, { time, start, unit, user, agent, weight: events.weight[i]! })
    else {
      known.weight += events.weight[i]!
      if (time < known.time) known.time = time
    }
  }
  return [...found.values()].sort(
    (a, b) => a.time - b.time || a.user - b.user || a.unit - b.unit || a.agent - b.agent,
  )
}

/** One step of an episode. */
export interface Step {
  readonly time: number
  readonly unit: number
  readonly user: number
  readonly agent: number
  readonly weight: number
  /** SAYS_; SERVED_STEP for what was served beside a login. */
  readonly says: number
  /** What counts of it: failures less those that a success explains, and no success that explains some. */
  net: number
}

export const SERVED_STEP = 0

/** Steps of one episode, by time. */
export interface Flow {
  readonly steps: readonly Step[]
  /** Clients and agents that were served near it, before their own first failure. */
  readonly servedBefore: ReadonlySet<string>
}

/** A client and agent. */
export function pairOf({ unit, agent }: Pick<Step, 'unit' | 'agent'>): string {
  return `${unit} ${agent}`
}

/** Cuts the events of a group into episodes, each with what was served near its failures. */
export function flowsOf(events: Events, order: Int32Array, limits: Limits, horizonMs: number): Flow[] {
  const attempts = sortEvents(
    events,
    order.filter((i) => events.says[i] !== 0),
  )
  const served = servedMinutes(events, order)
  const flows: Flow[] = []
  for (let from = 0, i = 1; i <= attempts.length; i++) {
    const isEnd =
      i === attempts.length ||
      events.time[attempts[i]!]! - events.time[attempts[i - 1]!]! > limits.episodeGapMs
    if (!isEnd) continue
    flows.push(flowOf(events, attempts.subarray(from, i), served, limits, horizonMs))
    from = i
  }
  return flows
}

function flowOf(
  events: Events,
  attempts: Int32Array,
  served: readonly ServedMinute[],
  limits: Limits,
  horizonMs: number,
): Flow {
  const steps: Step[] = Array.from(attempts, (i) => stepOf(events, i))
  const failures = steps.filter(({ says }) => says === SAYS_NO).map(({ time }) => time)
  const first = failures[0] ?? Number.POSITIVE_INFINITY
  const near = served.filter(({ start }) =>
    hasWithin(failures, start - limits.successWithinMs, start + horizonMs),
  )
  for (const { time, unit, user, agent, weight } of near)
    if (time >= first) steps.push({ time, unit, user, agent, weight, says: SERVED_STEP, net: weight })
  if (near.length > 0) steps.sort(byTime)
  cancel(steps, limits.cancelled)
  return { steps, servedBefore: servedBeforeOf(steps, near) }
}

function servedBeforeOf(steps: readonly Step[], served: readonly ServedMinute[]): Set<string> {
  const firstFailure = new Map<string, number>()
  for (const step of steps)
    if (step.says === SAYS_NO && !firstFailure.has(pairOf(step))) firstFailure.set(pairOf(step), step.time)
  const before = new Set<string>()
  for (const minute of served) if (minute.time < firstFailure.get(pairOf(minute))!) before.add(pairOf(minute))
  return before
}

function stepOf(events: Events, i: number): Step {
  const says = events.says[i]!
  const weight = events.weight[i]!
  return {
    time: events.time[i]!,
    unit: events.unit[i]!,
    user: events.user[i]!,
    agent: events.agent[i]!,
    weight,
    says,
    net: weight,
  }
}

const RANK: Readonly<Record<number, number>> = {
  [SAYS_NO]: 0,
  [SAYS_NOTHING]: 1,
  [SAYS_YES]: 2,
  [SERVED_STEP]: 3,
}

function byTime(a: Step, b: Step): number {
  return (
    a.time - b.time ||
    RANK[a.says]! - RANK[b.says]! ||
    a.user - b.user ||
    a.unit - b.unit ||
    a.agent - b.agent
  )
}

/** Whether an ascending list has a value in a range, ends included. */
function hasWithin(ascending: readonly number[], from: number, to: number): boolean {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (ascending[middle]! < from) low = middle + 1
    else high = middle
  }
  return low < ascending.length && ascending[low]! <= to
}

interface Pair {
  /** Failures that may still be explained, latest last. */
  readonly open: Step[]
  left: number
}

/**
 * Takes back the failures that a success explains: somebody mistypes, and then gets in. Only the latest ones of the same
 * client and user, and no more than `most` in all, so that an attacker's own account washes nothing off.
 */
export function cancel(steps: readonly Step[], most: number): void {
  const pairs = new Map<string, Pair>()
  for (const step of steps) {
    const { says, unit, user } = step
    if (says === SAYS_NO) {
      const pair = pairs.get(`${unit} ${user}`) ?? { open: [], left: most }
      pairs.set(`${unit} ${user}`, pair)
      pair.open.push(step)
      if (pair.open.length > most) pair.open.shift()
    } else if (says !== SAYS_NOTHING) {
      explain(pairs.get(`${unit} ${user}`), step)
      // the challenge before a name is given
      if (user !== 0) explain(pairs.get(`${unit} 0`), step)
    }
  }
}

function explain(pair: Pair | undefined, success: Step): void {
  while (pair !== undefined && pair.left > 0 && pair.open.length > 0) {
    const step = pair.open[pair.open.length - 1]!
    const taken = Math.min(pair.left, step.net)
    step.net -= taken
    pair.left -= taken
    success.net = Math.max(0, success.net - taken)
    pair.open.pop()
  }
}
