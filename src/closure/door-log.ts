import { ACCEPTED, DENIED, SERVED } from '../classify/contract.js'
import type { RecordBatch } from '../columns/contract.js'
import { readPath } from '../columns/view.js'
import { toIso } from '../core/times.js'
import { OutcomeCounts } from '../detect/outcome-counts.js'
import { type Citation, CitationPicker } from '../observe/citations.js'
import type { ObserverContext } from '../observe/contract.js'
import { DistinctTexts } from '../observe/subject.js'
import type { Attempts } from './contract.js'
import { FirstLines } from './first-lines.js'
import { HostUses } from './host-uses.js'
import { KeySet, keyAt } from './keys.js'

const SPELLINGS_SHOWN = 20
const HOSTS_SHOWN = 20
const MOST_PATHS = 10_000
/** Lines of each kind that are kept where no verdict stands on them. */
const CITED = 10

/** The first 10 lines, the last 5 and the 10 with most bytes. */
class PickedLines {
  readonly picker = new CitationPicker()

  add(batch: RecordBatch, row: number, context: ObserverContext): void {
    this.picker.add(batch, row, context.storedBytes)
  }

  list(): readonly Citation[] {
    return this.picker.list()
  }
}

type Lines = PickedLines | FirstLines

/** Logs of one door are alike. */
function mergeLines(into: Lines, from: Lines): void {
  if (into instanceof PickedLines && from instanceof PickedLines) into.picker.merge(from.picker)
  else if (into instanceof FirstLines && from instanceof FirstLines) into.merge(from)
}

/** What was asked at one door in some time: before a closing, after it, or ever. */
export class DoorLog {
  readonly #counts = new OutcomeCounts()
  readonly #principals = new KeySet()
  readonly #spellings = new DistinctTexts()
  readonly hosts = new HostUses()
  /** Times at which paths were first seen, by their keys: the text of one that comes later is not read again. */
  readonly #knownPaths = new Map<number, number>()
  /** Answers that gave something, and those that gave nothing. */
  readonly #given: Lines
  readonly #refused: Lines
  readonly #unclear: Lines
  #inFlight = 0
  #first = Number.POSITIVE_INFINITY
  #last = Number.NEGATIVE_INFINITY

  /** @param isCited  A verdict stands on its lines: the first and the last of each kind are kept, else the first few. */
  constructor(isCited: boolean) {
    const lines = () => (isCited ? new PickedLines() : new FirstLines(CITED))
    this.#given = lines()
    this.#refused = lines()
    this.#unclear = lines()
  }

  add(batch: RecordBatch, row: number, sure: number, context: ObserverContext): void {
    const time = batch.time[row]!
    const outcome = batch.outcome[row]!
    if (time < this.#first) this.#first = time
    if (time > this.#last) this.#last = time
    this.#counts.countRow(batch, row, sure)
    this.#principals.add(keyAt(batch.principalKey, row))
    this.#addSpelling(batch, row, time)
    this.hosts.add(batch, row, sure)
    const cited =
      outcome === SERVED || outcome === ACCEPTED
        ? this.#given
        : outcome === DENIED
          ? this.#refused
          : this.#unclear
    cited.add(batch, row, context)
  }

  #addSpelling(batch: RecordBatch, row: number, time: number): void {
    const key = keyAt(batch.pathKey, row)
    const known = this.#knownPaths.get(key)
    if (known !== undefined && time > known) return
    if (known !== undefined || this.#knownPaths.size < MOST_PATHS) this.#knownPaths.set(key, time)
    this.#spellings.add(readPath(batch, row) ?? '', time, batch.source, batch.placeOffset[row]!)
  }

  addInFlight(): void {
    this.#inFlight++
  }

  merge(other: DoorLog): void {
    this.#counts.join(other.#counts)
    this.#principals.merge(other.#principals)
    this.#spellings.merge(other.#spellings)
    this.hosts.merge(other.hosts)
    mergeLines(this.#given, other.#given)
    mergeLines(this.#refused, other.#refused)
    mergeLines(this.#unclear, other.#unclear)
    this.#inFlight += other.#inFlight
    this.#first = Math.min(this.#first, other.#first)
    this.#last = Math.max(this.#last, other.#last)
  }

  /** Judges the sizes of what was served, now that those of denials are known. */
  judge(isDenialSize: (size: number) => boolean): JudgedDoor {
    const { served, unclear, softDenied, lastGiven } = this.#counts.judged(isDenialSize)
    const { accepted, denied, mayHaveGiven } = this.#counts
    const hosts = this.hosts.judge(isDenialSize)
    const requests = served.requests + accepted.requests + denied.requests + unclear.requests
    const isSoft = ({ status, size }: Citation) => status === 200 && size > 0 && isDenialSize(size)
    return {
      attempts: {
        requests,
        served: served.requests,
        accepted: accepted.requests,
        denied: denied.requests,
        unclear: unclear.requests,
        softDenied,
        inFlight: this.#inFlight,
        bytes: served.bytes + accepted.bytes,
        principals: this.#principals.count,
        principalsExact: this.#principals.isExact,
        first: requests === 0 ? null : toIso(this.#first),
        last: requests === 0 ? null : toIso(this.#last),
        spellings: this.#spellings.list(SPELLINGS_SHOWN),
        spellingCount: this.#spellings.count,
        hosts: hosts.slice(0, HOSTS_SHOWN),
        hostCount: hosts.length,
      },
      lastGiven,
      undecided: softDenied + mayHaveGiven,
      given: this.#given.list().filter((citation) => !isSoft(citation)),
      refused: this.#refused.list(),
      unclear: [...this.#unclear.list(), ...this.#given.list().filter(isSoft)],
    }
  }
}

/** A door's requests when all sizes are judged. */
export interface JudgedDoor {
  readonly attempts: Attempts
  /** Latest time that something was given; negative infinity without. */
  readonly lastGiven: number
  /** Of the unclear answers, those that may have carried what the door guards. */
  readonly undecided: number
  readonly given: readonly Citation[]
  readonly refused: readonly Citation[]
  readonly unclear: readonly Citation[]
}
