/** The beginning and the end of a row. */

import type { RecordBatch } from '../columns/contract.js'
import { SPACE } from '../core/bytes.js'
import { BAD_TIME, OK, type Program, TRAILING_TEXT } from './program.js'

/** Marks every column that the layout may leave alone as absent. */
export function clearRow(program: Program, batch: RecordBatch, row: number): void {
  const cleared = program.clearedFields
  for (let i = 0; i < cleared.length; i++) batch.fieldLength[cleared[i]!]![row] = -1
  batch.pathLength[row] = -1
  batch.method[row] = 0
  batch.status[row] = 0
  batch.bytesSent[row] = Number.NaN
  batch.durationMs[row] = Number.NaN
}

/** Checks that the line is used up and that its time is one. */
export function finish(program: Program, batch: RecordBatch, at: number, end: number, row: number): number {
  const time = batch.time[row]!
  if (Number.isNaN(time)) return BAD_TIME
  if (at === end) return OK
  if (program.restField < 0 || at + 1 >= end || batch.bytes[at] !== SPACE || batch.bytes[at + 1] === SPACE)
    return TRAILING_TEXT
  batch.fieldStart[program.restField]![row] = at + 1
  batch.fieldLength[program.restField]![row] = end - at - 1
  return OK
}
