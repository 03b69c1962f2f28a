import { DENIED, FLAG } from '../classify/contract.js'
import type { RecordBatch } from '../columns/contract.js'
import type { BoundHit, Observer, ObserverContext, Selection } from '../observe/contract.js'
import { isNear, SizeCounts } from '../observe/denial-sizes.js'
import type { ClosureInput } from './contract.js'
import { DOOR_FLAGS, Door, MOST_ALIASES } from './door.js'
import { DoorLog } from './door-log.js'
import { MOST_CLIENTS } from './door-users.js'
import { MOST_HOSTS } from './host-uses.js'
import { RecentRuns } from './recent-runs.js'
import { MOST_CITED } from './route-lines.js'
import { RouteSightings } from './routes.js'
import { Segments } from './segments.js'
import { MOST_STANDINGS } from './standings.js'
import { type JudgedUsers, type ShowSeen, UserRequests } from './user-requests.js'

// copied out of their table: a member would be looked up anew for every row
const { notFound: NOT_FOUND_FLAG } = FLAG

/** What was seen at the declared doors, before it is judged. */
export interface ClosureTrace {
  readonly input: ClosureInput
  readonly doors: readonly Door[]
  /** All requests of each entry point, whenever. */
  readonly uses: readonly DoorLog[]
  /** Requests that match more than one entry point, by their bits. */
  readonly overlaps: ReadonlyMap<number, number>
  isDenialSize(entry: number, size: number): boolean
  /** What the users of each door did elsewhere, in the order of `doors`. */
  readonly users: readonly JudgedUsers[]
}

/**
 * Watches the doors that the case declares, and who goes through them. Without a declared closing it sees nothing but requests at
 * entry points; with one, every row passes three tests of a few instructions: is its route new, may it be an alias, may its
 * principal be one that used a door.
 */
export class ClosureObserver implements Observer<ClosureTrace> {
  readonly id = 'closure'
  readonly wants: number
  readonly scope = 'keyed'
  readonly horizon = 'retrospective'
  readonly #input: ClosureInput
  readonly #doors: readonly Door[]
  /** Doors by entry point. */
  readonly #doorsOf: readonly (readonly Door[])[]
  readonly #uses: readonly DoorLog[]
  readonly #routes: RouteSightings
  readonly #users: UserRequests
  readonly #unknownPaths = new SizeCounts()
  readonly #denials: readonly SizeCounts[]
  readonly #overlaps = new Map<number, number>()
  readonly #lastClosing: number
  #recent: RecentRuns | null = null
  /** Rows that passed a filter. */
  #found = new Uint32Array(0)
  readonly #showSeen: ShowSeen = (...asked) => this.#recent?.visit(...asked)

  constructor(input: ClosureInput) {
    this.#input = input
    this.#doorsOf = input.entryPoints.map((_, entry) => doorsOf(input, entry))
    this.#doors = this.#doorsOf.flat()
    this.#uses = input.entryPoints.map(() => new DoorLog(false))
    this.#denials = input.entryPoints.map(() => new SizeCounts())
    const { memoryBytes, ignorePathCase } = input
    this.#routes = new RouteSightings(input)
    this.#users = new UserRequests(
      this.#doors,
      segmentsOf(this.#doors),
      (low, high) => this.#routes.firstSeen(low, high),
      memoryBytes * USERS_SHARE,
      ignorePathCase,
    )
    this.#lastClosing = Math.max(...this.#doors.map(({ period }) => period.from))
    this.wants = this.#doors.length > 0 ? 0 : DOOR_FLAGS
  }

  visit(batch: RecordBatch, selection: Selection, context: ObserverContext): void {
    const { rows, count } = selection
    const { flags, entryPoints } = batch
    for (let i = 0; i < count; i++) {
      const row = rows[i]!
      if ((flags[row]! & NOT_FOUND_FLAG) !== 0) this.#unknownPaths.add(batch.bytesSent[row]!)
      if (entryPoints[row] !== 0) this.#visitEntries(batch, row, context)
    }
    if (this.#doors.length > 0) this.#follow(batch, selection, context)
  }

  /** Users of this run are known by now, whichever of its rows showed them to be. */
  #follow(batch: RecordBatch, { rows, count }: Selection, context: ObserverContext): void {
    this.#routes.see(batch, rows, count)
    if (this.#found.length < count) this.#found = new Uint32Array(2 * count)
    const found = this.#found
    const aliases = this.#routes.aliasFilter.select(batch.routeKey, rows, count, found)
    for (let i = 0; i < aliases; i++) this.#visitAlias(batch, found[i]!, context)
    const requests = this.#users.users.filter.select(batch.principalKey, rows, count, found)
    for (let i = 0; i < requests; i++) this.#users.visit(batch, found[i]!, context)
    this.#keepRun(batch, rows, count, context)
  }

  /** While somebody may still be seen to have used an open door. */
  #keepRun(batch: RecordBatch, rows: Uint32Array, count: number, context: ObserverContext): void {
    if (batch.time[rows[0]!]! - context.horizonMs > this.#lastClosing) return
    this.#recent ??= new RecentRuns(context.horizonMs, RECENT_BYTES)
    this.#recent.keep(batch, rows, count)
  }

  #visitEntries(batch: RecordBatch, row: number, context: ObserverContext): void {
    const all = batch.entryPoints[row]!
    if ((all & (all - 1)) !== 0) this.#overlaps.set(all, (this.#overlaps.get(all) ?? 0) + 1)
    for (let bits = all, entry = 0; bits !== 0; bits >>>= 1, entry++) {
      if ((bits & 1) === 0) continue
      this.#uses[entry]!.add(batch, row, 1, context)
      if (batch.outcome[row] === DENIED) this.#denials[entry]!.add(batch.bytesSent[row]!)
      for (const door of this.#doorsOf[entry]!) {
        if (door.visit(batch, row, context))
          this.#users.addUse(batch, row, this.#doors.indexOf(door), this.#showSeen, context)
      }
    }
  }

  #visitAlias(batch: RecordBatch, row: number, context: ObserverContext): void {
    const route = this.#routes.aliasOf(batch, row)
    if (route === undefined) return
    for (const door of this.#doors) door.visitAlias(batch, row, route, context)
  }

  merge(other: this): void {
    this.#doors.forEach((door, at) => {
      door.merge(other.#doors[at]!)
    })
    this.#uses.forEach((use, at) => {
      use.merge(other.#uses[at]!)
    })
    this.#denials.forEach((sizes, at) => {
      sizes.merge(other.#denials[at]!)
    })
    this.#unknownPaths.merge(other.#unknownPaths)
    this.#routes.merge(other.#routes)
    this.#users.merge(other.#users)
    for (const [bits, count] of other.#overlaps)
      this.#overlaps.set(bits, (this.#overlaps.get(bits) ?? 0) + count)
  }

  *seal(): Iterable<ClosureTrace> {
    const site = this.#unknownPaths.common()
    const denials = this.#denials.map((sizes) => sizes.sizes())
    yield {
      input: this.#input,
      doors: this.#doors,
      uses: this.#uses,
      overlaps: this.#overlaps,
      isDenialSize: (entry, size) => isNear(site, size) || isNear(denials[entry]!, size),
      users: this.#users.judge(),
    }
  }

  close(): void {
    this.#recent?.clear()
  }

  snapshot(): Readonly<Record<string, number>> {
    return {}
  }

  bounds(): readonly BoundHit[] {
    const { users, routes, beyond, limit } = this.#users
    const hit = (name: string, limit: number, count: number, effect: string): BoundHit[] =>
      count === 0 ? [] : [{ name: `closure: ${name}`, limit, count, firstAt: '', effect }]
    return [
      ...hit(
        'users of doors',
        MOST_CLIENTS,
        users.beyond,
        'what some who were served before a closing did elsewhere after it was not followed',
      ),
      ...hit(
        'doors of users',
        MOST_STANDINGS,
        users.unfollowed,
        'what some users of several doors did after the closing of one of them was not followed',
      ),
      ...hit(
        'recent rows',
        RECENT_BYTES,
        this.#recent?.cut ?? 0,
        'what users of a door asked for elsewhere just before and after their first use of it may depend on the order of lines',
      ),
      ...hit(
        'requests of users',
        limit,
        beyond,
        'what users of a door carried over its closing is a lower bound',
      ),
      ...hit(
        'routes of users',
        routes.limit,
        routes.beyond,
        'what users of a door were served elsewhere is a lower bound by route',
      ),
      ...hit(
        'users of routes',
        routes.usersLimit,
        routes.uncounted,
        'how many users of a door were served by a route elsewhere is a lower bound',
      ),
      ...hit(
        'lines of routes',
        MOST_CITED,
        routes.lines.dropped,
        'routes that served users of a door little after its closing have later lines than the first, or none',
      ),
      ...hit(
        'hosts of doors',
        MOST_HOSTS,
        this.#uses.reduce((total, { hosts }) => total + hosts.beyond, 0),
        'requests at some of the hosts of an entry point are not told apart by host; its totals have them',
      ),
      ...hit(
        'other ways',
        MOST_ALIASES,
        this.#doors.reduce((total, door) => total + door.beyond, this.#routes.beyondAliases),
        'some other ways to an entry point are not listed',
      ),
      ...hit(
        'routes',
        this.#routes.limit,
        this.#routes.beyond,
        'some routes count as seen before every closing, and are no successors',
      ),
    ]
  }
}

function doorsOf(input: ClosureInput, entry: number): Door[] {
  const { graceMs, maxRequestMs } = input
  const periods = input.entryPoints[entry]!.closed.toSorted((a, b) => a.from - b.from)
  return periods.map((period, at) => {
    const opensFrom = periods[at - 1]?.to ?? Number.NEGATIVE_INFINITY
    return new Door(entry, period, opensFrom, { graceMs, maxRequestMs })
  })
}

/** Lines of recent runs that are kept; in a log in order, few are looked at. */
const RECENT_BYTES = 8 * 1024 * 1024
/** Part of the memory for what users did; the rest is for routes. */
const USERS_SHARE = 0.7

/** Every instant at which a door opens or closes, or is sure to have. */
function segmentsOf(doors: readonly Door[]): Segments {
  return new Segments(
    doors.flatMap((door) => [door.opensFrom, door.period.from, door.surelyClosed, door.opensAgain]),
  )
}
