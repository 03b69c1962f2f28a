import { readFile } from 'node:fs/promises'
import type { Answers, Reject, Report } from '../conclude/contract.js'
import { PosternError } from '../core/errors.js'
import { version } from '../core/version.js'
import type { Detector } from '../detect/contract.js'
import { detectors as builtInDetectors } from '../detect/detectors/registry.js'
import type { SinkFormat } from '../emit/contract.js'
import { sinks as builtInSinks } from '../emit/sinks/registry.js'
import type { Finding } from '../findings/contract.js'
import { formats as builtInFormats } from '../parse/formats/registry.js'
import type { Session } from '../sessions/contract.js'
import { Channel } from './channel.js'
import type { DetectOptions } from './configuration.js'
import type { Progress } from './investigation.js'
import type { Judged } from './judge-run.js'
import { checkOptionNames } from './option-names.js'
import type { OutputFolder } from './outputs.js'

export interface InvestigateOptions<Own extends readonly Detector[] = readonly Detector[]>
  extends DetectOptions<Own> {
  /** Folder for all outputs; new or empty unless `force`. */
  readonly out?: string
  readonly force?: boolean
  /** Sinks of the caller's own, beside the built-in ones, written to `out`. */
  readonly sinks?: readonly SinkFormat[]
  /** Called after each stretch of reading, many times a second. Provisional figures. */
  readonly onProgress?: (progress: Progress) => void
}

/** A finding of a caller's own detector. */
export type FindingOf<D extends Detector> = D extends Detector ? Finding<D['id']> : never

/**
 * A run. Nothing starts until something of it is first used: `findings` or `sessions` iterated, or `report()` called.
 *
 * Sessions come while evidence is read and must be asked for before the run starts; findings come when all is read, in
 * canonical order: start, kind, subject, scope.
 */
export interface Investigation<F extends Finding> {
  readonly findings: AsyncIterable<F>
  readonly sessions: AsyncIterable<Session>
  /** Drives the run to its end by itself. @throws {ERR_ABORTED} and what a run can throw. */
  report(): Promise<Report<F>>
  /** Ends the reading where it is: what was read is judged, and coverage says so. */
  interrupt(): void
}

/** How many sessions the pass may be ahead of a reader. */
const SESSIONS_AHEAD = 10_000
/** Findings and references go to sinks in pieces of this many. */
const PIECE = 1000

export class InvestigationRun<F extends Finding> implements Investigation<F> {
  readonly #options: InvestigateOptions
  readonly #detectors: readonly Detector[]
  readonly #sessions: Channel<Session>
  #judged: Promise<Judged> | null = null
  #interrupted = false
  /** Ends the reading of all sources, also of a pipe that delivers nothing: by `interrupt`, or by the caller's signal. */
  readonly #stop = new AbortController()

  /** @param builtIn  Detectors that run beside the caller's own. */
  constructor(options: InvestigateOptions, builtIn: readonly Detector[] = builtInDetectors) {
    this.#options = options
    this.#detectors = [...builtIn, ...(options.detectors ?? [])]
    this.#sessions = new Channel(SESSIONS_AHEAD, () => this.#startForSessions())
  }

  get findings(): AsyncIterable<F> {
    const start = () => this.#start()
    return {
      async *[Symbol.asyncIterator]() {
        yield* (await start()).findings as readonly F[]
      },
    }
  }

  get sessions(): AsyncIterable<Session> {
    return this.#sessions
  }

  async report(): Promise<Report<F>> {
    return (await this.#start()).report as Report<F>
  }

  interrupt(): void {
    this.#interrupted = true
    this.#stop.abort()
  }

  #startForSessions(): void {
    if (this.#judged !== null) {
      const reason = new PosternError(
        'ERR_OPTION_INVALID',
        'sessions were asked for after the run had started; iterate them first, or beside findings',
      )
      this.#sessions.end({ reason })
      return
    }
    // an error reaches whoever reads the sessions; nobody else may be listening
    this.#start().catch(() => {})
  }

  #start(): Promise<Judged> {
    this.#judged ??= this.#runOnce()
    return this.#judged
  }

  async #runOnce(): Promise<Judged> {
    try {
      // callers that take findings and sessions in one go are both heard before the run starts
      await Promise.resolve()
      const judged = await this.#run()
      this.#sessions.end(null)
      return judged
    } catch (reason) {
      this.#sessions.end({ reason })
      throw reason
    }
  }

  async #run(): Promise<Judged> {
    const options = this.#options
    await checkOptionNames(options)
    this.#followSignal(options.signal)
    checkIds(this.#detectors, 'detector')
    const formats = [...(options.formats ?? []), ...builtInFormats]
    checkIds(formats, 'format')
    const { checkFolder, InvestigationPass, readySources, resolveConfiguration } = await import('./engine.js')
    const configuration = await resolveConfiguration(options, this.#detectors)
    const previous = await previousAnswers(options.previous)
    if (options.out !== undefined) await checkFolder(options.out, options.force === true)
    const ready = await readySources(options.evidence, formats, configuration, options.stdin)
    const folder = await this.#openFolder()
    try {
      const pass = new InvestigationPass(ready, configuration, {
        ...this.#passSettings(folder),
        previous,
      })
      const judged = await pass.run()
      if (folder !== null) await writeAll(folder, judged)
      return judged
    } catch (error) {
      await (isRefusal(error) ? folder?.discard() : folder?.abandon())
      throw error
    }
  }

  async #openFolder(): Promise<OutputFolder | null> {
    const { out, sinks = [] } = this.#options
    if (out === undefined) return null
    const { OutputFolder } = await import('./engine.js')
    return OutputFolder.open(out, [...builtInSinks, ...sinks], { color: false, width: 100 })
  }

  #followSignal(signal: AbortSignal | undefined): void {
    if (signal?.aborted) this.#stop.abort()
    else signal?.addEventListener('abort', () => this.#stop.abort(), { once: true })
  }

  #passSettings(folder: OutputFolder | null) {
    const { signal, onProgress, showSecrets = false } = this.#options
    return {
      detectors: this.#detectors,
      showSecrets,
      wantsSessions: () => folder !== null || this.#sessions.isWanted,
      wantsReferences: folder !== null,
      onSessions: async (sessions: readonly Session[]) => {
        await folder?.each((sink) => sink.sessions?.(sessions))
        await this.#sessions.push(sessions)
      },
      onRejects:
        folder === null
          ? null
          : (rejects: readonly Reject[]) => folder.each((sink) => sink.rejects?.(rejects)),
      onProgress: onProgress ?? null,
      isInterrupted: () => this.#interrupted,
      stop: this.#stop.signal,
      version,
      ...(signal === undefined ? {} : { signal }),
    }
  }
}

/** @throws {ERR_OPTION_INVALID} a file that is not there, or is no answers.json. */
async function previousAnswers(previous: string | Answers | undefined): Promise<Answers | null> {
  if (previous === undefined || typeof previous !== 'string') return previous ?? null
  const text = await readFile(previous, 'utf8').catch((cause: Error) => {
    throw new PosternError('ERR_OPTION_INVALID', `earlier answers cannot be read: ${cause.message}`, {
      cause,
    })
  })
  const { readAnswers } = await import('../conclude/previous.js')
  return readAnswers(text, previous)
}

/** Misuse found before anything was read: no trace is left of the outputs. */
function isRefusal(error: unknown): boolean {
  return error instanceof PosternError && error.code !== 'ERR_SINK_FAILED' && error.code !== 'ERR_ABORTED'
}

async function writeAll(folder: OutputFolder, judged: Judged): Promise<void> {
  for (const { findingId, references } of judged.references()) {
    for (let at = 0; at < references.length; at += PIECE) {
      await folder.each((sink) => sink.references?.(findingId, references.slice(at, at + PIECE)))
    }
  }
  for (let at = 0; at < judged.findings.length; at += PIECE) {
    await folder.each((sink) => sink.findings?.(judged.findings.slice(at, at + PIECE)))
  }
  await folder.each((sink) => sink.report?.(judged.report))
  await folder.each((sink) => sink.ledger?.(judged.report.ledger, judged.report))
  await folder.finish()
}

function checkIds(things: readonly { readonly id: string }[], what: string): void {
  const seen = new Set<string>()
  for (const { id } of things) {
    if (seen.has(id))
      throw new PosternError(
        'ERR_OPTION_INVALID',
        `there are two ${what}s with the id "${id}"; give yours another`,
      )
    seen.add(id)
  }
}
