import { MINUTE_MS, SECOND_MS } from '../../core/civil-time.js'
import type { IncidentSpec, Story, StoryRequest } from '../contract.js'
import { byShare, DESKTOP, TOOLS } from '../model/agents.js'
import { ACCOUNTS, userName } from '../model/population.js'
import type { Random } from '../model/random.js'
import { type Door, doorOf } from './parts/doors.js'
import { STEADY } from './parts/floors.js'
import { within } from './parts/pace.js'
import { inOrder, type Scene } from './scene.js'

/** Names and passwords that leaked elsewhere, each tried once or twice, from many addresses of a few networks. */
export const stuffing: Story = {
  id: 'stuffing',
  title: 'leaked names and passwords, one try each, from many addresses of a few networks',
  days: 1,
  tell: (scene) => {
    const random = scene.random('stuffing')
    const door = doorOf(scene.login(random), scene.site)
    const incident = scene.incident('stuffing', {
      kind: 'credential-attack',
      pattern: 'stuffing',
      floor: `${STEADY.failures} failures of one network in ${STEADY.windowMs / MINUTE_MS} minutes`,
    })
    const startMs = scene.at(0, 1 + random.unit() * 20)
    const windows = random.between(1, 6)
    const networks = random.between(1, 3)
    return {
      threads: Array.from({ length: networks }, (_, n) =>
        stuff(scene, scene.random(`network ${n}`), n, door, incident, startMs, windows),
      ),
    }
  },
}

function* stuff(
  scene: Scene,
  random: Random,
  network: number,
  door: Door,
  incident: IncidentSpec,
  startMs: number,
  windows: number,
): Generator<StoryRequest> {
  const addresses = random.between(12, 120)
  const browsers = byShare(DESKTOP)
  // some tools show one agent, others take one from a list for each try
  const tool = random.chance(0.4) ? random.pick(TOOLS) : null
  const hitRate = 0.004 + random.unit() * 0.02
  const firstUser = random.below(ACCOUNTS)
  let tried = 0
  for (let w = 0; w < windows; w++) {
    const pending: StoryRequest[] = []
    const from = startMs + w * STEADY.windowMs
    for (const at of within(random, from, STEADY.windowMs, scene.times(STEADY.failures))) {
      const actor = {
        client: `${scene.network(network)}.${2 + ((random.below(addresses) * 2) % 250)}`,
        userAgent: tool ?? random.pick(browsers),
        protocol: 'HTTP/1.1',
      }
      tried++
      // half of a leaked list has no account here
      const user = random.chance(0.5)
        ? userName((firstUser + tried * 131) % ACCOUNTS)
        : `${userName((firstUser + tried * 131) % ACCOUNTS).replace('.', random.pick(['_', '', '-']))}${random.between(1, 99)}`
      pending.push(door.attempt(actor, at, user, false, incident))
      if (random.chance(0.12)) pending.push(door.before(actor, at - 400, incident))
      if (random.chance(hitRate)) {
        const found = userName((firstUser + tried * 137) % ACCOUNTS)
        pending.push(door.attempt(actor, at + 3, found, true, incident))
        for (let n = 0; n < 2; n++)
          pending.push(door.inside(actor, at + (n + 1) * SECOND_MS, found, n, incident))
      }
    }
    yield* inOrder(pending)
  }
}
