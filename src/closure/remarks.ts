import { HOUR_MS, MINUTE_MS } from '../core/civil-time.js'
import { briefTime, formatCount, formatDuration, toIso } from '../core/times.js'
import type { DeclaredEntryPoint } from '../detect/contract.js'
import type { Attempts, ClosureContext, MeasuredClosing, Remark } from './contract.js'
import type { Door } from './door.js'
import type { ClosureTrace } from './observer.js'

/** What is odd about the declaration of an entry point. */
export function entryRemarks(
  trace: ClosureTrace,
  entry: number,
  use: Attempts,
  context: ClosureContext,
): Remark[] {
  const { entryPoints } = trace.input
  const rule = entryPoints[entry]!
  const twins = entryPoints.filter((other, at) => at !== entry && sameRule(other, rule)).map(({ id }) => id)
  const overlaps = overlapsOf(trace, entry)
  const isHostless = rule.hosts !== undefined && context.sources.every(({ hasHost }) => !hasHost)
  const remarks: (Remark | null)[] = [
    use.requests + use.inFlight === 0
      ? { code: 'never-matched', text: `no record ever matched ${rule.id}: look at its spelling` }
      : null,
    isHostless
      ? { code: 'host-not-logged', text: `the rule of ${rule.id} has a host, and no source states one` }
      : null,
    twins.length > 0
      ? { code: 'duplicate-rule', text: `${rule.id} has the same rule as ${twins.join(', ')}` }
      : null,
    ...overlaps
      .filter(({ id }) => !twins.includes(id))
      .map(
        ({ id, count }): Remark => ({
          code: 'overlapping-entry-points',
          text: `${formatCount(count)} requests match both ${rule.id} and ${id}, and count for both`,
        }),
      ),
  ]
  return remarks.filter((remark) => remark !== null)
}

function sameRule(a: DeclaredEntryPoint, b: DeclaredEntryPoint): boolean {
  const ruleOf = ({ id: _i, closed: _c, ...rule }: DeclaredEntryPoint) => JSON.stringify(rule)
  return ruleOf(a) === ruleOf(b)
}

function overlapsOf({ input, overlaps }: ClosureTrace, entry: number): { id: string; count: number }[] {
  const counts = input.entryPoints.map(() => 0)
  for (const [bits, count] of overlaps) {
    if ((bits & (1 << entry)) === 0) continue
    for (let other = 0; other < counts.length; other++)
      if (other !== entry && (bits & (1 << other)) !== 0) counts[other]! += count
  }
  return counts
    .map((count, at) => ({ id: input.entryPoints[at]!.id, count }))
    .filter(({ count }) => count > 0)
}

/** What is odd about one declared closing. */
export function closingRemarks(door: Door, measured: MeasuredClosing, context: ClosureContext): Remark[] {
  const { from, uncertaintyMs } = door.period
  const remarks: (Remark | null)[] = [
    context.first > from + uncertaintyMs
      ? {
          code: 'closing-before-log',
          text: `the closing is before the first record, ${brief(context.first)}`,
        }
      : null,
    context.last < from - uncertaintyMs
      ? { code: 'closing-after-log', text: `the closing is after the last record, ${brief(context.last)}` }
      : null,
    shifted(door, measured),
    measured.verdict === 'earlier'
      ? {
          code: 'closed-earlier',
          text: `it was denied from ${briefTime(measured.firstDenied!)} on, before the declared time`,
        }
      : null,
  ]
  return remarks.filter((remark) => remark !== null)
}

const HALF_HOUR_MS = HOUR_MS / 2
const MOST_HALF_HOURS = 28
/** Wider than this, the turn of the answers fits some hour, or half an hour, by chance. */
const SHARP_MS = 20 * MINUTE_MS
const SHARP_HALF_MS = 5 * MINUTE_MS

/** The answers turned a whole number of half hours away from the declared time: zones differ by as much. */
function shifted(door: Door, { verdict, lastServed, firstDenied }: MeasuredClosing): Remark | null {
  if (verdict === 'as-declared' || lastServed === null || firstDenied === null) return null
  const [served, denied] = [Date.parse(lastServed), Date.parse(firstDenied)]
  const width = denied - served
  const { from, uncertaintyMs } = door.period
  for (let halves = 1; halves <= MOST_HALF_HOURS; halves++) {
    if (width > (halves % 2 === 0 ? SHARP_MS : SHARP_HALF_MS)) continue
    for (const shift of [halves * HALF_HOUR_MS, -halves * HALF_HOUR_MS]) {
      if (served > from + shift + door.slackMs || denied < from + shift - uncertaintyMs) continue
      const [far, way] = [formatDuration(Math.abs(shift)), shift > 0 ? 'later' : 'earlier']
      const text = `the answers turned about ${far} ${way} than declared: look at the zone of the closing and of the log`
      return { code: 'shifted-by-hours', text }
    }
  }
  return null
}

function brief(time: number): string {
  return briefTime(toIso(time))
}
