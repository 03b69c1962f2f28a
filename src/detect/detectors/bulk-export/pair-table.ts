import { PackedTable, rowsUpTo } from '../../../core/packed-table.js'
import { FoldedPairs } from './folded-pairs.js'
import type { Gate } from './gate.js'
import {
  addToDays,
  bytesOf,
  candidateOf,
  dayOf,
  initialize,
  isOpen,
  isProven,
  joinDays,
  MOST_BYTES,
  MOST_REQUESTS,
  mostOf,
  pointsOn,
  requestsOf,
  STRIDE,
  setCandidate,
  setSums,
  tagOf,
} from './pair-record.js'
import { type Peer, Peers } from './peers.js'

/** Full tables are slower and smaller; there are three pairs to a client and most are never seen again. */
const LOAD = 0.72
const LEAST_SLOTS = 64

/** What `add` says of a pair that has no candidate. */
export const CLOSED = -2
/** This row passes the gate. */
export const OPENS = -3
/** The candidate was given up for want of memory. */
export const IS_FOLDED = -1

/** One row, as the table counts it. */
export interface PairRow {
  /** Key of the pair. */
  low: number
  high: number
  /** What `locate` found. */
  found: number
  t: number
  /** The day number of `t`. */
  day: number
  size: number
  /** Of the gate. */
  points: number
  /** 1 where the row counts as one, 0 where it was not drawn. */
  rows: number
  routeTag: number
  proven: boolean
}

/** What was counted of a pair before it became a candidate. */
export interface Opening {
  readonly requests: number
  readonly bytes: number
  /** A day number. */
  readonly day: number
  /** Points of that day and the two before it. */
  readonly points: readonly number[]
}

/** What a side that is merged holds of candidates. */
export interface CandidateMerge {
  /** The number here of a candidate there, or of a folded one. */
  numberOf(theirs: number): number
  /** A candidate's pair was held by the other side without one: what that had counted. */
  onJoined(candidate: number, requests: number, bytes: number): void
}

/**
 * Requests and bytes of every principal on every route over the whole span, which is what a rule for slow exports needs of
 * those that never stand out, and as much of the last days as tells when a pair is worth a candidate.
 */
export class PairTable {
  /** Most pairs held. */
  readonly limit: number
  readonly folded: FoldedPairs
  readonly #table: PackedTable
  readonly #gate: Gate
  /** Sums of the pair that `add` counted last: those that do not fit its record as well. */
  readonly #last = { requests: 0, bytes: 0 }

  constructor(memoryBytes: number, gate: Gate) {
    this.limit = Math.floor(slotsWithin(memoryBytes) * LOAD)
    this.#table = new PackedTable(STRIDE, this.limit, LOAD)
    this.#gate = gate
    this.folded = new FoldedPairs()
  }

  /** Memory of a table that fits into some; tables double, so that it may be nearly half. */
  static bytesWithin(memoryBytes: number): number {
    return slotsWithin(memoryBytes) * STRIDE * 4
  }

  /** Finds the records of many keys first, so that a processor waits for several cache misses at once; -1 for new ones. */
  locate(keys: Int32Array, count: number, found: Int32Array): void {
    this.#table.locate(keys, rowsUpTo(count), count, found)
  }

  /** Whether the pair has no candidate yet: its rows are worth keeping for a while. */
  isClosed(found: number): boolean {
    return found < 0 || !isOpen(this.#table.words, found * STRIDE)
  }

  /** Adds a row. Returns CLOSED, OPENS, IS_FOLDED or the candidate's number; in the last two cases nothing was added. */
  add(row: PairRow): number {
    const { low, high, found, size } = row
    const table = this.#table
    let record = table.isAt(found, low, high) ? found : table.find(low, high)
    if (record < 0) {
      record = this.#insert(low, high, row.t)
      initialize(table.words, record * STRIDE, row.day, row.routeTag, row.proven)
    }
    const at = record * STRIDE
    const { words } = table
    if (isOpen(words, at)) return candidateOf(words, at)
    const requests = requestsOf(words, at) + 1
    const bytes = bytesOf(words, at) + size
    setSums(words, at, requests, bytes)
    const passes = addToDays(words, at, row.day, row.points, row.rows)
    if (!passes && requests < MOST_REQUESTS && bytes <= MOST_BYTES) return CLOSED
    this.#last.requests = requests
    this.#last.bytes = bytes
    return OPENS
  }

  /** Marks the pair that `add` said opens; hands out what was counted of it. */
  open(low: number, high: number, candidate: number): Opening {
    const at = this.#table.find(low, high) * STRIDE
    const { words } = this.#table
    const points = [0, 1, 2].map((back) => pointsOn(words, at, back))
    setCandidate(words, at, candidate)
    return { ...this.#last, day: dayOf(words, at), points }
  }

  /** The candidate of this pair is given up. */
  setFolded(low: number, high: number): void {
    const record = this.#table.find(low, high)
    if (record >= 0) setCandidate(this.#table.words, record * STRIDE, IS_FOLDED)
  }

  /** Requests and bytes of the pairs without a candidate, folded ones included. */
  totals(): { requests: number; bytes: number } {
    const sum = { requests: this.folded.requests, bytes: this.folded.bytes }
    this.#forEachClosed((words, at) => {
      sum.requests += requestsOf(words, at)
      sum.bytes += bytesOf(words, at)
    })
    return sum
  }

  /** The pairs without a candidate on some routes, by the tags of the routes. One way through the table. */
  peersOf(routeTags: ReadonlySet<number>): Map<number, Peers> {
    const byRoute = new Map<number, Peers>()
    for (const tag of routeTags) {
      const peers = new Peers()
      const folded = this.folded.peersOn(tag)
      if (folded !== undefined) peers.merge(folded)
      byRoute.set(tag, peers)
    }
    this.#forEachClosed((words, at) => {
      byRoute.get(tagOf(words, at))?.add(this.#peerOf(words, at))
    })
    return byRoute
  }

  /** Takes in the pairs of another. A pair that both hold is joined; one of them, or both, may be a candidate. */
  merge(other: PairTable, candidates: CandidateMerge, now: number): void {
    this.folded.merge(other.folded)
    other.#table.forEach((record) => {
      this.#mergeRecord(other.#table.words, record * STRIDE, candidates, now)
    })
  }

  #mergeRecord(theirs: Int32Array, from: number, candidates: CandidateMerge, now: number): void {
    const table = this.#table
    const [low, high] = [theirs[from]!, theirs[from + 1]!]
    const theyAreOpen = isOpen(theirs, from)
    let record = table.find(low, high)
    if (record < 0) {
      record = this.#insert(low, high, now)
      copyRecord(table.words, record * STRIDE, theirs, from)
      if (theyAreOpen)
        setCandidate(table.words, record * STRIDE, candidates.numberOf(candidateOf(theirs, from)))
      return
    }
    const { words } = table
    const at = record * STRIDE
    if (!theyAreOpen && !isOpen(words, at)) {
      const requests = requestsOf(words, at) + requestsOf(theirs, from)
      setSums(words, at, requests, bytesOf(words, at) + bytesOf(theirs, from))
      joinDays(words, at, theirs, from)
    } else if (!theyAreOpen)
      candidates.onJoined(candidateOf(words, at), requestsOf(theirs, from), bytesOf(theirs, from))
    else if (isOpen(words, at)) candidates.numberOf(candidateOf(theirs, from))
    else {
      const [requests, bytes] = [requestsOf(words, at), bytesOf(words, at)]
      const candidate = candidates.numberOf(candidateOf(theirs, from))
      setCandidate(words, at, candidate)
      candidates.onJoined(candidate, requests, bytes)
    }
  }

  #insert(low: number, high: number, t: number): number {
    const record = this.#table.insert(low, high)
    if (record >= 0) return record
    this.#fold(t)
    return this.#table.insert(low, high)
  }

  /**
   * Gives up the half of the pairs with the fewest requests, and more where many have as few: which of equals go must not
   * depend on their place. Candidates go last, when there is nothing else.
   */
  #fold(t: number): void {
    const table = this.#table
    const { words } = table
    const worth = (record: number) =>
      isOpen(words, record * STRIDE) ? MOST_REQUESTS + 1 : requestsOf(words, record * STRIDE)
    const counts = new Int32Array(MOST_REQUESTS + 2)
    table.forEach((record) => {
      counts[worth(record)]!++
    })
    const half = table.count >> 1
    let median = 0
    for (let upTo = counts[0]!; upTo <= half; ) upTo += counts[++median]!
    let gone = 0
    table.retain((record) => {
      if (worth(record) > median || (median > MOST_REQUESTS && gone >= half)) return true
      gone++
      const at = record * STRIDE
      if (isOpen(words, at)) this.folded.addPair(t, 0, 0)
      else {
        this.folded.addPair(t, requestsOf(words, at), bytesOf(words, at))
        this.folded.addPeer(tagOf(words, at), this.#peerOf(words, at))
      }
      return false
    })
  }

  /** A closed pair as a peer, taken for no less than it was: rows for objects, and as many pages as open nothing. */
  #peerOf(words: Int32Array, at: number): Peer {
    const requests = requestsOf(words, at)
    const rows = Math.max(1, mostOf(words, at))
    return {
      objects: rows,
      pages: Math.max(1, Math.min(rows, this.#gate.mostClosedPages)),
      // the mean size, for as many rows as the fullest two days had
      bytes: requests === 0 ? 0 : (bytesOf(words, at) / requests) * Math.min(requests, rows),
      proven: isProven(words, at),
    }
  }

  #forEachClosed(visit: (words: Int32Array, at: number) => void): void {
    const { words } = this.#table
    this.#table.forEach((record) => {
      if (!isOpen(words, record * STRIDE)) visit(words, record * STRIDE)
    })
  }
}

/** A power of two, for tables double. */
function slotsWithin(memoryBytes: number): number {
  const most = memoryBytes / (STRIDE * 4)
  return Math.max(LEAST_SLOTS, 2 ** Math.floor(Math.log2(most)))
}

function copyRecord(words: Int32Array, at: number, theirs: Int32Array, from: number): void {
  for (let word = 2; word < STRIDE; word++) words[at + word] = theirs[from + word]!
}
