import { Buffer } from 'node:buffer'
import type { Fault } from '../../src/core/faults.js'
import type { Block, DecodedEnd, Head } from '../../src/decode/contract.js'
import { readHead } from '../../src/decode/head.js'
import type { LineOptions } from '../../src/decode/reader.js'
import type { Source } from '../../src/evidence/contract.js'

/** One entry of a block, copied out. */
export interface Entry {
  readonly kind: number
  readonly offset: number
  readonly length: number
  readonly number: number
  readonly text: string
  /** Which block it came in, from 0. */
  readonly block: number
}

export interface Lines {
  readonly head: Head
  readonly entries: Entry[]
  readonly end: DecodedEnd
  readonly faults: Fault[]
  /** Index one past the last byte used and length of `bytes`, for each block. */
  readonly spare: number[]
}

/** A source over bytes in memory. Chunks share one buffer that is overwritten, as those of a file do. */
export function bytesSource(
  bytes: Uint8Array,
  chunkSizes: readonly number[] = [65536],
  reopens = true,
): Source {
  const shared = Buffer.alloc(Math.max(1, ...chunkSizes))
  return {
    name: 'bytes',
    kind: reopens ? 'file' : 'stream',
    reopens,
    ...(reopens ? { storedBytes: bytes.length } : {}),
    async *open() {
      const own = reopens ? Buffer.from(shared) : shared
      let at = 0
      for (let turn = 0; at < bytes.length; turn++) {
        const size = Math.max(1, chunkSizes[turn % chunkSizes.length] ?? 1)
        const chunk = own.subarray(0, Math.min(size, bytes.length - at))
        chunk.set(bytes.subarray(at, at + chunk.length))
        at += chunk.length
        yield chunk
        chunk.fill(0x58)
      }
    },
  }
}

export async function readLines(source: Source, options: LineOptions = {}): Promise<Lines> {
  const headed = await readHead(source)
  const reader = headed.openLines(options)
  const entries: Entry[] = []
  const spare: number[] = []
  let index = 0
  for (let block = await reader.next(); block !== null; block = await reader.next()) {
    entries.push(...entriesOf(block, index++))
    spare.push(block.bytes.length - Math.max(0, ...block.lineEnd))
    block.release()
  }
  return { head: headed.head, entries, end: reader.end(), faults: reader.faults.list(), spare }
}

export function entriesOf(block: Block, index: number): Entry[] {
  return Array.from({ length: block.lineCount }, (_, row) => ({
    kind: block.lineKind[row]!,
    offset: block.placeOffset[row]!,
    length: block.placeLength[row]!,
    number: block.lineNumber[row]!,
    text: Buffer.from(block.bytes.subarray(block.lineStart[row]!, block.lineEnd[row]!)).toString('latin1'),
    block: index,
  }))
}

/** The text of all entries, each with a line feed behind it. */
export function textOf(lines: Lines): string {
  return lines.entries.map((entry) => `${entry.text}\n`).join('')
}

export function codesOf(lines: Lines): string[] {
  return lines.faults.map((fault) => fault.code)
}
