import { PackedTable } from '../../core/packed-table.js'
import type { ConnectionTrace } from './trace.js'

/** Connections followed at a time; when there are more, all are settled and it begins anew. */
const MOST_CONNECTIONS = 4096

// words of a record, behind its key
const LOWEST = 2
const HIGHEST = 3
const COUNT = 4
/** Highest number that it had before it began anew; 0 for none. */
const KNOWN = 5
const STRIDE = 12
// doubles of it: time of the latest request, and of the requests around the numbers that were left out
const LAST = 3
const HOLE_FROM = 4
const HOLE_TO = 5

/**
 * Follows the numbers of requests within connections: of one connection all between the lowest and the highest that is
 * there must be there. What is absent before and behind those does not show.
 */
export class ConnectionRequests {
  readonly #table = new PackedTable(STRIDE, MOST_CONNECTIONS)
  #connections = 0
  #missing = 0
  #holed = 0
  #dropped = 0
  #from = Number.POSITIVE_INFINITY
  #to = Number.NEGATIVE_INFINITY

  take(connection: number, request: number, time: number): void {
    const table = this.#table
    const low = connection | 0
    // records lie where the high word says
    const high = Math.imul(connection ^ (connection / 2 ** 32), 0x9e3779b1 | 0)
    let record = table.find(low, high)
    if (record >= 0 && request === 1 && table.words[record * STRIDE + LOWEST] === 1) {
      this.#beginAnew(record, time)
      return
    }
    if (record < 0) {
      if (table.count >= MOST_CONNECTIONS) this.#settleAll()
      record = table.insert(low, high)
      if (record >= 0) this.#write(record, request, time)
      return
    }
    this.#add(record, request, time)
  }

  finish(): ConnectionTrace | null {
    this.#dropped -= this.#table.count
    this.#settleAll()
    if (this.#connections === 0) return null
    return {
      connections: this.#connections,
      missing: this.#missing,
      holed: this.#holed,
      from: this.#from,
      to: this.#to,
      dropped: this.#dropped,
    }
  }

  /** The server was restarted, and counts connections from 1 again; or lines were copied, and it goes on behind them. */
  #beginAnew(record: number, time: number): void {
    const known = this.#table.words[record * STRIDE + HIGHEST]!
    this.#settle(record)
    this.#write(record, 1, time)
    this.#table.words[record * STRIDE + KNOWN] = known
  }

  #add(record: number, request: number, time: number): void {
    const { words, doubles } = this.#table
    const at = record * STRIDE
    const half = record * (STRIDE / 2)
    if (request > words[at + HIGHEST]! + 1) {
      doubles[half + HOLE_FROM] = Math.min(doubles[half + HOLE_FROM]!, doubles[half + LAST]!)
      doubles[half + HOLE_TO] = Math.max(doubles[half + HOLE_TO]!, time)
    }
    words[at + LOWEST] = Math.min(words[at + LOWEST]!, request)
    words[at + HIGHEST] = Math.max(words[at + HIGHEST]!, request)
    words[at + COUNT] = words[at + COUNT]! + 1
    doubles[half + LAST] = time
  }

  #write(record: number, request: number, time: number): void {
    const { words, doubles } = this.#table
    const at = record * STRIDE
    words[at + LOWEST] = request
    words[at + HIGHEST] = request
    words[at + COUNT] = 1
    words[at + KNOWN] = 0
    const half = record * (STRIDE / 2)
    doubles[half + LAST] = time
    doubles[half + HOLE_FROM] = Number.POSITIVE_INFINITY
    doubles[half + HOLE_TO] = Number.NEGATIVE_INFINITY
  }

  #settleAll(): void {
    this.#dropped += this.#table.count
    this.#table.retain((record) => {
      this.#settle(record)
      return false
    })
  }

  #settle(record: number): void {
    const { words, doubles } = this.#table
    const at = record * STRIDE
    this.#connections++
    const known = words[at + KNOWN]!
    const span = words[at + HIGHEST]! - words[at + LOWEST]! + 1
    // where it went on behind what it had, that may be what is absent
    const absent = span - words[at + COUNT]! - (words[at + HIGHEST]! > known ? known : 0)
    if (absent <= 0) return
    const half = record * (STRIDE / 2)
    // numbers in falling order leave no hole behind them as they come: the request in hand is near it
    const isRising = doubles[half + HOLE_FROM]! <= doubles[half + HOLE_TO]!
    this.#missing += absent
    this.#holed++
    this.#from = Math.min(this.#from, doubles[half + (isRising ? HOLE_FROM : LAST)]!)
    this.#to = Math.max(this.#to, doubles[half + (isRising ? HOLE_TO : LAST)]!)
  }
}
