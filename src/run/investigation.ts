import { Classifier } from '../classify/classifier.js'
import { ClosureObserver, type ClosureTrace } from '../closure/observer.js'
import type { RecordBatch } from '../columns/contract.js'
import { IndicatorCounter, type IndicatorCounts } from '../conclude/collect/indicator-counts.js'
import { type Traffic, TrafficCollector } from '../conclude/collect/traffic.js'
import type { Answers, Reject } from '../conclude/contract.js'
import { lazily } from '../core/lazily.js'
import { toIso } from '../core/times.js'
import type { Detector } from '../detect/contract.js'
import { closedEntryPoint } from '../detect/detectors/closed-entry-point/index.js'
import type { BoundHit, Observer, ObserverContext, Signal } from '../observe/contract.js'
import { Engine } from '../observe/engine.js'
import { ForwardingChains } from '../parse/forwarding.js'
import type { Session } from '../sessions/contract.js'
import { PrincipalNames } from '../sessions/principals.js'
import { Sessionizer } from '../sessions/sessionizer.js'
import { type Configuration, detectorInput } from './configuration.js'
import { type Judged, judgeRun } from './judge-run.js'
import { type PassConsumer, runPass } from './pass.js'
import { type ReadSource, zoneWasAssumed } from './read-source.js'
import { SourceReader } from './source-reader.js'
import type { ReadySource, ReadySources } from './sources.js'
import { storedBytesOf } from './stored-bytes.js'
import { threadsFor, WorkerPool } from './workers/worker-pool.js'

/**
 * How `memoryMb` is shared out, in parts of the whole: what is kept of all keys, and what each detector may hold beside its own
 * `memoryShare`. Not all of it is ever full at a time. Blocks, batches and caches live on the rest.
 */
const SHARES = {
  sessions: 0.15,
  sessionTexts: 0.1,
  traffic: 0.3,
  candidates: 0.09,
  references: 0.05,
  closure: 0.1,
} as const
const DETECTOR_SHARE = 0.05
/** A candidate with its citations takes about this much. */
const CANDIDATE_BYTES = 8192
const REFERENCE_BYTES = 1024

export interface PassSettings {
  readonly detectors: readonly Detector[]
  readonly showSecrets: boolean
  /** Sessions are made into objects and handed to `onSessions`. */
  readonly wantsSessions: () => boolean
  readonly wantsReferences: boolean
  readonly onSessions: (sessions: readonly Session[]) => Promise<void>
  readonly onRejects: ((rejects: readonly Reject[]) => Promise<void>) | null
  readonly onProgress: ((progress: Progress) => void) | null
  readonly isInterrupted: () => boolean
  /** Fires with `signal` and with an interruption: sources then end where they are. */
  readonly stop: AbortSignal
  readonly signal?: AbortSignal
  readonly version: string
  /** Answers of an earlier run, to be compared with. */
  readonly previous: Answers | null
}

/** Where a run stands. Counts are provisional until it ends. */
export interface Progress {
  /** Stored bytes read, of all that are known to be there (0 when only streams are read). */
  readonly bytesRead: number
  readonly bytesTotal: number
  readonly records: number
  readonly rejects: number
  /** Event time reached, ISO 8601; null before the first record. */
  readonly reached: string | null
  /** Open candidates by detector. */
  readonly candidates: Readonly<Record<string, number>>
}

/** Reads all sources once, shows every row to sessions and observers, and judges at the end. */
export class InvestigationPass implements PassConsumer {
  readonly #settings: PassSettings
  readonly #configuration: Configuration
  readonly #ready: ReadySources
  readonly #pool: WorkerPool | null
  readonly #sources: readonly ReadSource[]
  readonly #names = new PrincipalNames()
  readonly #sessionizer: Sessionizer
  readonly #detectors: readonly Observer[]
  readonly #traffic: TrafficCollector
  readonly #indicators: IndicatorCounter
  readonly #closure: ClosureObserver
  readonly #engine: Engine
  readonly #context: ObserverContext
  #rejects: Reject[] = []
  #watermark = Number.NEGATIVE_INFINITY

  constructor(ready: ReadySources, configuration: Configuration, settings: PassSettings) {
    this.#ready = ready
    this.#configuration = configuration
    this.#settings = settings
    const { memoryBytes } = configuration
    this.#sessionizer = new Sessionizer({
      tableBytes: memoryBytes * SHARES.sessions,
      textBytes: memoryBytes * SHARES.sessionTexts,
      collect: settings.wantsSessions(),
      names: this.#names,
    })
    this.#traffic = new TrafficCollector({
      memoryBytes: memoryBytes * SHARES.traffic,
      ignorePathCase: configuration.ignorePathCase,
    })
    this.#indicators = new IndicatorCounter(configuration.indicators)
    this.#closure = this.#createClosure()
    this.#detectors = this.#createDetectors()
    // last: a thread that runs keeps the process alive, and a user's own detector may throw
    this.#pool = this.#startWorkers()
    this.#sources = this.#openSources()
    this.#context = this.#createContext()
    this.#engine = new Engine(
      [this.#traffic, this.#indicators, this.#closure, ...this.#detectors],
      this.#context,
    )
  }

  /** @throws {ERR_ABORTED} {ERR_EVIDENCE_UNREADABLE} {ERR_SINK_FAILED} */
  async run(): Promise<Judged> {
    const { since, until, horizonMs } = this.#configuration
    const { signal, isInterrupted } = this.#settings
    const options = { since, until, horizonMs, isInterrupted, ...(signal === undefined ? {} : { signal }) }
    try {
      const interrupted = await runPass(this.#sources, this, options)
      this.#sessionizer.finish()
      await this.#handOver()
      return this.#judge(interrupted)
    } finally {
      this.#engine.close()
      await this.#pool?.end()
    }
  }

  visit(batch: RecordBatch, from: number, to: number): void {
    this.#names.numberTokens(batch, from, to)
    this.#sessionizer.visit(batch, from, to)
    this.#engine.visit(batch, from, to)
  }

  async afterRun(watermarkMs: number): Promise<void> {
    if (watermarkMs > this.#watermark) {
      this.#watermark = watermarkMs
      this.#sessionizer.advance(watermarkMs)
      this.#engine.advance(watermarkMs)
    }
    await this.#handOver()
    this.#settings.onProgress?.(this.#progress())
  }

  async #handOver(): Promise<void> {
    const sessions = this.#sessionizer.drain()
    if (sessions.length > 0) await this.#settings.onSessions(sessions)
    if (this.#rejects.length === 0) return
    const rejects = this.#rejects
    this.#rejects = []
    await this.#settings.onRejects?.(rejects)
  }

  /** In this thread, or in others; a source that no other thread can read is read here. */
  #openSources(): readonly ReadSource[] {
    const { horizonMs } = this.#configuration
    const { seed, sources } = this.#ready
    const onRejects =
      this.#settings.onRejects === null
        ? null
        : (rejects: readonly Reject[]) => {
            // never spread into a call: a block of one-letter lines has more rejects than a call may have arguments
            this.#rejects = this.#rejects.concat(rejects)
          }
    const readHere = lazily(() => {
      const classifier = new Classifier({ ...this.#configuration, seed })
      const chains = new ForwardingChains(this.#configuration.trustedProxies)
      const { hash, scanner } = this.#configuration
      const options = {
        seed,
        horizonMs,
        chains,
        classifier,
        onRejects,
        hash,
        scanner,
        signal: this.#settings.stop,
        trace: true,
      }
      return (source: ReadySource) => new SourceReader(source, options)
    })
    if (this.#pool === null) return sources.map((source) => readHere()(source))
    return this.#pool.openAll(sources, (source) => readHere()(source), onRejects)
  }

  #startWorkers(): WorkerPool | null {
    const { entryPoints, indicators, logins, dataRoutes, ignorePathCase } = this.#configuration
    const { horizonMs, trustedProxies, hash, scanner, workers } = this.#configuration
    const threads = threadsFor(workers, this.#ready)
    if (threads === 0) return null
    const options = {
      entryPoints,
      indicators,
      logins,
      dataRoutes,
      ignorePathCase,
      seed: this.#ready.seed,
      horizonMs,
      trustedProxies,
      hash,
      scanner,
      wantsRejects: this.#settings.onRejects !== null,
    }
    return new WorkerPool(threads, options, this.#settings.stop)
  }

  #createDetectors(): Observer[] {
    const { memoryBytes } = this.#configuration
    const most = (share: number, bytes: number) => Math.floor((memoryBytes * share) / bytes)
    const limits = {
      maxCandidates: most(SHARES.candidates, CANDIDATE_BYTES),
      maxReferences: this.#settings.wantsReferences ? most(SHARES.references, REFERENCE_BYTES) : 0,
    }
    return this.#settings.detectors.map((detector) => {
      const share = detector.memoryShare ?? DETECTOR_SHARE
      return detector.create(
        detectorInput(this.#configuration, detector, { ...limits, memoryBytes: memoryBytes * share }),
      )
    })
  }

  /** Grace and longest request are those of the detector of closed entry points. */
  #createClosure(): ClosureObserver {
    const configuration = this.#configuration
    const { entryPoints, trustedProxies, ignorePathCase, memoryBytes } = configuration
    return new ClosureObserver({
      entryPoints,
      trustedProxies,
      ignorePathCase,
      graceMs: configuration.threshold(closedEntryPoint, 'graceMs'),
      maxRequestMs: configuration.threshold(closedEntryPoint, 'maxRequestMs'),
      memoryBytes: memoryBytes * SHARES.closure,
    })
  }

  #createContext(): ObserverContext {
    const sources = this.#sources
    return {
      horizonMs: this.#configuration.horizonMs,
      stampOf: (source) => sources[source]!.stamp,
      subjectOf: (batch, row) => this.#names.nameOf(batch, row),
      storedBytes: storedBytesOf((source) => sources[source]!.ready.headed.head.charset),
      doubtsOf: (source) => doubtsOf(sources[source]!),
    }
  }

  #progress(): Progress {
    const sum = (count: (source: ReadSource) => number) =>
      this.#sources.reduce((total, source) => total + count(source), 0)
    const reached = this.#watermark + this.#configuration.horizonMs
    return {
      bytesRead: sum((source) => source.storedBytesRead),
      bytesTotal: this.#ready.storedBytes,
      records: sum((source) => source.counts.records),
      rejects: sum((source) => source.counts.rejects),
      reached: Number.isFinite(reached) ? toIso(reached) : null,
      candidates: Object.fromEntries(this.#detectors.map((it) => [it.id, it.snapshot().candidates ?? 0])),
    }
  }

  #judge(interrupted: boolean): Judged {
    const [traffic] = [...this.#traffic.seal()] as [Traffic]
    const [indicators] = [...this.#indicators.seal()] as [IndicatorCounts]
    const [closure] = [...this.#closure.seal()] as [ClosureTrace]
    return judgeRun({
      ready: this.#ready,
      sources: this.#sources,
      configuration: this.#configuration,
      settings: this.#settings,
      traffic,
      indicators,
      closure,
      signals: () => this.#detectors.flatMap((it): Signal[] => [...it.seal(this.#context)]),
      sessions: this.#sessionizer.count,
      bounds: () => this.#bounds(),
      interrupted,
    })
  }

  #bounds(): BoundHit[] {
    const hits = [this.#traffic, this.#closure, ...this.#detectors].flatMap((it) => [
      ...(it.bounds?.() ?? []),
    ])
    const { cut, firstCutAt, limit, textsFull } = this.#sessionizer
    if (cut > 0) {
      hits.push({
        name: 'sessions',
        limit,
        count: cut,
        firstAt: toIso(firstCutAt),
        effect: `${cut} sessions were ended early for want of memory; their principals' later requests start new ones`,
      })
    }
    if (textsFull) {
      hits.push({
        name: 'session names',
        limit: this.#configuration.memoryBytes * SHARES.sessionTexts,
        count: 1,
        firstAt: '',
        effect: 'some sessions are listed without address or agent',
      })
    }
    return hits
  }
}

function doubtsOf(source: ReadSource): string[] {
  const doubts: string[] = []
  if (zoneWasAssumed(source)) doubts.push('zone-assumed')
  if (source.stamp === 'unknown') doubts.push('producer-unknown')
  return doubts
}
