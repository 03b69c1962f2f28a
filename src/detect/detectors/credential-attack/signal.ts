import { createHash } from 'node:crypto'
import { byPlace } from '../../../observe/citations.js'
import type { ObserverContext, Signal, SubjectDetail } from '../../../observe/contract.js'
import { type AttemptLog, OTHER_USER } from './attempt-log.js'
import { type AttemptEvidence, type EvidenceStore, unitKey, userKey } from './evidence.js'
import type { Explanation } from './explain.js'
import { SERVED_STEP } from './flow.js'
import type { Grade, Verdict } from './judge.js'
import type { Pattern } from './pattern.js'

const NAMES_SHOWN = 10
const ROUTES_SHOWN = 20

export interface CredentialAttackMeasures {
  readonly pattern: Pattern
  /** The application or declared login; null for a generic login, or where none is. */
  readonly application: string | null
  readonly attempts: number
  readonly failures: number
  /** Attempts that passed, and requests served beside a login where the subject was refused. */
  readonly successes: number
  /** Attempts of which nothing tells how they ended. */
  readonly open: number
  /** Failures that a success of the same client and user explains; they are not counted in the ratio. */
  readonly cancelled: number
  /** Claimed users and clients of the attempts that failed. */
  readonly users: number
  readonly clients: number
  /** Null where nothing failed for certain. */
  readonly failureRatio: number | null
  /** Most failures within one minute. */
  readonly peakPerMinute: number
  readonly medianGapMs: number | null
  /** Floors that were reached: `1min` to `30d`, and `slow`. */
  readonly floors: readonly string[]
  /** What is likelier than an attack. */
  readonly explanation: Explanation | null
  /** First success once a floor was reached, ISO 8601. */
  readonly firstSuccess: string | null
  /** When it was served where it had been refused, ISO 8601. */
  readonly accessProven: string | null
  readonly routes: readonly string[]
}

const OUTCOME = {
  'access-proven': 'succeeded',
  'success-after': 'unknown',
  sustained: 'attempted',
  attempts: 'attempted',
  undecided: 'unknown',
  explained: 'attempted',
} as const satisfies Record<Grade, Signal['outcome']>

const ALTERNATIVES: Readonly<Record<Grade, readonly string[]>> = {
  'access-proven': ['somebody who was given a new password after many tries', 'a test of the login'],
  'success-after': [
    'somebody who remembered the password at last, or was given a new one',
    'another person behind the same address who got in',
  ],
  sustained: ['a program that was not told of a changed password', 'a test of the login'],
  attempts: ['somebody who forgot the password', 'a program that was not told of a changed password'],
  undecided: ['a program that logs in often, and gets in', 'a load test of the login'],
  explained: [],
}

const EXPLANATIONS = {
  regular: 'a program or monitor on a timer: the requests keep one pace',
  'served-before': 'a program whose credential expired: it was served there before',
  outage: 'an outage: many other clients were refused there at that time, and served at others',
  'many-people': 'many people behind one address, who mostly got in',
} as const satisfies Record<Explanation, string>

const TECHNIQUES: Readonly<Record<Pattern, string>> = {
  guessing: 'T1110.001',
  spraying: 'T1110.003',
  stuffing: 'T1110.004',
}

/** Makes the signal of a verdict; null where no line of it is kept. */
export function signalOf(
  verdict: Verdict,
  routes: readonly string[],
  log: AttemptLog,
  evidence: EvidenceStore,
  context: ObserverContext,
): Signal | null {
  const { group, first, last, grade } = verdict
  const found = evidence.within(keysOf(verdict, log), first, last)
  const citations = found.citationsWithin(first, last)
  if (citations.length === 0) return null
  const subject = subjectOf(verdict, log, found)
  const measures = measuresOf(verdict, routes)
  return {
    kind: 'credential-attack',
    subject,
    scope: { type: 'route', id: group.scope.id },
    start: first,
    end: last,
    grade,
    outcome: OUTCOME[grade],
    summary: summaryOf(verdict, measures),
    measures,
    citations,
    evidenceCount: verdict.attempts,
    references: found.references.filter(({ time }) => time >= first && time <= last).sort(byPlace),
    reasons: reasonsOf(verdict, found, context),
    alternatives: verdict.explanation === null ? ALTERNATIVES[grade] : [EXPLANATIONS[verdict.explanation]],
    techniques: [TECHNIQUES[verdict.pattern], ...(grade === 'access-proven' ? ['T1078'] : [])],
  }
}

/** Names of the evidence: of a user's own attempts, or of all clients and agents that took part. */
function keysOf({ group, steps }: Verdict, log: AttemptLog): string[] {
  if (group.type !== 'claimed-user') return [...new Set(steps.map(({ unit, agent }) => unitKey(unit, agent)))]
  const { scopeLow, scopeHigh } = log.units.column
  const { unit } = steps[0]!
  return [userKey(group.key, scopeLow[unit]!, scopeHigh[unit]!)]
}

function subjectOf(verdict: Verdict, log: AttemptLog, found: AttemptEvidence): SubjectDetail {
  const attempts = verdict.steps.filter(({ says }) => says !== SERVED_STEP)
  const clients = namesInOrder(attempts.map(({ unit, time }) => ({ name: log.nameOf(unit), time })))
  const users = namesInOrder(
    attempts
      .filter(({ user }) => user > OTHER_USER)
      .map(({ user, time }) => ({ name: log.userNames[user]!, time })),
  )
  const agents = found.agentNames()
  return {
    type: verdict.group.type,
    id: subjectId(verdict, log, found),
    clients: clients.slice(0, NAMES_SHOWN),
    clientCount: clients.length,
    users: users.slice(0, NAMES_SHOWN),
    userCount: users.length,
    userAgents: agents.slice(0, NAMES_SHOWN),
    userAgentCount: agents.length,
  }
}

/** First seen first, equals by name. */
function namesInOrder(seen: readonly { readonly name: string; readonly time: number }[]): string[] {
  const first = new Map<string, number>()
  for (const { name, time } of seen) if (!first.has(name)) first.set(name, time)
  return [...first].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : a > b ? 1 : 0)).map(([name]) => name)
}

/** A client as principals are named where it has one agent, `address#*` where it has more. */
function subjectId({ group }: Verdict, log: AttemptLog, found: AttemptEvidence): string {
  if (group.type === 'claimed-user') return log.userNames[group.key]!
  if (group.type === 'network') {
    const [a, b, c] = [group.key >>> 16, (group.key >>> 8) & 255, group.key & 255]
    return `${a}.${b}.${c}.0/24`
  }
  const agents = [...found.agents.values()]
  return `${log.nameOf(group.key)}#${agents.length === 1 ? agentName(agents[0]!.text) : '*'}`
}

function agentName(text: string): string {
  return text === '-' ? '-' : createHash('sha256').update(text).digest('hex').slice(0, 8)
}

function measuresOf(verdict: Verdict, routes: readonly string[]): CredentialAttackMeasures {
  const { failuresByUnit, failuresByUser, ratio, medianGapMs } = verdict
  return {
    pattern: verdict.pattern,
    application: verdict.group.scope.application,
    attempts: verdict.attempts,
    failures: verdict.failures,
    successes: verdict.successes,
    open: verdict.open,
    cancelled: verdict.cancelled,
    users: [...failuresByUser.keys()].filter((user) => user !== 0).length,
    clients: failuresByUnit.size,
    failureRatio: Number.isNaN(ratio) ? null : Math.round(ratio * 1000) / 1000,
    peakPerMinute: verdict.peakPerMinute,
    medianGapMs: Number.isNaN(medianGapMs) ? null : medianGapMs,
    floors: verdict.crossed,
    explanation: verdict.explanation,
    firstSuccess: timeOrNull(verdict.successAt),
    accessProven: timeOrNull(verdict.provenAt),
    routes: routes.slice(0, ROUTES_SHOWN),
  }
}

function timeOrNull(time: number): string | null {
  return Number.isNaN(time) ? null : new Date(time).toISOString()
}

function summaryOf({ group, grade }: Verdict, measures: CredentialAttackMeasures): string {
  const { pattern, attempts, failures, firstSuccess, accessProven, clients, users } = measures
  const from = clients > 1 ? ` from ${clients} clients` : ''
  const at = users > 1 ? ` at ${users} users` : ''
  const what = `${pattern} at "${group.scope.id}": ${attempts} attempts${from}${at}`
  if (grade === 'undecided') return `${what}, and nothing tells how they ended`
  const end =
    accessProven !== null
      ? `; served at ${accessProven} where it was refused before`
      : firstSuccess !== null
        ? `; a success followed at ${firstSuccess}`
        : ''
  return `${what}, ${failures} failed${end}`
}

function reasonsOf({ group, grade }: Verdict, found: AttemptEvidence, context: ObserverContext): string[] {
  const reasons = new Set<string>(group.type === 'claimed-user' ? [] : ['client-only-identity'])
  for (const source of found.sources) for (const doubt of context.doubtsOf(source)) reasons.add(doubt)
  // when a request began is nothing here
  reasons.delete('producer-unknown')
  if (found.late) reasons.add('late-records')
  // no answer that is known to be a success, or a failure, stands beside the attempts
  if (grade === 'undecided') reasons.add('no-baseline')
  return [...reasons].sort()
}
