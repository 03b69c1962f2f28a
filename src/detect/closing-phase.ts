import type { ClosedPeriod } from './contract.js'

/** Where a record stands against a closing. */
export const BEFORE = 0
/** It began before the closing and ended after it, or its stamp is within uncertainty or grace. */
export const IN_FLIGHT = 1
/** Its stamp is after the closing, but it may have begun before: the log does not say how long it took. */
export const AFTER_MAYBE = 2
export const AFTER = 3

export interface PhaseLimits {
  readonly graceMs: number
  readonly maxRequestMs: number
}

/**
 * The strongest standing of a record against all closed periods of an entry point.
 *
 *              from - u   from   from + u + grace                     to - u
 *     -- before --|------ in flight ------|---------- after ------------|-- open again --
 *
 * A record covers an interval: from its stamp on where that is its start, up to it where that is its end, and `maxRequestMs`
 * either way where the log does not tell.
 *
 * @param t         Stamp, epoch milliseconds.
 * @param duration  Milliseconds; NaN where the line states none.
 */
export function phaseOf(
  periods: readonly ClosedPeriod[],
  t: number,
  duration: number,
  stamp: 'start' | 'end' | 'unknown',
  limits: PhaseLimits,
): number {
  let strongest = BEFORE
  for (const period of periods) strongest = Math.max(strongest, phaseIn(period, t, duration, stamp, limits))
  return strongest
}

/** The standing of a record against one closed period. */
export function phaseIn(
  period: ClosedPeriod,
  t: number,
  duration: number,
  stamp: 'start' | 'end' | 'unknown',
  limits: PhaseLimits,
): number {
  const opensAgain = period.to === undefined ? Number.POSITIVE_INFINITY : period.to - period.uncertaintyMs
  if (t >= opensAgain) return BEFORE
  const maybeClosed = period.from - period.uncertaintyMs
  const surelyClosed = period.from + period.uncertaintyMs + limits.graceMs
  const length = Number.isNaN(duration) ? limits.maxRequestMs : duration
  const earliestStart = stamp === 'start' ? t : t - length
  if (earliestStart > surelyClosed) return AFTER
  const startIsKnown = stamp === 'start' || (stamp === 'end' && !Number.isNaN(duration))
  if (!startIsKnown && t > surelyClosed) return AFTER_MAYBE
  const end = stamp === 'start' && !Number.isNaN(duration) ? t + duration : t
  return end >= maybeClosed ? IN_FLIGHT : BEFORE
}
