import type { LedgerEntry, Report } from '../../../conclude/contract.js'
import { formatCount, formatDuration } from '../../../core/times.js'
import {
  type EvidenceReference,
  type Finding,
  SEVERITIES,
  type Severity,
  type Subject,
} from '../../../findings/contract.js'
import { fitted, type Line, labelled } from './layout.js'
import { type Fact, measureFacts } from './measures.js'
import { counted, OUTCOMES, REASONS, timeSpan } from './words.js'

/** Findings of one severity that are told in full; a person reads no more, and the files hold all. */
const MAX_TOLD = 20
/** Cited lines shown of a finding. */
const MAX_CITED = 3

const WORST_FIRST = [...SEVERITIES].reverse()

/** All findings, worst first, in canonical order within a severity. */
export function findingsSection({ findings, ledger }: Report, width: number): Line[] {
  const files = new Map(ledger.map((entry) => [entry.id, entry]))
  const groups = WORST_FIRST.map((severity) => ({
    severity,
    group: findings.filter((it) => it.severity === severity),
  }))
  const counts = groups.map(({ severity, group }) => `${formatCount(group.length)} ${severity}`).join('   ')
  const head: Line = [{ text: 'Findings', tone: 'heading' }, `   ${counts}`]
  if (findings.length === 0)
    return [
      head,
      [
        '  None. That speaks for the checks that ran, on the evidence that was read; see both above and below.',
      ],
    ]
  return [head, ...groups.flatMap(({ severity, group }) => groupLines(severity, group, files, width))]
}

type Files = ReadonlyMap<string, LedgerEntry>

function groupLines(severity: Severity, group: readonly Finding[], files: Files, width: number): Line[] {
  if (group.length === 0) return []
  const more = group.length - MAX_TOLD
  return [
    [],
    [{ text: `${severity.toUpperCase()} (${formatCount(group.length)})`, tone: severity }],
    ...group.slice(0, MAX_TOLD).flatMap((finding) => [[], ...findingLines(finding, files, width)]),
    ...(more > 0
      ? [[], [`  ${counted(more, `more ${severity} finding`)}: see findings.jsonl and findings.csv (--out)`]]
      : []),
  ]
}

function findingLines(finding: Finding, files: Files, width: number): Line[] {
  const facts: Fact[] = [
    ['who', whoText(finding.subject)],
    ['where', `${finding.scope.type} ${finding.scope.id}`],
    ['when', whenText(finding)],
    ...measureFacts(finding),
    ['why', `${finding.summary}. ${confidenceText(finding)}`],
    ...finding.alternatives.map((text, index): Fact => [index === 0 ? 'or else' : '', text]),
    ...(finding.techniques.length > 0 ? [['ATT&CK', finding.techniques.join(', ')] as const] : []),
    ['finding', `${finding.kind} ${finding.id}`],
    ['evidence', evidenceText(finding)],
  ]
  return [
    ['  ', { text: fitted(finding.title, width - 2), tone: 'strong' }],
    ...facts.flatMap(([label, text]) => labelled(label, text, width, 4)),
    ...finding.evidence.slice(0, MAX_CITED).flatMap((reference) => citationLines(reference, files, width)),
  ]
}

function whoText(subject: Subject): string {
  return [
    `${subject.type} ${subject.id}`,
    listText('from', subject.clients, subject.clientCount),
    listText(subject.userCount === 1 ? 'user' : 'users', subject.users, subject.userCount),
    listText(subject.userAgentCount === 1 ? 'agent' : 'agents', subject.userAgents, subject.userAgentCount),
  ]
    .filter((part) => part !== '')
    .join('; ')
}

/** Values that a person takes in at a glance. */
const MAX_NAMED = 3
const MAX_NAME = 100

function listText(label: string, values: readonly string[], count: number): string {
  if (count === 0 && values.length === 0) return ''
  const named = values.slice(0, MAX_NAMED).map((value) => fitted(value, MAX_NAME))
  const more = Math.max(count, values.length) - named.length
  return `${label} ${named.join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`
}

function whenText({ start, end }: Finding): string {
  const length = Date.parse(end) - Date.parse(start)
  return `${timeSpan(start, end)} UTC${length > 0 ? ` (${formatDuration(length)})` : ''}`
}

function confidenceText({ outcome, confidence, reasons }: Finding): string {
  const because = reasons.map((reason) => REASONS[reason] ?? reason).join('; ')
  return `Outcome: ${OUTCOMES[outcome]}. Confidence is ${confidence}${because === '' ? '' : `: ${because}`}.`
}

function evidenceText({ evidenceCount, evidence }: Finding): string {
  const shown = Math.min(MAX_CITED, evidence.length)
  const all = counted(evidenceCount, 'record')
  return evidence.length <= shown
    ? all
    : `${all}; ${formatCount(shown)} of the ${formatCount(evidence.length)} that are cited`
}

function citationLines(
  { source, line, offset, length, sha256, text }: EvidenceReference,
  files: Files,
  width: number,
): Line[] {
  const file = files.get(source)?.names[0] ?? source
  const hash = sha256 === null ? 'not hashed: longer than the line limit' : `SHA-256 ${sha256.slice(0, 16)}…`
  const check = `N ${offset + 1}, LENGTH ${length}, ${hash}`
  return [
    ['      ', { text: `${fitted(file, Math.max(20, width - 16))}:${line}`, tone: 'strong' }],
    ['        ', { text: fitted(check, width - 8), tone: 'quiet' }],
    ['        ', fitted(text, width - 8)],
  ]
}
