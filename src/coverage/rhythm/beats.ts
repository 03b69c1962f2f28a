import { FLAG } from '../../classify/contract.js'
import type { RecordBatch } from '../../columns/contract.js'
import { Kept } from '../kept.js'
import type { Beat, Pause } from './trace.js'

// copied out of their tables: a member would be looked up anew for every row
const { stampOutlier: STAMP_OUTLIER_FLAG } = FLAG

const SLOTS = 1024
/** A timer's slack: whole seconds of the log on both sides, and a little of the interval. */
const SLACK_MS = 1500
const SLACK_SHARE = 0.05
/** Beats from which on a pause is one, wherever it ends. */
const LONG_PAUSE = 10
/** Beats missed in a row that make a pause, and how many of a client are kept. */
const LEAST_PAUSE = 2
const MOST_PAUSES = 4
/** Shorter ones say no more than the silence itself. */
const LEAST_INTERVAL_MS = 2000
/** Weight of one interval in the running mean of them. */
const WEIGHT = 1 / 16
/** Beats, and the share of intervals that kept time, from which on a client is taken to be a timer. */
const LEAST_KEPT = 30
const LEAST_SHARE = 0.9
/** The same while it is followed. */
const MOST_BROKEN = 0.1

/** What is followed of the client that has a slot. */
class Follower {
  interval = 0
  kept = 0
  broken = 0
  first = 0
  last = 0
  missed = 0
  pauses: Kept<Pause> | null = null

  start(time: number): void {
    this.interval = 0
    this.kept = 0
    this.broken = 0
    this.first = time
    this.last = time
    this.missed = 0
    this.pauses = null
  }

  /** A request `time - last` after the one before: kept, a multiple of it, or another interval altogether. */
  beat(time: number): void {
    const gap = time - this.last
    if (gap < LEAST_INTERVAL_MS / 2) return
    const slack = SLACK_MS + this.interval * SLACK_SHARE
    const beats = this.interval > 0 ? Math.round(gap / this.interval) : 0
    // of a long pause it cannot be said any more where in the interval it ended
    if (beats >= LONG_PAUSE || (beats >= 1 && Math.abs(gap - beats * this.interval) <= slack)) {
      this.kept++
      if (beats > 1) this.#pause(time, beats - 1)
      else this.interval += (gap - this.interval) * WEIGHT
    } else if (++this.broken > this.kept) this.#restart(gap)
    this.last = time
  }

  #pause(time: number, beats: number): void {
    this.missed++
    // of a visitor there is no end of them
    if (beats < LEAST_PAUSE || this.kept < LEAST_KEPT || this.broken > MOST_BROKEN * this.kept) return
    this.pauses ??= new Kept<Pause>(MOST_PAUSES, (it) => it.beats)
    this.pauses.add({ from: this.last, to: time, beats })
  }

  #restart(gap: number): void {
    this.interval = gap
    this.kept = 0
    this.broken = 0
    this.first = this.last
    this.missed = 0
    this.pauses = null
  }
}

/**
 * Finds clients that ask for one thing at a fixed interval, and how often they paused.
 *
 * A key (client, agent, route) has one slot of a table, which belongs to the key that comes most often of those that
 * share it: the vote of Boyer and Moore, slot by slot. A monitor stays where it is, visitors come and go.
 */
export class BeatFinder {
  readonly #keys = new Int32Array(SLOTS)
  readonly #votes = new Int32Array(SLOTS)
  readonly #followers: (Follower | undefined)[] = new Array(SLOTS)

  add(batch: RecordBatch): void {
    const { time, flags, clientKey, agentKey, routeKey, rowCount } = batch
    const keys = this.#keys
    const votes = this.#votes
    for (let row = 0; row < rowCount; row++) {
      const at = 2 * row
      const key = Math.imul(clientKey[at]! ^ routeKey[at + 1]!, 0x9e3779b1) ^ agentKey[at]! ^ routeKey[at]!
      const slot = (key ^ (key >>> 15)) & (SLOTS - 1)
      if (keys[slot] === key) {
        votes[slot] = votes[slot]! + 1
        if ((flags[row]! & STAMP_OUTLIER_FLAG) === 0) this.#followers[slot]!.beat(time[row]!)
      } else if (votes[slot]! > 0) votes[slot] = votes[slot]! - 1
      else {
        // a stamp that cannot be right is no beginning
        if ((flags[row]! & STAMP_OUTLIER_FLAG) !== 0) continue
        keys[slot] = key
        votes[slot] = 1
        this.#take(slot, time[row]!)
      }
    }
  }

  #take(slot: number, time: number): void {
    const follower = this.#followers[slot] ?? new Follower()
    follower.start(time)
    this.#followers[slot] = follower
  }

  /** Timers, shortest interval first. */
  list(): Beat[] {
    return this.#followers
      .filter((it) => it !== undefined)
      .filter(
        ({ interval, kept, broken }) =>
          interval >= LEAST_INTERVAL_MS && kept >= LEAST_KEPT && kept >= LEAST_SHARE * (kept + broken),
      )
      .map(({ interval, kept, broken, first, last, missed, pauses }) => ({
        intervalMs: Math.round(interval),
        kept,
        broken,
        first,
        last,
        missed,
        pauses: pauses?.list().kept ?? [],
      }))
      .sort((a, b) => a.intervalMs - b.intervalMs || a.first - b.first || a.last - b.last)
  }
}
