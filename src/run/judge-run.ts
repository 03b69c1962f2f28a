import type { ClosureJudgement } from '../closure/contract.js'
import { judgeClosures } from '../closure/judge.js'
import type { ClosureTrace } from '../closure/observer.js'
import { concludeAnswers } from '../conclude/answers/answers.js'
import type { IndicatorCounts } from '../conclude/collect/indicator-counts.js'
import type { Traffic } from '../conclude/collect/traffic.js'
import { compareAnswers } from '../conclude/compare.js'
import type { AnswerBasis, Answers, LedgerEntry, Reading, Report } from '../conclude/contract.js'
import { assumptionsOf, concludeReading } from '../conclude/reading.js'
import { summarize } from '../conclude/summary.js'
import { PosternError } from '../core/errors.js'
import { maskSecrets } from '../core/text.js'
import { toIso } from '../core/times.js'
import { COVERAGE_KINDS, type CoverageJudgement, type CoveredSource } from '../coverage/contract.js'
import { withCoverageDoubts } from '../coverage/doubt.js'
import { judgeCoverage } from '../coverage/judge.js'
import type { Detector } from '../detect/contract.js'
import type { EvidenceReference, Finding } from '../findings/contract.js'
import { type FindingInput, makeFindings, toReference } from '../findings/make-findings.js'
import type { BoundHit, Signal } from '../observe/contract.js'
import { type Configuration, detectorInput } from './configuration.js'
import { type ReadSource, zoneWasAssumed } from './read-source.js'
import type { ReadySources } from './sources.js'

/** What a pass leaves when all is read. */
export interface PassEnd {
  readonly ready: ReadySources
  readonly sources: readonly ReadSource[]
  readonly configuration: Configuration
  readonly settings: {
    readonly detectors: readonly Detector[]
    readonly showSecrets: boolean
    readonly version: string
    /** Answers of an earlier run, to be compared with. */
    readonly previous: Answers | null
  }
  readonly traffic: Traffic
  readonly indicators: IndicatorCounts
  readonly closure: ClosureTrace
  /** Seals the detectors. Called once, and not when nothing could be read. */
  readonly signals: () => Signal[]
  readonly sessions: number
  /** Bounds that bit; asked for when the detectors are sealed. */
  readonly bounds: () => BoundHit[]
  readonly interrupted: boolean
}

/** What a pass gives when it has ended. */
export interface Judged {
  readonly findings: readonly Finding[]
  readonly report: Report
  /** References of served and accepted records by finding id, in the order of the findings. */
  references(): Iterable<{ readonly findingId: string; readonly references: readonly EvidenceReference[] }>
}

/**
 * Judges: what the logs cover, what was found, whether doors held, and from these the answers. In this order, because each stands on those
 * before it.
 *
 * @throws {ERR_EVIDENCE_UNREADABLE} where nothing could be read.
 */
export function judgeRun(end: PassEnd): Judged {
  const ledger = ledgerOf(end.sources)
  if (end.traffic.records === 0 && !end.interrupted) refuse(end.ready, ledger)
  const input = findingInput(end, ledger)
  const coverage = coverageOf(end, ledger)
  const signals = [...withCoverageDoubts(end.signals(), coverage.logs), ...coverage.signals]
  const made = makeFindings(signals, input)
  const findings = made.map(({ finding }) => finding)
  return {
    findings,
    report: reportOf(end, { findings, ledger, coverage, input }),
    *references() {
      for (const { finding, signal } of made) {
        if (signal.references === undefined || signal.references.length === 0) continue
        yield { findingId: finding.id, references: signal.references.map((it) => toReference(it, input)) }
      }
    },
  }
}

function findingInput({ settings, traffic }: PassEnd, ledger: readonly LedgerEntry[]): FindingInput {
  const detectors = new Map(settings.detectors.map((it) => [it.id, it]))
  return {
    sourceId: (source) => ledger[source]!.id,
    titleOf: (kind) => detectors.get(kind)?.title ?? COVERAGE_TITLES.get(kind) ?? kind,
    severitiesOf: (kind) => detectors.get(kind)?.severities,
    showSecrets: settings.showSecrets,
    proxyLike: new Set(traffic.proxyLike),
  }
}

const COVERAGE_TITLES: ReadonlyMap<string, string> = new Map(Object.entries(COVERAGE_KINDS))

function ledgerOf(sources: readonly ReadSource[]): LedgerEntry[] {
  const seen = new Map<string, string>()
  return sources.map((source) => {
    const entry = source.ledgerEntry()
    const { decodedSha256 } = entry
    if (decodedSha256 === null) return entry
    const twin = entry.decodedBytes > 0 ? seen.get(decodedSha256) : undefined
    seen.set(decodedSha256, entry.ordinal)
    if (twin === undefined) return entry
    const detail = `the same bytes as ${twin}; its records are counted twice`
    return {
      ...entry,
      faults: [...entry.faults, { code: 'duplicate-evidence' as const, count: 1, detail }],
    }
  })
}

/** Nothing could be read: one line for each source that says why. */
function refuse(ready: ReadySources, ledger: readonly LedgerEntry[]): void {
  if (ledger.some((entry) => entry.outside > 0)) {
    throw new PosternError(
      'ERR_EVIDENCE_UNREADABLE',
      'all records lie outside --since and --until; nothing is left to investigate',
    )
  }
  const { notRead } = concludeReading({ ...NOTHING, ledger, notRead: ready.notRead })
  const reasons = notRead.map(({ name, reason }) => `${name}: ${reason}`)
  throw new PosternError('ERR_EVIDENCE_UNREADABLE', `no record could be read. ${reasons.join('; ')}`)
}

const NOTHING = {
  notChecked: [],
  bounds: [],
  proxyLike: [],
  interrupted: false,
  hostRules: [],
} as const

function coverageOf({ sources, configuration }: PassEnd, ledger: readonly LedgerEntry[]): CoverageJudgement {
  const { horizonMs, since, until } = configuration
  const covered = sources.map((source, index): CoveredSource => {
    const { names, kind, storedBytes, decodedBytes, format, lines, records, rejects, faults } = ledger[index]!
    return {
      source: source.ordinal,
      names,
      kind,
      storedBytes,
      decodedBytes,
      format,
      lines,
      records,
      rejects,
      faults,
      isLocalTime: source.sawLocalTime,
      isZoneAssumed: zoneWasAssumed(source),
      planned: configuration.plannedFor(names),
      trace: source.trace(),
    }
  })
  const judged = judgeCoverage({ sources: covered, horizonMs, since, until })
  return { ...judged, signals: judged.signals.map((signal) => withSourceId(signal, ledger)) }
}

/** A signal about a source names it by its place; a finding, by what does not depend on other sources. */
function withSourceId(signal: Signal, ledger: readonly LedgerEntry[]): Signal {
  const { subject } = signal
  const entry = subject.type === 'source' ? ledger.find(({ ordinal }) => ordinal === subject.id) : undefined
  return entry === undefined ? signal : { ...signal, subject: { ...subject, id: entry.id } }
}

function closuresOf(
  { closure, traffic }: PassEnd,
  ledger: readonly LedgerEntry[],
  coverage: CoverageJudgement,
  reading: Reading,
): ClosureJudgement {
  return judgeClosures(closure, {
    logs: coverage.logs,
    sources: ledger.map(({ ordinal, fields, records }) => ({
      ordinal,
      hasHost: fields.includes('host'),
      records,
    })),
    first: traffic.first,
    last: traffic.last,
    notRead: reading.notRead.map(({ name }) => name),
    records: traffic.records,
    denied: traffic.outcomes.denied ?? 0,
  })
}

/** What a report is made of. */
interface Found {
  readonly findings: readonly Finding[]
  readonly ledger: readonly LedgerEntry[]
  readonly coverage: CoverageJudgement
  readonly input: FindingInput
}

function reportOf(end: PassEnd, { findings, ledger, coverage, input }: Found): Report {
  const { configuration, settings, traffic } = end
  const reading = readingOf(end, ledger)
  const zoneAssumed = end.sources.filter(zoneWasAssumed).map(({ ordinal }) => `S${ordinal + 1}`)
  const hasSpan = traffic.first <= traffic.last
  const answers = concludeAnswers({
    findings,
    coverage,
    closure: closuresOf(end, ledger, coverage, reading),
    reading,
    assumptions: assumptionsOf({ ledger, zoneAssumed }),
    basis: basisOf(end, ledger),
    first: hasSpan ? toIso(traffic.first) : null,
    last: hasSpan ? toIso(traffic.last) : null,
    toReference: (citation) => toReference(citation, input),
    mask: settings.showSecrets ? (text) => text : maskSecrets,
  })
  return {
    version: settings.version,
    summary: summarize(ledger, traffic, end.sessions, findings),
    findings,
    answers,
    changes: settings.previous === null ? null : compareAnswers(settings.previous, answers),
    reading,
    timeline: coverage.timeline,
    indicators: configuration.indicators.map(({ type, value }, i) => ({
      type,
      value,
      seen: end.indicators[i]! > 0,
      records: end.indicators[i]!,
    })),
    ledger,
    configuration: configuration.values,
  }
}

function readingOf(end: PassEnd, ledger: readonly LedgerEntry[]): Reading {
  return concludeReading({
    ledger,
    notRead: end.ready.notRead,
    notChecked: notChecked(end),
    bounds: end.bounds(),
    proxyLike: end.traffic.proxyLike,
    interrupted: end.interrupted,
    hostRules: end.configuration.entryPoints.filter((it) => it.hosts !== undefined).map((it) => it.id),
  })
}

function basisOf({ configuration, settings }: PassEnd, ledger: readonly LedgerEntry[]): AnswerBasis {
  const set = configuration.values.filter(({ origin }) => origin !== 'default')
  return {
    postern: settings.version,
    sources: ledger.map(({ id }) => id).sort(),
    entryPoints: Object.fromEntries(
      configuration.entryPoints.map(({ id, ...rule }) => [id, JSON.stringify(rule)]),
    ),
    settings: Object.fromEntries(set.map(({ name, value }) => [name, JSON.stringify(value)])),
    detectors: settings.detectors.map(({ id }) => id).sort(),
  }
}

function notChecked({ configuration, settings }: PassEnd): { check: string; reason: string }[] {
  const unhashed = configuration.hash === 'none' ? [UNHASHED] : []
  const idle = settings.detectors.flatMap((detector) => {
    const reason = detector.idle(detectorInput(configuration, detector, NO_LIMITS))
    return reason === null ? [] : [{ check: detector.id, reason }]
  })
  return [...unhashed, ...idle]
}

const UNHASHED = {
  check: 'identity of the evidence',
  reason: 'its SHA-256 was not taken (hash: none): nothing shows that these are the bytes that were read',
}

/** For a detector that is only asked why it is idle. */
const NO_LIMITS = { maxCandidates: 0, memoryBytes: 0, maxReferences: 0 } as const
