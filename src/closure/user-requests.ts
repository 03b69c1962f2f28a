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
  readonly #userOf = new Map<number, number>()
  readonly #users: User[] = []
  readonly #routeOf = new Map<number, number>()
  readonly #routes: Route[] = []
  readonly #table: PackedTable
  #clients = 0
  #cited = 0
  /** Users, and requests of users, that did not fit. */
  beyondUsers = 0
  beyondRequests = 0

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
    const key = keyAt(batch.principalKey, row)
    const known = this.#userOf.get(key)
    if (known !== undefined) this.#users[known]!.doors.add(door)
    else if (!this.#enrol(key, kind === PRINCIPAL_CLIENT, door)) this.beyondUsers++
  }

  #enrol(key: number, isClient: boolean, door: number): boolean {
    const named = this.#users.length - this.#clients
    if (isClient ? this.#clients >= MOST_CLIENTS : named >= MOST_NAMED) return false
    if (isClient) this.#clients++
    this.#userOf.set(key, this.#users.length)
    this.#users.push({ isClient, doors: new Set([door]), lines: null })
    this.filter.add(key | 0)
    return true
  }

  /** A request of somebody who passed the filter. */
  visit(batch: RecordBatch, row: number, context: ObserverContext): void {
    const user = this.#userOf.get(keyAt(batch.principalKey, row))
    if (user === undefined) return
    const t = batch.time[row]!
    const segment = this.#segments.of(t)
    const record = this.#recordOf(batch, row, user, segment, context)
    if (record < 0) {
      this.beyondRequests++
      return
    }
    const { words, doubles } = this.#table
    const at = record * STRIDE
    const half = at / 2
    words[at + REQUESTS] = words[at + REQUESTS]! + 1
    if (t < doubles[half + FIRST]!) doubles[half + FIRST] = t
    if (t > doubles[half + LAST]!) doubles[half + LAST] = t
    if (!isGiven(batch, row)) return
    words[at + SERVED] = words[at + SERVED]! + 1
    doubles[half + BYTES] = doubles[half + BYTES]! + (batch.bytesSent[row]! || 0)
    if (t < doubles[half + FIRST_SERVED]!) doubles[half + FIRST_SERVED] = t
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
    const record = route < 0 ? -1 : this.#table.insert(low, high)
    if (record < 0) return -1
    const { words, doubles } = this.#table
    const at = record * STRIDE
    words[at + USER] = user
    words[at + ROUTE] = route
    words[at + SEGMENT] = segment
    words[at + ENTRIES] = batch.entryPoints[row]!
    doubles[at / 2 + FIRST] = Number.POSITIVE_INFINITY
    doubles[at / 2 + LAST] = Number.NEGATIVE_INFINITY
    doubles[at / 2 + FIRST_SERVED] = Number.POSITIVE_INFINITY
    if (isGiven(batch, row)) this.#keepLine(batch, row, user, route, segment, context)
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
    const users: number[] = []
    for (const [key, at] of other.#userOf) users[at] = this.#mergeUser(key, other.#users[at]!)
    const routes: number[] = []
    for (const [key, at] of other.#routeOf) routes[at] = this.#mergeRoute(key, other.#routes[at]!)
    const { words, doubles } = other.#table
    other.#table.forEach((record) => {
      const at = record * STRIDE
      this.#mergeRecord(words, doubles, at, users[words[at + USER]!]!, routes[words[at + ROUTE]!]!)
    })
    this.beyondUsers += other.beyondUsers
    this.beyondRequests += other.beyondRequests
  }

  #mergeUser(key: number, { isClient, doors, lines }: User): number {
    if (!this.#userOf.has(key)) this.#enrol(key, isClient, -1)
    const at = this.#userOf.get(key)
    if (at === undefined) return -1
    const user = this.#users[at]!
    user.doors.delete(-1)
    for (const door of doors) user.doors.add(door)
    if (lines !== null) {
      user.lines ??= new FirstLines(LINES)
      user.lines.merge(lines)
    }
    return at
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
    const { low: routeLow, high: routeHigh } = this.#routes[route]!
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

  /** Calls with each record of the users of a door that is not of its own entry point. */
  #forEachOf(door: Door, number: number, visit: (record: UserRecord) => void): void {
    const { words, doubles } = this.#table
    const entry = 1 << door.entry
    this.#table.forEach((record) => {
      const at = record * STRIDE
      const user = this.#users[words[at + USER]!]!
      if (!user.doors.has(number)) return
      const segment = words[at + SEGMENT]!
      visit({
        user: words[at + USER]!,
        route: words[at + ROUTE]!,
        segment,
        isOwn: (words[at + ENTRIES]! & entry) !== 0,
        isBefore: this.#segments.isWithin(segment, door.opensFrom, door.period.from),
        isAfter: this.#segments.isWithin(segment, door.surelyClosed, door.opensAgain),
        requests: words[at + REQUESTS]!,
        served: words[at + SERVED]!,
        bytes: doubles[at / 2 + BYTES]!,
        first: doubles[at / 2 + FIRST]!,
        last: doubles[at / 2 + LAST]!,
        firstServed: doubles[at / 2 + FIRST_SERVED]!,
      })
    })
  }

  /** Where the users of a door went, before its closing and after it. */
  judge(door: Door, number: number, firstSeen: (low: number, high: number) => number): JudgedUsers {
    const routes = new Map<number, RouteSum>()
    const users = new Map<number, UserSum>()
    this.#forEachOf(door, number, (record) => {
      addToUser(users, record)
      if (!record.isOwn) addToRoute(routes, record)
    })
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

interface UserRecord {
  readonly user: number
  readonly route: number
  readonly segment: number
  /** It is of the door's own entry point. */
  readonly isOwn: boolean
  readonly isBefore: boolean
  readonly isAfter: boolean
  readonly requests: number
  readonly served: number
  readonly bytes: number
  readonly first: number
  readonly last: number
  readonly firstServed: number
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

function addToUser(users: Map<number, UserSum>, record: UserRecord): void {
  const sum = users.get(record.user) ?? {
    lastBefore: Number.NEGATIVE_INFINITY,
    firstServed: Number.POSITIVE_INFINITY,
    last: Number.NEGATIVE_INFINITY,
    served: 0,
    bytes: 0,
  }
  users.set(record.user, sum)
  if (!record.isAfter) sum.lastBefore = Math.max(sum.lastBefore, record.last)
  else if (!record.isOwn && record.served > 0) {
    sum.firstServed = Math.min(sum.firstServed, record.firstServed)
    sum.last = Math.max(sum.last, record.last)
    sum.served += record.served
    sum.bytes += record.bytes
  }
}

function addToRoute(routes: Map<number, RouteSum>, record: UserRecord): void {
  if (!record.isBefore && !record.isAfter) return
  const sum = routes.get(record.route) ?? {
    servedBefore: 0,
    requests: 0,
    served: 0,
    bytes: 0,
    first: Number.POSITIVE_INFINITY,
    last: Number.NEGATIVE_INFINITY,
    users: new Set<number>(),
    segments: new Set<number>(),
  }
  routes.set(record.route, sum)
  if (record.isBefore) {
    sum.servedBefore += record.served
    return
  }
  sum.requests += record.requests
  sum.served += record.served
  sum.bytes += record.bytes
  sum.first = Math.min(sum.first, record.first)
  sum.last = Math.max(sum.last, record.last)
  sum.users.add(record.user)
  if (record.served > 0) sum.segments.add(record.segment)
}

function byTime(a: Citation, b: Citation): number {
  return a.time - b.time || a.source - b.source || a.offset - b.offset
}
