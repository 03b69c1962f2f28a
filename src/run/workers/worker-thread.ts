import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { PosternError } from '../../core/errors.js'
import type { Answer, Order, ReadingOptions } from './messages.js'
import type { PortableSource } from './portable-source.js'

/** The thread's own file, beside the one that this code was built into. */
const WORKER_URL = new URL('./postern-worker.js', import.meta.url)

/** Whether threads can be had: not where the package was bundled into another program, without this file. */
export function hasWorkerFile(): boolean {
  return WORKER_URL.protocol === 'file:' && existsSync(fileURLToPath(WORKER_URL))
}

/** One thread that reads sources. One that dies fails all of them. */
export class WorkerThread {
  readonly #worker: Worker
  readonly #listeners = new Map<number, (answer: Answer) => void>()
  #failure: PosternError | null = null

  /** @param file  The code of the thread. */
  constructor(options: ReadingOptions, file = WORKER_URL) {
    this.#worker = new Worker(file, { name: 'postern-worker' })
    this.#worker.on('message', (answer: Answer) => this.#listeners.get(answer.ordinal)?.(answer))
    this.#worker.on('error', (cause) => this.#fail(cause))
    this.#worker.on('exit', (code) => this.#fail(new Error(`it exited with code ${code}`)))
    this.post({ type: 'start', options })
  }

  post(order: Order): void {
    this.#worker.postMessage(order)
  }

  open(source: PortableSource, listen: (answer: Answer) => void): void {
    this.#listeners.set(source.ordinal, listen)
    if (this.#failure === null) this.post({ type: 'open', source })
    else listen({ type: 'failed', ordinal: source.ordinal, error: this.#failure })
  }

  /** Ends the thread, whatever it does. */
  async end(): Promise<void> {
    this.#listeners.clear()
    await this.#worker.terminate()
  }

  #fail(cause: Error): void {
    if (this.#failure !== null) return
    const message = `a worker thread ended before its work: ${cause.message}; --workers 0 does without`
    const error = new PosternError('ERR_WORKER_FAILED', message, { cause })
    this.#failure = error
    for (const [ordinal, listen] of this.#listeners) listen({ type: 'failed', ordinal, error })
  }
}
