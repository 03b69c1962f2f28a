/** Keys of a row's texts, for rows that the scanner for whole blocks has not read: it makes the same ones in passing. */

import { FIELD, type RecordBatch } from '../columns/contract.js'
import { type KeySeed, writeKey } from '../core/keys.js'

// copied out of their tables: a member would be looked up anew for every row
const { client: CLIENT_FIELD, userAgent: USER_AGENT_FIELD } = FIELD

/**
 * Writes the keys of the path, client and user agent as they stand in `batch.bytes`, over which `view` is. The key of what
 * is absent is 0, but for a client's, which is that of no bytes.
 */
export function writeRowKeys(batch: RecordBatch, view: DataView, row: number, seed: KeySeed): void {
  const at = 2 * row
  const { pathKey, agentKey } = batch
  const pathLength = batch.pathLength[row]!
  if (pathLength < 0) pathKey[at] = pathKey[at + 1] = 0
  else writeKey(view, batch.pathStart[row]!, pathLength, seed, pathKey, at)
  const agentLength = batch.fieldLength[USER_AGENT_FIELD]![row]!
  if (agentLength < 0) agentKey[at] = agentKey[at + 1] = 0
  else writeKey(view, batch.fieldStart[USER_AGENT_FIELD]![row]!, agentLength, seed, agentKey, at)
  writeClientKey(batch, view, row, seed)
}

/** Writes the client's key alone: forwarding moves the client after the row was read. */
export function writeClientKey(batch: RecordBatch, view: DataView, row: number, seed: KeySeed): void {
  const length = Math.max(0, batch.fieldLength[CLIENT_FIELD]![row]!)
  writeKey(view, batch.fieldStart[CLIENT_FIELD]![row]!, length, seed, batch.clientKey, 2 * row)
}
