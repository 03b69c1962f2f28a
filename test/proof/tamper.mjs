/**
 * What of tampering with a log does coverage notice? Logs are changed in known ways, investigated with the built package, and
 * what is said of their integrity is compared with what was done. Silences are not judged here.
 *
 *     node test/proof/tamper.mjs [seeds=20] [size=3000000] [logs=combined,traefik,nginx-connections,real,benign]
 *
 * Prints, a log and tampering, in how many runs it was found, at its place, and by which tests; then all that was said of logs
 * that nobody touched. The last line is JSON with all of it.
 */

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { investigate } from '../../dist/index.js'
import { simulate } from '../../dist/simulate.js'
import { argumentsOf, commitId, percent, seedsOf } from './incidents.mjs'

const REAL = '../shared/corpus/real'
const HOUR_MS = 3_600_000

const given = argumentsOf({
  seeds: '20',
  size: '3000000',
  logs: 'combined,traefik,nginx-connections,real,benign',
})
const seeds = seedsOf(Number(given.seeds))
const wanted = given.logs.split(',')

// ---- chance

/** A linear congruential generator: the same seed, the same tampering. */
function diceOf(seed) {
  let state = seed >>> 0
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}

// ---- stamps of the common log format

const STAMP = /\[(\d\d)\/(\w{3})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-]\d\d)(\d\d)\]/
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Wall-clock time of a line, as if UTC; NaN where it has none. */
function wallOf(line) {
  const [, day, month, year, hour, minute, second] = STAMP.exec(line) ?? []
  return Date.UTC(year, MONTHS.indexOf(month), day, hour, minute, second)
}

function timeOf(line) {
  const [, , , , , , , hours, minutes] = STAMP.exec(line) ?? []
  return wallOf(line) - (Number(hours) * 60 + Math.sign(`${hours}1`) * Number(minutes)) * 60_000
}

function shifted(line, ms) {
  const wall = wallOf(line)
  if (Number.isNaN(wall)) return line
  const iso = new Date(wall + ms).toISOString()
  const stamp = `${iso.slice(8, 10)}/${MONTHS[Number(iso.slice(5, 7)) - 1]}/${iso.slice(0, 4)}:${iso.slice(11, 19)}`
  return line.replace(STAMP, (_, ...groups) => `[${stamp} ${groups[6]}${groups[7]}]`)
}

// ---- tamperings: lines in, files out

const one = (lines) => ({ 'access.log': `${lines.join('\n')}\n` })

/** A stretch of so many per cent of the lines, away from both ends. */
function stretchOf(lines, dice, share) {
  const length = Math.max(2, Math.floor(lines.length * share))
  const from = Math.floor(lines.length * 0.1) + dice(Math.floor(lines.length * 0.8) - length)
  return [from, from + length]
}

/** Files by name, and the times between which something was done; null: no place. */
const TAMPERINGS = {
  'delete a rotation': (lines, dice) => {
    const gone = 1 + dice(5)
    const part = (k) =>
      lines.slice(Math.floor((k * lines.length) / 7), Math.floor(((k + 1) * lines.length) / 7))
    const files = {}
    for (let k = 0; k < 7; k++) {
      // the newest is the live file
      const name = k === 6 ? 'access.log' : `access.log.${6 - k}`
      if (k !== gone) files[name] = `${part(k).join('\n')}\n`
    }
    return { files, at: [timeOf(part(gone)[0]), timeOf(part(gone).at(-1))] }
  },
  'delete 1 % of lines': (lines, dice) => ({ files: one(lines.filter(() => dice(100) > 0)), at: null }),
  "delete one client's lines": (lines, dice) => {
    const counts = new Map()
    for (const line of lines) {
      const client = line.slice(0, line.indexOf(' '))
      counts.set(client, (counts.get(client) ?? 0) + 1)
    }
    const some = [...counts].filter(([, count]) => count >= 10)
    const [client] = some.length > 0 ? some[dice(some.length)] : [...counts][0]
    return { files: one(lines.filter((line) => !line.startsWith(`${client} `))), at: null }
  },
  'delete a stretch of 2 %': (lines, dice) => {
    const [from, to] = stretchOf(lines, dice, 0.02)
    return { files: one(lines.toSpliced(from, to - from)), at: [timeOf(lines[from]), timeOf(lines[to - 1])] }
  },
  'an hour ahead for 10 %': (lines, dice) => {
    const [from, to] = stretchOf(lines, dice, 0.1)
    const changed = lines.map((line, k) => (k >= from && k < to ? shifted(line, HOUR_MS) : line))
    return { files: one(changed), at: [timeOf(lines[from]), timeOf(lines[to - 1]) + HOUR_MS] }
  },
  'an hour behind for 10 %': (lines, dice) => {
    const [from, to] = stretchOf(lines, dice, 0.1)
    const changed = lines.map((line, k) => (k >= from && k < to ? shifted(line, -HOUR_MS) : line))
    return { files: one(changed), at: [timeOf(lines[from]) - HOUR_MS, timeOf(lines[to - 1])] }
  },
  'NUL over 4 KiB': (lines, dice) => {
    const bytes = Buffer.from(one(lines)['access.log'], 'latin1')
    const block = 1 + dice(Math.max(1, Math.floor(bytes.length / 4096) - 2))
    bytes.fill(0, block * 4096, (block + 1) * 4096)
    return { files: { 'access.log': bytes }, at: timesAround(lines, block * 4096) }
  },
  'a block of 5 % again': (lines, dice) => {
    const [from, to] = stretchOf(lines, dice, 0.05)
    return {
      files: one(lines.toSpliced(to, 0, ...lines.slice(from, to))),
      at: [timeOf(lines[from]), timeOf(lines[to - 1])],
    }
  },
  'a block of 20 lines again': (lines, dice) => {
    const [from] = stretchOf(lines, dice, 0.05)
    return {
      files: one(lines.toSpliced(from + 20, 0, ...lines.slice(from, from + 20))),
      at: [timeOf(lines[from]), timeOf(lines[from + 19])],
    }
  },
  'cut the last line': (lines, dice) => {
    const text = one(lines)['access.log']
    const length = lines.at(-1).length
    return {
      files: { 'access.log': text.slice(0, text.length - 1 - 1 - dice(Math.floor(length * 0.8))) },
      at: null,
    }
  },
  'CR LF for 1 %': (lines, dice) => {
    const [from, to] = stretchOf(lines, dice, 0.01)
    const changed = lines.map((line, k) => (k >= from && k < to ? `${line}\r` : line))
    return { files: one(changed), at: null }
  },
  'swap two blocks of 10 %': (lines, dice) => {
    const [from, to] = stretchOf(lines, dice, 0.2)
    const middle = (from + to) >> 1
    const changed = [
      ...lines.slice(0, from),
      ...lines.slice(middle, to),
      ...lines.slice(from, middle),
      ...lines.slice(to),
    ]
    return { files: one(changed), at: [timeOf(lines[from]), timeOf(lines[to - 1])] }
  },
  'splice 100 lines of a month before': (lines, dice) => {
    const [at] = stretchOf(lines, dice, 0.01)
    const strange = lines.slice(0, 100).map((line) => shifted(line, -30 * 24 * HOUR_MS))
    return { files: one(lines.toSpliced(at, 0, ...strange)), at: null }
  },
  'splice 100 lines of the same time': (lines, dice) => {
    const [at] = stretchOf(lines, dice, 0.01)
    const strange = lines
      .slice(0, 100)
      .map((line) => shifted(line, timeOf(lines[at]) - timeOf(line)).replace(/^\S+/, '203.0.113.99'))
    return { files: one(lines.toSpliced(at, 0, ...strange)), at: [timeOf(lines[at]), timeOf(lines[at])] }
  },
  'the last third beside the whole': (lines) => ({
    files: {
      'a/access.log': one(lines)['access.log'],
      'b/access.log': one(lines.slice((2 * lines.length) / 3))['access.log'],
    },
    at: null,
  }),
}

function timesAround(lines, offset) {
  let at = 0
  const k = lines.findIndex((line) => {
    at += line.length + 1
    return at > offset
  })
  return [timeOf(lines[Math.max(0, k - 1)]), timeOf(lines[Math.min(lines.length - 1, k + 100)])]
}

// ---- what was found

const TESTS_OF_INTEGRITY = new Set([
  'sequence-numbers',
  'rotation-hole',
  'clock-step',
  'daylight-saving',
  'cut-off-line',
  'nul-bytes',
  'repeated-block',
  'overlapping-sources',
  'mixed-line-ends',
  'format-change',
  'impossible-line',
  'damaged-lines',
  'unreadable-bytes',
])

async function integrityOf(files, format) {
  const folder = mkdtempSync(join(tmpdir(), 'postern-tamper-'))
  try {
    for (const [name, bytes] of Object.entries(files)) {
      mkdirSync(join(folder, name, '..'), { recursive: true })
      writeFileSync(join(folder, name), bytes, 'latin1')
    }
    const evidence = Object.keys(files).map((name) => join(folder, name))
    const { answers, findings } = await investigate({
      evidence,
      ...(format === null ? {} : { format }),
    }).report()
    const said = answers.coverage.flatMap(({ intervals, remarks }) => [
      ...intervals.flatMap(({ from, to, basis }) =>
        basis.map((it) => ({ ...it, from: Date.parse(from), to: Date.parse(to) })),
      ),
      ...remarks.map((it) => ({ ...it, from: null, to: null })),
    ])
    return {
      said: said.filter(({ code }) => TESTS_OF_INTEGRITY.has(code)),
      findings: findings
        .filter(({ kind, measures }) => kind.startsWith('log-') && TESTS_OF_INTEGRITY.has(measures.test))
        .map(({ kind, severity, summary, measures }) => ({ kind, severity, test: measures.test, summary })),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Something was said that was not said of the log as it was; and of the time in which it was done. */
function judge(before, { said }, at) {
  const known = new Set(before.said.map(({ code, text }) => `${code} ${text}`))
  const fresh = said.filter(({ code, text }) => !known.has(`${code} ${text}`))
  const isThere = ({ from, to }) =>
    at === null || from === null || (from <= at[1] + 1000 && to >= at[0] - 1000)
  return {
    found: fresh.length > 0,
    placed: fresh.some(isThere),
    tests: [...new Set(fresh.map(({ code }) => code))].sort(),
  }
}

// ---- logs

/** The request count that Traefik writes: given at the start of a request, written at its end. */
function traefikLines(lines, dice) {
  const ends = lines.map((line, k) => ({ line, count: k + 1, end: timeOf(line) + dice(5000) }))
  ends.sort((a, b) => a.end - b.end || a.count - b.count)
  return ends.map(({ line, count }) => `${line} ${count} "web@docker" "http://192.0.2.1:80" 3ms`)
}

/** Connections of some clients' requests, a dozen each on average. */
function connectionLines(lines, dice) {
  const open = new Map()
  let connections = 0
  return lines.map((line) => {
    const client = line.slice(0, line.indexOf(' '))
    const known = open.get(client)
    const it = known === undefined || dice(12) === 0 ? { id: ++connections, requests: 0 } : known
    open.set(client, it)
    it.requests++
    return `${line} ${it.id} ${it.requests}`
  })
}

const CONNECTIONS =
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $connection $connection_requests'

async function simulated(options) {
  const out = mkdtempSync(join(tmpdir(), 'postern-tamper-'))
  try {
    const { truth } = await simulate({ ...options, out, force: true })
    return readFileSync(join(out, truth.files[0].name), 'latin1').trimEnd().split('\n')
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}

async function* logs() {
  for (const seed of seeds) {
    const options = { seed, size: Number(given.size), days: 2 }
    const dice = diceOf(seed)
    if (wanted.includes('combined'))
      yield { log: 'combined', seed, format: null, lines: await simulated(options) }
    if (wanted.includes('traefik')) {
      const lines = traefikLines(await simulated(options), dice)
      yield { log: 'traefik', seed, format: 'traefik-clf', lines }
    }
    if (wanted.includes('nginx-connections')) {
      const lines = connectionLines(await simulated({ ...options, layout: 'nginx-combined' }), dice)
      yield { log: 'nginx-connections', seed, format: CONNECTIONS, lines }
    }
  }
  if (wanted.includes('real'))
    for (const log of realLogs()) for (const seed of seeds) yield { ...log, seed, format: null }
}

function* realLogs() {
  if (!existsSync(REAL)) {
    console.log(`${REAL} is not there: no real logs`)
    return
  }
  for (const name of readdirSync(REAL)) {
    if (!/log(\.gz)?$/.test(name)) continue
    const bytes = readFileSync(join(REAL, name))
    const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1')
    yield {
      log: basename(name),
      lines: text
        .trimEnd()
        .split('\n')
        .map((line) => line.replace(/\r$/, '')),
    }
  }
}

const rows = new Map()
const untouched = []
for await (const { log, seed, format, lines } of logs()) {
  const before = await integrityOf(one(lines), format)
  untouched.push({ log, seed, lines: lines.length, ...before })
  for (const [tampering, tamper] of Object.entries(TAMPERINGS)) {
    const { files, at } = tamper(lines, diceOf(seed ^ 0x5bd1e995))
    const it = judge(before, await integrityOf(files, format), at)
    const key = `${log} | ${tampering}`
    const row = rows.get(key) ?? { log, tampering, runs: 0, found: 0, placed: 0, tests: {}, missed: [] }
    rows.set(key, row)
    row.runs++
    row.found += it.found
    row.placed += it.placed
    for (const test of it.tests) row.tests[test] = (row.tests[test] ?? 0) + 1
    if (!it.placed) row.missed.push(seed)
  }
}

if (wanted.includes('benign')) {
  for (const seed of seeds) {
    const lines = await simulated({ stories: ['benign'], seed, days: 7 })
    untouched.push({ log: 'benign', seed, lines: lines.length, ...(await integrityOf(one(lines), null)) })
  }
  if (existsSync(join(REAL, 'ch4n3-honeypot1'))) {
    const files = Object.fromEntries(
      readdirSync(join(REAL, 'ch4n3-honeypot1')).map((name) => [
        name,
        readFileSync(join(REAL, 'ch4n3-honeypot1', name), 'latin1'),
      ]),
    )
    untouched.push({ log: 'ch4n3-honeypot1', seed: null, ...(await integrityOf(files, null)) })
  }
}

for (const { log, tampering, runs, found, placed, tests } of rows.values()) {
  console.log(
    `${log.padEnd(34)} ${tampering.padEnd(36)} found ${percent(found, runs).padStart(5)}  in place ${percent(placed, runs).padStart(5)}  ${JSON.stringify(tests)}`,
  )
}
for (const { log, seed, said } of untouched)
  for (const { code, text } of said) console.log(`untouched ${log} ${seed}: ${code}: ${text}`)
const loud = untouched.filter(({ findings }) => findings.length > 0)
console.log(`${untouched.length - loud.length} of ${untouched.length} untouched logs without a finding`)
console.log(JSON.stringify({ commit: commitId(), rows: [...rows.values()], untouched }))
