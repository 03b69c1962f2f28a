import type { ClosureJudgement } from '../../closure/contract.js'
import type { CoverageJudgement } from '../../coverage/contract.js'
import { restsOn } from '../../coverage/rests-on.js'
import type { Finding } from '../../findings/contract.js'
import type { AnswerBasis, Answers, Reading } from '../contract.js'
import { answerAccess } from './access.js'
import { cited, type Shown } from './cited.js'
import { incidentOf } from './incident.js'
import { limitsOf } from './limits.js'
import { answerDateRange, answerOngoing } from './when.js'

export interface AnswersInput extends Shown {
  readonly findings: readonly Finding[]
  readonly coverage: CoverageJudgement
  readonly closure: ClosureJudgement
  readonly reading: Reading
  readonly assumptions: readonly string[]
  readonly basis: AnswerBasis
  /** First and last record of all evidence, ISO 8601; null without records. */
  readonly first: string | null
  readonly last: string | null
}

/** The answers, from findings, closings and coverage. The same input gives the same answers. */
export function concludeAnswers(input: AnswersInput): Answers {
  const { coverage, closure, reading, assumptions, basis, first, last } = input
  const { logs } = coverage
  const incident = incidentOf(input.findings)
  const when = { incident, logs, first, last }
  return {
    unauthorizedAccess: answerAccess({
      incident,
      reading,
      restsOn: restsOn(logs, null, null),
    }),
    entryPoints: cited(closure.entryPoints, input).map((answer) => ({
      ...answer,
      findings: doorFindings(input.findings, answer.entryPoint),
    })),
    closure: cited(closure.closures, input).map((answer) => ({
      ...answer,
      findings: doorFindings(input.findings, answer.entryPoint, answer.period),
    })),
    ongoing: answerOngoing(when),
    dateRange: answerDateRange(when),
    coverage: cited(logs, input),
    assumptions,
    limits: limitsOf(reading, logs),
    basis,
  }
}

const MOST_FINDINGS = 50

/** Findings at an entry point, in a closed period of it where one is given. */
function doorFindings(
  findings: readonly Finding[],
  entryPoint: string,
  period: { readonly from: string; readonly to: string | null } | null = null,
): string[] {
  return findings
    .filter(({ scope }) => scope.type === 'entry-point' && scope.id === entryPoint)
    .filter(({ start, end }) => period === null || (end >= period.from && start < (period.to ?? LAST)))
    .slice(0, MOST_FINDINGS)
    .map(({ id }) => id)
}

/** Behind any time, compared as text. */
const LAST = '~'
