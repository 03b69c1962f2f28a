import { Duplex, Readable } from 'node:stream'
import type { EvidenceInput } from '../evidence/contract.js'
import type { ReadOptions } from './configuration.js'
import { type RecordOptions, readRecords, readSessions } from './records.js'

/** A Node stream of bytes in and records (objects) out: `createReadStream('access.log').pipe(recordTransform())`. */
export function recordTransform(options: RecordOptions = {}): Duplex {
  return Duplex.from((bytes: AsyncIterable<Uint8Array>) => readRecords([{ name: 'stream', bytes }], options))
}

/** A Node readable of sessions (objects). */
export function sessionStream(evidence: readonly EvidenceInput[], options: ReadOptions = {}): Readable {
  return Readable.from(readSessions(evidence, options), { objectMode: true })
}
