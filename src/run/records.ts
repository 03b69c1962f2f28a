import type { RecordBatch } from '../columns/contract.js'
import type { ParsedRecord } from '../columns/view.js'
import type { LedgerEntry, Reject } from '../conclude/contract.js'
import type { EvidenceInput } from '../evidence/contract.js'
import type { NotRead } from '../evidence/find.js'
import type { Session } from '../sessions/contract.js'
import type { ReadOptions } from './configuration.js'
import { InvestigationRun } from './investigate.js'

/** Where a record stands: `offset` and `length` in bytes of the decoded source, `line` from 1. */
export interface RecordPlace {
  readonly file: string
  readonly line: number
  readonly offset: number
  readonly length: number
}

export interface PlacedRecord extends ParsedRecord {
  readonly source: RecordPlace
}

export interface RecordOptions extends ReadOptions {
  /** Called with the lines that are no records, in order, as they are met. May wait. */
  readonly onRejects?: (rejects: readonly Reject[]) => Promise<void> | void
  /** Called once, when all is read, with the account of each source. */
  readonly onLedger?: (ledger: readonly LedgerEntry[]) => void
  /** Called before reading with what was found and cannot be read, such as a link to nothing; not when there is none. */
  readonly onNotRead?: (notRead: readonly NotRead[]) => void
}

/**
 * Reads evidence into batches of columns, source by source, in canonical order.
 *
 * A batch is valid until the next one is asked for. Classify columns are empty: outcomes, keys and flags come with an
 * investigation.
 *
 * @throws {ERR_EVIDENCE_MISSING} {ERR_OPTION_INVALID} {ERR_CASE_INVALID} {ERR_ABORTED}
 */
export async function* readBatches(
  evidence: readonly EvidenceInput[],
  options: RecordOptions = {},
): AsyncGenerator<RecordBatch> {
  const { placedBatches } = await import('./engine.js')
  for await (const { batch } of placedBatches(evidence, options)) yield batch
}

/** Reads evidence into plain records, source by source, each in the order of its lines. The token is never part of one. */
export async function* readRecords(
  evidence: readonly EvidenceInput[],
  options: RecordOptions = {},
): AsyncGenerator<PlacedRecord> {
  const { placedBatches, placedRecord } = await import('./engine.js')
  for await (const { batch, file } of placedBatches(evidence, options)) {
    for (let row = 0; row < batch.rowCount; row++) yield placedRecord(batch, row, file)
  }
}

/** Reads evidence into sessions, which come as they end. */
export function readSessions(
  evidence: readonly EvidenceInput[],
  options: ReadOptions = {},
): AsyncIterable<Session> {
  return new InvestigationRun({ ...options, evidence }).sessions
}

/** Which requests to find. All that are given must hold. */
export interface RequestFilter {
  /** An address, a network, or a host name as written. */
  readonly client?: string
  readonly user?: string
  /** A session's id, as sessions.csv has it. */
  readonly session?: string
  /** Normal path, or a pattern with `*`, `**`, `{name}`. */
  readonly path?: string
  /** `404`, `4xx` or a list `401,403,5xx`. */
  readonly status?: string
}

export interface FoundRequest {
  readonly record: PlacedRecord
  /** The line as it stands, escapes and all. */
  readonly line: string
  readonly principal: string
}

/**
 * Finds requests and streams them in event order (to within the horizon), with their places.
 *
 * @throws {ERR_OPTION_INVALID} a filter that makes no sense, before anything is read.
 */
export async function* findRequests(
  evidence: readonly EvidenceInput[],
  filter: RequestFilter,
  options: RecordOptions = {},
): AsyncGenerator<FoundRequest> {
  const { searchRequests } = await import('./engine.js')
  yield* searchRequests(evidence, filter, options)
}
