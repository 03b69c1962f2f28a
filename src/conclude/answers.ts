import type { ClosureJudgement } from '../closure/contract.js'
import type { CoverageJudgement } from '../coverage/contract.js'
import type { EvidenceReference, Finding } from '../findings/contract.js'
import type { Citation } from '../observe/citations.js'
import type { AnswerBasis, Answers, Reading } from './contract.js'

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

const RESTS_ON_NOTHING = { logs: [], gaps: [], gapCount: 0 } as const
const NOTHING = {
  basis: [],
  numbers: {},
  evidence: [],
  findings: [],
  wouldChange: [],
  restsOn: RESTS_ON_NOTHING,
} as const

/** The answers, from findings, closings and coverage. */
export function concludeAnswers({
  coverage,
  closure,
  assumptions,
  basis,
  toReference,
}: AnswersInput): Answers {
  return {
    unauthorizedAccess: { verdict: 'not-found', ...NOTHING },
    entryPoints: cited(closure.entryPoints, toReference),
    closure: cited(closure.closures, toReference),
    ongoing: { verdict: 'none', ...NOTHING },
    dateRange: { verdict: 'none', ...NOTHING, first: null, last: null, earliest: null, latest: null },
    coverage: cited(coverage.logs, toReference),
    assumptions,
    limits: [],
    basis,
  }
}

/** The same with each citation made an evidence reference. */
type Cited<Value> = Value extends Citation
  ? EvidenceReference
  : Value extends readonly (infer Item)[]
    ? readonly Cited<Item>[]
    : Value extends object
      ? { readonly [Key in keyof Value]: Cited<Value[Key]> }
      : Value

function cited<Value>(value: Value, toReference: (citation: Citation) => EvidenceReference): Cited<Value> {
  if (Array.isArray(value)) return value.map((item) => cited(item, toReference)) as Cited<Value>
  if (typeof value !== 'object' || value === null) return value as Cited<Value>
  if ('bytes' in value && value.bytes instanceof Uint8Array)
    return toReference(value as unknown as Citation) as Cited<Value>
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, cited(item, toReference)]),
  ) as Cited<Value>
}
