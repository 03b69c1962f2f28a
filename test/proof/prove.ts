import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { isLong } from '../laws/support.js'

/** Runs one of the scripts beside this file and reads its last line; in the long form its table is printed. */
export async function prove(script: string, ...parameters: readonly string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [`test/proof/${script}.mjs`, ...parameters],
    { maxBuffer: 1 << 28 },
  )
  const lines = stdout.trimEnd().split('\n')
  if (isLong)
    process.stdout.write(`\n${[script, ...parameters].join(' ')}\n${lines.slice(0, -1).join('\n')}\n`)
  return JSON.parse(lines.at(-1)!)
}
