/** Why a verdict is what it is: a code of a closed list, and the sentence that it stands for in this run. */
export interface Basis {
  readonly code: string
  /** One sentence, no log text in it that the answer's other fields do not hold. */
  readonly text: string
}

/** A stretch in which the evidence is not whole, and the log that it is of. */
export interface CoverageGap {
  /** `L1`, `L2`, ...: see coverage/contract.ts. */
  readonly log: string
  /** ISO 8601; `to` exclusive. */
  readonly from: string
  readonly to: string
  readonly state: 'degraded' | 'missing' | 'unknown'
}

/** The coverage that an answer rests on. */
export interface RestsOn {
  /** Logs that could have shown otherwise. */
  readonly logs: readonly string[]
  /** What is not whole in the time that the answer is about: at most 20, longest first, and the exact number. */
  readonly gaps: readonly CoverageGap[]
  readonly gapCount: number
}

/**
 * One verdict of a closed set, with all that it stands on. JSON-ready; times are ISO 8601 in UTC with milliseconds.
 *
 * `Ref` is a citation while answers are made and an evidence reference where they go out.
 */
export interface Answer<Verdict extends string, Ref> {
  readonly verdict: Verdict
  readonly basis: readonly Basis[]
  /** Figures by name; null: not known. */
  readonly numbers: Readonly<Record<string, number | string | null>>
  /** Lines that show it: at most 10. */
  readonly evidence: readonly Ref[]
  /** Ids of the findings that it stands on, at most 50. */
  readonly findings: readonly string[]
  /** What would make the verdict another, a sentence each. */
  readonly wouldChange: readonly string[]
  readonly restsOn: RestsOn
}
