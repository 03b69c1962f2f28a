import type { RecordBatch } from '../columns/contract.js'
import { FaultLog } from '../core/faults.js'
import { type Block, LINE_TEXT } from '../decode/contract.js'
import type { LocalToUtc } from '../kernel/scan-time.js'
import type { LogFormat, Wrapper } from './contract.js'
import { DIRECTIVE } from './other-lines.js'
import { BatchReader } from './reader.js'
import type { SampledLines } from './sample-lines.js'

/** How one format reads sampled lines. */
export interface TrialResult {
  /** Its records, in the order of their lines; `lineNumber` is the sampled line's index. */
  readonly batch: RecordBatch
  /** A value a record: number of the layout that read it; 0 for hand-written readers. */
  readonly layouts: readonly number[]
  /** Lines that are of the format and no requests. */
  readonly directives: number
}

/** Reads sampled lines by one format. */
export type Trial = (
  format: LogFormat,
  lines: SampledLines,
  toUtc: LocalToUtc | null,
  wrapper: Wrapper | null,
) => TrialResult

/**
 * The trial that the scanner itself makes: all lines as one block.
 *
 * @param toUtc    For zoneless times; null takes them for UTC.
 * @param wrapper  What the lines are wrapped in.
 */
export function tryFormat(
  format: LogFormat,
  lines: SampledLines,
  toUtc: LocalToUtc | null = null,
  wrapper: Wrapper | null = null,
  faults = new FaultLog(),
): TrialResult {
  const layouts: number[] = []
  const reader = new BatchReader(format, {
    toUtc,
    faults,
    wrapper,
    onRecord: (layout) => layouts.push(layout),
  })
  const batch = reader.createBatch(Math.max(1, lines.count))
  const others = reader.fill(blockOf(lines), batch)
  return { batch, layouts, directives: others.filter(({ kind }) => kind === DIRECTIVE).length }
}

/** The same lines are tried by every format. */
const blocks = new WeakMap<SampledLines, Block>()

function blockOf(lines: SampledLines): Block {
  const known = blocks.get(lines) ?? makeBlock(lines)
  blocks.set(lines, known)
  return known
}

function makeBlock({ bytes, count, start, end }: SampledLines): Block {
  return {
    bytes,
    lineCount: count,
    lineStart: start,
    lineEnd: end,
    placeOffset: Float64Array.from(start),
    placeLength: Float64Array.from(start, (at, i) => end[i]! - at),
    lineNumber: Uint32Array.from(start, (_, i) => i),
    lineKind: new Uint8Array(count).fill(LINE_TEXT),
    allowNext() {},
    release() {},
  }
}
