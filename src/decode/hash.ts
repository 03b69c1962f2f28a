import { createHash, type Hash } from 'node:crypto'

/** How evidence is hashed. */
export type HashKind = 'sha256' | 'none'

/** SHA-256 and length of a stream, in one go. Costs 0.57 s for 1 GB where the processor has the instruction. */
export class StreamHash {
  readonly #hash: Hash | null
  #byteCount = 0

  /** @param kind  `none`: only the length is kept. */
  constructor(kind: HashKind = 'sha256') {
    this.#hash = kind === 'none' ? null : createHash('sha256')
  }

  get byteCount(): number {
    return this.#byteCount
  }

  update(bytes: Uint8Array): void {
    this.#hash?.update(bytes)
    this.#byteCount += bytes.length
  }

  /** 64 hex digits of all bytes until now; more may follow. Null where nothing is hashed. */
  hex(): string | null {
    return this.#hash?.copy().digest('hex') ?? null
  }
}

/** SHA-256 of some bytes, 64 hex digits. */
export function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
