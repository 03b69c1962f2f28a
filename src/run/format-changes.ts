/**
 * Follows a source whose lines go on in another format.
 *
 * Rejects that come many in a row are tried on all formats, as the start of a source is. A format that fits half of them is
 * read too from there on: each line of the source by the first of its formats that fits it, so that a file may change back
 * and again, or mix its formats line by line.
 *
 * The lines that led to this are read again. They reach back over this block and the one before, which is held until this
 * one is read; what is further back stays rejects. Blocks do not depend on how the bytes arrived, so neither does this.
 */
import type { RecordBatch } from '../columns/contract.js'
import { LF } from '../core/bytes.js'
import type { FaultLog } from '../core/faults.js'
import type { Block } from '../decode/contract.js'
import type { LogFormat, Recognition, Wrapper } from '../parse/contract.js'
import { type OtherLine, REJECT } from '../parse/other-lines.js'
import { type BatchReader, type Filling, MANY_STRAYS, straysOf } from '../parse/reader.js'
import { recognizeLines } from '../parse/recognize.js'
import type { SampledLines } from '../parse/sample-lines.js'
import { wrappers } from '../parse/wrappers/registry.js'

/** Formats of one source; each is tried on the lines that those before it do not fit. */
const MAX_FORMATS = 4

/** Share of the stray lines that are in a format which is read from there on. */
const FIT = 0.5

/**
 * Trials within a block that may come at once; each block gives one back. The one at the end of a block is always made. So
 * a source that is made to be tried costs two a block (256 KiB).
 */
const MAX_TRIALS = 4

/** Text that a trial looks at, most. */
const MAX_SAMPLE_BYTES = 256 * 1024

/** What of a source is asked for here. */
export interface ChangingSource {
  readonly recognition: Recognition | null
  readonly candidates: readonly LogFormat[]
}

export class FormatChanges {
  /** The formats that were found beyond the first, in order. */
  readonly found: Recognition[] = []
  /** In plain words, which lines are in what and why. */
  readonly reasons: string[] = []
  readonly #reader: BatchReader
  readonly #source: ChangingSource
  readonly #faults: FaultLog
  #trials = MAX_TRIALS

  constructor(reader: BatchReader, source: ChangingSource, faults: FaultLog) {
    this.#reader = reader
    this.#source = source
    this.#faults = faults
  }

  /** Fills a batch from a block; `before` is the block before it, where that is not handed on yet. */
  fill(block: Block, batch: RecordBatch, before: Filling | null): Filling {
    const filling = this.#reader.begin(block, batch, before)
    this.#trials = Math.min(MAX_TRIALS, this.#trials + 1)
    let isFollowed = false
    do {
      this.#reader.readOn(filling)
      isFollowed = straysOf(filling) >= MANY_STRAYS && this.#follow(filling, before)
    } while (isFollowed || filling.next < block.lineCount)
    return filling
  }

  /** Tries all formats on the stray lines. Where one fits, they are to be read again: those of this block by the caller. */
  #follow(filling: Filling, before: Filling | null): boolean {
    const { candidates, recognition } = this.#source
    const isFull = this.found.length + (recognition === null ? 0 : 1) >= MAX_FORMATS
    if (candidates.length === 0 || isFull || !this.#mayTry(filling)) return false
    const held = before !== null && filling.batch.rowCount === 0 ? [before, filling] : [filling]
    const found = recognizeLines(sampleStrays(held), candidates, { wrappers })
    if (found === null || found.fit < FIT) return false
    this.#add(found)
    for (const it of held) this.#reader.rewind(it)
    if (held.length > 1) {
      while (before!.next < before!.block.lineCount) this.#reader.readOn(before!)
      filling.straysBefore = straysOf(before!)
    }
    return true
  }

  #mayTry({ next, block }: Filling): boolean {
    if (next === block.lineCount) return true
    if (this.#trials === 0) return false
    this.#trials--
    return true
  }

  #add(found: Recognition): void {
    const usual = this.#source.recognition ?? this.found[0] ?? null
    this.found.push(found)
    this.#reader.add(found, (block, line) => {
      const place = { offset: block.placeOffset[line]!, length: block.placeLength[line]! }
      const change = `from line ${block.lineNumber[line]} on lines are ${changeOf(found, usual)}`
      this.#faults.add('format-changed', place, change)
      this.reasons.push(`${change}: ${found.reasons.join('; ')}`)
    })
  }
}

function changeOf(found: Recognition, usual: Recognition | null): string {
  if (usual === null) return `${nameOf(found)}, and before it in no known format`
  if (nameOf(found) === nameOf(usual)) return `${nameOf(found)} by a header of their own`
  return `${nameOf(found)}, not ${nameOf(usual)}`
}

function nameOf({ format, wrapper }: { format: LogFormat; wrapper: Wrapper | null }): string {
  return wrapper === null ? format.id : `${format.id} in ${wrapper.id}`
}

const LINE_END = Uint8Array.of(LF)

/** The last stray lines, copied into one buffer: as many as it takes to try. */
function sampleStrays(held: readonly Filling[]): SampledLines {
  const lines: Uint8Array[] = []
  let size = 0
  for (const { batch, others, strays, strayOther } of [...held].reverse()) {
    const isText = ({ kind, reason }: OtherLine) => kind === REJECT && reason !== 'nul-run'
    const rejects = strays === 0 ? [] : others.slice(strayOther).filter(isText)
    for (const { start, end } of rejects.reverse()) {
      if (lines.length === MANY_STRAYS || size + end - start > MAX_SAMPLE_BYTES) break
      lines.push(batch.bytes.subarray(start, end))
      size += end - start
    }
  }
  lines.reverse()
  const start = new Uint32Array(lines.length)
  const end = new Uint32Array(lines.length)
  let at = 0
  lines.forEach((line, i) => {
    start[i] = at
    at += line.length
    end[i] = at++
  })
  return { bytes: Buffer.concat(lines.flatMap((line) => [line, LINE_END])), count: lines.length, start, end }
}
