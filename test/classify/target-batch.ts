import { FLAG } from '../../src/classify/contract.js'
import { normalPath } from '../../src/classify/normal-path.js'
import { createBatch } from '../../src/columns/batch.js'
import { FIELD, type RecordBatch } from '../../src/columns/contract.js'

/** A batch with one row a target, as the scanner and the classifier leave it. */
export function targetBatch(targets: readonly string[]): RecordBatch {
  const batch = createBatch(Math.max(1, targets.length), [])
  batch.bytes = Buffer.from(targets.join('\n'), 'latin1')
  batch.rowCount = targets.length
  let at = 0
  for (const [row, target] of targets.entries()) {
    const question = target.indexOf('?')
    batch.fieldStart[FIELD.target]![row] = at
    batch.fieldLength[FIELD.target]![row] = target.length
    batch.pathStart[row] = at
    batch.pathLength[row] = question < 0 ? target.length : question
    const path = normalPath(batch.bytes, at, batch.pathLength[row]!)
    if (path !== target.slice(0, batch.pathLength[row])) batch.flags[row] = FLAG.oddSpelling
    batch.lineStart[row] = at
    batch.lineEnd[row] = at + target.length
    at += target.length + 1
  }
  return batch
}

export function viewOf({ bytes }: RecordBatch): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
