import type { Block } from './contract.js'
import { SPARE_BYTES } from './limits.js'

/** Lines that a new table has room for; that of an ordinary block of a quarter MiB. */
const FIRST_LINES = 2048
/** Memory that grew beyond these for an odd block is not kept for the next one. */
const MAX_POOLED_LINES = 64 * 1024
const MAX_POOLED_BYTES = 2 * 1024 * 1024
/** Blocks that wait for use, over all readers. */
const MAX_POOLED_BLOCKS = 8

/** The columns of a block, as they grow. */
export class LineTable {
  lineCount = 0
  lineStart = new Uint32Array(FIRST_LINES)
  lineEnd = new Uint32Array(FIRST_LINES)
  placeOffset = new Float64Array(FIRST_LINES)
  placeLength = new Float64Array(FIRST_LINES)
  lineNumber = new Uint32Array(FIRST_LINES)
  lineKind = new Uint8Array(FIRST_LINES)

  get capacity(): number {
    return this.lineKind.length
  }

  /** Adds one entry; `kind` is a LINE_ constant. */
  push(start: number, end: number, offset: number, length: number, number: number, kind: number): void {
    const row = this.lineCount
    if (row === this.lineKind.length) this.#grow()
    this.lineStart[row] = start
    this.lineEnd[row] = end
    this.placeOffset[row] = offset
    this.placeLength[row] = length
    this.lineNumber[row] = number
    this.lineKind[row] = kind
    this.lineCount = row + 1
  }

  #grow(): void {
    const capacity = this.capacity * 2
    this.lineStart = grown(this.lineStart, new Uint32Array(capacity))
    this.lineEnd = grown(this.lineEnd, new Uint32Array(capacity))
    this.placeOffset = grown(this.placeOffset, new Float64Array(capacity))
    this.placeLength = grown(this.placeLength, new Float64Array(capacity))
    this.lineNumber = grown(this.lineNumber, new Uint32Array(capacity))
    this.lineKind = grown(this.lineKind, new Uint8Array(capacity))
  }
}

function grown<T extends Uint8Array | Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from)
  return to
}

/** Memory of one block: the bytes as framed, the text where that differs, and the table of lines. Filled many times. */
export class BlockMemory {
  readonly table = new LineTable()
  /** Decoded bytes from the block's first line on. */
  raw: Buffer = Buffer.alloc(0)
  /** Bytes of `raw` in use. */
  rawLength = 0
  /** UTF-8 of a UTF-16 block; unused otherwise. */
  text: Buffer = Buffer.alloc(0)

  reset(): void {
    this.table.lineCount = 0
    this.rawLength = 0
  }

  /** Makes room for `length` bytes in all and for the spare ones. */
  reserve(length: number): void {
    if (length + SPARE_BYTES <= this.raw.length) return
    const raw = Buffer.allocUnsafeSlow(Math.max(length + SPARE_BYTES, this.raw.length * 2))
    this.raw.copy(raw, 0, 0, this.rawLength)
    this.raw = raw
  }

  /** Appends `chunk[at, end)`. */
  append(chunk: Buffer, at: number, end: number): void {
    this.reserve(this.rawLength + end - at)
    chunk.copy(this.raw, this.rawLength, at, end)
    this.rawLength += end - at
  }

  /** Makes `text` hold `length` bytes and the spare ones. */
  reserveText(length: number): void {
    if (length + SPARE_BYTES > this.text.length) this.text = Buffer.allocUnsafeSlow(length + SPARE_BYTES)
  }
}

/** Block memory that waits for use, shared by all readers: thousands of small files then need no more than one. */
const idle: BlockMemory[] = []

export function takeMemory(): BlockMemory {
  const memory = idle.pop() ?? new BlockMemory()
  memory.reset()
  return memory
}

export function giveMemory(memory: BlockMemory): void {
  const isOdd =
    memory.table.capacity > MAX_POOLED_LINES || memory.raw.length + memory.text.length > MAX_POOLED_BYTES
  if (!isOdd && idle.length < MAX_POOLED_BLOCKS) idle.push(memory)
}

/** A filled block as the contract has it. A fresh object each time: releasing it twice cannot free its successor. */
export class FilledBlock implements Block {
  readonly bytes: Uint8Array
  readonly lineCount: number
  readonly lineStart: Uint32Array
  readonly lineEnd: Uint32Array
  readonly placeOffset: Float64Array
  readonly placeLength: Float64Array
  readonly lineNumber: Uint32Array
  readonly lineKind: Uint8Array
  #memory: BlockMemory | null
  readonly #onRelease: () => void

  /**
   * @param bytes        `memory.raw` or `memory.text`.
   * @param bytesLength  Bytes of it in use; the spare ones behind are set to zero.
   */
  constructor(memory: BlockMemory, bytes: Buffer, bytesLength: number, onRelease: () => void) {
    const { table } = memory
    this.bytes = bytes.fill(0, bytesLength, bytesLength + SPARE_BYTES)
    this.lineCount = table.lineCount
    this.lineStart = table.lineStart.subarray(0, table.lineCount)
    this.lineEnd = table.lineEnd.subarray(0, table.lineCount)
    this.placeOffset = table.placeOffset.subarray(0, table.lineCount)
    this.placeLength = table.placeLength.subarray(0, table.lineCount)
    this.lineNumber = table.lineNumber.subarray(0, table.lineCount)
    this.lineKind = table.lineKind.subarray(0, table.lineCount)
    this.#memory = memory
    this.#onRelease = onRelease
  }

  release(): void {
    const memory = this.#memory
    if (memory === null) return
    this.#memory = null
    giveMemory(memory)
    this.#onRelease()
  }
}
