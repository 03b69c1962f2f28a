import { ACCEPTED, DENIED, SERVED } from '../classify/contract.js'
import { METHODS, type RecordBatch } from '../columns/contract.js'

/** Totals of one outcome at a closed entry point. */
export interface OutcomeTotals {
  requests: number
  bytes: number
  /** Of the requests, those that surely began after the closing. */
  sure: number
  /** Earliest and latest time, epoch milliseconds; positive and negative infinity without requests. */
  first: number
  last: number
}

/** What is served, unclear and denied softly when the sizes of denials are known. */
export interface JudgedOutcomes {
  readonly served: OutcomeTotals
  readonly unclear: OutcomeTotals
  readonly softDenied: number
  /** First and last request that was served or accepted; positive and negative infinity where none was. */
  readonly firstGiven: number
  readonly lastGiven: number
}

const MOST_SERVED_SIZES = 4096
const OTHER_SIZES = -1
/** Answers to these have no body to carry anything. */
const BODILESS: readonly number[] = [METHODS.indexOf('HEAD'), METHODS.indexOf('OPTIONS')]
const GET = METHODS.indexOf('GET')

/** Counts requests at an entry point by outcome, so that served ones can be judged again when all denials are known. */
export class OutcomeCounts {
  readonly served = totals()
  readonly accepted = totals()
  readonly unclear = totals()
  readonly denied = totals()
  /** Of the unclear ones, answers of success that may have carried or done something: with a body, or without a stated size, or to a method that writes. */
  mayHaveGiven = 0
  /** Served answers of other statuses than 200, and those with it by size. */
  readonly #servedOther = totals()
  readonly #servedSizes = new Map<number, OutcomeTotals>()
  readonly #mostSizes: number

  /** @param mostSizes  Distinct sizes of served answers that are kept; what is beyond is not judged again. */
  constructor(mostSizes = MOST_SERVED_SIZES) {
    this.#mostSizes = mostSizes
  }

  /** @param sure  1 where the request surely began after the closing, else 0. */
  countRow(batch: RecordBatch, row: number, sure: number): void {
    const outcome = batch.outcome[row]!
    const status = batch.status[row]!
    const bytes = batch.bytesSent[row]!
    const t = batch.time[row]!
    const one = { requests: 1, bytes: bytes || 0, sure, first: t, last: t }
    if (outcome === SERVED) addTotals(this.served, one)
    else if (outcome === ACCEPTED) addTotals(this.accepted, one)
    else if (outcome === DENIED) addTotals(this.denied, one)
    else {
      addTotals(this.unclear, one)
      if (status >= 200 && status < 300 && mayGive(batch.method[row]!, bytes)) this.mayHaveGiven++
    }
    if (outcome === SERVED) addTotals(status === 200 ? this.#ofSize(one.bytes) : this.#servedOther, one)
  }

  #ofSize(size: number): OutcomeTotals {
    const sizes = this.#servedSizes
    const key = sizes.has(size) || sizes.size < this.#mostSizes ? size : OTHER_SIZES
    const known = sizes.get(key) ?? totals()
    sizes.set(key, known)
    return known
  }

  join(other: OutcomeCounts): void {
    for (const name of ['served', 'accepted', 'unclear', 'denied'] as const)
      addTotals(this[name], other[name])
    addTotals(this.#servedOther, other.#servedOther)
    for (const [size, sum] of other.#servedSizes) addTotals(this.#ofSize(size), sum)
    this.mayHaveGiven += other.mayHaveGiven
  }

  /** Takes the answers that have the size of a denial out of the served ones. */
  judged(isDenialSize: (size: number) => boolean): JudgedOutcomes {
    const served = { ...this.served }
    const unclear = { ...this.unclear }
    let softDenied = 0
    let firstGiven = Math.min(this.accepted.first, this.#servedOther.first)
    let lastGiven = Math.max(this.accepted.last, this.#servedOther.last)
    for (const [size, sum] of this.#servedSizes) {
      if (size <= 0 || !isDenialSize(size)) {
        firstGiven = Math.min(firstGiven, sum.first)
        lastGiven = Math.max(lastGiven, sum.last)
        continue
      }
      softDenied += sum.requests
      for (const key of ['requests', 'bytes', 'sure'] as const) {
        served[key] -= sum[key]
        unclear[key] += sum[key]
      }
    }
    return { served, unclear, softDenied, firstGiven, lastGiven }
  }
}

/** Reads that answered with nothing gave nothing; what else a method may do, its size does not say. */
function mayGive(method: number, bytes: number): boolean {
  return !BODILESS.includes(method) && (method !== GET || !(bytes === 0))
}

function addTotals(into: OutcomeTotals, from: OutcomeTotals): void {
  into.requests += from.requests
  into.bytes += from.bytes
  into.sure += from.sure
  if (from.first < into.first) into.first = from.first
  if (from.last > into.last) into.last = from.last
}

function totals(): OutcomeTotals {
  return { requests: 0, bytes: 0, sure: 0, first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY }
}
