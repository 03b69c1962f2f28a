import { SECOND_MS } from '../../core/civil-time.js'
import { mix, Random } from '../model/random.js'
import { HOSTS, type Page } from '../model/site.js'
import { USUAL, WIDE } from '../model/spread.js'
import { Arrivals, type Tempo } from './arrivals.js'
import type { TrafficSource, World } from './contract.js'

interface Crawler {
  readonly agent: string
  readonly clients: readonly string[]
  /** Most pages of one visit, and seconds between them. */
  readonly pages: number
  readonly pause: number
}

const GOOGLEBOT =
  'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Googlebot/2.1; +http://www.google.com/bot.html) Chrome/134.0.6998.35 Safari/537.36'

function pool(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${(i + 1) * 3}`)
}

const CRAWLERS: readonly Crawler[] = [
  { agent: GOOGLEBOT, clients: pool('198.19.120.', 12), pages: 6, pause: 14 },
  {
    agent:
      'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36',
    clients: pool('198.19.121.', 8),
    pages: 5,
    pause: 9,
  },
  {
    agent:
      'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; GPTBot/1.2; +https://openai.com/gptbot',
    clients: pool('198.19.122.', 4),
    pages: 12,
    pause: 3,
  },
  {
    agent: 'Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)',
    clients: pool('198.19.123.', 16),
    pages: 4,
    pause: 20,
  },
]

const FEED_READERS = [
  'Feedly/1.0 (+http://www.feedly.com/fetcher.html; 41 subscribers)',
  'FreshRSS/1.25.0 (Linux; https://freshrss.org)',
] as const

/** Search engines and their kind, which ask for robots.txt and then for pages, and readers of the news feed. */
export class Crawlers implements TrafficSource {
  readonly #world: World
  readonly #random: Random
  readonly #arrivals: Arrivals
  #now: number

  constructor(world: World, tempo: Tempo, share: number) {
    this.#world = world
    this.#random = new Random(world.seed, 'crawlers')
    this.#arrivals = new Arrivals(
      new Random(world.seed, 'crawlers/arrivals'),
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
      if (this.#random.chance(0.25)) this.#readFeed(at)
      else this.#crawl(at, this.#random.pick(CRAWLERS))
    }
    this.#now = untilMs
  }

  #readFeed(atMs: number): void {
    const random = this.#random
    const place = random.below(FEED_READERS.length)
    const fresh = random.chance(0.8)
    this.#add(
      atMs,
      `198.19.124.${21 + place}`,
      FEED_READERS[place]!,
      place,
      '/news/feed.xml',
      fresh ? 304 : 200,
      fresh ? 0 : 31_877,
    )
  }

  #crawl(startMs: number, crawler: Crawler): void {
    const random = this.#random
    const { site } = this.#world
    let at = startMs
    const connection = random.word()
    const ask = (target: string, status: number, bytes: number) => {
      this.#add(at, random.pick(crawler.clients), crawler.agent, connection, target, status, bytes)
      at += Math.round(crawler.pause * SECOND_MS * WIDE.draw(random))
    }
    if (random.chance(0.3)) ask('/robots.txt', 200, 212)
    for (let left = 1 + random.below(crawler.pages); left > 0; left--) {
      const unit = random.unit()
      const page: Page =
        unit < 0.65
          ? random.pick(site.products)
          : unit < 0.8
            ? random.pick(site.categories)
            : unit < 0.9
              ? random.pick(site.news)
              : random.pick(site.help)
      if (unit > 0.99) ask(random.pick(site.gone), 404, 4_512)
      else if (unit > 0.97) ask(random.pick(site.moved).path, 301, 178)
      else if (random.chance(0.12)) ask(page.path, 304, 0)
      else if (random.chance(0.08))
        ask(
          `${site.categories[mix(left, 1) % site.categories.length]!.path}?page=${2 + random.below(8)}`,
          200,
          17_000 + random.below(3_000),
        )
      else ask(page.path, 200, page.bytes)
    }
  }

  #add(
    atMs: number,
    client: string,
    agent: string,
    connection: number,
    target: string,
    status: number,
    bytes: number,
  ): void {
    const { agenda, outages } = this.#world
    const away = outages.isAway(atMs) && target !== '/robots.txt'
    const hit = agenda.take(atMs, Math.round((status === 200 ? 90 : 6) * USUAL.draw(this.#random)))
    hit.client = client
    hit.userAgent = agent
    hit.protocol = 'HTTP/1.1'
    hit.connection = connection
    hit.host = HOSTS.shop
    hit.method = 'GET'
    hit.target = target
    hit.status = away ? 502 : status
    hit.bytes = away ? 559 : bytes
    hit.referrer = undefined
    agenda.add(hit)
  }
}
