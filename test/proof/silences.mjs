/**
 * Is what a log states as its smallest noticeable loss true? Deletes so many records in a row at random places, and half of
 * them, and looks whether a gap is found there.
 *
 *     node test/proof/silences.mjs [seeds=100] [scenario=...]
 *
 * Prints a table, and a last line of JSON with it.
 */

import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { investigate } from '../../dist/index.js'
import { simulateInMemory } from '../../dist/simulate.js'
import { argumentsOf, seedsOf } from './incidents.mjs'

const REAL = '../shared/corpus/real'

const simulated = (options) => (seed) =>
  [...simulateInMemory({ ...options, seed }).logs].map(([name, text]) => ({ name, lines: linesOf(text) }))
const real = (name) => () => {
  const bytes = readFileSync(`${REAL}/${name}`)
  const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1')
  return [{ name, lines: linesOf(text) }]
}

/** Logs in which lines are deleted; the first of several is the one that loses them. */
const SCENARIOS = {
  'one server, 3 days': { make: simulated({ days: 3 }), logs: 4 },
  'one of three servers, 30 days, 0.5/s': { make: simulated({ days: 30, servers: 3 }), logs: 1 },
  'one of three servers, 30 days, 4/s': {
    make: simulated({ days: 30, servers: 3, rate: 4 }),
    logs: 1,
    long: true,
  },
  'elastic, real': { make: real('elastic-apache_logs.log'), logs: 1, real: true },
  'hackers, real': { make: real('nielsbasjes-hackers-access.log'), logs: 1, real: true },
  'playground, real': { make: real('lnav-playground-access_log.gz'), logs: 1, real: true },
}

const given = argumentsOf({ seeds: '100', scenario: Object.keys(SCENARIOS).join(',,') })
const seeds = seedsOf(Number(given.seeds))
const names = given.scenario.split(',,')

function linesOf(text) {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/** A place in 0 to 1 that only the seed decides. */
const chance = (seed, salt) => ((Math.imul(seed ^ salt, 0x9e3779b1) >>> 0) % 1_000_003) / 1_000_003

async function coverageOf(logs) {
  const evidence = logs.map(({ name, lines }) => ({
    name,
    bytes: (async function* () {
      for (let at = 0; at < lines.length; at += 10_000)
        yield Buffer.from(`${lines.slice(at, at + 10_000).join('\n')}\n`, 'latin1')
    })(),
  }))
  const report = await investigate({ evidence, hash: 'none', memoryMb: 1024 }).report()
  const ordinal = report.ledger.find((entry) => entry.names[0] === logs[0].name).ordinal
  return {
    own: report.answers.coverage.find(({ sources }) => sources.includes(ordinal)),
    gaps: report.findings.filter(({ kind }) => kind === 'log-gap'),
  }
}

/** Whether a gap is told of between two lines. */
function isFound(coverage, before, after) {
  return coverage.intervals.some(
    ({ state, evidence, from, to }) =>
      (state === 'missing' || state === 'degraded') &&
      (evidence.some(
        ({ text }) => before.startsWith(text.slice(0, 200)) || after.startsWith(text.slice(0, 200)),
      ) ||
        (timeOf(before) !== null && Date.parse(from) < timeOf(after) && Date.parse(to) > timeOf(before))),
  )
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
function timeOf(line) {
  const found = /\[(\d\d)\/(\w{3})\/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)\]/.exec(line)
  if (found === null) return null
  const [, day, month, year, clock, hours, minutes] = found
  const at = String(MONTHS.indexOf(month) + 1).padStart(2, '0')
  return Date.parse(`${year}-${at}-${day}T${clock}${hours}:${minutes}`)
}

const table = []
for (const name of names) {
  const scenario = SCENARIOS[name]
  if (scenario.real === true && !existsSync(REAL)) continue
  const row = { name, trials: 0, found: 0, foundHalf: 0, untouchedGaps: 0, loss: [], minutes: [] }
  for (let log = 0; log < Math.min(scenario.logs, seeds.length); log++) {
    const logs = scenario.make(seeds[log])
    const whole = await coverageOf(logs)
    row.untouchedGaps += whole.gaps.length
    const loss = whole.own.smallestLoss
    if (loss === null) continue
    row.loss.push(loss.records)
    row.minutes.push(Math.round(loss.seconds / 6) / 10)
    const trials = Math.ceil(seeds.length / scenario.logs)
    for (let trial = 0; trial < trials; trial++) {
      const [first, ...others] = logs
      const at =
        1 +
        Math.floor(
          chance(seeds[(log * trials + trial) % seeds.length], trial) *
            (first.lines.length - loss.records - 2),
        )
      const without = async (count) => {
        const lines = [...first.lines.slice(0, at), ...first.lines.slice(at + count)]
        const { own } = await coverageOf([{ ...first, lines }, ...others])
        return isFound(own, first.lines[at - 1], first.lines[at + count]) ? 1 : 0
      }
      row.trials++
      row.found += await without(loss.records)
      row.foundHalf += await without(Math.floor(loss.records / 2))
    }
  }
  table.push(row)
  console.log(
    `${name}: stated ${row.loss.join(', ')} records (${row.minutes.join(', ')} min): found ${row.found} of ${row.trials}, half of it ${row.foundHalf}; gaps in the untouched log: ${row.untouchedGaps}`,
  )
}
console.log(JSON.stringify(table))
