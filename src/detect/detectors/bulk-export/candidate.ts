import { FLAG } from '../../../classify/contract.js'
import { ObjectWords } from '../../../classify/object-words.js'
import { findPageValue, readPageValue } from '../../../classify/page-value.js'
import { FIELD, type RecordBatch } from '../../../columns/contract.js'
import { HOUR_MS } from '../../../core/civil-time.js'
import { mix32, writeKey } from '../../../core/keys.js'
import { type Citation, CitationPicker, cite } from '../../../observe/citations.js'
import type { ObserverContext, SubjectRef } from '../../../observe/contract.js'
import { SubjectCollector } from '../../../observe/subject.js'
import { DistinctLog } from './distinct-log.js'
import { Minutes } from './minutes.js'
import type { Opening } from './pair-table.js'

const { referrer: REFERRER_FIELD } = FIELD
const { dataRoute: DATA_ROUTE_FLAG, late: LATE_FLAG } = FLAG
/** METHODS number: the question is in the body, so that one target is many objects. */
const POST = 3
/** Distinct referring pages told apart; more make no difference. */
const MOST_REFERRERS = 64
/** Page values whose text is kept. */
const MOST_PAGES = 1 << 20

/** What is known of a candidate's route. */
export interface CandidateRoute {
  readonly name: string
  readonly tag: number
  readonly isAsset: boolean
}

/** A row of the time around the opening: what it added to the gate. */
export interface GateRow {
  readonly t: number
  readonly points: number
  /** It was counted by the pair's record when the gate was passed. */
  readonly isCounted: boolean
}

/** A principal on a route that passed the gate: exact windows, distinct sets, citations. */
export class Candidate {
  readonly low: number
  readonly high: number
  readonly ref: SubjectRef
  readonly proven: boolean
  readonly route: CandidateRoute
  readonly opening: Opening | null
  /** Rows up to here may be missing for want of memory. */
  cutMs = Number.NEGATIVE_INFINITY
  /** Some are. */
  isCut = false
  /** Rows up to here may, in the sorted log, come before the one that passed the gate. */
  gateUntil = Number.NEGATIVE_INFINITY
  readonly gateRows: GateRow[] = []
  /** All of the pair, what went before the opening included. */
  requests = 0
  bytes = 0
  last = Number.NEGATIVE_INFINITY
  /** Earliest row that is known. */
  firstMs = Number.POSITIVE_INFINITY
  isOnDataRoute = false
  readonly objects = new DistinctLog()
  pages: DistinctLog | null = null
  /** By number of the page. */
  readonly pageNumbers: number[] = []
  /** 1 for an object that is one by its target, by number; pieces that only their sizes tell apart are 0. */
  targets = new Uint8Array(16)
  readonly minutes = new Minutes()
  readonly blocks = new Map<number, CitationPicker>()
  readonly references: Citation[] = []
  readonly subject = new SubjectCollector()
  readonly sources = new Set<number>()
  readonly dataRoutes = new Set<string>()
  readonly referrers = new Set<number>()
  /** The visit that opened it: its rows are known already. */
  openedIn = -1
  readonly #words: ObjectWords
  #source = -1
  readonly #pageKey = new Int32Array(4)
  readonly #named = { low: 0, high: 0, agent: 0, t: Number.POSITIVE_INFINITY }

  constructor(
    low: number,
    high: number,
    ref: SubjectRef,
    proven: boolean,
    route: CandidateRoute,
    opening: Opening | null,
  ) {
    this.low = low
    this.high = high
    this.ref = ref
    this.proven = proven
    this.route = route
    this.opening = opening
    this.requests = opening?.requests ?? 0
    this.bytes = opening?.bytes ?? 0
    // nobody outside knows a pair's key: it is seeded
    this.#words = new ObjectWords(low, high)
  }

  /** The key of its pair as text. */
  get name(): string {
    return `${this.low}:${this.high}`
  }

  /** Whether there were rows before it was opened that nobody could look up again. */
  get hasUnseen(): boolean {
    const seen = this.gateRows.filter(({ isCounted }) => isCounted).length
    return this.opening !== null && this.opening.requests > seen
  }

  /** Memory held, about. */
  get byteLength(): number {
    const pages = this.pages === null ? 0 : this.pages.byteLength + 8 * this.pageNumbers.length
    let citations = 0
    for (const block of this.blocks.values()) citations += block.byteLength
    return BASE_BYTES + this.objects.byteLength + pages + this.minutes.size * MINUTE_BYTES + citations
  }

  /**
   * Larger is kept longer when memory runs out: what it has taken so far, the same thing again not counted, by the memory that
   * it holds.
   */
  get worth(): number {
    const distinctBytes = this.requests === 0 ? 0 : (this.bytes / this.requests) * this.objects.count
    const taken = this.objects.count + distinctBytes / WORTH_BYTES + (this.isOnDataRoute ? WORTH_DATA : 0)
    return taken / this.byteLength
  }

  /** Adds a row. Returns whether its object is new. */
  add(batch: RecordBatch, view: DataView, row: number, context: ObserverContext): boolean {
    const t = batch.time[row]!
    const size = batch.bytesSent[row]!
    const flags = batch.flags[row]!
    if (t > this.last) this.last = t
    if (t < this.firstMs) this.firstMs = t
    const minute = this.minutes.at(t)
    minute.requests++
    minute.bytes += size
    if (t < minute.first) minute.first = t
    if (t > minute.last) minute.last = t
    if ((flags & LATE_FLAG) !== 0) minute.late = true
    if ((flags & DATA_ROUTE_FLAG) !== 0) {
      minute.onDataRoute++
      this.isOnDataRoute = true
    }
    if (batch.fieldLength[REFERRER_FIELD]![row]! > 0) this.#addReferrer(batch, view, row, minute)
    if (batch.source !== this.#source) {
      this.#source = batch.source
      this.sources.add(batch.source)
    }
    this.#name(batch, row)
    this.#block(t).add(batch, row, context.storedBytes)
    return this.#addObject(batch, view, row, t, size)
  }

  #addObject(batch: RecordBatch, view: DataView, row: number, t: number, size: number): boolean {
    if (!this.#words.fill(batch, view, row)) return false
    const { words } = this.#words
    const page = findPageValue(batch, row)
    const isPiece = batch.method[row] === POST && page < 0
    // answers of different sizes to one target are taken for answers to different questions
    if (isPiece) {
      words[0] = words[0]! ^ mix32(size)
      words[2] = words[2]! ^ mix32(size + 0x2f)
    }
    const isNew = this.objects.add(words, t, size)
    if (isNew) this.#markTarget(this.objects.count - 1, isPiece ? 0 : 1)
    if (page >= 0) this.#addPage(batch, row, page, t, size)
    return isNew
  }

  #markTarget(id: number, isTarget: number): void {
    if (id >= this.targets.length) {
      const larger = new Uint8Array(2 * this.targets.length)
      larger.set(this.targets)
      this.targets = larger
    }
    this.targets[id] = isTarget
  }

  #addPage(batch: RecordBatch, row: number, at: number, t: number, size: number): void {
    const { name, value, number } = readPageValue(batch, row, at)
    const text = `${name}=${value}`
    const bytes = Buffer.from(text, 'latin1')
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    writeKey(view, 0, bytes.length, { a: this.low, b: this.high }, this.#pageKey, 0)
    writeKey(view, 0, bytes.length, { a: mix32(this.high), b: ~this.low }, this.#pageKey, 2)
    this.pages ??= new DistinctLog()
    if (this.pages.count >= MOST_PAGES) return
    if (this.pages.add(this.#pageKey, t, size)) this.pageNumbers.push(number)
  }

  #addReferrer(batch: RecordBatch, view: DataView, row: number, minute: { referred: number }): void {
    minute.referred++
    if (this.referrers.size >= MOST_REFERRERS) return
    const start = batch.fieldStart[REFERRER_FIELD]![row]!
    writeKey(
      view,
      start,
      batch.fieldLength[REFERRER_FIELD]![row]!,
      { a: this.low, b: this.high },
      this.#pageKey,
      0,
    )
    this.referrers.add(this.#pageKey[0]!)
  }

  /** Names of a client are those of its first row; only what is new or earlier is read. */
  #name(batch: RecordBatch, row: number): void {
    const named = this.#named
    const [low, high, agent] = [
      batch.clientKey[2 * row]!,
      batch.clientKey[2 * row + 1]!,
      batch.agentKey[2 * row]!,
    ]
    const t = batch.time[row]!
    if (!this.proven && low === named.low && high === named.high && agent === named.agent && t > named.t)
      return
    this.subject.add(batch, row)
    if (low !== named.low || high !== named.high || agent !== named.agent || t < named.t)
      Object.assign(named, { low, high, agent, t })
  }

  #block(t: number): CitationPicker {
    const hour = Math.floor(t / HOUR_MS)
    let block = this.blocks.get(hour)
    if (block === undefined) {
      block = new CitationPicker()
      this.blocks.set(hour, block)
    }
    return block
  }

  keepReference(batch: RecordBatch, row: number, context: ObserverContext): void {
    this.references.push(cite(batch, row, context.storedBytes))
  }

  /** Counts what came before it was opened. */
  addBefore(requests: number, bytes: number): void {
    this.requests += requests
    this.bytes += bytes
  }

  /** Takes in another candidate of the same pair. */
  merge(other: Candidate): void {
    this.requests += other.requests
    this.bytes += other.bytes
    this.last = Math.max(this.last, other.last)
    this.firstMs = Math.min(this.firstMs, other.firstMs)
    this.isCut ||= other.isCut
    this.cutMs = Math.max(this.cutMs, other.cutMs)
    this.gateRows.push(...other.gateRows)
    this.isOnDataRoute ||= other.isOnDataRoute
    this.minutes.merge(other.minutes)
    this.objects.merge(other.objects, (ours, theirs) => this.#markTarget(ours, other.targets[theirs]!))
    for (const [hour, block] of other.blocks) {
      const ours = this.blocks.get(hour)
      if (ours === undefined) this.blocks.set(hour, block)
      else ours.merge(block)
    }
    this.references.push(...other.references)
    this.subject.merge(other.subject)
    for (const it of other.sources) this.sources.add(it)
    for (const it of other.dataRoutes) this.dataRoutes.add(it)
    for (const it of other.referrers) this.referrers.add(it)
    this.#mergePages(other)
  }

  #mergePages(other: Candidate): void {
    if (other.pages === null) return
    this.pages ??= new DistinctLog()
    this.pages.merge(other.pages, (ours, theirs) => {
      this.pageNumbers[ours] = other.pageNumbers[theirs]!
    })
  }
}

const BASE_BYTES = 2048
const MINUTE_BYTES = 220
/** As much as one object, when memory runs out. */
const WORTH_BYTES = 500_000
const WORTH_DATA = 1e9
