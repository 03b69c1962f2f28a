import type { Step } from './flow.js'
import type { Floor } from './limits.js'
import { SAYS_NO, SAYS_NOTHING } from './scopes.js'

/** What sliding windows of one length say. */
export interface Crossing {
  /** Most failures in one window. */
  readonly peak: number
  /** Time of the failure that first reached the floor, and of the first step in that window; NaN for never. */
  readonly at: number
  readonly from: number
}

interface OfUser {
  failures: number
  successes: number
}

/** Failures and successes in a window. */
class Tally {
  failures = 0
  /** A named user's count once, and once more for each failure of that user; all others in full. */
  successes = 0
  /** Successes of no named user. */
  #unnamed = 0
  readonly #users = new Map<number, OfUser>()
  /** Successes of no named user by agent. */
  readonly #agents = new Map<number, number>()

  add({ says, net, user, agent, weight }: Step, sign: 1 | -1): void {
    if (says === SAYS_NOTHING) return
    const isFailure = says === SAYS_NO
    if (isFailure) this.failures += sign * net
    if (user !== 0) this.#addNamed(user, isFailure, sign * weight)
    else if (!isFailure) {
      this.successes += sign * net
      this.#unnamed += sign * net
      const left = (this.#agents.get(agent) ?? 0) + sign * net
      if (left === 0) this.#agents.delete(agent)
      else this.#agents.set(agent, left)
    }
  }

  /**
   * Successes as the ratio takes them. Where no user shows, an agent's count once: who gets in again and again, to what may
   * be his own account, does not make the tries at others look better.
   */
  get distinctSuccesses(): number {
    return this.successes - this.#unnamed + this.#agents.size
  }

  #addNamed(user: number, isFailure: boolean, weight: number): void {
    const own = this.#users.get(user) ?? { failures: 0, successes: 0 }
    this.successes -= counted(own)
    if (isFailure) own.failures += weight
    else own.successes += weight
    this.successes += counted(own)
    if (own.failures + own.successes === 0) this.#users.delete(user)
    else this.#users.set(user, own)
  }
}

export function counted({ failures, successes }: OfUser): number {
  return Math.min(successes, failures + 1)
}

/**
 * Slides a window over the steps and looks at it at each failure; both ends count, so that two failures a minute apart are
 * within a minute.
 */
export function crossingOf(steps: readonly Step[], floor: Floor): Crossing {
  const tally = new Tally()
  let peak = 0
  let at = Number.NaN
  let firstOfWindow = Number.NaN
  let from = 0
  for (const step of steps) {
    tally.add(step, 1)
    while (steps[from]!.time < step.time - floor.spanMs) tally.add(steps[from++]!, -1)
    if (step.says !== SAYS_NO || step.net === 0) continue
    const { failures, successes } = tally
    if (failures > peak) peak = failures
    if (!Number.isNaN(at) || failures < floor.failures || !isShare(failures, successes, floor.share)) continue
    if (!isShare(failures, tally.distinctSuccesses, floor.ratio)) continue
    at = step.time
    firstOfWindow = steps[from]!.time
  }
  return { peak, at, from: firstOfWindow }
}

/** Whether failures are at least this share; a hair below, for shares that no double is. */
export function isShare(failures: number, successes: number, ratio: number): boolean {
  return failures >= ratio * (failures + successes) - 1e-9
}

/** Successes over all steps, as the ratio takes them. */
export function distinctSuccesses(steps: readonly Step[]): number {
  const tally = new Tally()
  for (const step of steps) tally.add(step, 1)
  return tally.distinctSuccesses
}

/** The middle gap between times, of an even number the lower one; NaN for fewer than two. */
export function medianGap(times: readonly number[]): number {
  const gaps = gapsOf(times).sort()
  return gaps.length === 0 ? Number.NaN : gaps[(gaps.length - 1) >> 1]!
}

function gapsOf(times: readonly number[]): Float64Array {
  return Float64Array.from({ length: Math.max(0, times.length - 1) }, (_, i) => times[i + 1]! - times[i]!)
}

/** Fewest times that can be called regular, and the shortest pace that a program keeps which is not simply as fast as it can. */
const REGULAR_TIMES = 10
const REGULAR_GAP_MS = 10_000
const REGULAR_SHARE = 0.9
const REGULAR_TOLERANCE = 0.1
const STAMP_MS = 1000

/** Whether times keep one pace, as a program on a timer does: nine gaps of ten within a tenth, or a second, of the middle one. */
export function isRegular(times: readonly number[]): boolean {
  if (times.length < REGULAR_TIMES) return false
  const middle = medianGap(times)
  if (middle < REGULAR_GAP_MS) return false
  const tolerance = Math.max(STAMP_MS, middle * REGULAR_TOLERANCE)
  const gaps = gapsOf(times)
  const near = gaps.reduce((count, gap) => count + (Math.abs(gap - middle) <= tolerance ? 1 : 0), 0)
  return near >= REGULAR_SHARE * gaps.length
}
