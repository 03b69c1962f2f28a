import type { Agenda } from '../agenda.js'
import type { StoryRequest } from '../contract.js'
import { mix } from '../model/random.js'
import { HOSTS } from '../model/site.js'
import type { TrafficSource } from '../traffic/contract.js'

/** A thread and its next request. */
interface Open {
  readonly requests: Iterator<StoryRequest>
  next: StoryRequest
}

/** Puts the threads of one story onto the agenda as their time comes: no more than one request of each is held. */
export class Teller implements TrafficSource {
  readonly #story: string
  readonly #agenda: Agenda
  readonly #endMs: number
  readonly #open: Open[] = []

  constructor(story: string, threads: readonly Iterable<StoryRequest>[], agenda: Agenda, endMs: number) {
    this.#story = story
    this.#agenda = agenda
    this.#endMs = endMs
    for (const thread of threads) {
      const requests = thread[Symbol.iterator]()
      const first = requests.next()
      if (first.done !== true) this.#open.push({ requests, next: first.value })
    }
  }

  advance(untilMs: number): void {
    for (let i = this.#open.length - 1; i >= 0; i--) {
      if (!this.#tell(this.#open[i]!, untilMs)) this.#open.splice(i, 1)
    }
  }

  /** @returns Whether the thread goes on. */
  #tell(open: Open, untilMs: number): boolean {
    while (open.next.at < untilMs) {
      // what would be after the last instant of the log is not in it
      if (open.next.at >= this.#endMs) return false
      this.#add(open.next)
      const { done, value } = open.requests.next()
      if (done === true) return false
      if (value.at < open.next.at)
        throw new RangeError(`story ${this.#story}: ${value.target} is earlier than the request before it`)
      open.next = value
    }
    return true
  }

  #add(request: StoryRequest): void {
    const hit = this.#agenda.take(request.at, request.durationMs)
    hit.client = request.client
    hit.user = request.user
    hit.method = request.method
    hit.target = request.target
    hit.protocol = request.protocol ?? 'HTTP/1.1'
    hit.status = request.status
    hit.bytes = request.bytes
    hit.referrer = request.referrer
    hit.userAgent = request.userAgent
    hit.host = request.host ?? HOSTS.shop
    hit.token = request.token
    // a balancer spreads connections; a client has a new one every few seconds
    hit.connection = mix(
      Math.floor(request.at / 8_000),
      request.client.length * 251 + request.client.charCodeAt(request.client.length - 1),
    )
    hit.act = request.act ?? null
    hit.story = this.#story
    this.#agenda.add(hit)
  }
}
