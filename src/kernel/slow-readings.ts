/** Lines that the steps in order do not read: texts that hold their own delimiter, or quotes that nothing escapes. */

import type { RecordBatch } from '../columns/contract.js'
import { QUOTE, SLASH } from '../core/bytes.js'
import { scanQuoted, scanText } from './field-end.js'
import { AMBIGUOUS, NO_MATCH, OK, OP, type Program, STOP, type Step } from './program.js'
import { readField } from './read-field.js'
import { clearRow, finish } from './row.js'
import { runStep } from './run-step.js'
import type { TimeReader } from './scan-time.js'

// copied out of their tables: a member would be looked up anew for every row
const { text: TEXT_STOP } = STOP
const { request: REQUEST_OP, target: TARGET_OP, text: TEXT_OP } = OP

/** Tries at most this many further ends for a text field that holds its own delimiter. Hostile lines hold thousands. */
const MAX_EXTENSIONS = 64

/**
 * Taken when a step fails behind a field whose text may hold its own delimiter, such as a user name with ` [` in it: lets
 * that field run to the next place where its delimiter stands, and reads the line again.
 *
 * A bare double quote ends the search: servers escape it in such a field, so behind one stands another field's text, which
 * must not be taken for this line's request.
 *
 * A date that is passed over may be one that a name holds, or that of a torn line with another written behind it, whose
 * request would get the first one's client: the line is then ambiguous.
 *
 * @param failed   Number of the step that failed.
 * @param problem  Why it failed; the answer where no other end does better.
 */
export function slowExtend(
  program: Program,
  times: TimeReader,
  batch: RecordBatch,
  bytes: Uint8Array,
  lineAt: number,
  end: number,
  row: number,
  failed: number,
  problem: number,
): number {
  const { steps, extendable, lead } = program
  const step = steps[extendable]!
  let start = lineAt + lead.length
  for (let i = 0; i < extendable; i++) start = runStep(steps[i]!, times, batch, bytes, start, end, row)
  const bare = scanQuoted(bytes, start, end)
  const last = bare < 0 ? end : bare
  let stop = scanText(bytes, start, last, step.until)
  let isTorn = false
  for (let tries = 0; tries < MAX_EXTENSIONS && stop >= 0; tries++) {
    isTorn ||= bytes[stop + step.until.length + 2] === SLASH && bytes[stop + step.until.length + 6] === SLASH
    stop = scanText(bytes, stop + 1, last, step.until)
    if (stop < 0) break
    clearRow(program, batch, row)
    let at = lineAt + lead.length
    let i = 0
    for (; i < extendable; i++) at = runStep(steps[i]!, times, batch, bytes, at, end, row)
    readField(step, times, batch, bytes, start, stop, row)
    at = stop + step.until.length
    for (i++; i < steps.length && at >= 0; i++) at = runStep(steps[i]!, times, batch, bytes, at, end, row)
    if (at >= 0 && finish(program, batch, at, end, row) === OK) return isTorn ? AMBIGUOUS : OK
    if (i > failed + 1 && at < 0) problem = at
  }
  return problem
}

export function holdsMoreQuotes(bytes: Uint8Array, at: number, end: number, quotes: number): boolean {
  const quote = QUOTE
  let count = 0
  for (let i = at; i < end; i++) if (bytes[i] === quote) count++
  return count > quotes
}

/** Steps that are run to find the readings of one line; what is beyond them is not known to be the only reading. */
const MAX_TRIED_STEPS = 128

/**
 * Taken for a line whose texts hold quotes that nothing escapes: a client that sends them can make its text look like the
 * fields behind it. All ends of such texts are tried.
 *
 *     "curl" "forged" - "x.example"        curl | forged" - "x.example
 *                                          curl" "forged | x.example
 *
 * @returns OK where the line has one reading; AMBIGUOUS where it has more, of which the row has the first.
 */
export function slowReadings(
  program: Program,
  times: TimeReader,
  batch: RecordBatch,
  bytes: Uint8Array,
  lineAt: number,
  end: number,
  row: number,
): number {
  const { steps } = program
  const stops: number[] = []
  let first: readonly number[] | null = null
  let readings = 0
  let tries = MAX_TRIED_STEPS
  let problem = NO_MATCH
  const explore = (i: number, at: number): void => {
    const step = steps[i]
    if (step === undefined) {
      const answer = finish(program, batch, at, end, row)
      if (answer !== OK) problem = answer
      else if (readings++ === 0) first = [...stops]
      return
    }
    if (!isFree(step)) {
      const next = --tries < 0 ? NO_MATCH : runStep(step, times, batch, bytes, at, end, row)
      stops[i] = -1
      if (next >= 0) explore(i + 1, next)
      else if (next !== NO_MATCH) problem = next
      return
    }
    let stop = scanText(bytes, at, end, step.until)
    for (; stop >= 0 && readings < 2 && --tries >= 0; stop = scanText(bytes, stop + 1, end, step.until)) {
      stops[i] = stop
      explore(i + 1, stop + step.until.length)
    }
  }
  explore(0, lineAt + program.lead.length)
  if (first === null) return problem
  clearRow(program, batch, row)
  let at = lineAt + program.lead.length
  steps.forEach((step, i) => {
    const stop = first![i]!
    if (stop < 0) at = runStep(step, times, batch, bytes, at, end, row)
    else {
      readField(step, times, batch, bytes, at, stop, row)
      at = stop + step.until.length
    }
  })
  return readings > 1 || tries < 0 ? AMBIGUOUS : finish(program, batch, at, end, row)
}

/** A text that ends where the text behind it stands, wherever that is. */
function isFree(step: Step): boolean {
  return step.stop === TEXT_STOP && (step.op === TEXT_OP || step.op === REQUEST_OP || step.op === TARGET_OP)
}
