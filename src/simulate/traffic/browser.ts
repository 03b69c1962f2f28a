import type { Hit } from '../hit.js'
import type { Visitor } from '../model/population.js'
import type { Random } from '../model/random.js'
import { type Asset, HOSTS, type Page, type Site } from '../model/site.js'
import { NARROW, USUAL } from '../model/spread.js'
import type { World } from './contract.js'

/** Time until the application answers, milliseconds, and until a file does. */
const PAGE_MS = 85
const FILE_MS = 2

/**
 * The browser of the visit under way, used again for the next: it knows the client's side of each request, and what a
 * page asks for. Times are epoch milliseconds.
 */
export class Browser {
  readonly #world: World
  readonly #random: Random
  readonly #site: Site
  client = ''
  agent = ''
  protocol = ''
  token: string | undefined = undefined
  connection = 0
  /** Its cache holds style sheets, scripts, fonts and icons. */
  isWarm = false
  /** Bytes a millisecond. */
  speed = 1000
  /** Pages of this visit whose pictures it has. */
  readonly #seen: Page[] = []

  /** What every page needs. */
  readonly #base: readonly Asset[]
  readonly #sheetUrl: string

  constructor(world: World, random: Random) {
    this.#world = world
    this.#random = random
    this.#site = world.site
    const { styles, scripts, icons } = world.site
    this.#base = [...styles, ...scripts, ...icons]
    this.#sheetUrl = `https://${HOSTS.shop}${styles[0]!.path}`
  }

  /** Begins a visit. */
  open(visitor: Visitor, atMs: number, agent: string): void {
    const random = this.#random
    this.client = this.#world.population.addressOf(visitor, atMs, random)
    this.#seen.length = 0
    this.agent = agent
    this.protocol = visitor.protocol
    this.token = this.#world.tokens ? random.hex(32) : undefined
    this.connection = random.word()
    this.speed =
      (visitor.place === 'mobile' ? 700 : visitor.place === 'office' ? 4500 : 2500) * NARROW.draw(random)
  }

  /** A request of this browser; `host` is the shop's. Not added yet. */
  request(atMs: number, durationMs: number, target: string, status: number, bytes: number): Hit {
    const hit = this.#world.agenda.take(atMs, durationMs)
    hit.client = this.client
    hit.userAgent = this.agent
    hit.protocol = this.protocol
    hit.token = this.token
    hit.connection = this.connection
    hit.host = HOSTS.shop
    hit.method = 'GET'
    hit.target = target
    hit.status = status
    hit.bytes = bytes
    hit.referrer = undefined
    return hit
  }

  /**
   * Opens a page and all that it needs.
   *
   * @returns When the page is there; -1 when the application was away or the visitor gave up.
   */
  page(atMs: number, page: Page, target: string, referrer: string | undefined, bytes = page.bytes): number {
    const random = this.#random
    const waitMs = Math.round(PAGE_MS * USUAL.draw(random) + bytes / this.speed)
    if (this.#world.outages.isAway(atMs)) {
      this.#unavailable(atMs, target, referrer)
      return -1
    }
    if (waitMs > 250 && random.chance(0.12)) {
      // nobody waits: nginx writes its 499, Apache what it would have sent
      const nginx = this.#world.producer === 'nginx'
      this.#add(atMs, Math.round(waitMs / 2), target, nginx ? 499 : 200, nginx ? 0 : bytes, referrer)
      return -1
    }
    const failed = random.chance(0.0006)
    this.#add(atMs, waitMs, target, failed ? 500 : 200, failed ? 1_612 : bytes, referrer)
    if (failed) return -1
    const readyMs = atMs + waitMs
    this.#parts(readyMs, page)
    return readyMs
  }

  /** Asks for a page that the cache holds: 304. */
  revalidate(atMs: number, page: Page, referrer: string | undefined): number {
    const waitMs = Math.round(FILE_MS + 20 * USUAL.draw(this.#random))
    this.#add(atMs, waitMs, page.path, 304, 0, referrer)
    return atMs + waitMs
  }

  /** One file. */
  file(atMs: number, asset: Asset, referrer: string | undefined, status = 200): void {
    const bytes = status === 304 ? 0 : asset.bytes
    this.#add(
      atMs,
      Math.ceil(FILE_MS * USUAL.draw(this.#random) + bytes / this.speed),
      asset.path,
      status,
      bytes,
      referrer,
    )
  }

  #parts(readyMs: number, page: Page): void {
    const random = this.#random
    const site = this.#site
    let at = readyMs + 12 + random.below(60)
    if (!this.isWarm) {
      for (const asset of this.#base) {
        at += random.below(6)
        this.file(at, asset, page.url)
      }
      // a style sheet asks for its fonts, and is their referrer
      for (const font of site.fonts) {
        at += 15 + random.below(30)
        this.file(at, font, this.#sheetUrl)
      }
      this.isWarm = true
    } else if (random.word() < 0x1000_0000) {
      this.file(at, site.icons[0]!, page.url, 304)
    }
    if (this.#seen.includes(page)) return
    this.#seen.push(page)
    for (const picture of page.pictures) {
      at += random.below(9)
      this.file(at, picture, page.url, random.word() < 0x0a00_0000 ? 304 : 200)
    }
  }

  /** The proxy's own answer, and another try after a moment. */
  #unavailable(atMs: number, target: string, referrer: string | undefined): void {
    let at = atMs
    for (let tries = 1 + this.#random.below(3); tries > 0; tries--) {
      const gone = this.#random.chance(0.7)
      this.#add(at, 1 + this.#random.below(4), target, gone ? 502 : 503, gone ? 559 : 190, referrer)
      at += 1_500 + this.#random.below(6_000)
      if (!this.#world.outages.isAway(at)) break
    }
  }

  #add(
    atMs: number,
    durationMs: number,
    target: string,
    status: number,
    bytes: number,
    referrer: string | undefined,
  ): void {
    const hit = this.request(atMs, durationMs, target, status, bytes)
    hit.referrer = referrer
    this.#world.agenda.add(hit)
  }

  /** A request whose answer needs no page. */
  call(
    atMs: number,
    method: string,
    target: string,
    status: number,
    bytes: number,
    referrer: string | undefined,
    meanMs = PAGE_MS,
  ): number {
    const waitMs = Math.round(meanMs * USUAL.draw(this.#random))
    const hit = this.request(atMs, waitMs, target, status, bytes)
    hit.method = method
    hit.referrer = referrer
    this.#world.agenda.add(hit)
    return atMs + waitMs
  }
}
