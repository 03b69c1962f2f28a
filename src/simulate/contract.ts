import type { Producer } from '../parse/contract.js'
import type { Scene } from './stories/scene.js'

/** How a server's users prove who they are, at the entry point that an attack on credentials is aimed at. */
export const LOGINS = {
  form: "the shop's login form: POST /login answers 302 when it lets in, 200 when not; no user in the log",
  api: 'the interface: POST /api/v2/session answers 201 when it lets in, 401 when not; no user in the log',
  wordpress:
    'the WordPress of the blog: POST /blog/wp-login.php answers 302 when it lets in, 200 when not; no user in the log',
  basic:
    'HTTP Basic on /intranet/: 200 when it lets in, 401 when not; the user is in the log, tried ones too',
} as const
export type Login = keyof typeof LOGINS

/** What a simulated log is to be. The same options give the same bytes, on any machine. */
export interface SimulateOptions {
  /** Ids of stories (`stories`), told side by side in one log. None: ordinary traffic alone. */
  readonly stories?: readonly string[]
  /** Default 1. */
  readonly seed?: string | number
  /**
   * Bytes of all logs together, before compression. Ordinary traffic is made as dense as it takes, so that the total is
   * within some per cent, unless the stories alone are more.
   */
  readonly size?: number
  /** Length in days. Default: what the longest of the stories needs; 1 without a story. */
  readonly days?: number
  /** Ordinary requests a second on average, when no size is given. Default 0.5. */
  readonly rate?: number
  /** Attacks in multiples of the floor that each story states. Default 2. */
  readonly strength?: number
  /** Id of a format (`combined`, `nginx-combined`, ...) or an nginx or Apache format string. Default `combined`. */
  readonly layout?: string
  /**
   * Which server writes: what stamps mean, in which order lines are, how text is escaped. Default: the one that the layout
   * is of, apache where it may be both.
   */
  readonly producer?: Exclude<Producer, 'unknown'>
  /** Logs are of this many servers behind one balancer. Default 1. */
  readonly servers?: number
  /** First instant, ISO 8601. Default 2025-03-10T00:00:00Z, a Monday; never the clock. */
  readonly start?: string
  /** Zone of the site and of its stamps, minutes east of UTC. Default 0. */
  readonly offsetMinutes?: number
  /** Entry point of attacks on credentials. Default: drawn by the seed. */
  readonly login?: Login
  /** Default true; false gives the lines of the stories alone, to be spliced into other logs. */
  readonly traffic?: boolean
}

/** The options of a run, all of them. */
export interface EffectiveOptions {
  readonly stories: readonly string[]
  readonly seed: string
  readonly size: number | null
  readonly days: number
  readonly rate: number | null
  readonly strength: number
  readonly layout: string
  readonly producer: Exclude<Producer, 'unknown'>
  readonly servers: number
  readonly start: string
  readonly offsetMinutes: number
  readonly login: Login | null
  readonly traffic: boolean
}

export type IncidentKind = 'credential-attack' | 'bulk-export' | 'closed-entry-point'

/** Who did it: every value that is in the requests, sorted. What of it the log shows, `Truth.visible` says. */
export interface TruthActor {
  readonly clients: readonly string[]
  /** Networks of the clients: /24 and /64. */
  readonly networks: readonly string[]
  readonly users: readonly string[]
  readonly userAgents: readonly string[]
  readonly tokens: readonly string[]
}

/**
 * One incident, or one thing that looks like one: counted from the requests that were written, one by one.
 *
 * Counts are of all its requests. `failures` and `successes` are attempts to log in; `served` are requests answered 200
 * or 206 with a body, attempts to log in left out.
 */
export interface TruthIncident {
  readonly id: string
  readonly story: string
  readonly kind: IncidentKind
  /** `guessing`, `stuffing`, `spraying`; `objects`, `pages`, `volume`; `return-through-alias`. */
  readonly pattern: string
  readonly actor: TruthActor
  /** Routes that are asked for, `METHOD /path/{id}`, sorted. */
  readonly routes: readonly string[]
  /** First and last stamp as logged, ISO 8601. */
  readonly start: string
  readonly end: string
  /**
   * Stamps as logged of the first and the last attempt to log in; null where there is none. The incident may begin before,
   * with the form that is fetched, and go on after, with what is read inside.
   */
  readonly firstAttempt: string | null
  readonly lastAttempt: string | null
  readonly requests: number
  readonly failures: number
  readonly successes: number
  readonly served: number
  /** Distinct objects that were served: customers, documents, pages of a list. */
  readonly objects: number
  /** Records in what was served: a page of a list has many. */
  readonly records: number
  /** Sum of the sizes in the log. */
  readonly bytes: number
  /** The actor got into an account that is not its own, or got data. */
  readonly succeeded: boolean
}

export interface TruthAttack extends TruthIncident {
  /** Multiple of the floor that this attack was made with. */
  readonly strength: number
  /** The floor, in words. */
  readonly floor: string
}

export interface TruthLookalike extends TruthIncident {
  /** Why it is harmless. */
  readonly why: string
}

/** One written log. */
export interface TruthFile {
  readonly name: string
  readonly lines: number
  /** Before compression, as is the hash. */
  readonly bytes: number
  readonly sha256: string
}

/** What `truth.json` holds. */
export interface Truth {
  /** Changes whenever the same options give other bytes. */
  readonly generator: { readonly name: 'postern simulate'; readonly version: number }
  readonly options: EffectiveOptions
  readonly files: readonly TruthFile[]
  readonly totals: {
    readonly lines: number
    readonly bytes: number
    /** Of them, lines of stories. */
    readonly storyLines: number
    /** First and last stamp as logged; null when there is no line. */
    readonly start: string | null
    readonly end: string | null
  }
  /** Which of an actor's values the layout has a field for. */
  readonly visible: {
    readonly client: boolean
    readonly user: boolean
    readonly userAgent: boolean
    readonly token: boolean
    readonly host: boolean
    readonly referrer: boolean
    readonly bytes: boolean
    readonly duration: boolean
  }
  /** How the site's logins answer, by route, for a detector that is to be told. */
  readonly logins: Readonly<Record<Login, string>>
  readonly incidents: readonly TruthAttack[]
  readonly lookalikes: readonly TruthLookalike[]
}

/** One request of a story. `at` is when it began, epoch milliseconds. */
export interface StoryRequest {
  readonly at: number
  readonly client: string
  readonly userAgent: string | undefined
  readonly method: string
  readonly target: string
  readonly status: number
  /** Body bytes. */
  readonly bytes: number
  readonly durationMs: number
  readonly protocol?: string
  readonly user?: string
  readonly referrer?: string
  readonly host?: string
  readonly token?: string
  /** What it is in the truth; absent for what only surrounds an incident. */
  readonly act?: Act
}

/** A request's part in an incident. */
export interface Act {
  readonly incident: IncidentSpec
  readonly route: string
  readonly login?: 'failure' | 'success'
  /** The account is the actor's own: to get into it is an attempt that succeeds, and no success of the attack. */
  readonly ownAccount?: true
  /** Object that is asked for. */
  readonly object?: string
  /** Records in the answer. */
  readonly records?: number
  /** Name that is tried, which the log need not show. */
  readonly user?: string
}

/** An incident as a story declares it; its requests refer to it. */
export interface IncidentSpec {
  readonly id: string
  readonly kind: IncidentKind
  readonly pattern: string
  /** For an attack: its floor in words. */
  readonly floor?: string
  /** For a look-alike: why it is harmless. */
  readonly why?: string
}

/** An entry point that a story declares closed, for the case file beside the logs. */
export interface DeclaredClosing {
  readonly id: string
  readonly path: string
  /** Epoch milliseconds. */
  readonly closedAt: number
}

/** A route that a story's operator knows to hand out data, for the case file beside the logs. */
export interface DeclaredDataRoute {
  readonly id: string
  readonly path: string
}

/** What a story's operator declares. */
export interface Declared {
  readonly closings: readonly DeclaredClosing[]
  readonly dataRoutes: readonly DeclaredDataRoute[]
}

/** What a story gives: threads of requests, each in order of `at`, and what a case would declare. */
export interface Told {
  readonly threads: readonly Iterable<StoryRequest>[]
  readonly declared?: Declared
}

/** A story: one file in `stories/`. */
export interface Story {
  /** Equals the file's name. */
  readonly id: string
  /** One line for people. */
  readonly title: string
  /** Fewest days in which it can be told. */
  readonly days: number
  tell(scene: Scene): Told
}
