/**
 * The memory of one thread's blocks and batches. It is shared memory that WebAssembly code and other threads see as it
 * stands, so that a block is scanned, and handed to another thread, without a copy.
 *
 *     |  block's text  | its lines |    columns    |      free      |   columns   | ...
 *     ^region.at       ^           ^
 *
 * Nothing is committed before it is written: an untouched part costs no memory. Where the arena is full, or cannot be had at
 * all, a region is plain memory of its own, and what needs the arena takes its slow way.
 */

const GRAIN_BYTES = 64 * 1024
/** Of one thread: for blocks and batches of several sources, and those that a detector holds, some 30 MB. */
const ARENA_BYTES = 64 * 1024 * 1024

/** A stretch of memory that its taker owns until it gives it back. Of unknown content. */
export interface Region {
  readonly buffer: ArrayBufferLike
  /** Index in `buffer` of its first byte; a multiple of 16. */
  readonly at: number
  readonly byteLength: number
}

/** First fit, with neighbours joined again: regions are large and few. */
export class Arena {
  readonly memory: WebAssembly.Memory
  readonly buffer: ArrayBufferLike
  /** Free stretches by place; no two touch. */
  #free: { at: number; byteLength: number }[]

  /** @throws {RangeError} where so much address space cannot be had. */
  constructor(byteLength: number) {
    const pages = byteLength / GRAIN_BYTES
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
    // taken once: the property gives another object each time
    this.buffer = this.memory.buffer
    // the first grain is the kernel's own (kernel/simd/low-memory.ts), so that address 0 can stand for nothing
    this.#free = [{ at: GRAIN_BYTES, byteLength: byteLength - GRAIN_BYTES }]
  }

  get freeBytes(): number {
    return this.#free.reduce((sum, stretch) => sum + stretch.byteLength, 0)
  }

  take(byteLength: number): Region | null {
    const size = Math.ceil(byteLength / GRAIN_BYTES) * GRAIN_BYTES
    const index = this.#free.findIndex((stretch) => stretch.byteLength >= size)
    const stretch = this.#free[index]
    if (stretch === undefined) return null
    const region = { buffer: this.buffer, at: stretch.at, byteLength: size }
    if (stretch.byteLength === size) this.#free.splice(index, 1)
    else this.#free[index] = { at: stretch.at + size, byteLength: stretch.byteLength - size }
    return region
  }

  give({ at, byteLength }: Region): void {
    const behind = this.#free.findIndex((stretch) => stretch.at > at)
    const index = behind < 0 ? this.#free.length : behind
    const before = this.#free[index - 1]
    const after = this.#free[index]
    const joinsBefore = before !== undefined && before.at + before.byteLength === at
    const joinsAfter = after !== undefined && at + byteLength === after.at
    const start = joinsBefore ? before.at : at
    const end = joinsAfter ? after.at + after.byteLength : at + byteLength
    this.#free.splice(joinsBefore ? index - 1 : index, Number(joinsBefore) + Number(joinsAfter), {
      at: start,
      byteLength: end - start,
    })
  }
}

let threadArena: Arena | null | undefined

/** The arena of this thread; null where shared memory is not to be had. */
export function arenaOfThread(): Arena | null {
  if (threadArena === undefined) {
    try {
      threadArena = new Arena(ARENA_BYTES)
    } catch {
      threadArena = null
    }
  }
  return threadArena
}

/** Less than this is not worth a grain of the arena. */
const LEAST_BYTES = GRAIN_BYTES / 4

/** A region of the arena, or of its own where that is full. `giveRegion` it back: an arena knows no garbage. */
export function takeRegion(byteLength: number): Region {
  const region = byteLength < LEAST_BYTES ? null : arenaOfThread()?.take(byteLength)
  return region ?? { buffer: new ArrayBuffer(byteLength), at: 0, byteLength }
}

export function giveRegion(region: Region): void {
  if (isInArena(region.buffer)) threadArena!.give(region)
}

/** Whether memory is that of this thread's arena, so that an index into it is an address for WebAssembly code. */
export function isInArena(buffer: ArrayBufferLike): boolean {
  return threadArena != null && buffer === threadArena.buffer
}
