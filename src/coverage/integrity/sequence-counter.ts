import type { RecordBatch } from '../../columns/contract.js'
import type { Citation } from '../../observe/citations.js'
import type { Cite } from '../contract.js'
import type { Counted, CounterGap, CounterTrace } from './trace.js'

/** Numbers that may come in any order: requests are logged when they end, and some take long. */
const WINDOW = 1024
/** Numbers in a row that make a new run, where it begins low or goes far ahead. */
const CONFIRMED = 8
/** Numbers at both ends of a run that are not missed: their requests may be logged in the file before or behind. */
const EDGE = 16
const MOST_GAPS = 32
/** Stretches of absent numbers that are nearer to each other are one gap, at first. */
const APART_MS = 300_000
const MOST_CITED = 4
/** Rows cited in hope of a gap before them. */
const MOST_TRIED = 64

interface Seen {
  readonly number: number
  readonly time: number
}

interface Gap extends CounterGap {
  firstNumber: number
  to: number
  missing: number
  stretches: number
  longest: number
  lastNumber: number
  citations: readonly Citation[]
}

/**
 * Follows a number that grows by one a request, and which of its values are absent.
 *
 *     settled: seen or absent | the window: may still come | ahead
 *                             ^low              ^high      ^low + WINDOW
 *
 * Times of absent numbers are those of the numbers on both sides. A run ends where many numbers in a row are of another:
 * lower ones show a restart, which loses nothing; far higher ones, that all between are absent. Lower ones that begin in the
 * middle may be lines that were copied or moved: it takes a whole window of them, and what the run before had is not missed.
 * Where numbers go on behind another run as they would have without it, that run was put in, and shows nothing.
 */
export class SequenceCounter {
  readonly #name: string
  readonly #counts: Counted
  readonly #cite: Cite
  readonly #isSeen = new Uint8Array(WINDOW)
  readonly #times = new Float64Array(WINDOW)
  #low = 0
  #high = -1
  /** Lowest number of the run: none below it is missed. */
  #first = 0
  /** Numbers up to this one may be in a run before. */
  #knownTo = -1
  /** The last number of the run before this one. */
  #runBefore: Seen | null = null
  /** What the jump ahead to this run has left out, if the run turns out to be the server's. */
  #claim: Gap | null = null
  #before: Seen | null = null
  /** First absent number of the stretch that is being settled; -1 for none. */
  #absentFrom = -1
  #pending: Seen[] = []
  #numbered = 0
  #strays = 0
  #restarts = 0
  #lowest = Number.NaN
  #missing = 0
  #gaps: Gap[] = []
  #apartMs = APART_MS
  #tried = 0
  /** Rows that came right behind absent numbers, by their number. */
  readonly #hopes = new Map<number, Citation>()

  constructor(name: string, counts: Counted, cite: Cite) {
    this.#name = name
    this.#counts = counts
    this.#cite = cite
  }

  /**
   * The next number of the source.
   *
   * @param row  The record that has it; -1 where none has.
   */
  take(number: number, time: number, batch: RecordBatch, row: number): void {
    this.#numbered++
    if (this.#high < 0) this.#begin(number)
    const isAhead = number > this.#high + WINDOW
    if (isAhead || number < this.#low || (number <= this.#high && this.#isSeen[number % WINDOW] === 1)) {
      this.#far({ number, time })
      return
    }
    if (this.#pending.length > 0) this.#giveUpPending()
    if (number > this.#high + 1 && row >= 0 && this.#tried < MOST_TRIED) {
      this.#tried++
      this.#hopes.set(number, this.#cite(batch, row))
    }
    this.#see(number, time)
  }

  finish(): CounterTrace {
    this.#giveUpPending()
    const highest = this.#high
    this.#settleRun()
    this.#commit()
    return {
      name: this.#name,
      counts: this.#counts,
      numbered: this.#numbered,
      strays: this.#strays,
      restarts: this.#restarts,
      lowest: this.#lowest,
      highest,
      gaps: this.#gaps,
      missing: this.#missing,
    }
  }

  #begin(number: number): void {
    this.#low = Math.max(0, number - WINDOW / 2)
    this.#high = number
    this.#first = number
    this.#before = null
    this.#absentFrom = -1
    this.#isSeen.fill(0)
    if (Number.isNaN(this.#lowest)) this.#lowest = number
  }

  #see(number: number, time: number): void {
    if (number >= this.#low + WINDOW) this.#settleTo(number - WINDOW + 1)
    const at = number % WINDOW
    this.#isSeen[at] = 1
    this.#times[at] = time
    if (number > this.#high) this.#high = number
    if (number < this.#first) {
      if (this.#lowest === this.#first) this.#lowest = number
      this.#first = number
    }
  }

  /** Settles all numbers below `to`. */
  #settleTo(to: number): void {
    const windowEnd = this.#low + WINDOW
    for (let number = this.#low; number < to && number < windowEnd; number++) {
      const at = number % WINDOW
      if (this.#isSeen[at] === 1) {
        const seen = { number, time: this.#times[at]! }
        if (this.#absentFrom >= 0) this.#absent(this.#absentFrom, seen)
        this.#absentFrom = -1
        this.#before = seen
        this.#isSeen[at] = 0
      } else if (this.#absentFrom < 0 && number > this.#first) this.#absentFrom = number
    }
    if (to > windowEnd && this.#absentFrom < 0) this.#absentFrom = windowEnd
    this.#low = Math.max(this.#low, to)
  }

  /** Numbers from `from` up to the one that was seen are absent. */
  #absent(first: number, seen: Seen): void {
    const from = Math.max(first, this.#knownTo + 1)
    if (from >= seen.number) return
    if (from <= this.#first + EDGE && seen.number <= this.#first + 2 * EDGE) return
    const before = { number: from - 1, time: this.#before?.time ?? seen.time }
    const gap = gapBetween(before, seen)
    if (gap !== null) this.#addGap({ ...gap, citations: this.#hoped(seen.number) })
  }

  #hoped(number: number): Citation[] {
    const found = this.#hopes.get(number)
    for (const known of [...this.#hopes.keys()]) if (known <= number) this.#hopes.delete(known)
    return found === undefined ? [] : [found]
  }

  #addGap(gap: Gap): void {
    this.#missing += gap.missing
    const last = this.#gaps.at(-1)
    if (last === undefined || gap.from - last.to > this.#apartMs) this.#gaps.push(gap)
    else if (gap.from >= last.from) join(last, gap)
    else {
      // that of a jump is known when later ones are
      this.#gaps.push(gap)
      this.#gaps = joinNear(this.#gaps.sort(byTime), this.#apartMs)
    }
    while (this.#gaps.length > MOST_GAPS) {
      this.#apartMs *= 2
      this.#gaps = joinNear(this.#gaps, this.#apartMs)
    }
  }

  /** A number of no run that is known: the first of another, or nothing. */
  #far(seen: Seen): void {
    const last = this.#pending.at(-1)
    if (last !== undefined && Math.abs(seen.number - last.number) > WINDOW) this.#giveUpPending()
    this.#pending.push(seen)
    const [first] = this.#pending
    const isPlain = first!.number > this.#high || first!.number <= WINDOW
    if (this.#pending.length < (isPlain ? CONFIRMED : WINDOW)) return
    const run = this.#pending
    this.#pending = []
    this.#startRun(run)
  }

  #startRun(run: readonly Seen[]): void {
    const lowest = run.reduce((least, seen) => (seen.number < least.number ? seen : least))
    const before = this.#runBefore
    const isBack = lowest.number > this.#high || this.#claim !== null
    if (before !== null && isBack && Math.abs(lowest.number - before.number) <= WINDOW)
      this.#resume(lowest, before)
    else this.#follow(lowest)
    this.#begin(lowest.number)
    for (const { number, time } of run) this.#see(number, time)
  }

  /** Another run of the same server. */
  #follow(lowest: Seen): void {
    this.#commit()
    const last = this.#settleRun()!
    this.#runBefore = last
    if (lowest.number > last.number) {
      this.#claim = gapBetween({ ...last, number: Math.max(last.number, this.#knownTo) }, lowest)
      return
    }
    this.#restarts++
    this.#knownTo = lowest.number <= WINDOW ? -1 : Math.max(this.#knownTo, last.number)
  }

  /** The run before goes on: this one was put in. */
  #resume(lowest: Seen, before: Seen): void {
    const inserted = this.#settleRun()!
    if (this.#claim === null) this.#restarts--
    this.#claim = null
    this.#runBefore = null
    const gap = gapBetween({ ...before, number: Math.max(before.number, this.#knownTo) }, lowest)
    if (gap !== null) this.#addGap(gap)
    this.#knownTo = Math.max(this.#knownTo, before.number, inserted.number)
  }

  /** The run is the server's to its end: what the jump to it left out is absent. */
  #commit(): void {
    if (this.#claim !== null) this.#addGap(this.#claim)
    this.#claim = null
  }

  #giveUpPending(): void {
    this.#strays += this.#pending.length
    this.#pending = []
  }

  /** Settles the run but for its edge. Gives its last number. */
  #settleRun(): Seen | null {
    const high = this.#high
    if (high < 0) return null
    const last = { number: high, time: this.#times[high % WINDOW]! }
    this.#settleTo(Math.max(this.#low, high - EDGE + 1))
    // absent numbers below one that is seen in the edge, but for those within it
    if (this.#absentFrom >= 0) {
      let number = this.#low
      while (this.#isSeen[number % WINDOW] === 0 && number < high) number++
      const from = this.#absentFrom
      this.#absentFrom = -1
      if (number - from > EDGE) this.#absent(from, { number, time: this.#times[number % WINDOW]! })
    }
    return last
  }
}

/** Null where no number is between. */
function gapBetween(before: Seen, behind: Seen): Gap | null {
  const missing = behind.number - before.number - 1
  if (missing <= 0) return null
  return {
    from: Math.min(before.time, behind.time),
    to: Math.max(before.time, behind.time),
    missing,
    stretches: 1,
    longest: missing,
    firstNumber: before.number + 1,
    lastNumber: behind.number - 1,
    citations: [],
  }
}

function byTime(a: Gap, b: Gap): number {
  return a.from - b.from || a.firstNumber - b.firstNumber
}

function join(last: Gap, gap: CounterGap): void {
  last.to = Math.max(last.to, gap.to)
  last.missing += gap.missing
  last.stretches += gap.stretches
  last.longest = Math.max(last.longest, gap.longest)
  last.firstNumber = Math.min(last.firstNumber, gap.firstNumber)
  last.lastNumber = Math.max(last.lastNumber, gap.lastNumber)
  last.citations = [...last.citations, ...gap.citations].slice(0, MOST_CITED)
}

function joinNear(gaps: readonly Gap[], apartMs: number): Gap[] {
  const joined: Gap[] = []
  for (const gap of gaps) {
    const last = joined.at(-1)
    if (last !== undefined && gap.from - last.to <= apartMs) join(last, gap)
    else joined.push(gap)
  }
  return joined
}
