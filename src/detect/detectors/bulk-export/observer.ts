import { FLAG } from '../../../classify/contract.js'
import { EntryPointMatcher } from '../../../classify/entry-points.js'
import { normalPath } from '../../../classify/normal-path.js'
import { routeNameOf } from '../../../classify/route.js'
import type { RecordBatch } from '../../../columns/contract.js'
import { DAY_MS } from '../../../core/civil-time.js'
import { toIso } from '../../../core/times.js'
import type { BoundHit, Observer, ObserverContext, Selection, Signal } from '../../../observe/contract.js'
import { RecentRows } from '../../../observe/recent-rows.js'
import { PRINCIPAL_CLIENT } from '../../../sessions/contract.js'
import type { DetectorInput } from '../../contract.js'
import { Candidate } from './candidate.js'
import { Candidates } from './candidates.js'
import { Gate } from './gate.js'
import type { Limits } from './judge.js'
import { LOOK_BACK_MS } from './opening-time.js'
import { dayNumber, tagOfRoute } from './pair-record.js'
import { CLOSED, IS_FOLDED, OPENS, type PairRow, PairTable } from './pair-table.js'
import { judgeAll } from './seal.js'
import { ServedRows } from './served-rows.js'

// copied out of its table: a member would be looked up anew for every row
const { asset: ASSET_FLAG, dataRoute: DATA_ROUTE_FLAG, page: PAGE_FLAG } = FLAG
const CLIENT_KIND = PRINCIPAL_CLIENT
const DAY = DAY_MS

/** Of the parts of pages, one target in so many counts: a visit loads dozens of them. */
const ASSETS_DRAWN = 4
/** Share of the detector's memory for the last day's rows, and the most of it. */
const RECENT_SHARE = 0.15
const RECENT_BYTES = 24 * 1024 * 1024

/** Watches every principal on every route; see README.md. */
export class BulkExportObserver implements Observer {
  readonly id = 'bulk-export'
  readonly wants = 0
  readonly scope = 'keyed'
  readonly horizon = 'retrospective'
  readonly #input: DetectorInput
  readonly #limits: Limits
  readonly #gate: Gate
  readonly #served = new ServedRows()
  readonly #pairs: PairTable
  readonly #recentBytes: number
  /** Made with the first row, which brings the horizon. */
  #recent: RecentRows | null = null
  readonly #candidates: Candidates
  readonly #dataRoutes: EntryPointMatcher
  readonly #ignoreCase: boolean
  #visits = 0
  #references = 0
  #referencesDropped = 0
  #firstDroppedAt = Number.POSITIVE_INFINITY

  // of one visit, filled anew each time: records of the rows' pairs, and the rows whose pairs have no candidate
  #found = new Int32Array(0)
  #keptRows = new Uint32Array(0)
  #keptKeys = new Int32Array(0)
  /** The day of the last row, and when it began. */
  #day = 0
  #dayStart = Number.NaN
  readonly #pairRow: PairRow = {
    low: 0,
    high: 0,
    found: -1,
    t: 0,
    day: 0,
    size: 0,
    points: 0,
    rows: 0,
    routeTag: 0,
    proven: false,
  }

  constructor(input: DetectorInput) {
    this.#input = input
    this.#limits = {
      objects: input.threshold('objects'),
      bytes: input.threshold('bytes'),
      requests: input.threshold('requests'),
      pages: input.threshold('pages'),
      z: input.threshold('z'),
      ratio: input.threshold('ratio'),
      peers: input.threshold('peers'),
      episodeGapMs: input.threshold('episodeGapMs'),
    }
    this.#gate = new Gate(this.#limits)
    const tableBytes = PairTable.bytesWithin(input.memoryBytes * (1 - RECENT_SHARE))
    this.#recentBytes = Math.min(RECENT_BYTES, input.memoryBytes * RECENT_SHARE)
    this.#pairs = new PairTable(tableBytes, this.#gate)
    this.#candidates = new Candidates(input.maxCandidates, (candidate) => {
      this.#pairs.setFolded(candidate.low, candidate.high)
      this.#pairs.folded.add(candidate.requests, candidate.bytes)
      this.#references -= candidate.references.length
    })
    this.#dataRoutes = new EntryPointMatcher(input.dataRoutes, false)
    this.#ignoreCase = [...input.entryPoints, ...input.dataRoutes].some((rule) => rule.ignoreCase === true)
  }

  visit(batch: RecordBatch, selection: Selection, context: ObserverContext): void {
    const served = this.#served
    served.pick(batch, selection)
    if (served.count === 0) return
    this.#visits++
    this.#makeRoom(served.rows.length)
    this.#pairs.locate(served.keys, served.count, this.#found)
    const ordinal = this.#keepRecent(batch, context)
    this.#addRows(batch, ordinal, context)
  }

  #makeRoom(count: number): void {
    if (this.#found.length >= count) return
    this.#found = new Int32Array(count)
    this.#keptRows = new Uint32Array(count)
    this.#keptKeys = new Int32Array(2 * count)
  }

  /** Keeps the rows of pairs without a candidate for a day; gives the ordinal of the first. */
  #keepRecent(batch: RecordBatch, context: ObserverContext): number {
    const { rows, keys, count } = this.#served
    const found = this.#found
    const keptRows = this.#keptRows
    const keptKeys = this.#keptKeys
    let kept = 0
    for (let i = 0; i < count; i++) {
      if (!this.#pairs.isClosed(found[i]!)) continue
      keptKeys[2 * kept] = keys[2 * i]!
      keptKeys[2 * kept + 1] = keys[2 * i + 1]!
      keptRows[kept++] = rows[i]!
    }
    this.#recent ??= new RecentRows(LOOK_BACK_MS + context.horizonMs, this.#recentBytes)
    return kept === 0 ? 0 : this.#recent.keep(batch, keptRows, kept, keptKeys)
  }

  #addRows(batch: RecordBatch, ordinal: number, context: ObserverContext): void {
    const { rows, keys, count } = this.#served
    const { time, bytesSent, routeKey, principalKind } = batch
    const found = this.#found
    const keptRows = this.#keptRows
    const view = viewOf(batch)
    const pairRow = this.#pairRow
    let kept = 0
    for (let i = 0; i < count; i++) {
      const row = rows[i]!
      if (keptRows[kept] === row) kept++
      pairRow.low = keys[2 * i]!
      pairRow.high = keys[2 * i + 1]!
      pairRow.found = found[i]!
      pairRow.size = bytesSent[row]!
      pairRow.routeTag = tagOfRoute(routeKey[2 * row]!, routeKey[2 * row + 1]!)
      pairRow.proven = principalKind[row] !== CLIENT_KIND
      this.#readDay(time[row]!)
      this.#readPoints(batch, row)
      const answer = this.#pairs.add(pairRow)
      if (answer === CLOSED) continue
      if (answer >= 0) this.#addToCandidate(this.#candidates.at(answer)!, batch, view, row, context)
      else if (answer === IS_FOLDED) this.#addFolded(pairRow.size)
      else if (answer === OPENS) this.#openCandidate(batch, row, ordinal + kept - 1, context)
    }
  }

  #readPoints(batch: RecordBatch, row: number): void {
    const drawn = isDrawn(batch, row)
    this.#pairRow.rows = drawn ? 1 : 0
    this.#pairRow.points = this.#pointsOf(batch, row, drawn)
  }

  /** Nearly always the day of the row before. */
  #readDay(t: number): void {
    if (!(t >= this.#dayStart && t < this.#dayStart + DAY)) this.#startDay(t)
    this.#pairRow.t = t
    this.#pairRow.day = this.#day
  }

  #startDay(t: number): void {
    this.#day = dayNumber(t)
    this.#dayStart = Math.floor(t / DAY) * DAY
  }

  #pointsOf(batch: RecordBatch, row: number, drawn: boolean): number {
    return this.#gate.pointsOf(batch.bytesSent[row]!, (batch.flags[row]! & PAGE_FLAG) !== 0, drawn)
  }

  /** @param trigger  Ordinal of the row that passed the gate: later ones were kept in the same visit and not counted. */
  #openCandidate(batch: RecordBatch, row: number, trigger: number, context: ObserverContext): void {
    const { low, high, routeTag, proven } = this.#pairRow
    const candidate = new Candidate(
      low,
      high,
      context.subjectOf(batch, row),
      proven,
      {
        name: routeNameOf(batch, row, this.#ignoreCase),
        tag: routeTag,
        isAsset: (batch.flags[row]! & ASSET_FLAG) !== 0,
      },
      this.#pairs.open(low, high, this.#candidates.next),
    )
    candidate.openedIn = this.#visits
    candidate.gateUntil = this.#served.latest
    candidate.cutMs = this.#recent!.cutMs
    this.#recent!.visit(low, high, (recent, at, ordinal) => {
      this.#addGateRow(candidate, recent, at, ordinal <= trigger)
      this.#addRow(candidate, recent, viewOf(recent), at, context)
    })
    candidate.isCut = candidate.hasUnseen && candidate.cutMs > candidate.firstMs - LOOK_BACK_MS
    this.#candidates.add(candidate)
    this.#candidates.checkCount(this.#served.latest)
  }

  #addGateRow(candidate: Candidate, batch: RecordBatch, row: number, isCounted: boolean): void {
    const points = this.#pointsOf(batch, row, isDrawn(batch, row))
    candidate.gateRows.push({ t: batch.time[row]!, points, isCounted })
  }

  #addToCandidate(
    candidate: Candidate,
    batch: RecordBatch,
    view: DataView,
    row: number,
    context: ObserverContext,
  ): void {
    candidate.requests++
    candidate.bytes += batch.bytesSent[row]!
    // its rows of this visit were found among the recent ones
    if (candidate.openedIn === this.#visits) return
    if (batch.time[row]! <= candidate.gateUntil) this.#addGateRow(candidate, batch, row, false)
    this.#addRow(candidate, batch, view, row, context)
    this.#candidates.checkSize(batch.time[row]!)
  }

  #addRow(
    candidate: Candidate,
    batch: RecordBatch,
    view: DataView,
    row: number,
    context: ObserverContext,
  ): void {
    const isNew = candidate.add(batch, view, row, context)
    const isUnnamed = candidate.dataRoutes.size < this.#input.dataRoutes.length
    if (isNew && isUnnamed && (batch.flags[row]! & DATA_ROUTE_FLAG) !== 0)
      this.#nameDataRoutes(candidate, batch, row)
    if (this.#input.maxReferences > 0) this.#keepReference(candidate, batch, row, context)
  }

  #nameDataRoutes(candidate: Candidate, batch: RecordBatch, row: number): void {
    const path = normalPath(batch.bytes, batch.pathStart[row]!, batch.pathLength[row]!)
    const bits = this.#dataRoutes.checkConditions(this.#dataRoutes.matchPath(path), batch, row)
    this.#input.dataRoutes.forEach(({ id }, k) => {
      if ((bits & (1 << k)) !== 0) candidate.dataRoutes.add(id)
    })
  }

  #keepReference(candidate: Candidate, batch: RecordBatch, row: number, context: ObserverContext): void {
    if (this.#references >= this.#input.maxReferences) {
      this.#referencesDropped++
      this.#firstDroppedAt = Math.min(this.#firstDroppedAt, batch.time[row]!)
      return
    }
    this.#references++
    candidate.keepReference(batch, row, context)
  }

  #addFolded(size: number): void {
    this.#candidates.foldedRequests++
    this.#pairs.folded.add(1, size)
  }

  merge(other: this): void {
    this.#served.merge(other.#served)
    this.#references += other.#references
    this.#referencesDropped += other.#referencesDropped
    this.#firstDroppedAt = Math.min(this.#firstDroppedAt, other.#firstDroppedAt)
    this.#candidates.mergeFolded(other.#candidates)
    const numbers = this.#candidates.numbers()
    this.#pairs.merge(
      other.#pairs,
      {
        numberOf: (theirs) => this.#takeCandidate(other.#candidates.at(theirs), numbers),
        onJoined: (candidate, requests, bytes) => {
          const ours = this.#candidates.at(candidate)
          if (ours === null) this.#pairs.folded.add(requests, bytes)
          else ours.addBefore(requests, bytes)
        },
      },
      this.#served.latest,
    )
    this.#candidates.checkCount(this.#served.latest)
  }

  /** Number here of a candidate of the other side, which may be folded. */
  #takeCandidate(theirs: Candidate | null, numbers: ReadonlyMap<string, number>): number {
    if (theirs === null) return IS_FOLDED
    const number = numbers.get(theirs.name)
    if (number === undefined) return this.#candidates.add(theirs)
    this.#candidates.at(number)!.merge(theirs)
    return number
  }

  seal(context: ObserverContext): Iterable<Signal> {
    const drawnOf = ({ route }: Candidate) => (route.isAsset ? ASSETS_DRAWN : 1)
    return judgeAll(this.#candidates.open(), this.#pairs, this.#served, this.#limits, drawnOf, context)
  }

  close(): void {
    this.#recent?.clear()
  }

  snapshot(): Readonly<Record<string, number>> {
    return { candidates: this.#candidates.count }
  }

  /** Requests and bytes of all pairs: those without a candidate, candidates, and what was folded. */
  totals(): { requests: number; bytes: number } {
    const sum = this.#pairs.totals()
    for (const { requests, bytes } of this.#candidates.open()) {
      sum.requests += requests
      sum.bytes += bytes
    }
    return sum
  }

  bounds(): readonly BoundHit[] {
    const hits: BoundHit[] = []
    const hit = (what: string, limit: number, count: number, firstAt: number, effect: string) => {
      if (count > 0) hits.push({ name: `${this.id}: ${what}`, limit, count, firstAt: toIso(firstAt), effect })
    }
    const { folded, limit } = this.#pairs
    hit(
      'principals on routes',
      limit,
      folded.pairs,
      folded.firstAt,
      `the ${folded.pairs} with fewest requests are in totals only; one that comes back starts from nothing`,
    )
    const { most, folded: gone, foldedRequests, firstFoldedAt } = this.#candidates
    hit(
      'candidates',
      most,
      gone,
      firstFoldedAt,
      `${gone} candidates with ${foldedRequests} requests are counted here and have no finding of their own`,
    )
    const cut = this.#candidates.open().filter((it) => it.isCut)
    hit(
      'recent rows',
      Math.floor(this.#recentBytes),
      cut.length,
      cut.reduce((first, { firstMs }) => Math.min(first, firstMs), Number.POSITIVE_INFINITY),
      'so many candidates were watched from less than a day before they stood out; what was before is in their totals',
    )
    hit(
      'references',
      this.#input.maxReferences,
      this.#referencesDropped,
      this.#firstDroppedAt,
      'evidence.jsonl does not list these records; they are counted in their findings',
    )
    return hits
  }
}

function viewOf({ bytes }: RecordBatch): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** Whether a row counts by itself for the gate: of the parts of pages, only some targets are drawn. */
function isDrawn(batch: RecordBatch, row: number): boolean {
  return (batch.flags[row]! & ASSET_FLAG) === 0 || batch.pathKey[2 * row]! % ASSETS_DRAWN === 0
}
