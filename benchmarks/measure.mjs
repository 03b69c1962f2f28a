import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** GNU time tells what a command used; without it, commands that are not ours have no figures but the time. */
const GNU_TIME = '/usr/bin/time'
/** What other tools print may be long. */
const MOST_OUTPUT_BYTES = 1 << 28

/**
 * @typedef {object} Run
 * @property {string} output
 * @property {number} seconds  From start to exit, start-up included.
 * @property {number | null} cpuSeconds  User and system, all threads.
 * @property {number | null} peakRssBytes
 */

/**
 * Runs a command to its end, in a process of its own.
 *
 * @param {readonly string[]} command
 * @returns {Run}
 */
export function measure(command) {
  const folder = mkdtempSync(join(tmpdir(), 'postern-bench-'))
  try {
    const usage = join(folder, 'usage')
    const isTimed = existsSync(GNU_TIME)
    const [program = '', ...rest] = isTimed ? [GNU_TIME, '-f', '%U %S %M', '-o', usage, ...command] : command
    const start = performance.now()
    // one byte is one character: the fastest that grep can be, the same on every machine
    const env = { ...process.env, LC_ALL: 'C' }
    const child = spawnSync(program, rest, { encoding: 'utf8', env, maxBuffer: MOST_OUTPUT_BYTES })
    const seconds = (performance.now() - start) / 1000
    if (child.status !== 0) throw new Error(`${command.join(' ')} failed: ${child.error ?? child.stderr}`)
    return { output: child.stdout, seconds, ...(isTimed ? usageIn(usage) : statedUsage(child.stdout)) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** @param {string} path */
function usageIn(path) {
  const [user = 0, system = 0, kibibytes = 0] = readFileSync(path, 'utf8').trim().split(' ').map(Number)
  return { cpuSeconds: user + system, peakRssBytes: kibibytes * 1024 }
}

/** What child.mjs says of itself. @param {string} output */
function statedUsage(output) {
  if (!output.startsWith('{')) return { cpuSeconds: null, peakRssBytes: null }
  const { cpuSeconds, peakRssBytes } = JSON.parse(output)
  return { cpuSeconds, peakRssBytes }
}
