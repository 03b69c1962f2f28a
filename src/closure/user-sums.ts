import type { RecordBatch } from '../columns/contract.js'
import type { ObserverContext } from '../observe/contract.js'
import { FirstLines } from './first-lines.js'
import { isGiven } from './given.js'

/** Users of one standing whose first line after a closing is kept: an answer shows a few, of those who came soon. */
const MOST_CITED = 128
/** Doubles of a sum. */
const LATEST = 0
const FIRST_SERVED = 1
const LAST_SERVED = 2
const SERVED = 3
const BYTES = 4
const STRIDE = 8
const NOTHING = Float64Array.of(
  Number.NEGATIVE_INFINITY,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0,
  0,
)
const LEAST_SUMS = 256
/** A sum takes about this much, without a line. */
const SUM_BYTES = 160

/** What a user asked for in moments that stand alike against the doors. */
export interface UserSum {
  /** Number of the standing; entry points of the requests, as bits. */
  readonly standing: number
  readonly entries: number
  /** Latest request of any kind; first and latest one that was served: negative and positive infinity where there is none. */
  readonly latest: number
  readonly firstServed: number
  readonly lastServed: number
  readonly served: number
  readonly bytes: number
  /** The first that was served, after a closing. */
  readonly line: FirstLines | null
}

/** Sums by user, standing and entry points, in one buffer: a request costs one cache line. */
export class UserSums {
  readonly most: number
  #doubles = new Float64Array(LEAST_SUMS * STRIDE)
  /** By user: numbers of its sums, by standing and entry points. */
  readonly #ofUser: Map<number, number>[] = []
  readonly #keys: number[] = []
  readonly #lines: (FirstLines | null)[] = []
  /** By standing: sums with a line. */
  readonly #cited: number[] = []

  constructor(memoryBytes: number) {
    this.most = Math.floor(memoryBytes / SUM_BYTES)
  }

  /** The number of a sum, made where there is none; -1 where there is no room. */
  of(user: number, standing: number, entries: number, isAfter: boolean): number {
    this.#ofUser[user] ??= new Map()
    const sums = this.#ofUser[user]
    const key = standing * 0x1_0000_0000 + (entries >>> 0)
    const known = sums.get(key)
    if (known !== undefined) return known
    const made = this.#keys.length
    if (made >= this.most) return -1
    if ((made + 1) * STRIDE > this.#doubles.length) this.#grow()
    this.#doubles.set(NOTHING, made * STRIDE)
    sums.set(key, made)
    this.#keys.push(key)
    const cited = this.#cited[standing] ?? 0
    if (isAfter) this.#cited[standing] = cited + 1
    this.#lines.push(isAfter && cited < MOST_CITED ? new FirstLines(1) : null)
    return made
  }

  #grow(): void {
    const grown = new Float64Array(2 * this.#doubles.length)
    grown.set(this.#doubles)
    this.#doubles = grown
  }

  count(sum: number, batch: RecordBatch, row: number, context: ObserverContext): void {
    const doubles = this.#doubles
    const at = sum * STRIDE
    const t = batch.time[row]!
    if (t > doubles[at + LATEST]!) doubles[at + LATEST] = t
    if (!isGiven(batch, row)) return
    doubles[at + SERVED] = doubles[at + SERVED]! + 1
    doubles[at + BYTES] = doubles[at + BYTES]! + (batch.bytesSent[row]! || 0)
    if (t > doubles[at + LAST_SERVED]!) doubles[at + LAST_SERVED] = t
    if (t > doubles[at + FIRST_SERVED]!) return
    doubles[at + FIRST_SERVED] = t
    this.#lines[sum]?.add(batch, row, context)
  }

  list(user: number): UserSum[] {
    return [...(this.#ofUser[user]?.values() ?? [])].map((sum) => {
      const [latest, firstServed, lastServed, served, bytes] = this.#doubles.subarray(sum * STRIDE)
      const key = this.#keys[sum]!
      return {
        standing: Math.floor(key / 0x1_0000_0000),
        entries: key | 0,
        latest: latest!,
        firstServed: firstServed!,
        lastServed: lastServed!,
        served: served!,
        bytes: bytes!,
        line: this.#lines[sum]!,
      }
    })
  }

  merge(sum: number, { latest, firstServed, lastServed, served, bytes, line }: UserSum): void {
    const doubles = this.#doubles
    const at = sum * STRIDE
    doubles[at + LATEST] = Math.max(doubles[at + LATEST]!, latest)
    doubles[at + FIRST_SERVED] = Math.min(doubles[at + FIRST_SERVED]!, firstServed)
    doubles[at + LAST_SERVED] = Math.max(doubles[at + LAST_SERVED]!, lastServed)
    doubles[at + SERVED]! += served
    doubles[at + BYTES]! += bytes
    if (line !== null) this.#lines[sum]?.merge(line)
  }
}
