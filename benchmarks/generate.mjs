/**
 * Makes the evidence of the benchmarks: a combined log, the case that goes with it, and what is true of both.
 *
 *     node benchmarks/generate.mjs --size 1GB [--seed 1] [--days 4] [--clients 200000] [--gzip] [--json]
 *
 * The same parameters give the same bytes. What was made stays in .bench/ and is used again until the generator changes.
 */
import { createHash } from 'node:crypto'
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { join, relative } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createGzip } from 'node:zlib'
import { writeJsonLines } from './generate/json-lines.mjs'
import { writeLog } from './generate/log.mjs'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const STORE = join(ROOT, '.bench')
const UNITS = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9 }
/** The planted lines need a log of some length around them, or they come later than their stamps say. */
export const LEAST_BYTES = 5e6
export const DAYS = 4
const CLIENTS = 200_000
/** Of a line of JSON to the combined line that it is made from. */
export const JSON_GROWTH = 1.68
/** Room beside the log for its compressed form and the rest. */
const SPARE = 1.3

/**
 * @typedef {object} Evidence
 * @property {string} log
 * @property {string} gzip  Made only when asked for.
 * @property {string} caseFile
 * @property {string} busyCaseFile  The same, with an entry point that one request in ten asks for.
 * @property {Omit<import('./generate/log.mjs').Truth, 'caseFile' | 'busyCaseFile'>} truth
 */

/** @param {string} text  Such as 1GB or 20MB, in powers of ten. @returns {number} */
export function parseSize(text) {
  const match = /^(\d+(?:\.\d+)?)\s*([KMG]?B)?$/i.exec(text)
  const unit = /** @type {keyof typeof UNITS} */ ((match?.[2] ?? 'B').toUpperCase())
  const bytes = Math.round(Number(match?.[1]) * UNITS[unit])
  if (!(bytes >= LEAST_BYTES)) throw new Error(`a size is 5MB or more, such as 200MB or 1GB; found ${text}`)
  return bytes
}

/**
 * Gives the evidence of a size, made now or before.
 *
 * @param {{ sizeBytes: number, seed?: number, days?: number, clients?: number, gzip?: boolean, json?: boolean }} options
 *   `gzip`: compressed too. `json`: as JSON lines instead, which are longer; `sizeBytes` is that of the combined log.
 * @returns {Promise<Evidence>}
 */
export async function evidenceOf({ gzip = false, json = false, ...options }) {
  const { sizeBytes, seed = 1, days = DAYS, clients = CLIENTS } = options
  const label = `log-${sizeBytes}-${seed}-${days}d-${clients}c`
  const folder = join(STORE, `${label}-${generatorVersion()}`)
  const paths = {
    log: join(folder, 'access.log'),
    gzip: join(folder, 'access.log.gz'),
    caseFile: join(folder, 'case.json'),
    busyCaseFile: join(folder, 'busy-case.json'),
  }
  if (!existsSync(join(folder, 'truth.json'))) make(folder, label, { sizeBytes, seed, days, clients })
  const truth = readJson(join(folder, 'truth.json'))
  if (json) return { ...paths, ...(await asJson(folder, paths.log, truth)) }
  if (gzip && !existsSync(paths.gzip)) {
    const partial = `${paths.gzip}.partial`
    await pipeline(createReadStream(paths.log), createGzip(), createWriteStream(partial))
    renameSync(partial, paths.gzip)
  }
  return { ...paths, truth }
}

/** @param {string} folder @param {string} combined @param {Evidence['truth']} truth */
async function asJson(folder, combined, truth) {
  const log = join(folder, 'access.json')
  const truthFile = join(folder, 'json-truth.json')
  if (!existsSync(truthFile)) {
    checkRoom(truth.bytes * JSON_GROWTH)
    writeJson(truthFile, await writeJsonLines(combined, log))
  }
  return { log, truth: { ...truth, ...readJson(truthFile) } }
}

/** @param {string} folder @param {string} label @param {import('./generate/log.mjs').LogOptions} options */
function make(folder, label, options) {
  mkdirSync(STORE, { recursive: true })
  // what an older generator made of the same parameters is of no use any more
  for (const name of readdirSync(STORE))
    if (name.startsWith(`${label}-`)) rmSync(join(STORE, name), { recursive: true })
  checkRoom(options.sizeBytes)
  mkdirSync(folder)
  const { caseFile, busyCaseFile, ...truth } = writeLog(join(folder, 'access.log'), options)
  writeJson(join(folder, 'case.json'), caseFile)
  writeJson(join(folder, 'busy-case.json'), busyCaseFile)
  writeJson(join(folder, 'truth.json'), truth)
}

/** @param {string} path */
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'))

/** @param {string} path @param {unknown} value */
const writeJson = (path, value) => writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`)

/** @param {number} sizeBytes */
function checkRoom(sizeBytes) {
  const { bavail, bsize } = statfsSync(STORE)
  const free = bavail * bsize
  if (free > sizeBytes * SPARE) return
  const needs = `${Math.ceil((sizeBytes * SPARE) / 1e6)} MB`
  throw new Error(
    `.bench/ needs ${needs} and the disk has ${Math.floor(free / 1e6)} MB free; take a smaller --size`,
  )
}

/** Changes with the generator's text, so that nothing is measured on what an older one made. */
function generatorVersion() {
  const hash = createHash('sha256')
  const folder = new URL('generate/', import.meta.url)
  for (const name of readdirSync(folder).sort()) hash.update(readFileSync(new URL(name, folder)))
  return hash.digest('hex').slice(0, 8)
}

async function main() {
  const { values } = parseArgs({
    options: {
      size: { type: 'string', default: '1GB' },
      seed: { type: 'string', default: '1' },
      days: { type: 'string', default: String(DAYS) },
      clients: { type: 'string', default: String(CLIENTS) },
      gzip: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  const start = performance.now()
  const { log, truth } = await evidenceOf({
    sizeBytes: parseSize(values.size),
    seed: Number(values.seed),
    days: Number(values.days),
    clients: Number(values.clients),
    gzip: values.gzip,
    json: values.json,
  })
  const seconds = (performance.now() - start) / 1000
  const { bytes, lines, records, rejects, clients, postLines } = truth
  console.log(
    `${relative(process.cwd(), log)}: ${bytes} bytes, ${lines} lines, ${records} records, ${rejects} rejects`,
  )
  console.log(`${clients} clients, ${postLines} lines with POST; ${seconds.toFixed(1)} s`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main().catch((error) => {
    console.error(`generate: ${error instanceof Error ? error.message : error}`)
    process.exitCode = 1
  })
}
