import type { RecordBatch } from '../../columns/contract.js'
import type { Citation } from '../../observe/citations.js'
import type { Cite } from '../contract.js'
import { type Bounded, Kept } from '../kept.js'
import type { RecordSampleTrace, Repeat, Twins } from './trace.js'

/** Records held while a source is read, and those that are left of them for the comparison with other sources. */
const MOST_HELD = 8192
const MOST_LEFT = 2048
const FIRST_HELD = 512

/** What a run of lines that come again must have to be told of: chance, and one client's rhythm, give less. */
export const LEAST_SAMPLES = 4
export const LEAST_DISTINCT = 3

const MOST_REPEATS = 8
const MOST_CITED = 3

/** Sampled lines that came again, each as far behind the line that it is like. */
interface Run {
  readonly distance: number
  readonly firstLine: number
  from: number
  lastLine: number
  to: number
  samples: number
  times: number
  contents: number
  lastTime: number
  lastContent: number
  readonly citations: Citation[]
}

/**
 * Fingerprints of some records of one source, and the lines among them that came again.
 *
 *     fingerprint  ...1 | 0110 | ..00 | 1011 | ..00      kept are those that end in k zero bits
 *
 * Which are kept the fingerprint decides, so that a line and its copy are both kept or both not. When there is no room,
 * k grows by one and half of them go. Keys of rows are seeded by the evidence: nobody can write lines that all are kept.
 */
export class RecordSample {
  readonly #cite: Cite
  readonly #repeats = new Kept<Repeat>(MOST_REPEATS, ({ samples }) => samples)
  #mask = 0
  #count = 0
  #withTime = new Int32Array(FIRST_HELD)
  #content = new Int32Array(FIRST_HELD)
  #line = new Float64Array(FIRST_HELD)
  #time = new Float64Array(FIRST_HELD)
  /** Open addressing over the records held: 1 + index, 0 for free. */
  #slots = new Uint16Array(2 * FIRST_HELD)
  #run: Run | null = null
  readonly #twins = { lookedAt: 0, records: 0, contents: 0, firstLine: 0 }
  #lastTwin = 0

  constructor(cite: Cite) {
    this.#cite = cite
  }

  visit(batch: RecordBatch): void {
    const { time, clientKey, pathKey, bytesSent, status, lineStart, lineEnd, rowCount } = batch
    let mask = this.#mask
    for (let row = 0; row < rowCount; row++) {
      const key = 2 * row
      const bytes = bytesSent[row]!
      // keys are well mixed as they are; agents differ with the length of the line
      const content =
        (clientKey[key]! +
          Math.imul(pathKey[key]!, 0x85ebca6b | 0) +
          Math.imul(bytes > 0 ? bytes | 0 : 0, 0x165667b1) +
          Math.imul((status[row]! << 20) ^ (lineEnd[row]! - lineStart[row]!), 0x9e3779b1 | 0)) |
        0
      let withTime = Math.imul(content, 0x2c1b3c6d) + Math.imul(time[row]! | 0, 0xc2b2ae35 | 0)
      withTime = Math.imul(withTime ^ (withTime >>> 15), 0x85ebca6b | 0)
      withTime ^= withTime >>> 13
      if ((withTime & mask) !== 0) continue
      this.#take(batch, row, withTime, content)
      mask = this.#mask
    }
  }

  finish(): {
    readonly repeats: Bounded<Repeat>
    readonly twins: Twins
    readonly sample: RecordSampleTrace
  } {
    this.#endRun()
    const readMask = this.#mask
    while (this.#count > MOST_LEFT) this.#halve()
    const count = this.#count
    const sample = {
      mask: this.#mask,
      readMask,
      withTime: this.#withTime.slice(0, count),
      content: this.#content.slice(0, count),
      line: this.#line.slice(0, count),
      time: this.#time.slice(0, count),
    }
    return { repeats: this.#repeats.list(), twins: this.#twins, sample }
  }

  #take(batch: RecordBatch, row: number, withTime: number, content: number): void {
    const line = batch.lineNumber[row]!
    const slot = this.#find(withTime, content)
    const held = this.#slots[slot]! - 1
    this.#twins.lookedAt++
    if (held >= 0) {
      if (line - this.#line[held]! === 1) this.#countTwin(line, content)
      this.#comesAgain(batch, row, this.#line[held]!, content)
      return
    }
    this.#endRun()
    if (this.#count === this.#withTime.length) this.#makeRoom()
    if ((withTime & this.#mask) !== 0) return
    const index = this.#count++
    this.#withTime[index] = withTime
    this.#content[index] = content
    this.#line[index] = line
    this.#time[index] = batch.time[row]!
    this.#slots[this.#find(withTime, content)] = index + 1
  }

  #countTwin(line: number, content: number): void {
    const twins = this.#twins
    if (twins.records === 0) twins.firstLine = line
    if (content !== this.#lastTwin) twins.contents++
    this.#lastTwin = content
    twins.records++
  }

  /** Slot of a record, or the free one where it belongs. */
  #find(withTime: number, content: number): number {
    const slots = this.#slots
    const mask = slots.length - 1
    let slot = (content ^ (content >>> 16) ^ (withTime >>> 9)) & mask
    for (;;) {
      const held = slots[slot]! - 1
      if (held < 0 || (this.#withTime[held] === withTime && this.#content[held] === content)) return slot
      slot = (slot + 1) & mask
    }
  }

  #comesAgain(batch: RecordBatch, row: number, original: number, content: number): void {
    const line = batch.lineNumber[row]!
    const t = batch.time[row]!
    const run = this.#run
    if (run !== null && line - original === run.distance) {
      run.samples++
      run.lastLine = line
      if (t !== run.lastTime) run.times++
      if (content !== run.lastContent) run.contents++
      run.from = Math.min(run.from, t)
      run.to = Math.max(run.to, t)
      run.lastTime = t
      run.lastContent = content
      if (run.citations.length < MOST_CITED) run.citations.push(this.#cite(batch, row))
      return
    }
    // a line that the block itself has twice is like the first of both
    if (run !== null && original >= run.firstLine - run.distance && original < line - run.distance) return
    this.#endRun()
    this.#run = {
      distance: line - original,
      firstLine: line,
      from: t,
      lastLine: line,
      to: t,
      samples: 1,
      times: 1,
      contents: 1,
      lastTime: t,
      lastContent: content,
      citations: [],
    }
  }

  #endRun(): void {
    const run = this.#run
    this.#run = null
    if (run === null || run.samples < LEAST_SAMPLES) return
    if (run.times < LEAST_DISTINCT || run.contents < LEAST_DISTINCT) return
    const { firstLine, lastLine, distance, samples, from, to, citations } = run
    this.#repeats.add({
      firstLine,
      lastLine,
      originalFirstLine: firstLine - distance,
      originalLastLine: lastLine - distance,
      samples,
      from,
      to,
      citations,
    })
  }

  #makeRoom(): void {
    if (this.#count === MOST_HELD) {
      while (this.#count > MOST_HELD / 2) this.#halve()
      return
    }
    const capacity = 2 * this.#count
    this.#withTime = grown(this.#withTime, new Int32Array(capacity))
    this.#content = grown(this.#content, new Int32Array(capacity))
    this.#line = grown(this.#line, new Float64Array(capacity))
    this.#time = grown(this.#time, new Float64Array(capacity))
    this.#slots = new Uint16Array(2 * capacity)
    this.#fillSlots()
  }

  /** Lets go of the records whose next bit is 1: half of them. */
  #halve(): void {
    this.#mask = (this.#mask << 1) | 1
    let left = 0
    for (let index = 0; index < this.#count; index++) {
      if ((this.#withTime[index]! & this.#mask) !== 0) continue
      this.#withTime[left] = this.#withTime[index]!
      this.#content[left] = this.#content[index]!
      this.#line[left] = this.#line[index]!
      this.#time[left] = this.#time[index]!
      left++
    }
    this.#count = left
    this.#fillSlots()
  }

  #fillSlots(): void {
    this.#slots.fill(0)
    const count = this.#count
    // none is found while it is put in: all are different
    for (let index = 0; index < count; index++) {
      this.#slots[this.#find(this.#withTime[index]!, this.#content[index]!)] = index + 1
    }
  }
}

function grown<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from)
  return to
}
