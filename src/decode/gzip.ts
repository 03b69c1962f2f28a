import type { Source } from '../evidence/contract.js'
import type { Decoder } from './decoder.js'
import { type Inflated, Inflater, NO_MEMBER } from './inflater.js'
import { type OpenSlices, salvage, slicesOf } from './salvage.js'
import { FixedSlices } from './slices.js'
import { type EndFault, StoredBytes } from './stored.js'

/**
 * Stored bytes given to zlib at a time. Enough that it works on while this thread does, little enough that what they
 * can decode to at most, 66 MiB, may be held. Also the most that a damaged stream too long to be kept may lose.
 */
export const GZIP_SLICE_BYTES = 64 * 1024

/** Output of one slice above which the next is not decoded ahead: the memory of two such would be too much. */
const MAX_AHEAD_BYTES = 4 * 1024 * 1024

/**
 * Stored bytes of a stream that are kept for a second look at damage. Logs shrink to a tenth or less, so this stands for
 * 80 MB of log and more.
 */
export const GZIP_KEPT_BYTES = 8 * 1024 * 1024

/**
 * Decodes gzip: any number of members, zero bytes behind the last one tolerated, as `zcat` does.
 *
 * zlib loses what it had decoded within the call that meets damage. Where that happens the stream is decoded once more
 * from its start, the calls before the damage as they were and the last one byte by byte, so that every byte before the
 * damage comes out, from a file as from a pipe. A stream that does not open again is kept for that up to
 * `GZIP_KEPT_BYTES`; of one that is damaged further on, the last `GZIP_SLICE_BYTES` before the damage are not decoded.
 *
 * The next slice is decoded on another thread while the caller works on the last one.
 */
export class GzipDecoder implements Decoder {
  readonly #stored: StoredBytes
  readonly #slices: FixedSlices
  readonly #kept: KeptSlices | null
  readonly #source: Source
  readonly #inflater = new Inflater()
  #output: Buffer[] = []
  #step: Promise<Buffer[] | null> | null = null
  #slicesRead = 0
  #lastByte = 0
  #outputBytes = 0
  #fault: EndFault | null = null
  #isDone = false
  #isClosed = false

  constructor(stored: StoredBytes, source: Source) {
    this.#stored = stored
    this.#source = source
    this.#slices = new FixedSlices(() => stored.next(), GZIP_SLICE_BYTES)
    this.#kept = source.reopens ? null : new KeptSlices()
  }

  async next(): Promise<Buffer | null> {
    while (!this.#isClosed) {
      const piece = this.#output.shift()
      if (piece !== undefined) return piece
      this.#step ??= this.#decodeSlice()
      const output = await this.#step
      if (output === null) return null
      this.#output = output
      this.#step = byteCount(output) > MAX_AHEAD_BYTES ? null : this.#decodeSlice()
    }
    return null
  }

  endFaults(): readonly EndFault[] {
    return [this.#stored.fault, this.#fault].filter((fault) => fault !== null)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#inflater.close()
    await this.#stored.close()
    if (this.#source.reopens) await this.#step
  }

  /** What the next slice decodes to, null behind the last. */
  async #decodeSlice(): Promise<Buffer[] | null> {
    if (this.#isDone) return null
    const slice = await this.#slices.next()
    if (this.#isClosed) return null
    if (slice === null) return this.#finish()
    this.#slicesRead++
    this.#lastByte = slice[slice.length - 1]!
    this.#kept?.add(slice)
    const inflated = await this.#inflater.write(slice)
    if (this.#isClosed) return null
    if (inflated.state === 'failed') return this.#recover(inflated)
    if (inflated.state === 'ended') await this.#checkPadding(slice)
    return this.#counted(inflated.output)
  }

  async #finish(): Promise<null> {
    this.#isDone = true
    const state = await this.#inflater.finish()
    this.#inflater.close()
    this.#kept?.drop()
    // A single last byte that could begin a member is taken for one.
    const isCut = state === 'within-member' || (state === 'no-member' && this.#lastByte === 0x1f)
    if (isCut)
      this.#fault = { code: 'truncated-gzip', detail: 'the gzip data ends in the middle of a member' }
    else if (state === 'no-member') this.#fault = { code: 'trailing-garbage', detail: TRAILING_GARBAGE }
    return null
  }

  /** Damage in the last slice: gets what stands before it, then reads the rest for its hash alone. */
  async #recover(inflated: Inflated): Promise<Buffer[]> {
    this.#isDone = true
    this.#inflater.close()
    const open = this.#openAgain()
    const salvaged =
      open === null
        ? null
        : await salvage(
            open,
            (this.#slicesRead - 1) * GZIP_SLICE_BYTES,
            this.#outputBytes,
            () => this.#isClosed,
          )
    this.#fault = damageFault(
      inflated.reason,
      salvaged?.damageAt ?? null,
      this.#slicesRead * GZIP_SLICE_BYTES,
    )
    this.#kept?.drop()
    await this.#stored.drain()
    return this.#counted(salvaged?.output ?? [])
  }

  #openAgain(): OpenSlices | null {
    if (this.#kept !== null) return this.#kept.opener()
    return () => slicesOf(new StoredBytes(this.#source, null), GZIP_SLICE_BYTES)
  }

  /** Bytes behind the last member, the first of them zero: padding where all of them are. */
  async #checkPadding(slice: Buffer): Promise<void> {
    this.#isDone = true
    const taken = this.#inflater.bytesTaken - (this.#slicesRead - 1) * GZIP_SLICE_BYTES
    this.#inflater.close()
    this.#kept?.drop()
    let isPadding = isZeros(slice.subarray(Math.max(0, taken)))
    for (let rest = await this.#slices.next(); rest !== null; rest = await this.#slices.next()) {
      isPadding &&= isZeros(rest)
    }
    if (!isPadding) this.#fault = { code: 'trailing-garbage', detail: TRAILING_GARBAGE }
  }

  #counted(output: readonly Buffer[]): Buffer[] {
    this.#outputBytes += byteCount(output)
    return output.filter((piece) => piece.length > 0)
  }
}

const TRAILING_GARBAGE = 'bytes behind the last gzip member are no gzip and were not read'

function damageFault(reason: string, damageAt: number | null, sliceEnd: number): EndFault {
  if (reason === NO_MEMBER) return { code: 'trailing-garbage', detail: TRAILING_GARBAGE }
  const place = damageAt === null ? `before stored byte ${sliceEnd}` : `at stored byte ${damageAt}`
  return { code: 'corrupt-gzip', detail: `the gzip data is damaged ${place}: ${reason}` }
}

function byteCount(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0)
}

function isZeros(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0)
}

/** Slices of a stream, copied, until they are too many. */
class KeptSlices {
  #slices: Buffer[] | null = []
  #bytes = 0

  add(slice: Buffer): void {
    this.#bytes += slice.length
    if (this.#bytes > GZIP_KEPT_BYTES) this.drop()
    this.#slices?.push(Buffer.from(slice))
  }

  drop(): void {
    this.#slices = null
  }

  opener(): OpenSlices | null {
    const slices = this.#slices
    if (slices === null) return null
    return () => {
      const rest = slices.values()
      return { next: async () => rest.next().value ?? null, close: async () => {} }
    }
  }
}
