import { createGunzip, type Gunzip } from 'node:zlib'

/** Output comes in pieces of at most this: what a slice of a log decodes to mostly is one, and one call of zlib. */
const OUTPUT_BYTES = 512 * 1024

/** What zlib says where a member should start and does not. */
export const NO_MEMBER = 'incorrect header check'

/** What one call yields. */
export interface Inflated {
  /** Empty where the call failed: what it had decoded until then is lost to it. */
  readonly output: readonly Buffer[]
  /** `ended`: bytes stand behind the last member that are no member; `inflater.bytesTaken` tells where. */
  readonly state: 'more' | 'ended' | 'failed'
  /** Why it failed, in the words of zlib. */
  readonly reason: string
}

/** Gunzip, one call at a time: give it bytes, get all that they decode to. Never rejects. */
export class Inflater {
  readonly #gunzip: Gunzip = createGunzip({ chunkSize: OUTPUT_BYTES })
  #output: Buffer[] = []
  #settle: ((state: Inflated['state'], reason?: string) => void) | null = null

  constructor() {
    this.#gunzip.on('data', (bytes: Buffer) => this.#output.push(bytes))
    this.#gunzip.on('error', (error) => this.#settle?.('failed', error.message))
    // Without a callback of `write`: zlib leaves bytes behind that are no member.
    this.#gunzip.on('end', () => this.#settle?.('ended'))
    this.#gunzip.on('close', () => this.#settle?.('ended'))
  }

  /** Bytes of the input that zlib made use of. */
  get bytesTaken(): number {
    return this.#gunzip.bytesWritten
  }

  /** Decodes `bytes`, which must stand until the promise settles. */
  write(bytes: Uint8Array): Promise<Inflated> {
    return this.#call(() => {
      // The error comes by its event; settling is left to it.
      this.#gunzip.write(bytes, (error) => error ?? this.#settle?.('more'))
    })
  }

  /**
   * Tells in what state the input ended. Nothing may be written after it.
   *
   * A zero byte is the probe: behind a whole member it is padding; behind a first byte that is no member's it brings out
   * that error; within a member it changes nothing that matters any more.
   */
  async finish(): Promise<'whole' | 'within-member' | 'no-member'> {
    const { state, reason } = await this.write(Buffer.alloc(1))
    if (state === 'ended') return 'whole'
    return state === 'failed' && reason === NO_MEMBER ? 'no-member' : 'within-member'
  }

  /** Frees the memory of zlib. A call under way settles. */
  close(): void {
    this.#gunzip.destroy()
  }

  #call(start: () => void): Promise<Inflated> {
    return new Promise((resolve) => {
      this.#settle = (state, reason = '') => {
        this.#settle = null
        if (state === 'more') this.#takeRest()
        const output = state === 'failed' ? [] : this.#output
        this.#output = []
        resolve({ output, state, reason })
      }
      if (this.#gunzip.destroyed) this.#settle('ended')
      else start()
    })
  }

  /** Output that waits in the stream's own buffer: reading it gives it to the listener for `data`. */
  #takeRest(): void {
    while (this.#gunzip.read() !== null) {
      // The listener keeps it.
    }
  }
}
