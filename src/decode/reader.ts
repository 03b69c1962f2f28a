import { FaultLog } from '../core/faults.js'
import type { Source } from '../evidence/contract.js'
import { type BlockMemory, FilledBlock, giveMemory, takeMemory } from './block.js'
import { markBytesOf } from './charset.js'
import type { Block, Charset, Compression, DecodedEnd, Head, LineReader } from './contract.js'
import { convertBlock } from './convert.js'
import { type Decoder, makeDecoder } from './decoder.js'
import { DocumentFramer } from './document-framing.js'
import { EvenChunks } from './even-chunks.js'
import { type BlockFramer, Framer } from './framing.js'
import { type HashKind, StreamHash } from './hash.js'
import { BLOCK_BYTES, MAX_LINE_BYTES } from './limits.js'
import { StoredBytes } from './stored.js'
import { unitsOf } from './units.js'

export interface LineOptions {
  /** Longest line that is read whole, in decoded bytes without its end; 1 MiB. Memory may grow by it for each block. */
  readonly maxLineBytes?: number
  /** Length of the stretches of the decoded stream that become blocks; 256 KiB. */
  readonly blockBytes?: number
  /** Most blocks that are handed out and not given back; 2. */
  readonly maxUnreleased?: number
  /** Default sha256; `none`: the hashes at the end are null. */
  readonly hash?: HashKind
  /** Gives up as `close()` does: `next()` gives null. Whoever fired it knows that this is no end of the source. */
  readonly signal?: AbortSignal
}

const MAX_UNRELEASED_BLOCKS = 2

/**
 * Reads a source as blocks of lines, with hashes and faults on the way.
 *
 * One call of `next()` at a time. It waits while `maxUnreleased` blocks are out.
 */
export class SourceLineReader implements LineReader {
  readonly compression: Compression
  readonly charset: Charset
  readonly faults = new FaultLog()
  readonly #storedHash: StreamHash
  /** The same object as `#storedHash` where nothing is compressed: the same bytes are hashed once. */
  readonly #decodedHash: StreamHash
  readonly #stored: StoredBytes
  readonly #decoder: Decoder
  readonly #nextChunk: () => Promise<Buffer | null>
  readonly #framer: BlockFramer
  readonly #signal: AbortSignal | null
  readonly #onAbort = () => void this.close()
  #chunk: Buffer = Buffer.alloc(0)
  #at = 0
  #unreleased = 0
  readonly #maxUnreleased: number
  #hasEnded = false
  #isClosed = false
  /** Ends the wait that `next()` is in: for bytes or for a block to come back. */
  #giveUp: (() => void) | null = null
  #onFree: (() => void) | null = null

  /** @param source  Opened here, from its first byte; what it may be opened again for is damage in gzip data. */
  constructor(source: Source, head: Head, options: LineOptions) {
    this.compression = head.compression
    this.charset = head.charset
    this.#maxUnreleased = options.maxUnreleased ?? MAX_UNRELEASED_BLOCKS
    this.#storedHash = new StreamHash(options.hash)
    this.#stored = new StoredBytes(source, this.#storedHash)
    this.#decoder = makeDecoder(head.compression, this.#stored, source)
    this.#decodedHash = head.compression === 'none' ? this.#storedHash : new StreamHash(options.hash)
    const units = unitsOf(head.charset)
    const nextDecoded = () => this.#nextDecoded()
    this.#nextChunk = nextDecoded
    if (units.width === 2) {
      const even = new EvenChunks(nextDecoded)
      this.#nextChunk = () => even.next()
    }
    const framing = {
      blockBytes: options.blockBytes ?? BLOCK_BYTES,
      maxLineBytes: options.maxLineBytes ?? MAX_LINE_BYTES,
      faults: this.faults,
    }
    this.#framer =
      head.document === null
        ? new Framer({ ...framing, units, markBytes: markBytesOf(head.bytes) })
        : new DocumentFramer({ ...framing, shape: head.document })
    this.#signal = options.signal ?? null
    if (this.#signal?.aborted) void this.close()
    else this.#signal?.addEventListener('abort', this.#onAbort)
  }

  get storedBytesRead(): number {
    return this.#stored.bytesRead
  }

  async next(): Promise<Block | null> {
    if (this.#unreleased === this.#maxUnreleased) await this.#blockReleased()
    if (this.#isClosed) return null
    const memory = takeMemory()
    this.#framer.begin(memory)
    const hasLines = await this.#fill()
    const block = hasLines ? this.#handOut(memory) : null
    if (block === null) giveMemory(memory)
    if (this.#hasEnded) await this.#finishSource()
    return block
  }

  end(): DecodedEnd {
    return {
      decodedBytes: this.#decodedHash.byteCount,
      decodedSha256: this.#decodedHash.hex(),
      storedBytes: this.#storedHash.byteCount,
      storedSha256: this.#storedHash.hex(),
      lineFeeds: this.#framer.lineFeeds,
      terminated: this.#framer.isTerminated,
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#signal?.removeEventListener('abort', this.#onAbort)
    const closed = this.#decoder.close()
    this.#giveUp?.()
    await closed
  }

  /** Fills a block. Returns false where the source has no line left for it, or the reader was closed. */
  async #fill(): Promise<boolean> {
    while (!this.#framer.isComplete) {
      if (this.#at === this.#chunk.length) {
        const chunk = await this.#pull()
        if (this.#isClosed) return false
        if (chunk === null) {
          this.#hasEnded = true
          return this.#framer.finish()
        }
        this.#chunk = chunk
        this.#at = 0
      }
      this.#at = this.#framer.take(this.#chunk, this.#at)
    }
    return true
  }

  /** After the last block was made, so that the faults of its lines come before those that end the source. */
  async #finishSource(): Promise<void> {
    this.#addEndFaults()
    await this.close()
  }

  #addEndFaults(): void {
    const place = { offset: this.#decodedHash.byteCount, length: 0 }
    const ends = this.#decoder.endFaults()
    for (const { code, detail } of ends) this.faults.add(code, place, detail)
    if (ends.length === 0 && place.offset === 0)
      this.faults.add('empty-source', place, 'the source holds no bytes')
  }

  #handOut(memory: BlockMemory): Block {
    this.#unreleased++
    const onRelease = () => this.#release()
    if (this.charset === 'utf-8') return new FilledBlock(memory, memory.raw, memory.rawLength, onRelease)
    const textLength = convertBlock(memory, this.charset === 'utf-16le', this.faults)
    return new FilledBlock(memory, memory.text, textLength, onRelease)
  }

  #release(): void {
    this.#unreleased--
    this.#onFree?.()
  }

  async #nextDecoded(): Promise<Buffer | null> {
    const chunk = await this.#decoder.next()
    if (chunk !== null && this.#decodedHash !== this.#storedHash) this.#decodedHash.update(chunk)
    return chunk
  }

  /** The next chunk, or null at the end and as soon as the reader is closed. */
  #pull(): Promise<Buffer | null> {
    return new Promise((resolve, reject) => {
      this.#giveUp = () => resolve(null)
      this.#nextChunk().then(resolve, reject)
    })
  }

  #blockReleased(): Promise<void> {
    return new Promise((resolve) => {
      this.#onFree = resolve
      this.#giveUp = resolve
      if (this.#isClosed) resolve()
    })
  }
}
