import { FLAG } from '../../classify/contract.js'
import type { RecordBatch } from '../../columns/contract.js'
import { HOUR_MS } from '../../core/civil-time.js'
import type { Citation } from '../../observe/citations.js'
import type { Cite } from '../contract.js'
import { Kept } from '../kept.js'
import type { ClockJump, ClockStep, ClockTrace } from './trace.js'

// copied out of their table: a member would be looked up anew for every row
const { late: LATE_FLAG, stampOutlier: OUTLIER_FLAG } = FLAG
const ODD_FLAGS = LATE_FLAG | OUTLIER_FLAG

const MOST_STEPS = 16
const MOST_JUMPS = 16
const MOST_CITED = 3
const MOST_HOUR_JUMPS = 8
/** Records behind in a row from which on the clock was set back, and not a request slow. */
const LEAST_BEHIND = 3

/** A step back takes back a jump ahead that is as long, but for the time that went by; as a share, and at least. */
const SAME_SHARE = 0.1
const SAME_MS = 120_000

interface OpenStep {
  readonly line: number
  readonly before: number
  readonly after: number
  readonly jump: ClockJump | null
  readonly citations: Citation[]
  /** Records before it. */
  readonly index: number
  records: number
  from: number
  to: number
}

/** Follows where the clock of one source goes back by more than the horizon, and the jumps ahead before that. */
export class ClockStepTracer {
  readonly #cite: Cite
  readonly #jumpMs: number
  readonly #steps = new Kept<ClockStep>(MOST_STEPS, ({ before, after }) => before - after)
  readonly #hourJumps = new Kept<ClockJump>(MOST_HOUR_JUMPS, () => 0)
  readonly #jumps: { line: number; from: number; to: number; index: number }[] = []
  readonly #stragglers: { records: number; mostMs: number; citations: Citation[] } = {
    records: 0,
    mostMs: 0,
    citations: [],
  }
  readonly #outliers: { records: number; citations: Citation[] } = { records: 0, citations: [] }
  #records = 0
  #last = Number.POSITIVE_INFINITY
  #position = Number.NEGATIVE_INFINITY
  #open: OpenStep | null = null
  /** A step that was caught up little by little: the next jump ahead may undo it. With the number of records before it. */
  #waiting: { readonly step: ClockStep; readonly index: number } | null = null
  from = Number.POSITIVE_INFINITY

  constructor(horizonMs: number, cite: Cite) {
    this.#jumpMs = horizonMs
    this.#cite = cite
  }

  /** Latest time, outliers aside. */
  get to(): number {
    return this.#position
  }

  visit(batch: RecordBatch): void {
    const { time, flags, rowCount } = batch
    const jumpMs = this.#jumpMs
    let last = this.#last
    let position = this.#position
    let from = this.from
    let isOpen = this.#open !== null
    for (let row = 0; row < rowCount; row++) {
      const t = time[row]!
      const odd = flags[row]! & ODD_FLAGS
      if (odd !== 0 || t - last >= jumpMs || isOpen) {
        this.#slowRow(batch, row, odd, last, position)
        isOpen = this.#open !== null
        if ((odd & OUTLIER_FLAG) !== 0) continue
      }
      last = t
      if (t > position) position = t
      if (t < from) from = t
    }
    this.#last = last
    this.#position = position
    this.from = from
    this.#records += rowCount
  }

  finish(): ClockTrace {
    if (this.#open !== null) this.#close(0, Number.NaN, Number.NaN)
    this.#giveUpWaiting()
    return {
      steps: this.#steps.list(),
      stragglers: this.#stragglers,
      hourJumps: this.#hourJumps.list(),
      outliers: this.#outliers,
    }
  }

  /** Taken at jumps, and for rows that are behind or right after those. */
  #slowRow(batch: RecordBatch, row: number, odd: number, last: number, position: number): void {
    const t = batch.time[row]!
    if ((odd & OUTLIER_FLAG) !== 0) {
      const { citations } = this.#outliers
      this.#outliers.records++
      if (citations.length < MOST_CITED) citations.push(this.#cite(batch, row))
    } else if ((odd & LATE_FLAG) !== 0) this.#late(batch, row, position)
    else if (this.#open !== null) this.#close(batch.lineNumber[row]!, t, t - last)
    else if (t - last >= this.#jumpMs) this.#jump(batch, row, last)
  }

  #jump(batch: RecordBatch, row: number, from: number): void {
    if (this.#jumps.length === MOST_JUMPS) this.#jumps.shift()
    const index = this.#records + row
    const line = batch.lineNumber[row]!
    const to = batch.time[row]!
    this.#undoWaiting(line, to, to - from, index)
    this.#jumps.push({ line, from, to, index })
    if (Math.abs(to - from - HOUR_MS) <= SAME_MS) this.#hourJumps.add({ line, from, to, records: 0 })
  }

  #late(batch: RecordBatch, row: number, position: number): void {
    const t = batch.time[row]!
    if (this.#open === null) {
      this.#giveUpWaiting()
      const citations = [...(row > 0 ? [this.#cite(batch, row - 1)] : []), this.#cite(batch, row)]
      const jump = this.#jumpTakenBack(position, t, this.#records + row)
      this.#open = {
        line: batch.lineNumber[row]!,
        before: position,
        after: t,
        jump,
        citations,
        index: this.#records + row,
        records: 0,
        from: t,
        to: t,
      }
    }
    this.#open.records++
    this.#open.from = Math.min(this.#open.from, t)
    this.#open.to = Math.max(this.#open.to, t)
  }

  /** The latest jump ahead, if it led as far as time now goes back. */
  #jumpTakenBack(position: number, t: number, index: number): ClockJump | null {
    for (const jump of this.#jumps.toReversed()) {
      const ahead = jump.to - jump.from
      const back = position - t
      const slack = Math.max(SAME_MS, SAME_SHARE * ahead)
      // at most as much later as the records of the stretch took
      if (Math.abs(ahead - back) <= slack && t >= jump.from - slack && jump.to <= position) {
        const { line, from, to } = jump
        return { line, from, to, records: index - jump.index }
      }
    }
    return null
  }

  #close(caughtUpLine: number, caughtUpAt: number, caughtUpBy: number): void {
    const { index, ...open } = this.#open!
    this.#open = null
    if (open.records < LEAST_BEHIND) {
      this.#straggle(open)
      return
    }
    const step = { ...open, caughtUpLine, caughtUpAt, caughtUpBy }
    if (caughtUpBy < this.#jumpMs) this.#waiting = { step, index }
    else this.#steps.add(step)
  }

  #straggle({ records, before, after, citations }: Omit<OpenStep, 'index'>): void {
    const all = this.#stragglers
    all.records += records
    if (before - after <= all.mostMs) return
    all.mostMs = before - after
    all.citations = citations
  }

  /** A jump ahead as long as a step back was before: all between is of one clock. */
  #undoWaiting(line: number, to: number, by: number, index: number): void {
    const waiting = this.#waiting
    if (waiting === null) return
    const back = waiting.step.before - waiting.step.after
    if (Math.abs(by - back) > Math.max(SAME_MS, SAME_SHARE * back)) {
      this.#giveUpWaiting()
      return
    }
    this.#waiting = null
    const records = index - waiting.index
    this.#steps.add({
      ...waiting.step,
      records,
      to: to - by,
      caughtUpLine: line,
      caughtUpAt: to,
      caughtUpBy: by,
    })
  }

  #giveUpWaiting(): void {
    if (this.#waiting !== null) this.#steps.add(this.#waiting.step)
    this.#waiting = null
  }
}
