import { HOUR_MS } from '../../../core/civil-time.js'
import { toIso } from '../../../core/times.js'
import { byPlace, CitationPicker } from '../../../observe/citations.js'
import type { ObserverContext, Signal } from '../../../observe/contract.js'
import type { Candidate } from './candidate.js'
import type { Export, Grade, Verdict } from './judge.js'
import type { Measure } from './peers.js'

/** What was taken, how quickly, and what others take. */
export interface BulkExportMeasures {
  /** Shortest of the windows (1 min, 10 min, 1 h, 24 h) in which enough was taken, in milliseconds. */
  readonly windowMs: number
  readonly start: string
  readonly end: string
  readonly requests: number
  /** Distinct objects, exact. */
  readonly objects: number
  /** Distinct values of a page parameter. */
  readonly pages: number
  /** Pages seen of those up to the last one; null where there are none or they are no numbers. */
  readonly pageShare: number | null
  readonly pageOrder: string | null
  /** Stated sizes of all these answers. */
  readonly bytes: number
  /** The largest answer of each distinct object: what a repeated fetch adds nothing to. */
  readonly distinctBytes: number
  readonly requestsPerMinute: number
  /** What the other principals on the route took at most in 24 hours; null with too few of them. */
  readonly baseline: {
    readonly of: Measure
    readonly median: number
    readonly mad: number
    readonly peers: number
  } | null
  /** Other principals on the route. */
  readonly peers: number
  /** Modified z score; null without a baseline and where all others are equal. */
  readonly z: number | null
  /** Times the median of the others. */
  readonly ratio: number | null
  readonly route: string
  /** Declared data routes of it. */
  readonly dataRoutes: readonly string[]
  /** The route's name says that it hands out data by the heap. */
  readonly exportLike: boolean
  /** Days on which as much was taken at the same hour, the first logged day among them; 0 where it is not. */
  readonly days: number
  /** Answers of the size of the site's common denial, by object; not counted above. */
  readonly softDenied: number
  /** Of the principal on the route before it was watched closely; not in the above. */
  readonly requestsBefore: number
  readonly bytesBefore: number
}

export function signalOf(found: Export, verdict: Verdict, context: ObserverContext): Signal {
  const { known, sum } = found
  const { candidate } = known
  const measures = measuresOf(found, verdict)
  const citations = citationsOf(candidate, sum.first, sum.last)
  const references = candidate.references
    .filter(({ time }) => time >= sum.first && time <= sum.last)
    .sort(byPlace)
  return {
    kind: 'bulk-export',
    subject: candidate.subject.detail(candidate.ref),
    scope: { type: 'route', id: candidate.route.name },
    start: sum.first,
    end: sum.last,
    grade: verdict.grade,
    outcome: OUTCOME[verdict.grade],
    summary: summaryOf(measures, verdict),
    measures,
    citations,
    evidenceCount: sum.requests,
    references,
    reasons: reasonsOf(found, verdict, context),
    alternatives: alternativesOf(verdict),
    techniques: verdict.onDataRoute || verdict.exportLike ? ['T1119', 'T1213'] : ['T1119'],
  }
}

/** That data went out is proven; whether it may, no log says, and the severity weighs. */
const OUTCOME = {
  'exceeds-on-data': 'succeeded',
  exceeds: 'succeeded',
  'no-baseline-on-data': 'succeeded',
  'no-baseline': 'unknown',
  scheduled: 'unknown',
  crawl: 'unknown',
  assets: 'unknown',
  browsing: 'unknown',
} as const satisfies Record<Grade, Signal['outcome']>

const EXPLANATION: Partial<Record<Grade, string>> = {
  scheduled: 'scheduled-job',
  crawl: 'crawler on public pages',
  assets: 'images and other parts of pages that a visit loads by itself',
  browsing: 'a busy user, or several people behind one address',
}

function alternativesOf({ grade }: Verdict): string[] {
  const explained = EXPLANATION[grade]
  if (explained !== undefined) return [explained]
  return [
    'a partner, a backup or a synchronisation that nobody declared',
    'several people behind one address',
  ]
}

function measuresOf(found: Export, verdict: Verdict): BulkExportMeasures {
  const { known, sum, walk } = found
  const { candidate } = known
  const { comparison, compared } = verdict
  const all = candidate.minutes.between(known.from, Number.MAX_SAFE_INTEGER)
  return {
    windowMs: found.windowMinutes * 60_000,
    start: toIso(sum.first),
    end: toIso(sum.last),
    requests: sum.requests,
    objects: found.objects,
    pages: walk?.pages ?? 0,
    pageShare: walk?.share == null ? null : rounded(walk.share),
    pageOrder: walk?.order ?? null,
    bytes: sum.bytes,
    distinctBytes: found.distinctBytes,
    requestsPerMinute: rounded(sum.requests / Math.max(1, (sum.last - sum.first) / 60_000)),
    baseline:
      comparison === null || compared === null
        ? null
        : {
            of: compared,
            median: rounded(comparison.median),
            mad: rounded(comparison.mad),
            peers: verdict.peers,
          },
    peers: verdict.peers,
    z: comparison === null || !Number.isFinite(comparison.z) ? null : rounded(comparison.z),
    ratio: comparison === null ? null : rounded(comparison.ratio),
    route: candidate.route.name,
    dataRoutes: [...candidate.dataRoutes].sort(),
    exportLike: verdict.exportLike,
    days: verdict.days,
    softDenied: known.softDenied,
    requestsBefore: candidate.requests - all.requests,
    bytesBefore: candidate.bytes - all.bytes,
  }
}

/** Three digits behind the point: no more is meant. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}

function summaryOf(measures: BulkExportMeasures, { grade, comparison }: Verdict): string {
  const took = `${measures.objects} distinct objects (${measures.bytes} bytes) in ${measures.requests} requests on "${measures.route}"`
  if (comparison === null) return `${took}; too few others use it to compare with`
  const than = `${measures.ratio} times what others take in a day`
  const explained = EXPLANATION[grade]
  return explained === undefined ? `${took}, ${than}` : `${took}, ${than}; looks like: ${explained}`
}

/** The first, last and largest of the export; those of its first and last hour that lie outside are left out. */
function citationsOf(candidate: Candidate, first: number, last: number) {
  const picked = new CitationPicker()
  const inside = [...candidate.blocks]
    .filter(([at]) => at >= Math.floor(first / HOUR_MS) && at <= Math.floor(last / HOUR_MS))
    .sort(([a], [b]) => a - b)
  for (const [, block] of inside) picked.mergeWithin(block, first, last)
  return picked.list()
}

function reasonsOf({ known, sum }: Export, { comparison }: Verdict, context: ObserverContext): string[] {
  const { candidate } = known
  const reasons = new Set<string>()
  if (candidate.ref.type === 'client') reasons.add('client-only-identity')
  if (comparison === null) reasons.add('no-baseline')
  if (sum.late) reasons.add('late-records')
  // stamps of starts and ends are alike here; only the zone matters, for hours of the day
  for (const source of candidate.sources)
    for (const doubt of context.doubtsOf(source)) if (doubt !== 'producer-unknown') reasons.add(doubt)
  return [...reasons].sort()
}
