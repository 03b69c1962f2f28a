import { clientIdentity, parseAddress } from '../classify/addresses.js'
import { Classifier } from '../classify/classifier.js'
import { EntryPointMatcher } from '../classify/entry-points.js'
import { normalPath, normalPathOf } from '../classify/normal-path.js'
import { FIELD, type RecordBatch } from '../columns/contract.js'
import { readLine, readText } from '../columns/view.js'
import type { EvidenceInput } from '../evidence/contract.js'
import { contains, ForwardingChains, parseNetwork } from '../parse/forwarding.js'
import { PrincipalNames } from '../sessions/principals.js'
import { Channel } from './channel.js'
import { invalid } from './configuration.js'
import { runPass } from './pass.js'
import { openEvidence, placedRecord } from './placed-batches.js'
import type { FoundRequest, RecordOptions, RequestFilter } from './records.js'
import { SourceReader } from './source-reader.js'

/** The way of `findRequests`: the pass of an investigation, whose only observer is the filter. */
export async function* searchRequests(
  evidence: readonly EvidenceInput[],
  filter: RequestFilter,
  options: RecordOptions,
): AsyncGenerator<FoundRequest> {
  const names = new PrincipalNames()
  const matches = await compileFilter(filter, names)
  const { configuration, ready } = await openEvidence(evidence, options)
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
    scanner: configuration.scanner,
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

async function compileFilter(filter: RequestFilter, names: PrincipalNames): Promise<RowTest> {
  const tests: RowTest[] = []
  if (filter.status !== undefined) tests.push(statusTest(filter.status))
  if (filter.user !== undefined) tests.push((batch, row) => readText(batch, FIELD.user, row) === filter.user)
  if (filter.client !== undefined) tests.push(clientTest(filter.client))
  if (filter.path !== undefined) tests.push(pathTest(filter.path))
  if (filter.session !== undefined) tests.push(await sessionTest(filter.session, names))
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

async function sessionTest(id: string, names: PrincipalNames): Promise<RowTest> {
  const { parseTime } = await import('../core/read-time.js')
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
