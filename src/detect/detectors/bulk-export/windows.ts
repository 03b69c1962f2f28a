import { MINUTE_MS } from '../../../core/civil-time.js'
import type { Sightings } from './distinct-log.js'

/** A stretch of time, both ends inclusive. */
export interface Stretch {
  readonly start: number
  readonly end: number
}

/** What a window holds: each thing once. */
export interface Held {
  /** Distinct things that count. */
  readonly objects: number
  /** Distinct things of any kind, and the sum of their values. */
  readonly pieces: number
  readonly bytes: number
}

/** Which things count as objects, by number; absent: all. */
export type Counts = Uint8Array | null

class Window implements Held {
  objects = 0
  pieces = 0
  bytes = 0
  readonly #seen: Int32Array
  readonly #values: Float64Array
  readonly #counts: Counts

  constructor({ values }: Sightings, counts: Counts) {
    this.#seen = new Int32Array(values.length)
    this.#values = values
    this.#counts = counts
  }

  add(id: number): void {
    if (this.#seen[id]!++ === 0) this.#change(id, 1)
  }

  remove(id: number): void {
    if (--this.#seen[id]! === 0) this.#change(id, -1)
  }

  #change(id: number, sign: number): void {
    this.pieces += sign
    this.bytes += sign * this.#values[id]!
    if (this.#counts === null || this.#counts[id] === 1) this.objects += sign
  }
}

/**
 * The most that any window of so many whole minutes holds, each measure by itself. Exact: a thing that is seen again in a
 * window counts once, and counts until its last sighting has left.
 */
export function largestIn(sightings: Sightings, minutes: number, counts: Counts): Held {
  const largest = { objects: 0, pieces: 0, bytes: 0 }
  const window = new Window(sightings, counts)
  const { times, ids } = sightings
  for (let to = 0, from = 0; to < times.length; to++) {
    window.add(ids[to]!)
    for (; !fits(times[from]!, times[to]!, minutes); from++) window.remove(ids[from]!)
    if (window.objects > largest.objects) largest.objects = window.objects
    if (window.pieces > largest.pieces) largest.pieces = window.pieces
    if (window.bytes > largest.bytes) largest.bytes = window.bytes
  }
  return largest
}

/**
 * The shortest stretches within windows of so many whole minutes that hold enough, joined where they overlap; ascending.
 *
 * @param isEnough  Monotone: what holds more is enough as well.
 */
export function crossings(
  sightings: Sightings,
  minutes: number,
  counts: Counts,
  isEnough: (held: Held) => boolean,
): Stretch[] {
  const found: { start: number; end: number }[] = []
  const window = new Window(sightings, counts)
  const { times, ids } = sightings
  for (let to = 0, from = 0; to < times.length; to++) {
    window.add(ids[to]!)
    for (; !fits(times[from]!, times[to]!, minutes); from++) window.remove(ids[from]!)
    // things of one time are in no order to each other: all of them, then the question
    if (times[to + 1] === times[to] || !isEnough(window)) continue
    // shorten while it is still enough; the next one can begin no earlier
    while (from < to) {
      window.remove(ids[from]!)
      if (isEnough(window)) {
        from++
        continue
      }
      window.add(ids[from]!)
      break
    }
    const last = found.at(-1)
    if (last !== undefined && times[from]! <= last.end) last.end = times[to]!
    else found.push({ start: times[from]!, end: times[to]! })
  }
  return found
}

function fits(from: number, to: number, minutes: number): boolean {
  return Math.floor(to / MINUTE_MS) - Math.floor(from / MINUTE_MS) < minutes
}
