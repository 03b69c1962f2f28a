import { toIso } from '../core/times.js'
import type { Act, IncidentSpec, TruthActor, TruthAttack, TruthIncident, TruthLookalike } from './contract.js'
import type { Hit } from './hit.js'

/** What is counted of one incident. */
interface Account {
  readonly spec: IncidentSpec
  readonly story: string
  readonly clients: Set<string>
  readonly users: Set<string>
  readonly userAgents: Set<string>
  readonly tokens: Set<string>
  readonly routes: Set<string>
  readonly objects: Set<string>
  firstMs: number
  lastMs: number
  firstAttemptMs: number
  lastAttemptMs: number
  /** Attempts that opened an account of somebody else. */
  opened: number
  requests: number
  failures: number
  successes: number
  served: number
  records: number
  bytes: number
}

/** Counts incidents from the requests that are written: the truth knows no plan and no rule. */
export class Recorder {
  readonly #accounts = new Map<IncidentSpec, Account>()
  readonly #stepMs: number

  /** `stepMs`: the finest step of a stamp in the log. */
  constructor(stepMs: number) {
    this.#stepMs = stepMs
  }

  /** Counts one written request. */
  record(hit: Hit, act: Act): void {
    const account = this.#accountOf(act.incident, hit.story)
    const { time } = hit
    if (time < account.firstMs) account.firstMs = time
    if (time > account.lastMs) account.lastMs = time
    account.clients.add(hit.client)
    account.routes.add(act.route)
    if (hit.userAgent !== undefined) account.userAgents.add(hit.userAgent)
    if (hit.token !== undefined) account.tokens.add(hit.token)
    const user = act.user ?? hit.user
    if (user !== undefined) account.users.add(user)
    account.requests++
    account.bytes += hit.bytes ?? 0
    if (act.login !== undefined) recordAttempt(account, act, time)
    else if ((hit.status === 200 || hit.status === 206) && (hit.bytes ?? 0) > 0) {
      account.served++
      account.records += act.records ?? 0
      if (act.object !== undefined) account.objects.add(act.object)
    }
  }

  #accountOf(spec: IncidentSpec, story: string): Account {
    let account = this.#accounts.get(spec)
    if (account === undefined) {
      account = {
        spec,
        story,
        clients: new Set(),
        users: new Set(),
        userAgents: new Set(),
        tokens: new Set(),
        routes: new Set(),
        objects: new Set(),
        firstMs: Number.POSITIVE_INFINITY,
        lastMs: Number.NEGATIVE_INFINITY,
        firstAttemptMs: Number.POSITIVE_INFINITY,
        lastAttemptMs: Number.NEGATIVE_INFINITY,
        opened: 0,
        requests: 0,
        failures: 0,
        successes: 0,
        served: 0,
        records: 0,
        bytes: 0,
      }
      this.#accounts.set(spec, account)
    }
    return account
  }

  /** Attacks and look-alikes, by start. */
  finish(strength: number): { incidents: TruthAttack[]; lookalikes: TruthLookalike[] } {
    const accounts = [...this.#accounts.values()].sort(
      (a, b) => a.firstMs - b.firstMs || (a.spec.id < b.spec.id ? -1 : 1),
    )
    const incidents: TruthAttack[] = []
    const lookalikes: TruthLookalike[] = []
    for (const account of accounts) {
      const { why, floor } = account.spec
      const incident = this.#incidentOf(account)
      if (why !== undefined) lookalikes.push({ ...incident, why })
      else incidents.push({ ...incident, strength, floor: floor ?? '' })
    }
    return { incidents, lookalikes }
  }

  #incidentOf(account: Account): TruthIncident {
    const { spec, story, routes, objects, requests, failures, successes, served, records, bytes } = account
    const hasAttempt = failures + successes > 0
    const shown = (ms: number) => toIso(Math.floor(ms / this.#stepMs) * this.#stepMs)
    return {
      id: spec.id,
      story,
      kind: spec.kind,
      pattern: spec.pattern,
      actor: actorOf(account),
      routes: [...routes].sort(),
      start: shown(account.firstMs),
      end: shown(account.lastMs),
      firstAttempt: hasAttempt ? shown(account.firstAttemptMs) : null,
      lastAttempt: hasAttempt ? shown(account.lastAttemptMs) : null,
      requests,
      failures,
      successes,
      served,
      objects: objects.size,
      records,
      bytes,
      succeeded: spec.kind === 'credential-attack' ? account.opened > 0 : served > 0,
    }
  }
}

function recordAttempt(account: Account, { login, ownAccount }: Act, time: number): void {
  account.firstAttemptMs = Math.min(account.firstAttemptMs, time)
  account.lastAttemptMs = Math.max(account.lastAttemptMs, time)
  if (login === 'failure') account.failures++
  else account.successes++
  if (login === 'success' && ownAccount !== true) account.opened++
}

function actorOf({ clients, users, userAgents, tokens }: Account): TruthActor {
  const networks = new Set([...clients].map(networkOf))
  return {
    clients: [...clients].sort(),
    networks: [...networks].sort(),
    users: [...users].sort(),
    userAgents: [...userAgents].sort(),
    tokens: [...tokens].sort(),
  }
}

/** The /24 of an address, or its /64; story addresses of IPv6 have their four groups of network written out. */
function networkOf(client: string): string {
  if (client.includes(':')) return `${client.split(':').slice(0, 4).join(':')}::/64`
  return `${client.slice(0, client.lastIndexOf('.'))}.0/24`
}
