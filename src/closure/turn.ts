import { MINUTE_MS } from '../core/civil-time.js'
import { toIso } from '../core/times.js'
import type { ClosedPeriod } from '../detect/contract.js'
import type { MeasuredClosing } from './contract.js'

/** Clear answers within one minute. */
interface Minute {
  served: number
  denied: number
  firstServed: number
  lastServed: number
  firstDenied: number
  lastDenied: number
}

/** Minutes with an answer that are kept of one door; what is beyond is not measured. */
const MOST_MINUTES = 50_000

/** The clear answers of a door over time: when did they turn from served to denied? */
export class AnswerTurn {
  readonly #minutes = new Map<number, Minute>()

  add(time: number, isServed: boolean): void {
    const minute = this.#at(Math.floor(time / MINUTE_MS))
    if (minute === null) return
    if (isServed) {
      minute.served++
      minute.firstServed = Math.min(minute.firstServed, time)
      minute.lastServed = Math.max(minute.lastServed, time)
    } else {
      minute.denied++
      minute.firstDenied = Math.min(minute.firstDenied, time)
      minute.lastDenied = Math.max(minute.lastDenied, time)
    }
  }

  #at(number: number): Minute | null {
    const known = this.#minutes.get(number)
    if (known !== undefined) return known
    if (this.#minutes.size >= MOST_MINUTES) return null
    const made = {
      served: 0,
      denied: 0,
      firstServed: Number.POSITIVE_INFINITY,
      lastServed: Number.NEGATIVE_INFINITY,
      firstDenied: Number.POSITIVE_INFINITY,
      lastDenied: Number.NEGATIVE_INFINITY,
    }
    this.#minutes.set(number, made)
    return made
  }

  merge(other: AnswerTurn): void {
    for (const [number, theirs] of other.#minutes) {
      const ours = this.#at(number)
      if (ours === null) continue
      ours.served += theirs.served
      ours.denied += theirs.denied
      ours.firstServed = Math.min(ours.firstServed, theirs.firstServed)
      ours.lastServed = Math.max(ours.lastServed, theirs.lastServed)
      ours.firstDenied = Math.min(ours.firstDenied, theirs.firstDenied)
      ours.lastDenied = Math.max(ours.lastDenied, theirs.lastDenied)
    }
  }

  /**
   * Measures a closing: the one cut in time with most answers on their right side, served before and denied after it, which is
   * the maximum-likelihood change point of two segments of certain answers; of equal ones the one nearest to the declared time.
   *
   * @param slackMs  What may pass between closing and effect: uncertainty and grace.
   */
  measure(period: ClosedPeriod, slackMs: number): MeasuredClosing {
    const cut = this.#bestCut(period)
    if (cut === null) return NOT_MEASURABLE
    const { lastServed, firstDenied } = cut
    const [from, latest] = [period.from - period.uncertaintyMs, period.from + slackMs]
    const verdict = firstDenied < from ? 'earlier' : lastServed > latest ? 'later' : 'as-declared'
    return {
      lastServed: toIso(lastServed),
      firstDenied: toIso(firstDenied),
      verdict,
      differenceMs:
        verdict === 'as-declared' ? 0 : (verdict === 'earlier' ? firstDenied : lastServed) - period.from,
    }
  }

  #bestCut(period: ClosedPeriod): { lastServed: number; firstDenied: number } | null {
    const until = period.to ?? Number.POSITIVE_INFINITY
    const minutes = [...this.#minutes]
      .filter(([number]) => number * MINUTE_MS < until)
      .sort(([a], [b]) => a - b)
      .map(([, minute]) => minute)
    let score = minutes.reduce((sum, { denied }) => sum + denied, 0)
    let best: Cut = { score: -1, distance: 0, at: 0, isWithin: false }
    const consider = (cut: Cut) => {
      if (cut.score > best.score || (cut.score === best.score && cut.distance < best.distance)) best = cut
    }
    for (let at = 0; at <= minutes.length; at++) {
      const minute = minutes[at]
      const distance = minute === undefined ? Number.MAX_VALUE : Math.abs(timeOf(minute) - period.from)
      consider({ score, distance, at, isWithin: false })
      if (minute === undefined) break
      // served first and then denied: the cut is within
      if (minute.lastServed < minute.firstDenied && minute.served > 0 && minute.denied > 0)
        consider({ score: score + minute.served, distance, at, isWithin: true })
      score += minute.served - minute.denied
    }
    return edgesAt(minutes, best)
  }
}

/** A cut in front of a minute, or within it behind what it served. */
interface Cut {
  readonly score: number
  readonly distance: number
  readonly at: number
  readonly isWithin: boolean
}

/** The last served answer before a cut, and the first denied one behind that. */
function edgesAt(
  minutes: readonly Minute[],
  { at, isWithin }: Cut,
): { lastServed: number; firstDenied: number } | null {
  let lastServed = Number.NEGATIVE_INFINITY
  for (const minute of minutes.slice(0, isWithin ? at + 1 : at))
    lastServed = Math.max(lastServed, minute.lastServed)
  let firstDenied = Number.POSITIVE_INFINITY
  for (const minute of minutes.slice(Math.max(0, at - 1))) {
    const denied = minute.firstDenied > lastServed ? minute.firstDenied : minute.lastDenied
    if (denied > lastServed) firstDenied = Math.min(firstDenied, denied)
  }
  return Number.isFinite(lastServed) && Number.isFinite(firstDenied) ? { lastServed, firstDenied } : null
}

function timeOf(minute: Minute): number {
  return Math.min(minute.firstServed, minute.firstDenied)
}

export const NOT_MEASURABLE: MeasuredClosing = {
  lastServed: null,
  firstDenied: null,
  verdict: 'not-measurable',
  differenceMs: null,
}
