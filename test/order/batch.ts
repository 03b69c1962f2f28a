import { createBatch } from '../../src/columns/batch.js'
import type { RecordBatch } from '../../src/columns/contract.js'

/** A batch of rows with these times and nothing else. */
export function batchOf(times: readonly number[], source = 0): RecordBatch {
  const batch = createBatch(Math.max(1, times.length), [])
  batch.source = source
  batch.rowCount = times.length
  batch.time.set(times)
  times.forEach((_, row) => {
    batch.placeOffset[row] = row * 100
  })
  return batch
}
