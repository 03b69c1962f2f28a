import { isInArena } from '../core/arena.js'
import type { FaultLog } from '../core/faults.js'
import { kernelOfThread } from '../kernel/simd/instance.js'
import type { BlockMemory, LineTable } from './block.js'
import { LINE_CUT, LINE_MARK, LINE_NULS, LINE_TEXT } from './contract.js'
import type { TailLine } from './tail.js'
import type { Units } from './units.js'

const MAX_INT32 = 0x7fffffff

/** Lines that were cut, and the index behind them. */
interface Cut {
  readonly at: number
  readonly lines: number
}

/** Makes the entries of lines whose bytes are in a block, and counts lines and faults over all blocks of a source. */
export class LineCutter {
  readonly #units: Units
  readonly #maxLineBytes: number
  readonly #faults: FaultLog
  #lineNumber = 1
  #lineFeeds = 0
  #isTerminated = true

  /** @param maxLineBytes  Of one line without its end, a multiple of the unit's width; what is behind is cut off. */
  constructor(units: Units, maxLineBytes: number, faults: FaultLog) {
    this.#units = units
    this.#maxLineBytes = maxLineBytes
    this.#faults = faults
  }

  get lineFeeds(): number {
    return this.#lineFeeds
  }

  /** False after a line without a line end. */
  get isTerminated(): boolean {
    return this.#isTerminated
  }

  /** Makes the entry of the byte order mark, the first `length` bytes of the source. */
  cutMark(table: LineTable, length: number): void {
    table.push(0, length, 0, length, 1, LINE_MARK)
  }

  /**
   * Makes the entries of whole lines.
   *
   *     203.0.113.9 ... 200 5\r\n203.0.113.9 ... 200 7\n
   *     ^at                  ^end                      ^to
   *                            ^feed
   *
   * @param at    Index in `raw` of a line's first byte.
   * @param to    Index one past a line feed.
   * @param base  Place of the first byte of `raw`.
   */
  cutWhole(memory: BlockMemory, at: number, to: number, base: number): void {
    const { raw, table } = memory
    const units = this.#units
    const width = units.width
    const longest = this.#maxLineBytes
    const firstNumber = this.#lineNumber
    let number = firstNumber
    while (at < to) {
      const plain = this.#cutPlain(memory, at, to, base, number)
      number += plain.lines
      at = plain.at
      if (at === to) break
      const feed = units.findFeed(raw, at, to)
      const end = feed > at && units.isReturn(raw, feed) ? feed - width : feed
      if (raw[at] === 0 || end - at > longest) this.#slowLine(memory, at, end, base + at, number)
      else table.push(at, end, base + at, end - at, number, LINE_TEXT)
      number++
      at = feed + width
    }
    this.#lineFeeds += number - firstNumber
    this.#lineNumber = number
  }

  /**
   * Makes the entries of many lines with the kernel, up to one that it leaves alone: one that begins with NUL or is too
   * long, or for which the table has no room.
   */
  #cutPlain({ raw, table }: BlockMemory, at: number, to: number, base: number, number: number): Cut {
    const isReachable =
      this.#units.width === 1 && isInArena(raw.buffer) && isInArena(table.placeOffset.buffer)
    const kernel = isReachable ? kernelOfThread() : null
    if (kernel === null) return { at, lines: 0 }
    const { capacity, lineCount, placeOffset } = table
    const longest = Math.min(this.#maxLineBytes, MAX_INT32)
    const columns = placeOffset.byteOffset
    const lines = kernel.cut(raw.byteOffset, at, to, base, longest, columns, capacity, lineCount, number)
    table.lineCount += lines
    return { at: kernel.cutEnd(), lines }
  }

  /**
   * Makes the entries of the last line of a block, of which bytes may have been dropped.
   *
   * @param place  Place of the line's first byte.
   */
  cutTail(memory: BlockMemory, tail: TailLine, place: number, isTerminated: boolean): void {
    const width = this.#units.width
    const number = this.#lineNumber
    const returnBytes = isTerminated && tail.endsInReturn ? width : 0
    const length = memory.rawLength - tail.textStart + tail.droppedBytes - returnBytes
    const nulBytes = tail.droppedNulBytes + tail.textStart - tail.start
    if (nulBytes > 0) this.#nuls(memory.table, tail.start, place, nulBytes, number)
    this.#text(memory.table, tail.textStart, place + nulBytes, length, number, nulBytes > 0)
    this.#lineFeeds += isTerminated ? 1 : 0
    this.#lineNumber = number + 1
    this.#isTerminated = isTerminated
  }

  /** A line that begins with NUL bytes (or, in UTF-16, with one zero byte) or is too long: rare in any log. */
  #slowLine({ raw, table }: BlockMemory, at: number, end: number, place: number, number: number): void {
    const textStart = this.#units.skipNuls(raw, at, end)
    const nulBytes = textStart - at
    if (nulBytes > 0) this.#nuls(table, at, place, nulBytes, number)
    this.#text(table, textStart, place + nulBytes, end - textStart, number, nulBytes > 0)
  }

  #nuls(table: LineTable, at: number, place: number, length: number, number: number): void {
    table.push(at, at, place, length, number, LINE_NULS)
    this.#faults.add(
      'nul-run',
      { offset: place, length },
      `line ${number} begins with ${length} bytes of NUL`,
    )
  }

  /** @param isRest  NUL bytes stand before the text: without text there is no second entry. */
  #text(table: LineTable, at: number, place: number, length: number, number: number, isRest: boolean): void {
    if (length === 0 && isRest) return
    const longest = this.#maxLineBytes
    if (length <= longest) {
      table.push(at, at + length, place, length, number, LINE_TEXT)
      return
    }
    table.push(at, at + longest, place, length, number, LINE_CUT)
    this.#faults.add(
      'line-too-long',
      { offset: place, length },
      `line ${number} has ${length} bytes; its first ${longest} were read`,
    )
  }
}
