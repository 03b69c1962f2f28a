import { FIELD, type RecordBatch } from '../columns/contract.js'
import { QUESTION } from '../core/bytes.js'

// copied out of its table: a member would be looked up anew for every row
const { target: TARGET_FIELD } = FIELD
const AMPERSAND = 0x26
const EQUALS = 0x3d

/** Parameters that say which part of a list is asked for, lower case; `$` and `_` before a name are passed over. */
const NAMES = ['page', 'offset', 'cursor', 'start', 'skip', 'after', 'from', 'skiptoken', 'startindex']
const NAME_CODES: readonly Uint8Array[] = NAMES.map((name) => new TextEncoder().encode(name))
/** 1 for each byte that a name may begin with, in either case. */
const FIRST_BYTES = new Uint8Array(256)
for (const [first] of NAME_CODES) {
  FIRST_BYTES[first!] = 1
  FIRST_BYTES[first! - 0x20] = 1
}

export interface PageValue {
  /** The parameter's name, lower case. */
  readonly name: string
  /** The value as written. */
  readonly value: string
  /** The value where it is a whole number, else NaN. */
  readonly number: number
}

/**
 * Place in the batch's bytes of the value of the first page parameter of a row's query, or -1.
 *
 * Linear in the query; makes nothing.
 */
export function findPageValue(batch: RecordBatch, row: number): number {
  const pathLength = batch.pathLength[row]!
  if (pathLength < 0) return -1
  const { bytes } = batch
  let at = batch.pathStart[row]! + pathLength
  const end = batch.fieldStart[TARGET_FIELD]![row]! + batch.fieldLength[TARGET_FIELD]![row]!
  if (at >= end || bytes[at] !== QUESTION) return -1
  for (at++; at < end; at++) {
    // `$skip`, `_page` and `%24skip`
    if (bytes[at] === 0x24 || bytes[at] === 0x5f) at++
    else if (bytes[at] === 0x25 && bytes[at + 1] === 0x32 && bytes[at + 2] === 0x34) at += 3
    if (at < end && FIRST_BYTES[bytes[at]!] === 1) {
      const value = valueAt(bytes, at, end)
      if (value >= 0) return value
    }
    while (at < end && bytes[at] !== AMPERSAND) at++
  }
  return -1
}

function valueAt(bytes: Uint8Array, at: number, end: number): number {
  for (const name of NAME_CODES) {
    const stop = at + name.length
    // a name without a value says nothing
    if (stop + 1 >= end || bytes[stop] !== EQUALS) continue
    let i = 0
    while (i < name.length && (bytes[at + i]! | 0x20) === name[i]) i++
    if (i === name.length && bytes[stop + 1] !== AMPERSAND) return stop + 1
  }
  return -1
}

/** The page value that `findPageValue` found at `at`, at most 256 bytes of it. */
export function readPageValue(batch: RecordBatch, row: number, at: number): PageValue {
  const { bytes } = batch
  const end = batch.fieldStart[TARGET_FIELD]![row]! + batch.fieldLength[TARGET_FIELD]![row]!
  let stop = at
  while (stop < end && bytes[stop] !== AMPERSAND && stop < at + 256) stop++
  let first = at - 1
  while (bytes[first - 1] !== AMPERSAND && bytes[first - 1] !== QUESTION && bytes[first - 1] !== 0x24) first--
  const value = String.fromCharCode(...bytes.subarray(at, stop))
  const name = String.fromCharCode(...bytes.subarray(first, at - 1))
    .toLowerCase()
    .replace(/^(?:%24|_)/, '')
  return { name, value, number: /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN }
}
