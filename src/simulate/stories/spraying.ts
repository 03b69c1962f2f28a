import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/civil-time.js'
import type { Story, StoryRequest } from '../contract.js'
import { byShare, DESKTOP, TOOLS } from '../model/agents.js'
import { ACCOUNTS, userName } from '../model/population.js'
import type { Random } from '../model/random.js'
import { type Door, doorOf } from './parts/doors.js'
import { SLOW, STEADY } from './parts/floors.js'
import { within } from './parts/pace.js'
import { type Actor, inOrder, type Scene } from './scene.js'

/** A few common passwords tried on many users, in rounds, so that no account is locked. */
export const spraying: Story = {
  id: 'spraying',
  title: 'a few passwords tried on many users, in rounds: quick from one address, or slow from several',
  days: 2,
  tell: (scene) => {
    const random = scene.random('spraying')
    const door = doorOf(scene.login(random), scene.site)
    const slow = door.showsUser && random.chance(0.4)
    return { threads: [slow ? spraySlowly(scene, random, door) : spray(scene, random, door)] }
  },
}

/** One address; every round tries one password on the next users, each within ten minutes. */
function* spray(scene: Scene, random: Random, door: Door): Generator<StoryRequest> {
  const incident = scene.incident('spraying', {
    kind: 'credential-attack',
    pattern: 'spraying',
    floor: `${STEADY.failures} failures of one client in ${STEADY.windowMs / MINUTE_MS} minutes`,
  })
  const actor: Actor = {
    client: `${scene.network(0)}.${random.between(2, 250)}`,
    userAgent: random.chance(0.5) ? random.pick(TOOLS) : random.pick(byShare(DESKTOP)),
    protocol: 'HTTP/1.1',
  }
  const users = usersOf(random, scene.times(STEADY.failures))
  const rounds = random.between(1, 4)
  let from = scene.at(0, 1 + random.unit() * 18)
  yield door.before(actor, from, incident)
  from += 3 * SECOND_MS
  for (let round = 0; round < rounds; round++) {
    const times = within(random, from, STEADY.windowMs, users.length)
    for (const [i, user] of users.entries()) yield door.attempt(actor, times[i]!, user, false, incident)
    if (round === rounds - 1 && random.chance(0.4)) {
      const at = times.at(-1)! + 900
      const found = userName(random.below(ACCOUNTS))
      yield door.attempt(actor, at, found, true, incident)
      for (let n = 0; n < 4; n++) yield door.inside(actor, at + (n + 1) * 4 * SECOND_MS, found, n, incident)
    }
    // most locks open again after half an hour or an hour
    from += STEADY.windowMs + Math.floor((0.5 + random.unit() * 0.6) * HOUR_MS)
  }
}

/** Several addresses; every user is tried once a round, and rounds are at least eleven minutes apart. */
function* spraySlowly(scene: Scene, random: Random, door: Door): Generator<StoryRequest> {
  const rounds = scene.times(SLOW.failures)
  const incident = scene.incident('spraying', {
    kind: 'credential-attack',
    pattern: 'spraying',
    floor: `${SLOW.failures} failures of one user with a median gap of ${SLOW.gapMs / MINUTE_MS} minutes, no success`,
  })
  const users = usersOf(random, random.between(8, 24))
  const clients = Array.from(
    { length: random.between(3, 8) },
    (_, i) => `${scene.network(i % 4)}.${random.between(2, 250)}`,
  )
  const agent = random.pick(byShare(DESKTOP))
  // all rounds fit into a day and a half
  const roundMs = Math.min((11 + random.unit() * 80) * MINUTE_MS, (32 * HOUR_MS) / rounds)
  let from = scene.at(0, 0.5 + random.unit() * 6)
  for (let round = 0; round < rounds; round++) {
    const order = random.shuffled(users)
    const pending = order.map((user, i) => {
      const at = from + i * (8_000 + random.below(6_000))
      const actor = { client: random.pick(clients), userAgent: agent, protocol: 'HTTP/1.1' }
      return door.attempt(actor, at, user, false, incident)
    })
    yield* inOrder(pending)
    from += Math.floor(Math.max(roundMs, 11 * MINUTE_MS) * (1 + random.unit() * 0.1))
  }
}

function usersOf(random: Random, count: number): string[] {
  const first = random.below(ACCOUNTS)
  return Array.from({ length: count }, (_, i) => userName((first + i * 17) % ACCOUNTS))
}
