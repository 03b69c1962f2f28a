import type { Decoder } from './decoder.js'
import { FixedSlices } from './slices.js'
import { Damage, type EndFault, type StoredBytes } from './stored.js'

/** Stored bytes that are given to a codec at a time. */
export const SLICE_BYTES = 64 * 1024

/**
 * Turns slices of stored bytes into decoded ones, piece by piece: a few bytes may stand for gigabytes, which must not be
 * held. Gives all that stands before damage, then throws; no call follows that.
 */
export interface Codec {
  /** @throws Damage */
  push(slice: Buffer): Iterable<Uint8Array>
  /** All stored bytes were pushed. @throws Damage where they end before their end. */
  end(): Iterable<Uint8Array>
}

/** Decodes by a codec that is pushed. Behind damage the stored bytes are read on, for their hash alone. */
export class PushedDecoder implements Decoder {
  readonly #stored: StoredBytes
  readonly #slices: FixedSlices
  readonly #make: () => Promise<Codec>
  #codec: Codec | null = null
  #output: Iterator<Uint8Array> | null = null
  #fault: EndFault | null = null
  #isLast = false
  #isClosed = false

  constructor(stored: StoredBytes, make: () => Promise<Codec>) {
    this.#stored = stored
    this.#slices = new FixedSlices(() => stored.next(), SLICE_BYTES)
    this.#make = make
  }

  async next(): Promise<Buffer | null> {
    try {
      for (;;) {
        const piece = this.#output?.next()
        if (piece?.done === false) {
          if (piece.value.length === 0) continue
          return Buffer.from(piece.value.buffer, piece.value.byteOffset, piece.value.length)
        }
        if (this.#isLast) return null
        this.#output = await this.#decodeSlice()
      }
    } catch (error) {
      if (!(error instanceof Damage)) throw error
      return this.#giveUp(error)
    }
  }

  endFaults(): readonly EndFault[] {
    return [this.#stored.fault, this.#fault].filter((fault) => fault !== null)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#isLast = true
    this.#output = null
    await this.#stored.close()
  }

  async #decodeSlice(): Promise<Iterator<Uint8Array> | null> {
    this.#codec ??= await this.#make()
    const slice = await this.#slices.next()
    if (this.#isClosed) return null
    if (slice !== null) return this.#codec.push(slice)[Symbol.iterator]()
    this.#isLast = true
    return this.#codec.end()[Symbol.iterator]()
  }

  async #giveUp({ code, message }: Damage): Promise<null> {
    this.#isLast = true
    this.#output = null
    this.#fault = { code, detail: message }
    await this.#stored.drain()
    return null
  }
}
