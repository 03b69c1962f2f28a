/** What every detector's folder must hold, the cases in its `cases.md`, and the laws that hold for any of them. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { CONFIDENCES } from '../../src/findings/contract.js'
import { SEVERITY_TABLE } from '../../src/findings/severity.js'
import {
  type BuiltInFinding,
  CONFIDENCE_REASONS,
  type Detector,
  type Finding,
  type Observer,
  readRecords,
  SEVERITIES,
  type Selection,
  type Signal,
} from '../../src/index.js'
import { reportOn, streamOf } from './access-log.js'

const DETECTORS = 'src/detect/detectors'

/** One case: a log, the case file of it, and the findings that the detector must make. */
export interface DetectorCase {
  readonly title: string
  /** `cases.md:12`, where its log block starts. */
  readonly place: string
  readonly lines: readonly string[]
  readonly caseFile: object
  /** Parts of findings, in canonical order; `lines` are the cited ones. Nothing: it must stay silent. */
  readonly expected: readonly ExpectedFinding[]
}

interface ExpectedFinding {
  readonly lines?: readonly number[]
  readonly [part: string]: unknown
}

/**
 * Reads the cases of a Markdown file: under each heading a `log` block, a `case` block (YAML, as a case file) and an
 * `expect` block (JSON, a list of findings with the parts that matter).
 */
export function readCases(markdown: string): DetectorCase[] {
  const cases: DetectorCase[] = []
  const blocks =
    /^## (.+)$|^```log\n([\s\S]*?)\n```\n+```case\n([\s\S]*?)\n```\n+```expect\n([\s\S]*?)\n```$/gm
  let title = ''
  for (const match of markdown.matchAll(blocks)) {
    if (match[1] !== undefined) title = match[1]
    if (match[2] === undefined) continue
    cases.push({
      title,
      place: `cases.md:${markdown.slice(0, match.index).split('\n').length}`,
      lines: match[2].split('\n'),
      caseFile: parseYaml(match[3]!) as object,
      expected: JSON.parse(match[4]!) as ExpectedFinding[],
    })
  }
  return cases
}

/** A table's rows under a heading: `| \`name\` | value | ...` gives name and the second cell. */
function tableUnder(readme: string, heading: string): Map<string, string> {
  const section = readme.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? ''
  const rows = section.matchAll(/^\| `(\w+)`( \(optional\))? +\| ([^|]*?) +\|/gm)
  return new Map(
    [...rows].map(([, name, optional, cell]) => [name!, optional === undefined ? cell! : 'optional']),
  )
}

/** Describes one detector's folder, for any detector of the registry. */
export function detectorKit(detector: Detector): void {
  const folder = join(DETECTORS, detector.id)
  const readme = readFileSync(join(folder, 'README.md'), 'utf8')
  const cases = readCases(readFileSync(join(folder, 'cases.md'), 'utf8'))

  describe(`the detector ${detector.id}`, () => {
    it('is documented: what it states, thresholds, limits, false positives, reference', () => {
      expect(readme).toMatch(/^# /)
      for (const heading of ['Finding', 'Measures', 'Thresholds', 'Limits', 'False positives', 'Reference'])
        expect(readme, heading).toContain(`\n## ${heading}\n`)
      expect(readme).toContain(detector.reference)
      const documented = tableUnder(readme, 'Thresholds')
      const declared = detector.thresholds.map(({ name, default: value }) => [name, String(value)])
      expect([...documented]).toEqual(declared)
    })

    it('has a case that must fire and one that must stay silent', () => {
      expect(cases.filter(({ expected }) => expected.length > 0)).not.toEqual([])
      expect(cases.filter(({ expected }) => expected.length === 0)).not.toEqual([])
    })

    it('has every block of its cases in a case', () => {
      const blocks = readFileSync(join(folder, 'cases.md'), 'utf8').match(/^```(?:log|case|expect)$/gm) ?? []
      expect(blocks).toHaveLength(3 * cases.length)
    })

    it('uses the grades of the one severity table, each in some case, and none beside it', async () => {
      const grades = new Set<string>()
      for (const { lines, caseFile } of cases)
        for (const { grade } of (await signalsOf(detector, lines, caseFile)).whole) grades.add(grade)
      expect([...grades].sort()).toEqual(Object.keys(SEVERITY_TABLE[detector.id]!).sort())
      expect(detector.severities).toBeUndefined()
    })

    for (const { title, place, lines, caseFile, expected } of cases) {
      it(`finds as in ${place}: ${title}`, async () => {
        const findings = await findingsOf(detector, lines, caseFile)
        expect(findings.map(partsOf)).toMatchObject(expected)
        for (const finding of findings) expectComplete(finding, tableUnder(readme, 'Measures'))
      })
    }

    it('finds the same in any order of lines within the horizon', async () => {
      for (const { lines, caseFile, place } of cases)
        await expectOrderIsNothing(detector, lines, caseFile, place)
    })

    it('gives the same signals when its work is split by principal and merged', async () => {
      for (const { lines, caseFile, place } of cases)
        await expectMergeIsNothing(detector, lines, caseFile, place)
    })
  })
}

async function findingsOf(detector: Detector, lines: readonly string[], caseFile: object) {
  const { findings } = await reportOn(lines, caseFile)
  return findings.filter(({ kind }) => kind === detector.id)
}

/** A finding as cases write it. */
function partsOf(finding: BuiltInFinding): object {
  return { ...finding, lines: finding.evidence.map(({ line }) => line) }
}

// ---- the contract

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const HEX_16 = /^[0-9a-f]{16}$/

const FIELDS = (
  'kind id severity confidence reasons outcome title summary subject scope start end measures alternatives ' +
  'techniques evidence evidenceCount'
).split(' ')

/** Checks a finding against findings/contract.ts and the measures that its detector promises. */
function expectComplete(finding: Finding, measures: ReadonlyMap<string, string>): void {
  expect(Object.keys(finding).sort()).toEqual([...FIELDS].sort())
  expect(finding.id).toMatch(HEX_16)
  expect(SEVERITIES).toContain(finding.severity)
  expect(CONFIDENCES).toContain(finding.confidence)
  for (const reason of finding.reasons) expect(Object.keys(CONFIDENCE_REASONS)).toContain(reason)
  expect(finding.confidence === 'high').toBe(finding.reasons.length === 0)
  expect(['attempted', 'succeeded', 'unknown']).toContain(finding.outcome)
  expect(finding.title).not.toBe('')
  expect(finding.summary).not.toBe('')
  expect(finding.start).toMatch(ISO)
  expect(finding.end >= finding.start).toBe(true)
  expect(Object.keys(finding.scope)).toEqual(['type', 'id'])
  expectSubject(finding)
  expectEvidence(finding)
  const stated = Object.keys(finding.measures)
  for (const [name, cell] of measures) if (cell !== 'optional') expect(stated).toContain(name)
  for (const name of stated) expect([...measures.keys()]).toContain(name)
  for (const technique of finding.techniques) expect(technique).toMatch(/^T\d{4}(?:\.\d{3})?$/)
}

function expectSubject({ subject }: Finding): void {
  expect(['token', 'user', 'client', 'network', 'claimed-user']).toContain(subject.type)
  expect(subject.id).not.toBe('')
  for (const [names, count] of [
    [subject.clients, subject.clientCount],
    [subject.users, subject.userCount],
    [subject.userAgents, subject.userAgentCount],
  ] as const) {
    expect(names).toHaveLength(Math.min(10, count))
  }
}

function expectEvidence({ evidence, evidenceCount }: Finding): void {
  expect(evidence.length).toBeGreaterThan(0)
  expect(evidence.length).toBeLessThanOrEqual(Math.min(25, evidenceCount))
  for (const reference of evidence) {
    const { source, line, offset, length, sha256, time, text } = reference
    expect(source).toMatch(HEX_16)
    expect(line).toBeGreaterThan(0)
    expect(offset).toBeGreaterThanOrEqual(0)
    expect(length).toBeGreaterThan(0)
    expect(sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(time).toMatch(ISO)
    expect(text.length).toBeGreaterThan(0)
  }
  const times = evidence.map(({ time }) => time)
  expect(times).toEqual([...times].sort())
}

// ---- order

const HORIZON_MS = 10 * 60_000

/** Moves lines by at most the horizon of event time and compares the findings, places aside. */
export async function expectOrderIsNothing(
  detector: Detector,
  lines: readonly string[],
  caseFile: object,
  what: string,
): Promise<void> {
  const times = await timesOf(lines, caseFile)
  const inOrder = withoutPlaces(await findingsOf(detector, lines, caseFile))
  const delays = fc.array(fc.integer({ min: 0, max: HORIZON_MS }), {
    minLength: lines.length,
    maxLength: lines.length,
  })
  await fc.assert(
    fc.asyncProperty(delays, async (delay) => {
      // a line that comes late by its delay is behind no line that is more than the horizon later
      const shuffled = lines
        .map((line, i) => ({ line, arrival: times[i]! + delay[i]! }))
        .sort((a, b) => a.arrival - b.arrival)
        .map(({ line }) => line)
      expect(withoutPlaces(await findingsOf(detector, shuffled, caseFile)), what).toEqual(inOrder)
    }),
    { numRuns: 2 },
  )
}

/** Stamps by line; one that is no record has that of the line before it. */
async function timesOf(lines: readonly string[], caseFile: object): Promise<number[]> {
  const times = lines.map(() => Number.NaN)
  const evidence = [{ name: 'access.log', bytes: streamOf(lines) }]
  for await (const record of readRecords(evidence, { case: caseFile }))
    times[record.source.line - 1] = Date.parse(record.time ?? '')
  let known = 0
  return times.map((time) => {
    if (!Number.isNaN(time)) known = time
    return known
  })
}

/**
 * Findings as a set, references by hash alone. Names of equal stamps are listed by place, and a token is numbered as it is
 * met in reading, so neither is compared.
 */
function withoutPlaces(findings: readonly BuiltInFinding[]): object[] {
  const plain = findings.map(({ id, subject, evidence, measures, ...rest }) => ({
    ...rest,
    id: subject.type === 'token' ? '' : id,
    subject: {
      ...subject,
      id: subject.type === 'token' ? '' : subject.id,
      clients: [...subject.clients].sort(),
      users: [...subject.users].sort(),
      userAgents: [...subject.userAgents].sort(),
    },
    measures: Object.fromEntries(
      Object.entries(measures).map(([name, value]) => [
        name,
        Array.isArray(value) ? [...value].sort() : value,
      ]),
    ),
    evidence: evidence.map(({ sha256, time, text }) => `${time} ${sha256} ${text}`).sort(),
  }))
  return plain.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

// ---- merging

interface Signals {
  readonly whole: readonly Signal[]
  /** The first observer took the second in. */
  readonly merged: readonly Signal[]
  /** The second took the first in. */
  readonly mergedBack: readonly Signal[]
}

/** How rows are shared out over two observers. A keyed observer sees all rows of its keys; one that can merge more may be asked to. */
export type Split = 'by principal' | 'row by row'

/** Splits the rows of a log over two observers, merges them either way, and compares with one observer. */
export async function expectMergeIsNothing(
  detector: Detector,
  lines: readonly string[],
  caseFile: object,
  what: string,
  split: Split = 'by principal',
): Promise<void> {
  const { whole, merged, mergedBack } = await signalsOf(detector, lines, caseFile, split)
  expect(merged, what).toEqual(whole)
  expect(mergedBack, what).toEqual(whole)
}

async function signalsOf(
  detector: Detector,
  lines: readonly string[],
  caseFile: object,
  split: Split = 'by principal',
): Promise<Signals> {
  const signals: Record<string, readonly Signal[]> = {}
  const twin = (id: string, create: Detector['create']): Detector => ({
    ...detector,
    id,
    create: (input) => {
      const observer = create(input)
      return {
        id,
        wants: observer.wants,
        scope: observer.scope,
        horizon: observer.horizon,
        visit: (batch, selection, context) => observer.visit(batch, selection, context),
        advance: (watermarkMs) => observer.advance?.(watermarkMs),
        merge: () => {},
        seal: (context) => {
          signals[id] = [...observer.seal(context)].sort(bySubjectScopeStart)
          return []
        },
        snapshot: () => observer.snapshot(),
      }
    },
  })
  const whole = twin('whole', (input) => detector.create(input))
  const merged = twin('merged', (input) =>
    splitObserver(detector.create(input), detector.create(input), split, false),
  )
  const mergedBack = twin('merged-back', (input) =>
    splitObserver(detector.create(input), detector.create(input), split, true),
  )
  const thresholds = thresholdsOf(caseFile, detector.id)
  await reportOn(lines, caseFile, {
    detectors: [whole, merged, mergedBack],
    thresholds: { whole: thresholds, merged: thresholds, 'merged-back': thresholds },
  })
  return { whole: signals.whole!, merged: signals.merged!, mergedBack: signals['merged-back']! }
}

/** The twins have ids of their own, and take the thresholds that the case gives the detector. */
function thresholdsOf(caseFile: object, id: string): Readonly<Record<string, number>> {
  return (caseFile as { thresholds?: Record<string, Record<string, number>> }).thresholds?.[id] ?? {}
}

/** Two observers as one: principals or rows go to the one and the other in turn, and at the end one takes the other in. */
export function splitObserver<Product>(
  one: Observer<Product>,
  other: Observer<Product>,
  split: Split,
  back: boolean,
): Observer<Product> {
  const sides = new Map<string, number>()
  const both = [one, other] as const
  return {
    id: one.id,
    wants: one.wants,
    scope: one.scope,
    horizon: one.horizon,
    visit(batch, { rows, count }, context) {
      const shares: number[][] = [[], []]
      for (const row of rows.subarray(0, count)) {
        const principal = `${batch.principalKey[2 * row]} ${batch.principalKey[2 * row + 1]}`
        const key = split === 'by principal' ? principal : `row ${sides.size}`
        if (!sides.has(key)) sides.set(key, sides.size % 2)
        shares[sides.get(key)!]!.push(row)
      }
      both.forEach((observer, side) => {
        const selection: Selection = { rows: Uint32Array.from(shares[side]!), count: shares[side]!.length }
        if (selection.count > 0) observer.visit(batch, selection, context)
      })
    },
    advance(watermarkMs) {
      for (const observer of both) observer.advance?.(watermarkMs)
    },
    merge() {},
    seal(context) {
      const [into, from] = back ? [other, one] : [one, other]
      into.merge(from)
      return into.seal(context)
    },
    close() {
      for (const observer of both) observer.close?.()
    },
    snapshot: () => one.snapshot(),
  }
}

function bySubjectScopeStart(a: Signal, b: Signal): number {
  const key = ({ subject, scope, start }: Signal) => `${subject.type} ${subject.id} ${scope.id} ${start}`
  return key(a) < key(b) ? -1 : 1
}
