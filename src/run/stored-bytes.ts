import type { RecordBatch } from '../columns/contract.js'
import type { Charset } from '../decode/contract.js'
import type { StoredBytes } from '../observe/citations.js'

/**
 * Bytes of a line as they stand in the decoded source, for its hash: those of the batch, or for UTF-16 their conversion
 * back. Null where the batch does not hold the whole line, or the conversion lost something.
 */
export function storedBytesOf(charsetOf: (source: number) => Charset): StoredBytes {
  return (batch, row) => {
    const length = batch.placeLength[row]!
    const charset = charsetOf(batch.source)
    if (charset === 'utf-8') return batch.lineEnd[row]! - batch.lineStart[row]! === length ? 'text' : null
    const bytes = toUtf16(batch, row, charset === 'utf-16be')
    return bytes.length === length ? bytes : null
  }
}

function toUtf16(batch: RecordBatch, row: number, isBig: boolean): Uint8Array {
  const { bytes } = batch
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(
    'utf8',
    batch.lineStart[row]!,
    batch.lineEnd[row]!,
  )
  const encoded = Buffer.from(text, 'utf16le')
  return isBig ? encoded.swap16() : encoded
}
