/**
 * Reads the lines of a block with the kernel of assembly/, many in one call.
 *
 *     line   0 1 2 3 4 5 6 7 8      scan -> 4: rows 0 to 3
 *            . . . . x . . . .      line 4 is for TypeScript: row 4, or a reject
 *                                   scan -> 4: rows from there on
 *
 * The kernel gives the very rows that kernel/scan-layout.ts or parse/json/ gives, or none: a line that is in any way unusual
 * ends its run.
 */

import { FIELD, type Lines, METHODS, type RecordBatch } from '../../columns/contract.js'
import { arenaOfThread, isInArena } from '../../core/arena.js'
import type { KeySeed } from '../../core/keys.js'
import type { MapProgram } from '../map-program.js'
import type { Program } from '../program.js'
import { encodeLayout, type KernelCode } from './encode.js'
import { encodeMap } from './encode-map.js'
import { type Kernel, kernelOfThread } from './instance.js'
import * as low from './low-memory.js'

export interface ScannerOptions {
  /** Of the keys of rows; null leaves them alone. */
  readonly seed: KeySeed | null
  /** The layout's texts have the log's own escapes. */
  readonly isEscaped: boolean
  /** Other formats write into the batches too: every text column is cleared before a line is read. */
  readonly isShared: boolean
}

/** What low memory holds while rows of one batch are read by one program, but for the words of the block. */
interface Image {
  /** Text columns that the batch had: it may be widened. */
  readonly columnCount: number
  /** All columns lie in the arena. */
  readonly isReachable: boolean
  readonly table: Uint32Array
  readonly cleared: Uint32Array
  readonly code: Uint8Array
}

/**
 * Where the kernel reads nothing so many times in a row, 2, 4 and up to 64 lines are left to TypeScript before it is asked
 * again: sources with an odd text in every line would pay for both.
 */
const FREE_MISSES = 3
const MOST_MISSES = 9

/** The one whose program is in low memory, with its lines and batch. */
let loaded: BlockScanner | null = null

export class BlockScanner {
  readonly #kernel: Kernel
  readonly #code: KernelCode
  readonly #seed: KeySeed | null
  /** Text columns that a row may leave alone; null for all that the batch has. */
  readonly #cleared: readonly number[] | null
  /** A source has two batches, which are filled by turns. */
  readonly #images = new WeakMap<RecordBatch, Image>()
  #lines: Lines | null = null
  #batch: RecordBatch | null = null
  #image: Image | null = null
  #isReachable = false
  /** Calls in a row in which the kernel read nothing of this block, and the line before which it is not asked again. */
  #misses = 0
  #retryAt = 0

  private constructor(
    kernel: Kernel,
    code: KernelCode,
    seed: KeySeed | null,
    cleared: readonly number[] | null,
  ) {
    this.#kernel = kernel
    this.#code = code
    this.#seed = seed
    this.#cleared = cleared
  }

  /** For lines of a layout; null where the kernel cannot read by this program, or cannot be had. */
  static ofLayout(program: Program, options: ScannerOptions): BlockScanner | null {
    const code = encodeLayout(program, options.isEscaped)
    return BlockScanner.#of(code, options.seed, options.isShared ? null : program.clearedFields)
  }

  /** The same for JSON lines, of which every text column is cleared. */
  static ofMap(program: MapProgram, seed: KeySeed | null): BlockScanner | null {
    return BlockScanner.#of(encodeMap(program), seed, null)
  }

  static #of(
    code: KernelCode | null,
    seed: KeySeed | null,
    cleared: readonly number[] | null,
  ): BlockScanner | null {
    const kernel = code === null ? null : kernelOfThread()
    return code === null || kernel === null ? null : new BlockScanner(kernel, code, seed, cleared)
  }

  /**
   * Reads lines from `line` on into rows from `row` on, one each.
   *
   * @returns How many it read; the line behind them, if any, is for TypeScript.
   */
  scan(lines: Lines, batch: RecordBatch, line: number, row: number): number {
    if (
      lines !== this.#lines ||
      batch !== this.#batch ||
      this.#image?.columnCount !== batch.fieldLength.length
    )
      this.#take(lines, batch)
    if (!this.#isReachable || line < this.#retryAt) return 0
    if (loaded !== this) this.#load()
    const read =
      this.#code.kind === 'map'
        ? this.#kernel.scanMembers(line, lines.lineCount, row)
        : this.#kernel.scan(line, lines.lineCount, row)
    this.#misses = read > 0 ? 0 : Math.min(this.#misses + 1, MOST_MISSES)
    const pause = this.#misses <= FREE_MISSES ? 0 : 1 << (this.#misses - FREE_MISSES)
    this.#retryAt = line + read + 1 + pause
    return read
  }

  /** Takes a block and a batch, and looks whether all that the kernel needs of them is in the arena. */
  #take(lines: Lines, batch: RecordBatch): void {
    this.#lines = lines
    this.#batch = batch
    this.#image = this.#imageOf(batch)
    this.#misses = 0
    this.#retryAt = 0
    this.#isReachable = this.#image.isReachable && columnsOf(lines).every(isReachable)
    if (loaded === this) loaded = null
  }

  #imageOf(batch: RecordBatch): Image {
    const known = this.#images.get(batch)
    if (known?.columnCount === batch.fieldLength.length) return known
    const image = this.#imageFor(batch)
    this.#images.set(batch, image)
    return image
  }

  #imageFor(batch: RecordBatch): Image {
    const seed = this.#seed
    const { fieldStart, fieldLength } = batch
    const columns = rowColumnsOf(batch)
    const cleared = [...(this.#cleared ?? fieldLength.keys())].map((field) => fieldLength[field]!.byteOffset)
    const table = new Uint32Array(low.TABLE_WORDS)
    table.set(
      columns.map(({ byteOffset }) => byteOffset),
      low.FIRST_OF_ROWS,
    )
    table[low.HAS_SEED] = seed === null ? 0 : 1
    table[low.SEED_A] = seed?.a ?? 0
    table[low.SEED_B] = seed?.b ?? 0
    table[low.METHOD_COUNT] = METHODS.length
    table[low.CLEARED_COUNT] = cleared.length
    for (const [word, value] of this.#code.words) table[word] = value
    return {
      columnCount: fieldLength.length,
      isReachable:
        cleared.length <= low.MAX_CLEARED && [...columns, ...fieldStart, ...fieldLength].every(isReachable),
      table,
      cleared: Uint32Array.from(cleared),
      code: this.#codeFor(batch),
    }
  }

  #codeFor({ fieldStart, fieldLength }: RecordBatch): Uint8Array {
    const bytes = this.#code.bytes.slice()
    const view = new DataView(bytes.buffer)
    for (const { at, field } of this.#code.columns) {
      view.setUint32(at, fieldStart[field]!.byteOffset, true)
      view.setUint32(at + 4, fieldLength[field]!.byteOffset, true)
    }
    return bytes
  }

  /** Writes low memory. */
  #load(): void {
    loaded = this
    const { buffer } = arenaOfThread()!
    const { table, cleared, code } = this.#image!
    const words = new Uint32Array(buffer, 0, low.STEPS_AT / 4)
    words.set(table, low.TABLE_AT / 4)
    words.set(cleared, low.CLEARED_AT / 4)
    const columns = columnsOf(this.#lines!)
    for (let i = 0; i < columns.length; i++) words[low.TABLE_AT / 4 + i] = columns[i]!.byteOffset
    new Uint8Array(buffer, low.STEPS_AT, code.length).set(code)
  }
}

function isReachable({ buffer }: ArrayBufferView): boolean {
  return isInArena(buffer)
}

/** What the first words of the table are the addresses of, in order. */
function columnsOf(lines: Lines): readonly ArrayBufferView[] {
  const { bytes, lineStart, lineEnd, placeOffset, placeLength, lineNumber, lineKind } = lines
  return [bytes, lineStart, lineEnd, placeOffset, placeLength, lineNumber, lineKind]
}

/** What the words behind them are the addresses of, in order. */
function rowColumnsOf(batch: RecordBatch): readonly ArrayBufferView[] {
  const { fieldStart, fieldLength } = batch
  return [
    batch.lineStart,
    batch.lineEnd,
    batch.placeOffset,
    batch.placeLength,
    batch.lineNumber,
    batch.flags,
    batch.time,
    batch.durationMs,
    batch.bytesSent,
    batch.status,
    batch.method,
    batch.pathStart,
    batch.pathLength,
    fieldStart[FIELD.client]!,
    fieldLength[FIELD.client]!,
    fieldStart[FIELD.userAgent]!,
    fieldLength[FIELD.userAgent]!,
    fieldStart[FIELD.target]!,
    fieldLength[FIELD.target]!,
    fieldStart[FIELD.protocol]!,
    fieldLength[FIELD.protocol]!,
    fieldLength[FIELD.request]!,
    fieldLength[FIELD.method]!,
    batch.clientKey,
    batch.agentKey,
    batch.pathKey,
  ]
}
