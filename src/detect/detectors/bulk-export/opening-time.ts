import { DAY_MS, MINUTE_MS } from '../../../core/civil-time.js'
import type { Candidate } from './candidate.js'
import { GATE } from './gate.js'
import { dayNumber, daysLater } from './pair-record.js'

/** Rows before a candidate's opening that are looked up again: those of the widest window. */
export const LOOK_BACK_MS = DAY_MS

/**
 * From when on a candidate's rows are all known.
 *
 * In the sorted log the gate would be passed at one row, and the day before it counts from its next whole minute on. Which
 * row arrived as the one that passed it depends on disorder; this time does not: the rows that were kept around the opening
 * are put in order, behind what had been counted before them, and the gate is asked again.
 */
export function knownFrom(candidate: Candidate): number {
  const from = Math.ceil((gateTime(candidate) - LOOK_BACK_MS) / MINUTE_MS) * MINUTE_MS
  const cut = (Math.floor(candidate.cutMs / MINUTE_MS) + 1) * MINUTE_MS
  return Number.isFinite(cut) ? Math.max(from, cut) : from
}

function gateTime({ opening, gateRows }: Candidate): number {
  const ordered = gateRows.toSorted((a, b) => a.t - b.t)
  if (opening === null || ordered.length === 0) return Number.NEGATIVE_INFINITY
  const points = new Map<number, number>()
  const add = (day: number, more: number) => points.set(day, (points.get(day) ?? 0) + more)
  const on = (day: number) => points.get(day) ?? 0
  const dayOf = (t: number) => Math.floor(t / DAY_MS)
  // the opening knows its day by a number that repeats
  const openingDay = dayOf(ordered[0]!.t) + daysLater(opening.day, dayNumber(ordered[0]!.t))
  opening.points.forEach((sum, back) => {
    add(openingDay - back, sum)
  })
  for (const row of ordered) if (row.isCounted) add(dayOf(row.t), -row.points)
  for (const row of ordered) {
    const day = dayOf(row.t)
    add(day, row.points)
    if (on(day) + Math.max(on(day - 1), on(day + 1)) >= GATE) return row.t
  }
  return ordered.at(-1)!.t
}
