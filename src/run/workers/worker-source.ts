import { countHolders } from '../../columns/batch.js'
import type { RecordBatch } from '../../columns/contract.js'
import type { LedgerEntry, Reject } from '../../conclude/contract.js'
import type { SourceTrace } from '../../coverage/contract.js'
import { type ReadSource, type SourceCounts, spanOf } from '../read-source.js'
import type { ReadySource } from '../sources.js'
import type { Answer, BatchSaid, Columns, EndSaid } from './messages.js'
import type { PortableSource } from './portable-source.js'
import type { WorkerThread } from './worker-thread.js'

export interface WorkerSourceOptions {
  readonly thread: WorkerThread
  readonly onRejects: ((rejects: readonly Reject[]) => void) | null
  /** Called when a batch is asked for. */
  readonly onOpen: () => void
  /** The source in this thread, for the account of one that was never begun with. */
  readonly readHere: () => ReadSource
}

/** A source that another thread reads. */
export class WorkerSource implements ReadSource {
  readonly ordinal: number
  readonly headTime: number
  readonly ready: ReadySource
  position = Number.NEGATIVE_INFINITY
  storedBytesRead = 0
  sawLocalTime = false
  stamp: 'start' | 'end' | 'unknown'
  counts: SourceCounts = { lines: 0, records: 0, rejects: 0, blanks: 0, directives: 0, outside: 0 }
  first = Number.POSITIVE_INFINITY
  last = Number.NEGATIVE_INFINITY
  readonly #portable: PortableSource
  readonly #thread: WorkerThread
  readonly #onRejects: ((rejects: readonly Reject[]) => void) | null
  readonly #onOpen: () => void
  readonly #readHere: () => ReadSource
  readonly #batches: RecordBatch[] = []
  /** What was said and not taken yet. */
  readonly #said: (BatchSaid | EndSaid)[] = []
  #failure: { readonly error: unknown } | null = null
  #wake: (() => void) | null = null
  #isOpen = false
  #entry: LedgerEntry | null = null
  #trace: SourceTrace | null = null

  constructor(ready: ReadySource, portable: PortableSource, options: WorkerSourceOptions) {
    this.ready = ready
    this.ordinal = ready.ordinal
    this.headTime = ready.headTime
    this.stamp = ready.recognition?.format.stamp[ready.recognition.producer] ?? 'unknown'
    this.#portable = portable
    this.#thread = options.thread
    this.#onRejects = options.onRejects
    this.#onOpen = options.onOpen
    this.#readHere = options.readHere
  }

  /** Lets the other thread read ahead. */
  open(): void {
    if (this.#isOpen) return
    this.#isOpen = true
    this.#thread.open(this.#portable, (answer) => this.#take(answer))
  }

  async next(): Promise<RecordBatch | null> {
    this.open()
    this.#onOpen()
    const said = await this.#nextSaid()
    this.position = said.position
    this.storedBytesRead = said.storedBytesRead
    this.sawLocalTime = said.sawLocalTime
    this.stamp = said.stamp
    this.counts = { ...said.counts, outside: this.counts.outside }
    if (said.rejects.length > 0) this.#onRejects?.(said.rejects)
    if (said.type === 'batch') return this.#batchOf(said)
    this.#keepEnd(said)
    return null
  }

  async close(): Promise<void> {
    if (this.#entry !== null || this.#failure !== null) return
    if (!this.#isOpen) {
      const unread = this.#readHere()
      await unread.close()
      this.#entry = unread.ledgerEntry()
      return
    }
    this.#thread.post({ type: 'close', ordinal: this.ordinal })
    while (this.#entry === null && this.#failure === null) {
      const said = await this.#nextSaid().catch(() => null)
      if (said?.type === 'end') this.#keepEnd(said)
    }
  }

  ledgerEntry(): LedgerEntry {
    return { ...this.#entry!, ...this.counts, ...spanOf(this) }
  }

  trace(): SourceTrace | null {
    return this.#trace
  }

  #keepEnd({ entry, trace }: EndSaid): void {
    this.#entry = entry
    this.#trace = trace
  }

  async #nextSaid(): Promise<BatchSaid | EndSaid> {
    for (;;) {
      const said = this.#said.shift()
      if (said !== undefined) return said
      if (this.#failure !== null) throw this.#failure.error
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  #take(answer: Answer): void {
    if (answer.type === 'failed') this.#failure = { error: answer.error }
    else this.#said.push(answer)
    this.#wake?.()
  }

  #batchOf({ batch: number, columns, text, rowCount }: BatchSaid): RecordBatch {
    if (columns !== null) this.#batches[number] = this.#madeOf(columns)
    const batch = this.#batches[number]!
    batch.bytes =
      text instanceof Uint8Array
        ? bufferOf(text.buffer, text.byteOffset, text.length)
        : bufferOf(batch.time.buffer, text.at, text.length)
    batch.rowCount = rowCount
    const said = { ordinal: this.ordinal, batch: number }
    countHolders(
      batch,
      () => this.#thread.post({ type: 'hold', ...said }),
      () => this.#thread.post({ type: 'release', ...said }),
    )
    return batch
  }

  #madeOf(columns: Columns): RecordBatch {
    return {
      ...columns,
      source: this.ordinal,
      bytes: new Uint8Array(0),
      rowCount: 0,
      retain() {},
      release() {},
    }
  }
}

/** A Buffer, whose searches of single bytes are native. */
function bufferOf(memory: ArrayBufferLike, at: number, length: number): Buffer {
  return Buffer.from(memory as ArrayBuffer, at, length)
}
