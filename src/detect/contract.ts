import type { DataRoute, EntryPointRule, Indicator, LoginRule } from '../classify/contract.js'
import type { Observer } from '../observe/contract.js'

/** A stretch of time in which an entry point was declared closed. Epoch milliseconds; `to` exclusive, absent: for good. */
export interface ClosedPeriod {
  readonly from: number
  readonly to?: number
  /** The declaration is right to plus or minus this. */
  readonly uncertaintyMs: number
}

export interface DeclaredEntryPoint extends EntryPointRule {
  readonly closed: readonly ClosedPeriod[]
}

/** What a run hands to each detector when it makes it. */
export interface DetectorInput {
  readonly entryPoints: readonly DeclaredEntryPoint[]
  readonly indicators: readonly Indicator[]
  /** Logins of the case; the built-in ones stand in classify/logins.ts. */
  readonly logins: readonly LoginRule[]
  readonly dataRoutes: readonly DataRoute[]
  /** Value of a threshold that the detector declares, after defaults and the case file. */
  threshold(name: string): number
  /** Most candidates that may be held at once. */
  readonly maxCandidates: number
  /** Memory for what a detector keeps of every key, candidate or not. */
  readonly memoryBytes: number
  /** Most references kept a candidate for evidence.jsonl; 0 when nobody asked for them. */
  readonly maxReferences: number
}

export interface Threshold {
  readonly name: string
  readonly default: number
  readonly unit: string
  readonly meaning: string
}

/** What a detector's folder exports. */
export interface Detector {
  /** Equals the folder's name and the `kind` of its findings. */
  readonly id: string
  readonly title: string
  readonly reference: string
  readonly thresholds: readonly Threshold[]
  /**
   * The part of the run's memory that it needs for what it keeps of every key, 0 to 1; default 0.05. Tables take no more than
   * they fill.
   */
  readonly memoryShare?: number
  /** Why it cannot check anything in this run, in one sentence, or null when it can. Stands in the report. */
  idle(input: DetectorInput): string | null
  create(input: DetectorInput): Observer
  /**
   * Grades of a user's own detector, added to the one severity table. Built-in kinds stand in findings/severity.ts and
   * must not set it.
   */
  readonly severities?: Readonly<Record<string, 'info' | 'low' | 'medium' | 'high' | 'critical'>>
}
