import { App } from './app.js'
import type { Tempo } from './arrivals.js'
import type { TrafficSource, World } from './contract.js'
import { Crawlers } from './crawlers.js'
import { Machines } from './machines.js'
import { Noise } from './noise.js'
import { Partners } from './partners.js'
import { Staff } from './staff.js'
import { Visits } from './visits.js'

/**
 * Arrivals for one request of all traffic, by part: its share of the requests over the requests that one arrival has on
 * average. The average is measured: `test/simulate/traffic.test.ts` holds the sum of all to one.
 */
const SHARES = {
  visits: 0.66 / 18,
  app: 0.12 / 5,
  staff: 0.035 / 5.3,
  partners: 0.04 / 2.3,
  machines: 0.03,
  crawlers: 0.07 / 4.4,
  noise: 0.012 / 1.8,
} as const

/** All that happens on the site day by day. Each part draws from streams of its own. */
export function ordinaryTraffic(world: World, tempo: Tempo): TrafficSource[] {
  return [
    new Visits(world, tempo, SHARES.visits),
    new App(world, tempo, SHARES.app),
    new Staff(world, tempo, SHARES.staff),
    new Partners(world, tempo, SHARES.partners),
    new Machines(world, tempo, SHARES.machines),
    new Crawlers(world, tempo, SHARES.crawlers),
    new Noise(world, tempo, SHARES.noise),
  ]
}
