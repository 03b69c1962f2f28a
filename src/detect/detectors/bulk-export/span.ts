import { HOUR_MS, SECOND_MS } from '../../../core/civil-time.js'
import type { Stretch } from './windows.js'

/** Sightings that stand close together. */
interface Burst {
  readonly start: number
  end: number
  count: number
  /** Median of the gaps within; NaN for a single one. */
  gap: number
}

/** Sightings no further apart than this belong together, however quick the export was. */
const CLOSE_MS = 60_000
/** So many times the usual gap is a pause. */
const PAUSE = 10
/** Gaps that differ by no more than this factor are of one pace. */
const PACE_FACTOR = 3
/** Two say nothing of a pace. */
const LEAST_PACED = 3
/** Most logs know no finer time. */
const RESOLUTION_MS = SECOND_MS
/** A walk that pauses for longer has ended, where only its pace says that it is the same. */
const LONGEST_PAUSE_MS = HOUR_MS

/**
 * Where an export began and ended, given where it surely was.
 *
 *     browsing    . .   .    export   ||||   |||||||||||  |||||||    .   browsing
 *     crossings                                  [---------------]
 *     export                          [-------------------------]
 *
 * Sightings are grouped where they stand close together: at most a minute or ten times the usual gap of the export apart.
 * A group belongs to the export where it overlaps a crossing and is of some size, or where it is no more than an hour off and
 * goes at the export's pace: a walk that pauses is one walk, and ordinary use just before or after goes at a pace of its
 * own. An export ends where nothing of it comes for `gapMs`.
 *
 * @param times      Ascending.
 * @param crossings  Ascending, apart.
 * @param least      So many sightings are of some size.
 */
export function exportSpans(
  times: Float64Array,
  crossings: readonly Stretch[],
  least: number,
  gapMs: number,
): Stretch[] {
  if (crossings.length === 0) return []
  const usual = usualGap(times, crossings)
  const groups = burstsOf(times, Math.max(CLOSE_MS, PAUSE * usual)).filter(
    (it) => isPaced(it, usual) || (it.count >= least && crossings.some((crossing) => overlap(crossing, it))),
  )
  // a crossing that only small groups make up stands for itself
  const alone = crossings.filter((crossing) => !groups.some((it) => overlap(crossing, it)))
  const walks = joined([...groups, ...alone], LONGEST_PAUSE_MS)
  return joined(
    walks.filter((it) => crossings.some((crossing) => overlap(crossing, it))),
    gapMs,
  )
}

function isPaced({ count, gap }: Burst, usual: number): boolean {
  const [slow, quick] = [Math.max(gap, usual, RESOLUTION_MS), Math.max(Math.min(gap, usual), RESOLUTION_MS)]
  return count >= LEAST_PACED && slow <= quick * PACE_FACTOR
}

function overlap(a: Stretch, b: Stretch): boolean {
  return a.start <= b.end && a.end >= b.start
}

/** Stretches in order, those no more than `gapMs` apart as one. */
export function joined(stretches: readonly Stretch[], gapMs: number): Stretch[] {
  const result: { start: number; end: number }[] = []
  for (const { start, end } of stretches.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    const last = result.at(-1)
    if (last !== undefined && start - last.end <= gapMs) last.end = Math.max(last.end, end)
    else result.push({ start, end })
  }
  return result
}

/** Median gap between neighbours within the crossings. */
function usualGap(times: Float64Array, crossings: readonly Stretch[]): number {
  const gaps: number[] = []
  let at = 0
  for (let i = 1; i < times.length; i++) {
    while (at < crossings.length && crossings[at]!.end < times[i]!) at++
    if (at < crossings.length && times[i - 1]! >= crossings[at]!.start) gaps.push(times[i]! - times[i - 1]!)
  }
  return middle(gaps) ?? 0
}

function burstsOf(times: Float64Array, limit: number): Burst[] {
  const bursts: Burst[] = []
  let gaps: number[] = []
  for (const time of times) {
    const last = bursts.at(-1)
    if (last !== undefined && time - last.end <= limit) {
      gaps.push(time - last.end)
      last.end = time
      last.count++
      continue
    }
    if (last !== undefined) last.gap = middle(gaps) ?? Number.NaN
    gaps = []
    bursts.push({ start: time, end: time, count: 1, gap: Number.NaN })
  }
  if (bursts.length > 0) bursts.at(-1)!.gap = middle(gaps) ?? Number.NaN
  return bursts
}

/** The upper of the middle two; undefined for none. */
function middle(values: number[]): number | undefined {
  values.sort((a, b) => a - b)
  return values[values.length >> 1]
}
