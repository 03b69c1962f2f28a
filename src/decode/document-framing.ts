import { COMMA, CR, LF } from '../core/bytes.js'
import { FaultLog } from '../core/faults.js'
import { BlockMemory } from './block.js'
import { LINE_BETWEEN, LINE_CUT, LINE_TEXT } from './contract.js'
import type { DocumentShape } from './document.js'
import type { BlockFramer } from './framing.js'
import { CLOSE_BRACKET, isJsonBlank, JsonWalk, OPEN_BRACE, OPEN_BRACKET } from './json-walk.js'
import { MAX_LINE_BYTES } from './limits.js'

export interface DocumentFramingOptions {
  readonly blockBytes: number
  readonly maxLineBytes: number
  readonly shape: DocumentShape
  readonly faults: FaultLog
}

const OPENING = 0
/** Between the elements of the array. */
const ARRAY = 1
/** Behind the array, in the object that holds it. */
const TAIL = 2
/** Behind the document. */
const CLOSED = 3
const ELEMENT = 4
/** In text that is no JSON. */
const BROKEN = 5

/**
 * Frames a JSON document into blocks of elements, whatever the size of the chunks that it comes in.
 *
 *     {"Records": [ {"a":1}, {"a":2,
 *      "b":3}, {"a" ...
 *     |-----------| between: entries without text, so that places tile the source
 *                   |-----| an element, with its own place and the number of the line that it starts in
 *
 * Any value in the array is an element; what is behind the document, such as another one, is read likewise. Where the text
 * stops being JSON, the element that it is in is kept as it stands, up to the end of the line or to where the next
 * element begins as the first one did; elements on both sides stand.
 *
 * A block holds the elements that start in one stretch of the decoded stream, as one of lines does. They lie in it one
 * behind the other, a line feed between them.
 */
export class DocumentFramer implements BlockFramer {
  readonly #options: DocumentFramingOptions
  readonly #walk = new JsonWalk()
  #memory: BlockMemory | null = null
  #state = OPENING
  /** What comes after the element or broken text: ARRAY or CLOSED. */
  #outer = ARRAY
  /** Place of the next byte, and of the end of this block's stretch. */
  #offset = 0
  #stretchEnd = 0
  #lineFeeds = 0
  #lastByte: number = LF
  /** Of the element, broken text or text between that is being taken. */
  #place = 0
  #number = 1
  /** Index in the block's bytes of its first byte. */
  #start = 0
  /** Bytes of the anchor that the text ends with, in broken text. */
  #matched = 0

  constructor(options: DocumentFramingOptions) {
    this.#options = options
  }

  get isComplete(): boolean {
    return this.#memory === null
  }

  get lineFeeds(): number {
    return this.#lineFeeds
  }

  get isTerminated(): boolean {
    return this.#lastByte === LF
  }

  begin(memory: BlockMemory): void {
    this.#memory = memory
    this.#stretchEnd = this.#endOfStretch()
  }

  take(chunk: Buffer, at: number): number {
    const first = at
    while (this.#memory !== null && at < chunk.length) {
      if (this.#state === ELEMENT) at = this.#takeElement(this.#memory, chunk, at)
      else if (this.#state === BROKEN) at = this.#takeBroken(this.#memory, chunk, at)
      else at = this.#takeBetween(this.#memory, chunk, at)
    }
    if (at > first) this.#lastByte = chunk[at - 1]!
    return at
  }

  finish(): boolean {
    const memory = this.#memory
    if (memory === null) return false
    this.#memory = null
    if (!this.#isWhole()) {
      this.#options.faults.add('truncated-document', { offset: this.#offset, length: 0 }, TRUNCATED)
    }
    if (this.#state === ELEMENT || this.#state === BROKEN) this.#pushElement(memory, this.#offset)
    else this.#pushBetween(memory)
    return memory.table.lineCount > 0
  }

  /** Whether the source may end here. */
  #isWhole(): boolean {
    return this.#state === CLOSED || (this.#state === BROKEN && this.#outer === CLOSED)
  }

  #endOfStretch(): number {
    const { blockBytes } = this.#options
    return (Math.floor(this.#offset / blockBytes) + 1) * blockBytes
  }

  /** Takes text between elements up to the first byte of one, or to the end of the stretch where the block has any. */
  #takeBetween(memory: BlockMemory, chunk: Buffer, at: number): number {
    if (this.#offset >= this.#stretchEnd) {
      if (memory.table.lineCount > 0) {
        this.#memory = null
        return at
      }
      this.#stretchEnd = this.#endOfStretch()
    }
    const end = Math.min(chunk.length, at + this.#stretchEnd - this.#offset)
    if (this.#state === TAIL) return this.#takeTail(memory, chunk, at, end)
    const start = this.#options.shape.start
    for (; at < end; at++) {
      const byte = chunk[at]!
      if (this.#state === OPENING) {
        if (this.#offset + 1 === start) this.#state = ARRAY
      } else if (this.#state === ARRAY && byte === CLOSE_BRACKET) {
        this.#endArray()
        this.#offset++
        return at + 1
      } else if (!isJsonBlank(byte) && (this.#state === CLOSED || byte !== COMMA)) {
        this.#startElement(memory)
        // behind the document stands another one, or an object in a line, or lines of another kind
        if (this.#outer === CLOSED && byte !== OPEN_BRACE && byte !== OPEN_BRACKET) this.#break()
        return at
      }
      if (byte === LF) this.#lineFeeds++
      this.#offset++
    }
    return at
  }

  #endArray(): void {
    const isInObject = this.#options.shape.opening[0] === OPEN_BRACE
    this.#state = isInObject ? TAIL : CLOSED
    if (isInObject) this.#walk.beginInObject()
  }

  /** The rest of the object that holds the array: members that are no records. */
  #takeTail(memory: BlockMemory, chunk: Buffer, at: number, end: number): number {
    const stop = this.#advance(chunk, at, end)
    if (this.#walk.state === 'ended') this.#state = CLOSED
    if (this.#walk.state === 'damaged') {
      this.#state = CLOSED
      this.#startElement(memory)
      this.#break()
    }
    return stop
  }

  /** Walks on, and counts what was walked over. */
  #advance(bytes: Buffer, at: number, end: number): number {
    const feeds = this.#walk.lineFeeds
    const stop = this.#walk.walk(bytes, at, end)
    this.#lineFeeds += this.#walk.lineFeeds - feeds
    this.#offset += stop - at
    return stop
  }

  #startElement(memory: BlockMemory): void {
    this.#pushBetween(memory)
    this.#outer = this.#state
    this.#state = ELEMENT
    this.#start = memory.rawLength
    this.#walk.begin()
  }

  #takeElement(memory: BlockMemory, chunk: Buffer, at: number): number {
    const { opening } = this.#options.shape
    const length = this.#offset - this.#place
    const isYoung = length < opening.length
    const end = isYoung ? Math.min(chunk.length, at + opening.length - length) : chunk.length
    const stop = this.#advance(chunk, at, end)
    this.#keep(memory, chunk, at, stop)
    if (isYoung && this.#isOpening(memory)) this.#enter(memory)
    else if (this.#walk.state === 'damaged') this.#break()
    else if (this.#walk.state === 'ended') this.#endElement(memory, this.#offset)
    return stop
  }

  /** Whether the element is the beginning of a document instead; a bare bracket in an array is an array in it. */
  #isOpening(memory: BlockMemory): boolean {
    const { opening } = this.#options.shape
    if (this.#offset - this.#place !== opening.length) return false
    if (opening.length === 1 && this.#outer === ARRAY) return false
    return memory.raw.subarray(this.#start, memory.rawLength).equals(opening)
  }

  /** Goes into a document that begins behind another one. */
  #enter(memory: BlockMemory): void {
    if (this.#outer === ARRAY) {
      this.#options.faults.add(
        'damaged-document',
        { offset: this.#place, length: 0 },
        'a document begins within one',
      )
    }
    memory.rawLength = this.#start
    this.#state = ARRAY
  }

  #break(): void {
    this.#options.faults.add('damaged-document', { offset: this.#offset, length: 0 }, DAMAGED)
    this.#state = BROKEN
    this.#matched = 0
  }

  /** Takes text up to the end of its line, or to where an element begins as the first one did. */
  #takeBroken(memory: BlockMemory, chunk: Buffer, at: number): number {
    const anchor = this.#options.shape.anchor
    const from = at
    for (; at < chunk.length; at++) {
      const byte = chunk[at]!
      if (byte === LF) {
        this.#keep(memory, chunk, from, at)
        this.#offset += at - from
        this.#endElement(memory, this.#offset - (this.#endsInReturn(chunk, at) ? 1 : 0))
        return at
      }
      if (anchor === null) continue
      this.#matched = byte === anchor[this.#matched] ? this.#matched + 1 : byte === OPEN_BRACE ? 1 : 0
      if (this.#matched === anchor.length) {
        this.#keep(memory, chunk, from, at + 1)
        this.#offset += at + 1 - from
        this.#resume(memory, anchor)
        return at + 1
      }
    }
    this.#keep(memory, chunk, from, at)
    this.#offset += at - from
    return at
  }

  #endsInReturn(chunk: Buffer, feed: number): boolean {
    return (feed > 0 ? chunk[feed - 1] : this.#lastByte) === CR && this.#offset > this.#place
  }

  /** Ends broken text where the anchor begins, and goes on in the element that it is the beginning of. */
  #resume(memory: BlockMemory, anchor: Uint8Array): void {
    const place = this.#offset - anchor.length
    if (place > this.#place) {
      memory.rawLength = Math.min(memory.rawLength, this.#start + place - this.#place)
      this.#pushElement(memory, place)
    } else memory.rawLength = this.#start
    this.#place = place
    this.#number = this.#lineFeeds + 1
    this.#state = ELEMENT
    this.#start = memory.rawLength
    this.#walk.begin()
    this.#walk.walk(anchor, 0, anchor.length)
    this.#keep(memory, Buffer.from(anchor), 0, anchor.length)
  }

  #endElement(memory: BlockMemory, end: number): void {
    this.#pushElement(memory, end)
    this.#state = this.#outer
    this.#place = end
    this.#number = this.#lineFeeds + 1
    if (this.#offset >= this.#stretchEnd) this.#memory = null
  }

  /** Stores bytes of an element, up to the limit. */
  #keep(memory: BlockMemory, chunk: Buffer, at: number, end: number): void {
    const room = this.#options.maxLineBytes - (memory.rawLength - this.#start)
    memory.append(chunk, at, at + Math.min(end - at, room))
  }

  /** Makes the entry of the element up to place `end`. */
  #pushElement(memory: BlockMemory, end: number): void {
    const longest = this.#options.maxLineBytes
    const length = end - this.#place
    const kept = Math.min(length, longest)
    memory.table.push(
      this.#start,
      this.#start + kept,
      this.#place,
      length,
      this.#number,
      length > longest ? LINE_CUT : LINE_TEXT,
    )
    memory.rawLength = this.#start + kept
    memory.append(FEED, 0, 1)
    if (length <= longest) return
    this.#options.faults.add(
      'line-too-long',
      { offset: this.#place, length },
      `an element in line ${this.#number} has ${length} bytes; its first ${longest} were read`,
    )
  }

  #pushBetween(memory: BlockMemory): void {
    const length = this.#offset - this.#place
    if (length > 0) {
      const at = memory.rawLength
      memory.table.push(at, at, this.#place, length, this.#number, LINE_BETWEEN)
    }
    this.#place = this.#offset
    this.#number = this.#lineFeeds + 1
  }
}

const FEED = Buffer.of(LF)
const TRUNCATED = 'the JSON document ends before its end; elements before that were read'
const DAMAGED = 'the text stops being JSON here; elements before and behind the damage were read'

/** The elements of a head, each in a line of its own: a feed in one can only be a blank. For trials of formats. */
export function elementLines(head: Uint8Array, shape: DocumentShape, whole: boolean): Uint8Array {
  const memory = new BlockMemory()
  const framer = new DocumentFramer({
    blockBytes: Math.max(1, head.length),
    maxLineBytes: MAX_LINE_BYTES,
    shape,
    faults: new FaultLog(),
  })
  framer.begin(memory)
  framer.take(Buffer.from(head.buffer, head.byteOffset, head.length), 0)
  if (whole) framer.finish()
  const { lineCount, lineStart, lineEnd, lineKind } = memory.table
  let end = 0
  for (let entry = 0; entry < lineCount; entry++) {
    if (lineKind[entry] === LINE_BETWEEN) continue
    end = lineEnd[entry]! + 1
    for (let at = lineStart[entry]!; at < lineEnd[entry]!; at++) {
      if (memory.raw[at] === LF || memory.raw[at] === CR) memory.raw[at] = 0x20
    }
  }
  const lines = Uint8Array.from(memory.raw.subarray(0, end))
  memory.free()
  return lines
}
