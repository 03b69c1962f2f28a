/**
 * Compares findings of credential-attack with the brute force that the sources of the corpus report, and with their logs in
 * which nothing may be reported. The corpus is read where it stands and never copied; differences are listed in
 * corpus-differences.md.
 */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type BuiltInFinding, investigate } from '../../src/index.js'

const CORPUS = '../shared/corpus'
const DIFFERENCES = 'test/detect/corpus-differences.md'

/** Of all expectations, so many are met; the others are in the list of differences. */
const AGREEING = 5

interface Expectation {
  readonly pattern: string
  readonly subject: string | null
  readonly first: string | null
  readonly last: string | null
}
interface CorpusCase {
  readonly id: string
  readonly log: string
  readonly format: string
  readonly expect?: readonly Expectation[]
  readonly expect_none?: boolean
}
interface Comparison {
  /** The case and the number of the expectation in it; `none` where nothing may be reported. */
  readonly place: string
  readonly format: string
  readonly found: string
  readonly agrees: boolean
}

function casesOf(): CorpusCase[] {
  const lines = readFileSync(join(CORPUS, 'detect.jsonl'), 'utf8').trim().split('\n')
  return lines.map((line) => JSON.parse(line) as CorpusCase)
}

/** Findings, none where the log is in no form that is read. */
async function findingsOf(log: string): Promise<BuiltInFinding[] | null> {
  try {
    const { findings } = await investigate({ evidence: [join(CORPUS, log)] }).report()
    return findings.filter(({ kind }) => kind === 'credential-attack')
  } catch {
    return null
  }
}

function isMet({ subject, first, last }: Expectation, finding: BuiltInFinding): boolean {
  const isThen = first === null || last === null || (finding.start <= last && finding.end >= first)
  return isThen && (subject === null || finding.subject.clients.includes(subject))
}

async function compareCase({ id, log, format, expect: expected = [], expect_none }: CorpusCase) {
  const bruteForce = expected
    .map((expectation, i) => ({ expectation, i }))
    .filter(({ expectation }) => expectation.pattern === 'brute-force')
  if (bruteForce.length === 0 && expect_none !== true) return []
  const findings = await findingsOf(log)
  const found = findings === null ? 'not read' : String(findings.length)
  const compared = (what: string, agrees: boolean): Comparison => ({
    place: `${id} ${what}`,
    format,
    found,
    agrees,
  })
  if (expect_none === true) return [compared('none', findings !== null && findings.length === 0)]
  return bruteForce.map(({ expectation, i }) =>
    compared(String(i), findings?.some((finding) => isMet(expectation, finding)) ?? false),
  )
}

function tableOf(comparisons: readonly Comparison[]): string {
  const rows = comparisons.map(({ place, format, found, agrees }) =>
    [place.padEnd(40), format.padEnd(15), found.padStart(8), agrees ? '  agrees' : '  differs'].join(' '),
  )
  return [`${'expectation'.padEnd(40)} ${'format'.padEnd(15)} findings`, ...rows].join('\n')
}

describe.runIf(existsSync(CORPUS))('the credential attacks of the corpus', () => {
  const comparisons: Comparison[] = []
  beforeAll(async () => {
    for (const each of casesOf()) comparisons.push(...(await compareCase(each)))
    process.stdout.write(`\n${tableOf(comparisons)}\n`)
  })

  it('are found, and nothing where nothing is, as often as before', () => {
    expect(comparisons.filter(({ agrees }) => agrees)).toHaveLength(AGREEING)
  })

  it('differ where it is said in corpus-differences.md, and nowhere else', () => {
    const listed = [...readFileSync(DIFFERENCES, 'utf8').matchAll(/^- `(\S+ \w+)`: /gm)].map(
      (item) => item[1]!,
    )
    const differing = comparisons.filter(({ agrees }) => !agrees).map(({ place }) => place)
    expect(listed.sort()).toEqual(differing.sort())
  })
})

it.runIf(!existsSync(CORPUS))('is skipped: there is no corpus beside the checkout', () => {
  process.stdout.write(`\n${CORPUS} is not there: its credential attacks are not compared\n`)
})
