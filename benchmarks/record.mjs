import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * Keeps a run's figures in record/PROCESSOR/DATE.json; another run of the same day and size takes the place of the first.
 *
 * @param {{ cpu: string, size: string } & Record<string, unknown>} run
 * @returns {string} The file's path.
 */
export function writeRecord(run) {
  const slug = run.cpu
    .toLowerCase()
    .replace(/\((r|tm)\)/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  const folder = new URL(`record/${slug}/`, import.meta.url)
  const file = new URL(`${new Date().toISOString().slice(0, 10)}.json`, folder)
  mkdirSync(folder, { recursive: true })
  /** @type {{ size: string }[]} */
  const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []
  const records = [...before.filter(({ size }) => size !== run.size), run]
  // lists of numbers on one line, as the formatter has them
  const text = JSON.stringify(records, rounded, 2).replace(/\[[\d.,\s]+\]/g, (list) =>
    list.replace(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']'),
  )
  writeFileSync(file, `${text}\n`)
  return fileURLToPath(file)
}

/** @param {string} _key @param {unknown} value */
const rounded = (_key, value) => (typeof value === 'number' ? Math.round(value * 1000) / 1000 : value)
