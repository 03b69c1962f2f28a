import { briefTime, formatCount, formatDuration, toIso } from '../../core/times.js'
import type { CoverageReason } from '../contract.js'
import type { RhythmSeries } from './series.js'
import type { Silence } from './silences.js'
import type { Beat, Pause } from './trace.js'

/** Pauses of a log that are told of, and of how many beats at least. */
const TOLD = 4
const LEAST_BEATS = 3

/** A pause of a steady timer while the log went on. */
interface OwnPause extends Pause {
  readonly intervalMs: number
}

/**
 * What steady timers missed while others were served: the client was off, or its lines are gone. Nothing tells which, so that it is
 * a remark and no gap.
 *
 * @param steady    Timers that hardly ever pause.
 * @param series    Of the log: where nobody else asked either, nothing shows.
 * @param silences  Of the log as a whole: what was missed in them is told with them.
 */
export function pauseRemarks(
  steady: readonly Beat[],
  series: RhythmSeries,
  silences: readonly Silence[],
): CoverageReason[] {
  const pauses = steady
    .flatMap(({ intervalMs, pauses: all }) => all.map((pause): OwnPause => ({ ...pause, intervalMs })))
    .filter(({ beats }) => beats >= LEAST_BEATS)
    .filter(
      ({ from, to }) => series.busySecondsBetween(Math.floor(from / 1000) + 1, Math.floor(to / 1000)) > 0,
    )
    .filter(({ from, to }) => silences.every((it) => it.to * 1000 <= from || it.from * 1000 >= to))
    .sort((a, b) => b.beats - a.beats || a.from - b.from || a.intervalMs - b.intervalMs)
  const more = pauses.length - TOLD
  return pauses.slice(0, TOLD).map((pause, place) => ({
    code: 'missed-beats',
    text: `${textOf(pause)}${place === TOLD - 1 && more > 0 ? `; and ${formatCount(more)} more of the kind` : ''}`,
  }))
}

function textOf({ from, to, beats, intervalMs }: OwnPause): string {
  const [start, end] = [from, to].map((time) => briefTime(toIso(Math.floor(time / 1000) * 1000)))
  return `a client that asks every ${formatDuration(Math.round(intervalMs / 1000) * 1000)} missed ${formatCount(beats)} times between ${start} and ${end}, while others were answered: it was off, or its lines are gone`
}
