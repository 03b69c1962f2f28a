import type { ObserverContext, Signal } from '../../../observe/contract.js'
import { type AttemptLog, OTHER_USER } from './attempt-log.js'
import type { EvidenceStore } from './evidence.js'
import { type Events, flowsOf, ownEvents, settleEvents } from './flow.js'
import { foldVerdicts, joinPaths } from './fold-verdicts.js'
import { type Group, judge, type Verdict } from './judge.js'
import type { Limits } from './limits.js'
import { Outages } from './outages.js'
import { SAYS_NO, SAYS_NOTHING, type Scope, type Scopes } from './scopes.js'
import { signalOf } from './signal.js'
import { proofIn } from './success.js'

/** Judges all attempts: by client, network and claimed user, at each scope, and folds what tells of the same attack. */
export function* sealSignals(
  log: AttemptLog,
  scopes: Scopes,
  evidence: EvidenceStore,
  limits: Limits,
  context: ObserverContext,
): Iterable<Signal> {
  const events = settleEvents(log, scopes)
  const surroundings = {
    proofOf: proofIn(log, events, limits),
    outages: new Outages(log, events, limits),
  }
  const verdicts: Verdict[] = []
  for (const { group, order } of groupsOf(log, events, limits))
    for (const flow of flowsOf(events, order, limits, context.horizonMs)) {
      const verdict = judge(group, flow, limits, surroundings)
      if (verdict !== null) verdicts.push(verdict)
    }
  for (const { lead, routes } of joinPaths(foldVerdicts(verdicts), (unit) => log.nameOf(unit))) {
    const signal = signalOf(lead, routes, log, evidence, context)
    if (signal !== null) yield signal
  }
}

interface Grouped {
  readonly group: Group
  readonly order: Int32Array
}

function* groupsOf(log: AttemptLog, events: Events, limits: Limits): Iterable<Grouped> {
  const least = Math.min(limits.slowFailures, ...limits.floors.map(({ failures }) => failures))
  for (let unit = 0; unit < log.units.size; unit++) {
    const scope = events.scopes[unit]
    const order = ownEvents(events, unit)
    if (scope !== undefined && triesOf(events, order) >= least)
      yield { group: { type: 'client', key: unit, scope }, order }
  }
  yield* networksOf(log, events, least)
  yield* usersOf(log, events, least)
}

/** Attempts that may have failed, by weight. */
function triesOf(events: Events, order: Int32Array): number {
  let tries = 0
  for (const i of order)
    if (events.says[i] === SAYS_NO || events.says[i] === SAYS_NOTHING) tries += events.weight[i]!
  return tries
}

/** Networks with two clients or more. A refusal of which nothing says that a credential was tried counts for its client alone. */
function* networksOf(log: AttemptLog, events: Events, least: number): Iterable<Grouped> {
  const units = new Map<Scope, Map<number, number[]>>()
  for (let unit = 0; unit < log.units.size; unit++) {
    const scope = events.scopes[unit]
    const network = log.networkOf(unit)
    if (scope === undefined || scope.isWeak || network < 0) continue
    const networks = units.get(scope) ?? new Map<number, number[]>()
    units.set(scope, networks)
    const known = networks.get(network)
    if (known === undefined) networks.set(network, [unit])
    else known.push(unit)
  }
  for (const [scope, networks] of units)
    for (const [key, own] of networks) {
      if (own.length < 2) continue
      const order = Int32Array.from(own.flatMap((unit) => [...ownEvents(events, unit)]))
      if (triesOf(events, order) >= least) yield { group: { type: 'network', key, scope }, order }
    }
}

/** Claimed users at whom two clients or more tried. */
function* usersOf(log: AttemptLog, events: Events, least: number): Iterable<Grouped> {
  const found = new Map<Scope, Map<number, { units: Set<number>; events: number[] }>>()
  const shared = sharedUsers(log, events)
  for (let i = 0; i < events.says.length && i < log.events.size; i++) {
    const user = events.user[i]!
    const scope = events.scopes[events.unit[i]!]
    if (scope === undefined || scope.isWeak || user <= OTHER_USER || !shared.has(user)) continue
    const users = found.get(scope) ?? new Map<number, { units: Set<number>; events: number[] }>()
    found.set(scope, users)
    const known = users.get(user) ?? { units: new Set(), events: [] }
    users.set(user, known)
    known.units.add(events.unit[i]!)
    known.events.push(i)
  }
  for (const [scope, users] of found)
    for (const [key, { units, events: own }] of users) {
      const order = Int32Array.from(own)
      if (units.size >= 2 && triesOf(events, order) >= least)
        yield { group: { type: 'claimed-user', key, scope }, order }
    }
}

/** Users whom more than one unit claimed: most are claimed by one, and need no lists of their own. */
function sharedUsers(log: AttemptLog, events: Events): Set<number> {
  const first = new Int32Array(log.userNames.length)
  const shared = new Set<number>()
  for (let i = 0; i < log.events.size; i++) {
    const user = events.user[i]!
    if (user <= OTHER_USER) continue
    const unit = events.unit[i]! + 1
    if (first[user] === 0) first[user] = unit
    else if (first[user] !== unit) shared.add(user)
  }
  return shared
}
