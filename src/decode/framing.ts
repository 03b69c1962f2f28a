import type { FaultLog } from '../core/faults.js'
import type { BlockMemory } from './block.js'
import { LineCutter } from './cut.js'
import { TailLine } from './tail.js'
import type { Units } from './units.js'

export interface FramingOptions {
  readonly blockBytes: number
  readonly maxLineBytes: number
  readonly units: Units
  /** Length of the byte order mark that the source begins with. */
  readonly markBytes: number
  readonly faults: FaultLog
}

/** Fills blocks: `begin`, `take` until `isComplete` or the source ends, then `finish` for the latter. */
export interface BlockFramer {
  /** True when the block has all that starts in its stretch; the next one is to begin. */
  readonly isComplete: boolean
  /** Of all that was taken. */
  readonly lineFeeds: number
  /** False where the source does not end in a line feed. */
  readonly isTerminated: boolean
  /** Starts the block of the stretch in which the next line starts. `memory` is empty. */
  begin(memory: BlockMemory): void
  /** Takes bytes of `chunk` from `at` on. Returns the index one past the last one taken. */
  take(chunk: Buffer, at: number): number
  /** Makes the entries of what is there when the source ends. Returns false where that is nothing. */
  finish(): boolean
}

/**
 * Frames decoded bytes into blocks of lines, whatever the size of the chunks that they come in.
 *
 *     stretch  |      k * blockBytes       |   (k+1) * blockBytes      |
 *     lines      ---|------|-----|-------------|----|---
 *     block         ^----- starts in the stretch ---^
 *
 * A block is filled up to the end of its stretch without looking, then up to the end of the line that stands there. Each
 * byte is copied once.
 */
export class Framer implements BlockFramer {
  readonly #options: FramingOptions
  readonly #cutter: LineCutter
  readonly #maxLineBytes: number
  #memory: BlockMemory | null = null
  /** Place of the next byte, and of the first one in this block. */
  #offset = 0
  #base = 0
  /** Place up to which the block is filled before its last line's end is looked for. */
  #fillTo = 0
  #tail: TailLine | null = null

  constructor(options: FramingOptions) {
    const { units, maxLineBytes, faults } = options
    this.#options = options
    this.#maxLineBytes = Math.max(units.width, maxLineBytes - (maxLineBytes % units.width))
    this.#cutter = new LineCutter(units, this.#maxLineBytes, faults)
  }

  get isComplete(): boolean {
    return this.#memory === null
  }

  get lineFeeds(): number {
    return this.#cutter.lineFeeds
  }

  get isTerminated(): boolean {
    return this.#cutter.isTerminated
  }

  begin(memory: BlockMemory): void {
    const { blockBytes, units, markBytes } = this.#options
    const stretchEnd = (Math.floor(this.#offset / blockBytes) + 1) * blockBytes
    // Units start at even places: one that starts before an odd end goes one byte beyond it.
    const lastUnit = stretchEnd + (stretchEnd % units.width) - units.width
    this.#memory = memory
    this.#base = this.#offset
    this.#fillTo = Math.max(lastUnit, markBytes)
    this.#tail = null
    memory.reserve(this.#fillTo - this.#offset)
  }

  take(chunk: Buffer, at: number): number {
    const memory = this.#memory
    if (memory === null) return at
    const filled = Math.min(chunk.length, at + this.#fillTo - this.#offset)
    if (filled > at) {
      memory.append(chunk, at, filled)
      this.#offset += filled - at
    }
    return filled < chunk.length ? this.#takeTail(memory, chunk, Math.max(at, filled)) : filled
  }

  finish(): boolean {
    const memory = this.#memory
    if (memory === null) return false
    const tail = this.#tail ?? this.#startTail(memory)
    this.#memory = null
    this.#cutWhole(memory, tail.start)
    const isEmpty = this.#base + tail.start === this.#offset
    if (!isEmpty) this.#cutter.cutTail(memory, tail, this.#base + tail.start, false)
    return memory.table.lineCount > 0
  }

  #takeTail(memory: BlockMemory, chunk: Buffer, at: number): number {
    const { units } = this.#options
    const tail = this.#tail ?? this.#startTail(memory)
    const feed = units.findFeed(chunk, at, chunk.length)
    const end = feed === -1 ? chunk.length : feed
    tail.take(chunk, at, end)
    this.#offset += end - at
    if (feed === -1) return end
    this.#offset += units.width
    this.#cutWhole(memory, tail.start)
    this.#cutter.cutTail(memory, tail, this.#base + tail.start, true)
    this.#memory = null
    return feed + units.width
  }

  #startTail(memory: BlockMemory): TailLine {
    const { units } = this.#options
    const feed = units.findLastFeed(memory.raw, memory.rawLength)
    const start = Math.max(feed === -1 ? 0 : feed + units.width, this.#markInBlock(memory))
    this.#tail = new TailLine(memory, start, units, this.#maxLineBytes)
    return this.#tail
  }

  #cutWhole(memory: BlockMemory, to: number): void {
    const mark = this.#markInBlock(memory)
    if (mark > 0) this.#cutter.cutMark(memory.table, mark)
    this.#cutter.cutWhole(memory, mark, to, this.#base)
  }

  /** The mark is in the first block; a file that shrank since its head was read may have less of it. */
  #markInBlock(memory: BlockMemory): number {
    return this.#base === 0 ? Math.min(this.#options.markBytes, memory.rawLength) : 0
  }
}
