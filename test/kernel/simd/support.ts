/** Blocks of given lines in the arena, and a reader with the kernel beside one without it. */

import fc from 'fast-check'
import { expect, vi } from 'vitest'
import { createBlockBatch, freeBatch } from '../../../src/columns/batch.js'
import { FIELD, type RecordBatch } from '../../../src/columns/contract.js'
import { arenaOfThread, giveRegion, takeRegion } from '../../../src/core/arena.js'
import { FaultLog } from '../../../src/core/faults.js'
import type { KeySeed } from '../../../src/core/keys.js'
import type { Block } from '../../../src/decode/contract.js'
import { SPARE_BYTES } from '../../../src/decode/limits.js'
import { BlockScanner } from '../../../src/kernel/simd/block-scanner.js'
import type { LogFormat } from '../../../src/parse/contract.js'
import type { FormatReading } from '../../../src/parse/format-reader.js'
import { BatchReader } from '../../../src/parse/reader.js'

export const SEED: KeySeed = { a: 0x1234567, b: -0x7654321 }

/** Rows that the batches of all tests have room for. */
const ROWS = 512
/** More than any test's text. */
const TEXT_BYTES = 512 * 1024
const LINE_BYTES = 29

/** What stands around a block's text in memory: bytes that a search which goes too far would find. */
const AROUND = Buffer.from('" - [" 200 5 "-" "')

/**
 * A block of these lines, given as latin-1 text or bytes.
 *
 * @param shift  Where the text starts, from a multiple of 16; `end`: so that the spare bytes are the last ones of all memory.
 * @param kinds  LINE_ constants of lines; 0 for those that it does not have.
 */
export function blockOf(
  lines: readonly (string | Uint8Array)[],
  shift: number | 'end' = 0,
  kinds: readonly number[] = [],
): Block {
  const texts = lines.map((line) => (typeof line === 'string' ? Buffer.from(line, 'latin1') : line))
  const text = Buffer.concat(texts.flatMap((line) => [line, Buffer.from('\n')]))
  const region = takeRegion(TEXT_BYTES + ROWS * LINE_BYTES)
  const { buffer } = arenaOfThread()!
  expect(region.buffer).toBe(buffer)
  const memory = Buffer.from(buffer as ArrayBuffer)
  for (let at = 0; at + AROUND.length < 4096; at += AROUND.length) memory.set(AROUND, region.at + at)
  const start =
    shift === 'end' ? buffer.byteLength - SPARE_BYTES - text.length : region.at + AROUND.length * 16 + shift
  memory.set(text, start)
  memory.set(AROUND.subarray(0, SPARE_BYTES), start + text.length)
  const count = lines.length
  const table = region.at + TEXT_BYTES
  const block = {
    bytes: memory.subarray(start, start + text.length + SPARE_BYTES),
    lineCount: count,
    placeOffset: new Float64Array(buffer, table, count),
    placeLength: new Float64Array(buffer, table + 8 * ROWS, count),
    lineStart: new Uint32Array(buffer, table + 16 * ROWS, count),
    lineEnd: new Uint32Array(buffer, table + 20 * ROWS, count),
    lineNumber: new Uint32Array(buffer, table + 24 * ROWS, count),
    lineKind: new Uint8Array(buffer, table + 28 * ROWS, count),
    allowNext() {},
    release: () => giveRegion(region),
  }
  let at = 0
  texts.forEach((line, i) => {
    block.lineStart[i] = at
    block.lineEnd[i] = at + line.length
    // larger than 32 bits hold
    block.placeOffset[i] = 2 ** 40 + 3 * at
    block.placeLength[i] = line.length + (kinds[i] === undefined ? 0 : 1000)
    block.lineNumber[i] = 7 + 2 * i
    block.lineKind[i] = kinds[i] ?? 0
    at += line.length + 1
  })
  return block
}

export interface TwinOptions {
  readonly layout?: number
  readonly seed?: KeySeed | null
  readonly toUtc?: (localMs: number) => number
  /** Formats that read what the first does not. */
  readonly more?: readonly LogFormat[]
}

/** Two readers of one source, each with one batch that it fills again and again. */
export class Twins {
  /** Records so far. */
  rows = 0
  /** Those of them that the kernel read. */
  byKernel = 0
  readonly #readers: readonly [BatchReader, BatchReader]
  readonly #batches: readonly [RecordBatch, RecordBatch]
  readonly #faults = [new FaultLog(), new FaultLog()] as const
  readonly #firsts: [number[], number[]] = [[], []]

  constructor(format: LogFormat, { layout = 0, seed = SEED, toUtc, more = [] }: TwinOptions = {}) {
    const reader = (scanner: 'simd' | 'ts', number: 0 | 1) => {
      const faults = this.#faults[number]
      const made = new BatchReader(format, { toUtc: toUtc ?? null, faults, seed, layout, scanner })
      for (const other of more) {
        const reading: FormatReading = { format: other, layout: 0, wrapper: null }
        made.add(reading, (_block, line) => this.#firsts[number].push(line))
      }
      return made
    }
    this.#readers = [reader('simd', 0), reader('ts', 1)]
    const [{ extras }] = this.#readers
    this.#batches = [createBlockBatch(ROWS, extras), createBlockBatch(ROWS, extras)]
  }

  /** Reads a block by both, compares all that they made of it, and frees it. */
  compare(block: Block, what = ''): void {
    const scan = vi.spyOn(BlockScanner.prototype, 'scan')
    const [others, expectedOthers] = this.#readers.map((reader, i) => reader.fill(block, this.#batches[i]!))
    this.byKernel += scan.mock.results.reduce((sum, { value }) => sum + Number(value), 0)
    this.rows += this.#batches[0].rowCount
    scan.mockRestore()
    expect(others, what).toEqual(expectedOthers)
    const [rows, expectedRows] = this.#batches.map(rowsOf)
    expect(rows, what).toEqual(expectedRows)
    expect(this.#faults[0].list(), what).toEqual(this.#faults[1].list())
    expect(this.#readers[0].sawLocalTime, what).toBe(this.#readers[1].sawLocalTime)
    expect(this.#readers[0].lastLayout, what).toBe(this.#readers[1].lastLayout)
    expect(this.#firsts[0], what).toEqual(this.#firsts[1])
    block.release()
  }

  free(): void {
    for (const batch of this.#batches) freeBatch(batch)
  }
}

/** All that parse fills of each row. Where a text is absent, its start says nothing. */
function rowsOf(batch: RecordBatch): unknown[] {
  const names = [...Object.keys(FIELD), ...batch.extras]
  return Array.from({ length: batch.rowCount }, (_, row) => ({
    texts: names.flatMap((name, field) => {
      const length = batch.fieldLength[field]![row]!
      return length < 0 ? [] : [[name, batch.fieldStart[field]![row], length]]
    }),
    path: batch.pathLength[row]! < 0 ? null : [batch.pathStart[row], batch.pathLength[row]],
    numbers: [batch.time, batch.bytesSent, batch.durationMs, batch.status, batch.method].map((it) => it[row]),
    place: [batch.lineStart, batch.lineEnd, batch.placeOffset, batch.placeLength, batch.lineNumber].map(
      (it) => it[row],
    ),
    flags: batch.flags[row],
    keys: [batch.pathKey, batch.agentKey, batch.clientKey].map((it) => [it[2 * row], it[2 * row + 1]]),
  }))
}

/** Where a block's text starts, for `blockOf`. */
export const shifts = fc.oneof(fc.nat({ max: 15 }), fc.constant('end' as const))

/** Lines with stretches replaced by some of the pieces, each behind the line as it was, so that the kernel is asked for it. */
export function broken(
  pieces: readonly string[],
  lines: fc.Arbitrary<readonly string[]>,
): fc.Arbitrary<string[]> {
  const change = fc.record({
    line: fc.nat({ max: 50 }),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.nat({ max: 6 }),
    insert: fc.array(fc.constantFrom(...pieces), { maxLength: 3 }),
  })
  return fc.tuple(lines, fc.array(change, { minLength: 1, maxLength: 12 })).map(([whole, changes]) => {
    const changed = [...whole]
    for (const { line, at, remove, insert } of changes) {
      const number = line % changed.length
      const old = changed[number]!
      const index = Math.floor(at * old.length)
      changed[number] = old.slice(0, index) + insert.join('') + old.slice(index + remove)
    }
    return changed.flatMap((line, i) => [whole[i]!, line])
  })
}
