import { Inflater } from './inflater.js'
import { FixedSlices } from './slices.js'
import type { StoredBytes } from './stored.js'

/** A stream's stored bytes from the first, cut as they were cut the first time. */
export interface Slices {
  /** The next slice, valid until the next call; null at the end. */
  next(): Promise<Buffer | null>
  close(): Promise<void>
}

export type OpenSlices = () => Slices

export interface Salvaged {
  /** Decoded bytes behind those that were delivered. */
  readonly output: readonly Buffer[]
  /** Stored offset of the byte at which zlib fails; null where it does not fail again, because the file changed. */
  readonly damageAt: number | null
}

/** Below this, decoding once more costs less than a slice of single bytes, and the damage is narrowed down first. */
const CHEAP_BYTES = 64 * 1024 * 1024
const NARROW_BYTES = 256

/**
 * Decodes a damaged gzip stream from its start, for the bytes between those delivered and the damage.
 *
 * Only what the one byte that reveals the damage would itself still give is out of reach.
 *
 * @param sliceStart      Stored offset of the slice in which zlib failed.
 * @param deliveredBytes  Decoded bytes of all slices before it.
 * @param isClosed        Asked between slices; true stops the work.
 */
export async function salvage(
  open: OpenSlices,
  sliceStart: number,
  deliveredBytes: number,
  isClosed: () => boolean,
): Promise<Salvaged> {
  let fineFrom = sliceStart
  if (sliceStart < CHEAP_BYTES) {
    const coarse = await decodeAgain(open, sliceStart, NARROW_BYTES, deliveredBytes, isClosed)
    fineFrom = coarse.damageAt ?? sliceStart
  }
  return decodeAgain(open, fineFrom, 1, deliveredBytes, isClosed)
}

export function slicesOf(stored: StoredBytes, sliceBytes: number): Slices {
  const slices = new FixedSlices(() => stored.next(), sliceBytes)
  return { next: () => slices.next(), close: () => stored.close() }
}

/** Decodes until zlib fails: whole slices before stored offset `fineFrom`, pieces of `stepBytes` from there. */
async function decodeAgain(
  open: OpenSlices,
  fineFrom: number,
  stepBytes: number,
  skipBytes: number,
  isClosed: () => boolean,
): Promise<Salvaged> {
  const inflater = new Inflater()
  const slices = open()
  const output = new OutputBehind(skipBytes)
  try {
    let position = 0
    for (let slice = await slices.next(); slice !== null && !isClosed(); slice = await slices.next()) {
      for (const piece of pieces(slice, fineFrom - position, stepBytes)) {
        const inflated = await inflater.write(piece)
        if (inflated.state === 'failed') return { output: output.pieces, damageAt: position }
        output.add(inflated.output)
        position += piece.length
      }
      if (position > fineFrom) break
    }
    return { output: output.pieces, damageAt: null }
  } finally {
    inflater.close()
    await slices.close()
  }
}

/** The first `wholeBytes` of a slice in one, the rest in steps. */
function* pieces(slice: Buffer, wholeBytes: number, stepBytes: number): Generator<Buffer> {
  let at = Math.min(Math.max(0, wholeBytes), slice.length)
  if (at > 0) yield slice.subarray(0, at)
  for (; at < slice.length; at += stepBytes) yield slice.subarray(at, at + stepBytes)
}

/** Collects output and leaves out its first bytes. */
class OutputBehind {
  readonly pieces: Buffer[] = []
  #skipBytes: number

  constructor(skipBytes: number) {
    this.#skipBytes = skipBytes
  }

  add(output: readonly Buffer[]): void {
    for (const bytes of output) {
      const skipped = Math.min(this.#skipBytes, bytes.length)
      this.#skipBytes -= skipped
      if (skipped < bytes.length) this.pieces.push(bytes.subarray(skipped))
    }
  }
}
