/** What can go wrong so that a run stops. Damage inside the evidence is a fault (core/faults.ts), never one of these. */
export const ERROR_CODES = {
  /** An option, a format string or an argument that makes no sense. Nothing was started. */
  ERR_OPTION_INVALID: 'misuse',
  /** The case file or indicator list breaks its schema; the message names file and line. Nothing was started. */
  ERR_CASE_INVALID: 'misuse',
  /** A path named literally that does not exist, or a folder or glob that holds no file. Nothing was started. */
  ERR_EVIDENCE_MISSING: 'misuse',
  /** Not one record could be read from any of the evidence. */
  ERR_EVIDENCE_UNREADABLE: 'failure',
  /** The output folder exists and is not empty. Nothing was started. */
  ERR_OUTPUT_EXISTS: 'misuse',
  /** A sink could not write: disk full, permission, or an error in a user's own sink. */
  ERR_SINK_FAILED: 'failure',
  /** A worker thread died, for want of memory say; `workers: 0` does without. */
  ERR_WORKER_FAILED: 'failure',
  /** The caller's AbortSignal fired. */
  ERR_ABORTED: 'failure',
} as const

export type ErrorCode = keyof typeof ERROR_CODES

const BRAND = Symbol.for('postern.error')

/** The one class that Postern throws. `code` is from a closed set; `cause` holds the system's own error. */
export class PosternError extends Error {
  readonly code: ErrorCode
  readonly [BRAND] = true

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'PosternError'
    this.code = code
  }
}

/** Tells whether a thrown value is Postern's own, also when two copies of the package are installed. */
export function isPosternError(value: unknown): value is PosternError {
  return typeof value === 'object' && value !== null && (value as { [BRAND]?: unknown })[BRAND] === true
}
