import type { RecordBatch } from '../../columns/contract.js'
import type { TracerOptions } from '../contract.js'
import type { IntegrityTrace } from './trace.js'

/** Looks for what is wrong with one source. */
export class IntegrityTracer {
  protected readonly options: TracerOptions

  constructor(options: TracerOptions) {
    this.options = options
  }

  #records = 0

  visit(batch: RecordBatch): void {
    this.#records += batch.rowCount
  }

  finish(): IntegrityTrace {
    return { records: this.#records }
  }
}
