/**
 * How strong must an attack be to be found? Every attack at multiples of its floor, with seeds that come from the commit,
 * in simulated traffic or spliced into a real log.
 *
 *     node test/proof/strength.mjs [seeds=20] [strengths=0.5,1,2,5,20] [attacks=...] [into=LOG] [size=6000000]
 *
 * Prints a table, and a last line of JSON with all of it.
 */

import { readRecords } from '../../dist/index.js'
import {
  ATTACKS,
  argumentsOf,
  commitId,
  investigateSimulated,
  judge,
  ON_TRIAL,
  percent,
  seedsOf,
  strangers,
} from './incidents.mjs'

const given = argumentsOf({
  seeds: '20',
  strengths: '0.5,1,2,5,20',
  attacks: ATTACKS.join(','),
  into: '',
  size: '6000000',
})
const seeds = seedsOf(Number(given.seeds))
const strengths = given.strengths.split(',').map(Number)
/** Of all seeds, so many must be found. */
const ENOUGH = 0.95

/** Where the traffic is: simulated with the attack, or a real log with the attack's lines beside it. */
async function surroundings() {
  if (given.into === '') return { options: { size: Number(given.size) }, beside: [] }
  let first = null
  for await (const record of readRecords([given.into], { onNotRead() {} })) {
    first = record.time
    break
  }
  return { options: { traffic: false, start: `${first.slice(0, 10)}T00:00:00Z` }, beside: [given.into] }
}

const { options, beside } = await surroundings()
const rows = []
for (const attack of given.attacks.split(',')) {
  for (const strength of strengths) {
    const tally = {}
    for (const seed of seeds) {
      const { truth, findings } = await investigateSimulated(
        { ...options, stories: [attack], seed, strength },
        beside,
      )
      for (const incident of truth.incidents.filter(({ kind }) => ON_TRIAL.includes(kind))) {
        const name = `${incident.kind}/${incident.pattern}`
        tally[name] ??= { runs: 0, found: 0, actorRight: 0, timesRight: 0, severities: {}, missed: [] }
        const it = tally[name]
        const judged = judge(incident, findings)
        it.runs++
        it.found += judged.found
        it.actorRight += judged.actorRight
        it.timesRight += judged.timesRight
        const severity = judged.severity ?? 'none'
        it.severities[severity] = (it.severities[severity] ?? 0) + 1
        if (!judged.found || !judged.timesRight || !judged.actorRight)
          it.missed.push({ seed, offBy: judged.offBy })
      }
      const others = strangers(truth, findings).filter(
        ({ severity }) => severity !== 'info' && severity !== 'low',
      )
      if (others.length > 0 && beside.length === 0)
        rows.push({
          attack,
          strength,
          seed,
          others: others.map(({ kind, severity, subject }) => [kind, severity, subject.id]),
        })
    }
    for (const [incident, it] of Object.entries(tally)) {
      rows.push({ attack, strength, incident, ...it })
      const { runs, found, actorRight, timesRight, severities } = it
      console.log(
        `${attack.padEnd(13)} x${String(strength).padEnd(4)} ${incident.padEnd(28)} found ${percent(found, runs).padStart(5)}` +
          `  actor ${percent(actorRight, found).padStart(5)}  times ${percent(timesRight, found).padStart(5)}  ${JSON.stringify(severities)}`,
      )
    }
  }
}

/** The smallest strength from which on all are found often enough; null if none. */
function floorOf(attack, incident) {
  const own = rows.filter((it) => it.attack === attack && it.incident === incident)
  let smallest = null
  for (const { strength, found, runs } of own.sort((a, b) => b.strength - a.strength)) {
    if (found < ENOUGH * runs) break
    smallest = strength
  }
  return smallest
}

const named = new Map(
  rows
    .filter((it) => it.incident)
    .map(({ attack, incident }) => [`${attack} ${incident}`, { attack, incident }]),
)
const floors = [...named.values()].map((it) => ({ ...it, smallest: floorOf(it.attack, it.incident) }))
for (const { attack, incident, smallest } of floors)
  console.log(`${attack} ${incident}: found in ${100 * ENOUGH} % from ${smallest ?? 'no'} times its floor on`)
console.log(JSON.stringify({ commit: commitId(), into: given.into, floors, rows }))
