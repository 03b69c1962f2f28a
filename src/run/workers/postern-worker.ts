/** The thread that reads: takes sources from stored bytes to classified batches, a few batches ahead of the main thread. */

import { type MessagePort, parentPort } from 'node:worker_threads'
import { Classifier } from '../../classify/classifier.js'
import type { RecordBatch } from '../../columns/contract.js'
import type { Reject } from '../../conclude/contract.js'
import { isInArena } from '../../core/arena.js'
import { ForwardingChains } from '../../parse/forwarding.js'
import { SourceReader, type SourceReaderOptions } from '../source-reader.js'
import type { Answer, Columns, Order, ReadingOptions, Standing, Text } from './messages.js'
import type { PortableSource } from './portable-source.js'
import { readySourceOf } from './received-source.js'

/** Batches of one source that the main thread has or will find; more would only leave the processor's cache. */
const BATCHES_AHEAD = 4

/** Reads one source as far ahead as it may. */
class SourcePump {
  readonly #port: MessagePort
  readonly #reader: SourceReader
  #rejects: Reject[] = []
  /** Batches by number: how many columns of them were said, and whether they hold the reading back. */
  readonly #batches: { readonly batch: RecordBatch; columns: number; isOut: boolean }[] = []
  #out = 0
  #isClosed = false
  #onRelease: (() => void) | null = null

  constructor(
    port: MessagePort,
    source: PortableSource,
    options: Omit<SourceReaderOptions, 'onRejects'>,
    wantsRejects: boolean,
  ) {
    this.#port = port
    this.#reader = new SourceReader(readySourceOf(source), {
      ...options,
      batches: BATCHES_AHEAD,
      onRejects: wantsRejects
        ? (rejects) => {
            this.#rejects = this.#rejects.concat(rejects)
          }
        : null,
    })
  }

  async run(): Promise<void> {
    try {
      for (;;) {
        while (this.#out === BATCHES_AHEAD && !this.#isClosed) await this.#released()
        const batch = this.#isClosed ? null : await this.#reader.next()
        if (batch === null) break
        this.#out++
        this.#say(this.#batchSaid(batch))
      }
      await this.#reader.close()
      this.#say({
        type: 'end',
        ordinal: this.#reader.ordinal,
        ...this.#standing(),
        rejects: this.#takeRejects(),
        entry: this.#reader.ledgerEntry(),
        trace: this.#reader.trace(),
      })
    } catch (error) {
      this.#say({ type: 'failed', ordinal: this.#reader.ordinal, error })
    }
  }

  hold(number: number): void {
    const { batch } = this.#batches[number]!
    batch.retain()
    batch.release()
    this.#takeBack(number)
  }

  release(number: number): void {
    this.#batches[number]!.batch.release()
    this.#takeBack(number)
  }

  #takeBack(number: number): void {
    const known = this.#batches[number]!
    if (!known.isOut) return
    known.isOut = false
    this.#out--
    this.#onRelease?.()
  }

  close(): void {
    this.#isClosed = true
    this.#onRelease?.()
  }

  #released(): Promise<void> {
    return new Promise((resolve) => {
      this.#onRelease = resolve
    })
  }

  #say(answer: Answer): void {
    this.#port.postMessage(answer)
  }

  #batchSaid(batch: RecordBatch): Answer {
    let number = this.#batches.findIndex((known) => known.batch === batch)
    if (number < 0) number = this.#batches.push({ batch, columns: 0, isOut: false }) - 1
    const known = this.#batches[number]!
    // columns that the other thread sees as they stand are said once, and again when there are more
    const isShared = isInArena(batch.time.buffer)
    const isKnown = isShared && known.columns === batch.fieldStart.length
    known.columns = batch.fieldStart.length
    known.isOut = true
    return {
      type: 'batch',
      ordinal: batch.source,
      batch: number,
      ...this.#standing(),
      columns: isKnown ? null : columnsOf(batch),
      text: isShared && isInArena(batch.bytes.buffer) ? placeOf(batch.bytes) : batch.bytes,
      rowCount: batch.rowCount,
      rejects: this.#takeRejects(),
    }
  }

  #standing(): Standing {
    const { position, storedBytesRead, sawLocalTime, stamp, counts } = this.#reader
    return { position, storedBytesRead, sawLocalTime, stamp, counts }
  }

  #takeRejects(): Reject[] {
    const rejects = this.#rejects
    this.#rejects = []
    return rejects
  }
}

function placeOf({ byteOffset, length }: Uint8Array): Text {
  return { at: byteOffset, length }
}

function columnsOf({
  retain: _n,
  release: _,
  source: _s,
  bytes: _b,
  rowCount: _r,
  ...columns
}: RecordBatch): Columns {
  return columns
}

/** All sources that this thread reads. */
class ReadingThread {
  readonly #port: MessagePort
  readonly #pumps = new Map<number, SourcePump>()
  readonly #stop = new AbortController()
  #options: Omit<SourceReaderOptions, 'onRejects'> | null = null
  #wantsRejects = false

  constructor(port: MessagePort) {
    this.#port = port
  }

  take(order: Order): void {
    if (order.type === 'start') this.#start(order.options)
    else if (order.type === 'open') this.#open(order.source)
    else if (order.type === 'hold') this.#pumps.get(order.ordinal)!.hold(order.batch)
    else if (order.type === 'release') this.#pumps.get(order.ordinal)!.release(order.batch)
    else if (order.type === 'close') this.#pumps.get(order.ordinal)!.close()
    else this.#stop.abort()
  }

  #start(options: ReadingOptions): void {
    this.#wantsRejects = options.wantsRejects
    this.#options = {
      seed: options.seed,
      horizonMs: options.horizonMs,
      hash: options.hash,
      scanner: options.scanner,
      chains: new ForwardingChains(options.trustedProxies),
      classifier: new Classifier(options),
      trace: true,
      signal: this.#stop.signal,
    }
  }

  #open(source: PortableSource): void {
    const pump = new SourcePump(this.#port, source, this.#options!, this.#wantsRejects)
    this.#pumps.set(source.ordinal, pump)
    void pump.run()
  }
}

if (parentPort !== null) {
  const thread = new ReadingThread(parentPort)
  parentPort.on('message', (order: Order) => thread.take(order))
}
