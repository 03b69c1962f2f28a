import { ACCEPTED, SERVED } from '../classify/contract.js'
import type { RecordBatch } from '../columns/contract.js'

// copied out: an import is looked up anew for every row
const SERVED_OUTCOME = SERVED
const ACCEPTED_OUTCOME = ACCEPTED

/** Whether a request got something: it was served or accepted. */
export function isGiven(batch: RecordBatch, row: number): boolean {
  const outcome = batch.outcome[row]
  return outcome === SERVED_OUTCOME || outcome === ACCEPTED_OUTCOME
}
