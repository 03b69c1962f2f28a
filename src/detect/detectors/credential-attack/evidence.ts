import { FLAG } from '../../../classify/contract.js'
import { FIELD, type RecordBatch } from '../../../columns/contract.js'
import { readText } from '../../../columns/view.js'
import { toIso } from '../../../core/times.js'
import { type Citation, CitationPicker, cite } from '../../../observe/citations.js'
import type { BoundHit, ObserverContext } from '../../../observe/contract.js'
import { GapRuns } from '../../../observe/gap-runs.js'
import type { DetectorInput } from '../../contract.js'

const { userAgent: USER_AGENT_FIELD } = FIELD
const { late: LATE_FLAG } = FLAG

interface FirstSeen {
  readonly text: string
  time: number
}

/** Agents told apart a run; more are counted as seen no further. */
const MOST_AGENTS = 10_000

/** The cited lines of a run of attempts, and the agents that sent them. Addresses and users stand in the attempt log. */
export class AttemptEvidence {
  /** By code: what a code means shows at the end, and the lines of many successes must not push out those of failures. */
  readonly #pickers = new Map<number, CitationPicker>()
  readonly references: Citation[] = []
  readonly sources = new Set<number>()
  /** By low word of the agent's key. */
  readonly agents = new Map<number, FirstSeen>()
  late = false

  add(batch: RecordBatch, row: number, context: ObserverContext, code: number): void {
    this.#pickerOf(code).add(batch, row, context.storedBytes)
    this.sources.add(batch.source)
    this.late ||= (batch.flags[row]! & LATE_FLAG) !== 0
    this.#addAgent(batch.agentKey[2 * row]!, batch.time[row]!, () => readText(batch, USER_AGENT_FIELD, row))
  }

  keepReference(batch: RecordBatch, row: number, context: ObserverContext): void {
    this.references.push(cite(batch, row, context.storedBytes))
  }

  join(from: AttemptEvidence): void {
    for (const [code, picker] of from.#pickers) this.#pickerOf(code).merge(picker)
    for (const source of from.sources) this.sources.add(source)
    for (const [key, { text, time }] of from.agents) this.#addAgent(key, time, () => text)
    for (const reference of from.references) this.references.push(reference)
    this.late ||= from.late
  }

  /** Citations of a stretch of time, both ends inclusive. */
  citationsWithin(first: number, last: number): Citation[] {
    const all = new CitationPicker()
    for (const picker of this.#pickers.values()) all.mergeWithin(picker, first, last)
    return all.list()
  }

  /** Names of the agents, first seen first, equals by name; `-` for none is left out. */
  agentNames(): string[] {
    return [...this.agents.values()]
      .filter(({ text }) => text !== '-')
      .sort((a, b) => a.time - b.time || (a.text < b.text ? -1 : 1))
      .map(({ text }) => text)
  }

  #pickerOf(code: number): CitationPicker {
    const picker = this.#pickers.get(code) ?? new CitationPicker()
    this.#pickers.set(code, picker)
    return picker
  }

  #addAgent(key: number, time: number, read: () => string | null): void {
    const known = this.agents.get(key)
    if (known !== undefined) {
      if (time < known.time) known.time = time
    } else if (this.agents.size < MOST_AGENTS) this.agents.set(key, { text: read() ?? '-', time })
  }
}

interface Candidate {
  readonly runs: GapRuns<AttemptEvidence>
  rows: number
  last: number
}

/**
 * Evidence of candidates: of a client and agent at a scope, and of a user at a scope, by one text key. Counts are kept elsewhere,
 * so that what is folded here loses its cited lines and nothing else.
 */
export class EvidenceStore {
  readonly #candidates = new Map<string, Candidate>()
  readonly #input: DetectorInput
  readonly #gapMs: number
  readonly #limit: number
  #folded = 0
  #foldedRows = 0
  #firstFoldedAt = Number.NaN
  #references = 0
  #referencesDropped = 0
  #firstDroppedAt = Number.NaN

  constructor(input: DetectorInput, gapMs: number) {
    this.#input = input
    this.#gapMs = gapMs
    this.#limit = Math.max(4, input.maxCandidates)
  }

  get size(): number {
    return this.#candidates.size
  }

  /** Whether less than half of the bound is taken. */
  get hasRoom(): boolean {
    return this.#candidates.size * 2 < this.#limit
  }

  has(key: string): boolean {
    return this.#candidates.has(key)
  }

  add(
    key: string,
    batch: RecordBatch,
    row: number,
    context: ObserverContext,
    code: number,
    keepsReference: boolean,
  ): void {
    const time = batch.time[row]!
    const candidate = this.#candidates.get(key) ?? this.#open(key, time)
    candidate.rows++
    if (time > candidate.last) candidate.last = time
    const evidence = candidate.runs.at(time)
    evidence.add(batch, row, context, code)
    if (keepsReference) this.#keepReference(evidence, batch, row, context)
  }

  /** Joined evidence of the runs of some keys that touch a stretch of time, ends included; all of them new. */
  within(keys: readonly string[], first: number, last: number): AttemptEvidence {
    const joined = new AttemptEvidence()
    for (const key of keys)
      for (const run of this.#candidates.get(key)?.runs.runs ?? [])
        if (run.first <= last && run.last >= first) joined.join(run.value)
    return joined
  }

  merge(other: EvidenceStore, renamed: (key: string) => string): void {
    for (const [theirs, { runs, rows, last }] of other.#candidates) {
      const ours = this.#candidates.get(renamed(theirs)) ?? this.#open(renamed(theirs), last)
      ours.runs.merge(runs)
      ours.rows += rows
      ours.last = Math.max(ours.last, last)
    }
    this.#folded += other.#folded
    this.#foldedRows += other.#foldedRows
    this.#references += other.#references
    this.#referencesDropped += other.#referencesDropped
    this.#firstFoldedAt = earlier(this.#firstFoldedAt, other.#firstFoldedAt)
    this.#firstDroppedAt = earlier(this.#firstDroppedAt, other.#firstDroppedAt)
  }

  /** Gives keys other names; null drops a candidate. */
  rename(renamed: (key: string) => string | null): void {
    const all = [...this.#candidates]
    this.#candidates.clear()
    for (const [key, candidate] of all) {
      const name = renamed(key)
      if (name !== null) this.#candidates.set(name, candidate)
    }
  }

  bounds(name: string): BoundHit[] {
    const hits: BoundHit[] = []
    if (this.#folded > 0)
      hits.push({
        name: `${name}: candidates`,
        limit: this.#limit,
        count: this.#folded,
        firstAt: toIso(this.#firstFoldedAt),
        effect: `of ${this.#folded} candidates with ${this.#foldedRows} requests the lines are not kept; those of whom no line is left are in no finding`,
      })
    if (this.#referencesDropped > 0)
      hits.push({
        name: `${name}: references`,
        limit: this.#input.maxReferences,
        count: this.#referencesDropped,
        firstAt: toIso(this.#firstDroppedAt),
        effect: 'evidence.jsonl does not list these records; they are counted in their findings',
      })
    return hits
  }

  #keepReference(evidence: AttemptEvidence, batch: RecordBatch, row: number, context: ObserverContext): void {
    const most = this.#input.maxReferences
    if (most === 0) return
    if (this.#references >= most) {
      if (this.#referencesDropped++ === 0) this.#firstDroppedAt = batch.time[row]!
      return
    }
    this.#references++
    evidence.keepReference(batch, row, context)
  }

  #open(key: string, now: number): Candidate {
    if (this.#candidates.size >= this.#limit) this.#fold(now)
    const runs = new GapRuns<AttemptEvidence>(
      this.#gapMs,
      () => new AttemptEvidence(),
      (into, from) => into.join(from),
    )
    const candidate = { runs, rows: 0, last: Number.NEGATIVE_INFINITY }
    this.#candidates.set(key, candidate)
    return candidate
  }

  /** Drops the quarter with fewest rows. One row alone is an eighth of the lowest floor and is no loss to speak of. */
  #fold(now: number): void {
    const order = [...this.#candidates].sort(
      ([x, a], [y, b]) => a.rows - b.rows || a.last - b.last || (x < y ? -1 : 1),
    )
    for (const [key, { rows }] of order.slice(0, Math.ceil(order.length / 4))) {
      this.#candidates.delete(key)
      if (rows < 2) continue
      if (this.#folded === 0) this.#firstFoldedAt = now
      this.#folded++
      this.#foldedRows += rows
    }
  }
}

/** The earlier of two times, NaN being none. */
function earlier(a: number, b: number): number {
  return Number.isNaN(a) || b < a ? b : a
}

/** Key of a client and agent at a scope. */
export function unitKey(unit: number, agent: number): string {
  return `unit|${unit}|${agent}`
}

/** Key of a claimed user at a scope. */
export function userKey(user: number, scopeLow: number, scopeHigh: number): string {
  return `user|${user}|${scopeLow}:${scopeHigh}`
}
