import type { Source } from '../evidence/contract.js'
import type { Compression } from './contract.js'
import { GzipDecoder } from './gzip.js'
import { isBzip2, isGzip, isZstd } from './magic.js'
import { PushedDecoder } from './pushed.js'
import type { EndFault, StoredBytes } from './stored.js'

/** Turns stored bytes into decoded ones. */
export interface Decoder {
  /** The next decoded bytes, valid until the next call, never empty; null at the end. Does not reject. */
  next(): Promise<Buffer | null>
  /** What ended the stream before its time. Valid after `next()` gave null, when all stored bytes were read as well. */
  endFaults(): readonly EndFault[]
  close(): Promise<void>
}

/** Tells by the first `MAGIC_BYTES`. */
export function compressionOf(first: Uint8Array): Compression {
  if (isGzip(first)) return 'gzip'
  if (isZstd(first)) return 'zstd'
  return isBzip2(first) ? 'bzip2' : 'none'
}

/** @param source  The source behind `stored`, to be opened again where damage calls for a second look. */
export function makeDecoder(compression: Compression, stored: StoredBytes, source: Source): Decoder {
  if (compression === 'gzip') return new GzipDecoder(stored, source)
  if (compression === 'zstd')
    return new PushedDecoder(stored, async () => (await import('./zstd.js')).makeZstdCodec())
  if (compression === 'bzip2')
    return new PushedDecoder(stored, async () => (await import('./bzip2.js')).makeBzip2Codec())
  return new PlainDecoder(stored)
}

class PlainDecoder implements Decoder {
  readonly #stored: StoredBytes

  constructor(stored: StoredBytes) {
    this.#stored = stored
  }

  next(): Promise<Buffer | null> {
    return this.#stored.next()
  }

  endFaults(): readonly EndFault[] {
    return this.#stored.fault === null ? [] : [this.#stored.fault]
  }

  close(): Promise<void> {
    return this.#stored.close()
  }
}
