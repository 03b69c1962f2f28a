import { createHash } from 'node:crypto'
import { decodeText } from '../columns/unescape.js'
import { maskSecrets } from '../core/secrets.js'
import { clip } from '../core/text.js'
import { toIso } from '../core/times.js'
import type { Citation } from '../observe/citations.js'
import type { Signal, SubjectDetail } from '../observe/contract.js'
import {
  CONFIDENCE_REASONS,
  type Confidence,
  type ConfidenceReason,
  type EvidenceReference,
  type Finding,
  type Severity,
  type Subject,
} from './contract.js'
import { severityOf } from './severity.js'

/** What is known of the run when findings are made. */
export interface FindingInput {
  /** First 16 hex of a source's SHA-256, by ordinal. */
  sourceId(source: number): string
  titleOf(kind: string): string
  severitiesOf(kind: string): Readonly<Record<string, Severity>> | undefined
  /** Quoted text as written, secrets and all. */
  readonly showSecrets: boolean
  /** Client identities that look like an undeclared proxy; see conclude/collect/traffic.ts. */
  readonly proxyLike: ReadonlySet<string>
}

const TEXT_SHOWN = 500

/** Grades, cites and orders signals. The same signals give the same bytes. */
export function makeFindings(
  signals: Iterable<Signal>,
  input: FindingInput,
): { finding: Finding; signal: Signal }[] {
  const made = [...signals].map((signal) => ({ finding: makeFinding(signal, input), signal }))
  return made.sort((a, b) => byCanonicalOrder(a.finding, b.finding))
}

function makeFinding(signal: Signal, input: FindingInput): Finding {
  const start = toIso(signal.start)
  const proxied = looksProxied(signal.subject, input.proxyLike)
  const reasons = [
    ...new Set([...signal.reasons, ...(proxied ? ['looks-like-proxy'] : [])]),
  ].sort() as ConfidenceReason[]
  const severity = severityOf(signal.kind, signal.grade, input.severitiesOf(signal.kind))
  return {
    kind: signal.kind,
    id: findingId(signal, start),
    severity: proxied && rankOf(severity) > rankOf('low') ? 'low' : severity,
    confidence: confidenceOf(reasons),
    reasons,
    outcome: signal.outcome,
    title: input.titleOf(signal.kind),
    summary: signal.summary,
    subject: maskSubject(signal.subject, input.showSecrets),
    scope: signal.scope,
    start,
    end: toIso(signal.end),
    measures: maskMeasures(signal.measures, input.showSecrets),
    alternatives: signal.alternatives,
    techniques: signal.techniques,
    evidence: signal.citations.map((citation) => toReference(citation, input)),
    evidenceCount: signal.evidenceCount,
  }
}

/** First 16 hex of SHA-256 over [kind, subject type, subject id, scope, start]; nothing that a rerun may change. */
function findingId(signal: Signal, start: string): string {
  const scope = [signal.scope.type, signal.scope.id]
  const canonical = JSON.stringify([signal.kind, signal.subject.type, signal.subject.id, scope, start])
  return createHash('sha256').update(canonical).digest('hex').slice(0, 16)
}

function confidenceOf(reasons: readonly ConfidenceReason[]): Confidence {
  const levels = reasons.map((reason) => CONFIDENCE_REASONS[reason])
  return levels.includes('low') ? 'low' : levels.length > 0 ? 'medium' : 'high'
}

const RANKS: readonly Severity[] = ['info', 'low', 'medium', 'high', 'critical']
function rankOf(severity: Severity): number {
  return RANKS.indexOf(severity)
}

/** A client subject's id is `address#agent`. */
function looksProxied(subject: SubjectDetail, proxyLike: ReadonlySet<string>): boolean {
  return subject.type === 'client' && proxyLike.has(subject.id.slice(0, subject.id.lastIndexOf('#')))
}

/** A citation as it is shown. Secrets are masked unless the run was told to show them. */
export function toReference(citation: Citation, input: FindingInput): EvidenceReference {
  const text = decodeText(citation.bytes)
  return {
    source: input.sourceId(citation.source),
    line: citation.line,
    offset: citation.offset,
    length: citation.length,
    sha256: citation.sha256,
    time: toIso(citation.time),
    text: clip(input.showSecrets ? text : maskSecrets(text), TEXT_SHOWN),
  }
}

function maskSubject(subject: SubjectDetail, showSecrets: boolean): Subject {
  const mask = showSecrets ? (text: string) => text : maskSecrets
  return { ...subject, userAgents: subject.userAgents.map(mask) }
}

/** Measures may quote paths and targets. */
function maskMeasures(measures: object, showSecrets: boolean): object {
  if (showSecrets) return measures
  return Object.fromEntries(Object.entries(measures).map(([name, value]) => [name, maskValue(value)]))
}

function maskValue(value: unknown): unknown {
  if (typeof value === 'string') return maskSecrets(value)
  if (Array.isArray(value)) return value.map(maskValue)
  return typeof value === 'object' && value !== null ? maskMeasures(value, false) : value
}

/** Start, kind, subject, scope, id. */
function byCanonicalOrder(a: Finding, b: Finding): number {
  return (
    compare(a.start, b.start) ||
    compare(a.kind, b.kind) ||
    compare(a.subject.type, b.subject.type) ||
    compare(a.subject.id, b.subject.id) ||
    compare(a.scope.id, b.scope.id) ||
    compare(a.id, b.id)
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
