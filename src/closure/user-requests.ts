import type { RecordBatch } from '../columns/contract.js'
import { MINUTE_MS } from '../core/civil-time.js'
import { toIso } from '../core/times.js'
import { byPlace, type Citation } from '../observe/citations.js'
import type { ObserverContext } from '../observe/contract.js'
import { PRINCIPAL_CLIENT } from '../sessions/contract.js'
import type { CarryOver, Elsewhere } from './contract.js'
import type { Door } from './door.js'
import { DoorUsers, MOST_USERS, type User } from './door-users.js'
import { type IsSuccessor, type RouteSum, RouteSums, type UsedRoute } from './route-sums.js'
import type { Segments } from './segments.js'
import { Standings } from './standings.js'
import { type UserSum, UserSums } from './user-sums.js'

/** Parts of the memory. */
const ROUTES_SHARE = 0.65
const USERS_SHARE = 0.35
/** Routes that an answer shows, lines of each, and lines of what was carried over. */
const SHOWN = 20
const LINES = 3
const CITED = 10
/** A session ends after this much without a request. */
const SESSION_GAP_MS = 30 * MINUTE_MS
/** Instead of the number of a sum. */
const NO_ROOM = -1
const NOT_NEEDED = -2
/** What is known of each user's moment: from when, until when (exclusive), its standing, its sum. */
const FROM = 0
const UNTIL = 1
const STANDING = 2
const SUM = 3
const STRIDE = 4

/**
 * What those who used the doors asked for, everywhere, from their first use on: in event time, whatever the order of lines.
 *
 *     row -> a user's? -> still in the moment of the row before? nearly always   -> sum of user -> sum of route
 *                            | no                                              ^
 *                            v                                                 |
 *            which doors were used by then? -> how does the time stand against them?
 */
export class UserRequests {
  readonly users: DoorUsers
  readonly routes: RouteSums
  readonly #sums: UserSums
  readonly #doors: readonly Door[]
  readonly #segments: Segments
  readonly #standings: Standings
  readonly #isSuccessor: IsSuccessor
  readonly #moments = new Float64Array(MOST_USERS * STRIDE)
  /** Requests for whose sums there was no room. */
  beyond = 0

  /** @param firstSeen  When a route, by its key, was first asked for by anybody; of a row that is shown it is known. */
  constructor(
    doors: readonly Door[],
    segments: Segments,
    firstSeen: (low: number, high: number) => number,
    memoryBytes: number,
    ignoreCase: boolean,
  ) {
    this.#doors = doors
    this.#segments = segments
    this.#standings = new Standings(doors, segments)
    this.users = new DoorUsers(this.#standings)
    this.#isSuccessor = ({ low, high }, door) => firstSeen(low, high) > doors[door]!.surelyClosed
    this.routes = new RouteSums(this.#standings, this.#isSuccessor, memoryBytes * ROUTES_SHARE, ignoreCase)
    this.#sums = new UserSums(memoryBytes * USERS_SHARE)
  }

  /** Most sums of users. */
  get limit(): number {
    return this.#sums.most
  }

  /**
   * Somebody was served at a door before its closing, and is one of its users from this time on.
   *
   * @param seen  Shows rows of a principal that were visited already, with times from `from` (inclusive) to `to` (exclusive).
   */
  addUse(batch: RecordBatch, row: number, door: number, seen: ShowSeen, context: ObserverContext): void {
    const kind = batch.principalKind[row]!
    if (kind === 0) return
    const [low, high] = [batch.principalKey[2 * row]!, batch.principalKey[2 * row + 1]!]
    const user = this.users.enrol(low, high, kind === PRINCIPAL_CLIENT)
    if (user === null) return
    const time = batch.time[row]!
    const known = this.users.use(user, door, time)
    if (known === null) return
    this.#moments[user.number * STRIDE + UNTIL] = Number.NEGATIVE_INFINITY
    // they were not those of a user of this door when they were visited: counted for this door alone
    const doors = this.#standings.setOf([door])
    seen(low, high, time, known, (at, its) => {
      const standing = this.#standings.of(doors, at.time[its]!)
      const sum = this.#sumOf(user.number, standing, at.entryPoints[its]!)
      this.#count(at, its, user.number, standing, sum, context)
    })
  }

  /** A request of somebody who passed the filter of users. */
  visit(batch: RecordBatch, row: number, context: ObserverContext): void {
    const user = this.users.find(batch.principalKey[2 * row]!, batch.principalKey[2 * row + 1]!)
    if (user < 0) return
    const moments = this.#moments
    const at = user * STRIDE
    const t = batch.time[row]!
    if (!(t >= moments[at + FROM]! && t < moments[at + UNTIL]!) && !this.#findMoment(user, t)) return
    const standing = moments[at + STANDING]!
    const entries = batch.entryPoints[row]!
    const sum = entries === 0 ? moments[at + SUM]! : this.#sumOf(user, standing, entries)
    this.#count(batch, row, user, standing, sum, context)
  }

  /** Makes a time's moment that of a user. Returns false where the user had not used any door by then. */
  #findMoment(number: number, time: number): boolean {
    const user = this.users.list[number]!
    const doors = this.users.doorsAt(user, time)
    if (doors < 0) return false
    const segment = this.#segments.of(time)
    const standing = this.#standings.of(doors, time)
    // of a time before some door was used it is not asked how long that lasted
    const until = time >= user.latestSince ? this.#segments.start(segment + 1) : Number.NEGATIVE_INFINITY
    const from = Math.max(this.#segments.start(segment), user.latestSince)
    this.#moments.set([from, until, standing, this.#sumOf(number, standing, 0)], number * STRIDE)
    return true
  }

  /** Number of a sum; NO_ROOM, or NOT_NEEDED: of tokens and named users nothing is asked but what they do after a closing. */
  #sumOf(user: number, standing: number, entries: number): number {
    const isAfter = this.#standings.list[standing]!.after.length > 0
    if (!isAfter && !this.users.list[user]!.isClient) return NOT_NEEDED
    return this.#sums.of(user, standing, entries, isAfter)
  }

  #count(
    batch: RecordBatch,
    row: number,
    user: number,
    standing: number,
    sum: number,
    context: ObserverContext,
  ): void {
    if (sum >= 0) this.#sums.count(sum, batch, row, context)
    else if (sum === NO_ROOM) this.beyond++
    this.routes.count(batch, row, user, standing, context)
  }

  /** Takes in what another one has of other users, or of the same ones. */
  merge(other: UserRequests): void {
    const standings = other.#standings.list.map((it) =>
      this.#standings.number(it.before, it.closing, it.after),
    )
    const users = other.users.list.map((theirs) => this.#mergeUser(theirs, other, standings))
    this.routes.merge(other.routes, (theirs) => users[theirs]!)
    this.beyond += other.beyond
  }

  /** The number of another one's user here; -1 where there is no room. */
  #mergeUser(theirs: User, other: UserRequests, standings: readonly number[]): number {
    const user = this.users.enrol(theirs.low, theirs.high, theirs.isClient)
    if (user === null) return -1
    for (const [door, since] of theirs.since) this.users.use(user, door, since)
    this.#moments[user.number * STRIDE + UNTIL] = Number.NEGATIVE_INFINITY
    for (const sum of other.#sums.list(theirs.number)) {
      const ours = this.#sumOf(user.number, standings[sum.standing]!, sum.entries)
      if (ours >= 0) this.#sums.merge(ours, sum)
      else if (ours === NO_ROOM) this.beyond++
    }
    return user.number
  }

  /** Where the users of each door went, before its closing and after it; by the numbers of the doors. */
  judge(): JudgedUsers[] {
    const users = this.routes.users()
    const sums = this.routes.list()
    const show = (routes: UsedAfter[]) => routes.slice(0, SHOWN).map((it) => elsewhere(it, users))
    return this.#doors.map((door, number) => {
      const served = servedAfter(sums, number, door.entry)
      const wasServed = this.routes.servedBefore(number)
      const successors = served.filter(({ route }) => this.#isSuccessor(route, number))
      const egress = served.filter(({ route, sums }) => sums.some(({ entries }) => wasServed(route, entries)))
      return {
        carryOver: this.#carryOver(number, door.entry),
        successors: show(successors),
        successorCount: successors.length,
        egress: show(egress),
        egressCount: egress.length,
      }
    })
  }

  /** Tokens and named users stay who they are; a client does within a session that was open across the closing. */
  #carryOver(door: number, entry: number): CarryOver {
    const sum = { tokens: 0, sessions: 0, served: 0, bytes: 0, last: Number.NEGATIVE_INFINITY }
    const lines: Citation[] = []
    const users = this.users.list.filter(({ since }) => since.has(door))
    for (const user of users) {
      const { latestBefore, after } = this.#splitByDoor(user, door, entry)
      const first = Math.min(...after.map(({ firstServed }) => firstServed))
      if (!Number.isFinite(first) || (user.isClient && first - latestBefore > SESSION_GAP_MS)) continue
      if (user.isClient) sum.sessions++
      else sum.tokens++
      for (const { served, bytes, lastServed, line } of after) {
        sum.served += served
        sum.bytes += bytes
        sum.last = Math.max(sum.last, lastServed)
        lines.push(...(line?.list() ?? []))
      }
    }
    return {
      ...sum,
      usersBefore: users.length,
      last: Number.isFinite(sum.last) ? toIso(sum.last) : null,
      evidence: lines.sort(byPlace).slice(0, CITED),
    }
  }

  /** A user's latest request before a door was surely closed, and what was asked for elsewhere while it was. */
  #splitByDoor(user: User, door: number, entry: number): { latestBefore: number; after: UserSum[] } {
    let latestBefore = Number.NEGATIVE_INFINITY
    const after: UserSum[] = []
    for (const sum of this.#sums.list(user.number)) {
      const standing = this.#standings.list[sum.standing]!
      if (standing.after.includes(door)) {
        if ((sum.entries & (1 << entry)) === 0) after.push(sum)
      } else if (standing.before.includes(door) || standing.closing.includes(door))
        latestBefore = Math.max(latestBefore, sum.latest)
    }
    return { latestBefore, after }
  }
}

/** Shows rows of a principal that were visited before, within a time. */
export type ShowSeen = (
  low: number,
  high: number,
  from: number,
  to: number,
  show: (batch: RecordBatch, row: number) => void,
) => void

/** A route that served users of a door after its closing. */
interface UsedAfter {
  readonly route: UsedRoute
  readonly sums: RouteSum[]
  served: number
  bytes: number
}

/** Routes that served users of a door after its closing, its own left out: most served first. */
function servedAfter(all: readonly RouteSum[], door: number, entry: number): UsedAfter[] {
  const routes: (UsedAfter | undefined)[] = []
  for (const sum of all) {
    const isOwn = (sum.entries & (1 << entry)) !== 0
    if (isOwn || !sum.doors.includes(door)) continue
    routes[sum.route.number] ??= { route: sum.route, sums: [], served: 0, bytes: 0 }
    const route = routes[sum.route.number]!
    route.sums.push(sum)
    route.served += sum.served
    route.bytes += sum.bytes
  }
  return routes
    .filter((route) => route !== undefined)
    .filter(({ served }) => served > 0)
    .sort((a, b) => b.served - a.served || b.bytes - a.bytes || (a.route.name < b.route.name ? -1 : 1))
}

/** @param users  Numbers of users, by the numbers of sums. */
function elsewhere(
  { route, sums, served, bytes }: UsedAfter,
  users: readonly (readonly number[] | undefined)[],
): Elsewhere {
  return {
    route: route.name,
    requests: sums.reduce((total, { requests }) => total + requests, 0),
    served,
    bytes,
    principals: new Set(sums.flatMap(({ number }) => users[number] ?? [])).size,
    first: toIso(Math.min(...sums.map(({ first }) => first))),
    last: toIso(Math.max(...sums.map(({ last }) => last))),
    evidence: sums
      .flatMap(({ lines }) => lines?.list() ?? [])
      .sort(byPlace)
      .slice(0, LINES),
  }
}

/** What the answer on a closing says of the door's users. */
export interface JudgedUsers {
  readonly carryOver: CarryOver
  readonly successors: readonly Elsewhere[]
  readonly successorCount: number
  readonly egress: readonly Elsewhere[]
  readonly egressCount: number
}
