/**
 * Short texts kept by number: the bytes of addresses, paths and agents that tables point to. Append only, in pages, up to
 * a budget; a text that no longer fits is not kept and has no number.
 */
export class TextPool {
  readonly #pages: Buffer[] = []
  readonly #maxBytes: number
  #used = PAGE_BYTES
  #full = false
  static readonly #encoder = new TextEncoder()

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** True once a text was refused. */
  get full(): boolean {
    return this.#full
  }

  /**
   * Copies a text of at most 65,535 bytes (longer: its first 65,535).
   *
   * @returns Its number, from 1; 0 when the budget is spent.
   */
  add(bytes: Uint8Array, start: number, length: number): number {
    const size = Math.min(length, 0xffff)
    if (this.#used + size + 2 > PAGE_BYTES) {
      if ((this.#pages.length + 1) * PAGE_BYTES > this.#maxBytes) {
        this.#full = true
        return 0
      }
      this.#pages.push(Buffer.alloc(PAGE_BYTES))
      this.#used = 0
    }
    const page = this.#pages[this.#pages.length - 1]!
    const at = this.#used
    page[at] = size & 0xff
    page[at + 1] = size >>> 8
    copyBytes(bytes, start, size, page, at + 2)
    this.#used = at + 2 + size
    return (this.#pages.length - 1) * PAGE_BYTES + at + 1
  }

  /** Whether the text behind a number is that of `bytes[start, start + length)`; a longer one than is kept is not. */
  holds(number: number, bytes: Uint8Array, start: number, length: number): boolean {
    if (number === 0) return false
    const page = this.#pages[Math.floor((number - 1) / PAGE_BYTES)]!
    const at = (number - 1) % PAGE_BYTES
    if ((page[at]! | (page[at + 1]! << 8)) !== length) return false
    let i = 0
    while (i < length && page[at + 2 + i] === bytes[start + i]) i++
    return i === length
  }

  /** Copies a text as UTF-8, as `add` does. */
  addText(text: string): number {
    const bytes = TextPool.#encoder.encode(text)
    return this.add(bytes, 0, bytes.length)
  }

  /** The text behind a number that `add` gave; null for 0. */
  read(number: number): string | null {
    if (number === 0) return null
    const page = this.#pages[Math.floor((number - 1) / PAGE_BYTES)]!
    const at = (number - 1) % PAGE_BYTES
    const size = page[at]! | (page[at + 1]! << 8)
    return page.toString('utf8', at + 2, at + 2 + size)
  }
}

/** A short text is copied sooner than the objects are made that copy a long one. */
const SHORT_TEXT = 64

function copyBytes(from: Uint8Array, start: number, length: number, to: Uint8Array, at: number): void {
  if (length > SHORT_TEXT) to.set(from.subarray(start, start + length), at)
  else for (let i = 0; i < length; i++) to[at + i] = from[start + i]!
}

/** Large enough for the longest text, small enough that a small budget still has several. */
const PAGE_BYTES = 1 << 17
