import type { RejectReason } from './contract.js'

/** Lines of one block that are no records. */
export const REJECT = 1
export const BLANK = 2
export const DIRECTIVE = 3
/** A byte order mark. */
export const MARK = 4

/** What stands between the elements of a JSON document. */
export const BETWEEN = 5

/** Every line of a block that is no record, in order, so that records and these tile the source. */
export interface OtherLine {
  readonly kind: typeof REJECT | typeof BLANK | typeof DIRECTIVE | typeof MARK | typeof BETWEEN
  readonly reason: RejectReason | null
  /** Text in the block: index of the first byte, and one past the last. */
  readonly start: number
  readonly end: number
  readonly offset: number
  readonly length: number
  readonly line: number
}
