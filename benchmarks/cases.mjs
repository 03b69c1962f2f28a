import { fileURLToPath } from 'node:url'
import { checkFindings } from './check-findings.mjs'

const CHILD = fileURLToPath(new URL('child.mjs', import.meta.url))

/**
 * @typedef {object} BenchmarkCase
 * @property {string} name
 * @property {boolean} isOurs  The built package does it, and makes records.
 * @property {boolean} isCompressed  Reads the smaller log's .gz.
 * @property {(evidence: import('./generate.mjs').Evidence, dist: string) => readonly string[]} command
 * @property {(output: string, truth: Truth) => string[]} check  What is wrong with the answer; empty when nothing is.
 */

/** @typedef {import('./generate.mjs').Evidence['truth']} Truth */

/** @type {readonly BenchmarkCase[]} */
export const CASES = [
  {
    name: 'investigate',
    isOurs: true,
    isCompressed: false,
    command: ({ log, caseFile }, dist) => [process.execPath, CHILD, 'investigate', dist, log, caseFile],
    check: checkInvestigation,
  },
  {
    name: 'grep -c POST',
    isOurs: false,
    isCompressed: false,
    command: ({ log }) => ['grep', '-c', 'POST', log],
    check: (output, { postLines }) => differences({ POST: Number(output) }, { POST: postLines }),
  },
  {
    name: 'parse-only',
    isOurs: true,
    isCompressed: false,
    command: ({ log }, dist) => [process.execPath, CHILD, 'parse-only', dist, log],
    check: (output, truth) => differences(JSON.parse(output).answer, countsOf(truth)),
  },
  {
    name: 'gzip',
    isOurs: true,
    isCompressed: true,
    command: ({ gzip, caseFile }, dist) => [process.execPath, CHILD, 'investigate', dist, gzip, caseFile],
    check: checkInvestigation,
  },
  {
    name: 'sha256',
    isOurs: false,
    isCompressed: false,
    command: ({ log }, dist) => [process.execPath, CHILD, 'sha256', dist, log],
    check: (output, { sha256 }) => differences(JSON.parse(output).answer, { decodedSha256: sha256 }),
  },
  {
    name: 'wc -l',
    isOurs: false,
    isCompressed: false,
    command: ({ log }) => ['wc', '-l', log],
    check: (output, { lines }) => differences({ lines: Number.parseInt(output, 10) }, { lines }),
  },
]

/** @param {string} output @param {Truth} truth @returns {string[]} */
function checkInvestigation(output, truth) {
  const { answer } = JSON.parse(output)
  const expected = {
    ...countsOf(truth),
    clients: truth.clients,
    clientsExact: true,
    decodedSha256: truth.sha256,
  }
  return [...differences(answer, expected), ...checkFindings(answer.findings, truth)]
}

/** @param {Truth} truth */
const countsOf = ({ lines, records, rejects, bytes }) => ({ lines, records, rejects, bytes })

/** @param {Record<string, unknown>} found @param {Record<string, unknown>} expected @returns {string[]} */
function differences(found, expected) {
  return Object.keys(expected)
    .filter((key) => found[key] !== expected[key])
    .map((key) => `${key}: expected ${expected[key]}, found ${found[key]}`)
}
