/** What the first bytes of a source say that it is. The decoders themselves are loaded where they are needed. */

/** Bytes that are looked at. */
export const MAGIC_BYTES = 8

/** RFC 1952, section 2.3.1. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/** Magic number of a Zstandard frame. RFC 8878, section 3.1. */
export const ZSTD_FRAME = 0xfd2fb528

export function isZstd(bytes: Uint8Array): boolean {
  const magic = zstdMagicOf(bytes)
  return magic === ZSTD_FRAME || isSkippableZstd(magic)
}

/** Sixteen magic numbers begin frames that hold no data. */
export function isSkippableZstd(magic: number): boolean {
  return (magic & ~0x0f) >>> 0 === 0x184d2a50
}

/** 0 where there are less than four bytes. */
export function zstdMagicOf(bytes: Uint8Array): number {
  if (bytes.length < 4) return 0
  return (bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16) | (bytes[3]! << 24)) >>> 0
}

/** `BZh`, the size of blocks, and the first bytes of a block or of the end of an empty stream. */
export function isBzip2(first: Uint8Array): boolean {
  return /^BZh[1-9](?:1AY|\x17rE)/.test(Buffer.from(first).toString('latin1'))
}

/** A member's header, or the end of an archive without members. */
export function isZip(bytes: Uint8Array): boolean {
  return (
    bytes[0] === 0x50 &&
    bytes[1] === 0x4b &&
    ((bytes[2] === 3 && bytes[3] === 4) || (bytes[2] === 5 && bytes[3] === 6))
  )
}

/** Names of what is not read, for a hint. */
const OTHERS: readonly (readonly [string, string])[] = [
  ['fd377a585a00', 'xz data'],
  ['377abcaf271c', 'a 7z archive'],
  ['526172211a07', 'a RAR archive'],
  ['04224d18', 'LZ4 data'],
  ['5d00008000', 'LZMA data'],
]

/** What a source is that is packed in a way that is not read, or null. */
export function packedAs(bytes: Uint8Array): string | null {
  const hex = Buffer.from(bytes.subarray(0, MAGIC_BYTES)).toString('hex')
  return OTHERS.find(([magic]) => hex.startsWith(magic))?.[1] ?? null
}
