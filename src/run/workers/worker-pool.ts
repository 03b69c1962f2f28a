import { availableParallelism } from 'node:os'
import type { Reject } from '../../conclude/contract.js'
import { PosternError } from '../../core/errors.js'
import type { ReadSource } from '../read-source.js'
import type { ReadySource, ReadySources } from '../sources.js'
import type { ReadingOptions } from './messages.js'
import { portableSource } from './portable-source.js'
import { WorkerSource } from './worker-source.js'
import { hasWorkerFile, WorkerThread } from './worker-thread.js'

/** Less evidence than this is read before a thread has started. */
const LEAST_BYTES = 64 * 1024 * 1024
/** With two the thread that detects is the slowest. */
const MOST_THREADS = 2

/**
 * Threads for a run.
 *
 * @throws {ERR_OPTION_INVALID} where threads are asked for and cannot be had.
 */
export function threadsFor(workers: number | 'auto', ready: ReadySources): number {
  if (workers === 0) return 0
  const canBeHad = hasWorkerFile()
  if (workers !== 'auto' && !canBeHad)
    throw new PosternError(
      'ERR_OPTION_INVALID',
      'workers: the file of the worker threads is not beside the package, which was bundled; use workers: 0',
    )
  if (workers !== 'auto') return workers
  const isMuch = ready.storedBytes >= LEAST_BYTES
  return canBeHad && isMuch ? Math.min(MOST_THREADS, availableParallelism() - 1) : 0
}

/** Threads that read the sources of one run, each source in one of them. */
export class WorkerPool {
  readonly #threads: readonly WorkerThread[]
  /** Sources that no thread has begun with, in the order in which the pass comes to them. */
  #waiting: WorkerSource[] = []
  readonly #stop: AbortSignal
  readonly #onStop = () => {
    for (const thread of this.#threads) thread.post({ type: 'stop' })
  }

  /** @param stop  When it fires, all sources end where they are. */
  constructor(threads: number, options: ReadingOptions, stop: AbortSignal) {
    this.#threads = Array.from({ length: threads }, () => new WorkerThread(options))
    this.#stop = stop
    if (stop.aborted) this.#onStop()
    else stop.addEventListener('abort', this.#onStop)
  }

  /** The sources as the pass reads them; `readHere` makes those that no other thread can read. */
  openAll(
    sources: readonly ReadySource[],
    readHere: (source: ReadySource) => ReadSource,
    onRejects: ((rejects: readonly Reject[]) => void) | null,
  ): ReadSource[] {
    const opened = sources.map((ready, i) => {
      const portable = portableSource(ready)
      if (portable === null) return readHere(ready)
      const thread = this.#threads[i % this.#threads.length]!
      const source: WorkerSource = new WorkerSource(ready, portable, {
        thread,
        onRejects,
        onOpen: () => this.#begin(source),
        readHere: () => readHere(ready),
      })
      return source
    })
    this.#waiting = opened
      .filter((source) => source instanceof WorkerSource)
      .sort((a, b) => a.headTime - b.headTime || a.ordinal - b.ordinal)
    this.#readAhead()
    return opened
  }

  async end(): Promise<void> {
    this.#stop.removeEventListener('abort', this.#onStop)
    await Promise.all(this.#threads.map((thread) => thread.end()))
  }

  /** A source is read: the next one may be begun with. */
  #begin(source: WorkerSource): void {
    const at = this.#waiting.indexOf(source)
    if (at < 0) return
    this.#waiting.splice(at, 1)
    this.#readAhead()
  }

  /** As many sources are begun with beyond those that are read as there are threads. */
  #readAhead(): void {
    for (const source of this.#waiting.slice(0, this.#threads.length)) source.open()
  }
}
