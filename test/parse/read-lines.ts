import { FIELD } from '../../src/columns/contract.js'
import { type ParsedRecord, readText, toRecord } from '../../src/columns/view.js'
import { FaultLog } from '../../src/core/faults.js'
import type { Block } from '../../src/decode/contract.js'
import type { LocalToUtc } from '../../src/kernel/scan-time.js'
import type { LogFormat, Wrapper } from '../../src/parse/contract.js'
import { BLANK, DIRECTIVE } from '../../src/parse/other-lines.js'
import { BatchReader } from '../../src/parse/reader.js'

/** What became of one line. Exactly one of `record` and `other` is set. */
export interface ReadLine {
  readonly record?: ParsedRecord
  /** A session or API token, which no record shows. */
  readonly token?: string
  /** Id of the layout that read it; absent for hand-written readers. */
  readonly layout?: string
  /** Reason to reject, or `blank` or `directive`. */
  readonly other?: string
}

/** Reads lines one by one through the scanner; zoneless times are UTC unless `toUtc` says otherwise. */
export function readLines(
  format: LogFormat,
  lines: readonly (string | Uint8Array)[],
  layout = 0,
  wrapper: Wrapper | null = null,
  { faults = new FaultLog(), toUtc = null }: { faults?: FaultLog; toUtc?: LocalToUtc | null } = {},
): ReadLine[] {
  const reader = new BatchReader(format, { toUtc, faults, layout, wrapper })
  const batch = reader.createBatch(1)
  return lines.map((line) => {
    const [other] = reader.fill(
      blockOf(typeof line === 'string' ? Buffer.from(line) : Buffer.from(line)),
      batch,
    )
    if (other !== undefined) {
      return {
        other: other.kind === BLANK ? 'blank' : other.kind === DIRECTIVE ? 'directive' : String(other.reason),
      }
    }
    const token = readText(batch, FIELD.token, 0)
    const id = format.layouts?.[reader.lastLayout]?.id
    return {
      record: toRecord(batch, 0),
      ...(token === null ? {} : { token }),
      ...(id === undefined ? {} : { layout: id }),
    }
  })
}

/** A block of one line, with text around it that must not be looked at. */
function blockOf(line: Buffer): Block {
  const before = Buffer.from('" [- ')
  const bytes = Buffer.concat([before, line, Buffer.from('" - [')])
  return {
    bytes,
    lineCount: 1,
    lineStart: Uint32Array.of(before.length),
    lineEnd: Uint32Array.of(before.length + line.length),
    placeOffset: Float64Array.of(0),
    placeLength: Float64Array.of(line.length),
    lineNumber: Uint32Array.of(1),
    lineKind: Uint8Array.of(0),
    allowNext() {},
    release() {},
  }
}
