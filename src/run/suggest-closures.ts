import type { ClosureSuggestion } from '../closure/contract.js'
import { RouteTurns } from '../closure/route-turns.js'
import type { Reading } from '../conclude/contract.js'
import type { Detector } from '../detect/contract.js'
import type { EvidenceInput } from '../evidence/contract.js'
import type { ReadOptions } from './configuration.js'
import { InvestigationRun } from './investigate.js'
import type { Progress } from './investigation.js'

export interface SuggestOptions extends ReadOptions {
  readonly onProgress?: (progress: Progress) => void
}

export interface Suggestions {
  readonly suggestions: readonly ClosureSuggestion[]
  /** What was read and what was not. */
  readonly reading: Reading
}

/** Part of the run's memory for routes. */
const SHARE = 0.2

/**
 * Lists routes whose answers changed from served to denied for good, with the time, as candidates to declare. A change counts when the
 * last answer that gave something is followed by at least three denials, of two principals or over an hour. It never declares
 * by itself: a page that was removed looks the same as a door that was shut.
 *
 * @throws {ERR_EVIDENCE_MISSING} {ERR_EVIDENCE_UNREADABLE} {ERR_OPTION_INVALID} {ERR_CASE_INVALID} {ERR_ABORTED}
 */
export async function suggestClosures(
  evidence: readonly EvidenceInput[],
  options: SuggestOptions = {},
): Promise<Suggestions> {
  let turns: RouteTurns | null = null
  const follower: Detector = {
    id: 'route-turns',
    title: 'Routes that turned from served to denied',
    reference: '',
    thresholds: [],
    memoryShare: SHARE,
    idle: () => null,
    create(input) {
      turns = new RouteTurns(input.memoryBytes)
      return turns
    },
  }
  const run = new InvestigationRun({ ...options, evidence, detectors: [follower] }, [])
  const { reading } = await run.report()
  return { suggestions: (turns as RouteTurns | null)?.suggestions() ?? [], reading }
}
