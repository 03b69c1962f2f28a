import { DENIED, FLAG } from '../classify/contract.js'
import { routeNameOf } from '../classify/route.js'
import type { RecordBatch } from '../columns/contract.js'
import type { BoundHit, Observer, ObserverContext, Selection } from '../observe/contract.js'
import { isNear, SizeCounts } from '../observe/denial-sizes.js'
import type { ClosureInput } from './contract.js'
import { DOOR_FLAGS, Door, MOST_ROUTES } from './door.js'
import { DoorLog } from './door-log.js'
import { KeyFilter } from './keys.js'
import { RouteSightings } from './routes.js'

// copied out of their table: a member would be looked up anew for every row
const { notFound: NOT_FOUND_FLAG } = FLAG

/** What a user of a door takes in memory, about. */
const USER_BYTES = 160

/** What was seen at the declared doors, before it is judged. */
export interface ClosureTrace {
  readonly input: ClosureInput
  readonly doors: readonly Door[]
  /** All requests of each entry point, whenever. */
  readonly uses: readonly DoorLog[]
  /** Requests that match more than one entry point, by their bits. */
  readonly overlaps: ReadonlyMap<number, number>
  isDenialSize(entry: number, size: number): boolean
  firstSeen(low: number, high: number): number
}

/**
 * Watches the doors that the case declares, and who goes through them. Without a declared closing it sees nothing but requests at
 * entry points; with one, every row passes three tests of a few instructions: is its route new, may it be an alias, may its
 * principal be one that used a door.
 */
export class ClosureObserver implements Observer<ClosureTrace> {
  readonly id = 'closure'
  readonly wants: number
  readonly scope = 'global'
  readonly horizon = 'retrospective'
  readonly #input: ClosureInput
  readonly #doors: readonly Door[]
  /** Doors by entry point. */
  readonly #doorsOf: readonly (readonly Door[])[]
  readonly #uses: readonly DoorLog[]
  readonly #routes: RouteSightings
  readonly #userFilter = new KeyFilter()
  readonly #unknownPaths = new SizeCounts()
  readonly #denials: readonly SizeCounts[]
  readonly #overlaps = new Map<number, number>()

  constructor(input: ClosureInput) {
    this.#input = input
    this.#doorsOf = input.entryPoints.map((_, entry) => doorsOf(input, entry))
    this.#doors = this.#doorsOf.flat()
    this.#uses = input.entryPoints.map(() => new DoorLog())
    this.#denials = input.entryPoints.map(() => new SizeCounts())
    this.#routes = new RouteSightings(input)
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

  #follow(batch: RecordBatch, { rows, count }: Selection, context: ObserverContext): void {
    const { routeKey, principalKey } = batch
    const { aliasFilter } = this.#routes
    const userFilter = this.#userFilter
    for (let i = 0; i < count; i++) {
      const row = rows[i]!
      this.#routes.see(batch, row)
      if (aliasFilter.mayHave(routeKey[2 * row]!)) this.#visitAlias(batch, row, context)
      if (userFilter.mayHave(principalKey[2 * row]!)) this.#visitUser(batch, row, context)
    }
  }

  #visitEntries(batch: RecordBatch, row: number, context: ObserverContext): void {
    const all = batch.entryPoints[row]!
    if ((all & (all - 1)) !== 0) this.#overlaps.set(all, (this.#overlaps.get(all) ?? 0) + 1)
    for (let bits = all, entry = 0; bits !== 0; bits >>>= 1, entry++) {
      if ((bits & 1) === 0) continue
      this.#uses[entry]!.add(batch, row, 1, context)
      if (batch.outcome[row] === DENIED) this.#denials[entry]!.add(batch.bytesSent[row]!)
      for (const door of this.#doorsOf[entry]!) {
        if (door.visit(batch, row, context)) this.#userFilter.add(batch.principalKey[2 * row]!)
      }
    }
  }

  #visitAlias(batch: RecordBatch, row: number, context: ObserverContext): void {
    const route = this.#routes.aliasOf(batch, row)
    if (route === undefined) return
    for (const door of this.#doors) door.visitAlias(batch, row, route, context)
  }

  #visitUser(batch: RecordBatch, row: number, context: ObserverContext): void {
    const nameOf = () => routeNameOf(batch, row, this.#input.ignorePathCase)
    for (const door of this.#doors) {
      if ((batch.entryPoints[row]! & (1 << door.entry)) === 0) door.visitUser(batch, row, context, nameOf)
    }
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
      firstSeen: (low, high) => this.#routes.firstSeen(low, high),
    }
  }

  snapshot(): Readonly<Record<string, number>> {
    return {}
  }

  bounds(): readonly BoundHit[] {
    const hit = (name: string, limit: number, count: number, effect: string): BoundHit[] =>
      count === 0 ? [] : [{ name: `closure: ${name}`, limit, count, firstAt: '', effect }]
    const sum = (count: (door: Door) => number) => this.#doors.reduce((total, door) => total + count(door), 0)
    return [
      ...hit(
        'users of doors',
        mostUsers(this.#input),
        sum((door) => door.users.beyond),
        'what some who were served before a closing did elsewhere after it was not followed',
      ),
      ...hit(
        'routes of users',
        MOST_ROUTES,
        sum((door) => door.beyond),
        'some routes on which users of a door went on are not listed',
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
    return new Door(entry, period, opensFrom, { graceMs, maxRequestMs }, mostUsers(input))
  })
}

/** Half of the memory is for routes, the other half for users, at all doors alike. */
function mostUsers({ entryPoints, memoryBytes }: ClosureInput): number {
  const doors = entryPoints.reduce((sum, { closed }) => sum + closed.length, 0)
  return Math.max(100, Math.floor(memoryBytes / 2 / USER_BYTES / Math.max(1, doors)))
}
