import type { RecordBatch } from '../columns/contract.js'
import type { SourceTrace, TracerOptions } from './contract.js'
import { IntegrityTracer } from './integrity/tracer.js'
import { RhythmTracer } from './rhythm/tracer.js'

/**
 * What one source leaves for the judgement of its coverage. It runs where the source is read, over every batch in the order of the file,
 * once rows are classified and their clock is looked at.
 */
export class SourceTracer {
  readonly #rhythm: RhythmTracer
  readonly #integrity: IntegrityTracer

  constructor(options: TracerOptions) {
    this.#rhythm = new RhythmTracer(options)
    this.#integrity = new IntegrityTracer(options)
  }

  visit(batch: RecordBatch): void {
    this.#rhythm.visit(batch)
    this.#integrity.visit(batch)
  }

  /** Called once, after the last batch. */
  finish(): SourceTrace {
    return { rhythm: this.#rhythm.finish(), integrity: this.#integrity.finish() }
  }
}
