import { MINUTE_MS } from '../../core/civil-time.js'
import { beginnings, type LocalRate } from './local-rate.js'
import { busyOnOtherDays } from './other-days.js'
import type { RhythmSeries } from './series.js'

/** From here on the hour of the day may explain a silence, and is looked at. Seconds. */
const LONG = 600
const VERY_LONG = 3600
/** Where no other day can be asked, a silence of hours must be that much longer. */
const UNKNOWN_RHYTHM = 3
/** Minutes around a stretch in which the share of a log among its peers is taken. */
const SHARE_MINUTES = 120
/** Peers are at work when they have at least this share of what they have around the stretch. */
const AT_WORK = 0.25

/** How many beginnings were to be expected in a stretch of a log: by what is around it, on other days, and at its peers. */
export class Expectation {
  readonly #series: RhythmSeries
  readonly #rate: LocalRate
  readonly #peers: readonly RhythmSeries[]

  /** @param peers  Logs that run beside this one. */
  constructor(series: RhythmSeries, rate: LocalRate, peers: readonly RhythmSeries[]) {
    this.#series = series
    this.#rate = rate
    this.#peers = peers
  }

  /** Beginnings expected; times in seconds since the epoch, `to` exclusive. The lowest of what can be said. */
  of(from: number, to: number): number {
    const local = this.beside(from, to)
    if (to - from < LONG || !Number.isFinite(local)) return Number.isFinite(local) ? local : 0
    const told = [this.#ofPeers(from, to), this.#onOtherDays(from, to)].filter((it) => it !== null)
    if (told.length > 0) return Math.min(local, ...told)
    return to - from >= VERY_LONG ? local / UNKNOWN_RHYTHM : local
  }

  /** Beginnings expected by the rate beside a stretch alone; infinity where there is none. */
  beside(from: number, to: number): number {
    return this.#rate.around(from, to) * (to - from)
  }

  /**
   * Beginnings expected in a stretch by what its peers had in it: as many as usual where they had theirs, fewer where they had less, and
   * never more, so that a rush at one of them makes nothing of a pause here. Infinity without peers.
   */
  asPeers(from: number, to: number): number {
    const [a, b] = [Math.floor(from / 60), Math.ceil(to / 60)]
    const around = (log: RhythmSeries) => {
      const start = log.startMs / MINUTE_MS
      const busy =
        log.busyBetween(a - SHARE_MINUTES - start, a - start) +
        log.busyBetween(b - start, b + SHARE_MINUTES - start)
      return beginnings(busy, 2 * SHARE_MINUTES * 60) * (to - from)
    }
    const usual = this.#peers.reduce((sum, peer) => sum + around(peer), 0)
    if (usual === 0) return Number.POSITIVE_INFINITY
    const within = this.#peers.reduce(
      (sum, peer) => sum + beginnings(peer.busySecondsBetween(from, to), to - from) * (to - from),
      0,
    )
    const expected = around(this.#series) * Math.min(1, within / usual)
    const otherDays = to - from < LONG ? null : this.#onOtherDays(from, to)
    return otherDays === null ? expected : Math.min(expected, otherDays)
  }

  /** What kind of time a stretch is in; see LocalRate. */
  level(from: number, to: number): number {
    return this.#rate.level(from, to)
  }

  /** What the log had in the same stretch of other days. */
  #onOtherDays(from: number, to: number): number | null {
    const [first, last] = [this.#series.minuteOf(from), this.#series.minuteOf(to)]
    const busy = busyOnOtherDays(this.#series, first, last + 1)
    return busy === null ? null : beginnings(busy, 1) * (to - from)
  }

  /** Records that peers had in the whole minutes of a stretch, where they were at work; null where they were silent too. */
  peerRecords(from: number, to: number): number | null {
    return this.#ofPeers(from, to) === null ? null : this.#sumPeers(Math.ceil(from / 60), Math.floor(to / 60))
  }

  #sumPeers(from: number, to: number): number {
    let sum = 0
    for (const peer of this.#peers) {
      const start = peer.startMs / MINUTE_MS
      sum += peer.between(from - start, to - start)
    }
    return sum
  }

  /** Its share of what its peers had; null where they were silent too, or there are none. */
  #ofPeers(from: number, to: number): number | null {
    if (this.#peers.length === 0) return null
    const [a, b] = [Math.floor(from / 60), Math.ceil(to / 60)]
    const within = this.#sumPeers(a, b)
    const start = this.#series.startMs / MINUTE_MS
    const side = (x: number, y: number) => {
      const peers = this.#sumPeers(x, y)
      return { peers, share: peers === 0 ? 0 : this.#series.busyBetween(x - start, y - start) / peers }
    }
    const [before, after] = [side(a - SHARE_MINUTES, a), side(b, b + SHARE_MINUTES)]
    const usual = ((before.peers + after.peers) / (2 * SHARE_MINUTES)) * (b - a)
    if (within < AT_WORK * usual || within === 0) return null
    const busy = Math.min(before.share, after.share) * within
    return beginnings(busy, (b - a) * 60) * (to - from)
  }
}
