/**
 * Makes the evidence of the benchmarks: a combined log, the case that goes with it, and what is true of both.
 *
 *     node benchmarks/generate.mjs --size 1GB [--seed 1] [--gzip]
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
import { writeLog } from './generate/log.mjs'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const STORE = join(ROOT, '.bench')
const UNITS = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9 }
/** The planted lines need a log of some length around them. */
const LEAST_BYTES = 1e6
/** Room beside the log for its compressed form and the rest. */
const SPARE = 1.3

/**
 * @typedef {object} Evidence
 * @property {string} log
 * @property {string} gzip  Made only when asked for.
 * @property {string} caseFile
 * @property {Omit<import('./generate/log.mjs').Truth, 'caseFile'>} truth
 */

/** @param {string} text  Such as 1GB or 20MB, in powers of ten. @returns {number} */
export function parseSize(text) {
  const match = /^(\d+(?:\.\d+)?)\s*([KMG]?B)?$/i.exec(text)
  const unit = /** @type {keyof typeof UNITS} */ ((match?.[2] ?? 'B').toUpperCase())
  const bytes = Math.round(Number(match?.[1]) * UNITS[unit])
  if (!(bytes >= LEAST_BYTES)) throw new Error(`a size is 1MB or more, such as 200MB or 1GB; found ${text}`)
  return bytes
}

/**
 * Gives the evidence of a size, made now or before.
 *
 * @param {{ sizeBytes: number, seed?: number, gzip?: boolean }} options
 * @returns {Promise<Evidence>}
 */
export async function evidenceOf({ sizeBytes, seed = 1, gzip = false }) {
  const label = `log-${sizeBytes}-${seed}`
  const folder = join(STORE, `${label}-${generatorVersion()}`)
  const paths = {
    log: join(folder, 'access.log'),
    gzip: join(folder, 'access.log.gz'),
    caseFile: join(folder, 'case.json'),
  }
  if (!existsSync(join(folder, 'truth.json'))) make(folder, label, sizeBytes, seed)
  if (gzip && !existsSync(paths.gzip)) {
    const partial = `${paths.gzip}.partial`
    await pipeline(createReadStream(paths.log), createGzip(), createWriteStream(partial))
    renameSync(partial, paths.gzip)
  }
  return { ...paths, truth: JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) }
}

/** @param {string} folder @param {string} label @param {number} sizeBytes @param {number} seed */
function make(folder, label, sizeBytes, seed) {
  mkdirSync(STORE, { recursive: true })
  // what an older generator made of the same parameters is of no use any more
  for (const name of readdirSync(STORE))
    if (name.startsWith(`${label}-`)) rmSync(join(STORE, name), { recursive: true })
  checkRoom(sizeBytes)
  mkdirSync(folder)
  const { caseFile, ...truth } = writeLog(join(folder, 'access.log'), { sizeBytes, seed })
  writeFileSync(join(folder, 'case.json'), `${JSON.stringify(caseFile, null, 2)}\n`)
  writeFileSync(join(folder, 'truth.json'), `${JSON.stringify(truth, null, 2)}\n`)
}

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
      gzip: { type: 'boolean', default: false },
    },
  })
  const start = performance.now()
  const { log, truth } = await evidenceOf({
    sizeBytes: parseSize(values.size),
    seed: Number(values.seed),
    gzip: values.gzip,
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
