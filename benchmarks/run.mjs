/**
 * Measures the built package on generated logs and checks every answer; README.md says how to read the table.
 *
 *     npm run bench -- [--size 1GB] [--runs 5] [--only NAME] [--workers 1] [--dist PATH] [--record] [--smoke]
 *                      [--peers] [--long] [--clients 1000000]
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cpus } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { CASES } from './cases.mjs'
import { DAYS, evidenceOf, JSON_GROWTH, LEAST_BYTES, parseSize } from './generate.mjs'
import { measure } from './measure.mjs'
import { knownOptions } from './options.mjs'
import { peerCases } from './peers.mjs'
import { writeRecord } from './record.mjs'
import { HEADS, megabytes, summarize, tableOf } from './summary.mjs'
import { printTable } from './table.mjs'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
/** The compressed log, which other tools read too, is smaller by this: unpacking is what takes the time. */
const SMALL_SHARE = 1 / 8
/** The long log, in as many times the days. */
const LONG_TIMES = 10

/** @typedef {import('./cases.mjs').BenchmarkCase} BenchmarkCase */
/** @typedef {import('./cases.mjs').EvidenceName} EvidenceName */
/** @typedef {import('./generate.mjs').Evidence} Evidence */
/** @typedef {import('./summary.mjs').Measured} Measured */

async function main() {
  const { values } = parseArgs({
    options: {
      size: { type: 'string' },
      runs: { type: 'string' },
      only: { type: 'string' },
      workers: { type: 'string', default: '1' },
      dist: { type: 'string', default: join(ROOT, 'dist') },
      record: { type: 'boolean', default: false },
      smoke: { type: 'boolean', default: false },
      peers: { type: 'boolean', default: false },
      long: { type: 'boolean', default: false },
      clients: { type: 'string' },
    },
  })
  const size = values.size ?? (values.smoke ? '20MB' : '1GB')
  const runs = wholeNumber('runs', values.runs ?? (values.smoke ? '1' : '5'))
  const workers = wholeNumber('workers', values.workers, 0)
  const clients = values.clients === undefined ? undefined : wholeNumber('clients', values.clients)
  if (!existsSync(join(values.dist, 'index.js')))
    throw new Error(`${values.dist} holds no build; run npm run build first`)
  const cases = chosen({ ...values, clients })
  if (cases.some(({ on }) => on === 'long' || on === 'clients')) sayHowLong(parseSize(size), runs)
  const known = await knownOptions(values.dist)
  const evidence = await makeEvidence(parseSize(size), cases, clients)

  const { cpu, threads, node } = machine()
  console.log(
    `${cpu}, ${threads} threads; Node ${node.slice(1)}; workers: ${known.has('workers') ? workers : 'none in this build'}; ` +
      `runs: ${runs}, after ${values.smoke ? 'no' : 'a'} warm-up\n`,
  )
  const { heads, rows: logs } = evidenceTable(evidence)
  printTable(heads, logs)
  console.log('')
  const settings = { dist: values.dist, workers }
  const measured = measureAll(cases, evidence, known, { settings, runs, warmUp: !values.smoke })
  const rows = summarize(measured, { judged: !values.smoke })
  printTable(HEADS, tableOf(rows))
  printNotes(measured)
  console.log('\nEvery answer was checked against what the generator wrote.')
  if (values.record)
    console.log(`Recorded in ${relative(ROOT, writeRecord({ ...machine(), size, runs, workers, rows }))}`)
}

/** @param {string} name @param {string} text @param {number} [least] */
function wholeNumber(name, text, least = 1) {
  const value = Number(text)
  if (!(Number.isInteger(value) && value >= least))
    throw new Error(`--${name} is a whole number from ${least}; found ${text}`)
  return value
}

/**
 * The cases that were asked for, and those that they are compared with.
 *
 * @param {{ only?: string | undefined, smoke: boolean, peers: boolean, long: boolean, clients: number | undefined }} wanted
 * @returns {readonly BenchmarkCase[]}
 */
function chosen({ only, smoke, peers, long, clients }) {
  const all = [...CASES, ...(peers ? peerCases() : [])].filter(
    ({ on, isSmoke = false }) =>
      (long || on !== 'long') && (clients !== undefined || on !== 'clients') && (isSmoke || !smoke),
  )
  if (only === undefined) return all
  if (!all.some(({ name }) => name === only))
    throw new Error(`no case is called ${only}; there are: ${all.map(({ name }) => name).join(', ')}`)
  const names = new Set([only])
  // those compared with stand before or behind, and may be compared themselves
  for (const _ of all)
    for (const { name, against } of all) if (names.has(name) && against) names.add(against.to)
  return all.filter(({ name }) => names.has(name))
}

/** @param {number} sizeBytes @param {readonly BenchmarkCase[]} cases @param {number | undefined} clients @returns {Promise<Map<EvidenceName, Evidence>>} */
async function makeEvidence(sizeBytes, cases, clients) {
  const long = { sizeBytes: LONG_TIMES * sizeBytes, days: LONG_TIMES * DAYS }
  const options = {
    whole: { sizeBytes },
    small: { sizeBytes: Math.max(LEAST_BYTES, sizeBytes * SMALL_SHARE), gzip: true },
    json: { sizeBytes: Math.max(LEAST_BYTES, Math.round(sizeBytes / JSON_GROWTH)), json: true },
    long,
    clients: clients === undefined ? long : { ...long, clients },
  }
  /** @type {Map<EvidenceName, Evidence>} */
  const made = new Map()
  for (const name of /** @type {EvidenceName[]} */ (Object.keys(options))) {
    if (name !== 'whole' && !cases.some(({ on }) => on === name)) continue
    showProgress(`evidence: ${name}, ${megabytes(options[name].sizeBytes)} MB`)
    made.set(name, await evidenceOf(options[name]))
  }
  showProgress('')
  return made
}

/** @param {ReadonlyMap<EvidenceName, Evidence>} evidence */
function evidenceTable(evidence) {
  const rows = [...evidence].map(([name, { truth }]) => {
    const { bytes, lines, records, rejects, clients } = truth
    return [name, megabytes(bytes), ...[lines, records, rejects, clients].map(String)]
  })
  return { heads: ['log', 'MB', 'lines', 'records', 'rejects', 'clients'], rows }
}

/**
 * Rounds of all cases, one after the other, so that a slow minute of the machine touches all alike.
 *
 * @param {readonly BenchmarkCase[]} cases
 * @param {ReadonlyMap<EvidenceName, Evidence>} evidence
 * @param {ReadonlySet<string>} known  Options that the build has.
 * @param {{ settings: import('./cases.mjs').Settings, runs: number, warmUp: boolean }} options
 * @returns {Measured[]}
 */
function measureAll(cases, evidence, known, { settings, runs, warmUp }) {
  const measured = cases.map((it) => {
    const own = evidence.get(it.on)
    if (own === undefined) throw new Error(`${it.name} has no evidence`)
    return {
      case: it,
      evidence: own,
      truth: own.truth,
      runs: /** @type {import('./measure.mjs').Run[]} */ ([]),
    }
  })
  const runnable = measured.filter((it) => (it.case.needs ?? []).every((option) => known.has(option)))
  for (let round = warmUp ? -1 : 0; round < runs; round++) {
    for (const one of runnable) {
      showProgress(`${round < 0 ? 'warm-up' : `run ${round + 1} of ${runs}`}: ${one.case.name}`)
      for (let i = 0; i < (one.case.repeats ?? 1); i++) {
        const run = runOnce(one.case, one.evidence, settings)
        if (round >= 0) one.runs.push(run)
      }
    }
  }
  showProgress('')
  return measured
}

/** @param {BenchmarkCase} one @param {Evidence} evidence @param {import('./cases.mjs').Settings} settings */
function runOnce(one, evidence, settings) {
  const run = measure(one.command(evidence, settings))
  const problems = one.check(run.output, evidence.truth)
  if (problems.length > 0) throw new Error(`${one.name} gave a wrong answer:\n  ${problems.join('\n  ')}`)
  return run
}

/** Memory bounds that were reached, by case: the answer is then less than it might be. @param {readonly Measured[]} measured */
function printNotes(measured) {
  for (const { case: one, runs } of measured) {
    const notes = runs.flatMap(({ output }) => one.notes?.(output) ?? [])
    for (const note of new Set(notes)) console.log(`\n${one.name}: ${note}`)
  }
}

/** Of the generator on a slow machine, and of a slow run. */
const WRITES_MB_S = 25
const READS_MB_S = 200

/** @param {number} sizeBytes @param {number} runs */
function sayHowLong(sizeBytes, runs) {
  const mb = (LONG_TIMES * sizeBytes) / 1e6
  const minutes = (/** @type {number} */ seconds) => `${Math.ceil(seconds / 60)} min`
  console.log(
    `A log of ${mb} MB takes up to ${minutes(mb / WRITES_MB_S)} to write, once, and that much of the disk; ` +
      `its ${runs + 1} runs up to ${minutes(((runs + 1) * mb) / READS_MB_S)}.\n`,
  )
}

/** One line on a terminal that is written over; nothing elsewhere. */
function showProgress(/** @type {string} */ text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${text}`)
}

function machine() {
  const [cpu] = cpus()
  return {
    cpu: cpu?.model.trim() ?? 'unknown processor',
    threads: cpus().length,
    node: process.version,
    commit: commit(),
  }
}

/** What was measured, as far as version control knows. */
function commit() {
  try {
    const git = (/** @type {string[]} */ ...words) =>
      execFileSync('git', words, { cwd: ROOT, encoding: 'utf8' }).trim()
    return git('describe', '--always', '--dirty')
  } catch {
    return 'unknown'
  }
}

await main().catch((error) => {
  console.error(`bench: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
})
