import { tz } from '@date-fns/tz'
import { parseISO } from 'date-fns/parseISO'
import { isZone } from './times.js'

/** `2021-08-14`, or with a time to the minute, second or fraction, or with a zone behind that. */
const ISO_TIME =
  /^\d{4}-\d\d-\d\d(?<clock>[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?<zone>Z|[+-]\d\d(?::?\d\d)?)?)?$/i

/**
 * Reads an ISO 8601 date or date-time; a date alone is its first instant.
 *
 * A wall-clock time that a zone skips moves forward by the gap; one that it has twice is the later one.
 *
 * @param zone  IANA name or fixed offset, for a text that names none; UTC when absent.
 * @returns Epoch milliseconds, digits finer than that dropped; null when the text is no such time.
 */
export function parseTime(text: string, zone = 'UTC'): number | null {
  const found = ISO_TIME.exec(text)?.groups
  if (found === undefined) return null
  const iso = text.replace(',', '.').toUpperCase().replace(' ', 'T')
  if (found.zone !== undefined) return epochMs(parseISO(iso))
  // the table of zones is slow to load, and UTC needs none
  if (zone === 'UTC') return epochMs(parseISO(`${iso}${found.clock === undefined ? 'T00:00' : ''}Z`))
  return isZone(zone) ? epochMs(parseISO(iso, { in: tz(zone) })) : null
}

function epochMs(time: Date): number | null {
  return Number.isNaN(time.getTime()) ? null : time.getTime()
}

/** Tells whether a text that `parseTime` reads names its own zone. */
export function statesZone(text: string): boolean {
  return ISO_TIME.exec(text)?.groups?.zone !== undefined
}
