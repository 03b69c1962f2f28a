import { METHODS, type RecordBatch } from '../../columns/contract.js'
import type { Citation } from '../../observe/citations.js'
import type { Cite } from '../contract.js'
import { IMPOSSIBLE, type ImpossibleKind, type ImpossibleTrace } from './trace.js'

const HEAD = METHODS.indexOf('HEAD')
const MOST_CITED = 3

/**
 * Lines that say what a server cannot have done. Whether one is impossible shows only at the end: sizes that count headers,
 * or those of the body that would have been sent, are no sizes of bodies, and then all such answers have some.
 */
export class ImpossibleLines {
  readonly #cite: Cite
  readonly #tallies = IMPOSSIBLE.map((kind) => new Tally(kind))

  constructor(cite: Cite) {
    this.#cite = cite
  }

  visit(batch: RecordBatch): void {
    const { status, method, bytesSent, durationMs, rowCount } = batch
    const [notModified, noContent, head, duration, range] = this.#tallies as [
      Tally,
      Tally,
      Tally,
      Tally,
      Tally,
    ]
    const headMethod = HEAD
    let [notModifieds, noContents, heads] = [0, 0, 0]
    for (let row = 0; row < rowCount; row++) {
      const code = status[row]!
      if (code === 304) {
        notModifieds++
        if (bytesSent[row]! > 0) this.#count(notModified, batch, row)
      } else if (code === 204) {
        noContents++
        if (bytesSent[row]! > 0) this.#count(noContent, batch, row)
      } else if (method[row] === headMethod) {
        heads++
        if (bytesSent[row]! > 0) this.#count(head, batch, row)
      }
      // 0 stands for none
      if (code > 599 || (code < 100 && code > 0)) this.#count(range, batch, row)
      if (durationMs[row]! < 0) this.#count(duration, batch, row)
    }
    notModified.comparable += notModifieds
    noContent.comparable += noContents
    head.comparable += heads
    range.comparable += rowCount
    duration.comparable += rowCount
  }

  finish(): ImpossibleTrace[] {
    return this.#tallies.filter(({ records }) => records > 0).map((tally) => ({ ...tally }))
  }

  #count(tally: Tally, batch: RecordBatch, row: number): void {
    const t = batch.time[row]!
    tally.records++
    tally.from = Math.min(tally.from, t)
    tally.to = Math.max(tally.to, t)
    if (tally.citations.length < MOST_CITED) tally.citations.push(this.#cite(batch, row))
  }
}

class Tally implements ImpossibleTrace {
  readonly kind: ImpossibleKind
  comparable = 0
  records = 0
  from = Number.POSITIVE_INFINITY
  to = Number.NEGATIVE_INFINITY
  readonly citations: Citation[] = []

  constructor(kind: ImpossibleKind) {
    this.kind = kind
  }
}
