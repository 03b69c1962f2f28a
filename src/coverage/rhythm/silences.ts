import type { Expectation } from './expectation.js'
import type { RhythmSeries } from './series.js'
import type { SilenceTail } from './silence-tail.js'
import type { Beat } from './trace.js'

/** Timers that pause or stumble less than once in a hundred beats are trusted to show a loss by two of them. */
const STEADY_SHARE = 0.01
const BEATS = 2
/** A beat comes a second late now and then, and stamps are whole seconds. */
const BEAT_SLACK_S = 2

/** A silence that is too long to be chance. Seconds since the epoch; `to` is the second of the next record. */
export interface Silence {
  readonly from: number
  readonly to: number
  /** Records expected in it. */
  readonly expected: number
  /** How often chance gives one as long in the whole log. */
  readonly chance: number
  /** Beats of timers that were due in it. */
  readonly beats: number
}

/** Tells which silences of one log chance does not explain. */
export class SilenceTest {
  readonly #expectation: Expectation
  readonly #tail: SilenceTail
  readonly #often: number
  readonly #steady: readonly Beat[]

  /** @param often  How many false alarms may be expected in the whole log. */
  constructor(expectation: Expectation, tail: SilenceTail, beats: readonly Beat[], often: number) {
    this.#expectation = expectation
    this.#tail = tail
    this.#often = often
    this.#steady = beats.filter(
      ({ kept, broken, missed }) => broken + missed <= STEADY_SHARE * (kept + broken),
    )
  }

  /** Null for a silence that may be chance. */
  judge(from: number, to: number): Silence | null {
    const beats = this.#beatsDue(from, to)
    const expected = this.#expectation.of(from, to)
    const chance = this.#tail.chance(expected, this.#expectation.level(from, to))
    if (chance > this.#often && beats < BEATS) return null
    return { from, to, expected, chance, beats }
  }

  /** The most beats that one steady timer must have had in a stretch, wherever its beats fall. */
  #beatsDue(from: number, to: number): number {
    let due = 0
    for (const { intervalMs, first, last } of this.#steady) {
      if (first / 1000 > from || last / 1000 < to) continue
      due = Math.max(due, Math.floor((to - from - BEAT_SLACK_S) / (intervalMs / 1000)))
    }
    return due
  }

  /** All silences of the log that chance does not explain. */
  in(series: RhythmSeries): Silence[] {
    const found: Silence[] = []
    series.forEachRun((from, to) => {
      const silence = this.judge(from, to)
      if (silence !== null) found.push(silence)
    })
    return found
  }
}
