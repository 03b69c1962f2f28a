/**
 * Items from the pass to one reader. The pass waits while the reader is more than `capacity` behind; a reader that stops
 * lets it go on. Ends with the pass, or with its error.
 */
export class Channel<T> implements AsyncIterable<T> {
  readonly #capacity: number
  readonly #onStart: () => void
  #items: T[] = []
  #at = 0
  #state: 'waiting' | 'open' | 'left' | 'ended' = 'waiting'
  #error: { readonly reason: unknown } | null = null
  #wakeReader: (() => void) | null = null
  #wakeWriter: (() => void) | null = null

  /** @param onStart  Called when a reader asks for the first item. */
  constructor(capacity: number, onStart: () => void) {
    this.#capacity = capacity
    this.#onStart = onStart
  }

  /** Somebody reads. */
  get isWanted(): boolean {
    return this.#state === 'open'
  }

  /** Adds items and waits while the reader is too far behind. Without a reader they are dropped. */
  async push(items: readonly T[]): Promise<void> {
    if (this.#state !== 'open' || items.length === 0) return
    this.#items = this.#at === this.#items.length ? [...items] : [...this.#items.slice(this.#at), ...items]
    this.#at = 0
    this.#wakeReader?.()
    while (this.isWanted && this.#items.length - this.#at > this.#capacity) {
      await new Promise<void>((resolve) => {
        this.#wakeWriter = resolve
      })
    }
  }

  end(error: { readonly reason: unknown } | null): void {
    this.#error = error
    if (this.#state === 'left') return
    this.#state = 'ended'
    this.#wakeReader?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    if (this.#state === 'waiting') {
      this.#state = 'open'
      this.#onStart()
    }
    try {
      for (;;) {
        while (this.#at < this.#items.length) {
          const item = this.#items[this.#at++]!
          if (this.#items.length - this.#at <= this.#capacity) this.#wakeWriter?.()
          yield item
        }
        if (this.#state === 'ended') break
        await new Promise<void>((resolve) => {
          this.#wakeReader = resolve
        })
      }
      if (this.#error !== null) throw this.#error.reason
    } finally {
      if (this.#state === 'open') this.#state = 'left'
      this.#wakeWriter?.()
    }
  }
}
