import type { RecordBatch } from '../columns/contract.js'
import { byPlace, type Citation, PickedLine } from '../observe/citations.js'
import type { ObserverContext } from '../observe/contract.js'

/** The first few lines of their kind by time and place, whatever the order in which they come. */
export class FirstLines {
  readonly #most: number
  /** In order. */
  readonly #lines: PickedLine[] = []
  #until = Number.POSITIVE_INFINITY

  constructor(most: number) {
    this.#most = most
  }

  /** Lines of a later time are none of the first. */
  get until(): number {
    return this.#until
  }

  add(batch: RecordBatch, row: number, context: ObserverContext): void {
    // nearly all, once it is full
    if (batch.time[row]! > this.#until) return
    const line = new PickedLine()
    line.fill(batch, row, context.storedBytes)
    this.#insert(line)
  }

  #insert(line: PickedLine): void {
    const lines = this.#lines
    let at = lines.length
    while (at > 0 && byPlace(line, lines[at - 1]!) < 0) at--
    lines.splice(at, 0, line)
    if (lines.length > this.#most) lines.pop()
    if (lines.length === this.#most) this.#until = lines[this.#most - 1]!.time
  }

  merge(other: FirstLines): void {
    for (const line of other.#lines) this.#insert(line)
  }

  list(): Citation[] {
    return this.#lines.map((line) => line.citation())
  }
}
