import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../core/civil-time.js'
import { homeAddress } from '../model/addresses.js'
import { byShare, DESKTOP } from '../model/agents.js'
import { ACCOUNTS, MAX_VISITORS, userName } from '../model/population.js'
import { mix, Random } from '../model/random.js'
import { officeAt } from '../model/rhythm.js'
import { HOSTS } from '../model/site.js'
import { USUAL, WIDE } from '../model/spread.js'
import { Arrivals, type Tempo } from './arrivals.js'
import type { TrafficSource, World } from './contract.js'

/** Customers in the database; their numbers are from FIRST_CUSTOMER on. */
export const CUSTOMERS = 180_000
export const FIRST_CUSTOMER = 100_001

/** Size of one customer's record in JSON, the same each time. */
export function customerBytes(customer: number): number {
  return 780 + (mix(customer, 5) % 1_100)
}

/** Size of page `page` of the list of customers, fifty to a page. */
export function customerPageBytes(page: number): number {
  return 11_800 + (mix(page, 6) % 1_700)
}

interface Clerk {
  readonly address: string
  readonly agent: string
  readonly user: string
  readonly protocol: string
  /** Local day on which the intranet last asked for the password. */
  askedDay: number
}

/** The shop's own people, at their desks: they look customers up by the interface, and read the intranet. */
export class Staff implements TrafficSource {
  readonly #world: World
  readonly #random: Random
  readonly #arrivals: Arrivals
  readonly #clerks: readonly Clerk[]
  #now: number

  constructor(world: World, tempo: Tempo, share: number) {
    this.#world = world
    this.#random = new Random(world.seed, 'staff')
    this.#arrivals = new Arrivals(
      new Random(world.seed, 'staff/arrivals'),
      tempo,
      world.startMs,
      share * 3,
      (atMs) => officeAt(atMs + world.offsetMs),
      1,
    )
    this.#clerks = clerksOf(world, tempo.rate)
    this.#now = world.startMs
  }

  advance(untilMs: number): void {
    for (let at = this.#arrivals.next(untilMs, this.#now); at >= 0; at = this.#arrivals.next(untilMs, at)) {
      const clerk = this.#random.pick(this.#clerks)
      if (this.#random.chance(0.35)) this.#readIntranet(at, clerk)
      else this.#lookUp(at, clerk)
    }
    this.#now = untilMs
  }

  #lookUp(startMs: number, clerk: Clerk): void {
    const random = this.#random
    const connection = random.word()
    const call = (at: number, target: string, bytes: number) =>
      this.#call(at, clerk, connection, target, 200, bytes, `https://${HOSTS.office}/`, HOSTS.api, undefined)
    let at = startMs
    const found = 1 + random.below(12)
    at = call(
      at,
      `/api/v2/customers?query=${userName(random.below(ACCOUNTS)).split('.')[1]}&page=1`,
      240 + found * 236,
    )
    for (let left = 1 + random.below(3); left > 0; left--) {
      const customer = FIRST_CUSTOMER + random.below(CUSTOMERS)
      at += Math.round(6 * SECOND_MS * USUAL.draw(random))
      at = call(at, `/api/v2/customers/${customer}`, customerBytes(customer))
      if (random.chance(0.6))
        at = call(at + 40, `/api/v2/customers/${customer}/orders`, 300 + (mix(customer, 8) % 4_000))
      at += Math.round(50 * SECOND_MS * WIDE.draw(random))
    }
    if (random.chance(0.06)) {
      const month = monthBefore(this.#world.startMs + this.#world.offsetMs, 1 + random.below(2))
      call(at, `/api/v2/reports/orders-${month}.csv`, 380_000 + (mix(month.charCodeAt(6), 3) % 90_000))
    }
  }

  /** HTTP Basic: once a day the browser is asked for the password, and sometimes it is mistyped. */
  #readIntranet(startMs: number, clerk: Clerk): void {
    const random = this.#random
    const connection = random.word()
    const day = Math.floor((startMs + this.#world.offsetMs) / DAY_MS)
    let at = startMs
    const read = (target: string, status: number, bytes: number, user: string | undefined) => {
      at = this.#call(at, clerk, connection, target, status, bytes, undefined, HOSTS.office, user)
    }
    if (clerk.askedDay !== day) {
      read('/intranet/', 401, 381, undefined)
      for (let slips = random.chance(0.08) ? 1 : 0; slips > 0; slips--) {
        at += 5_000 + random.below(9_000)
        read('/intranet/', 401, 381, clerk.user)
      }
      at += 3_000 + random.below(12_000)
      clerk.askedDay = day
    }
    read('/intranet/', 200, 5_420, clerk.user)
    for (let left = random.below(4); left > 0; left--) {
      at += Math.round(0.5 * MINUTE_MS * WIDE.draw(random))
      const document = random.below(160)
      read(`/intranet/docs/${200 + document}`, 200, 3_000 + (mix(document, 4) % 22_000), clerk.user)
    }
  }

  #call(
    atMs: number,
    clerk: Clerk,
    connection: number,
    target: string,
    status: number,
    bytes: number,
    referrer: string | undefined,
    host: string,
    user: string | undefined,
  ): number {
    const away = this.#world.outages.isAway(atMs)
    const waitMs = away ? 3 : Math.round(45 * USUAL.draw(this.#random))
    const hit = this.#world.agenda.take(atMs, waitMs)
    hit.client = clerk.address
    hit.userAgent = clerk.agent
    hit.protocol = clerk.protocol
    hit.connection = connection
    hit.user = user
    hit.host = host
    hit.method = 'GET'
    hit.target = target
    hit.status = away ? 502 : status
    hit.bytes = away ? 559 : bytes
    hit.referrer = referrer
    this.#world.agenda.add(hit)
    return atMs + waitMs
  }
}

/** `2025-01`: the month that is `count` months before the one of a local time. */
function monthBefore(localMs: number, count: number): string {
  const date = new Date(localMs)
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - count)).toISOString().slice(0, 7)
}

/** Half of them sit in one office, the others at home; their number follows the traffic. */
function clerksOf(world: World, rate: number): Clerk[] {
  const random = new Random(world.seed, 'staff/clerks')
  const agents = byShare(DESKTOP)
  const count = Math.round(Math.max(14, Math.min(2_000, rate * 60)))
  return Array.from({ length: count }, (_, i) => ({
    address: random.chance(0.5) ? homeAddress(MAX_VISITORS + 90_001) : homeAddress(MAX_VISITORS + 60_000 + i),
    agent: random.pick(agents),
    user: userName(i * 7 + random.below(7)).replace('.', ''),
    protocol: 'HTTP/2.0',
    askedDay: -1,
  }))
}
