import { MINUTE_MS, SECOND_MS } from '../../../core/civil-time.js'
import type { IncidentSpec, StoryRequest } from '../../contract.js'
import { carrierAddress, homeAddress } from '../../model/addresses.js'
import { APP, byShare, DESKTOP } from '../../model/agents.js'
import { mix, type Random } from '../../model/random.js'
import { HOSTS } from '../../model/site.js'
import { ask, inOrder, type Scene } from '../scene.js'

/** An announced load test from inside: some minutes of many times the usual traffic, with a ramp up and down. */
export function* loadTest(scene: Scene): Generator<StoryRequest> {
  const random = scene.random('load-test')
  const incident = scene.incident('load-test', {
    kind: 'bulk-export',
    pattern: 'load-test',
    why: 'an announced load test from the own network: the same few requests over and over',
  })
  const actor = {
    client: '10.0.7.31',
    userAgent: random.pick([
      'k6/0.57.0 (https://k6.io/)',
      'Apache-HttpClient/4.5.14 (Java/17.0.14)',
      'hey/0.0.1',
    ]),
    protocol: 'HTTP/1.1',
  }
  const { products, categories } = scene.site
  const users = random.between(20, 60)
  const minutes = random.between(6, 15)
  const startMs = scene.at(
    random.between(2, Math.max(2, Math.min(4, scene.days - 1))),
    10 + random.unit() * 5,
  )
  for (let second = 0; second < minutes * 60; second++) {
    const ramp = Math.min(1, (second + 1) / 60, (minutes * 60 - second) / 30)
    const count = Math.round((users * ramp) / 3)
    for (let i = 0; i < count; i++) {
      const at = startMs + second * SECOND_MS + Math.floor((i * SECOND_MS) / count)
      const kind = random.below(10)
      const page =
        kind < 7 ? products[random.below(Math.min(120, products.length))]! : random.pick(categories)
      const tooMuch = ramp === 1 && random.chance(0.015)
      yield ask(actor, at, {
        target: page.path,
        status: tooMuch ? 503 : 200,
        bytes: tooMuch ? 190 : page.bytes,
        durationMs: Math.round(60 + 240 * ramp * random.unit()),
        act: { incident, route: kind < 7 ? 'GET /p/{page}' : 'GET /c/{page}', object: page.path, records: 1 },
      })
    }
  }
}

/** Clients that meet the broken release. */
const CLIENTS = 90

/**
 * A release that breaks something for some minutes: sessions (every token is refused), the application (500), or the
 * files of its own pages (404). Programs try again, people reload.
 */
export function brokenDeploy(scene: Scene): Iterable<StoryRequest>[] {
  const random = scene.random('broken-deploy')
  const flavour = random.pick(['sessions', 'errors', 'files'] as const)
  const incident = scene.incident('broken-deploy', {
    kind: 'credential-attack',
    pattern: `broken-deploy-${flavour}`,
    why: {
      sessions: 'a release refuses every token for some minutes; all clients try again, then get in',
      errors: 'a release answers 500 to everybody for some minutes; all clients try again',
      files: 'a release asks for files that were not deployed; every visitor gets 404s for some minutes',
    }[flavour],
  })
  const startMs = scene.at(
    random.between(1, Math.max(1, Math.min(3, scene.days - 1))),
    10 + random.unit() * 6,
  )
  const minutes = random.between(6, 18)
  const meet = { sessions: refusedTokens, errors: failures, files: missingFiles }[flavour]
  const requests: StoryRequest[] = []
  for (let i = 0; i < CLIENTS; i++) {
    const chance = scene.random(`broken-deploy ${i}`)
    const at = startMs + Math.floor(chance.unit() * minutes * MINUTE_MS)
    requests.push(...meet(scene, chance, incident, i, at, startMs + minutes * MINUTE_MS))
  }
  return [inOrder(requests)]
}

/** A third of the clients share a few addresses of a carrier. */
function clientOf(random: Random, i: number): string {
  return i % 3 === 0 ? carrierAddress(3, random.below(4)) : homeAddress(301_000 + i * 3)
}

function refusedTokens(
  _scene: Scene,
  random: Random,
  incident: IncidentSpec,
  i: number,
  fromMs: number,
  mendedMs: number,
): StoryRequest[] {
  const apps = byShare(APP)
  const actor = {
    client: clientOf(random, i),
    userAgent: random.pick(apps),
    protocol: 'HTTP/2.0',
    token: `app_${mix(i, 90).toString(16).padStart(8, '0')}`,
    host: HOSTS.api,
  }
  const route = 'GET /api/v2/me'
  const requests: StoryRequest[] = []
  let at = fromMs
  // doubled waits, and again when the app is opened again
  for (let tries = 0; at < mendedMs && tries < 9; tries++) {
    requests.push(
      ask(actor, at, {
        target: '/api/v2/me',
        status: 401,
        bytes: 71,
        act: { incident, route, login: 'failure' },
      }),
    )
    at += Math.min(1 << tries, 120) * SECOND_MS + random.below(900)
  }
  at = Math.max(at, mendedMs + random.below(40) * SECOND_MS)
  requests.push(
    ask(actor, at, {
      method: 'POST',
      target: '/api/v2/session',
      status: 201,
      bytes: 412,
      act: { incident, route: 'POST /api/v2/session', login: 'success' },
    }),
    ask(actor, at + 90, { target: '/api/v2/me', bytes: 640 + (i % 90), act: { incident, route } }),
  )
  return requests
}

function failures(
  scene: Scene,
  random: Random,
  incident: IncidentSpec,
  i: number,
  fromMs: number,
  mendedMs: number,
): StoryRequest[] {
  const actor = {
    client: clientOf(random, i),
    userAgent: random.pick(byShare(DESKTOP)),
    protocol: 'HTTP/2.0',
  }
  const page = random.pick(scene.site.products)
  const requests: StoryRequest[] = []
  let at = fromMs
  for (let tries = 0; at < mendedMs && tries < 6; tries++) {
    requests.push(
      ask(actor, at, {
        target: page.path,
        status: 500,
        bytes: 1_612,
        act: { incident, route: 'GET /p/{page}' },
      }),
    )
    at += random.between(2, 40) * SECOND_MS
  }
  return requests
}

function missingFiles(
  scene: Scene,
  random: Random,
  incident: IncidentSpec,
  i: number,
  fromMs: number,
): StoryRequest[] {
  const actor = {
    client: clientOf(random, i),
    userAgent: random.pick(byShare(DESKTOP)),
    protocol: 'HTTP/2.0',
  }
  const requests: StoryRequest[] = []
  let at = fromMs
  for (let pages = random.between(1, 5); pages > 0; pages--) {
    const page = random.pick(scene.site.products)
    requests.push(ask(actor, at, { target: page.path, bytes: page.bytes }))
    for (const name of ['app', 'vendor', 'checkout', 'i18n']) {
      requests.push(
        ask(actor, at + 90 + random.below(60), {
          target: `/assets/${name}.${mix(name.length, 77).toString(16)}.js`,
          status: 404,
          bytes: 4_512,
          durationMs: 3,
          referrer: page.url,
          act: { incident, route: 'GET /assets/{file}' },
        }),
      )
    }
    at += random.between(5, 60) * SECOND_MS
  }
  return requests
}
