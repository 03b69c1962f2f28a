import type { RecordBatch } from '../columns/contract.js'
import type { Observer, ObserverContext, Selection } from './contract.js'

interface Group {
  /** FLAG bits; 0 for every row. */
  readonly wants: number
  readonly observers: Observer<unknown>[]
}

/**
 * Runs all observers in one pass. Rows are selected once for each distinct set of wanted bits, so another detector that
 * wants the same bits costs only its own visits, and unflagged rows cost one test.
 */
export class Engine {
  readonly #groups: readonly Group[]
  readonly #context: ObserverContext
  #rows = new Uint32Array(1024)

  constructor(observers: readonly Observer<unknown>[], context: ObserverContext) {
    const groups = new Map<number, Group>()
    for (const observer of observers) {
      const group = groups.get(observer.wants) ?? { wants: observer.wants, observers: [] }
      group.observers.push(observer)
      groups.set(observer.wants, group)
    }
    this.#groups = [...groups.values()]
    this.#context = context
  }

  /** Shows rows `from` (inclusive) to `to` (exclusive) to the observers that want them. */
  visit(batch: RecordBatch, from: number, to: number): void {
    if (this.#rows.length < to - from) this.#rows = new Uint32Array(2 * (to - from))
    for (const group of this.#groups) {
      const count = select(batch.flags, group.wants, from, to, this.#rows)
      if (count === 0) continue
      const selection: Selection = { rows: this.#rows, count }
      for (const observer of group.observers) observer.visit(batch, selection, this.#context)
    }
  }

  /** Once, when the run is over. */
  close(): void {
    for (const group of this.#groups) for (const observer of group.observers) observer.close?.()
  }

  advance(watermarkMs: number): void {
    for (const group of this.#groups) for (const observer of group.observers) observer.advance?.(watermarkMs)
  }
}

/** Writes the numbers of the rows that have one of the bits, or of all rows for 0; returns how many. */
function select(flags: Uint32Array, wants: number, from: number, to: number, rows: Uint32Array): number {
  let count = 0
  if (wants === 0) {
    for (let row = from; row < to; row++) rows[count++] = row
    return count
  }
  for (let row = from; row < to; row++) if ((flags[row]! & wants) !== 0) rows[count++] = row
  return count
}
