import { FIELD_COUNT, type Lines, type RecordBatch } from '../../columns/contract.js'
import type { Cite } from '../contract.js'
import { ConnectionRequests } from './connection-requests.js'
import { SequenceCounter } from './sequence-counter.js'
import { SyslogSequence } from './syslog-sequence.js'
import type { ConnectionTrace, CounterTrace } from './trace.js'

/** Extras that count requests over all clients, by the names that formats give them: Traefik, HAProxy (%rt). */
const REQUEST_COUNTERS = ['request_count', 'request_counter']
/** The number of a connection, and that of a request within it: nginx. */
const CONNECTION = 'connection'
const WITHIN_CONNECTION = 'connection_requests'

const ZERO = 0x30
/** Decimal digits that a double holds. */
const MOST_DIGITS = 15

/** Finds the counters of one source, among its extra fields and in the heads of its lines, and follows them. */
export class Counters {
  readonly #cite: Cite
  #extras: readonly string[] | null = null
  #counterField = -1
  #connectionField = -1
  #withinField = -1
  #counter: SequenceCounter | null = null
  #connections: ConnectionRequests | null = null
  readonly #messages: SyslogSequence

  constructor(cite: Cite) {
    this.#cite = cite
    this.#messages = new SyslogSequence(cite)
  }

  visit(batch: RecordBatch, lines: Lines): void {
    this.#messages.visit(lines, batch)
    if (batch.extras !== this.#extras) this.#look(batch.extras)
    if (this.#counterField >= 0) this.#count(batch, this.#counterField)
    if (this.#connectionField >= 0 && this.#withinField >= 0) this.#countWithin(batch)
  }

  finish(): { readonly counter: CounterTrace | null; readonly connections: ConnectionTrace | null } {
    return {
      counter: this.#counter?.finish() ?? this.#messages.finish(),
      connections: this.#connections?.finish() ?? null,
    }
  }

  #look(extras: readonly string[]): void {
    this.#extras = extras
    const field = (name: string) => {
      const at = extras.indexOf(name)
      return at < 0 ? -1 : FIELD_COUNT + at
    }
    const name = REQUEST_COUNTERS.find((it) => extras.includes(it))
    this.#counterField = name === undefined ? -1 : field(name)
    this.#connectionField = field(CONNECTION)
    this.#withinField = field(WITHIN_CONNECTION)
    if (name !== undefined) this.#counter ??= new SequenceCounter(name, 'requests', this.#cite)
    if (this.#withinField >= 0 && this.#connectionField >= 0) this.#connections ??= new ConnectionRequests()
  }

  #count(batch: RecordBatch, field: number): void {
    const counter = this.#counter!
    for (let row = 0; row < batch.rowCount; row++) {
      const number = numberOf(batch, field, row)
      if (number >= 0) counter.take(number, batch.time[row]!, batch, row)
    }
  }

  #countWithin(batch: RecordBatch): void {
    const connections = this.#connections!
    for (let row = 0; row < batch.rowCount; row++) {
      const request = numberOf(batch, this.#withinField, row)
      const connection = numberOf(batch, this.#connectionField, row)
      if (request > 0 && request < 2 ** 31 && connection >= 0) {
        connections.take(connection, request, batch.time[row]!)
      }
    }
  }
}

/** The decimal number that a field holds; -1 for none. */
function numberOf(batch: RecordBatch, field: number, row: number): number {
  const { bytes } = batch
  const start = batch.fieldStart[field]![row]!
  const length = batch.fieldLength[field]![row]!
  if (length <= 0 || length > MOST_DIGITS) return -1
  let number = 0
  for (let at = start; at < start + length; at++) {
    const digit = bytes[at]! - ZERO
    if (digit < 0 || digit > 9) return -1
    number = 10 * number + digit
  }
  return number
}
