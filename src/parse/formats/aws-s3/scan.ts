/**
 * Reads server access lines of S3 from both ends.
 *
 *     OWNER BUCKET [TIME] IP REQUESTER ID OPERATION KEY "GET /a HTTP/1.1" 200 - 5 5 7 6 "REFERRER" "AGENT" VERSION HOST-ID ...
 *     head: blanks alone, from the left                ^requests          sizes       ^texts              tail: from the right
 *
 * Neither head nor tail holds anything with a blank or a quote in it. What is between holds three texts of the client, in
 * which quotes stand as they were sent. Wherever such a text imitates what may follow it there is a further reading.
 */
import { FIELD } from '../../../columns/contract.js'
import { MINUS, QUOTE, SPACE } from '../../../core/bytes.js'
import type { LineScanner, RejectReason, RowWriter, ValueMeaning } from '../../contract.js'
import { as, bytes, duration, extra, text } from '../../meanings.js'

/** Owner, bucket, time (with a blank and in brackets, read apart), address, requester, request id, operation, key. */
export const HEAD: readonly ValueMeaning[] = [
  extra('bucket_owner'),
  extra('bucket'),
  as({ as: 'time', time: { kind: 'clf' } }),
  as({ as: 'address' }),
  text(FIELD.user),
  extra('request_id'),
  extra('operation'),
  extra('key'),
]
const TIME = 2

export const REQUEST = as({ as: 'request' })

/** Status, error code, bytes sent, size of the object, total time, turn-around time. */
export const SIZES: readonly ValueMeaning[] = [
  as({ as: 'status' }),
  extra('error_code'),
  bytes(false),
  extra('object_size'),
  duration(1),
  extra('turnaround_time_ms'),
]

export const REFERRER = text(FIELD.referrer)
export const USER_AGENT = text(FIELD.userAgent)

/** Behind the agent; each was added in its time, and more may follow. null: passed over. */
export const TAIL: readonly (ValueMeaning | null)[] = [
  extra('version_id'),
  null, // extended request id
  extra('signature_version'),
  extra('ssl_cipher'),
  extra('authentication_type'),
  text(FIELD.host),
  extra('ssl_protocol'),
  extra('access_point'),
  extra('acl_required'),
  extra('source_region'),
]

/** Two readings are all that needs to be known. */
const ENOUGH = 2
/** Places that are tried as the request's end, lest a target of nothing but imitations is read for minutes. */
const MOST_ENDS = 64

export class S3Scanner implements LineScanner {
  #line!: Uint8Array
  readonly #request = new Int32Array(2)
  readonly #referrer = new Int32Array(2)
  readonly #agent = new Int32Array(2)
  readonly #sizes = new Int32Array(2 * SIZES.length)

  read(line: Uint8Array, row: RowWriter): 'record' | RejectReason {
    this.#line = line
    const middle = this.#head(row)
    if (typeof middle === 'string') return middle
    const tail = this.#tailStart(middle)
    const readings = tail < 0 ? 0 : this.#readings(middle, tail)
    if (readings === 0) return 'no-match'
    if (readings > 1) row.ambiguous()
    this.#value(row, REQUEST, this.#request)
    for (let i = 0; i < SIZES.length; i++) {
      const [start, end] = [this.#sizes[2 * i]!, this.#sizes[2 * i + 1]!]
      if (!row.value(SIZES[i]!, start, end, 'raw')) return 'bad-number'
    }
    this.#value(row, REFERRER, this.#referrer)
    this.#value(row, USER_AGENT, this.#agent)
    this.#tail(row, tail)
    return 'record'
  }

  #value(row: RowWriter, meaning: ValueMeaning, span: Int32Array): void {
    row.value(meaning, span[0]!, span[1]!, 'raw')
  }

  /** Reads what stands in front of the request; gives where that starts. */
  #head(row: RowWriter): number | RejectReason {
    const line = this.#line
    let at = 0
    for (let i = 0; i < HEAD.length; i++) {
      const start = i === TIME ? at + 1 : at
      const end = i === TIME ? line.indexOf(0x5d, at) : line.indexOf(SPACE, at)
      if (end <= start || (i === TIME && line[at] !== 0x5b)) return 'no-match'
      if (!row.value(HEAD[i]!, start, end, 'raw')) return 'bad-time'
      at = i === TIME ? end + 2 : end + 1
    }
    return at
  }

  /** Where the tail starts: behind the last quote, or behind the dash of an agent without quotes. -1 without one. */
  #tailStart(middle: number): number {
    const line = this.#line
    const quote = line.lastIndexOf(QUOTE)
    if (quote > middle) return quote + 1 === line.length || line[quote + 1] === SPACE ? quote + 1 : -1
    // request, six sizes, referrer and agent, all without quotes
    let at = middle
    for (let word = 0; word < 2 + SIZES.length; word++) {
      at = line.indexOf(SPACE, at) + 1
      if (at === 0) return -1
    }
    return line[at] === MINUS ? at + 1 : -1
  }

  /**
   * Finds the request, the sizes, the referrer and the agent between two places, and counts the ways to do so. Of several
   * the first is kept: an agent is easier to choose than a target, and stands behind it. A request that ends in a protocol,
   * as all do that S3 answers, goes before any that does not.
   */
  #readings(from: number, to: number): number {
    let count = 0
    let isKeptShapely = false
    let ends = 0
    for (let end = this.#requestEnd(from, from); end >= 0; end = this.#requestEnd(from, end)) {
      const texts = this.#sizesEnd(end)
      if (texts < 0) continue
      if (++ends > MOST_ENDS) break
      const isShapely = this.#isShapely(from, end)
      if (count >= ENOUGH && !isShapely) continue
      const splits = this.#splits(texts, to, false)
      if (splits === 0) continue
      if (count === 0 || (isShapely && !isKeptShapely)) {
        this.#keepRequest(from, end)
        this.#sizesEnd(end, this.#sizes)
        this.#splits(texts, to, true)
        isKeptShapely = isShapely
      }
      count += splits
      if (count >= ENOUGH && isKeptShapely) break
    }
    return Math.min(count, ENOUGH)
  }

  /** Index behind the next thing that may end the request: a quote, or the dash of none. -1 without one. */
  #requestEnd(from: number, at: number): number {
    const line = this.#line
    if (line[from] !== QUOTE) return at === from && line[from] === MINUS ? from + 1 : -1
    const quote = line.indexOf(QUOTE, Math.max(at, from + 1))
    return quote < 0 ? -1 : quote + 1
  }

  #keepRequest(from: number, end: number): void {
    const isQuoted = this.#line[from] === QUOTE
    this.#request[0] = isQuoted ? from + 1 : from
    this.#request[1] = isQuoted ? end - 1 : end
  }

  /** `"-"`, or a text that ends in a protocol: `HTTP/1.1"`. */
  #isShapely(from: number, end: number): boolean {
    const line = this.#line
    if (end - from <= 3) return true
    const protocol = Buffer.from(line.subarray(Math.max(from, end - 10), end)).toString('latin1')
    return / HTTP\/\d(?:\.\d)?"$/.test(protocol)
  }

  /** Index of what stands behind six sizes and a blank, or -1. `spans` is filled with where each is. */
  #sizesEnd(at: number, spans: Int32Array | null = null): number {
    const line = this.#line
    for (let i = 0; i < SIZES.length; i++) {
      if (line[at] !== SPACE) return -1
      const start = at + 1
      at = this.#wordEnd(start)
      if (at < 0 || (i !== 1 && !isCount(line, start, at))) return -1
      if (spans !== null) {
        spans[2 * i] = start
        spans[2 * i + 1] = at
      }
    }
    return line[at] === SPACE ? at + 1 : -1
  }

  /** Ways to tell referrer and agent apart between `from` and `to`; the first is kept where `keeps`. */
  #splits(from: number, to: number, keeps: boolean): number {
    const line = this.#line
    const isQuoted = line[from] === QUOTE
    let count = 0
    for (let at = isQuoted ? from + 1 : from; count < ENOUGH; at++) {
      at = isQuoted ? line.indexOf(QUOTE, at) : from
      if (at < 0 || at >= to) break
      const agent = at + 2
      const isSplit = line[at + 1] === SPACE && isText(line, agent, to) && (isQuoted || line[at] === MINUS)
      if (isSplit && count++ === 0 && keeps) {
        this.#referrer.set(isQuoted ? [from + 1, at] : [from, at + 1])
        this.#agent.set(line[agent] === QUOTE ? [agent + 1, to - 1] : [agent, to])
      }
      if (!isQuoted) break
    }
    return count
  }

  #tail(row: RowWriter, start: number): void {
    const line = this.#line
    let at = start + 1
    for (const meaning of TAIL) {
      if (at >= line.length) return
      const end = this.#wordEnd(at)
      if (meaning !== null) row.value(meaning, at, end, 'raw')
      at = end + 1
    }
  }

  #wordEnd(at: number): number {
    const end = this.#line.indexOf(SPACE, at)
    return end < 0 ? this.#line.length : end
  }
}

/** Digits, or the dash of none. */
function isCount(line: Uint8Array, at: number, end: number): boolean {
  if (end - at === 1 && line[at] === MINUS) return true
  for (let i = at; i < end; i++) if (line[i]! < 0x30 || line[i]! > 0x39) return false
  return end > at
}

/** Whether a text between quotes, or the dash of none, stands there and ends there. */
function isText(line: Uint8Array, at: number, end: number): boolean {
  if (line[at] === QUOTE) return end - at >= 2
  return end - at === 1 && line[at] === MINUS
}
