import { giveRegion, type Region, takeRegion } from '../core/arena.js'
import type { Block } from './contract.js'
import { SPARE_BYTES } from './limits.js'

/** Lines that a new table has room for; that of an ordinary block of a quarter MiB. */
const FIRST_LINES = 2048
/** Of one line in all columns of a table. */
const LINE_BYTES = 29
/** Bytes that new memory has room for: a stretch, the rest of its last line, and what is written anew behind the text. */
const FIRST_BYTES = 384 * 1024
/** Memory that grew beyond these for an odd block is not kept for the next one. */
const MAX_POOLED_LINES = 64 * 1024
const MAX_POOLED_BYTES = 2 * 1024 * 1024
/** Blocks that wait for use, over all readers. */
const MAX_POOLED_BLOCKS = 8

/** The columns of a block, as they grow. */
export class LineTable {
  lineCount = 0
  placeOffset!: Float64Array
  placeLength!: Float64Array
  lineStart!: Uint32Array
  lineEnd!: Uint32Array
  lineNumber!: Uint32Array
  lineKind!: Uint8Array
  #region: Region

  constructor() {
    this.#region = this.#place(FIRST_LINES)
  }

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

  free(): void {
    giveRegion(this.#region)
  }

  #grow(): void {
    const { placeOffset, placeLength, lineStart, lineEnd, lineNumber, lineKind } = this
    const before = this.#region
    this.#region = this.#place(this.capacity * 2)
    this.placeOffset.set(placeOffset)
    this.placeLength.set(placeLength)
    this.lineStart.set(lineStart)
    this.lineEnd.set(lineEnd)
    this.lineNumber.set(lineNumber)
    this.lineKind.set(lineKind)
    giveRegion(before)
  }

  /** Lays the columns side by side, the widest first, so that each starts at a multiple of its width. */
  #place(capacity: number): Region {
    const region = takeRegion(capacity * LINE_BYTES)
    const { buffer, at } = region
    this.placeOffset = new Float64Array(buffer, at, capacity)
    this.placeLength = new Float64Array(buffer, at + 8 * capacity, capacity)
    this.lineStart = new Uint32Array(buffer, at + 16 * capacity, capacity)
    this.lineEnd = new Uint32Array(buffer, at + 20 * capacity, capacity)
    this.lineNumber = new Uint32Array(buffer, at + 24 * capacity, capacity)
    this.lineKind = new Uint8Array(buffer, at + 28 * capacity, capacity)
    return region
  }
}

/** Memory of one block: the bytes as framed, the text where that differs, and the table of lines. Filled many times. */
export class BlockMemory {
  readonly table = new LineTable()
  /** Decoded bytes from the block's first line on. */
  raw: Buffer
  /** Bytes of `raw` in use. */
  rawLength = 0
  /** UTF-8 of a UTF-16 block; unused otherwise. */
  text: Buffer = Buffer.alloc(0)
  #region: Region

  constructor() {
    this.#region = takeRegion(FIRST_BYTES)
    this.raw = bufferOf(this.#region)
  }

  reset(): void {
    this.table.lineCount = 0
    this.rawLength = 0
  }

  /** Gives the memory back; it is not used any more. */
  free(): void {
    this.table.free()
    giveRegion(this.#region)
  }

  /** Makes room for `length` bytes in all and for the spare ones. */
  reserve(length: number): void {
    if (length + SPARE_BYTES <= this.raw.length) return
    const before = this.#region
    this.#region = takeRegion(Math.max(length + SPARE_BYTES, this.raw.length * 2))
    const raw = bufferOf(this.#region)
    copyInto(raw, 0, this.raw, 0, this.rawLength)
    this.raw = raw
    giveRegion(before)
  }

  /** Appends `chunk[at, end)`. */
  append(chunk: Buffer, at: number, end: number): void {
    this.reserve(this.rawLength + end - at)
    copyInto(this.raw, this.rawLength, chunk, at, end)
    this.rawLength += end - at
  }

  /** Makes `text` hold `length` bytes and the spare ones. */
  reserveText(length: number): void {
    if (length + SPARE_BYTES > this.text.length) this.text = Buffer.allocUnsafeSlow(length + SPARE_BYTES)
  }
}

/**
 * Copies `from[at, end)`. `copy` and `set` go byte by byte into shared memory, eight times slower, unless both sides start
 * at the same place in a word; `fill` copies at once whatever the memory.
 */
function copyInto(to: Buffer, start: number, from: Buffer, at: number, end: number): void {
  if (end > at) to.fill(from.subarray(at, end), start, start + end - at)
}

function bufferOf({ buffer, at, byteLength }: Region): Buffer {
  return Buffer.from(buffer as ArrayBuffer, at, byteLength)
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
  else memory.free()
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
  /** Null once the reader may go on. */
  #onRelease: (() => void) | null

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
    this.allowNext()
  }

  allowNext(): void {
    const allow = this.#onRelease
    this.#onRelease = null
    allow?.()
  }
}
