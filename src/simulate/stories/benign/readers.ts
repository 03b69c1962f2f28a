import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../core/civil-time.js'
import type { StoryRequest } from '../../contract.js'
import { homeAddress, homeAddress6 } from '../../model/addresses.js'
import { byShare, DESKTOP } from '../../model/agents.js'
import { mix } from '../../model/random.js'
import { paced } from '../parts/pace.js'
import { ask, type Scene } from '../scene.js'

/** A client that synchronises pictures asks for previews that nobody made: thousands of 404s, day and night. */
export function* syncClient(scene: Scene): Generator<StoryRequest> {
  const random = scene.random('sync-client')
  const incident = scene.incident('sync-client', {
    kind: 'bulk-export',
    pattern: 'sync-client',
    why: 'a synchronising client asks for previews that do not exist; nearly all answers are 404',
  })
  const actor = {
    client: homeAddress(297_000 + random.below(500)),
    userAgent:
      'Mozilla/5.0 (Windows) mirall/3.15.3stable-Win64 (build 20250107) (Nextcloud, windows-10.0.22631 ClientArchitecture: x86_64 OsArchitecture: x86_64)',
    protocol: 'HTTP/1.1',
  }
  const files = random.between(1_400, 2_600)
  const route = 'GET /sync/preview/{id}'
  let doneMs = scene.startMs
  for (let day = 0; day < scene.days; day++) {
    const runs = random.between(1, 3)
    for (let run = 0; run < runs; run++) {
      // where the log begins late in the day, its runs follow each other
      const from = Math.max(doneMs, scene.at(day, 8 + (run * 14) / runs + random.unit() * 3))
      yield ask(actor, from, {
        method: 'PROPFIND',
        target: '/sync/files/',
        status: 207,
        bytes: 214_000 + (day % 3) * 900,
      })
      const asked = Math.floor(files / runs / 2)
      for (const [i, at] of paced(random, from + 2 * SECOND_MS, 260, asked).entries()) {
        doneMs = at + MINUTE_MS
        const file = 52_000 + run * asked + i
        const isThere = mix(file, 21) % 50 === 0
        yield ask(actor, at, {
          target: `/sync/preview/${file}`,
          status: isThere ? 200 : 404,
          bytes: isThere ? 21_000 + (mix(file, 22) % 9_000) : 162,
          durationMs: 6 + (file % 5),
          act: isThere ? { incident, route, object: String(file), records: 1 } : { incident, route },
        })
      }
    }
  }
}

/** People who look at a picture that is cut into tiles: hundreds of small files each, thousands for those who zoom in. */
export function photoTiles(scene: Scene): Generator<StoryRequest>[] {
  const random = scene.random('photo-tiles')
  const incident = scene.incident('photo-tiles', {
    kind: 'bulk-export',
    pattern: 'photo-tiles',
    why: 'a viewer of large pictures loads small tiles as people pan and zoom; everybody who looks does it',
  })
  const agents = byShare(DESKTOP)
  const viewers = random.between(16, 30)
  function* view(viewer: number): Generator<StoryRequest> {
    const chance = scene.random(`photo-tiles ${viewer}`)
    const client = chance.chance(0.3) ? homeAddress6(298_000 + viewer, 1) : homeAddress(298_000 + viewer * 3)
    const actor = { client, userAgent: chance.pick(agents), protocol: 'HTTP/2.0' }
    const picture = chance.between(1, 6)
    const page = `https://www.example.com/showroom/${picture}`
    let at = scene.at(chance.below(scene.days), 9 + chance.unit() * 12)
    yield ask(actor, at, { target: `/showroom/${picture}`, bytes: 12_400 + picture * 70 })
    // one in ten goes through every corner of it
    const moves = viewer % 10 === 3 ? chance.between(60, 110) : chance.between(3, 28)
    for (let move = 0; move < moves; move++) {
      const zoom = 2 + chance.below(4)
      const column = chance.below(1 << zoom)
      at += chance.between(1, 7) * SECOND_MS
      for (let tile = 0, tiles = chance.between(6, 16); tile < tiles; tile++) {
        const target = `/tiles/${picture}/${zoom}/${column + (tile >> 2)}/${(tile & 3) + move}.jpg`
        const bytes = 4_100 + (mix(target.length * 31 + tile, column) % 11_000)
        at += chance.below(18)
        yield ask(actor, at, {
          target,
          bytes,
          durationMs: 3 + (tile % 9),
          referrer: page,
          act: { incident, route: 'GET /tiles/{picture}/{zoom}/{x}/{y}.jpg', object: target, records: 1 },
        })
      }
    }
  }
  return Array.from({ length: viewers }, (_, viewer) => view(viewer))
}

/** A search engine reads the whole site once, at the pace that it has chosen, night and day. */
export function* searchCrawl(scene: Scene): Generator<StoryRequest> {
  const random = scene.random('search-crawl')
  const incident = scene.incident('search-crawl', {
    kind: 'bulk-export',
    pattern: 'search-crawl',
    why: 'a search engine crawls the public pages, as robots.txt allows',
  })
  const { products, categories, help, news } = scene.site
  const pages = random.shuffled([...products, ...categories, ...help, ...news])
  const userAgent =
    'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Googlebot/2.1; +http://www.google.com/bot.html) Chrome/134.0.6998.35 Safari/537.36'
  const clients = Array.from({ length: random.between(1, 3) }, (_, i) => `198.19.119.${66 + i}`)
  const startMs = scene.at(random.below(Math.max(1, scene.days - 2)), random.unit() * 20)
  const gapMs = random.between(3, 40) * SECOND_MS
  yield ask({ client: clients[0]!, userAgent, protocol: 'HTTP/1.1' }, startMs, {
    target: '/robots.txt',
    bytes: 212,
  })
  for (const [i, at] of paced(random, startMs + MINUTE_MS, gapMs, pages.length).entries()) {
    const page = pages[i]!
    const fresh = mix(i, 31) % 9 === 0
    yield ask({ client: clients[i % clients.length]!, userAgent, protocol: 'HTTP/1.1' }, at, {
      target: page.path,
      status: fresh ? 304 : 200,
      bytes: fresh ? 0 : page.bytes,
      act: {
        incident,
        route: `GET ${page.path.replace(/^(\/\w+).*/, '$1/{page}')}`,
        object: page.path,
        records: 1,
      },
    })
    if (at > startMs + 40 * HOUR_MS) return
  }
}
