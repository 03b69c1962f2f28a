import { fileURLToPath } from 'node:url'
import { checkFindings, differences } from './check.mjs'
import { startUpCases } from './start-up.mjs'

const CHILD = fileURLToPath(new URL('child.mjs', import.meta.url))
/** Of the runs whose peak of memory is looked at; the library's default, stated so that it stays. */
const MEMORY_MB = 384
/** What a process may hold beside its tables: Node itself, code, blocks in flight. */
const BESIDE_TABLES_MB = 128
/** Apache's own definition of combined. */
const COMBINED = '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-agent}i"'
/** More detectors a run, so that what one costs stands out from what a machine does beside. */
const MORE_DETECTORS = 10

/** @typedef {import('./generate.mjs').Evidence} Evidence */
/** @typedef {Evidence['truth']} Truth */
/** @typedef {{ dist: string, workers: number }} Settings  Of the build, and threads beside the main one. */
/** @typedef {'workers' | 'scanner' | 'hash'} OptionName */
/** Which evidence; run.mjs makes what its cases name. @typedef {'whole' | 'small' | 'json' | 'long' | 'clients'} EvidenceName */

/**
 * @typedef {object} Comparison
 * @property {string} to  Name of the other case.
 * @property {'time a byte' | 'time' | 'more time' | 'share'} by  `share`: what one more detector adds, of the other's time.
 * @property {number} [most]  The target; seconds for `more time`.
 */

/**
 * @typedef {object} BenchmarkCase
 * @property {string} name
 * @property {string} group  Heading in the table.
 * @property {EvidenceName} on
 * @property {boolean} [isOurs]  The built package does it, and makes records.
 * @property {boolean} [readsLog]  False for those that only start; they have no rate.
 * @property {readonly OptionName[]} [needs]  A build without these options cannot run it.
 * @property {(evidence: Evidence, settings: Settings) => readonly string[]} command
 * @property {(output: string, truth: Truth) => string[]} check  What is wrong with the answer; empty when nothing is.
 * @property {(output: string) => readonly string[]} [notes]  What the reader of the figures has to know.
 * @property {Comparison} [against]
 * @property {number} [leastRate]  The target, MB/s.
 * @property {number} [mostRssMb]  The target, MiB.
 * @property {number} [repeats]  Runs a round; 1 by default.
 * @property {number} [copies]  Of what a `share` is about; 1 by default.
 * @property {boolean} [isSmoke]  In `--smoke`.
 */

/** @type {Pick<BenchmarkCase, 'isOurs' | 'check' | 'notes'>} */
const INVESTIGATES = {
  isOurs: true,
  check: checkInvestigation,
  notes: (output) => JSON.parse(output).answer.bounds,
}
const PARSES = {
  isOurs: true,
  check: (/** @type {string} */ output, /** @type {Truth} */ truth) =>
    differences(JSON.parse(output).answer, countsOf(truth)),
}

/** @type {readonly BenchmarkCase[]} */
const WHOLE = [
  {
    name: 'grep -c POST',
    group: 'whole investigation',
    on: 'whole',
    command: ({ log }) => ['grep', '-c', 'POST', log],
    check: (output, { postLines }) => differences({ POST: Number(output) }, { POST: postLines }),
    isSmoke: true,
  },
  investigation('investigate', {}, { most: 2, isSmoke: true }),
  investigation('investigate 1 thread', { workers: 0 }, { needs: ['workers'], isSmoke: true }),
  investigation('investigate hash none', { hash: 'none' }, { needs: ['hash'], most: 1.3 }),
  investigation('investigate ts', { scanner: 'ts', workers: 0 }, { needs: ['scanner'], isSmoke: true }),
  {
    name: 'sha256',
    group: 'whole investigation',
    on: 'whole',
    command: ({ log }, { dist }) => child('sha256', dist, log),
    check: (output, { sha256 }) => differences(JSON.parse(output).answer, { decodedSha256: sha256 }),
  },
  {
    name: 'wc -l',
    group: 'whole investigation',
    on: 'whole',
    command: ({ log }) => ['wc', '-l', log],
    check: (output, { lines }) => differences({ lines: Number.parseInt(output, 10) }, { lines }),
  },
]

/** @type {readonly BenchmarkCase[]} */
const PARSE_ONLY = [
  parsing('parse-only', {}, { isSmoke: true }),
  parsing('parse-only ts', { scanner: 'ts' }, { needs: ['scanner'], isSmoke: true }),
  parsing(
    'custom format',
    { format: COMBINED },
    { against: { to: 'parse-only', by: 'time a byte', most: 1.2 } },
  ),
  parsing(
    'scan',
    { hash: 'none' },
    { needs: ['hash'], against: { to: 'scan ts', by: 'time a byte', most: 1 / 3 } },
  ),
  parsing('scan ts', { hash: 'none', scanner: 'ts' }, { needs: ['hash', 'scanner'], leastRate: 450 }),
]

/** @type {readonly BenchmarkCase[]} */
const OTHER_EVIDENCE = [
  {
    ...INVESTIGATES,
    name: 'json lines',
    group: 'other evidence',
    on: 'json',
    command: ({ log, caseFile }, { dist, workers }) => child('investigate', dist, log, { caseFile, workers }),
    leastRate: 500,
    isSmoke: true,
  },
  {
    name: 'gunzip only',
    group: 'other evidence',
    on: 'small',
    command: ({ gzip }, { dist }) => child('gunzip', dist, gzip),
    check: (output, { bytes }) => differences(JSON.parse(output).answer, { bytes }),
  },
  {
    ...INVESTIGATES,
    name: 'gzip',
    group: 'other evidence',
    on: 'small',
    command: ({ gzip, caseFile }, { dist, workers }) =>
      child('investigate', dist, gzip, { caseFile, workers }),
    against: { to: 'gunzip only', by: 'time a byte', most: 1.15 },
    isSmoke: true,
  },
]

/** What the detectors are added to. */
const BUSY_ENTRY_POINT = 'busy entry point'

/** @type {readonly BenchmarkCase[]} */
const ONE_MORE_DETECTOR = [
  {
    ...INVESTIGATES,
    name: BUSY_ENTRY_POINT,
    group: 'one more detector',
    on: 'whole',
    command: ({ log, busyCaseFile }, { dist, workers }) =>
      child('investigate', dist, log, { caseFile: busyCaseFile, workers }),
  },
  oneMoreDetector('one more detector 1 %', 'oddSpelling', { share: 0.01, most: 0.01 }),
  oneMoreDetector('one more detector 10 %', 'entryPoint', { share: 0.1, most: 0.04 }),
]

/** @type {readonly BenchmarkCase[]} */
const LONG = [
  long('10 times the days', 'long', { to: 'investigate', by: 'time', most: 10.3 }),
  long('more clients', 'clients', { to: 'investigate', by: 'time' }),
]

/** @type {readonly BenchmarkCase[]} */
export const CASES = [
  ...WHOLE,
  ...PARSE_ONLY,
  ...OTHER_EVIDENCE,
  ...ONE_MORE_DETECTOR,
  ...startUpCases,
  ...LONG,
]

/** @param {string} name @param {string} dist @param {string} log @param {import('./child.mjs').ChildOptions} [options] */
function child(name, dist, log, options = {}) {
  return [process.execPath, CHILD, name, dist, log, JSON.stringify(options)]
}

/**
 * The whole investigation of the whole log, compared with grep.
 *
 * @param {string} name
 * @param {import('./child.mjs').ChildOptions} options
 * @param {{ needs?: readonly OptionName[], most?: number, isSmoke?: boolean }} more
 * @returns {BenchmarkCase}
 */
function investigation(name, options, { most, ...more }) {
  return {
    ...INVESTIGATES,
    name,
    group: 'whole investigation',
    on: 'whole',
    command: ({ log, caseFile }, { dist, workers }) =>
      child('investigate', dist, log, { caseFile, workers, ...options }),
    check: (output, truth) => checkInvestigation(output, truth, options),
    against: { to: 'grep -c POST', by: 'time a byte', ...(most === undefined ? {} : { most }) },
    ...more,
  }
}

/** @param {string} name @param {import('./child.mjs').ChildOptions} options @param {Partial<BenchmarkCase>} more @returns {BenchmarkCase} */
function parsing(name, options, more) {
  return {
    ...PARSES,
    name,
    group: 'parsing alone, one thread',
    on: 'whole',
    command: ({ log }, { dist }) => child('parse-only', dist, log, { workers: 0, ...options }),
    ...more,
  }
}

/** @param {string} name @param {string} flag @param {{ share: number, most: number }} visits @returns {BenchmarkCase} */
function oneMoreDetector(name, flag, { share, most }) {
  return {
    ...INVESTIGATES,
    name,
    group: 'one more detector',
    on: 'whole',
    command: ({ log, busyCaseFile }, { dist, workers }) =>
      child('investigate', dist, log, {
        caseFile: busyCaseFile,
        workers,
        moreDetectors: { flag, count: MORE_DETECTORS },
      }),
    check: (output, truth) => [
      ...checkInvestigation(output, truth),
      ...checkVisited(JSON.parse(output).answer.visited, truth.records, share),
    ],
    against: { to: BUSY_ENTRY_POINT, by: 'share', most },
    copies: MORE_DETECTORS,
  }
}

/** Each of them has seen the same rows, about the share that the case's name says. @param {readonly number[]} visited @param {number} records @param {number} share */
function checkVisited(visited, records, share) {
  const isRight = (/** @type {number} */ count) =>
    count === visited[0] && count > 0.75 * share * records && count < 1.25 * share * records
  return visited.length === MORE_DETECTORS && visited.every(isRight)
    ? []
    : [`rows visited: expected ${share * records} or about as many, found ${visited}`]
}

/** @param {string} name @param {EvidenceName} on @param {Comparison} against @returns {BenchmarkCase} */
function long(name, on, against) {
  return {
    ...INVESTIGATES,
    name,
    group: `long, memoryMb ${MEMORY_MB}`,
    on,
    command: ({ log, caseFile }, { dist, workers }) =>
      child('investigate', dist, log, { caseFile, workers, memoryMb: MEMORY_MB }),
    against,
    mostRssMb: MEMORY_MB + BESIDE_TABLES_MB,
  }
}

/** @param {string} output @param {Truth} truth @param {import('./child.mjs').ChildOptions} [options] @returns {string[]} */
function checkInvestigation(output, truth, { hash = 'sha256' } = {}) {
  const { answer } = JSON.parse(output)
  const expected = {
    ...countsOf(truth),
    clients: truth.clients,
    clientsExact: true,
    // a report without hashes says so
    ...(hash === 'sha256' ? { decodedSha256: truth.sha256 } : { hash }),
  }
  return [...differences(answer, expected), ...checkFindings(answer.findings, answer.bounds, truth)]
}

/** @param {Truth} truth */
const countsOf = ({ lines, records, rejects, bytes }) => ({ lines, records, rejects, bytes })
