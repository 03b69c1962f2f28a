import type { Candidate } from './candidate.js'

/** Memory of candidates, by the number that the run allows. */
const CANDIDATE_BYTES = 8192
/** Sizes of candidates are summed anew after so many of their rows. */
const WEIGH_EVERY = 16_384

/** Called for a candidate that is given up. */
type OnFold = (candidate: Candidate) => void

/** The candidates by number, no more than memory allows: the quarter worth least goes when there are too many. */
export class Candidates {
  readonly most: number
  /** How many were given up, with how many requests, later ones included. */
  folded = 0
  foldedRequests = 0
  firstFoldedAt = Number.POSITIVE_INFINITY
  /** By number; null where one was given up. */
  readonly #list: (Candidate | null)[] = []
  readonly #onFold: OnFold
  #open = 0
  #untilWeighed = WEIGH_EVERY

  constructor(most: number, onFold: OnFold) {
    this.most = Math.max(4, most)
    this.#onFold = onFold
  }

  /** How many are open. */
  get count(): number {
    return this.#open
  }

  /** Number of the next one. */
  get next(): number {
    return this.#list.length
  }

  at(number: number): Candidate | null {
    return this.#list[number] ?? null
  }

  /** Numbers of the open ones, by their names. */
  numbers(): Map<string, number> {
    return new Map(this.#list.flatMap((it, number) => (it === null ? [] : [[it.name, number]])))
  }

  open(): Candidate[] {
    return this.#list.filter((it) => it !== null)
  }

  add(candidate: Candidate): number {
    this.#open++
    return this.#list.push(candidate) - 1
  }

  /** Looks at the number of candidates. */
  checkCount(now: number): void {
    while (this.#open > this.most) this.#fold(now)
  }

  /** Told of each of their rows: looks at their size from time to time. */
  checkSize(now: number): void {
    if (--this.#untilWeighed > 0) return
    this.#untilWeighed = WEIGH_EVERY
    while (this.#open > 1 && this.#bytes > this.most * CANDIDATE_BYTES) this.#fold(now)
  }

  get #bytes(): number {
    return this.#list.reduce((sum, it) => sum + (it?.byteLength ?? 0), 0)
  }

  #fold(now: number): void {
    this.firstFoldedAt = Math.min(this.firstFoldedAt, now)
    const order = this.open()
      .map((candidate) => ({ candidate, worth: candidate.worth }))
      .sort(
        ({ candidate: a, worth }, { candidate: b, worth: other }) =>
          worth - other || a.last - b.last || a.low - b.low || a.high - b.high,
      )
    for (const { candidate } of order.slice(0, Math.ceil(order.length / 4))) {
      this.#list[this.#list.indexOf(candidate)] = null
      this.folded++
      this.foldedRequests += candidate.requests
      this.#open--
      this.#onFold(candidate)
    }
  }

  /** Takes in what another has given up; its open ones are taken in one by one, by their pairs. */
  mergeFolded(other: Candidates): void {
    this.folded += other.folded
    this.foldedRequests += other.foldedRequests
    this.firstFoldedAt = Math.min(this.firstFoldedAt, other.firstFoldedAt)
  }
}
