import type { BlockMemory } from './block.js'
import type { Units } from './units.js'

/**
 * The last line of a block while its end is still to come: keeps what may be read of it and counts the rest, so that a
 * line of any length needs no more memory than the limit.
 *
 *     raw  ... \n NUL NUL NUL 203.0.113.9 - - [...] ...  | dropped
 *                 ^start      ^textStart                 ^rawLength
 *
 * NUL bytes at its start are only counted once the line is looked at here.
 */
export class TailLine {
  readonly start: number
  /** Index in `raw` of the first byte behind the NUL bytes that are stored. */
  textStart: number
  /** NUL bytes at the line's start that are not in `raw`. */
  droppedNulBytes = 0
  /** Bytes at the line's end that are not in `raw`. */
  droppedBytes = 0
  /** True where the last unit of the line so far is a carriage return. */
  endsInReturn: boolean
  readonly #memory: BlockMemory
  readonly #units: Units
  readonly #keptBytes: number
  #isInNuls: boolean

  /**
   * @param start         Index in `memory.raw` of the line's first byte; all behind it is of this line.
   * @param maxLineBytes  Bytes of text to keep; a unit more is kept for the carriage return of a line just as long.
   */
  constructor(memory: BlockMemory, start: number, units: Units, maxLineBytes: number) {
    this.#memory = memory
    this.#units = units
    this.#keptBytes = maxLineBytes + units.width
    this.start = start
    this.textStart = units.skipNuls(memory.raw, start, memory.rawLength)
    this.#isInNuls = this.textStart === memory.rawLength
    if (this.#isInNuls) this.#dropStoredNuls()
    this.endsInReturn = memory.rawLength > this.textStart && units.isReturn(memory.raw, memory.rawLength)
    this.#dropSurplus()
  }

  /** Takes more of the line: `chunk[at, end)`, line feed excluded. */
  take(chunk: Buffer, at: number, end: number): void {
    if (this.#isInNuls) {
      const textAt = this.#units.skipNuls(chunk, at, end)
      this.droppedNulBytes += textAt - at
      if (textAt === end) return
      this.#isInNuls = false
      at = textAt
    }
    if (at === end) return
    const room = this.#keptBytes - (this.#memory.rawLength - this.textStart)
    const kept = Math.min(end - at, room)
    this.#memory.append(chunk, at, at + kept)
    this.droppedBytes += end - at - kept
    this.endsInReturn = this.#units.isReturn(chunk, end)
  }

  #dropStoredNuls(): void {
    this.droppedNulBytes = this.#memory.rawLength - this.start
    this.#memory.rawLength = this.start
    this.textStart = this.start
  }

  /** A limit below the size of a block: more was stored than is to be kept. */
  #dropSurplus(): void {
    const surplus = this.#memory.rawLength - this.textStart - this.#keptBytes
    if (surplus <= 0) return
    this.#memory.rawLength -= surplus
    this.droppedBytes = surplus
  }
}
