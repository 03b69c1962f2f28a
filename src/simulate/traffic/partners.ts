import { HOUR_MS, SECOND_MS } from '../../core/civil-time.js'
import { homeAddress } from '../model/addresses.js'
import { INTEGRATIONS } from '../model/agents.js'
import { MAX_VISITORS } from '../model/population.js'
import { mix, Random } from '../model/random.js'
import { HOSTS } from '../model/site.js'
import { USUAL } from '../model/spread.js'
import type { Tempo } from './arrivals.js'
import type { TrafficSource, World } from './contract.js'
import { CUSTOMERS, customerBytes, customerPageBytes, FIRST_CUSTOMER } from './staff.js'

/** Intervals at which such programs are set to run, seconds. */
const INTERVALS = [20, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400] as const

interface Partner {
  readonly address: string
  readonly agent: string
  readonly protocol: string
  readonly token: string
  /** What it is for. */
  readonly work: 'orders' | 'customers' | 'stock'
  readonly intervalMs: number
  nextMs: number
}

/** Programs of other firms that use the interface with a token: they ask what is new, and fetch that. */
export class Partners implements TrafficSource {
  readonly #world: World
  readonly #random: Random
  readonly #partners: readonly Partner[]
  #hour = Number.NaN
  #hourText = ''

  /** `share`: runs for one request of all traffic. Number and intervals follow the rate at the start. */
  constructor(world: World, tempo: Tempo, share: number) {
    this.#world = world
    this.#random = new Random(world.seed, 'partners')
    const random = new Random(world.seed, 'partners/list')
    const count = Math.round(Math.max(12, Math.min(600, tempo.rate * 25)))
    const wanted = count / Math.max(tempo.rate * share, 1e-9)
    this.#partners = Array.from({ length: count }, (_, i) => {
      const agent = INTEGRATIONS[i % INTEGRATIONS.length]!
      // some are keener than others
      const seconds = INTERVALS.find((interval) => interval >= wanted * (0.3 + 1.1 * random.unit())) ?? 86_400
      return {
        address: homeAddress(MAX_VISITORS + 30_000 + i),
        agent,
        protocol: agent.endsWith('/2.0') ? 'HTTP/2.0' : 'HTTP/1.1',
        token: `key_${random.hex(24)}`,
        work: (['customers', 'orders', 'stock'] as const)[i % 3]!,
        intervalMs: seconds * SECOND_MS,
        nextMs: world.startMs + Math.floor(random.unit() * seconds) * SECOND_MS,
      }
    })
  }

  advance(untilMs: number): void {
    for (const partner of this.#partners) {
      for (; partner.nextMs < untilMs; partner.nextMs += partner.intervalMs)
        this.#poll(partner, partner.nextMs + this.#random.below(2_500))
    }
  }

  #poll(partner: Partner, startMs: number): void {
    const random = this.#random
    const connection = random.word()
    const since = this.#hourBefore(startMs)
    let at = startMs
    const call = (method: string, target: string, status: number, bytes: number) => {
      at = this.#call(at, partner, connection, method, target, status, bytes)
    }
    if (partner.work === 'orders') {
      call('GET', `/api/v2/orders?since=${since}Z&page=1`, 200, 90 + random.below(5_000))
      for (let left = random.below(3); left > 0; left--) {
        const order = 400_000 + random.below(500_000)
        call('GET', `/api/v2/orders/${order}`, 200, 1_300 + (mix(order, 2) % 1_500))
      }
    } else if (partner.work === 'customers') {
      call('GET', `/api/v2/customers?changed=${since}Z&page=1`, 200, customerPageBytes(random.below(50)))
      for (let left = random.below(4); left > 0; left--) {
        const customer = FIRST_CUSTOMER + random.below(CUSTOMERS)
        call('GET', `/api/v2/customers/${customer}`, 200, customerBytes(customer))
      }
    } else {
      const fresh = random.chance(0.6)
      call('GET', '/api/v2/stock', fresh ? 304 : 200, fresh ? 0 : 48_211)
      if (random.chance(0.3)) call('POST', '/api/v2/stock/reservations', 202, 58)
    }
  }

  /** `2025-03-10T08:00`: the whole hour that is one to two hours ago; its text is made once. */
  #hourBefore(atMs: number): string {
    const hour = Math.floor(atMs / HOUR_MS - 1)
    if (hour !== this.#hour) this.#hourText = new Date(hour * HOUR_MS).toISOString().slice(0, 16)
    this.#hour = hour
    return this.#hourText
  }

  /** With two more tries, as such programs have them. */
  #call(
    atMs: number,
    partner: Partner,
    connection: number,
    method: string,
    target: string,
    status: number,
    bytes: number,
  ): number {
    const { agenda, outages, tokens } = this.#world
    let at = atMs
    for (let tries = 0; tries < 3; tries++) {
      const away = outages.isAway(at)
      const waitMs = away ? 2 : Math.round(36 * USUAL.draw(this.#random))
      const hit = agenda.take(at, waitMs)
      hit.client = partner.address
      hit.userAgent = partner.agent
      hit.protocol = partner.protocol
      hit.connection = connection
      hit.token = tokens ? partner.token : undefined
      hit.host = HOSTS.api
      hit.method = method
      hit.target = target
      hit.status = away ? 503 : status
      hit.bytes = away ? 190 : bytes
      hit.referrer = undefined
      agenda.add(hit)
      at += waitMs + (away ? 5 * SECOND_MS : 20 + this.#random.below(60))
      if (!away) break
    }
    return at
  }
}
