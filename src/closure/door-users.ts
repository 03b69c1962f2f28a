import { PackedTable } from '../core/packed-table.js'
import { KeyFilter } from './keys.js'
import type { Standings } from './standings.js'

/**
 * Users followed. Tokens and named users say who somebody is; of addresses a door that thousands use by the day was no secret, and where
 * they all went on says nothing.
 */
const MOST_NAMED = 20_000
export const MOST_CLIENTS = 5_000
export const MOST_USERS = MOST_NAMED + MOST_CLIENTS

/** Somebody who was served at a door before it was closed. */
export class User {
  readonly number: number
  readonly isClient: boolean
  /** Key of the principal. */
  readonly low: number
  readonly high: number
  /** By door: the first time, from which on this is one of its users. */
  readonly since = new Map<number, number>()
  /** Of them, those for which this one is not followed: there was no room for the set. */
  readonly left = new Set<number>()
  /** Number of the set of the others, and the latest of their times. */
  doors = -1
  latestSince = Number.NEGATIVE_INFINITY

  constructor(number: number, isClient: boolean, low: number, high: number) {
    this.number = number
    this.isClient = isClient
    this.low = low
    this.high = high
  }
}

/** Who was served at which doors before they were closed, and from when on. */
export class DoorUsers {
  readonly filter = new KeyFilter()
  readonly list: User[] = []
  readonly #standings: Standings
  /** Numbers of users, by the keys of their principals. */
  readonly #numbers = new PackedTable(4, MOST_USERS)
  #clients = 0
  /** Services to principals for whom there was no room. */
  beyond = 0
  /** Doors that were left out of what a user is followed for. */
  unfollowed = 0

  constructor(standings: Standings) {
    this.#standings = standings
  }

  /** The number of the user with a key, its place in `list`; -1 where there is none. */
  find(low: number, high: number): number {
    const record = this.#numbers.find(low, high)
    return record < 0 ? -1 : this.#numbers.words[record * 4 + 2]!
  }

  /** The user with a key, made where there is none; null, and counted, where there is no room. */
  enrol(low: number, high: number, isClient: boolean): User | null {
    const known = this.find(low, high)
    if (known >= 0) return this.list[known]!
    const named = this.list.length - this.#clients
    if (isClient ? this.#clients >= MOST_CLIENTS : named >= MOST_NAMED) {
      this.beyond++
      return null
    }
    if (isClient) this.#clients++
    const made = new User(this.list.length, isClient, low, high)
    const record = this.#numbers.insert(low, high)
    // only now: the table may have grown
    this.#numbers.words[record * 4 + 2] = made.number
    this.list.push(made)
    this.filter.add(low)
    return made
  }

  /** Somebody was served at a door at a time. Returns from when on that was known before; infinity where it is new, null where it is not earlier. */
  use(user: User, door: number, time: number): number | null {
    const known = user.since.get(door) ?? Number.POSITIVE_INFINITY
    if (time >= known) return null
    user.since.set(door, time)
    if (user.left.has(door)) return null
    const doors = this.#standings.setOf(followed(user))
    if (doors < 0) {
      user.left.add(door)
      this.unfollowed++
      return null
    }
    user.doors = doors
    user.latestSince = Math.max(...followed(user).map((its) => user.since.get(its)!))
    return known
  }

  /** The number of the set of doors that somebody had used by a time (inclusive); -1 for none. */
  doorsAt(user: User, time: number): number {
    if (time >= user.latestSince) return user.doors
    const used = followed(user).filter((door) => time >= user.since.get(door)!)
    if (used.length === 0) return -1
    const doors = this.#standings.setOf(used)
    if (doors < 0) this.unfollowed++
    return doors
  }
}

function followed({ since, left }: User): number[] {
  return [...since.keys()].filter((door) => !left.has(door))
}
