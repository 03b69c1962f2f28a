import { MINUTE_MS, SECOND_MS } from '../../core/civil-time.js'
import { mix } from '../model/random.js'
import { HOSTS } from '../model/site.js'
import type { Tempo } from './arrivals.js'
import type { TrafficSource, World } from './contract.js'

/** Intervals that people set, seconds. */
const INTERVALS = [2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600] as const

interface Probe {
  readonly client: string
  readonly agent: string
  readonly method: string
  readonly target: string
  readonly bytes: number
  readonly host: string
  readonly intervalMs: number
  nextMs: number
}

/** Probes of balancers and monitors: the same request at the same interval, day and night. */
export class Machines implements TrafficSource {
  readonly #world: World
  readonly #probes: readonly Probe[]

  /** `share`: probes for one request of all traffic. The interval follows the rate at the start. */
  constructor(world: World, tempo: Tempo, share: number) {
    this.#world = world
    const wanted = 1 / Math.max(tempo.rate * share, 1e-6)
    const short = INTERVALS.find((seconds) => seconds >= wanted) ?? INTERVALS.at(-1)!
    const probe = (
      client: string,
      agent: string,
      target: string,
      bytes: number,
      seconds: number,
      method = 'GET',
    ): Probe => ({
      client,
      agent,
      method,
      target,
      bytes,
      host: HOSTS.shop,
      intervalMs: seconds * SECOND_MS,
      nextMs: world.startMs + (mix(seconds, target.length) % (seconds * SECOND_MS)),
    })
    this.#probes = [
      probe('10.0.3.17', 'ELB-HealthChecker/2.0', '/healthz', 2, short),
      probe('10.0.4.22', 'Prometheus/2.53.3', '/metrics', 18_734, short * 3),
      probe(
        '198.18.211.40',
        'Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)',
        '/',
        0,
        short * 10,
        'HEAD',
      ),
    ]
  }

  advance(untilMs: number): void {
    for (const probe of this.#probes) {
      for (; probe.nextMs < untilMs; probe.nextMs += probe.intervalMs) this.#ask(probe)
    }
  }

  #ask(probe: Probe): void {
    const { agenda, outages } = this.#world
    // no timer is exact; the jitter is by the time, not by chance
    const at = probe.nextMs + (mix(probe.nextMs / SECOND_MS, probe.bytes) % 40)
    const away = outages.isAway(at)
    const hit = agenda.take(at, 1 + (mix(probe.nextMs / MINUTE_MS, 3) % 6))
    hit.client = probe.client
    hit.userAgent = probe.agent
    hit.protocol = 'HTTP/1.1'
    hit.connection = Math.floor(probe.nextMs / probe.intervalMs)
    hit.host = probe.host
    hit.method = probe.method
    hit.target = probe.target
    hit.status = away ? 503 : 200
    hit.bytes = probe.method === 'HEAD' ? 0 : away ? 190 : probe.bytes
    hit.referrer = undefined
    agenda.add(hit)
  }
}
