import { routeNameOf } from '../classify/route.js'
import type { RecordBatch } from '../columns/contract.js'
import { MINUTE_MS } from '../core/civil-time.js'
import { PackedTable } from '../core/packed-table.js'
import { toIso } from '../core/times.js'
import type { Citation } from '../observe/citations.js'
import type { ObserverContext } from '../observe/contract.js'
import { PRINCIPAL_CLIENT } from '../sessions/contract.js'
import type { CarryOver, Elsewhere } from './contract.js'
import type { Door } from './door.js'
import { FirstLines } from './first-lines.js'
import { isGiven } from './given.js'
import { KeyFilter, keyAt } from './keys.js'
import type { Segments } from './segments.js'

/**
 * Users followed. Tokens and named users say who somebody is; of addresses a door that thousands use by the day was no secret, and where
 * they all went on says nothing.
 */
export const MOST_NAMED = 20_000
export const MOST_CLIENTS = 5_000
const MOST_ROUTES = 50_000
/** Requests of a user in a segment of time that are followed route by route; what comes after is in the user's sum alone. */
export const MOST_FOLLOWED = 256
/** Stands for the high word of a route's key in that of a sum; and for its route. */
const SUM_KEY = 0x27d4eb2f
const NO_ROUTE = -1
/** Routes whose first lines are kept, and users whose are; lines of each. */
const MOST_CITED = 4096
const LINES = 3
/** Routes that an answer shows, and lines. */
const SHOWN = 20
const CITED = 10
/** A session ends after this much without a request. */
const SESSION_GAP_MS = 30 * MINUTE_MS

/** Words of a record, a user's requests for one route in one segment of time; and where its doubles stand. */
const USER = 2
const ROUTE = 3
const SEGMENT = 4
const ENTRIES = 5
const REQUESTS = 6
const SERVED = 7
const BYTES = 4
const FIRST = 5
const LAST = 6
const FIRST_SERVED = 7
const STRIDE = 16

/** Somebody who was served at a door before it was closed. */
interface User {
  readonly isClient: boolean
  /** Key of the principal. */
  readonly low: number
  readonly high: number
  /** Doors, by number, at which that was. */
  readonly doors: Set<number>
  lines: FirstLines | null
}

interface Route {
  readonly name: string
  readonly low: number
  readonly high: number
  /** First lines that were served, by segment. */
  readonly lines: Map<number, FirstLines>
}

/** What those who used the doors asked for, everywhere and always, summed by user, route and segment of time. */
export class UserRequests {
  readonly filter = new KeyFilter()
  readonly #segments: Segments
  readonly #ignoreCase: boolean
  /** Places of users, by the keys of their principals. */
  readonly #places = new PackedTable(4, MOST_NAMED + MOST_CLIENTS)
  readonly #users: User[] = []
  readonly #routeOf = new Map<number, number>()
  readonly #routes: Route[] = []
  readonly #table: PackedTable
  #clients = 0
  #cited = 0
  /** Users, and requests of users, that did not fit. */
  beyondUsers = 0
  beyondRequests = 0
  /** Requests that are in the sum of their user alone. */
  unfollowed = 0

  constructor(segments: Segments, memoryBytes: number, ignoreCase: boolean) {
    this.#segments = segments
    this.#ignoreCase = ignoreCase
    this.#table = new PackedTable(STRIDE, PackedTable.recordsWithin(memoryBytes, STRIDE))
  }

  get limit(): number {
    return this.#table.maxRecords
  }

  /** Somebody was served at a door before its closing, and is followed from here on. */
  addUser(batch: RecordBatch, row: number, door: number): void {
    const kind = batch.principalKind[row]!
    if (kind === 0) return
    const user = this.#enrol(
      batch.principalKey[2 * row]!,
      batch.principalKey[2 * row + 1]!,
      kind === PRINCIPAL_CLIENT,
    )
    if (user === null) this.beyondUsers++
    else user.doors.add(door)
  }

  /** The user with a key, made where there is none; null where there is no room. */
  #enrol(low: number, high: number, isClient: boolean): User | null {
    const known = this.#placeOf(low, high)
    if (known >= 0) return this.#users[known]!
    const named = this.#users.length - this.#clients
    if (isClient ? this.#clients >= MOST_CLIENTS : named >= MOST_NAMED) return null
    if (isClient) this.#clients++
    const made = { isClient, low, high, doors: new Set<number>(), lines: null }
    this.#places.words[this.#places.insert(low, high) * 4 + 2] = this.#users.length
    this.#users.push(made)
    this.filter.add(low)
    return made
  }

  #placeOf(low: number, high: number): number {
    const record = this.#places.find(low, high)
    return record < 0 ? -1 : this.#places.words[record * 4 + 2]!
  }

  /** A request of somebody who passed the filter: into the user's sum, and while that is small into the one of the route. */
  visit(batch: RecordBatch, row: number, context: ObserverContext): void {
    const user = this.#placeOf(batch.principalKey[2 * row]!, batch.principalKey[2 * row + 1]!)
    if (user < 0) return
    const segment = this.#segments.of(batch.time[row]!)
    const sum = this.#sumOf(batch, row, user, segment)
    if (sum < 0) {
      this.beyondRequests++
      return
    }
    this.#count(sum, batch, row)
    if (this.#table.words[sum * STRIDE + REQUESTS]! > MOST_FOLLOWED) {
      this.unfollowed++
      return
    }
    const record = this.#recordOf(batch, row, user, segment, context)
    if (record >= 0) this.#count(record, batch, row)
    else this.beyondRequests++
  }

  #count(record: number, batch: RecordBatch, row: number): void {
    const { words, doubles } = this.#table
    const at = record * STRIDE
    const half = at / 2
    const t = batch.time[row]!
    words[at + REQUESTS] = words[at + REQUESTS]! + 1
    if (t < doubles[half + FIRST]!) doubles[half + FIRST] = t
    if (t > doubles[half + LAST]!) doubles[half + LAST] = t
    if (!isGiven(batch, row)) return
    words[at + SERVED] = words[at + SERVED]! + 1
    doubles[half + BYTES] = doubles[half + BYTES]! + (batch.bytesSent[row]! || 0)
    if (t < doubles[half + FIRST_SERVED]!) doubles[half + FIRST_SERVED] = t
  }

  /** The sum of all routes with the same entry points, of a user in a segment. */
  #sumOf(batch: RecordBatch, row: number, user: number, segment: number): number {
    const entries = batch.entryPoints[row]!
    const low = lowKey(sumLow(entries), user)
    const high = highKey(SUM_KEY, user, segment)
    const known = this.#table.find(low, high)
    return known >= 0 ? known : this.#insert(low, high, user, NO_ROUTE, segment, entries)
  }

  #recordOf(
    batch: RecordBatch,
    row: number,
    user: number,
    segment: number,
    context: ObserverContext,
  ): number {
    const low = lowKey(batch.routeKey[2 * row]!, user)
    const high = highKey(batch.routeKey[2 * row + 1]!, user, segment)
    const known = this.#table.find(low, high)
    if (known >= 0) return known
    const route = this.#routeIndex(batch, row)
    if (route < 0) return -1
    const record = this.#insert(low, high, user, route, segment, batch.entryPoints[row]!)
    if (record >= 0 && isGiven(batch, row)) this.#keepLine(batch, row, user, route, segment, context)
    return record
  }

  #insert(low: number, high: number, user: number, route: number, segment: number, entries: number): number {
    const record = this.#table.insert(low, high)
    if (record < 0) return -1
    const { words, doubles } = this.#table
    const at = record * STRIDE
    words[at + USER] = user
    words[at + ROUTE] = route
    words[at + SEGMENT] = segment
    words[at + ENTRIES] = entries
    doubles[at / 2 + FIRST] = Number.POSITIVE_INFINITY
    doubles[at / 2 + LAST] = Number.NEGATIVE_INFINITY
    doubles[at / 2 + FIRST_SERVED] = Number.POSITIVE_INFINITY
    return record
  }

  #routeIndex(batch: RecordBatch, row: number): number {
    const key = keyAt(batch.routeKey, row)
    const known = this.#routeOf.get(key)
    if (known !== undefined) return known
    if (this.#routes.length >= MOST_ROUTES) return -1
    this.#routeOf.set(key, this.#routes.length)
    const [low, high] = [batch.routeKey[2 * row]!, batch.routeKey[2 * row + 1]!]
    return (
      this.#routes.push({ name: routeNameOf(batch, row, this.#ignoreCase), low, high, lines: new Map() }) - 1
    )
  }

  /** Lines are kept of a user's first request for a route in a segment, and of few users a route: enough to be looked at. */
  #keepLine(
    batch: RecordBatch,
    row: number,
    user: number,
    route: number,
    segment: number,
    context: ObserverContext,
  ): void {
    if (this.#cited >= MOST_CITED) return
    const { lines } = this.#routes[route]!
    const of = lines.get(segment) ?? new FirstLines(LINES)
    lines.set(segment, of)
    const own = this.#users[user]!
    own.lines ??= new FirstLines(LINES)
    this.#cited += of.add(batch, row, context) + own.lines.add(batch, row, context)
  }

  /** Takes in what another one has of other users, or of the same ones. */
  merge(other: UserRequests): void {
    const users = other.#users.map((user) => this.#mergeUser(user))
    const routes: number[] = []
    for (const [key, at] of other.#routeOf) routes[at] = this.#mergeRoute(key, other.#routes[at]!)
    const { words, doubles } = other.#table
    other.#table.forEach((record) => {
      const at = record * STRIDE
      const route = words[at + ROUTE]!
      this.#mergeRecord(
        words,
        doubles,
        at,
        users[words[at + USER]!]!,
        route === NO_ROUTE ? NO_ROUTE : routes[route]!,
      )
    })
    this.beyondUsers += other.beyondUsers
    this.beyondRequests += other.beyondRequests
    this.unfollowed += other.unfollowed
  }

  /** The place of another one's user here; -1 where there is no room. */
  #mergeUser({ low, high, isClient, doors, lines }: User): number {
    const user = this.#enrol(low, high, isClient)
    if (user === null) return -1
    for (const door of doors) user.doors.add(door)
    if (lines !== null) {
      user.lines ??= new FirstLines(LINES)
      user.lines.merge(lines)
    }
    return this.#placeOf(low, high)
  }

  #mergeRoute(key: number, { name, low, high, lines }: Route): number {
    let at = this.#routeOf.get(key)
    if (at === undefined) {
      at = this.#routes.push({ name, low, high, lines: new Map() }) - 1
      this.#routeOf.set(key, at)
    }
    for (const [segment, theirs] of lines) {
      const ours = this.#routes[at]!.lines.get(segment) ?? new FirstLines(LINES)
      ours.merge(theirs)
      this.#routes[at]!.lines.set(segment, ours)
    }
    return at
  }

  #mergeRecord(
    theirWords: Int32Array,
    theirDoubles: Float64Array,
    from: number,
    user: number,
    route: number,
  ): void {
    const isSum = route === NO_ROUTE
    const routeLow = isSum ? sumLow(theirWords[from + ENTRIES]!) : this.#routes[route]!.low
    const routeHigh = isSum ? SUM_KEY : this.#routes[route]!.high
    const low = lowKey(routeLow, user)
    const high = highKey(routeHigh, user, theirWords[from + SEGMENT]!)
    const known = user < 0 ? -1 : this.#table.find(low, high)
    const record = known >= 0 || user < 0 ? known : this.#table.insert(low, high)
    if (record < 0) {
      this.beyondRequests += theirWords[from + REQUESTS]!
      return
    }
    const { words, doubles } = this.#table
    const at = record * STRIDE
    if (known < 0) {
      words.set(theirWords.subarray(from + USER, from + STRIDE), at + USER)
      words[at + USER] = user
      words[at + ROUTE] = route
      return
    }
    for (const word of [REQUESTS, SERVED]) words[at + word]! += theirWords[from + word]!
    const [ours, theirs] = [at / 2, from / 2]
    doubles[ours + BYTES]! += theirDoubles[theirs + BYTES]!
    for (const first of [FIRST, FIRST_SERVED])
      doubles[ours + first] = Math.min(doubles[ours + first]!, theirDoubles[theirs + first]!)
    doubles[ours + LAST] = Math.max(doubles[ours + LAST]!, theirDoubles[theirs + LAST]!)
  }

  /** Shares the records out among doors, in one pass over them. */
  #shareOut(doors: readonly Door[]): DoorSums[] {
    const sums = doors.map(() => ({ users: new Map<number, UserSum>(), routes: new Map<number, RouteSum>() }))
    const { words } = this.#table
    this.#table.forEach((record) => {
      const at = record * STRIDE
      const [segment, route] = [words[at + SEGMENT]!, words[at + ROUTE]!]
      for (const number of this.#users[words[at + USER]!]!.doors) {
        const door = doors[number]!
        const isOwn = (words[at + ENTRIES]! & (1 << door.entry)) !== 0
        const isAfter = this.#segments.isWithin(segment, door.surelyClosed, door.opensAgain)
        if (route === NO_ROUTE) this.#addToUser(sums[number]!.users, at, isOwn, isAfter)
        else if (!isOwn && isAfter) this.#addAfter(sums[number]!.routes, at)
        else if (!isOwn && this.#segments.isWithin(segment, door.opensFrom, door.period.from))
          routeSum(sums[number]!.routes, route).servedBefore += words[at + SERVED]!
      }
    })
    return sums
  }

  #addToUser(users: Map<number, UserSum>, at: number, isOwn: boolean, isAfter: boolean): void {
    const { words, doubles } = this.#table
    const half = at / 2
    const sum = userSum(users, words[at + USER]!)
    if (!isAfter) sum.lastBefore = Math.max(sum.lastBefore, doubles[half + LAST]!)
    else if (!isOwn && words[at + SERVED]! > 0) {
      sum.firstServed = Math.min(sum.firstServed, doubles[half + FIRST_SERVED]!)
      sum.last = Math.max(sum.last, doubles[half + LAST]!)
      sum.served += words[at + SERVED]!
      sum.bytes += doubles[half + BYTES]!
    }
  }

  #addAfter(routes: Map<number, RouteSum>, at: number): void {
    const { words, doubles } = this.#table
    const half = at / 2
    const sum = routeSum(routes, words[at + ROUTE]!)
    sum.requests += words[at + REQUESTS]!
    sum.served += words[at + SERVED]!
    sum.bytes += doubles[half + BYTES]!
    sum.first = Math.min(sum.first, doubles[half + FIRST]!)
    sum.last = Math.max(sum.last, doubles[half + LAST]!)
    sum.users.add(words[at + USER]!)
    if (words[at + SERVED]! > 0) sum.segments.add(words[at + SEGMENT]!)
  }

  /** Where the users of each door went, before its closing and after it; by the numbers of the doors. */
  judge(doors: readonly Door[], firstSeen: (low: number, high: number) => number): JudgedUsers[] {
    return this.#shareOut(doors).map((sums, number) => this.#judgeDoor(doors[number]!, sums, firstSeen))
  }

  #judgeDoor(
    door: Door,
    { users, routes }: DoorSums,
    firstSeen: (low: number, high: number) => number,
  ): JudgedUsers {
    const served = [...routes]
      .map(([route, sum]) => ({ route: this.#routes[route]!, sum }))
      .filter(({ sum }) => sum.served > 0)
      .sort(
        (a, b) =>
          b.sum.served - a.sum.served || b.sum.bytes - a.sum.bytes || (a.route.name < b.route.name ? -1 : 1),
      )
    const successors = served.filter(({ route }) => firstSeen(route.low, route.high) > door.surelyClosed)
    const egress = served.filter(({ sum }) => sum.servedBefore > 0)
    const shown = (all: typeof served) => all.slice(0, SHOWN).map((it) => this.#elsewhere(it.route, it.sum))
    return {
      carryOver: this.#carryOver(users),
      successors: shown(successors),
      successorCount: successors.length,
      egress: shown(egress),
      egressCount: egress.length,
    }
  }

  #elsewhere({ name, lines }: Route, sum: RouteSum): Elsewhere {
    const evidence = [...sum.segments].flatMap((segment) => lines.get(segment)?.list() ?? [])
    return {
      route: name,
      requests: sum.requests,
      served: sum.served,
      bytes: sum.bytes,
      principals: sum.users.size,
      first: toIso(sum.first),
      last: toIso(sum.last),
      evidence: evidence.sort(byTime).slice(0, LINES),
    }
  }

  /** Tokens and named users stay who they are; a client does within a session that was open across the closing. */
  #carryOver(users: ReadonlyMap<number, UserSum>): CarryOver {
    const sum = { tokens: 0, sessions: 0, served: 0, bytes: 0, last: Number.NEGATIVE_INFINITY }
    const evidence: Citation[] = []
    for (const [number, user] of users) {
      const { isClient, lines } = this.#users[number]!
      if (user.served === 0 || (isClient && user.firstServed - user.lastBefore > SESSION_GAP_MS)) continue
      if (isClient) sum.sessions++
      else sum.tokens++
      sum.served += user.served
      sum.bytes += user.bytes
      sum.last = Math.max(sum.last, user.last)
      for (const line of lines?.list() ?? []) if (line.time >= user.firstServed) evidence.push(line)
    }
    return {
      ...sum,
      usersBefore: users.size,
      last: Number.isFinite(sum.last) ? toIso(sum.last) : null,
      evidence: evidence.sort(byTime).slice(0, CITED),
    }
  }
}

/** Stands for the low word of a route's key in that of a sum. */
function sumLow(entries: number): number {
  return Math.imul(entries, 0xc2b2ae35)
}

/** Key of a record: the route's, with the user and the segment mixed in. */
function lowKey(routeLow: number, user: number): number {
  return routeLow ^ Math.imul(user + 1, 0x9e3779b1)
}
function highKey(routeHigh: number, user: number, segment: number): number {
  return routeHigh ^ Math.imul(segment + 1, 0x85ebca6b) ^ user
}

/** What the answer on a closing says of the door's users. */
export interface JudgedUsers {
  readonly carryOver: CarryOver
  readonly successors: readonly Elsewhere[]
  readonly successorCount: number
  readonly egress: readonly Elsewhere[]
  readonly egressCount: number
}

interface DoorSums {
  readonly users: Map<number, UserSum>
  readonly routes: Map<number, RouteSum>
}

interface RouteSum {
  servedBefore: number
  requests: number
  served: number
  bytes: number
  first: number
  last: number
  readonly users: Set<number>
  readonly segments: Set<number>
}

interface UserSum {
  /** Last request that is not surely after the closing, and first one that was served after it elsewhere. */
  lastBefore: number
  firstServed: number
  last: number
  served: number
  bytes: number
}

function userSum(users: Map<number, UserSum>, user: number): UserSum {
  const known = users.get(user)
  if (known !== undefined) return known
  const made = {
    lastBefore: Number.NEGATIVE_INFINITY,
    firstServed: Number.POSITIVE_INFINITY,
    last: Number.NEGATIVE_INFINITY,
    served: 0,
    bytes: 0,
  }
  users.set(user, made)
  return made
}

function routeSum(routes: Map<number, RouteSum>, route: number): RouteSum {
  const known = routes.get(route)
  if (known !== undefined) return known
  const made = {
    servedBefore: 0,
    requests: 0,
    served: 0,
    bytes: 0,
    first: Number.POSITIVE_INFINITY,
    last: Number.NEGATIVE_INFINITY,
    users: new Set<number>(),
    segments: new Set<number>(),
  }
  routes.set(route, made)
  return made
}

function byTime(a: Citation, b: Citation): number {
  return a.time - b.time || a.source - b.source || a.offset - b.offset
}
