import { ERROR_CODES, isPosternError } from '../core/errors.js'
import { visible } from '../core/text.js'
import { EXIT } from './exit.js'

/** Says on standard error what went wrong, in one line a problem; returns the exit status. */
export function reportFailure(error: unknown): number {
  const message = error instanceof Error ? error.message : String(error)
  for (const line of message.split('\n')) process.stderr.write(`postern: ${visible(line)}\n`)
  if (!isPosternError(error)) {
    process.stderr.write(
      'postern: this is a fault in Postern itself; please report it with the command and the text above\n',
    )
    if (process.env.POSTERN_DEBUG !== undefined && error instanceof Error)
      process.stderr.write(`${error.stack}\n`)
    return EXIT.failed
  }
  if (error.code === 'ERR_ABORTED') return EXIT.interrupted
  return ERROR_CODES[error.code] === 'misuse' ? EXIT.misuse : EXIT.failed
}
