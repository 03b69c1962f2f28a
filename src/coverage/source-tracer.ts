import type { SourceTrace, TracedBlock, TracedEnd, TracerOptions } from './contract.js'
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

  visit(block: TracedBlock): void {
    this.#rhythm.visit(block.batch)
    this.#integrity.visit(block)
  }

  /** Called once, after the last batch. */
  finish(end: TracedEnd): SourceTrace {
    return { rhythm: this.#rhythm.finish(), integrity: this.#integrity.finish(end) }
  }
}
