import type { RecordBatch } from '../columns/contract.js'
import { toRecord } from '../columns/view.js'
import type { LedgerEntry, Reject } from '../conclude/contract.js'
import { PosternError } from '../core/errors.js'
import type { EvidenceInput } from '../evidence/contract.js'
import { formats as builtInFormats } from '../parse/formats/registry.js'
import { ForwardingChains } from '../parse/forwarding.js'
import { type Configuration, invalid, resolveConfiguration } from './configuration.js'
import type { PlacedRecord, RecordOptions } from './records.js'
import { SourceReader } from './source-reader.js'
import { type ReadySources, readySources } from './sources.js'

/** Evidence that is ready to be read, and how. */
interface Opened {
  readonly configuration: Configuration
  readonly ready: ReadySources
}

export async function openEvidence(
  evidence: readonly EvidenceInput[],
  options: RecordOptions,
): Promise<Opened> {
  const configuration = await resolveConfiguration({ ...options, evidence }, null)
  const formats = [...(options.formats ?? []), ...builtInFormats]
  const ready = await readySources(evidence, formats, configuration, options.stdin)
  if (ready.notRead.length > 0) options.onNotRead?.(ready.notRead)
  return { configuration, ready }
}

/** The batches of `readBatches`, each with the name of its source. */
export async function* placedBatches(
  evidence: readonly EvidenceInput[],
  options: RecordOptions,
): AsyncGenerator<{ batch: RecordBatch; file: string }> {
  const { configuration, ready } = await openEvidence(evidence, options)
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
      scanner: configuration.scanner,
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
        try {
          throwIfAborted(signal)
          keepSpan(reader, batch)
          yield { batch, file: source.names[0]! }
          const handed = rejects
          rejects = []
          if (handed.length > 0) await onRejects?.(handed)
        } finally {
          batch.release()
        }
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

/** A row as a record. */
export function placedRecord(batch: RecordBatch, row: number, file: string): PlacedRecord {
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
