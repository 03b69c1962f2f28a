import type { RecordBatch } from '../columns/contract.js'
import { FaultLog } from '../core/faults.js'
import { type Block, LINE_TEXT } from '../decode/contract.js'
import type { LocalToUtc } from '../kernel/scan-time.js'
import type { LogFormat } from './contract.js'
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
export type Trial = (format: LogFormat, lines: SampledLines) => TrialResult

/** The trial that the scanner itself makes. @param toUtc  For zoneless times; null takes them for UTC. */
export function tryFormat(
  format: LogFormat,
  lines: SampledLines,
  toUtc: LocalToUtc | null = null,
): TrialResult {
  const reader = new BatchReader(format, { toUtc, faults: new FaultLog() })
  const batch = reader.createBatch(lines.count)
  batch.bytes = lines.bytes
  const row = reader.createBatch(1)
  const layouts: number[] = []
  let directives = 0
  for (let line = 0; line < lines.count; line++) {
    // one line a block, so that the layout that read it is known
    const others = reader.fill(oneLine(lines, line), row)
    if (others.some((other) => other.kind === DIRECTIVE)) directives++
    if (row.rowCount === 0) continue
    copyRow(row, batch, batch.rowCount++)
    layouts.push(reader.lastLayout)
  }
  return { batch, layouts, directives }
}

function oneLine(lines: SampledLines, line: number): Block {
  return {
    bytes: lines.bytes,
    lineCount: 1,
    lineStart: lines.start.subarray(line, line + 1),
    lineEnd: lines.end.subarray(line, line + 1),
    placeOffset: Float64Array.of(lines.start[line]!),
    placeLength: Float64Array.of(lines.end[line]! - lines.start[line]!),
    lineNumber: Uint32Array.of(line),
    lineKind: Uint8Array.of(LINE_TEXT),
    release() {},
  }
}

const COLUMNS = [
  'lineStart',
  'lineEnd',
  'lineNumber',
  'time',
  'durationMs',
  'bytesSent',
  'status',
  'method',
  'pathStart',
  'pathLength',
] as const satisfies readonly (keyof RecordBatch)[]

/** Copies the first row of one batch; both are over the same bytes. */
function copyRow(from: RecordBatch, to: RecordBatch, row: number): void {
  for (const column of COLUMNS) to[column][row] = from[column][0]!
  for (let field = 0; field < to.fieldStart.length; field++) {
    to.fieldStart[field]![row] = from.fieldStart[field]![0]!
    to.fieldLength[field]![row] = from.fieldLength[field]![0]!
  }
}
