import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/civil-time.js'
import type { IncidentSpec, Story, StoryRequest } from '../contract.js'
import { homeAddress } from '../model/addresses.js'
import { TOOLS } from '../model/agents.js'
import { mix, type Random } from '../model/random.js'
import { HOSTS } from '../model/site.js'
import { basicDoor } from './parts/doors.js'
import { BULK, STEADY } from './parts/floors.js'
import { paced, within } from './parts/pace.js'
import { type Actor, ask, type Scene } from './scene.js'

const EXPORT = '/gateway/test/export'
const ADMIN = '/gateway/test/admin/'
/** What a proxy's rule for the path does not match and the application behind it takes for the same. */
const ALIASES = [
  '/gateway//test/export',
  '/gateway/test/%65xport',
  '/gateway/./test/export',
  '/gateway/test/../test/export',
  '//gateway/test/export',
] as const
/** Tries that come to nothing, before one is found that does not. */
const FAILED_ALIASES: readonly (readonly [target: string, status: number, bytes: number])[] = [
  ['/gateway/test/export/', 403, 219],
  ['/Gateway/Test/Export', 404, 4_512],
  ['/gateway/test/export.json', 404, 4_512],
  ['/gateway/v1/test/export', 404, 4_512],
]
const GUESSED = ['admin', 'gateway', 'test', 'qa'] as const

/**
 * A test gateway that is on the net by mistake. It is found, the password of its administration is guessed, a key in its
 * configuration opens the export from elsewhere, the directory is fetched page by page; the export is closed, tried in
 * vain, and fetched again under another spelling of its path.
 */
export const testGateway: Story = {
  id: 'test-gateway',
  title: 'an exposed test host: guessing, a pivot, a bulk export, its closure, and a return by an alias',
  days: 4,
  tell: (scene) => {
    const random = scene.random('plan')
    const closedAt = scene.at(2, 12) + random.between(-120, 180) * MINUTE_MS
    return {
      threads: [useByStaff(scene, scene.random('staff'), closedAt), intrude(scene, random, closedAt)],
      // who runs the gateway knows what it hands out
      declared: {
        closings: [{ id: 'test-export', path: EXPORT, closedAt }],
        dataRoutes: [{ id: 'test-directory', path: EXPORT }],
      },
    }
  },
}

/** A page of the export: 500 customers. */
function exportBytes(page: number): number {
  return 61_400 + (mix(page, 13) % 6_200)
}

const host = HOSTS.test
const EXPORT_ROUTE = `GET ${EXPORT}`

/** Its makers fetch a page now and then, and look whether the door is shut. */
function* useByStaff(scene: Scene, random: Random, closedAt: number): Generator<StoryRequest> {
  const actor: Actor = { client: homeAddress(290_001), userAgent: 'curl/8.5.0', protocol: 'HTTP/1.1', host }
  for (let day = 0; day < scene.days; day++) {
    let at = scene.at(day, 9 + random.unit())
    for (let left = random.between(2, 6); left > 0; left--) {
      const isClosed = at > closedAt
      if (at >= scene.endMs) return
      yield ask(actor, at, {
        target: `${EXPORT}?page=1`,
        status: isClosed ? 403 : 200,
        bytes: isClosed ? 219 : exportBytes(1),
      })
      at += Math.floor((0.3 + random.unit() * 1.6) * HOUR_MS)
    }
  }
}

function* intrude(scene: Scene, random: Random, closedAt: number): Generator<StoryRequest> {
  const scout: Actor = {
    client: `${scene.network(0)}.${random.between(2, 250)}`,
    userAgent: random.pick(TOOLS),
    protocol: 'HTTP/1.1',
    host,
  }
  const harvester: Actor = {
    client: `${scene.network(1)}.${random.between(2, 250)}`,
    userAgent: random.pick(['python-requests/2.31.0', 'Go-http-client/1.1', 'okhttp/4.9.3']),
    protocol: 'HTTP/1.1',
    token: `gw_${random.hex(24)}`,
    host,
  }
  const foundAt = scene.at(0, 18 + random.unit() * 2)
  yield* discover(random, scout, foundAt)
  const inAt = yield* guessAdmin(scene, random, scout, foundAt + 20 * MINUTE_MS)
  const pivotAt = inAt + random.between(90, 240) * MINUTE_MS
  yield* lookAround(random, harvester, pivotAt)
  const next = yield* copyDirectory(scene, random, harvester, pivotAt + 3 * MINUTE_MS)
  yield* comeBack(scene, random, harvester, closedAt, next)
}

/** Looks for what a test host leaves lying about. */
function* discover(random: Random, actor: Actor, startMs: number): Generator<StoryRequest> {
  const found: readonly (readonly [string, number, number])[] = [
    ['/', 404, 4_512],
    ['/gateway/', 403, 219],
    ['/gateway/test/', 200, 2_114],
    ['/gateway/test/swagger.json', 200, 18_306],
    ['/gateway/test/health', 200, 31],
    ['/gateway/test/admin', 301, 178],
  ]
  let at = startMs
  for (const [target, status, bytes] of found) {
    yield ask(actor, at, { target, status, bytes })
    at += random.between(2, 40) * SECOND_MS
  }
}

/** @returns When it got in. */
function* guessAdmin(
  scene: Scene,
  random: Random,
  actor: Actor,
  startMs: number,
): Generator<StoryRequest, number> {
  const incident = scene.incident('guessing', {
    kind: 'credential-attack',
    pattern: 'guessing',
    floor: `${STEADY.failures} failures of one client in ${STEADY.windowMs / MINUTE_MS} minutes`,
  })
  const door = basicDoor(
    ADMIN,
    host,
    381,
    4_087,
    (n) => `${ADMIN}${['users', 'keys', 'log', 'config'][n % 4]}`,
  )
  const user = random.pick(GUESSED)
  yield door.before(actor, startMs, incident)
  let last = startMs
  for (let w = 0, windows = random.between(2, 5); w < windows; w++) {
    const from = startMs + 4 * SECOND_MS + w * STEADY.windowMs
    for (const at of within(random, from, STEADY.windowMs, scene.times(STEADY.failures))) {
      last = at
      yield door.attempt(actor, at, user, false, incident)
    }
  }
  last += random.between(3, 30) * SECOND_MS
  yield door.attempt(actor, last, user, true, incident)
  for (let n = 0; n < 4; n++) {
    last += random.between(5, 90) * SECOND_MS
    yield door.inside(actor, last, user, n, incident)
  }
  return last
}

/** From elsewhere, with the key that was in the configuration. */
function* lookAround(random: Random, actor: Actor, startMs: number): Generator<StoryRequest> {
  yield ask(actor, startMs, { target: '/gateway/test/whoami', bytes: 133 })
  yield ask(actor, startMs + random.between(4, 20) * SECOND_MS, {
    target: '/gateway/test/export/count',
    bytes: 24,
  })
}

/** @returns The page that comes next. */
function* copyDirectory(
  scene: Scene,
  random: Random,
  actor: Actor,
  startMs: number,
): Generator<StoryRequest, number> {
  const incident = scene.incident('export', {
    kind: 'bulk-export',
    pattern: 'pages',
    floor: `${BULK.pages} pages of one list within a day`,
  })
  const count = scene.times(BULK.pages)
  // slow enough to be no load, and done within the night and the day after
  const gapMs = Math.min(45 * SECOND_MS, (20 * HOUR_MS) / count)
  let page = 1
  for (const at of paced(random, startMs, gapMs, count)) yield exportPage(actor, at, EXPORT, page++, incident)
  return page
}

function exportPage(
  actor: Actor,
  at: number,
  path: string,
  page: number,
  incident: IncidentSpec,
): StoryRequest {
  return ask(actor, at, {
    target: `${path}?page=${page}`,
    bytes: exportBytes(page),
    durationMs: 180 + (mix(page, 14) % 300),
    act: { incident, route: EXPORT_ROUTE, object: `page ${page}`, records: 500 },
  })
}

/** Refused after the closure, then served under another spelling. */
function* comeBack(
  scene: Scene,
  random: Random,
  actor: Actor,
  closedAt: number,
  nextPage: number,
): Generator<StoryRequest> {
  const incident = scene.incident('return', {
    kind: 'closed-entry-point',
    pattern: 'return-through-alias',
    floor: 'one request served after the closure',
  })
  let at = closedAt + random.between(12, 200) * MINUTE_MS
  const refused = (target: string, status: number, bytes: number) =>
    ask(actor, at, { target, status, bytes, act: { incident, route: EXPORT_ROUTE } })
  for (let left = random.between(2, 5); left > 0; left--) {
    yield refused(`${EXPORT}?page=${nextPage}`, 403, 219)
    at += random.between(3, 60) * SECOND_MS
  }
  for (const [target, status, bytes] of random.shuffled(FAILED_ALIASES)) {
    yield refused(target, status, bytes)
    at += random.between(8, 90) * SECOND_MS
  }
  const alias = random.pick(ALIASES)
  for (const [i, pageAt] of paced(random, at, 25 * SECOND_MS, Math.min(scene.times(8), 1_000)).entries())
    yield exportPage(actor, pageAt, alias, nextPage + i, incident)
}
