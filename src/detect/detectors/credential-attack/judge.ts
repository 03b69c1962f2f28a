import { MINUTE_MS } from '../../../core/civil-time.js'
import { distinct, type Explanation, explainPrograms, whoNeverGotIn } from './explain.js'
import { type Flow, pairOf, SERVED_STEP, type Step } from './flow.js'
import type { Limits } from './limits.js'
import type { Outages } from './outages.js'
import { type Pattern, patternOf } from './pattern.js'
import { SAYS_NO, SAYS_NOTHING, SAYS_YES, type Scope } from './scopes.js'
import { NO_SUCCESS, type ProofOf, type Success, successAfter } from './success.js'
import { type Crossing, crossingOf, distinctSuccesses, isShare, medianGap } from './windows.js'

export type Grade = 'access-proven' | 'success-after' | 'sustained' | 'attempts' | 'undecided' | 'explained'

/** What a group of attempts is: those of one client, of one network, or at one claimed user. */
export interface Group {
  readonly type: 'client' | 'network' | 'claimed-user'
  /** The /24 as a number, or the user's number; the unit for a client. */
  readonly key: number
  readonly scope: Scope
}

/** One episode of a group, judged. */
export interface Verdict {
  readonly group: Group
  readonly grade: Grade
  readonly pattern: Pattern
  readonly first: number
  readonly last: number
  /** Steps from first to last, what was served beside a login among them. */
  readonly steps: readonly Step[]
  readonly attempts: number
  readonly failures: number
  readonly successes: number
  readonly open: number
  readonly cancelled: number
  readonly ratio: number
  readonly peakPerMinute: number
  readonly medianGapMs: number
  /** Names of the windows in which a floor was reached; `slow` beside them. */
  readonly crossed: readonly string[]
  readonly successAt: number
  readonly provenAt: number
  readonly explanation: Explanation | null
  /** Units and claimed users by failures. */
  readonly failuresByUnit: ReadonlyMap<number, number>
  readonly failuresByUser: ReadonlyMap<number, number>
}

/** What is known beside a group's own attempts. */
export interface Surroundings {
  readonly proofOf: ProofOf
  readonly outages: Outages
}

/** Judges one episode; null where nothing reaches a floor. */
export function judge(group: Group, flow: Flow, limits: Limits, around: Surroundings): Verdict | null {
  const verdict = judgeFlow(group, flow, limits, around)
  if (verdict === null || verdict.grade === 'undecided' || verdict.grade === 'explained') return verdict
  const others = whoNeverGotIn(verdict.steps, limits)
  if (others === null) return verdict
  const ofOthers = judgeFlow(group, { ...flow, steps: others }, limits, around)
  return ofOthers ?? explained(verdict, 'many-people')
}

function explained(verdict: Verdict, explanation: Explanation): Verdict {
  return { ...verdict, grade: 'explained', explanation, ...NO_SUCCESS }
}

function judgeFlow(group: Group, flow: Flow, limits: Limits, around: Surroundings): Verdict | null {
  const { steps } = flow
  const { scope } = group
  const failing = steps.filter(({ says, net }) => says === SAYS_NO && net > 0)
  if (failing.length === 0) return judgeOpen(group, flow, limits)
  const crossings = floorsOf(group, limits).map((floor) => ({
    floor,
    ...crossingOf(steps, floor),
  }))
  const times = failing.map(({ time }) => time)
  const gap = medianGap(times)
  const isSlow = !scope.isWeak && slow(failing, steps, gap, limits)
  const crossed = crossings.filter(({ at }) => !Number.isNaN(at)).map(({ floor }) => floor.name)
  if (crossed.length === 0 && !isSlow) return judgeOpen(group, flow, limits)
  const explanation = explainPrograms(scope, flow, around.outages)
  const success = explanation === null ? successOf(group, steps, crossings, limits, around) : NO_SUCCESS
  const grade = explanation === null ? gradeOf(group, steps, failing, success, limits) : 'explained'
  const { successAt, provenAt } =
    grade === 'access-proven' || grade === 'success-after' ? success : NO_SUCCESS
  return verdictOf(group, flow, limits, {
    grade,
    first: steps.find(({ says }) => says === SAYS_NO)!.time,
    last:
      explanation === null
        ? endOf(steps, latest(times[times.length - 1]!, successAt, provenAt))
        : lastFailure(steps),
    crossed: isSlow ? [...crossed, 'slow'] : crossed,
    peakPerMinute: crossings[0]!.peak,
    medianGapMs: gap,
    successAt,
    provenAt,
    explanation,
  })
}

/** Of a matter that is explained, failures that a success took back are as much a part as any. */
function lastFailure(steps: readonly Step[]): number {
  return steps.findLast(({ says }) => says === SAYS_NO)!.time
}

/** Attempts of who attacked that follow each other this closely are of the attack, also those that a success took back. */
const CLOSE_MS = 10 * MINUTE_MS

function endOf(steps: readonly Step[], known: number): number {
  const attackers = new Set(steps.filter(({ says, net }) => says === SAYS_NO && net > 0).map(pairOf))
  let end = known
  for (const step of steps) {
    const isAttempt = step.says === SAYS_NO || step.says === SAYS_YES
    if (isAttempt && step.time > end && step.time - end <= CLOSE_MS && attackers.has(pairOf(step)))
      end = step.time
  }
  return end
}

/** The latest of some times, NaN being none. */
function latest(...times: readonly number[]): number {
  return Math.max(...times.filter((time) => !Number.isNaN(time)))
}

/** Clients of one network take turns: of each of them alone one failure says little, and all of them together say it. */
function successOf(
  { type }: Group,
  steps: readonly Step[],
  crossings: readonly Crossing[],
  limits: Limits,
  { proofOf }: Surroundings,
): Success {
  const reached = crossings.filter(({ at }) => !Number.isNaN(at))
  const [first] = reached.sort((a, b) => a.at - b.at || b.from - a.from)
  const granted = type === 'network' ? 0 : limits.cancelled
  return successAfter(steps, first?.from ?? Number.NaN, granted, limits, proofOf)
}

/** Away from a login, what is served counts in full: many are served there who were refused first. */
function floorsOf({ scope }: Group, { floors, ratio }: Limits): Limits['floors'] {
  return scope.isLogin ? floors : floors.map((floor) => ({ ...floor, share: ratio }))
}

function slow(failing: readonly Step[], steps: readonly Step[], gap: number, limits: Limits): boolean {
  if (sumOf(failing) < limits.slowFailures || !(gap >= limits.slowGapMs)) return false
  return steps.every(({ says }) => says === SAYS_NO || says === SAYS_NOTHING)
}

/** Attempts of which nothing tells how they ended count against higher floors, and never for more than that. */
function judgeOpen(group: Group, flow: Flow, limits: Limits): Verdict | null {
  const tries = flow.steps
    .filter(({ says }) => says === SAYS_NO || says === SAYS_NOTHING)
    .map((step) => ({ ...step, says: SAYS_NO, net: step.weight }))
  if (!flow.steps.some(({ says }) => says === SAYS_NOTHING)) return null
  const floors = limits.floors.map((floor) => ({ ...floor, failures: floor.failures * limits.openFactor }))
  const crossings = floors.map((floor) => ({ floor, ...crossingOf(tries, floor) }))
  const crossed = crossings.filter(({ at }) => !Number.isNaN(at)).map(({ floor }) => floor.name)
  if (crossed.length === 0 || !isShare(sumOf(tries), distinctSuccesses(flow.steps), limits.ratio)) return null
  return verdictOf(group, flow, limits, {
    grade: 'undecided',
    first: tries[0]!.time,
    last: tries[tries.length - 1]!.time,
    crossed,
    peakPerMinute: crossings[0]!.peak,
    medianGapMs: medianGap(tries.map(({ time }) => time)),
    successAt: Number.NaN,
    provenAt: Number.NaN,
    explanation: null,
  })
}

function gradeOf(
  group: Group,
  steps: readonly Step[],
  failing: readonly Step[],
  { successAt, provenAt }: Success,
  limits: Limits,
): Grade {
  // a path that is forbidden, and nothing says that anybody tried a password
  if (group.scope.isWeak && group.scope.isForbidden) return 'attempts'
  if (!Number.isNaN(provenAt)) return 'access-proven'
  if (!Number.isNaN(successAt)) return 'success-after'
  const failures = sumOf(failing)
  if (!isShare(failures, distinctSuccesses(steps), limits.ratio)) return 'attempts'
  const users = new Set(failing.map(({ user }) => user))
  const isOneUser = users.size === 1 && !users.has(0)
  const isMany = isOneUser && distinct(failing, 'unit') >= limits.manyClients
  return failures >= limits.sustainedFailures || isMany ? 'sustained' : 'attempts'
}

function sumOf(steps: readonly Step[]): number {
  return steps.reduce((sum, { net }) => sum + net, 0)
}

type Judged = Pick<
  Verdict,
  | 'grade'
  | 'first'
  | 'last'
  | 'crossed'
  | 'peakPerMinute'
  | 'medianGapMs'
  | 'successAt'
  | 'provenAt'
  | 'explanation'
>

function verdictOf(group: Group, flow: Flow, limits: Limits, judged: Judged): Verdict {
  const steps = flow.steps.filter(({ time }) => time >= judged.first && time <= judged.last)
  const weightOf = (...kinds: readonly number[]) =>
    steps.reduce((sum, { says, weight }) => sum + (kinds.includes(says) ? weight : 0), 0)
  const failures = weightOf(SAYS_NO)
  const net = sumOf(steps.filter(({ says }) => says === SAYS_NO))
  const isOpen = judged.grade === 'undecided'
  return {
    group,
    ...judged,
    pattern: patternOf(steps, limits),
    steps,
    attempts: weightOf(SAYS_NO, SAYS_YES, SAYS_NOTHING),
    failures,
    successes: weightOf(SAYS_YES, SERVED_STEP),
    open: weightOf(SAYS_NOTHING),
    cancelled: failures - net,
    ratio: net === 0 ? Number.NaN : net / (net + distinctSuccesses(steps)),
    failuresByUnit: countBy(steps, 'unit', isOpen),
    failuresByUser: countBy(steps, 'user', isOpen),
  }
}

function countBy(steps: readonly Step[], name: 'unit' | 'user', withOpen: boolean): Map<number, number> {
  const counts = new Map<number, number>()
  for (const step of steps) {
    const { says, net: count } = step
    const isMeant = says === SAYS_NO || (withOpen && says === SAYS_NOTHING)
    if (isMeant && count > 0) counts.set(step[name], (counts.get(step[name]) ?? 0) + count)
  }
  return counts
}
