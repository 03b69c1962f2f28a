import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { differences } from './check.mjs'

/** No two tools agree on what is a record; this share of them may be more or less than the generator says. */
const LEEWAY = 0.02

/** @typedef {import('./cases.mjs').BenchmarkCase} BenchmarkCase */

/**
 * What other tools make of the same logs, each by the nearest that it has to an investigation. The slow ones read the small
 * log.
 *
 * @type {readonly Omit<BenchmarkCase, 'group' | 'against'>[]}
 */
const PEERS = [
  {
    name: 'rg: -c POST',
    on: 'whole',
    command: ({ log }) => ['rg', '--text', '--count', 'POST', log],
    check: (output, { postLines }) => differences({ POST: Number(output) }, { POST: postLines }),
  },
  {
    name: 'goaccess: JSON report',
    on: 'small',
    command: ({ log }) => ['goaccess', log, '--log-format=COMBINED', '--no-progress', '--output=json'],
    check: (output, { records }) => nearly(JSON.parse(output).general.valid_requests, records),
  },
  {
    name: 'lnav: requests by client',
    on: 'small',
    command: ({ log }) => ['lnav', '-n', '-c', `;${BY_CLIENT}`, '-c', ':write-json-to -', log],
    check: (output, { records }) => nearly(JSON.parse(output)[0].records, records),
  },
  {
    name: 'duckdb: sessions',
    on: 'small',
    command: ({ log }) => ['duckdb', '-json', '-c', sessionsOf(log)],
    check: (output, { records }) => nearly(JSON.parse(output)[0].records, records),
  },
]

const BY_CLIENT = `SELECT count(*) AS clients, sum(n) AS records
  FROM (SELECT c_ip, count(*) AS n FROM access_log GROUP BY c_ip)`

/** Principals and gaps as in src/sessions: a user, or an address with an agent; 30 minutes. @param {string} log */
const sessionsOf = (log) => String.raw`
  SET threads = 2;
  WITH parsed AS (
    SELECT regexp_extract(
      line,
      '^(\S+) \S+ (\S+) \[([^\]]+)\] "(?:[^"\\]|\\.)*" \d{3} (?:\d+|-) "(?:[^"\\]|\\.)*" "((?:[^"\\]|\\.)*)"$',
      ['client', 'user', 'stamp', 'agent']
    ) AS field
    FROM read_csv('${log.replaceAll("'", "''")}', columns = {'line': 'VARCHAR'}, delim = '\x01', quote = '', escape = '',
      header = false, ignore_errors = true, auto_detect = false)
  ), timed AS (
    SELECT CASE WHEN field.user <> '-' THEN field.user ELSE field.client || '#' || field.agent END AS principal,
      try_strptime(field.stamp, '%d/%b/%Y:%H:%M:%S %z') AS stamp
    FROM parsed WHERE field.client <> ''
  ), gaps AS (
    SELECT stamp - lag(stamp) OVER (PARTITION BY principal ORDER BY stamp) AS gap FROM timed WHERE stamp IS NOT NULL
  )
  SELECT count(*) AS records, count(*) FILTER (gap IS NULL OR gap > INTERVAL 30 MINUTE) AS sessions FROM gaps`

/** The peers that are installed; says which are not. @returns {BenchmarkCase[]} */
export function peerCases() {
  /** @type {BenchmarkCase[]} */
  const cases = PEERS.map((peer) => ({
    ...peer,
    group: 'peers',
    against: { to: 'grep -c POST', by: 'time a byte' },
  }))
  const missing = cases.filter(({ name }) => !isInstalled(programOf(name)))
  if (missing.length > 0)
    console.log(`Not installed: ${missing.map(({ name }) => programOf(name)).join(', ')}`)
  return cases.filter((it) => !missing.includes(it))
}

/** @param {string} name  Of a case: the tool, and what it does. */
const programOf = (name) => name.split(':')[0] ?? name

/** @param {string} program */
function isInstalled(program) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** @param {number} found @param {number} records @returns {string[]} */
function nearly(found, records) {
  return Math.abs(found - records) <= LEEWAY * records
    ? []
    : [`records: expected ${records} or nearly as many, found ${found}`]
}
