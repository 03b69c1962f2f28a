import { clientIdentity, parseAddress } from '../classify/addresses.js'
import { Classifier } from '../classify/classifier.js'
import { EntryPointMatcher } from '../classify/entry-points.js'
import { normalPath, normalPathOf } from '../classify/normal-path.js'
import { FIELD, type RecordBatch } from '../columns/contract.js'
import { type ParsedRecord, readLine, readText, toRecord } from '../columns/view.js'
import type { LedgerEntry, Reject } from '../conclude/contract.js'
import { PosternError } from '../core/errors.js'
import { parseTime } from '../core/times.js'
import type { EvidenceInput } from '../evidence/contract.js'
import type { NotRead } from '../evidence/find.js'
import { formats as builtInFormats } from '../parse/formats/registry.js'
import { contains, ForwardingChains, parseNetwork } from '../parse/forwarding.js'
import type { Session } from '../sessions/contract.js'
import { PrincipalNames } from '../sessions/principals.js'
import { Channel } from './channel.js'
import { type Configuration, invalid, type ReadOptions, resolveConfiguration } from './configuration.js'
import { InvestigationRun } from './investigate.js'
import { runPass } from './pass.js'
import { SourceReader } from './source-reader.js'
import { type ReadySources, readySources } from './sources.js'

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
  for await (const { batch } of placedBatches(evidence, options)) yield batch
}

/** Reads evidence into plain records, source by source, each in the order of its lines. The token is never part of one. */
export async function* readRecords(
  evidence: readonly EvidenceInput[],
  options: RecordOptions = {},
): AsyncGenerator<PlacedRecord> {
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

function placedRecord(batch: RecordBatch, row: number, file: string): PlacedRecord {
  return {
    ...toRecord(batch, row),
    source: {
      file,
      line: batch.lineNumber[row]!,
      offset: batch.placeOffset[row]!,
      length: batch.placeLength[row]!,
    },
  }
}

interface Opened {
  readonly configuration: Configuration
  readonly ready: ReadySources
}

async function open(evidence: readonly EvidenceInput[], options: RecordOptions): Promise<Opened> {
  const configuration = await resolveConfiguration({ ...options, evidence }, null)
  const formats = [...(options.formats ?? []), ...builtInFormats]
  const ready = await readySources(evidence, formats, configuration, options.stdin)
  if (ready.notRead.length > 0) options.onNotRead?.(ready.notRead)
  return { configuration, ready }
}

async function* placedBatches(
  evidence: readonly EvidenceInput[],
  options: RecordOptions,
): AsyncGenerator<{ batch: RecordBatch; file: string }> {
  const { configuration, ready } = await open(evidence, options)
  const { horizonMs, trustedProxies, since, until } = configuration
  if (Number.isFinite(since) || Number.isFinite(until))
    throw invalid('since and until are for investigations and requests; records are read whole')
  const chains = new ForwardingChains(trustedProxies)
  const ledger: LedgerEntry[] = []
  for (const source of ready.sources) {
    let rejects: Reject[] = []
    const { signal, onRejects } = options
    const reader = new SourceReader(source, {
      seed: ready.seed,
      horizonMs,
      chains,
      classifier: null,
      hash: configuration.hash,
      // never spread into a call: a block of one-letter lines has more rejects than a call may have arguments
      onRejects:
        onRejects === undefined
          ? null
          : (more) => {
              rejects = rejects.concat(more)
            },
      ...(signal === undefined ? {} : { signal }),
    })
    try {
      for (let batch = await reader.next(); batch !== null; batch = await reader.next()) {
        throwIfAborted(signal)
        keepSpan(reader, batch)
        yield { batch, file: source.names[0]! }
        const handed = rejects
        rejects = []
        if (handed.length > 0) await onRejects?.(handed)
        batch.release()
      }
      throwIfAborted(signal)
      if (rejects.length > 0) await onRejects?.(rejects)
      ledger.push(reader.ledgerEntry())
    } finally {
      await reader.close()
    }
  }
  options.onLedger?.(ledger)
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new PosternError('ERR_ABORTED', 'aborted by the caller', { cause: signal.reason })
}

function keepSpan(reader: SourceReader, batch: RecordBatch): void {
  for (let row = 0; row < batch.rowCount; row++) {
    reader.first = Math.min(reader.first, batch.time[row]!)
    reader.last = Math.max(reader.last, batch.time[row]!)
  }
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
  const names = new PrincipalNames()
  const matches = compileFilter(filter, names)
  const { configuration, ready } = await open(evidence, options)
  // logins stay: they decide whose a request is
  const classifier = new Classifier({
    ...configuration,
    entryPoints: [],
    indicators: [],
    dataRoutes: [],
    seed: ready.seed,
  })
  const chains = new ForwardingChains(configuration.trustedProxies)
  const { signal } = options
  const common = {
    seed: ready.seed,
    horizonMs: configuration.horizonMs,
    chains,
    classifier,
    hash: configuration.hash,
    onRejects: null,
    ...(signal === undefined ? {} : { signal }),
  }
  const sources = ready.sources.map((source) => new SourceReader(source, common))
  let found: FoundRequest[] = []
  let pass: Promise<unknown> | null = null
  const channel = new Channel<FoundRequest>(1000, () => {
    const consumer = {
      visit(batch: RecordBatch, from: number, to: number) {
        names.numberTokens(batch, from, to)
        const file = ready.sources[batch.source]!.names[0]!
        for (let row = from; row < to; row++) {
          if (!matches(batch, row)) continue
          found.push({
            record: placedRecord(batch, row, file),
            line: readLine(batch, row),
            principal: names.nameOf(batch, row).id,
          })
        }
      },
      async afterRun() {
        const handed = found
        found = []
        await channel.push(handed)
      },
    }
    pass = runPass(sources, consumer, {
      ...configuration,
      isInterrupted: () => !channel.isWanted,
      ...(signal === undefined ? {} : { signal }),
    }).then(
      () => channel.end(null),
      (reason: unknown) => channel.end({ reason }),
    )
  })
  try {
    yield* channel
    options.onLedger?.(sources.map((source) => source.ledgerEntry()))
  } finally {
    await pass
  }
}

type RowTest = (batch: RecordBatch, row: number) => boolean

function compileFilter(filter: RequestFilter, names: PrincipalNames): RowTest {
  const tests: RowTest[] = []
  if (filter.status !== undefined) tests.push(statusTest(filter.status))
  if (filter.user !== undefined) tests.push((batch, row) => readText(batch, FIELD.user, row) === filter.user)
  if (filter.client !== undefined) tests.push(clientTest(filter.client))
  if (filter.path !== undefined) tests.push(pathTest(filter.path))
  if (filter.session !== undefined) tests.push(sessionTest(filter.session, names))
  return (batch, row) => tests.every((test) => test(batch, row))
}

function statusTest(text: string): RowTest {
  const wanted = new Set(text.split(',').map((part) => part.trim().toLowerCase()))
  for (const part of wanted) {
    if (!/^[1-9](?:\d\d|xx)$/.test(part))
      throw invalid(`status is 404, 4xx or a list such as 401,403,5xx; found "${part}"`)
  }
  return (batch, row) => {
    const status = String(batch.status[row]!)
    return wanted.has(status) || wanted.has(`${status[0]}xx`)
  }
}

function clientTest(text: string): RowTest {
  const network =
    text.includes('/') || parseAddress(text) !== null ? parseNetwork(text.replace(/^\[(.*)\]$/, '$1')) : null
  const identity = clientIdentity(text)
  return (batch, row) => {
    const client = readText(batch, FIELD.client, row)
    if (client === null) return false
    if (client === text || (network === null && client === identity)) return true
    const address = network === null ? null : parseAddress(client)
    return address !== null && network !== null && contains(network, address)
  }
}

function pathTest(text: string): RowTest {
  if (!text.startsWith('/')) throw invalid(`a path starts with "/", found "${text}"`)
  const isPattern = /[*{]/.test(text)
  const matcher = new EntryPointMatcher(
    [isPattern ? { id: 'path', pattern: text } : { id: 'path', path: normalPathOf(text) }],
    false,
  )
  return (batch, row) => {
    const length = batch.pathLength[row]!
    return length >= 0 && matcher.matchPath(normalPath(batch.bytes, batch.pathStart[row]!, length)) !== 0
  }
}

function sessionTest(id: string, names: PrincipalNames): RowTest {
  const found = /^(.*)@([^@/]+)\/([^@/]+)$/s.exec(id)
  const [from, to] = [parseTime(found?.[2] ?? ''), parseTime(found?.[3] ?? '')]
  if (found === null || from === null || to === null) {
    throw invalid(`a session id is PRINCIPAL@START/END as sessions.csv has it, found "${id}"`)
  }
  return (batch, row) => {
    const t = batch.time[row]!
    return t >= from && t <= to && names.nameOf(batch, row).id === found[1]
  }
}
