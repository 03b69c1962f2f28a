import { DAY_MS, SECOND_MS } from '../../core/civil-time.js'
import type { Visitor } from '../model/population.js'
import { mix, Random } from '../model/random.js'
import { officeAt, PEAK, trafficAt } from '../model/rhythm.js'
import { HOSTS, type Page, type Site } from '../model/site.js'
import { USUAL, Weighted, WIDE } from '../model/spread.js'
import { Arrivals, type Tempo } from './arrivals.js'
import { Browser } from './browser.js'
import type { TrafficSource, World } from './contract.js'

/** Where visits come from that come from somewhere. */
const SEARCH_ENGINES = [
  'https://www.google.com/',
  'https://www.google.com/',
  'https://www.google.com/',
  'https://www.bing.com/',
  'https://duckduckgo.com/',
] as const

/** People who look at the shop, and sometimes log in or buy. One visit is made whole when it begins. */
export class Visits implements TrafficSource {
  readonly #world: World
  readonly #site: Site
  readonly #random: Random
  readonly #arrivals: Arrivals
  readonly #browser: Browser
  readonly #products: Weighted
  readonly #help: Weighted
  readonly #searches: Weighted
  #now: number

  constructor(world: World, tempo: Tempo, share: number) {
    this.#world = world
    this.#site = world.site
    this.#random = new Random(world.seed, 'visits')
    this.#arrivals = new Arrivals(
      new Random(world.seed, 'visits/arrivals'),
      tempo,
      world.startMs,
      share,
      (atMs) => trafficAt(atMs + world.offsetMs),
      PEAK,
    )
    this.#browser = new Browser(world, this.#random)
    this.#products = Weighted.zipf(world.site.products.length, 3)
    this.#help = Weighted.zipf(world.site.help.length, 1)
    this.#searches = Weighted.zipf(world.site.searches.length, 4)
    this.#now = world.startMs
  }

  advance(untilMs: number): void {
    for (let at = this.#arrivals.next(untilMs, this.#now); at >= 0; at = this.#arrivals.next(untilMs, at))
      this.#visit(at)
    this.#now = untilMs
  }

  #visit(startMs: number): void {
    const random = this.#random
    const visitor = this.#world.population.draw(random, officeAt(startMs + this.#world.offsetMs))
    const browser = this.#browser
    browser.open(visitor, startMs, visitor.agent)
    const day = Math.floor(startMs / DAY_MS)
    browser.isWarm = visitor.lastDay < 0 ? random.chance(0.3) : day - visitor.lastDay < 14
    visitor.lastDay = day
    const isDirect = random.chance(0.4)
    let page = this.#entry(isDirect)
    let referrer: string | undefined = isDirect ? undefined : random.pick(SEARCH_ENGINES)
    let at = startMs
    if (visitor.agent.includes('iPhone') && random.chance(0.25)) this.#askForIcons(at + 300)
    if (!isDirect && random.chance(0.03)) {
      at = this.#oldLink(at, referrer)
      if (at < 0) return
      page = this.#moved
    }
    const willLogIn = visitor.user !== null && random.chance(0.3)
    let isIn = false
    for (let left = this.#length(); left > 0; left--) {
      const ready = this.#open(at, page, referrer)
      if (ready < 0) return
      at = ready + Math.round((page.bytes > 12_000 ? 11 : 19) * SECOND_MS * WIDE.draw(random))
      referrer = page.url
      if (visitor.place === 'mobile' && random.chance(0.04))
        browser.client = this.#world.population.addressOf(visitor, at, random)
      if (willLogIn && !isIn && random.chance(0.5)) {
        at = this.#logIn(at, visitor, referrer)
        if (at < 0) return
        isIn = true
        referrer = this.#site.account.url
      }
      page = this.#next(page)
    }
    if (isIn && random.chance(0.25)) browser.call(at, 'POST', '/logout', 302, 0, referrer, 20)
  }

  /** Pages of a visit: half of all visits see one or two. */
  #length(): number {
    const random = this.#random
    let pages = 1
    while (pages < 40 && random.word() < 0xb800_0000) pages++
    return pages
  }

  #entry(isDirect: boolean): Page {
    const random = this.#random
    const unit = random.unit()
    if (isDirect && unit < 0.55) return this.#site.home
    if (unit < 0.68) return this.#product()
    if (unit < 0.8) return random.pick(this.#site.categories)
    if (unit < 0.93) return this.#site.help[this.#help.draw(random)]!
    return random.pick(this.#site.news)
  }

  #next(page: Page): Page {
    const random = this.#random
    const unit = random.unit()
    if (page === this.#site.home) return unit < 0.6 ? random.pick(this.#site.categories) : this.#product()
    if (unit < 0.62) return this.#product()
    if (unit < 0.84) return random.pick(this.#site.categories)
    if (unit < 0.91) return this.#site.home
    return unit < 0.97 ? this.#site.help[this.#help.draw(random)]! : random.pick(this.#site.news)
  }

  #product(): Page {
    return this.#site.products[this.#products.draw(this.#random)]!
  }

  #open(atMs: number, page: Page, referrer: string | undefined): number {
    const random = this.#random
    const site = this.#site
    const browser = this.#browser
    const isText = page.pictures.length === 0
    if (isText && browser.isWarm && random.chance(0.2)) return browser.revalidate(atMs, page, referrer)
    const ready = browser.page(atMs, page, page.path, referrer)
    if (ready < 0) return -1
    if (isText) {
      if (random.chance(0.07)) this.#download(ready + 4_000 + random.below(9_000), page.url)
    } else if (random.chance(0.1)) {
      const words = site.searches[this.#searches.draw(random)]!
      const at = ready + 3_000 + random.below(9_000)
      return browser.page(
        at,
        page,
        `/search?q=${words}`,
        page.url,
        6_000 + (mix(words.length, words.charCodeAt(0)) % 14_000),
      )
    } else if (page.path.startsWith('/p/')) {
      const sku = page.path.slice(page.path.lastIndexOf('-') + 1)
      browser.call(
        ready + 80 + random.below(200),
        'GET',
        `/ajax/stock/${sku}`,
        200,
        61 + (mix(+sku, 1) % 40),
        page.url,
        24,
      )
      if (random.chance(0.09)) this.#basket(ready + 5_000 + random.below(20_000), page)
    }
    return ready
  }

  #basket(atMs: number, page: Page): void {
    const browser = this.#browser
    const done = browser.call(atMs, 'POST', '/basket', 303, 0, page.url, 60)
    browser.call(done + 5, 'GET', '/basket', 200, 7_300 + this.#random.below(2_600), page.url)
  }

  /** A manual: whole, broken off, or in pieces as a viewer of documents asks for it. */
  #download(atMs: number, referrer: string): void {
    const random = this.#random
    const browser = this.#browser
    const { path, bytes } = random.pick(this.#site.downloads)
    const unit = random.unit()
    let at = atMs
    if (unit < 0.3) {
      for (let left = 2 + random.below(4); left > 0; left--) {
        const piece = Math.min(bytes, 65_536 * (1 + random.below(12)))
        at = browser.call(
          at + 200 + random.below(900),
          'GET',
          path,
          206,
          piece,
          referrer,
          piece / browser.speed,
        )
      }
      return
    }
    // what was sent before the client went away is what both servers log
    const sent = unit < 0.4 ? Math.round(bytes * random.unit()) : bytes
    browser.call(at, 'GET', path, 200, sent, referrer, 8 + sent / browser.speed)
  }

  /** Telephones ask for icons of their own, unbidden. */
  #askForIcons(atMs: number): void {
    for (const name of ['apple-touch-icon-precomposed.png', 'apple-touch-icon.png'])
      this.#browser.call(atMs, 'GET', `/${name}`, 404, 4_512, undefined, 3)
  }

  #moved: Page = undefined as never

  /** A link from before the relaunch: moved, or gone. */
  #oldLink(atMs: number, referrer: string | undefined): number {
    const random = this.#random
    const site = this.#site
    if (random.chance(0.5)) {
      this.#browser.call(atMs, 'GET', random.pick(site.gone), 404, 4_512, referrer, 40)
      return -1
    }
    const { path, to } = random.pick(site.moved)
    this.#moved = to
    return 4 + this.#browser.call(atMs, 'GET', path, 301, 178, referrer, 6)
  }

  /** The form, some slips, and the account; a third of those who fail twice give up. */
  #logIn(atMs: number, visitor: Visitor, referrer: string | undefined): number {
    const random = this.#random
    const site = this.#site
    const browser = this.#browser
    let at = browser.page(atMs, site.login, site.login.path, referrer)
    if (at < 0) return -1
    for (let slips = random.chance(0.11) ? 1 + random.below(2) : 0; slips > 0; slips--) {
      at += Math.round(9 * SECOND_MS * USUAL.draw(random))
      at = browser.call(at, 'POST', '/login', 200, site.login.bytes + 214, site.login.url, 190)
      if (slips === 2 && random.chance(0.3)) return -1
    }
    at += Math.round(11 * SECOND_MS * USUAL.draw(random))
    at = browser.call(at, 'POST', '/login', 302, 0, site.login.url, 210)
    at = browser.page(at + 8, site.account, '/account', site.login.url)
    if (at < 0) return -1
    const orders = 1 + (visitor.index % 4)
    for (let n = random.below(orders + 1); n > 0; n--) {
      at += Math.round(8 * SECOND_MS * USUAL.draw(random))
      const order = 400_000 + (mix(visitor.index, n) % 500_000)
      browser.call(at, 'GET', `/account/orders/${order}`, 200, 6_800 + (order % 3_000), site.account.url)
      if (random.chance(0.2))
        browser.call(
          at + 6_000,
          'GET',
          `/account/orders/${order}/invoice.pdf`,
          200,
          41_000 + (order % 20_000),
          `https://${HOSTS.shop}/account/orders/${order}`,
        )
    }
    return at + Math.round(10 * SECOND_MS * WIDE.draw(random))
  }
}
