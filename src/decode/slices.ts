/**
 * Cuts a stream into slices of one size, whatever the size of the chunks that it comes in; the last may be shorter.
 *
 * What a damaged gzip stream yields depends on how it is fed, so it is always fed in these.
 */
export class FixedSlices {
  readonly #nextChunk: () => Promise<Buffer | null>
  readonly #sliceBytes: number
  #chunk: Buffer = Buffer.alloc(0)
  #at = 0
  #gathered: Buffer | null = null

  constructor(nextChunk: () => Promise<Buffer | null>, sliceBytes: number) {
    this.#nextChunk = nextChunk
    this.#sliceBytes = sliceBytes
  }

  /** The next slice, valid until the next call; null at the end. */
  async next(): Promise<Buffer | null> {
    const size = this.#sliceBytes
    if (this.#chunk.length - this.#at >= size) {
      this.#at += size
      return this.#chunk.subarray(this.#at - size, this.#at)
    }
    return this.#gather()
  }

  /** A slice that lies in several chunks: copied together. */
  async #gather(): Promise<Buffer | null> {
    this.#gathered ??= Buffer.allocUnsafe(this.#sliceBytes)
    const slice = this.#gathered
    let filled = 0
    while (filled < slice.length) {
      if (this.#at === this.#chunk.length) {
        const chunk = await this.#nextChunk()
        if (chunk === null) break
        this.#chunk = chunk
        this.#at = 0
      }
      const taken = this.#chunk.copy(slice, filled, this.#at)
      filled += taken
      this.#at += taken
    }
    return filled === 0 ? null : slice.subarray(0, filled)
  }
}
