import type { CoverageInput, CoverageJudgement, CoveredSource, LogCoverage } from './contract.js'

/** Judges what the sources cover. The same traces give the same answer. */
export function judgeCoverage(input: CoverageInput): CoverageJudgement {
  return {
    logs: input.sources.map(logOf),
    signals: [],
    timeline: { from: null, bucketMs: 60_000, requests: [], failures: [], bytes: [] },
  }
}

function logOf({ source, records }: CoveredSource): LogCoverage {
  return {
    log: `L${source + 1}`,
    sources: [`S${source + 1}`],
    from: null,
    to: null,
    records,
    medianPerMinute: 0,
    intervals: [],
    lost: { least: 0, most: null },
    remarks: [],
    smallestLoss: null,
    notTested: [],
  }
}
