import type { AttemptLog } from './attempt-log.js'
import { type Events, ownEvents, pairOf, SERVED_STEP, type Step, servedMinutes } from './flow.js'
import type { Limits } from './limits.js'
import { SAYS_NO, SAYS_YES } from './scopes.js'

/** What followed an attack; NaN for never. */
export interface Success {
  readonly successAt: number
  /** When the same principal was served where it had been refused. */
  readonly provenAt: number
}
export const NO_SUCCESS: Success = { successAt: Number.NaN, provenAt: Number.NaN }

/** Tells when the client and agent of a success were served, beside the login, where they had been refused. */
export type ProofOf = (success: Step) => number

/**
 * The first success in an attack and the proof of what it opened. It must be of a client that failed, soon after a
 * failure, and come after more failures than somebody who forgot a password is granted.
 *
 * @param from     Start of the window in which the attack first reached a floor; NaN for never.
 * @param granted  Failures that count for nothing.
 */
export function successAfter(
  steps: readonly Step[],
  from: number,
  granted: number,
  limits: Limits,
  proofOf: ProofOf,
): Success {
  if (Number.isNaN(from)) return NO_SUCCESS
  const failing = new Set(steps.filter(({ says }) => says === SAYS_NO).map(({ unit }) => unit))
  const refused = new Set<string>()
  let failures = 0
  let lastFailure = Number.NEGATIVE_INFINITY
  let successAt = Number.NaN
  for (const step of steps) {
    const { says, time, unit, weight } = step
    if (says === SAYS_NO) {
      refused.add(pairOf(step)).add(userOf(step))
      if (time < from) continue
      failures += weight
      lastFailure = time
    }
    const isSuccess = (says === SAYS_YES || says === SERVED_STEP) && failing.has(unit)
    if (!isSuccess || failures <= granted || time - lastFailure > limits.successWithinMs) continue
    if (Number.isNaN(successAt)) successAt = time
    const isProven = says === SERVED_STEP && refused.has(step.user === 0 ? pairOf(step) : userOf(step))
    const provenAt = isProven ? time : says === SAYS_YES ? proofOf(step) : Number.NaN
    if (!Number.isNaN(provenAt)) return { successAt, provenAt }
  }
  return { successAt, provenAt: Number.NaN }
}

/** A client and the user that it claims. */
function userOf({ unit, user }: Step): string {
  return `${unit} as ${user}`
}

/** Looks for proof at all other scopes of a client. */
export function proofIn(log: AttemptLog, events: Events, limits: Limits): ProofOf {
  const { client } = log.units.column
  let units: Map<number, number[]> | null = null
  return (success) => {
    units ??= unitsByClient(client, log.units.size)
    const { unit } = success
    let proof = Number.NaN
    for (const other of units.get(client[unit]!) ?? []) {
      if (other === unit || log.nameOf(other) !== log.nameOf(unit)) continue
      const at = servedWhereRefused(events, ownEvents(events, other), success, limits.successWithinMs)
      if (!(proof <= at) && !Number.isNaN(at)) proof = at
    }
    return proof
  }
}

function unitsByClient(client: Int32Array, size: number): Map<number, number[]> {
  const units = new Map<number, number[]>()
  for (let unit = 0; unit < size; unit++) {
    const known = units.get(client[unit]!)
    if (known === undefined) units.set(client[unit]!, [unit])
    else known.push(unit)
  }
  return units
}

function servedWhereRefused(
  events: Events,
  order: Int32Array,
  { agent, user, time }: Step,
  withinMs: number,
): number {
  const wasRefused = order.some(
    (i) => events.says[i] === SAYS_NO && events.agent[i] === agent && events.time[i]! <= time,
  )
  if (!wasRefused) return Number.NaN
  const served = servedMinutes(events, order).find(
    (it) =>
      it.agent === agent &&
      (it.user === 0 || it.user === user) &&
      it.time >= time &&
      it.time - time <= withinMs,
  )
  return served?.time ?? Number.NaN
}
