import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../core/civil-time.js'
import type { StoryRequest } from '../../contract.js'
import { homeAddress } from '../../model/addresses.js'
import { mix } from '../../model/random.js'
import { HOSTS } from '../../model/site.js'
import { paced } from '../parts/pace.js'
import { ask, type Scene } from '../scene.js'

/** Every night at the same hour the backup host fetches the archives: some gigabytes. */
export function* backup(scene: Scene): Generator<StoryRequest> {
  const random = scene.random('backup')
  const incident = scene.incident('backup', {
    kind: 'bulk-export',
    pattern: 'nightly-backup',
    why: 'the backup fetches the archives every night at the same hour, about as much each time',
  })
  const actor = { client: '10.0.9.14', userAgent: 'Wget/1.24.5', protocol: 'HTTP/1.1', host: HOSTS.office }
  const parts = random.between(24, 48)
  const partBytes = random.between(18, 60) * 1_000_000
  const hour = 1 + random.unit() * 3
  for (let day = 0; day < scene.days; day++) {
    let at = scene.at(day, hour) + random.between(0, 40) * SECOND_MS
    const date = new Date(at).toISOString().slice(0, 10)
    for (let part = 0; part < parts; part++) {
      const bytes = partBytes + (mix(part, day) % 3_000_000)
      const durationMs = Math.round(bytes / 95_000)
      yield ask(actor, at, {
        target: `/backup/shop-${date}.tar.${String(part).padStart(3, '0')}`,
        bytes,
        durationMs,
        user: 'backup',
        act: {
          incident,
          route: 'GET /backup/{file}',
          object: `${date} part ${part}`,
          records: 1,
          user: 'backup',
        },
      })
      at += durationMs + random.between(100, 900)
    }
  }
}

/** A partner reads the catalogue every hour, all pages of it, with its token. */
export function* partnerFeed(scene: Scene): Generator<StoryRequest> {
  const random = scene.random('partner-feed')
  const incident = scene.incident('partner-feed', {
    kind: 'bulk-export',
    pattern: 'partner-feed',
    why: 'a partner reads the catalogue page by page every hour of every day',
  })
  const actor = {
    client: homeAddress(299_000 + random.below(300)),
    userAgent: 'price-comparison-feed/2.3 (+https://partner.example/feed)',
    protocol: 'HTTP/1.1',
    token: `key_${random.hex(24)}`,
    host: HOSTS.api,
  }
  const pages = random.between(24, 40)
  const minute = random.between(2, 50)
  for (let from = scene.at(0, 0) + minute * MINUTE_MS; from < scene.endMs - 10 * MINUTE_MS; from += HOUR_MS) {
    for (const [page, at] of paced(random, from + random.between(0, 8) * SECOND_MS, 420, pages).entries()) {
      const fresh = random.chance(0.15)
      yield ask(actor, at, {
        target: `/api/v2/products?page=${page + 1}`,
        status: fresh ? 304 : 200,
        bytes: fresh ? 0 : 38_000 + (mix(page, 41) % 5_000),
        act: {
          incident,
          route: 'GET /api/v2/products',
          object: `page ${page + 1}`,
          records: fresh ? 0 : 100,
        },
      })
    }
  }
}
