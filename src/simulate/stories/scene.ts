import { DAY_MS, HOUR_MS } from '../../core/civil-time.js'
import {
  type Act,
  type EffectiveOptions,
  type IncidentSpec,
  LOGINS,
  type Login,
  type StoryRequest,
} from '../contract.js'
import { storyNetworks } from '../model/addresses.js'
import { mix, Random } from '../model/random.js'
import type { Site } from '../model/site.js'

/** Who asks, in a story. */
export interface Actor {
  client: string
  userAgent: string | undefined
  readonly protocol?: string
  readonly token?: string
  readonly host?: string
}

/** What is asked for, and what comes back. */
export interface Asked {
  readonly method?: string
  readonly target: string
  readonly status?: number
  readonly bytes?: number
  readonly durationMs?: number
  readonly user?: string | undefined
  readonly referrer?: string | undefined
  readonly act?: Act
}

/** One request of an actor at a time. */
export function ask(actor: Actor, at: number, asked: Asked): StoryRequest {
  return {
    method: 'GET',
    status: 200,
    bytes: 0,
    durationMs: 40 + (mix(at, asked.target.length) % 60),
    ...actor,
    ...asked,
    at: Math.floor(at),
  } as StoryRequest
}

/** Requests in order of time. */
export function inOrder(requests: StoryRequest[]): StoryRequest[] {
  return requests.sort((a, b) => a.at - b.at)
}

/**
 * Where a story is told: the site, the span of the log, and chance of its own. It knows nothing of ordinary traffic, so
 * that a story is the same with it and without.
 */
export class Scene {
  readonly site: Site
  readonly strength: number
  readonly startMs: number
  readonly endMs: number
  /** Local minus UTC. */
  readonly offsetMs: number
  /** Tokens are in the log. */
  readonly tokens: boolean
  readonly #seed: string
  readonly #story: string
  readonly #login: Login | null
  readonly #networks: readonly string[]

  constructor(
    options: EffectiveOptions,
    story: string,
    place: number,
    world: { readonly site: Site; readonly tokens: boolean },
    span: { readonly startMs: number; readonly endMs: number },
  ) {
    this.site = world.site
    this.tokens = world.tokens
    this.strength = options.strength
    this.startMs = span.startMs
    this.endMs = span.endMs
    this.offsetMs = options.offsetMinutes * 60_000
    this.#seed = options.seed
    this.#story = story
    this.#login = options.login
    this.#networks = storyNetworks(place)
  }

  /** Chance for one part of the story, from a stream of its own. */
  random(part: string): Random {
    return new Random(this.#seed, `stories/${this.#story}/${part}`)
  }

  /** An incident; its id is unique in the log. */
  incident(part: string, spec: Omit<IncidentSpec, 'id'>): IncidentSpec {
    return { id: `${this.#story}/${part}`, ...spec }
  }

  /** A multiple of a floor, whole; at least 1. */
  times(floor: number): number {
    return Math.max(1, Math.ceil(floor * this.strength - 1e-9))
  }

  /** The entry point of attacks on credentials. */
  login(random: Random): Login {
    return this.#login ?? random.pick(Object.keys(LOGINS) as Login[])
  }

  /** A /24 that is the story's own, without its last part: `198.19.130`. `index` counts from 0. */
  network(index: number): string {
    return this.#networks[index % this.#networks.length]!
  }

  /** An hour of a day of the log, in local time: both count from 0, hours with a fraction. */
  at(day: number, hour: number): number {
    const firstDay = Math.floor((this.startMs + this.offsetMs) / DAY_MS) * DAY_MS - this.offsetMs
    const at = firstDay + day * DAY_MS + hour * HOUR_MS
    return Math.max(at, this.startMs)
  }

  /** Whole days of the log. */
  get days(): number {
    return Math.max(1, Math.floor((this.endMs - this.startMs) / DAY_MS))
  }
}
