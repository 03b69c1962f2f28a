import type { Lines, RecordBatch } from '../../columns/contract.js'
import type { Cite } from '../contract.js'
import { rowsBefore } from './line-end-counter.js'
import { SequenceCounter } from './sequence-counter.js'
import type { CounterTrace } from './trace.js'

/** Head and structured data of usual length. */
const MOST_HEAD = 1024
/** Lines at the beginning of a source, of which one at least has an id, or it is not looked for. */
const SAMPLED = 256

/**
 * RFC 5424, section 6 and 7.3.1: the element `meta` may have a `sequenceId`, which the sender counts up by one a message, from 1 to
 * 2147483647 and again. Anchored at the head: what a request says of itself is never looked at.
 *
 *     <190>1 2000-10-10T13:55:36.123Z web-1 nginx 812 - [id key="v"][meta sequenceId="29"] LINE
 */
const PARAMETER = String.raw`(?: [^\s=\]"]{1,32}="(?:[^"\\\]]|\\.)*")`
const HEAD = new RegExp(
  String.raw`^(?:\d{1,6} )?<\d{1,3}>1 \S+ \S+ \S+ \S+ \S+ (?:\[[^\s\]="]{1,32}${PARAMETER}*\])*?\[meta${PARAMETER}*? sequenceId="(\d{1,10})"`,
)

/**
 * Follows the sequence ids of syslog messages. A sender counts whatever it sends, so that messages of other programs between
 * the records count too: all lines are looked at.
 */
export class SyslogSequence {
  readonly #counter: SequenceCounter
  /** Null before the first line. */
  #isOfSource: boolean | null = null
  #hasAny = false
  /** Of the record before. */
  #time = Number.NaN

  constructor(cite: Cite) {
    this.#counter = new SequenceCounter('sequenceId', 'messages', cite)
  }

  visit(lines: Lines, batch: RecordBatch): void {
    const { lineCount, placeOffset } = lines
    if (lineCount > 0) this.#isOfSource ??= sampleOf(lines)
    if (this.#isOfSource !== true) return
    for (let line = 0; line < lineCount; line++) {
      const number = numberOf(lines, line)
      if (number >= 0) this.#take(number, batch, placeOffset[line]!)
    }
    if (batch.rowCount > 0) this.#time = batch.time[batch.rowCount - 1]!
  }

  /** A message that is no record has the time of the record before it. */
  #take(number: number, batch: RecordBatch, offset: number): void {
    const behind = rowsBefore(batch, offset + 1)
    const row = behind - 1
    const isRecord = row >= 0 && batch.placeOffset[row] === offset
    const time = row >= 0 ? batch.time[row]! : this.#time
    if (Number.isNaN(time)) return
    this.#hasAny = true
    this.#counter.take(number, time, batch, isRecord ? row : -1)
  }

  /** Null for a source without them. */
  finish(): CounterTrace | null {
    return this.#hasAny ? this.#counter.finish() : null
  }
}

function sampleOf(lines: Lines): boolean {
  for (let line = 0; line < Math.min(lines.lineCount, SAMPLED); line++)
    if (numberOf(lines, line) >= 0) return true
  return false
}

/** The id of a line; -1 for none. */
function numberOf({ bytes, lineStart, lineEnd }: Lines, line: number): number {
  const start = lineStart[line]!
  const length = Math.min(lineEnd[line]! - start, MOST_HEAD)
  const head = Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString('latin1')
  const found = HEAD.exec(head)
  return found === null ? -1 : Number(found[1])
}
