import type { Source } from '../evidence/contract.js'

/**
 * Makes a stream that opens once into one that opens twice: once for its head, once for all of it.
 *
 * What the first opening takes is kept and given again by the second, which then goes on where the first stopped. Only
 * the second one closes the stream. Pulls are kept, not chunks, so that one that is still being waited for when the head
 * is done is not lost.
 */
export class RewoundStream {
  readonly #source: Source
  #chunks: AsyncIterator<Uint8Array> | null = null
  #pulls: Promise<IteratorResult<Uint8Array>>[] = []
  #openings = 0

  constructor(source: Source) {
    this.#source = source
  }

  /** The stream as a source, to be opened at most twice. */
  source(): Source {
    const { name, kind } = this.#source
    return { name, kind, reopens: false, open: () => this.#open() }
  }

  /** Lets go of the stream where it is not opened for its lines. Does not wait for it. */
  close(): void {
    this.#pulls = []
    this.#chunks?.return?.().catch(ignore)
  }

  #open(): AsyncIterable<Uint8Array> {
    this.#openings++
    if (this.#openings > 2) throw new Error(`${this.#source.name} is a stream and can be read once`)
    return { [Symbol.asyncIterator]: () => (this.#openings === 1 ? this.#recording() : this.#replaying()) }
  }

  #recording(): AsyncIterator<Uint8Array> {
    return {
      next: () => {
        const pull = this.#pull().then(copied)
        // A failure is for the one who asks; until then it must not count as unhandled.
        pull.catch(ignore)
        this.#pulls.push(pull)
        return pull
      },
    }
  }

  #replaying(): AsyncIterator<Uint8Array> {
    return {
      next: () => this.#pulls.shift() ?? this.#pull(),
      return: async () => {
        this.#pulls = []
        await this.#chunks?.return?.()
        return { done: true, value: undefined }
      },
    }
  }

  async #pull(): Promise<IteratorResult<Uint8Array>> {
    this.#chunks ??= this.#source.open()[Symbol.asyncIterator]()
    return this.#chunks.next()
  }
}

function copied(result: IteratorResult<Uint8Array>): IteratorResult<Uint8Array> {
  return result.done ? result : { done: false, value: Buffer.from(result.value) }
}

function ignore(): void {}
