/**
 * The scanner: runs a compiled layout over one line and writes what it finds into a row of the batch.
 *
 *     203.0.113.9 - alice [10/Oct/2000:13:55:36 -0700] "GET /a?b=1 HTTP/1.1" 200 2326 "-" "curl/8"
 *     ^at        ^stop     step 0: text `client`, ends before " "
 *                 ^at      step 1: ...
 *
 * Each step finds where its field stops, reads the field there, checks the text behind it and moves on. Positions only;
 * nothing is allocated for a line. Throughput: `npm run bench`.
 */

import type { RecordBatch } from '../columns/contract.js'
import { startsWith } from './field-end.js'
import { NO_MATCH, type Program } from './program.js'
import { clearRow, finish } from './row.js'
import { runStep } from './run-step.js'
import type { TimeReader } from './scan-time.js'
import { holdsMoreQuotes, slowExtend, slowReadings } from './slow-readings.js'

/**
 * Reads `bytes[at, end)` into row `row`.
 *
 * @returns OK or AMBIGUOUS, or the code of the reason to reject; the row's columns are then undefined.
 */
export function scanLine(
  program: Program,
  times: TimeReader,
  batch: RecordBatch,
  bytes: Uint8Array,
  at: number,
  end: number,
  row: number,
): number {
  if (!startsWith(bytes, at, end, program.lead)) return NO_MATCH
  if (program.quotes >= 0 && holdsMoreQuotes(bytes, at, end, program.quotes))
    return slowReadings(program, times, batch, bytes, at, end, row)
  clearRow(program, batch, row)
  const steps = program.steps
  const lineAt = at
  at += program.lead.length
  for (let i = 0; i < steps.length; i++) {
    at = runStep(steps[i]!, times, batch, bytes, at, end, row)
    if (at < 0)
      return program.extendable < i ? slowExtend(program, times, batch, bytes, lineAt, end, row, i, at) : at
  }
  return finish(program, batch, at, end, row)
}
