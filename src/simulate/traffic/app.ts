import { SECOND_MS } from '../../core/civil-time.js'
import { mix, Random } from '../model/random.js'
import { officeAt, PEAK, trafficAt } from '../model/rhythm.js'
import { HOSTS } from '../model/site.js'
import { USUAL, WIDE } from '../model/spread.js'
import { Arrivals, type Tempo } from './arrivals.js'
import type { TrafficSource, World } from './contract.js'

/** Answer times of the interface, milliseconds. */
const CALL_MS = 38

/** The telephone app: it wakes up, asks the interface some questions with its token, and sleeps. */
export class App implements TrafficSource {
  readonly #world: World
  readonly #random: Random
  readonly #arrivals: Arrivals
  #now: number
  #client = ''
  #agent = ''
  #token: string | undefined = undefined
  #connection = 0

  constructor(world: World, tempo: Tempo, share: number) {
    this.#world = world
    this.#random = new Random(world.seed, 'app')
    this.#arrivals = new Arrivals(
      new Random(world.seed, 'app/arrivals'),
      tempo,
      world.startMs,
      share,
      (atMs) => trafficAt(atMs + world.offsetMs),
      PEAK,
    )
    this.#now = world.startMs
  }

  advance(untilMs: number): void {
    for (let at = this.#arrivals.next(untilMs, this.#now); at >= 0; at = this.#arrivals.next(untilMs, at))
      this.#wake(at)
    this.#now = untilMs
  }

  #wake(startMs: number): void {
    const random = this.#random
    const { population, tokens, site, offsetMs } = this.#world
    const visitor = population.draw(random, officeAt(startMs + offsetMs))
    this.#client = population.addressOf(visitor, startMs, random)
    this.#agent = visitor.app
    this.#token = tokens ? `app_${mix(visitor.index, 77).toString(16).padStart(8, '0')}` : undefined
    this.#connection = random.word()
    let at = startMs
    if (random.chance(0.09)) {
      // the token has run out: refused once, renewed, asked again
      at = this.#call(at, 'GET', '/api/v2/me', 401, 71)
      if (at < 0) return
      at = this.#call(at + 3, 'POST', '/api/v2/session', 201, 412)
    }
    if (at < 0) return
    at = this.#call(at + 4, 'GET', '/api/v2/me', 200, 640 + (visitor.index % 90))
    if (at < 0) return
    const orders = visitor.index % 5
    const isFresh = random.chance(0.45)
    at = this.#call(
      at + 6,
      'GET',
      '/api/v2/me/orders?limit=20',
      isFresh ? 304 : 200,
      isFresh ? 0 : 190 + orders * 410,
    )
    if (random.chance(0.12) && at >= 0) at = this.#call(at + 20, 'PUT', '/api/v2/me/push-token', 204, 0)
    for (let left = random.below(6); left > 0 && at >= 0; left--) {
      at += Math.round(7 * SECOND_MS * WIDE.draw(random))
      // an address of a carrier lasts no longer than it must
      if (visitor.place === 'mobile' && random.chance(0.05))
        this.#client = population.addressOf(visitor, at, random)
      const unit = random.unit()
      const product = random.pick(site.products)
      const sku = product.path.slice(product.path.lastIndexOf('-') + 1)
      if (unit < 0.5) at = this.#call(at, 'GET', `/api/v2/products/${sku}`, 200, 1_450 + (+sku % 900))
      else if (unit < 0.7) at = this.#call(at, 'GET', `/api/v2/products/${sku}/stock`, 200, 96 + (+sku % 30))
      else if (unit < 0.82)
        at = this.#call(
          at,
          'GET',
          `/api/v2/search?q=${random.pick(site.searches)}`,
          200,
          3_000 + random.below(3_500),
        )
      else if (orders > 0)
        at = this.#call(
          at,
          'GET',
          `/api/v2/me/orders/${400_000 + (mix(visitor.index, orders) % 500_000)}`,
          200,
          1_900,
        )
    }
  }

  /** One call, tried again a few times while the application is away. Gives the time of the answer, or -1. */
  #call(atMs: number, method: string, target: string, status: number, bytes: number): number {
    let at = atMs
    for (let wait = 1_000; this.#world.outages.isAway(at); wait *= 2) {
      this.#add(at, 2, method, target, 502, 559)
      if (wait > 8_000) return -1
      at += wait + this.#random.below(400)
    }
    if (this.#random.chance(0.0008)) {
      this.#add(at, 30, method, target, 500, 88)
      return -1
    }
    const waitMs = Math.round(CALL_MS * USUAL.draw(this.#random))
    this.#add(at, waitMs, method, target, status, bytes)
    return at + waitMs
  }

  #add(
    atMs: number,
    durationMs: number,
    method: string,
    target: string,
    status: number,
    bytes: number,
  ): void {
    const hit = this.#world.agenda.take(atMs, durationMs)
    hit.client = this.#client
    hit.userAgent = this.#agent
    hit.protocol = 'HTTP/2.0'
    hit.connection = this.#connection
    hit.host = HOSTS.api
    hit.token = this.#token
    hit.method = method
    hit.target = target
    hit.status = status
    hit.bytes = bytes
    hit.referrer = undefined
    this.#world.agenda.add(hit)
  }
}
