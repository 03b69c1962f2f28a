import type { CoverageGap, RestsOn } from '../core/answer.js'
import type { LogCoverage } from './contract.js'

const MOST_GAPS = 20

/**
 * What of the coverage an answer about some time rests on: the logs, and where in that time they are not whole.
 *
 * @param from  ISO 8601, inclusive; null: from the beginning.
 * @param to    ISO 8601, exclusive; null: to the end.
 */
export function restsOn(
  logs: readonly LogCoverage<unknown>[],
  from: string | null,
  to: string | null,
): RestsOn {
  const gaps = gapsWithin(logs, from, to)
  return {
    logs: logs.map(({ log }) => log),
    gaps: gaps.toSorted(byLength).slice(0, MOST_GAPS),
    gapCount: gaps.length,
  }
}

/** All stretches of some time in which logs are not whole. Times as for `restsOn`. */
export function gapsWithin(
  logs: readonly LogCoverage<unknown>[],
  from: string | null,
  to: string | null,
): CoverageGap[] {
  return logs.flatMap((log) => gapsOf(log, from ?? FIRST, to ?? LAST))
}

/** Before and after any time that a log states; compared as text. */
const FIRST = ''
const LAST = '~'

/** Stretches of one log that are not whole. */
function gapsOf({ log, intervals }: LogCoverage<unknown>, from: string, to: string): CoverageGap[] {
  return intervals.flatMap((it) =>
    it.state === 'complete' || it.to <= from || it.from >= to
      ? []
      : [{ log, from: it.from, to: it.to, state: it.state }],
  )
}

function byLength(a: CoverageGap, b: CoverageGap): number {
  return lengthOf(b) - lengthOf(a) || (a.from < b.from ? -1 : a.from > b.from ? 1 : a.log < b.log ? -1 : 1)
}

function lengthOf({ from, to }: CoverageGap): number {
  return Date.parse(to) - Date.parse(from)
}
