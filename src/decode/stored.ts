import type { FaultCode } from '../core/faults.js'
import type { Source } from '../evidence/contract.js'
import type { StreamHash } from './hash.js'

/** A fault that ends a source. Its place is the end of the decoded stream, known to whoever counts that. */
export interface EndFault {
  readonly code: FaultCode
  readonly detail: string
}

/** What is thrown where data cannot be decoded any further, by a codec or by the source that a member of an archive is. */
export class Damage extends Error {
  readonly code: EndFault['code']

  constructor(code: EndFault['code'], message: string) {
    super(message)
    this.code = code
  }
}

/** The stored bytes of one source, as they come: counted, hashed, and never rejecting. */
export class StoredBytes {
  readonly #source: Source
  readonly #hash: StreamHash | null
  #chunks: AsyncIterator<Uint8Array> | null = null
  #held: Buffer | null = null
  #isPulling = false
  #isDone = false
  #bytesRead = 0
  #fault: EndFault | null = null

  /** @param hash  Takes every byte that is read; null where nobody asks for it. */
  constructor(source: Source, hash: StreamHash | null) {
    this.#source = source
    this.#hash = hash
  }

  get bytesRead(): number {
    return this.#bytesRead
  }

  /** Why the bytes ended before their time: `unreadable` or `truncated-source`. Valid after `next()` gave null. */
  get fault(): EndFault | null {
    return this.#fault
  }

  /** The next bytes, valid until the next call; null at the end. Never empty. */
  async next(): Promise<Buffer | null> {
    const held = this.#held
    this.#held = null
    return held ?? this.#pull()
  }

  /** The first bytes, at least `length` of them unless the source is shorter; `next()` gives them again. */
  async peek(length: number): Promise<Uint8Array> {
    let first = Buffer.alloc(0)
    while (first.length < length) {
      const chunk = await this.#pull()
      if (chunk === null) break
      first = Buffer.concat([first, chunk])
    }
    this.#held = first.length === 0 ? null : first
    return first
  }

  /** Reads what is left, for its count and hash. */
  async drain(): Promise<void> {
    while ((await this.next()) !== null) {
      // Counted and hashed on the way.
    }
  }

  /** Frees the source. A stream that nothing comes from is not waited for. */
  async close(): Promise<void> {
    const chunks = this.#chunks ?? this.#unopenedStream()
    this.#isDone = true
    this.#chunks = null
    const returned = Promise.resolve(chunks?.return?.()).catch(ignore)
    if (this.#source.reopens || !this.#isPulling) await returned
  }

  /** A stream holds on to its writer or socket even when nobody began to read it, so it is opened to be let go. */
  #unopenedStream(): AsyncIterator<Uint8Array> | null {
    if (this.#isDone || this.#source.reopens) return null
    try {
      return this.#source.open()[Symbol.asyncIterator]()
    } catch {
      return null
    }
  }

  async #pull(): Promise<Buffer | null> {
    this.#isPulling = true
    try {
      return await this.#nextChunk()
    } catch (error) {
      this.#isDone = true
      this.#fault ??=
        error instanceof Damage
          ? { code: error.code, detail: error.message }
          : { code: 'unreadable', detail: systemMessage(error) }
      return null
    } finally {
      this.#isPulling = false
    }
  }

  async #nextChunk(): Promise<Buffer | null> {
    if (this.#isDone) return null
    this.#chunks ??= this.#source.open()[Symbol.asyncIterator]()
    while (true) {
      const { done, value } = await this.#chunks.next()
      if (this.#isDone) return null
      if (done) return this.#finish()
      if (value.length === 0) continue
      this.#bytesRead += value.length
      this.#hash?.update(value)
      return toBuffer(value)
    }
  }

  #finish(): null {
    this.#isDone = true
    const expected = this.#source.storedBytes
    if (expected !== undefined && this.#bytesRead < expected) {
      this.#fault = {
        code: 'truncated-source',
        detail: `the file ended after ${this.#bytesRead} of the ${expected} bytes that it had when it was found`,
      }
    }
    return null
  }
}

/** The same bytes with the native searches of a Buffer. */
function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** The system's own words without the path, which the ledger names once and which differs between machines. */
function systemMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.replace(/ '[^']*'$/, '')
}

function ignore(): void {}
