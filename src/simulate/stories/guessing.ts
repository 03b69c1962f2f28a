import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/civil-time.js'
import type { IncidentSpec, Story, StoryRequest } from '../contract.js'
import { TOOLS } from '../model/agents.js'
import { ACCOUNTS, userName } from '../model/population.js'
import type { Random } from '../model/random.js'
import { type Door, doorOf } from './parts/doors.js'
import { BURST, STEADY } from './parts/floors.js'
import { within } from './parts/pace.js'
import type { Actor, Scene } from './scene.js'

const COMMON_NAMES = ['admin', 'administrator', 'root', 'test', 'info', 'support', 'webmaster'] as const

/** One client tries passwords of one user, or of two or three, for some minutes; half of the time it gets in. */
export const guessing: Story = {
  id: 'guessing',
  title: 'one client tries many passwords of one user, and may get in',
  days: 1,
  tell: (scene) => {
    const random = scene.random('guessing')
    const door = doorOf(scene.login(random), scene.site)
    const actor: Actor = {
      client: `${scene.network(0)}.${random.between(2, 250)}`,
      userAgent: random.pick(TOOLS),
      protocol: 'HTTP/1.1',
    }
    return { threads: [guess(scene, random, door, actor, scene.at(0, 1 + random.unit() * 20))] }
  },
}

/** An attempt that succeeds, since the account is the actor's own. */
function ownLogin(door: Door, actor: Actor, at: number, user: string, incident: IncidentSpec): StoryRequest {
  const attempt = door.attempt(actor, at, user, true, incident)
  return { ...attempt, act: { ...attempt.act!, ownAccount: true } }
}

function* guess(
  scene: Scene,
  random: Random,
  door: Door,
  actor: Actor,
  startMs: number,
): Generator<StoryRequest> {
  const pace = random.chance(0.5) ? BURST : STEADY
  const minutes = pace.windowMs / MINUTE_MS
  const incident = scene.incident('guessing', {
    kind: 'credential-attack',
    pattern: 'guessing',
    floor: `${pace.failures} failures of one client in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}`,
  })
  const name = () => (random.chance(0.4) ? random.pick(COMMON_NAMES) : userName(random.below(ACCOUNTS)))
  const users = Array.from({ length: random.chance(0.7) ? 1 : random.between(2, 3) }, name)
  // an attacker with an account of his own logs into it now and then, to be let go on
  const own = random.chance(0.25) ? userName(random.below(ACCOUNTS)) : null
  const windows = random.between(1, pace === BURST ? 6 : 4)
  let last = startMs
  yield door.before(actor, startMs, incident)
  for (let w = 0; w < windows; w++) {
    const from = startMs + 2 * SECOND_MS + w * pace.windowMs
    for (const [i, at] of within(random, from, pace.windowMs, scene.times(pace.failures)).entries()) {
      yield door.attempt(actor, at, users[i % users.length]!, false, incident)
      last = at
      if (own !== null && i % 8 === 7) yield ownLogin(door, actor, at + 1, own, incident)
    }
  }
  if (!random.chance(0.5)) return
  last += Math.floor((pace.windowMs * 0.5) / scene.times(pace.failures)) + 200
  yield door.attempt(actor, last, users[0]!, true, incident)
  for (let n = 0, count = random.between(2, 9); n < count; n++) {
    last += random.between(2, n > 3 ? HOUR_MS / 300 / SECOND_MS : 9) * SECOND_MS
    yield door.inside(actor, last, users[0]!, n, incident)
  }
}
