import type { Segments } from './segments.js'

/** Standings of all sets in all segments: few cases come near it, and one of many doors and periods might pass any. */
export const MOST_STANDINGS = 65_536
/** Sets whatever the segments. */
const LEAST_SETS = 64

/** What standings need of a door; see Door. */
export interface DoorTimes {
  readonly opensFrom: number
  readonly period: { readonly from: number }
  readonly surelyClosed: number
  readonly opensAgain: number
}

/** How a moment stands against some doors, by their numbers, ascending. A door that is in none of the lists has not begun or is over. */
export interface Standing {
  /** Open still. */
  readonly before: readonly number[]
  /** Declared closed, and within uncertainty and grace. */
  readonly closing: readonly number[]
  readonly after: readonly number[]
  /** Numbers of the lists of open and of closed doors in `Standings.lists`; -1 for an empty one. */
  readonly beforeId: number
  readonly afterId: number
}

/**
 * Numbers for sets of doors, and for how a moment stands against the doors of a set. There are few: sums by number serve all doors at
 * once, and are shared out at the end.
 */
export class Standings {
  readonly #doors: readonly DoorTimes[]
  readonly #segments: Segments
  readonly #mostSets: number
  readonly #setIds = new Map<string, number>()
  readonly #sets: (readonly number[])[] = []
  /** By set, then segment; -1 where it was not asked for yet. */
  readonly #ids: Int32Array[] = []
  readonly #idOf = new Map<string, number>()
  readonly #listIds = new Map<string, number>()
  readonly list: Standing[] = []
  /** Lists of doors, by number. */
  readonly lists: (readonly number[])[] = []

  constructor(doors: readonly DoorTimes[], segments: Segments) {
    this.#doors = doors
    this.#segments = segments
    this.#mostSets = Math.max(LEAST_SETS, Math.floor(MOST_STANDINGS / segments.count))
  }

  /** The number of a set of doors; -1 where there is no room for another. One of a single door always has room. */
  setOf(doors: readonly number[]): number {
    const sorted = [...doors].sort((a, b) => a - b)
    const key = sorted.join()
    const known = this.#setIds.get(key)
    if (known !== undefined) return known
    if (sorted.length > 1 && this.#sets.length >= this.#mostSets) return -1
    this.#setIds.set(key, this.#sets.length)
    this.#ids.push(new Int32Array(this.#segments.count).fill(-1))
    return this.#sets.push(sorted) - 1
  }

  /** The number of the standing of a time against a set. */
  of(set: number, time: number): number {
    const segment = this.#segments.of(time)
    const known = this.#ids[set]![segment]!
    if (known >= 0) return known
    const made = this.#make(set, segment)
    this.#ids[set]![segment] = made
    return made
  }

  #make(set: number, segment: number): number {
    const within = (from: (door: DoorTimes) => number, to: (door: DoorTimes) => number) =>
      this.#sets[set]!.filter((number) => {
        const door = this.#doors[number]!
        return this.#segments.isWithin(segment, from(door), to(door))
      })
    return this.number(
      within(
        ({ opensFrom }) => opensFrom,
        ({ period }) => period.from,
      ),
      within(
        ({ period }) => period.from,
        ({ surelyClosed }) => surelyClosed,
      ),
      within(
        ({ surelyClosed }) => surelyClosed,
        ({ opensAgain }) => opensAgain,
      ),
    )
  }

  /** The number of a standing. */
  number(before: readonly number[], closing: readonly number[], after: readonly number[]): number {
    const key = `${before}|${closing}|${after}`
    const known = this.#idOf.get(key)
    if (known !== undefined) return known
    this.#idOf.set(key, this.list.length)
    const [beforeId, afterId] = [this.listId(before), this.listId(after)]
    return this.list.push({ before, closing, after, beforeId, afterId }) - 1
  }

  /** The number of a list of doors; -1 for an empty one. */
  listId(doors: readonly number[]): number {
    if (doors.length === 0) return -1
    const key = doors.join()
    const known = this.#listIds.get(key)
    if (known !== undefined) return known
    this.#listIds.set(key, this.lists.length)
    return this.lists.push(doors) - 1
  }
}
