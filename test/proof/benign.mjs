/**
 * Do people who look like attackers stay what they are? Benign days full of look-alikes, alone and with an attack of twice
 * its floor in the same log.
 *
 *     node test/proof/benign.mjs [seeds=20] [days=7] [attacks=...]
 *
 * Prints what was found above low, and a last line of JSON with all of it.
 */

import {
  ATTACKS,
  argumentsOf,
  commitId,
  investigateSimulated,
  judge,
  ON_TRIAL,
  rankOf,
  seedsOf,
} from './incidents.mjs'

const given = argumentsOf({ seeds: '20', days: '7', attacks: ATTACKS.join(',') })
const seeds = seedsOf(Number(given.seeds))
const days = Number(given.days)
const attacks = given.attacks === '' ? [] : given.attacks.split(',')

const above = (findings) =>
  findings
    .filter(({ kind, severity }) => ON_TRIAL.includes(kind) && rankOf(severity) > rankOf('low'))
    .map(({ kind, severity, confidence, subject, scope, summary }) => ({
      kind,
      severity,
      confidence,
      subject: subject.id,
      scope: scope.id,
      summary,
    }))

const quiet = []
for (const seed of seeds) {
  const { truth, findings } = await investigateSimulated({ stories: ['benign'], seed, days })
  const loud = above(findings)
  quiet.push({ seed, lines: truth.totals.lines, findings: findings.length, loud })
  console.log(
    `benign ${seed}: ${truth.totals.lines} lines, ${findings.length} findings, ${loud.length} above low`,
  )
  for (const it of loud) console.log(`  ${JSON.stringify(it)}`)
}

const mixed = []
for (const attack of attacks) {
  for (const seed of seeds) {
    const { truth, findings } = await investigateSimulated({
      stories: ['benign', attack],
      seed,
      days,
      strength: 2,
    })
    for (const incident of truth.incidents.filter(({ kind }) => ON_TRIAL.includes(kind))) {
      const judged = judge(incident, findings)
      const isHigh = judged.severity !== null && rankOf(judged.severity) >= rankOf('high')
      const ok = judged.found && (isHigh || !incident.succeeded)
      mixed.push({
        attack,
        seed,
        kind: incident.kind,
        pattern: incident.pattern,
        succeeded: incident.succeeded,
        ok,
        ...judged,
      })
      if (!ok)
        console.log(
          `benign + ${attack} ${seed}: ${incident.kind}/${incident.pattern} ${JSON.stringify(judged)}`,
        )
    }
  }
}

console.log(
  `${quiet.filter(({ loud }) => loud.length === 0).length} of ${quiet.length} benign logs without a finding above low; ` +
    `${mixed.filter(({ ok }) => ok).length} of ${mixed.length} attacks at twice the floor found, at least high where they succeeded`,
)
console.log(JSON.stringify({ commit: commitId(), days, quiet, mixed }))
