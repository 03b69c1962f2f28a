import { Decompress } from 'fzstd'
import xxhash from 'xxhash-wasm'
import { isSkippableZstd, ZSTD_FRAME, zstdMagicOf } from './magic.js'
import type { Codec } from './pushed.js'
import { Damage } from './stored.js'

const MAX_BLOCK_BYTES = 128 * 1024

/** Memory that a frame may ask for; what `zstd -d` gives without being told otherwise. */
const MAX_WINDOW_BYTES = 128 * 1024 * 1024

export async function makeZstdCodec(): Promise<Codec> {
  const { create64 } = await xxhash()
  return new ZstdCodec(create64)
}

type Hash = ReturnType<Awaited<ReturnType<typeof xxhash>>['create64']>

/**
 * Zstandard, any number of frames. The bytes are cut into the parts of their grammar here and the library gets one block
 * at a time, so that damage in one costs none before it, and memory is that of the window and one block.
 *
 *     magic | header | block header | block | ... | checksum | magic ...
 *
 * @see https://www.rfc-editor.org/rfc/rfc8878
 */
class ZstdCodec implements Codec {
  readonly #createHash: () => Hash
  #pending: Buffer = Buffer.alloc(0)
  /** Bytes of the part that is next, and what takes them once they are all there. */
  #needed = 4
  #part: (bytes: Buffer) => void = (bytes) => this.#magic(bytes)
  #skipBytes = 0
  #storedBytes = 0
  #output: Uint8Array[] = []
  /** Between frames: the data may end here. */
  #isWhole = true
  // of the frame
  #decompress = new Decompress()
  #hash: Hash | null = null
  #windowBytes = 0
  /** What is still to come by the header; null where that does not say. */
  #contentBytes: number | null = null
  #isLast = false

  constructor(createHash: () => Hash) {
    this.#createHash = createHash
  }

  *push(slice: Buffer): Generator<Uint8Array> {
    let bytes = this.#pending.length === 0 ? slice : Buffer.concat([this.#pending, slice])
    for (;;) {
      const skipped = Math.min(this.#skipBytes, bytes.length)
      this.#skipBytes -= skipped
      this.#storedBytes += skipped
      bytes = bytes.subarray(skipped)
      if (this.#skipBytes > 0 || bytes.length < this.#needed) break
      const part = bytes.subarray(0, this.#needed)
      bytes = bytes.subarray(this.#needed)
      this.#part(part)
      this.#storedBytes += part.length
      yield* this.#output.splice(0)
    }
    this.#pending = Buffer.from(bytes)
  }

  // biome-ignore lint/correctness/useYield: nothing is held back that the end could give
  *end(): Generator<Uint8Array> {
    if (this.#skipBytes > 0 || !this.#isWhole) {
      throw new Damage('truncated-compressed', 'the zstd data ends in the middle of a frame')
    }
    if (this.#pending.length > 0) this.#magic(this.#pending)
  }

  #expect(needed: number, part: (bytes: Buffer) => void): void {
    this.#needed = needed
    this.#part = part
  }

  #magic(bytes: Buffer): void {
    const magic = zstdMagicOf(bytes)
    if (magic !== ZSTD_FRAME && !isSkippableZstd(magic)) {
      throw new Damage('trailing-garbage', 'bytes behind the last zstd frame are no zstd and were not read')
    }
    this.#isWhole = false
    if (magic === ZSTD_FRAME) this.#expect(1, (descriptor) => this.#descriptor(descriptor[0]!))
    else this.#expect(4, (size) => this.#skip(size.readUInt32LE(0)))
  }

  #skip(byteCount: number): void {
    this.#skipBytes = byteCount
    this.#endFrame()
  }

  #descriptor(descriptor: number): void {
    if ((descriptor & 0x08) !== 0) throw this.#damage('a reserved bit is set')
    const windowFieldBytes = (descriptor & 0x20) === 0 ? 1 : 0
    const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!
    const sizeBytes = [1 - windowFieldBytes, 2, 4, 8][descriptor >> 6]!
    this.#hash = (descriptor & 0x04) === 0 ? null : this.#createHash()
    this.#expect(windowFieldBytes + dictionaryBytes + sizeBytes, (header) => {
      const dictionary = header.subarray(windowFieldBytes, windowFieldBytes + dictionaryBytes)
      if (dictionary.some((byte) => byte !== 0))
        throw this.#damage('it needs a dictionary, which it does not hold')
      const size = sizeBytes === 0 ? null : contentBytes(header.subarray(header.length - sizeBytes))
      this.#contentBytes = size
      this.#startFrame(windowFieldBytes === 0 ? windowFor(size!) : header[0]!)
    })
  }

  #startFrame(windowField: number): void {
    this.#windowBytes = windowBytes(windowField)
    if (this.#windowBytes > MAX_WINDOW_BYTES) {
      throw this.#damage(
        `it asks for a window of ${this.#windowBytes} bytes; at most ${MAX_WINDOW_BYTES} are given`,
      )
    }
    this.#decompress = new Decompress((bytes) => this.#give(bytes))
    // the longest kind of header, dictionary and size 0: the library waits for 18 bytes. Checksum and size are looked at here
    const header = Buffer.alloc(18)
    header.writeUInt32LE(ZSTD_FRAME, 0)
    header[4] = 0xc3
    header[5] = windowField
    this.#feed(header, false)
    this.#expect(3, (block) => this.#blockHeader(block))
  }

  #blockHeader(header: Buffer): void {
    const bits = header.readUIntLE(0, 3)
    const type = (bits >> 1) & 3
    const size = bits >> 3
    this.#isLast = (bits & 1) === 1
    if (type === 3 || size > Math.min(MAX_BLOCK_BYTES, this.#windowBytes))
      throw this.#damage('no block begins so')
    const kept = Buffer.from(header)
    // of type 1 one byte stands for all
    this.#expect(type === 1 ? 1 : size, (content) => this.#block(Buffer.concat([kept, content])))
  }

  #block(block: Buffer): void {
    this.#feed(block, this.#isLast)
    if (!this.#isLast) this.#expect(3, (next) => this.#blockHeader(next))
    else if (this.#hash === null) this.#checkSize()
    else this.#expect(4, (checksum) => this.#checkSum(checksum.readUInt32LE(0)))
  }

  #feed(bytes: Buffer, isFinal: boolean): void {
    try {
      this.#decompress.push(bytes, isFinal)
    } catch (error) {
      throw this.#damage(error instanceof Error ? error.message : String(error))
    }
  }

  #give(bytes: Uint8Array): void {
    this.#hash?.update(bytes)
    if (this.#contentBytes !== null) this.#contentBytes -= bytes.length
    this.#output.push(bytes)
  }

  #checkSum(expected: number): void {
    if (BigInt.asUintN(32, this.#hash!.digest()) !== BigInt(expected))
      throw this.#damage('the checksum differs')
    this.#checkSize()
  }

  #checkSize(): void {
    if (this.#contentBytes !== null && this.#contentBytes !== 0)
      throw this.#damage('its size is not the stated one')
    this.#endFrame()
  }

  #endFrame(): void {
    this.#isWhole = true
    this.#expect(4, (bytes) => this.#magic(bytes))
  }

  #damage(reason: string): Damage {
    return new Damage(
      'corrupt-compressed',
      `the zstd data is damaged at stored byte ${this.#storedBytes}: ${reason}`,
    )
  }
}

function contentBytes(field: Buffer): number {
  if (field.length === 8) return Number(field.readBigUInt64LE(0))
  return field.readUIntLE(0, field.length) + (field.length === 2 ? 256 : 0)
}

function windowBytes(field: number): number {
  const base = 2 ** (10 + (field >> 3))
  return base + (base / 8) * (field & 7)
}

/** The field of a window that holds all of a frame of one segment, whose window is its content. */
function windowFor(byteCount: number): number {
  const exponent = Math.min(31, Math.ceil(Math.log2(Math.max(1024, byteCount))) - 10)
  return exponent << 3
}
