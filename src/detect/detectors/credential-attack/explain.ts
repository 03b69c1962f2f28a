import { type Flow, pairOf, SERVED_STEP, type Step } from './flow.js'
import type { Limits } from './limits.js'
import type { Outages } from './outages.js'
import { SAYS_NO, SAYS_NOTHING, type Scope } from './scopes.js'
import { counted, isRegular } from './windows.js'

/** Why failures are likelier to be something else than an attack. */
export type Explanation = 'regular' | 'served-before' | 'outage' | 'many-people'

/** Share of the failures that an explanation has to hold for. */
const NEARLY_ALL = 0.8

/**
 * Why the failures may be those of programs with what no longer holds. Never at a login form:
 *
 *     outage          the path refused its own users at that time, and served these agents as well
 *     served-before   these agents were served there before they were refused
 *     regular         one agent, at most one user, at the pace of a timer, and never let in
 */
export function explainPrograms(
  scope: Scope,
  { steps, servedBefore }: Flow,
  outages: Outages,
): Explanation | null {
  if (!scope.isForPrograms) return null
  const failing = steps.filter(({ says, net }) => says === SAYS_NO && net > 0)
  if (distinct(failing, 'user') > 1) return null
  const served = servedPairs(steps)
  const isBack = (step: Step) => served.has(pairOf(step)) || servedBefore.has(pairOf(step))
  if (
    scope.isWeak &&
    isNearlyAll(failing, (step) => isBack(step) && outages.covers(scope, step.unit, step.time))
  )
    return 'outage'
  if (distinct(failing, 'unit') > 1) return null
  if (isNearlyAll(failing, (step) => servedBefore.has(pairOf(step)))) return 'served-before'
  const isOne = distinct(failing, 'agent') === 1 && served.size === 0
  return isOne && isRegular(failing.map(({ time }) => time)) ? 'regular' : null
}

function servedPairs(steps: readonly Step[]): Set<string> {
  return new Set(steps.filter(({ says }) => says === SERVED_STEP).map(pairOf))
}

function isNearlyAll(failing: readonly Step[], holds: (step: Step) => boolean): boolean {
  const all = failing.reduce((sum, { net }) => sum + net, 0)
  const held = failing.reduce((sum, step) => sum + (holds(step) ? step.net : 0), 0)
  return held >= NEARLY_ALL * all
}

export function distinct(steps: readonly Step[], name: 'unit' | 'agent' | 'user'): number {
  return new Set(steps.map((step) => step[name])).size
}

interface Person {
  failures: number
  successes: number
}

/**
 * Steps of those who never got in, where many people share an address, most of them got in, and these did not fail much
 * more often than that; null where it is not so. People are users where the log shows them and agents where it does not.
 * One person's successes count once, and once more for each failure, so that nobody's own account makes up for tries at
 * others.
 */
export function whoNeverGotIn(steps: readonly Step[], limits: Limits): readonly Step[] | null {
  const nameOf = personIn(steps, limits)
  const people = new Map<number, Person>()
  for (const step of steps) {
    if (step.says === SAYS_NOTHING) continue
    const name = nameOf(step)
    const person = people.get(name) ?? { failures: 0, successes: 0 }
    people.set(name, person)
    if (step.says === SAYS_NO) person.failures += step.net
    else person.successes += step.weight
  }
  const gotIn = [...people].filter(([, { successes }]) => successes > 0)
  if (gotIn.length < limits.people || gotIn.length * 2 <= people.size) return null
  let failures = 0
  let successes = 0
  for (const [, person] of gotIn) {
    failures += person.failures
    successes += counted(person)
  }
  if (failures >= limits.peopleRatio * (failures + successes)) return null
  const names = new Set(gotIn.map(([name]) => name))
  return steps.filter((step) => !names.has(nameOf(step)))
}

function personIn(steps: readonly Step[], { userShare }: Limits): (step: Step) => number {
  const tries = steps.filter(({ says }) => says !== SERVED_STEP)
  const named = tries.filter(({ user }) => user !== 0)
  const weightOf = (all: readonly Step[]) => all.reduce((sum, { weight }) => sum + weight, 0)
  const isNamed = weightOf(named) >= userShare * weightOf(tries)
  return ({ user, agent }) => (isNamed ? user : agent)
}
