import { MINUTE_MS } from '../../../core/civil-time.js'

/** What happened in one minute. */
export interface Minute {
  readonly minute: number
  requests: number
  bytes: number
  first: number
  last: number
  /** Requests that name the page they came from. */
  referred: number
  onDataRoute: number
  late: boolean
}

/** Requests and bytes by minute of event time, in which there were any. */
export class Minutes {
  readonly #minutes = new Map<number, Minute>()
  #latest: Minute | null = null

  get size(): number {
    return this.#minutes.size
  }

  /** The minute of a time, made when it is new. */
  at(t: number): Minute {
    const minute = Math.floor(t / MINUTE_MS)
    if (this.#latest !== null && this.#latest.minute === minute) return this.#latest
    let known = this.#minutes.get(minute)
    if (known === undefined) {
      known = { minute, requests: 0, bytes: 0, first: t, last: t, referred: 0, onDataRoute: 0, late: false }
      this.#minutes.set(minute, known)
    }
    this.#latest = known
    return known
  }

  merge(other: Minutes): void {
    for (const it of other.#minutes.values()) addTo(this.at(it.first), it)
  }

  /** All minutes that have a request within a stretch, summed; minutes at its edges count whole. */
  between(from: number, to: number): Minute {
    const sum = {
      minute: 0,
      requests: 0,
      bytes: 0,
      first: Infinity,
      last: -Infinity,
      referred: 0,
      onDataRoute: 0,
      late: false,
    }
    const [first, last] = [Math.floor(from / MINUTE_MS), Math.floor(to / MINUTE_MS)]
    for (const it of this.#minutes.values()) if (it.minute >= first && it.minute <= last) addTo(sum, it)
    return sum
  }
}

function addTo(into: Minute, from: Minute): void {
  into.requests += from.requests
  into.bytes += from.bytes
  into.first = Math.min(into.first, from.first)
  into.last = Math.max(into.last, from.last)
  into.referred += from.referred
  into.onDataRoute += from.onDataRoute
  into.late ||= from.late
}
