import type { RecordBatch } from '../columns/contract.js'
import { byPlace, type Citation, cite } from '../observe/citations.js'
import type { ObserverContext } from '../observe/contract.js'

/** The first few lines of their kind: a count where there are more, and nothing else for them. */
export class FirstLines {
  readonly #most: number
  #lines: Citation[] = []

  constructor(most: number) {
    this.#most = most
  }

  /** Returns how many lines it took: 0 when it is full. */
  add(batch: RecordBatch, row: number, context: ObserverContext): number {
    if (this.#lines.length >= this.#most) return 0
    this.#lines.push(cite(batch, row, context.storedBytes))
    return 1
  }

  merge(other: FirstLines): void {
    this.#lines = [...this.#lines, ...other.#lines].sort(byPlace).slice(0, this.#most)
  }

  list(): Citation[] {
    return this.#lines.toSorted(byPlace)
  }
}
