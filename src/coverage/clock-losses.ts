import { HOUR_MS, MINUTE_MS } from '../core/civil-time.js'
import { toIso } from '../core/times.js'
import type { CoverageBasis, CoverageInterval } from './contract.js'
import type { RhythmLoss } from './rhythm/judge.js'

/** From one record to the next beside a change of the clock. */
const SLACK_MS = 5 * MINUTE_MS

/**
 * What the clock explains of silences. An hour that local time leaves out, or that was read as the one before it, is none that is known to be
 * missing; beside a clock that was set wrong nothing need be lost.
 */
export function explainedByClock(
  losses: readonly RhythmLoss[],
  intervals: readonly CoverageInterval[],
): RhythmLoss[] {
  const saving = intervals.filter((it) => has(it, 'daylight-saving'))
  const steps = intervals.filter((it) => has(it, 'clock-step'))
  return losses.map((loss) => {
    const isSaved = loss.to - loss.from <= HOUR_MS + SLACK_MS && saving.some((it) => isWithin(loss, it))
    const isStepped = isSaved || steps.some((it) => touches(loss, it))
    if (!isStepped) return loss
    return { ...loss, state: isSaved ? 'unknown' : loss.state, lost: { least: 0, most: loss.lost.most } }
  })
}

function has({ basis }: CoverageInterval, asked: CoverageBasis): boolean {
  return basis.some(({ code }) => code === asked)
}

function isWithin({ from, to }: RhythmLoss, interval: CoverageInterval): boolean {
  return toIso(from + SLACK_MS) >= interval.from && toIso(to - SLACK_MS) <= interval.to
}

function touches({ from, to }: RhythmLoss, interval: CoverageInterval): boolean {
  return toIso(from) <= interval.to && toIso(to) >= interval.from
}
