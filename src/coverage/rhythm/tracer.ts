import type { RecordBatch } from '../../columns/contract.js'
import type { TracerOptions } from '../contract.js'
import type { RhythmTrace } from './trace.js'

/** Follows the rhythm of one source. */
export class RhythmTracer {
  protected readonly options: TracerOptions

  constructor(options: TracerOptions) {
    this.options = options
  }

  #records = 0

  visit(batch: RecordBatch): void {
    this.#records += batch.rowCount
  }

  finish(): RhythmTrace {
    return { records: this.#records }
  }
}
