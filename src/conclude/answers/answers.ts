import type { ClosureJudgement } from '../../closure/contract.js'
import type { CoverageJudgement } from '../../coverage/contract.js'
import { restsOn } from '../../coverage/rests-on.js'
import type { EvidenceReference, Finding } from '../../findings/contract.js'
import type { Citation } from '../../observe/citations.js'
import type { AnswerBasis, Answers, Reading } from '../contract.js'
import { answerAccess } from './access.js'
import { cited } from './cited.js'
import { incidentOf } from './incident.js'
import { limitsOf } from './limits.js'
import { answerDateRange, answerOngoing } from './when.js'

export interface AnswersInput {
  readonly findings: readonly Finding[]
  readonly coverage: CoverageJudgement
  readonly closure: ClosureJudgement
  readonly reading: Reading
  readonly assumptions: readonly string[]
  readonly basis: AnswerBasis
  /** First and last record of all evidence, ISO 8601; null without records. */
  readonly first: string | null
  readonly last: string | null
  toReference(citation: Citation): EvidenceReference
}

/** The answers, from findings, closings and coverage. The same input gives the same answers. */
export function concludeAnswers(input: AnswersInput): Answers {
  const { coverage, closure, reading, assumptions, basis, first, last, toReference } = input
  const { logs } = coverage
  const incident = incidentOf(input.findings)
  const when = { incident, logs, first, last }
  return {
    unauthorizedAccess: answerAccess({
      incident,
      reading,
      restsOn: restsOn(logs, null, null),
    }),
    entryPoints: cited(closure.entryPoints, toReference),
    closure: cited(closure.closures, toReference),
    ongoing: answerOngoing(when),
    dateRange: answerDateRange(when),
    coverage: cited(logs, toReference),
    assumptions,
    limits: limitsOf(reading, logs),
    basis,
  }
}
