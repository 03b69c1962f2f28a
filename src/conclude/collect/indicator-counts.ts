import { FLAG, type Indicator } from '../../classify/contract.js'
import { IndicatorMatcher } from '../../classify/indicators.js'
import { normalPath } from '../../classify/normal-path.js'
import type { RecordBatch } from '../../columns/contract.js'
import type { Observer, Selection } from '../../observe/contract.js'

/** Records by indicator, in the order of the list. */
export type IndicatorCounts = readonly number[]

/** Counts the records of each indicator, so that the report can say which were not seen, whatever was folded. */
export class IndicatorCounter implements Observer<IndicatorCounts> {
  readonly id = 'indicator-counts'
  readonly wants = FLAG.indicator
  readonly scope = 'global'
  readonly horizon = 'causal'
  readonly #matcher: IndicatorMatcher
  readonly #counts: number[]

  constructor(indicators: readonly Indicator[]) {
    this.#matcher = new IndicatorMatcher(indicators)
    this.#counts = indicators.map(() => 0)
  }

  visit(batch: RecordBatch, { rows, count }: Selection): void {
    for (let i = 0; i < count; i++) {
      const row = rows[i]!
      const length = batch.pathLength[row]!
      const path = length < 0 ? null : normalPath(batch.bytes, batch.pathStart[row]!, length)
      for (const indicator of this.#matcher.ofRow(batch, row, path)) this.#counts[indicator]!++
    }
  }

  merge(other: this): void {
    other.#counts.forEach((count, indicator) => {
      this.#counts[indicator]! += count
    })
  }

  *seal(): Iterable<IndicatorCounts> {
    yield this.#counts
  }

  snapshot(): Readonly<Record<string, number>> {
    return { seen: this.#counts.filter((count) => count > 0).length }
  }
}
