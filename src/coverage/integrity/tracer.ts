import type { RecordBatch } from '../../columns/contract.js'
import type { Citation } from '../../observe/citations.js'
import type { Cite, TracedBlock, TracedEnd, TracerOptions } from '../contract.js'
import { ClockStepTracer } from './clock-steps.js'
import { Counters } from './counters.js'
import { DamageTracer } from './damage.js'
import { ImpossibleLines } from './impossible-lines.js'
import { LineEndCounter } from './line-end-counter.js'
import { RecordSample } from './record-sample.js'
import type { IntegrityTrace } from './trace.js'

/** Records of a block whose length goes into the mean. */
const MEASURED = 128

/** Looks for what is wrong with the bytes, the lines and their order in one source. */
export class IntegrityTracer {
  readonly #cite: Cite
  readonly #lineEnds: LineEndCounter
  readonly #damage: DamageTracer
  readonly #clock: ClockStepTracer
  readonly #sample: RecordSample
  readonly #counters: Counters
  readonly #impossible: ImpossibleLines
  #records = 0
  #bytes = 0
  #measured = 0
  #first: Citation | null = null
  #last: Citation | null = null

  constructor({ horizonMs, cite, unitBytes }: TracerOptions) {
    this.#cite = cite
    this.#lineEnds = new LineEndCounter(unitBytes)
    this.#damage = new DamageTracer(cite)
    this.#clock = new ClockStepTracer(horizonMs, cite)
    this.#sample = new RecordSample(cite)
    this.#counters = new Counters(cite)
    this.#impossible = new ImpossibleLines(cite)
  }

  visit({ batch, lines, others }: TracedBlock): void {
    this.#lineEnds.visit(lines, batch)
    this.#damage.visit(batch, lines, others)
    this.#clock.visit(batch)
    this.#sample.visit(batch)
    this.#counters.visit(batch, lines)
    this.#impossible.visit(batch)
    this.#keepEnds(batch)
  }

  finish({ terminated }: TracedEnd): IntegrityTrace {
    const hasTime = this.#clock.from <= this.#clock.to
    return {
      records: this.#records,
      from: hasTime ? this.#clock.from : Number.NaN,
      to: hasTime ? this.#clock.to : Number.NaN,
      meanLength: this.#measured === 0 ? 0 : this.#bytes / this.#measured,
      first: this.#first,
      last: this.#last,
      lineEnds: this.#lineEnds.finish(),
      ...this.#damage.finish(terminated),
      ...this.#sample.finish(),
      clock: this.#clock.finish(),
      ...this.#counters.finish(),
      impossible: this.#impossible.finish(),
    }
  }

  /** Which block is the last shows only behind it: the last record of each is cited. */
  #keepEnds(batch: RecordBatch): void {
    const { rowCount, placeLength } = batch
    if (rowCount === 0) return
    const measured = Math.min(rowCount, MEASURED)
    for (let row = 0; row < measured; row++) this.#bytes += placeLength[row]!
    this.#measured += measured
    this.#records += rowCount
    this.#first ??= this.#cite(batch, 0)
    this.#last = this.#cite(batch, rowCount - 1)
  }
}
