import { clientIdentity } from '../../../classify/addresses.js'
import { FIELD, type RecordBatch } from '../../../columns/contract.js'
import { DOT } from '../../../core/bytes.js'

// copied out of the table: a member would be looked up anew for every row
const { user: USER_FIELD } = FIELD
const ZERO = 0x30

/** Whether a client's text is an IPv4 address as everybody writes it: four numbers up to 255 without leading zeros. */
export function isIpv4Text(bytes: Uint8Array, start: number, length: number): boolean {
  if (length < 7 || length > 15) return false
  let dots = 0
  let value = -1
  for (let at = start; at < start + length; at++) {
    const byte = bytes[at]!
    if (byte === DOT) {
      if (value < 0 || ++dots > 3) return false
      value = -1
      continue
    }
    const digit = byte - ZERO
    if (digit < 0 || digit > 9 || value === 0) return false
    value = value < 0 ? digit : value * 10 + digit
    if (value > 255) return false
  }
  // 0.0.0.0 stands for none
  return dots === 3 && value >= 0 && !(length === 7 && bytes[start] === ZERO && value === 0)
}

/** The 32 bits of what `isIpv4Text` takes. */
export function ipv4Of(bytes: Uint8Array, start: number, length: number): number {
  let address = 0
  let value = 0
  for (let at = start; at < start + length; at++) {
    const byte = bytes[at]!
    if (byte === DOT) {
      address = (address << 8) | value
      value = 0
    } else value = value * 10 + byte - ZERO
  }
  return ((address << 8) | value) >>> 0
}

/** A client's identity as text; `-` where the record has none. */
export function clientName(text: string | null): string {
  return text === null ? '-' : clientIdentity(text)
}

/** A small number that tells users apart without making their text (FNV-1a, 32 bits); 0 where the row has no user. */
export function userTag(batch: RecordBatch, row: number): number {
  const length = batch.fieldLength[USER_FIELD]![row]!
  if (length <= 0) return 0
  const { bytes } = batch
  const start = batch.fieldStart[USER_FIELD]![row]!
  let hash = 0x811c9dc5 | 0
  for (let at = start; at < start + length; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193)
  return hash === 0 ? 1 : hash
}
