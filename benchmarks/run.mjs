/**
 * Measures the built package on a generated log and checks every answer; README.md says how to read the table.
 *
 *     npm run bench -- [--size 1GB] [--runs 5] [--only NAME] [--dist PATH] [--record] [--smoke]
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cpus } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { CASES } from './cases.mjs'
import { evidenceOf, parseSize } from './generate.mjs'
import { measure } from './measure.mjs'
import { writeRecord } from './record.mjs'
import { printTable } from './table.mjs'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const BASELINE = 'grep -c POST'
/** The compressed log is smaller by this: unpacking is what takes the time. */
const GZIP_SHARE = 1 / 8

/** @typedef {import('./measure.mjs').Run} Run */
/** @typedef {import('./cases.mjs').BenchmarkCase} BenchmarkCase */

/** What one case gave. @typedef {{ case: BenchmarkCase, runs: readonly Run[] }} Measured */

async function main() {
  const { values } = parseArgs({
    options: {
      size: { type: 'string' },
      runs: { type: 'string' },
      only: { type: 'string' },
      dist: { type: 'string', default: join(ROOT, 'dist') },
      record: { type: 'boolean', default: false },
      smoke: { type: 'boolean', default: false },
    },
  })
  const size = values.size ?? (values.smoke ? '20MB' : '1GB')
  const runs = Number(values.runs ?? (values.smoke ? 1 : 5))
  if (!(Number.isInteger(runs) && runs > 0))
    throw new Error(`--runs is a whole number from 1; found ${values.runs}`)
  if (!existsSync(join(values.dist, 'index.js')))
    throw new Error(`${values.dist} holds no build; run npm run build first`)
  const cases = chosen(values.only)
  const evidence = await makeEvidence(parseSize(size), cases)

  const { bytes, lines, records, rejects, clients } = evidence.whole.truth
  console.log(`${machine().cpu}, ${machine().threads} threads; Node ${process.version.slice(1)}`)
  console.log(
    `${megabytes(bytes)} MB, ${lines} lines: ${records} records, ${rejects} rejects, ${clients} clients; ` +
      `runs: ${runs}, after ${values.smoke ? 'no' : 'a'} warm-up\n`,
  )
  const measured = measureAll(cases, evidence, { dist: values.dist, runs, warmUp: !values.smoke })
  const rows = summarize(measured, evidence)
  printTable(HEADS, rows.map(cellsOf))
  console.log('\nEvery answer was checked against what the generator wrote.')
  if (values.record)
    console.log(`Recorded in ${relative(ROOT, writeRecord({ ...machine(), size, runs, rows }))}`)
}

/** @param {string | undefined} only @returns {readonly BenchmarkCase[]} The baseline is always among them. */
function chosen(only) {
  if (only === undefined) return CASES
  if (!CASES.some(({ name }) => name === only))
    throw new Error(`no case is called ${only}; there are: ${CASES.map(({ name }) => name).join(', ')}`)
  return CASES.filter(({ name }) => name === only || name === BASELINE)
}

/** @typedef {{ whole: import('./generate.mjs').Evidence, small: import('./generate.mjs').Evidence | null }} AllEvidence */

/** @param {number} sizeBytes @param {readonly BenchmarkCase[]} cases @returns {Promise<AllEvidence>} */
async function makeEvidence(sizeBytes, cases) {
  const whole = await evidenceOf({ sizeBytes })
  if (!cases.some(({ isCompressed }) => isCompressed)) return { whole, small: null }
  return { whole, small: await evidenceOf({ sizeBytes: Math.max(5e6, sizeBytes * GZIP_SHARE), gzip: true }) }
}

/**
 * Rounds of all cases, one after the other, so that a slow minute of the machine touches all alike.
 *
 * @param {readonly BenchmarkCase[]} cases
 * @param {AllEvidence} evidence
 * @param {{ dist: string, runs: number, warmUp: boolean }} options
 * @returns {Measured[]}
 */
function measureAll(cases, evidence, { dist, runs, warmUp }) {
  const measured = cases.map((it) => ({ case: it, runs: /** @type {Run[]} */ ([]) }))
  for (let round = warmUp ? -1 : 0; round < runs; round++) {
    for (const one of measured) {
      showProgress(`${round < 0 ? 'warm-up' : `run ${round + 1} of ${runs}`}: ${one.case.name}`)
      const used = evidenceFor(one.case, evidence)
      const run = measure(one.case.command(used, dist))
      const problems = one.case.check(run.output, used.truth)
      if (problems.length > 0)
        throw new Error(`${one.case.name} gave a wrong answer:\n  ${problems.join('\n  ')}`)
      if (round >= 0) one.runs.push(run)
    }
  }
  showProgress('')
  return measured
}

/** @param {BenchmarkCase} one @param {AllEvidence} evidence */
const evidenceFor = (one, { whole, small }) => (one.isCompressed && small !== null ? small : whole)

/** One line on a terminal that is written over; nothing elsewhere. */
function showProgress(/** @type {string} */ text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${text}`)
}

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {number} bytes
 * @property {number} records
 * @property {readonly number[]} seconds  Of all runs, ascending.
 * @property {number} medianSeconds
 * @property {number | null} medianCpuSeconds
 * @property {number | null} peakRssBytes  The highest of all runs.
 * @property {number | null} timesBaseline  Time a byte over that of the baseline, medians.
 */

/** @param {readonly Measured[]} measured @param {AllEvidence} evidence @returns {Row[]} */
function summarize(measured, evidence) {
  const perByte = (/** @type {Measured} */ it) =>
    median(it.runs.map(({ seconds }) => seconds)) / evidenceFor(it.case, evidence).truth.bytes
  const baseline = measured.find((it) => it.case.name === BASELINE)
  return measured.map((it) => {
    const { bytes, records } = evidenceFor(it.case, evidence).truth
    const seconds = it.runs.map((run) => run.seconds).sort((a, b) => a - b)
    return {
      name: it.case.name,
      bytes,
      records: it.case.isOurs ? records : 0,
      seconds,
      medianSeconds: median(seconds),
      medianCpuSeconds: medianOf(it.runs, ({ cpuSeconds }) => cpuSeconds),
      peakRssBytes: it.runs.reduce(
        (/** @type {number | null} */ most, { peakRssBytes }) =>
          peakRssBytes === null ? most : Math.max(most ?? 0, peakRssBytes),
        null,
      ),
      timesBaseline: baseline === undefined ? null : perByte(it) / perByte(baseline),
    }
  })
}

const HEADS = [
  'case',
  'median s',
  'best s',
  'worst s',
  'cpu s',
  'MB/s',
  'best MB/s',
  'records/s',
  'peak RSS MB',
  '× grep',
]

/** @param {Row} row @returns {string[]} */
function cellsOf(row) {
  const { name, bytes, records, seconds, medianSeconds, medianCpuSeconds, peakRssBytes, timesBaseline } = row
  const best = seconds[0] ?? Number.NaN
  return [
    name,
    medianSeconds.toFixed(2),
    best.toFixed(2),
    (seconds.at(-1) ?? Number.NaN).toFixed(2),
    medianCpuSeconds === null ? '' : medianCpuSeconds.toFixed(2),
    (bytes / medianSeconds / 1e6).toFixed(0),
    (bytes / best / 1e6).toFixed(0),
    records === 0 ? '' : `${Math.round(records / medianSeconds / 1000)} k`,
    peakRssBytes === null ? '' : megabytes(peakRssBytes),
    timesBaseline === null ? '' : timesBaseline.toFixed(1),
  ]
}

/** @param {readonly Run[]} runs @param {(run: Run) => number | null} value @returns {number | null} */
function medianOf(runs, value) {
  const values = runs.map(value).filter((it) => it !== null)
  return values.length === 0 ? null : median(values)
}

/** @param {readonly number[]} values @returns {number} */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** @param {number} bytes */
const megabytes = (bytes) => (bytes / 1e6).toFixed(0)

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
