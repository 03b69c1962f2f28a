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
  /** Ascending. */
  readonly #minutes: Minute[] = []

  get size(): number {
    return this.#minutes.length
  }

  /** The minute of a time, made when it is new. */
  at(t: number): Minute {
    const minute = Math.floor(t / MINUTE_MS)
    const minutes = this.#minutes
    const i = this.#placeOf(minute)
    if (minutes[i]?.minute === minute) return minutes[i]!
    const made = {
      minute,
      requests: 0,
      bytes: 0,
      first: t,
      last: t,
      referred: 0,
      onDataRoute: 0,
      late: false,
    }
    minutes.splice(i, 0, made)
    return made
  }

  /** Index of the first minute that is not before this one: nearly always of the last, for rows come nearly in order. */
  #placeOf(minute: number): number {
    const minutes = this.#minutes
    const last = minutes.length - 1
    if (last < 0 || minutes[last]!.minute < minute) return last + 1
    if (minutes[last]!.minute === minute) return last
    let low = 0
    for (let high = last; low < high; ) {
      const middle = (low + high) >> 1
      if (minutes[middle]!.minute < minute) low = middle + 1
      else high = middle
    }
    return low
  }

  merge(other: Minutes): void {
    for (const it of other.#minutes) addTo(this.at(it.first), it)
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
    for (const it of this.#minutes) if (it.minute >= first && it.minute <= last) addTo(sum, it)
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
