import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/civil-time.js'
import type { Story, StoryRequest } from '../contract.js'
import { INTEGRATIONS } from '../model/agents.js'
import { mix, type Random } from '../model/random.js'
import { HOSTS } from '../model/site.js'
import { CUSTOMERS, customerBytes, customerPageBytes, FIRST_CUSTOMER } from '../traffic/staff.js'
import { BULK } from './parts/floors.js'
import { paced } from './parts/pace.js'
import { ask, type Scene } from './scene.js'

/** A client with a valid token walks one interface: customer by customer, page by page, or report by report. */
export const apiExport: Story = {
  id: 'api-export',
  title: 'one interface walked with valid requests until its data is copied',
  days: 2,
  tell: (scene) => {
    const random = scene.random('walk')
    const walk = random.pick([byObject, byPage, byVolume])
    return { threads: [walk(scene, random)] }
  },
}

/** One request of a walk. */
interface Step {
  readonly target: string
  readonly bytes: number
  readonly object: string
  readonly records: number
}

function byObject(scene: Scene, random: Random): Iterable<StoryRequest> {
  const count = scene.times(BULK.objects)
  const first = FIRST_CUSTOMER + random.below(CUSTOMERS - 20_000)
  const inSequence = random.chance(0.6)
  // a walk in no order still meets each customer once: 7919 is prime and divides no count of customers
  const customerAt = (i: number) =>
    inSequence ? first + i : FIRST_CUSTOMER + ((first + i * 7_919) % CUSTOMERS)
  const step = (i: number): Step => ({
    target: `/api/v2/customers/${customerAt(i)}`,
    bytes: customerBytes(customerAt(i)),
    object: String(customerAt(i)),
    records: 1,
  })
  return walk(scene, random, 'objects', `${BULK.objects} distinct objects of one route within a day`, {
    count,
    step,
    route: 'GET /api/v2/customers/{id}',
  })
}

function byPage(scene: Scene, random: Random): Iterable<StoryRequest> {
  const step = (i: number): Step => ({
    target: `/api/v2/customers?page=${i + 1}`,
    bytes: customerPageBytes(i + 1),
    object: `page ${i + 1}`,
    records: 50,
  })
  return walk(scene, random, 'pages', `${BULK.pages} pages of one list within a day`, {
    count: scene.times(BULK.pages),
    step,
    route: 'GET /api/v2/customers',
  })
}

function byVolume(scene: Scene, random: Random): Iterable<StoryRequest> {
  const count = random.between(BULK.requests + 2, 60)
  const bytes = Math.ceil((BULK.bytes * scene.strength) / count)
  const step = (i: number): Step => {
    const day = new Date(scene.startMs - (i + 1) * DAY_MS).toISOString().slice(0, 10)
    const size = Math.floor(bytes * (1 + (mix(i, 12) % 100) / 400))
    return {
      target: `/api/v2/reports/orders-${day}.csv`,
      bytes: size,
      object: day,
      records: Math.floor(size / 148),
    }
  }
  return walk(
    scene,
    random,
    'volume',
    `100 MB in at least ${BULK.requests} requests to one route within a day`,
    {
      count,
      step,
      route: 'GET /api/v2/reports/{file}',
    },
  )
}

interface Walk {
  readonly count: number
  readonly route: string
  step(i: number): Step
}

/** All steps within less than a day, with pauses, refusals by a rate limit, and gaps where nothing is. */
function* walk(
  scene: Scene,
  random: Random,
  pattern: string,
  floor: string,
  { count, step, route }: Walk,
): Generator<StoryRequest> {
  const incident = scene.incident('walk', { kind: 'bulk-export', pattern, floor })
  const addresses = scene.tokens ? random.between(1, 4) : 1
  const clients = Array.from({ length: addresses }, (_, i) => `${scene.network(i)}.${random.between(2, 250)}`)
  const userAgent = random.pick([...INTEGRATIONS, 'python-requests/2.31.0', 'curl/8.7.1'])
  const token = `key_${random.hex(24)}`
  const lengthMs = Math.min(18 * HOUR_MS, (0.2 + random.unit() * 9) * HOUR_MS + count * 250)
  const gapMs = Math.max(120, lengthMs / count)
  const pauses = random.chance(0.4)
  const isLimited = gapMs < 2_000 && random.chance(0.3)
  let lateMs = 0
  for (const [i, paceMs] of paced(random, scene.at(0, 0.5 + random.unit() * 20), gapMs, count).entries()) {
    // the client changes its address a few times on the way, never its token
    const place = Math.floor((i * addresses) / count)
    const actor = { client: clients[place]!, userAgent, token, host: HOSTS.api, protocol: 'HTTP/1.1' }
    const { target, bytes, object, records } = step(i)
    const at = () => paceMs + lateMs
    if (pauses && random.chance(2 / count)) lateMs += random.between(5, 40) * MINUTE_MS
    if (isLimited && i % 60 === 59) {
      yield ask(actor, at(), { target, status: 429, bytes: 62, durationMs: 2, act: { incident, route } })
      lateMs += 30_000
    }
    const durationMs = 20 + Math.round(bytes / 4_000) + random.below(70)
    yield ask(actor, at(), { target, bytes, durationMs, act: { incident, route, object, records } })
  }
}
