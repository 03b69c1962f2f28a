import { SECOND_MS } from '../../../core/civil-time.js'
import type { StoryRequest } from '../../contract.js'
import { homeAddress } from '../../model/addresses.js'
import { byShare, DESKTOP } from '../../model/agents.js'
import { ACCOUNTS, userName } from '../../model/population.js'
import { doorOf } from '../parts/doors.js'
import { paced } from '../parts/pace.js'
import { ask, inOrder, type Scene } from '../scene.js'

/** The morning after all passwords were reset: one office, everybody's old password, and then the new one. */
export function* resetRush(scene: Scene): Generator<StoryRequest> {
  const random = scene.random('reset-rush')
  const incident = scene.incident('reset-rush', {
    kind: 'credential-attack',
    pattern: 'login-rush',
    why: 'one office logs in on the morning after a password reset; nearly all of them get in',
  })
  const door = doorOf(random.chance(0.5) ? 'basic' : 'form', scene.site)
  const agents = byShare(DESKTOP)
  const client = homeAddress(295_000 + random.below(900))
  const people = random.between(60, 160)
  const firstUser = random.below(ACCOUNTS)
  const day = random.below(2)
  const requests: StoryRequest[] = []
  for (let person = 0; person < people; person++) {
    const actor = { client, userAgent: random.pick(agents), protocol: 'HTTP/2.0' }
    const user = userName((firstUser + person * 29) % ACCOUNTS)
    let at = scene.at(day, 8.3 + random.unit() * 0.9)
    requests.push(door.before(actor, at, incident))
    const slips = random.chance(0.62) ? random.between(1, 3) : 0
    for (let slip = 0; slip <= slips; slip++) {
      at += random.between(5, 40) * SECOND_MS
      // one in fifty gives up and asks a colleague
      const letsIn = slip === slips && !random.chance(0.02)
      requests.push(door.attempt(actor, at, user, letsIn, incident))
      if (letsIn) requests.push(door.inside(actor, at + random.between(1, 4) * SECOND_MS, user, 0, incident))
    }
  }
  yield* inOrder(requests)
}

/** People who forgot their password: some tries, the mail with the link, and in. */
export function forgotten(scene: Scene): Generator<StoryRequest>[] {
  const random = scene.random('forgotten')
  return Array.from({ length: random.between(3, 5) }, (_, i) => forget(scene, i))
}

function* forget(scene: Scene, person: number): Generator<StoryRequest> {
  const random = scene.random(`forgotten ${person}`)
  const incident = scene.incident(`forgotten-${person + 1}`, {
    kind: 'credential-attack',
    pattern: 'forgotten-password',
    why: 'a user mistypes a forgotten password some times, asks for a new one, and gets in',
  })
  const door = doorOf(person === 0 ? 'api' : 'form', scene.site)
  const user = userName(random.below(ACCOUNTS))
  const actor = {
    client: homeAddress(296_000 + person * 13),
    userAgent: random.pick(byShare(DESKTOP)),
    protocol: 'HTTP/2.0',
  }
  const tries = random.between(5, 9)
  let at = scene.at(random.below(scene.days), 8 + random.unit() * 13)
  if (door.login === 'form') yield door.before(actor, at, incident)
  // quick at first, slower with doubt
  for (const tryAt of paced(random, at + 9 * SECOND_MS, 32 * SECOND_MS, tries)) {
    at = tryAt
    yield door.attempt(actor, at, user, false, incident)
  }
  const shop = 'https://www.example.com'
  at += random.between(10, 30) * SECOND_MS
  yield ask(actor, at, { target: '/password/reset', bytes: 4_310, referrer: `${shop}/login` })
  at += random.between(8, 25) * SECOND_MS
  yield ask(actor, at, {
    method: 'POST',
    target: '/password/reset',
    status: 302,
    referrer: `${shop}/password/reset`,
  })
  at += random.between(40, 200) * SECOND_MS
  const link = `/password/new?code=${random.hex(20)}`
  yield ask(actor, at, { target: link, bytes: 4_880 })
  at += random.between(20, 60) * SECOND_MS
  yield ask(actor, at, { method: 'POST', target: '/password/new', status: 302, referrer: `${shop}${link}` })
  at += random.between(4, 15) * SECOND_MS
  yield door.attempt(actor, at, user, true, incident)
  for (let n = 0; n < 3; n++) {
    at += random.between(2, 40) * SECOND_MS
    yield door.inside(actor, at, user, n, incident)
  }
}
