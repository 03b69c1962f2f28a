import { DAY_MS, HOUR_MS } from '../../../core/civil-time.js'
import type { Sightings } from './distinct-log.js'

/** Days on which a job must be seen. */
export const LEAST_DAYS = 3
const SIZE_FACTOR = 2
const DAY_HOURS = 24

/** What was fetched in one clock hour, each thing once. */
interface Slot {
  readonly day: number
  readonly hour: number
  objects: number
  bytes: number
}

/** Distinct things and their sizes by clock hour of UTC; ascending. */
function slotsOf({ times, ids, values }: Sightings): Slot[] {
  const slots: Slot[] = []
  let seen = new Set<number>()
  for (let i = 0; i < times.length; i++) {
    const day = Math.floor(times[i]! / DAY_MS)
    const hour = Math.floor((times[i]! - day * DAY_MS) / HOUR_MS)
    let slot = slots.at(-1)
    if (slot === undefined || slot.day !== day || slot.hour !== hour) {
      slot = { day, hour, objects: 0, bytes: 0 }
      slots.push(slot)
      seen = new Set()
    }
    if (seen.has(ids[i]!)) continue
    seen.add(ids[i]!)
    slot.objects++
    slot.bytes += values[ids[i]!]!
  }
  return slots
}

/**
 * On how many days a principal fetched about as much as in its fullest hour, at one hour of the day within one: a job by
 * the clock. Sizes are alike within a factor of two.
 *
 * 0 where the first logged day is not among them: what began later is not excused by having gone on.
 *
 * @param firstDay  Days since the epoch.
 */
export function recurringDays(sightings: Sightings, firstDay: number): number {
  const slots = slotsOf(sightings)
  return Math.max(
    alikeDays(slots, firstDay, ({ objects }) => objects),
    alikeDays(slots, firstDay, ({ bytes }) => bytes),
  )
}

function alikeDays(slots: readonly Slot[], firstDay: number, sizeOf: (slot: Slot) => number): number {
  const fullest = slots.reduce((most, slot) => Math.max(most, sizeOf(slot)), 0)
  const alike = slots.filter((slot) => sizeOf(slot) * SIZE_FACTOR >= fullest)
  let most = 0
  for (let hour = 0; hour < DAY_HOURS; hour++) {
    const days = new Set<number>()
    for (const slot of alike) {
      const apart = Math.abs(slot.hour - hour)
      if (Math.min(apart, DAY_HOURS - apart) <= 1) days.add(slot.day)
    }
    if (days.has(firstDay) && days.size > most) most = days.size
  }
  return most
}
