import unbzip2 from 'unbzip2-stream'
import type { Codec } from './pushed.js'
import { Damage } from './stored.js'

/** Stored bytes that the library gets in one call: they are a dozen blocks at most, each of 900 kB at most. */
const CALL_BYTES = 512

/**
 * What one call may give. The library waits until it has 925 kB for a block, and decodes all that it still has at the
 * end in one call; less than a million bytes that stand for more than this are none of a log.
 */
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024

export const makeBzip2Codec = async (): Promise<Codec> => new Bzip2Codec()

/**
 * bzip2, several streams as one. A block, of 900 kB at most, is whole or it is not read: its check value says which, and
 * those before a damaged one stand.
 */
class Bzip2Codec implements Codec {
  readonly #stream = unbzip2()
  #output: Buffer[] = []
  #outputBytes = 0
  #error: Error | null = null
  #isEnding = false

  constructor() {
    this.#stream.on('data', (bytes: Buffer) => {
      this.#outputBytes += bytes.length
      if (this.#outputBytes > MAX_OUTPUT_BYTES) throw new Error(TOO_MUCH)
      this.#output.push(bytes)
    })
    this.#stream.on('error', (error: Error) => {
      this.#error ??= error
    })
  }

  *push(slice: Buffer): Generator<Uint8Array> {
    for (let at = 0; at < slice.length; at += CALL_BYTES) {
      // the stream keeps what it has not decoded yet; slices are overwritten
      this.#stream.write(Buffer.from(slice.subarray(at, at + CALL_BYTES)))
      yield* this.#taken()
    }
  }

  *end(): Generator<Uint8Array> {
    this.#isEnding = true
    this.#stream.end()
    yield* this.#taken()
  }

  *#taken(): Generator<Uint8Array> {
    const output = this.#output
    this.#output = []
    this.#outputBytes = 0
    yield* output
    if (this.#error !== null) throw this.#damage(this.#error)
  }

  #damage(error: Error): Damage {
    if (error.message.includes('magic number')) {
      return new Damage(
        'trailing-garbage',
        'bytes behind the last bzip2 stream are no bzip2 and were not read',
      )
    }
    // the library reads beyond its last byte where the data is cut off
    const isCut = this.#isEnding && (error instanceof TypeError || error.message.includes('prematurely'))
    return isCut
      ? new Damage('truncated-compressed', 'the bzip2 data ends in the middle of a stream')
      : new Damage('corrupt-compressed', `the bzip2 data is damaged: ${error.message}`)
  }
}

const TOO_MUCH = `its last bytes stand for more than ${MAX_OUTPUT_BYTES} bytes, which is more than is held`
