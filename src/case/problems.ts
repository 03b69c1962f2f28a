import { PosternError } from '../core/errors.js'
import { clip, visible } from '../core/text.js'

/** One thing that is wrong with a case file or indicator list. */
export interface Problem {
  /** The file as the user named it; `case` for an object handed in. */
  readonly file: string
  /** From 1; null where no line is to blame. */
  readonly line: number | null
  /** `entryPoints[0].path`, or the empty string. */
  readonly path: string
  /** What was found and what was expected; no trailing period. */
  readonly text: string
}

/** Problems listed in one message; a file with more is the wrong file. */
const MAX_LISTED = 50

/** One error for all problems, one a line, in the order of their lines. */
export function problemsError(problems: readonly Problem[], cause?: unknown): PosternError {
  const ordered = [...problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
  const lines = ordered.slice(0, MAX_LISTED).map(problemLine)
  if (ordered.length > MAX_LISTED) lines.push(`... and ${ordered.length - MAX_LISTED} more`)
  return new PosternError('ERR_CASE_INVALID', lines.join('\n'), cause === undefined ? {} : { cause })
}

function problemLine({ file, line, path, text }: Problem): string {
  const place = line === null ? file : `${file}:${line}`
  return visible([place, path, text].filter((part) => part !== '').join(': '))
}

/** Shows a value that was found, at most 80 characters. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (value instanceof Date) return 'a Date'
  if (typeof value === 'object') return 'a mapping'
  return clip(visible(typeof value === 'string' ? JSON.stringify(value) : String(value)), 80)
}
