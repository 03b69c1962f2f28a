import type { Signal } from '../observe/contract.js'
import type { LogCoverage } from './contract.js'

/** From this share of a finding's time on, what is lost may change what it says. */
const SHARE = 0.1

/**
 * The same signals, with `coverage-degraded` among the reasons of those whose logs are not whole for a tenth of their time or more. What
 * no test could tell of, and what was planned, raises no doubt.
 */
export function withCoverageDoubts(
  signals: readonly Signal[],
  logs: readonly LogCoverage<unknown>[],
): Signal[] {
  const bySource = new Map(logs.flatMap((log) => log.sources.map((source) => [source, log] as const)))
  return signals.map((signal) => {
    const own = new Set(signal.citations.map(({ source }) => bySource.get(`S${source + 1}`)))
    const isDoubted = [...own].some((log) => log !== undefined && lostShare(log, signal) >= SHARE)
    return isDoubted ? { ...signal, reasons: [...signal.reasons, 'coverage-degraded'] } : signal
  })
}

/** Share of a signal's time in which a log is missing or degraded; a signal of one instant is within or not. */
function lostShare({ intervals }: LogCoverage<unknown>, { start, end }: Signal): number {
  let lostMs = 0
  for (const { from, to, state } of intervals) {
    if (state !== 'missing' && state !== 'degraded') continue
    const overlapMs = Math.min(end + 1, Date.parse(to)) - Math.max(start, Date.parse(from))
    if (overlapMs > 0) lostMs += overlapMs
  }
  return lostMs / (end - start + 1)
}
