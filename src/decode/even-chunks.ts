/** Gives a stream in chunks of even length, so that no UTF-16 unit is split; only the very last may be odd. */
export class EvenChunks {
  readonly #nextChunk: () => Promise<Buffer | null>
  /** Second part of the last chunk, still to be given. */
  #rest: Buffer | null = null
  /** A single byte that waits for its other half. */
  #half: number | null = null

  constructor(nextChunk: () => Promise<Buffer | null>) {
    this.#nextChunk = nextChunk
  }

  /** The next bytes, valid until the next call, never empty; null at the end. */
  async next(): Promise<Buffer | null> {
    const rest = this.#rest
    this.#rest = null
    if (rest !== null) return rest
    while (true) {
      const chunk = await this.#nextChunk()
      if (chunk === null) return this.#lastHalf()
      const even = this.#even(chunk)
      if (even.length > 0) return even
    }
  }

  #even(chunk: Buffer): Buffer {
    const half = this.#half
    const taken = half === null ? 0 : 1
    const end = chunk.length - ((chunk.length - taken) % 2)
    this.#half = end < chunk.length ? chunk[end]! : null
    const body = chunk.subarray(taken, end)
    if (half === null) return body
    if (body.length > 0) this.#rest = body
    return Buffer.of(half, chunk[0]!)
  }

  #lastHalf(): Buffer | null {
    const half = this.#half
    this.#half = null
    return half === null ? null : Buffer.of(half)
  }
}
