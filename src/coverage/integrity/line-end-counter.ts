import type { Lines, RecordBatch } from '../../columns/contract.js'
import type { LineEnds } from './trace.js'

const NONE = 0
const LF_END = 1
const CRLF_END = 2

/**
 * Counts how lines end, by what lies between a line and the next one.
 *
 *     offset  0            20 21          40  42
 *             |line 1      |LF|line 2     |CRLF|line 3
 *
 * The last line of a block is left out: what is behind it is not at hand.
 */
export class LineEndCounter {
  readonly #unitBytes: number
  #lf = 0
  #crlf = 0
  #changes = 0
  #firstChange = 0
  #changedAt = Number.NaN
  #last = NONE

  /** @param unitBytes  2 in UTF-16, else 1. */
  constructor(unitBytes: number) {
    this.#unitBytes = unitBytes
  }

  visit(lines: Lines, batch: RecordBatch): void {
    const { placeOffset, placeLength, lineCount } = lines
    const lfBytes = this.#unitBytes
    const crlfBytes = 2 * lfBytes
    let last = this.#last
    let crlf = 0
    let lf = 0
    for (let at = 1; at < lineCount; at++) {
      const between = placeOffset[at]! - placeOffset[at - 1]! - placeLength[at - 1]!
      let end = NONE
      if (between === lfBytes) {
        end = LF_END
        lf++
      } else if (between === crlfBytes) {
        end = CRLF_END
        crlf++
      } else continue
      if (end !== last) {
        if (last !== NONE) this.#change(lines, at - 1, batch)
        last = end
      }
    }
    this.#last = last
    this.#lf += lf
    this.#crlf += crlf
  }

  finish(): LineEnds {
    return {
      lf: this.#lf,
      crlf: this.#crlf,
      changes: this.#changes,
      firstChange: this.#firstChange,
      changedAt: this.#changedAt,
    }
  }

  #change(lines: Lines, at: number, batch: RecordBatch): void {
    if (this.#changes++ > 0) return
    this.#firstChange = lines.lineNumber[at]!
    const row = rowsBefore(batch, lines.placeOffset[at]! + 1)
    if (row > 0) this.#changedAt = batch.time[row - 1]!
  }
}

/** Rows of a batch whose lines start before a place. */
export function rowsBefore({ placeOffset, rowCount }: RecordBatch, place: number): number {
  let low = 0
  let high = rowCount
  while (low < high) {
    const middle = (low + high) >> 1
    if (placeOffset[middle]! < place) low = middle + 1
    else high = middle
  }
  return low
}
