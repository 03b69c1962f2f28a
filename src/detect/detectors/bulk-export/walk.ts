import type { Sightings } from './distinct-log.js'

/** A walk from page to page, as the values of its page parameter tell. */
export interface Walk {
  /** Distinct pages asked for. */
  readonly pages: number
  /** Pages seen of those that the walk spans from its first on, 0 to 1; null where pages are no numbers. */
  readonly share: number | null
  readonly order: 'ascending' | 'descending' | 'mixed' | 'opaque'
}

/** Share of steps in one direction that makes an order. */
const MOSTLY = 0.9

/** @param numbers  Of a page's number, its value; NaN where it is none. */
export function walkOf({ times, ids }: Sightings, numbers: readonly number[]): Walk {
  const firstSeen = new Map<number, number>()
  for (let i = 0; i < times.length; i++) if (!firstSeen.has(ids[i]!)) firstSeen.set(ids[i]!, times[i]!)
  const seen = [...firstSeen].map(([id, time]) => ({ time, value: numbers[id]! }))
  const values = seen.map(({ value }) => value).filter((value) => !Number.isNaN(value))
  if (values.length * 2 <= seen.length) return { pages: seen.length, share: null, order: 'opaque' }
  return { pages: seen.length, share: shareSeen(values), order: orderOf(seen) }
}

/** Seen pages of those from the first possible to the last seen, by the most usual step. */
function shareSeen(values: readonly number[]): number {
  const ascending = [...new Set(values)].sort((a, b) => a - b)
  const step = usualStep(ascending)
  const last = ascending.at(-1)!
  // pages are counted from 0 or 1, offsets from 0; a walk from the middle on has not seen what is before
  const first = Math.min(ascending[0]!, step === 1 ? 1 : 0)
  return Math.min(1, ascending.length / Math.floor((last - first) / step + 1))
}

/** The step that is most often between neighbours; the smallest of equals; 1 for a single page. */
function usualStep(ascending: readonly number[]): number {
  const counts = new Map<number, number>()
  for (let i = 1; i < ascending.length; i++) {
    const step = ascending[i]! - ascending[i - 1]!
    counts.set(step, (counts.get(step) ?? 0) + 1)
  }
  const [best] = [...counts].sort(([a, x], [b, y]) => y - x || a - b)
  return best?.[0] ?? 1
}

/** Pages of one time are in no order to each other. */
function orderOf(seen: readonly { readonly time: number; readonly value: number }[]): Walk['order'] {
  let [up, down] = [0, 0]
  const ordered = seen.toSorted((a, b) => a.time - b.time || a.value - b.value)
  for (let i = 1; i < ordered.length; i++) {
    if (ordered[i]!.time === ordered[i - 1]!.time) continue
    if (ordered[i]!.value > ordered[i - 1]!.value) up++
    if (ordered[i]!.value < ordered[i - 1]!.value) down++
  }
  const steps = up + down
  if (steps === 0) return 'mixed'
  return up >= MOSTLY * steps ? 'ascending' : down >= MOSTLY * steps ? 'descending' : 'mixed'
}
