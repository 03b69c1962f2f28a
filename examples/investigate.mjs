/**
 * Investigates the example evidence and prints what was served through the closed door, with the first line of each finding.
 *
 *     node examples/investigate.mjs [EVIDENCE...]
 */
import { fileURLToPath } from 'node:url'
import { formatBytes, investigate } from 'postern'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))
const evidence = process.argv.length > 2 ? process.argv.slice(2) : [here('logs')]

const run = investigate({ evidence, caseFile: here('case.yaml') })

for await (const finding of run.findings) {
  // `kind` tells the findings apart, and with it the type of `measures`
  if (finding.kind !== 'closed-entry-point' || finding.measures.served === 0) continue
  const { served, bytes, spellings } = finding.measures
  console.log(
    `${finding.severity}: ${finding.subject.id}: ${served} served, ${formatBytes(bytes)}, as ${spellings.join(', ')}`,
  )
  console.log(`    ${finding.evidence[0].text}`)
}

const report = await run.report()
const { records, rejects, sessions } = report.summary
console.log(`${records} records, ${rejects} rejects, ${sessions} sessions`)
for (const { check, reason } of report.reading.notChecked) console.log(`not checked: ${check}: ${reason}`)
