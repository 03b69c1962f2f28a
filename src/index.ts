/**
 * Postern's public face. Named re-exports and the one typed entry, nothing else.
 */

import type { LogGapMeasures } from './coverage/gap-signals.js'
import type { LogTamperingMeasures } from './coverage/integrity/measures.js'
import type { Detector } from './detect/contract.js'
import type { BulkExportMeasures } from './detect/detectors/bulk-export/index.js'
import type { ClosedEntryPointMeasures } from './detect/detectors/closed-entry-point/index.js'
import type { CredentialAttackMeasures } from './detect/detectors/credential-attack/index.js'
import type { IndicatorSeenMeasures } from './detect/detectors/indicator-seen/index.js'
import type { Finding } from './findings/contract.js'
import {
  type FindingOf,
  type InvestigateOptions,
  type Investigation,
  InvestigationRun,
} from './run/investigate.js'

/** A finding of a built-in detector, told apart by `kind`. */
export type BuiltInFinding =
  | Finding<'bulk-export', BulkExportMeasures>
  | Finding<'closed-entry-point', ClosedEntryPointMeasures>
  | Finding<'credential-attack', CredentialAttackMeasures>
  | Finding<'indicator-seen', IndicatorSeenMeasures>
  | Finding<'log-gap', LogGapMeasures>
  | Finding<'log-tampering', LogTamperingMeasures>

/**
 * Investigates evidence: reads it once, connects requests into sessions, runs all detectors, and cites what they found.
 *
 *     const run = investigate({ evidence: ['logs/access.log*'], caseFile: 'case.yaml' })
 *     for await (const finding of run.findings) if (finding.kind === 'closed-entry-point') use(finding.measures.served)
 *     const report = await run.report()
 *
 * Nothing starts until `findings`, `sessions` or `report()` is first used; what goes wrong reaches whoever used it, with a
 * `code` of ERROR_CODES.
 */
export function investigate<const Own extends readonly Detector[] = readonly []>(
  options: InvestigateOptions<Own>,
): Investigation<BuiltInFinding | FindingOf<Own[number]>> {
  return new InvestigationRun(options)
}

export type { CaseFile } from './case/contract.js'
export {
  type DataRoute,
  type EntryPointRule,
  FLAG,
  type Indicator,
  type LoginRule,
  OUTCOMES,
  type Outcome,
} from './classify/contract.js'
export { objectKey } from './classify/object-key.js'
export type {
  Alias,
  AliasKind,
  Attempts,
  CarryOver,
  ClosureAnswer,
  ClosureSuggestion,
  ClosureVerdict,
  Elsewhere,
  EntryPointAnswer,
  HostUse,
  MeasuredClosing,
  Remark,
} from './closure/contract.js'
export { FIELD, type FieldId, METHODS, type RecordBatch } from './columns/contract.js'
export { type ParsedRecord, readMethod, readPath, readText, toRecord } from './columns/view.js'
export type {
  AccessVerdict,
  AnswerBasis,
  AnswerChange,
  Answers,
  ConfigurationValue,
  DateRangeAnswer,
  LedgerEntry,
  Limit,
  OngoingVerdict,
  Reading,
  Reject,
  Report,
  Summary,
} from './conclude/contract.js'
export type { Answer, Basis, CoverageGap, RestsOn } from './core/answer.js'
export { ERROR_CODES, type ErrorCode, isPosternError, PosternError } from './core/errors.js'
export { FAULTS, type Fault, type FaultCode } from './core/faults.js'
export { visible } from './core/text.js'
export { formatBytes, formatCount, formatDuration, parseDuration } from './core/times.js'
export { version } from './core/version.js'
export type {
  CoverageInterval,
  CoverageReason,
  CoverageState,
  LogCoverage,
  PlannedDowntime,
  SmallestLoss,
  Timeline,
} from './coverage/contract.js'
export type { LogGapMeasures } from './coverage/gap-signals.js'
export type { LogTamperingMeasures } from './coverage/integrity/measures.js'
export type {
  ClosedPeriod,
  DeclaredEntryPoint,
  Detector,
  DetectorInput,
  Threshold,
} from './detect/contract.js'
export type { BulkExportMeasures } from './detect/detectors/bulk-export/index.js'
export type { ClosedEntryPointMeasures } from './detect/detectors/closed-entry-point/index.js'
export type { CredentialAttackMeasures } from './detect/detectors/credential-attack/index.js'
export type { IndicatorSeenMeasures } from './detect/detectors/indicator-seen/index.js'
export { detectors } from './detect/detectors/registry.js'
export { type Counted, EpisodeEvidence, PrincipalEpisodes } from './detect/principal-episodes.js'
export type { Output, Sink, SinkFormat, SinkSettings } from './emit/contract.js'
export { safeJson } from './emit/json.js'
export { sinks } from './emit/sinks/registry.js'
export type { EvidenceInput, EvidenceStream } from './evidence/contract.js'
export {
  CONFIDENCE_REASONS,
  type Confidence,
  type ConfidenceReason,
  type EvidenceReference,
  type Finding,
  SEVERITIES,
  type Severity,
  type Subject,
} from './findings/contract.js'
export { type Citation, CitationPicker, cite } from './observe/citations.js'
export type {
  BoundHit,
  Observer,
  ObserverContext,
  Selection,
  Signal,
  SubjectDetail,
  SubjectRef,
} from './observe/contract.js'
export type { Layout, LineScanner, LogFormat, RejectReason, RowWriter } from './parse/contract.js'
export { formats } from './parse/formats/registry.js'
export { compileApache } from './parse/layout/apache.js'
export { compileNginx } from './parse/layout/nginx.js'
export { parseFields } from './parse/named-fields.js'
export { wrappers } from './parse/wrappers/registry.js'
export { checkCase } from './run/check-case.js'
export type { DetectOptions, ReadOptions } from './run/configuration.js'
export type { FindingOf, InvestigateOptions, Investigation } from './run/investigate.js'
export type { Progress } from './run/investigation.js'
export {
  type FoundRequest,
  findRequests,
  type PlacedRecord,
  type RecordOptions,
  type RecordPlace,
  type RequestFilter,
  readBatches,
  readRecords,
  readSessions,
} from './run/records.js'
export { recordTransform, sessionStream } from './run/streams.js'
export { type Suggestions, type SuggestOptions, suggestClosures } from './run/suggest-closures.js'
export type { Session, SessionPlace, SessionPrincipal } from './sessions/contract.js'
