import { isApiLike, isExportLike } from '../../../classify/route-kinds.js'
import { DAY_MS } from '../../../core/civil-time.js'
import type { Candidate } from './candidate.js'
import type { Sightings } from './distinct-log.js'
import type { Minute } from './minutes.js'
import { type Comparison, exceeds, MEASURES, type Measure, type Peer, type Peers } from './peers.js'
import { LEAST_DAYS, recurringDays } from './recurrence.js'
import { exportSpans, joined } from './span.js'
import { type Walk, walkOf } from './walk.js'
import { crossings, type Held, largestIn, type Stretch } from './windows.js'

/** Minutes of the windows, shortest first. */
const WINDOWS = [1, 10, 60, 1440] as const
const DAY_MINUTES = 1440
/** So many things with answers of one size, before that is taken for a denial's. */
const LEAST_ALIKE = 3

/** What makes an export, and what makes it one out of the ordinary. */
export interface Limits {
  readonly objects: number
  readonly bytes: number
  readonly requests: number
  readonly pages: number
  readonly z: number
  readonly ratio: number
  readonly peers: number
  readonly episodeGapMs: number
}

/** A candidate with what of it is surely known. */
export interface Known {
  readonly candidate: Candidate
  /** Objects from the time on from which all rows are known; without those that look like denials. */
  readonly sightings: Sightings
  readonly pages: Sightings | null
  readonly from: number
  /** Objects of which every answer had the size of a denial. */
  readonly softDenied: number
  /** Most in 24 hours. */
  readonly most: Most
}

/** The most of each measure that any 24 hours hold. */
export interface Most extends Readonly<Record<Measure, number>> {
  /** Distinct things of any kind, also those that count as no object. */
  readonly pieces: number
}

function mostOf(sightings: Sightings, pages: Sightings | null, targets: Uint8Array): Most {
  const { objects, pieces, bytes } = largestIn(sightings, DAY_MINUTES, targets)
  return { objects, pieces, bytes, pages: pages === null ? 0 : largestIn(pages, DAY_MINUTES, null).objects }
}

/** A candidate as one of the others on its route. */
export function asPeer({ candidate, most }: Known): Peer {
  return { objects: most.objects, pages: most.pages, bytes: most.bytes, proven: candidate.proven }
}

export function knownOf(candidate: Candidate, from: number, isDenialSize: (size: number) => boolean): Known {
  const all = candidate.objects.between(from, Number.POSITIVE_INFINITY)
  const sightings = withoutDenials(all, isDenialSize)
  const pages = candidate.pages?.between(from, Number.POSITIVE_INFINITY) ?? null
  const heldPages = pages === null ? null : withoutDenials(pages, isDenialSize)
  return {
    candidate,
    sightings,
    pages: heldPages,
    from,
    softDenied: new Set(all.ids).size - new Set(sightings.ids).size,
    most: mostOf(sightings, heldPages, candidate.targets),
  }
}

/**
 * Leaves out things of which the largest answer had the size of a denial. A denial is one page for many: a size that hardly
 * any other thing has is within 2 % of a denial's by chance.
 */
function withoutDenials(all: Sightings, isDenialSize: (size: number) => boolean): Sightings {
  const { times, ids, values } = all
  const alike = new Map<number, number>()
  for (const size of values) if (size > 0 && isDenialSize(size)) alike.set(size, (alike.get(size) ?? 0) + 1)
  const isDenied = Uint8Array.from(values, (size) => ((alike.get(size) ?? 0) >= LEAST_ALIKE ? 1 : 0))
  if (!isDenied.includes(1)) return all
  const kept = [...ids.keys()].filter((i) => isDenied[ids[i]!] === 0)
  return {
    times: Float64Array.from(kept, (i) => times[i]!),
    ids: Int32Array.from(kept, (i) => ids[i]!),
    values,
  }
}

/** One export: where it lies, and what it took. */
export interface Export {
  readonly known: Known
  readonly windowMinutes: number
  readonly sum: Minute
  readonly objects: number
  /** Of distinct objects, the largest answer of each. */
  readonly distinctBytes: number
  readonly walk: Walk | null
  /** Most in 24 hours of it. */
  readonly most: Most
}

/** The exports of a candidate; nearly always none or one. */
export function exportsOf(known: Known, limits: Limits): Export[] {
  const found: Export[] = []
  let { sightings, pages } = known
  // the shortest window says best where an export is; a wider one is asked about what is left, far from those found
  for (const minutes of WINDOWS) {
    const spans = spansWithin(minutes, { ...known, sightings, pages }, limits)
    found.push(...spans.map((span) => exportIn(known, span, minutes)))
    for (const { start, end } of spans) {
      const episode = { start: start - limits.episodeGapMs, end: end + limits.episodeGapMs }
      sightings = outside(sightings, episode)
      pages = pages === null ? null : outside(pages, episode)
    }
  }
  return found.sort((a, b) => a.sum.first - b.sum.first)
}

function spansWithin(minutes: number, { candidate, sightings, pages }: Known, limits: Limits): Stretch[] {
  const isEnough = (held: Held) =>
    held.objects >= limits.objects || (held.bytes >= limits.bytes && held.pieces >= limits.requests)
  const isWalk = (held: Held) => held.objects >= limits.pages
  const found = crossings(sightings, minutes, candidate.targets, isEnough)
  if (pages !== null) found.push(...crossings(pages, minutes, null, isWalk))
  // an eighth, as of the gate: fewer sightings apart are ordinary use beside the export
  const least = Math.ceil(Math.min(limits.objects / 8, limits.pages))
  return exportSpans(sightings.times, joined(found, 0), least, limits.episodeGapMs)
}

function outside({ times, ids, values }: Sightings, { start, end }: Stretch): Sightings {
  const kept = [...ids.keys()].filter((i) => times[i]! < start || times[i]! > end)
  return {
    times: Float64Array.from(kept, (i) => times[i]!),
    ids: Int32Array.from(kept, (i) => ids[i]!),
    values,
  }
}

function exportIn(known: Known, span: Stretch, windowMinutes: number): Export {
  const { candidate } = known
  const sightings = within(known.sightings, span)
  const pages = known.pages === null ? null : within(known.pages, span)
  const distinct = [...new Set(sightings.ids)]
  return {
    known,
    windowMinutes,
    sum: candidate.minutes.between(span.start, span.end),
    objects: distinct.filter((id) => candidate.targets[id] === 1).length,
    distinctBytes: distinct.reduce((sum, id) => sum + sightings.values[id]!, 0),
    walk: pages === null || pages.times.length === 0 ? null : walkOf(pages, candidate.pageNumbers),
    most: mostOf(sightings, pages, candidate.targets),
  }
}

function within({ times, ids, values }: Sightings, { start, end }: Stretch): Sightings {
  let from = 0
  while (from < times.length && times[from]! < start) from++
  let to = from
  while (to < times.length && times[to]! <= end) to++
  return { times: times.subarray(from, to), ids: ids.subarray(from, to), values }
}

/** Rows of the severity table. */
export type Grade =
  | 'exceeds-on-data'
  | 'exceeds'
  | 'no-baseline-on-data'
  | 'no-baseline'
  | 'scheduled'
  | 'crawl'
  | 'assets'
  | 'browsing'

export interface Verdict {
  readonly grade: Grade
  /** What the comparison is about; null without a baseline. */
  readonly compared: Measure | null
  readonly comparison: Comparison | null
  readonly peers: number
  readonly days: number
  readonly exportLike: boolean
  readonly onDataRoute: boolean
}

/** What the population around an export says. */
export interface Surroundings {
  /** The other principals on its route. */
  readonly peers: Peers
  /** The first logged day, since the epoch. */
  readonly firstDay: number
  /** The network of the principal has asked for robots.txt. */
  readonly askedRobots: boolean
}

/** Judges an export; null where it is what others do too. */
export function judge(found: Export, around: Surroundings, limits: Limits): Verdict | null {
  const { candidate } = found.known
  const { peers } = around
  const hasBaseline = peers.count >= limits.peers
  const best = hasBaseline ? bestComparison(found, peers, limits) : null
  if (hasBaseline && best === null) return null
  const onDataRoute = found.sum.onDataRoute * 2 >= found.sum.requests
  const exportLike = isExportLike(candidate.route.name)
  const days = recurringDays(found.known.sightings, around.firstDay)
  const explained = explanationOf(found, around, limits, days, onDataRoute)
  const grade = explained ?? (best === null ? 'no-baseline' : 'exceeds')
  return {
    grade: onDataRoute && (grade === 'exceeds' || grade === 'no-baseline') ? `${grade}-on-data` : grade,
    compared: best?.compared ?? null,
    comparison: best?.comparison ?? null,
    peers: peers.count,
    days,
    exportLike,
    onDataRoute,
  }
}

/** The strongest of the comparisons of what made it an export, where one is out of the ordinary. */
function bestComparison({ most }: Export, peers: Peers, limits: Limits) {
  const isMade: Record<Measure, boolean> = {
    objects: most.objects >= limits.objects,
    pages: most.pages >= limits.pages,
    bytes: most.bytes >= limits.bytes && most.pieces >= limits.requests,
  }
  const out = MEASURES.filter((measure) => isMade[measure])
    .map((compared) => ({ compared, comparison: peers.compare(compared, most[compared]) }))
    .filter(({ comparison }) => exceeds(comparison, limits.z, limits.ratio))
  return out.sort((a, b) => b.comparison.ratio - a.comparison.ratio)[0] ?? null
}

const MOSTLY_REFERRED = 0.8
const ASSETS_REFERRED = 0.9
const LEAST_REFERRERS = 20

/**
 * The ordinary thing that an export looks like, if it looks like one. What a client says of itself (its agent, a referrer,
 * a look at robots.txt) can be forged, so it is believed only where it gains little: never on a declared data route, and
 * never against the pace of a machine where a person is claimed.
 */
function explanationOf(
  found: Export,
  around: Surroundings,
  limits: Limits,
  days: number,
  onDataRoute: boolean,
): 'scheduled' | 'assets' | 'crawl' | 'browsing' | null {
  if (days >= LEAST_DAYS) return 'scheduled'
  if (onDataRoute) return null
  const { candidate } = found.known
  const { name, isAsset } = candidate.route
  const referred = found.sum.referred / found.sum.requests
  if (isAsset && referred >= ASSETS_REFERRED) return 'assets'
  const isSlow = found.windowMinutes >= 60
  const { peers } = around
  const isPublic =
    peers.count >= limits.peers && peers.proven === 0 && !isApiLike(name) && !isExportLike(name)
  if (isSlow && isPublic && around.askedRobots && !candidate.proven) return 'crawl'
  const isByHand = found.windowMinutes >= DAY_MINUTES && candidate.referrers.size >= LEAST_REFERRERS
  return isByHand && referred >= MOSTLY_REFERRED ? 'browsing' : null
}

/** Day of a time since the epoch. */
export function dayOf(t: number): number {
  return Math.floor(t / DAY_MS)
}
