import { FLAG } from '../classify/contract.js'
import type { RecordBatch } from '../columns/contract.js'
import { type Citation, CitationPicker, cite } from '../observe/citations.js'
import type { BoundHit, ObserverContext, SubjectRef } from '../observe/contract.js'
import { type GapRun, GapRuns } from '../observe/gap-runs.js'
import { SubjectCollector } from '../observe/subject.js'
import type { DetectorInput } from './contract.js'

/** What every episode keeps, whatever a detector counts: who, the cited lines, and what makes it less sure. */
export class EpisodeEvidence {
  readonly sources = new Set<number>()
  readonly subject = new SubjectCollector()
  readonly citations = new CitationPicker()
  /** Every served and accepted record, when somebody asked for them. */
  readonly references: Citation[] = []
  /** A record's stamp was off by more than a day. */
  oddStamps = false
  /** A record came later than the horizon allows. */
  late = false

  add(batch: RecordBatch, row: number, context: ObserverContext): void {
    const flags = batch.flags[row]!
    this.oddStamps ||= (flags & FLAG.stampOutlier) !== 0
    this.late ||= (flags & FLAG.late) !== 0
    this.sources.add(batch.source)
    this.subject.add(batch, row)
    this.citations.add(batch, row, context.storedBytes)
  }

  join(from: EpisodeEvidence): void {
    for (const source of from.sources) this.sources.add(source)
    this.subject.merge(from.subject)
    this.citations.merge(from.citations)
    for (const reference of from.references) this.references.push(reference)
    this.oddStamps ||= from.oddStamps
    this.late ||= from.late
  }

  /** Confidence reasons that hold for any finding: identity, stamps, and the doubts about its sources. */
  reasons(ref: SubjectRef, context: ObserverContext): Set<string> {
    const reasons = new Set<string>(ref.type === 'client' ? ['client-only-identity'] : [])
    for (const source of this.sources) for (const doubt of context.doubtsOf(source)) reasons.add(doubt)
    if (this.oddStamps) reasons.add('stamp-outlier')
    if (this.late) reasons.add('late-records')
    return reasons
  }
}

/** An episode of a detector: its own counts beside the evidence. */
export interface Counted {
  readonly evidence: EpisodeEvidence
}

interface Candidate<E> {
  readonly ref: SubjectRef
  readonly scope: number
  readonly episodes: GapRuns<E>
  worth: number
  last: number
  requests: number
}

export interface EpisodeKind<E> {
  /** The detector's id, for bounds. */
  readonly name: string
  /** Quiet time that ends an episode. */
  readonly gapMs: number
  create(): E
  /** Adds the counts of `from`; the evidence is joined by the caller. */
  join(into: E, from: E): void
}

/**
 * Episodes by principal and scope (an entry point, an indicator, a rule), the state of a keyed detector. At most
 * `maxCandidates` at once: when full, the least valuable quarter is folded into totals, so that kept plus folded is all.
 */
export class PrincipalEpisodes<E extends Counted> {
  readonly #input: DetectorInput
  readonly #kind: EpisodeKind<E>
  readonly #limit: number
  readonly #candidates = new Map<string, Candidate<E>>()
  #folded = 0
  #foldedRequests = 0
  #firstFoldedAt = Number.NaN
  #references = 0
  #referencesDropped = 0
  #firstDroppedAt = Number.NaN

  constructor(input: DetectorInput, kind: EpisodeKind<E>) {
    this.#input = input
    this.#kind = kind
    this.#limit = Math.max(4, input.maxCandidates)
  }

  get size(): number {
    return this.#candidates.size
  }

  /**
   * The episode that a row belongs to, its evidence taken; the detector adds its counts.
   *
   * @param worth  0 for an attempt without effect; higher is kept longer when memory runs out.
   */
  take(batch: RecordBatch, row: number, scope: number, worth: number, context: ObserverContext): E {
    const candidate = this.#candidateFor(batch, row, scope, context)
    const t = batch.time[row]!
    candidate.last = Math.max(candidate.last, t)
    candidate.worth = Math.max(candidate.worth, worth)
    candidate.requests++
    const episode = candidate.episodes.at(t)
    episode.evidence.add(batch, row, context)
    return episode
  }

  /** Keeps a row for evidence.jsonl, within `maxReferences`. */
  keepReference(episode: E, batch: RecordBatch, row: number, context: ObserverContext): void {
    const most = this.#input.maxReferences
    if (most === 0) return
    if (this.#references >= most) {
      if (this.#referencesDropped++ === 0) this.#firstDroppedAt = batch.time[row]!
      return
    }
    this.#references++
    episode.evidence.references.push(cite(batch, row, context.storedBytes))
  }

  merge(other: PrincipalEpisodes<E>): void {
    for (const [key, theirs] of other.#candidates) {
      const ours = this.#candidates.get(key)
      if (ours === undefined) {
        this.#add(key, theirs, theirs.last)
        continue
      }
      ours.episodes.merge(theirs.episodes)
      ours.worth = Math.max(ours.worth, theirs.worth)
      ours.last = Math.max(ours.last, theirs.last)
      ours.requests += theirs.requests
    }
    this.#firstFoldedAt = earlier(this.#firstFoldedAt, other.#firstFoldedAt)
    this.#firstDroppedAt = earlier(this.#firstDroppedAt, other.#firstDroppedAt)
    this.#folded += other.#folded
    this.#foldedRequests += other.#foldedRequests
    this.#references += other.#references
    this.#referencesDropped += other.#referencesDropped
  }

  *all(): Iterable<{ readonly ref: SubjectRef; readonly scope: number; readonly run: GapRun<E> }> {
    for (const { ref, scope, episodes } of this.#candidates.values()) {
      for (const run of episodes.runs) yield { ref, scope, run }
    }
  }

  bounds(): BoundHit[] {
    const hits: BoundHit[] = []
    if (this.#folded > 0) {
      hits.push({
        name: `${this.#kind.name}: candidates`,
        limit: this.#limit,
        count: this.#folded,
        firstAt: isoTime(this.#firstFoldedAt),
        effect: `${this.#folded} candidates with ${this.#foldedRequests} requests are counted here and have no finding of their own`,
      })
    }
    if (this.#referencesDropped > 0) {
      hits.push({
        name: `${this.#kind.name}: references`,
        limit: this.#input.maxReferences,
        count: this.#referencesDropped,
        firstAt: isoTime(this.#firstDroppedAt),
        effect: 'evidence.jsonl does not list these records; they are counted in their findings',
      })
    }
    return hits
  }

  #candidateFor(batch: RecordBatch, row: number, scope: number, context: ObserverContext): Candidate<E> {
    const key = `${batch.principalKey[2 * row]!}:${batch.principalKey[2 * row + 1]!}:${scope}`
    const known = this.#candidates.get(key)
    if (known !== undefined) return known
    const made: Candidate<E> = {
      ref: context.subjectOf(batch, row),
      scope,
      episodes: new GapRuns(
        this.#kind.gapMs,
        () => this.#kind.create(),
        (into, from) => {
          into.evidence.join(from.evidence)
          this.#kind.join(into, from)
        },
      ),
      worth: 0,
      last: Number.NEGATIVE_INFINITY,
      requests: 0,
    }
    this.#add(key, made, batch.time[row]!)
    return made
  }

  #add(key: string, candidate: Candidate<E>, now: number): void {
    if (this.#candidates.size >= this.#limit) this.#fold(now)
    this.#candidates.set(key, candidate)
  }

  #fold(now: number): void {
    if (this.#folded === 0) this.#firstFoldedAt = now
    const order = [...this.#candidates].sort(
      ([x, a], [y, b]) => a.worth - b.worth || a.last - b.last || (x < y ? -1 : 1),
    )
    for (const [key, candidate] of order.slice(0, Math.ceil(order.length / 4))) {
      this.#candidates.delete(key)
      this.#folded++
      this.#foldedRequests += candidate.requests
    }
  }
}

/** The earlier of two times, NaN being none. */
function earlier(a: number, b: number): number {
  return Number.isNaN(a) || b < a ? b : a
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString()
}
