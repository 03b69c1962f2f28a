import type { Span } from './span.js'

/**
 * Damage in the evidence, as data: a code, a place and whether reading went on. The set is closed. Every fault is in the
 * ledger and in the report; none of them is thrown.
 */
export const FAULTS = {
  unreadable: { continues: false, meaning: 'the file could not be opened, or failed while it was read' },
  'empty-source': { continues: false, meaning: 'the source holds no bytes' },
  'truncated-source': { continues: false, meaning: 'the file ended before its size at opening' },
  'truncated-gzip': { continues: false, meaning: 'the gzip data ends in the middle of a member' },
  'corrupt-gzip': {
    continues: false,
    meaning: 'the gzip data is damaged; what was decoded before the damage was read',
  },
  'truncated-compressed': {
    continues: false,
    meaning: 'zstd or bzip2 data, or a member of an archive, ends before its end; what was there was read',
  },
  'corrupt-compressed': {
    continues: false,
    meaning:
      'zstd or bzip2 data, or a member of an archive, is damaged; what was decoded before the damage was read',
  },
  'trailing-garbage': {
    continues: false,
    meaning: 'bytes after the last gzip member, zstd frame or bzip2 stream are not of it and were not read',
  },
  'binary-source': { continues: true, meaning: 'the bytes do not look like text; all lines are rejects' },
  'unrecognised-format': {
    continues: true,
    meaning: 'no known format fits the first lines; they are rejects',
  },
  'format-changed': {
    continues: true,
    meaning: 'from some line on lines are in another format than those before; they were read too',
  },
  'damaged-document': {
    continues: true,
    meaning: 'a JSON document stops being JSON at some place; elements before and behind that were read',
  },
  'truncated-document': {
    continues: false,
    meaning: 'a JSON document ends before its end; elements before that were read',
  },
  'line-too-long': {
    continues: true,
    meaning: 'a line is longer than the limit; it was read from its first part',
  },
  'nul-run': { continues: true, meaning: 'a run of NUL bytes stands where a line should start' },
  'invalid-utf16': { continues: true, meaning: 'a UTF-16 source holds a lone surrogate or an odd last byte' },
  'time-went-back': { continues: true, meaning: 'stamps jump back by more than the horizon' },
  'stamp-outlier': { continues: true, meaning: 'a stamp lies more than 24 h from those around it' },
  'duplicate-evidence': {
    continues: true,
    meaning: 'two sources have the same decoded bytes and both were counted',
  },
  'ambiguous-line': {
    continues: true,
    meaning:
      'a line can be read in two ways, as where a client wrote quotes into a format that does not escape them',
  },
  internal: {
    continues: true,
    meaning: 'Postern failed on a line that it should have read; please report it',
  },
} as const satisfies Record<string, { continues: boolean; meaning: string }>

export type FaultCode = keyof typeof FAULTS

/** Faults of one code in one source, counted; the first is cited. */
export interface Fault {
  readonly code: FaultCode
  /** How often; 1 for faults that end a source. */
  readonly count: number
  /** Where it was seen first, in bytes of the decoded stream; absent where the fault has no place. */
  readonly first?: Span
  /** One line for a person: what was found, and what it means for the answer. */
  readonly detail?: string
}

/** Collects the faults of one source. Order of codes is that of first occurrence. */
export class FaultLog {
  readonly #faults = new Map<FaultCode, { code: FaultCode; count: number; first?: Span; detail?: string }>()

  add(code: FaultCode, first?: Span, detail?: string, count = 1): void {
    const known = this.#faults.get(code)
    if (known !== undefined) {
      known.count += count
      return
    }
    this.#faults.set(code, {
      code,
      count,
      ...(first === undefined ? {} : { first }),
      ...(detail === undefined ? {} : { detail }),
    })
  }

  list(): Fault[] {
    return [...this.#faults.values()]
  }
}
