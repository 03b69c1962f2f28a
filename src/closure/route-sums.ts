import { routeNameOf } from '../classify/route.js'
import type { RecordBatch } from '../columns/contract.js'
import { PackedTable } from '../core/packed-table.js'
import type { ObserverContext } from '../observe/contract.js'
import type { FirstLines } from './first-lines.js'
import { isGiven } from './given.js'
import { type CitedSum, RouteLines } from './route-lines.js'
import type { Standings } from './standings.js'
import { UserSets } from './user-sets.js'

/** Parts of the memory. */
const SUMS_SHARE = 0.5
const BEFORE_SHARE = 0.15
const USERS_SHARE = 0.35

/** Words of a record of the table of sums, whose key is a route's with doors and entry points mixed in; and where its doubles stand. */
const NUMBER = 2
const REQUESTS = 3
const SERVED = 4
/** Number of the latest user, and 1: requests of one often come in a row. */
const USER = 5
const BYTES = 3
const FIRST = 4
const LAST = 5
/** Lines of a later time are none of the first; negative infinity where they were lost. */
const LINES_UNTIL = 6
const STRIDE = 14
/** Requests from which on a sum without lines may get some. */
const LEAST_GROWN = 16
/** Of the table of what was before: the number of the list of doors, and the entry points of the requests. */
const DOORS = 2
const ENTRIES = 3
const BEFORE_STRIDE = 4
/** Number of no list of doors: leaves a key as it is. */
const NO_DOORS = -1
/** Of the table of routes: its number. */
const ROUTE = 2
const ROUTE_STRIDE = 4

export interface UsedRoute {
  /** From 0, in the order in which they were first seen. */
  readonly number: number
  /** Method and route as in findings. */
  readonly name: string
  readonly low: number
  readonly high: number
}

/** What requests have in common that are in one sum. */
interface SumKey {
  readonly route: UsedRoute
  /** Doors that were closed, whose users asked; by number. */
  readonly doors: readonly number[]
  /** Entry points of the requests, as bits. */
  readonly entries: number
  /** With which others it competes for lines. */
  readonly kind: number
}

/** Requests for one route after the closings of the same doors. */
export interface RouteSum extends SumKey {
  /** Its place in what `users` gives. */
  readonly number: number
  readonly requests: number
  readonly served: number
  readonly bytes: number
  readonly first: number
  readonly last: number
  /** The first that were served, but for sums that lost them to others for a while. */
  readonly lines: FirstLines | undefined
}

/** Tells whether a route was first asked for after a door was closed, by the door's number. */
export type IsSuccessor = (route: UsedRoute, door: number) => boolean

/** What users of doors asked for after a closing, by route; and which routes had served them before it. */
export class RouteSums {
  readonly #standings: Standings
  readonly #ignoreCase: boolean
  readonly #sums: PackedTable
  readonly #before: PackedTable
  readonly #keys: SumKey[] = []
  readonly #numbers: PackedTable
  readonly #routes: UsedRoute[] = []
  readonly #users: UserSets
  readonly #isSuccessor: IsSuccessor
  readonly lines = new RouteLines()
  /** Requests that did not fit; those whose users did not. */
  beyond = 0
  uncounted = 0

  constructor(standings: Standings, isSuccessor: IsSuccessor, memoryBytes: number, ignoreCase: boolean) {
    this.#standings = standings
    this.#isSuccessor = isSuccessor
    this.#ignoreCase = ignoreCase
    this.#sums = new PackedTable(STRIDE, PackedTable.recordsWithin(memoryBytes * SUMS_SHARE, STRIDE))
    this.#before = new PackedTable(
      BEFORE_STRIDE,
      PackedTable.recordsWithin(memoryBytes * BEFORE_SHARE, BEFORE_STRIDE),
    )
    // each has a sum at least
    this.#numbers = new PackedTable(ROUTE_STRIDE, this.#sums.maxRecords)
    this.#users = new UserSets(memoryBytes * USERS_SHARE)
  }

  /** Most sums. */
  get limit(): number {
    return this.#sums.maxRecords
  }

  /** Most users of all of them, each counted once for each sum. */
  get usersLimit(): number {
    return this.#users.limit
  }

  /** A request of a user, in a moment of a standing. */
  count(batch: RecordBatch, row: number, user: number, standing: number, context: ObserverContext): void {
    const { beforeId, afterId } = this.#standings.list[standing]!
    const isServed = isGiven(batch, row)
    if (beforeId >= 0 && isServed) {
      const { routeKey, entryPoints } = batch
      this.#keepBefore(routeKey[2 * row]!, routeKey[2 * row + 1]!, beforeId, entryPoints[row]!)
    }
    if (afterId < 0) return
    const record = this.#recordOf(batch, row, afterId)
    if (record < 0) {
      this.beyond++
      return
    }
    const { words, doubles } = this.#sums
    const at = record * STRIDE
    const half = at / 2
    const t = batch.time[row]!
    words[at + REQUESTS] = words[at + REQUESTS]! + 1
    if (t < doubles[half + FIRST]!) doubles[half + FIRST] = t
    if (t > doubles[half + LAST]!) doubles[half + LAST] = t
    if (words[at + USER] !== user + 1) {
      words[at + USER] = user + 1
      if (!this.#users.add(words[at + NUMBER]!, user)) this.uncounted++
    }
    if (!isServed) return
    const served = words[at + SERVED]! + 1
    words[at + SERVED] = served
    doubles[half + BYTES] = doubles[half + BYTES]! + (batch.bytesSent[row]! || 0)
    const until = doubles[half + LINES_UNTIL]!
    if (t > until && !(until === Number.NEGATIVE_INFINITY && isGrown(served))) return
    const number = words[at + NUMBER]!
    if (!this.#hasRoom(number)) return
    const lines = this.lines.ofNew(number, this.#keys[number]!.kind)
    lines.add(batch, row, context)
    doubles[half + LINES_UNTIL] = lines.until
  }

  /** Whether there is room for lines of a sum: made where there is none. */
  #hasRoom(sum: number): boolean {
    if (this.lines.of(sum) !== undefined || !this.lines.isFull) return true
    const sums: (CitedSum & { readonly half: number })[] = []
    const { words, doubles } = this.#sums
    this.#sums.forEach((record) => {
      const at = record * STRIDE
      const number = words[at + NUMBER]!
      if (this.lines.of(number) === undefined) return
      sums.push({ number, served: words[at + SERVED]!, kind: this.#keys[number]!.kind, half: at / 2 })
    })
    for (const { half } of this.lines.dropLeast(sums, this.#kinds))
      doubles[half + LINES_UNTIL] = Number.NEGATIVE_INFINITY
    return !this.lines.isFull
  }

  /** Sums compete for lines within a list of doors, successors apart from the rest: they are few, and served little at first. */
  #kindOf(route: UsedRoute, doors: number): number {
    const isSuccessor = this.#standings.lists[doors]!.some((door) => this.#isSuccessor(route, door))
    return 2 * doors + (isSuccessor ? 1 : 0)
  }

  get #kinds(): number {
    return 2 * this.#standings.lists.length
  }

  #keepBefore(routeLow: number, routeHigh: number, doors: number, entries: number): void {
    const low = lowKey(routeLow, doors, entries)
    const high = highKey(routeHigh, doors)
    if (this.#before.find(low, high) >= 0) return
    const record = this.#before.insert(low, high)
    if (record < 0) {
      this.beyond++
      return
    }
    this.#before.words[record * BEFORE_STRIDE + DOORS] = doors
    this.#before.words[record * BEFORE_STRIDE + ENTRIES] = entries
  }

  #recordOf(batch: RecordBatch, row: number, doors: number): number {
    const entries = batch.entryPoints[row]!
    const [routeLow, routeHigh] = [batch.routeKey[2 * row]!, batch.routeKey[2 * row + 1]!]
    const known = this.#sums.find(lowKey(routeLow, doors, entries), highKey(routeHigh, doors))
    if (known >= 0) return known
    return this.#insert(routeLow, routeHigh, doors, entries, () => routeNameOf(batch, row, this.#ignoreCase))
  }

  /** Makes a record, and the route where it is new. Returns -1 where there is no room. */
  #insert(low: number, high: number, doors: number, entries: number, nameOf: () => string): number {
    const record = this.#sums.insert(lowKey(low, doors, entries), highKey(high, doors))
    if (record < 0) return -1
    const { words, doubles } = this.#sums
    const at = record * STRIDE
    const half = at / 2
    words[at + NUMBER] = this.#keys.length
    doubles[half + FIRST] = Number.POSITIVE_INFINITY
    doubles[half + LAST] = Number.NEGATIVE_INFINITY
    const route = this.#findRoute(low, high) ?? this.#addRoute(nameOf(), low, high)
    const kind = this.#kindOf(route, doors)
    const isCited = this.lines.hasShare(kind, this.#kinds)
    doubles[half + LINES_UNTIL] = isCited ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
    this.#keys.push({ route, doors: this.#standings.lists[doors]!, entries, kind })
    return record
  }

  #findRoute(low: number, high: number): UsedRoute | undefined {
    const known = this.#numbers.find(low, high)
    return known < 0 ? undefined : this.#routes[this.#numbers.words[known * ROUTE_STRIDE + ROUTE]!]
  }

  #addRoute(name: string, low: number, high: number): UsedRoute {
    const route = { number: this.#routes.length, name, low, high }
    const record = this.#numbers.insert(low, high)
    // only now: the table may have grown
    this.#numbers.words[record * ROUTE_STRIDE + ROUTE] = route.number
    this.#routes.push(route)
    return route
  }

  /** Tells whether a route served users of a door before its closing, by requests at some entry points. */
  servedBefore(door: number): (route: UsedRoute, entries: number) => boolean {
    const { words } = this.#before
    const keys = new PackedTable(2, this.#before.count)
    this.#before.forEach((record) => {
      const at = record * BEFORE_STRIDE
      const doors = words[at + DOORS]!
      if (!this.#standings.lists[doors]!.includes(door)) return
      // the list is mixed out of the key again, the entry points stay
      const low = lowKey(words[at]!, doors, 0)
      const high = highKey(words[at + 1]!, doors)
      if (keys.find(low, high) < 0) keys.insert(low, high)
    })
    return ({ low, high }, entries) => keys.find(lowKey(low, NO_DOORS, entries), high) >= 0
  }

  list(): RouteSum[] {
    const sums: RouteSum[] = []
    const { words, doubles } = this.#sums
    this.#sums.forEach((record) => {
      const at = record * STRIDE
      const half = at / 2
      const number = words[at + NUMBER]!
      const key = this.#keys[number]!
      sums.push({
        route: key.route,
        doors: key.doors,
        entries: key.entries,
        kind: key.kind,
        lines: this.lines.of(number),
        number,
        requests: words[at + REQUESTS]!,
        served: words[at + SERVED]!,
        bytes: doubles[half + BYTES]!,
        first: doubles[half + FIRST]!,
        last: doubles[half + LAST]!,
      })
    })
    return sums
  }

  /** Numbers of the users whose requests are in each sum, by its number. */
  users(): readonly (readonly number[] | undefined)[] {
    return this.#users.list()
  }

  /**
   * Takes in another one's sums.
   *
   * @param userOf  Number of a user of the other one here; -1 where there was no room.
   */
  merge(other: RouteSums, userOf: (theirs: number) => number): void {
    const users = other.users()
    for (const sum of other.list()) this.#mergeSum(sum, (users[sum.number] ?? []).map(userOf))
    const { words } = other.#before
    other.#before.forEach((record) => {
      const at = record * BEFORE_STRIDE
      const [theirs, entries] = [words[at + DOORS]!, words[at + ENTRIES]!]
      // the mixing undone
      const low = lowKey(words[at]!, theirs, entries)
      const high = highKey(words[at + 1]!, theirs)
      this.#keepBefore(low, high, this.#standings.listId(other.#standings.lists[theirs]!), entries)
    })
  }

  /** @param users  Their numbers here; -1 for one for whom there was no room. */
  #mergeSum(theirs: RouteSum, users: readonly number[]): void {
    const { name, low, high } = theirs.route
    const { entries } = theirs
    const doors = this.#standings.listId(theirs.doors)
    const known = this.#sums.find(lowKey(low, doors, entries), highKey(high, doors))
    const record = known >= 0 ? known : this.#insert(low, high, doors, entries, () => name)
    if (record < 0) {
      this.beyond += theirs.requests
      return
    }
    const { words, doubles } = this.#sums
    const at = record * STRIDE
    const half = at / 2
    words[at + REQUESTS]! += theirs.requests
    words[at + SERVED]! += theirs.served
    doubles[half + BYTES]! += theirs.bytes
    doubles[half + FIRST] = Math.min(doubles[half + FIRST]!, theirs.first)
    doubles[half + LAST] = Math.max(doubles[half + LAST]!, theirs.last)
    const number = words[at + NUMBER]!
    if (theirs.lines !== undefined && this.#hasRoom(number)) {
      const lines = this.lines.ofNew(number, this.#keys[number]!.kind)
      lines.merge(theirs.lines)
      doubles[half + LINES_UNTIL] = lines.until
    }
    for (const user of users) if (user >= 0 && !this.#users.add(number, user)) this.uncounted++
  }
}

/** Whether a sum without lines gets some with a request: at each doubling, from so many on that it may be shown. */
function isGrown(served: number): boolean {
  return served >= LEAST_GROWN && (served & (served - 1)) === 0
}

/** Keys of a route's records: the route's own, with the number of a list of doors and the entry points mixed in. */
function lowKey(routeLow: number, doors: number, entries: number): number {
  return routeLow ^ Math.imul(doors + 1, 0x9e3779b1) ^ Math.imul(entries, 0xc2b2ae35)
}
function highKey(routeHigh: number, doors: number): number {
  return routeHigh ^ Math.imul(doors + 1, 0x85ebca6b)
}
