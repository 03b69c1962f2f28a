import { type Peer, Peers } from './peers.js'

/** Sites with more routes than this lose the peers of the rest, as their pairs. */
const MOST_ROUTES = 1024

/** What is left of pairs that were given up for want of memory: totals, and by route what each had taken. */
export class FoldedPairs {
  pairs = 0
  requests = 0
  bytes = 0
  /** Event time at which the first one had to give way; infinite while none has. */
  firstAt = Number.POSITIVE_INFINITY
  readonly #peers = new Map<number, Peers>()

  addPair(t: number, requests: number, bytes: number): void {
    this.pairs++
    this.firstAt = Math.min(this.firstAt, t)
    this.add(requests, bytes)
  }

  /** Counts what belongs to no pair any more. */
  add(requests: number, bytes: number): void {
    this.requests += requests
    this.bytes += bytes
  }

  addPeer(routeTag: number, peer: Peer): void {
    this.#peersFor(routeTag)?.add(peer)
  }

  peersOn(routeTag: number): Peers | undefined {
    return this.#peers.get(routeTag)
  }

  merge(other: FoldedPairs): void {
    this.pairs += other.pairs
    this.add(other.requests, other.bytes)
    this.firstAt = Math.min(this.firstAt, other.firstAt)
    for (const [tag, peers] of other.#peers) this.#peersFor(tag)?.merge(peers)
  }

  #peersFor(routeTag: number): Peers | undefined {
    if (!this.#peers.has(routeTag) && this.#peers.size < MOST_ROUTES) this.#peers.set(routeTag, new Peers())
    return this.#peers.get(routeTag)
  }
}
