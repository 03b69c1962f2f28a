import { FIELD, type RecordBatch } from '../columns/contract.js'
import { QUESTION, SLASH } from '../core/bytes.js'
import { type KeySeed, mix32, writeKey } from '../core/keys.js'
import { FLAG } from './contract.js'
import { normalPath } from './normal-path.js'
import { VOLATILE_PARAMETERS } from './object-key.js'

// copied out of their tables: a member would be looked up anew for every row
const { target: TARGET_FIELD } = FIELD
const { oddSpelling: ODD_SPELLING_FLAG } = FLAG
const AMPERSAND = 0x26
const EQUALS = 0x3d
/** A query is compared by its first 8 KiB, as by `objectKey`. */
const MAX_QUERY_BYTES = 8192

/** 1 for the lengths that a volatile parameter's name has. */
const VOLATILE_LENGTHS = new Uint8Array(64)
for (const name of VOLATILE_PARAMETERS) VOLATILE_LENGTHS[name.length] = 1

/**
 * Keys of objects in four words, 128 bits: two seeded 64-bit keys of the normal path and of the query's parameters without
 * the volatile ones. What `objectKey` tells apart, these tell apart, without a string for an ordinary target.
 *
 * Parameters are keyed one by one and summed, so that their order is nothing. Both seeds must be unknown to whoever writes
 * the requests: who knows them can make two targets of one key.
 */
export class ObjectWords {
  readonly words = new Int32Array(4)
  readonly #a: KeySeed
  readonly #b: KeySeed
  readonly #part = new Int32Array(2)
  #odd = new DataView(new ArrayBuffer(0))

  constructor(low: number, high: number) {
    this.#a = { a: low, b: high }
    this.#b = { a: mix32(high ^ 0x51ed270b), b: mix32(low ^ 0x2545f491) }
  }

  /** Fills `words` for a row; false for a request without a path. */
  fill(batch: RecordBatch, view: DataView, row: number): boolean {
    const length = batch.pathLength[row]!
    if (length < 0) return false
    const start = batch.pathStart[row]!
    if ((batch.flags[row]! & ODD_SPELLING_FLAG) !== 0) this.#fillOdd(batch, start, length)
    else {
      const isSlashed = length > 1 && batch.bytes[start + length - 1] === SLASH
      this.#fillPath(view, start, isSlashed ? length - 1 : length)
    }
    const end = batch.fieldStart[TARGET_FIELD]![row]! + batch.fieldLength[TARGET_FIELD]![row]!
    if (start + length < end && batch.bytes[start + length] === QUESTION)
      this.#addQuery(batch.bytes, view, start + length + 1, Math.min(end, start + length + MAX_QUERY_BYTES))
    return true
  }

  #fillPath(view: DataView, start: number, length: number): void {
    writeKey(view, start, length, this.#a, this.words, 0)
    writeKey(view, start, length, this.#b, this.words, 2)
  }

  #fillOdd(batch: RecordBatch, start: number, length: number): void {
    const path = normalPath(batch.bytes, start, length)
    if (this.#odd.byteLength < path.length) this.#odd = new DataView(new ArrayBuffer(2 * path.length))
    for (let i = 0; i < path.length; i++) this.#odd.setUint8(i, path.charCodeAt(i))
    this.#fillPath(this.#odd, 0, path.length)
  }

  #addQuery(bytes: Uint8Array, view: DataView, from: number, end: number): void {
    for (let at = from; at < end; at++) {
      const start = at
      let nameEnd = -1
      for (; at < end && bytes[at] !== AMPERSAND; at++) if (nameEnd < 0 && bytes[at] === EQUALS) nameEnd = at
      if (at > start && !isVolatile(bytes, start, nameEnd < 0 ? at : nameEnd))
        this.#addPart(view, start, at - start)
    }
  }

  #addPart(view: DataView, start: number, length: number): void {
    const { words } = this
    const part = this.#part
    writeKey(view, start, length, this.#a, part, 0)
    words[0] = words[0]! + mix32(part[0]!)
    words[1] = words[1]! + mix32(part[1]! ^ part[0]!)
    writeKey(view, start, length, this.#b, part, 0)
    words[2] = words[2]! + mix32(part[0]!)
    words[3] = words[3]! + mix32(part[1]! ^ part[0]!)
  }
}

function isVolatile(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start
  if (length >= VOLATILE_LENGTHS.length || VOLATILE_LENGTHS[length] === 0) return false
  return VOLATILE_PARAMETERS.has(String.fromCharCode(...bytes.subarray(start, end)).toLowerCase())
}
