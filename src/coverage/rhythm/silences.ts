import type { Expectation } from './expectation.js'
import type { RhythmSeries } from './series.js'
import type { SilenceTail } from './silence-tail.js'
import type { Beat } from './trace.js'

/** Timers that pause or stumble less than once in a hundred beats are trusted to show a loss by two of them. */
const STEADY_SHARE = 0.01
const BEATS = 2
/** Pauses as long from which on they are its habit. */
const MOST_ALIKE = 2
/** A beat comes a second late now and then, and stamps are whole seconds. */
const BEAT_SLACK_S = 2

/** Whether a timer hardly ever pauses. */
export function isSteady({ kept, broken, missed }: Beat): boolean {
  return broken + missed <= STEADY_SHARE * (kept + broken)
}

/** A silence that is too long to be chance. Seconds since the epoch; `to` is the second of the next record. */
export interface Silence {
  readonly from: number
  readonly to: number
  /** Records expected in it. */
  readonly expected: number
  /** How often chance gives one as long in the whole log, by the log itself; and beside what its peers had. */
  readonly chance: number
  readonly peerChance: number
  /** Beats of timers that were due in it. */
  readonly beats: number
}

/** Tells which silences of one log chance does not explain. */
export class SilenceTest {
  readonly #expectation: Expectation
  readonly #tail: SilenceTail
  readonly #peerTail: SilenceTail | null
  readonly #often: number
  readonly #steady: readonly Beat[]

  /**
   * @param peerTail  Silences by what peers had in them; null without peers.
   * @param often     How many false alarms may be expected in the whole log.
   */
  constructor(
    expectation: Expectation,
    tail: SilenceTail,
    peerTail: SilenceTail | null,
    beats: readonly Beat[],
    often: number,
  ) {
    this.#expectation = expectation
    this.#tail = tail
    this.#peerTail = peerTail
    // two tests share what one may have
    this.#often = peerTail === null ? often : often / 2
    this.#steady = beats.filter(isSteady)
  }

  /** Null for a silence that may be chance. */
  judge(from: number, to: number): Silence | null {
    const expected = this.#expectation.of(from, to)
    // a machine that is off every night has a timer that is, too
    const beats = expected > 0 ? this.#beatsDue(from, to) : 0
    const level = this.#expectation.level(from, to)
    const chance = this.#tail.chance(expected, level)
    const peerChance = this.#besidePeers(from, to, level)
    if (Math.min(chance, peerChance) > this.#often && beats < BEATS) return null
    return { from, to, expected, chance, peerChance, beats }
  }

  #besidePeers(from: number, to: number, level: number): number {
    const expected = this.#peerTail === null ? Number.POSITIVE_INFINITY : this.#expectation.asPeers(from, to)
    return Number.isFinite(expected) ? this.#peerTail!.chance(expected, level) : Number.POSITIVE_INFINITY
  }

  /** The most beats that one steady timer must have had in a stretch, wherever its beats fall; none of one that pauses as long elsewhere. */
  #beatsDue(from: number, to: number): number {
    let due = 0
    for (const { intervalMs, first, last, pauses } of this.#steady) {
      if (first / 1000 > from || last / 1000 < to) continue
      const beats = Math.floor((to - from - BEAT_SLACK_S) / (intervalMs / 1000))
      const alike = pauses.filter((pause) => pause.beats >= beats).length
      if (alike <= MOST_ALIKE) due = Math.max(due, beats)
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
