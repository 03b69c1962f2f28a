import { tzOffset } from '@date-fns/tz/tzOffset'
import { MINUTE_MS } from '../core/civil-time.js'
import type { LocalToUtc } from '../kernel/scan-time.js'

/** Zones change their offset at whole quarters of an hour. */
const STEP_MS = 15 * MINUTE_MS

/**
 * Local wall-clock time of a zone to UTC. A time that a zone skips moves forward by the gap; one that it has twice is the
 * later one, as `parseTime` reads it.
 */
export function localToUtc(zone: string): LocalToUtc {
  const offsets = new Map<number, number>()
  return (localMs) => {
    const step = Math.floor(localMs / STEP_MS)
    let offset = offsets.get(step)
    if (offset === undefined) {
      offset = offsetAt(zone, step * STEP_MS)
      // a log has few distinct quarters at a time; the map starts anew rather than grow
      if (offsets.size > 4096) offsets.clear()
      offsets.set(step, offset)
    }
    return localMs - offset
  }
}

/** Offset in force at a local time, milliseconds. */
function offsetAt(zone: string, localMs: number): number {
  const guess = tzOffset(zone, new Date(localMs)) * MINUTE_MS
  const refined = tzOffset(zone, new Date(localMs - guess)) * MINUTE_MS
  return Math.min(refined, tzOffset(zone, new Date(localMs - refined)) * MINUTE_MS)
}
