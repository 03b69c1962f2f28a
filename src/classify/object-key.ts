import { createHash } from 'node:crypto'
import { FIELD, type RecordBatch } from '../columns/contract.js'
import { QUESTION } from '../core/bytes.js'
import { normalPath } from './normal-path.js'

/**
 * Parameters that change from request to request without naming another object: cache busters, time stamps, tokens of
 * forms and of tracking.
 */
export const VOLATILE_PARAMETERS: ReadonlySet<string> = new Set([
  '_',
  'cb',
  'nocache',
  'ts',
  'timestamp',
  'rnd',
  'rand',
  'nonce',
  'csrf',
  'csrf_token',
  'xsrf',
  '_token',
  'utm_source',
  'utm_medium',
  'utm_campaign',
  'utm_term',
  'utm_content',
  'gclid',
  'fbclid',
])

/**
 * What a request asked for, as a 128-bit key in 32 hex digits: the normal path and the query's parameters, sorted, without
 * the volatile ones. Equal keys are the same object for whatever is called an exact count.
 *
 * For candidates: it allocates and hashes.
 *
 * @returns null for a request without a path.
 */
export function objectKey(
  batch: RecordBatch,
  row: number,
  volatile: ReadonlySet<string> = VOLATILE_PARAMETERS,
): string | null {
  const pathLength = batch.pathLength[row]!
  if (pathLength < 0) return null
  const pathStart = batch.pathStart[row]!
  const hash = createHash('sha256').update(normalPath(batch.bytes, pathStart, pathLength), 'latin1')
  for (const parameter of parametersOf(batch, row, pathStart + pathLength, volatile))
    hash.update(`\n${parameter}`, 'latin1')
  return hash.digest('hex').slice(0, 32)
}

/** `name=value` pairs as written, in text order. */
function parametersOf(batch: RecordBatch, row: number, at: number, volatile: ReadonlySet<string>): string[] {
  const end = batch.fieldStart[FIELD.target]![row]! + batch.fieldLength[FIELD.target]![row]!
  if (at >= end || batch.bytes[at] !== QUESTION) return []
  const query = String.fromCharCode(...batch.bytes.subarray(at + 1, Math.min(end, at + MAX_QUERY_BYTES)))
  return query
    .split('&')
    .filter((pair) => pair !== '' && !volatile.has(pair.split('=', 1)[0]!.toLowerCase()))
    .sort()
}

/** A query is compared by its first 8 KiB; servers refuse longer targets. */
const MAX_QUERY_BYTES = 8192
