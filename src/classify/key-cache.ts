/**
 * A direct-mapped cache of small records by 64-bit key: a colliding key takes the slot. It never grows and its content
 * changes no answer, only how often the slow way is gone.
 */
export class KeyCache {
  readonly words: Int32Array
  readonly #stride: number
  readonly #mask: number

  /** @param slots  A power of two. @param values  32-bit words kept a key. */
  constructor(slots: number, values: number) {
    this.#stride = 2 + values
    this.#mask = slots - 1
    this.words = new Int32Array(slots * this.#stride)
  }

  /** Index in `words` of a key's first value, or -1. The key (0, 0) is never found. */
  find(low: number, high: number): number {
    const at = (low & this.#mask) * this.#stride
    return this.words[at] === low && this.words[at + 1] === high && (low | high) !== 0 ? at + 2 : -1
  }

  /** Takes the slot for a key; index of its first value. */
  take(low: number, high: number): number {
    const at = (low & this.#mask) * this.#stride
    this.words[at] = low
    this.words[at + 1] = high
    return at + 2
  }
}
