/**
 * Simulates incidents, investigates them with the built package, and compares what was found with what was done.
 */

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { investigate } from '../../dist/index.js'
import { simulate } from '../../dist/simulate.js'

/** Attacks whose truth says what has to be found. */
export const ATTACKS = ['test-gateway', 'api-export', 'stuffing', 'guessing', 'spraying']

/** The detectors on trial; what others find is counted, not judged. */
export const ON_TRIAL = ['bulk-export', 'credential-attack']

const MINUTE_MS = 60_000
const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical']
export const rankOf = (severity) => SEVERITIES.indexOf(severity)

/** Seeds nobody can have tuned to: they come from the commit that is tried. */
export function seedsOf(count) {
  const commit = commitId()
  return Array.from({ length: count }, (_, i) =>
    createHash('sha256').update(`${commit}/${i}`).digest().readUInt32BE(0),
  )
}

export function commitId() {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim()
  } catch {
    return 'no-commit'
  }
}

/**
 * One simulated log, investigated, alone or beside other evidence.
 *
 * @returns {Promise<{truth: object, findings: object[]}>}
 */
export async function investigateSimulated(options, beside = []) {
  const out = mkdtempSync(join(tmpdir(), 'postern-proof-'))
  try {
    const { truth } = await simulate({ ...options, out, force: true })
    const caseFile = join(out, 'case.yaml')
    const logs = truth.files.map(({ name }) => join(out, name))
    const run = investigate({
      evidence: [...beside, ...logs],
      ...(existsSync(caseFile) ? { caseFile } : {}),
    })
    const { findings } = await run.report()
    return { truth, findings }
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}

/**
 * What was found of one incident.
 *
 * @returns {{found: boolean, severity: string|null, actorRight: boolean, timesRight: boolean, offBy: [number, number]|null}}
 *   `actorRight`: nobody else is named with it. `timesRight`: start and end within a minute. `offBy`: seconds by which the
 *   found start and end are earlier (negative) or later than they may be.
 */
export function judge(incident, findings) {
  const ours = findings.filter(
    (finding) =>
      finding.kind === incident.kind && isBy(incident.actor, finding.subject) && overlaps(incident, finding),
  )
  if (ours.length === 0)
    return { found: false, severity: null, actorRight: false, timesRight: false, offBy: null }
  const start = Math.min(...ours.map((it) => Date.parse(it.start)))
  const end = Math.max(...ours.map((it) => Date.parse(it.end)))
  const times = timesOf(incident)
  const offBy = [start - times.start, beyond(end, times.endFrom, times.endTo)]
  return {
    found: true,
    severity: ours.reduce((worst, it) => (rankOf(it.severity) > rankOf(worst) ? it.severity : worst), 'info'),
    actorRight: ours.every((it) => it.subject.clients.every((client) => isOf(incident.actor, client))),
    timesRight: offBy.every((ms) => Math.abs(ms) <= MINUTE_MS),
    offBy: offBy.map((ms) => Math.round(ms / 1000)),
  }
}

/** What the same actor did at another time is another incident: he comes back after the closure, and copies on. */
function overlaps(incident, finding) {
  const [start, end] = [Date.parse(incident.start) - MINUTE_MS, Date.parse(incident.end) + MINUTE_MS]
  return Date.parse(finding.start) <= end && Date.parse(finding.end) >= start
}

/**
 * When an incident begins and ends, epoch milliseconds.
 *
 * An attack on credentials is its attempts. The form that is fetched before them is none, and a page that is read inside
 * hours later is not the attack any more, though a detector may well count it in where the actor got in: then any end
 * from the last attempt to the incident's own is right. Everything else is as long as its requests.
 */
function timesOf({ kind, start, end, firstAttempt, lastAttempt, succeeded }) {
  const isAttack = kind === 'credential-attack' && firstAttempt !== null
  const endFrom = Date.parse(isAttack ? lastAttempt : end)
  return {
    start: Date.parse(isAttack ? firstAttempt : start),
    endFrom,
    endTo: isAttack && succeeded ? Date.parse(end) : endFrom,
  }
}

/** How far a value is outside of a range; 0 within. */
function beyond(value, low, high) {
  return value < low ? value - low : Math.max(0, value - high)
}

function isBy(actor, subject) {
  return subject.clients.some((client) => isOf(actor, client))
}

function isOf(actor, client) {
  return actor.clients.includes(client)
}

/** Findings of the detectors on trial that are about none of the incidents. */
export function strangers(truth, findings) {
  return findings.filter(
    (finding) =>
      ON_TRIAL.includes(finding.kind) &&
      !truth.incidents.some((incident) => isBy(incident.actor, finding.subject)),
  )
}

/** `a=1 b=2` arguments as an object of numbers and texts. */
export function argumentsOf(defaults) {
  const given = Object.fromEntries(
    process.argv.slice(2).map((argument) => argument.split(/=(.*)/s).slice(0, 2)),
  )
  for (const name of Object.keys(given)) if (!(name in defaults)) throw new Error(`unknown argument ${name}`)
  return { ...defaults, ...given }
}

export function percent(part, whole) {
  return whole === 0 ? '-' : `${Math.round((100 * part) / whole)} %`
}
