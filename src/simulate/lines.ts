import { createHash, type Hash } from 'node:crypto'
import { toIso } from '../core/times.js'
import { lineWriter } from '../parse/layout/write.js'
import type { Truth, TruthFile } from './contract.js'
import { extrasOf } from './extras.js'
import type { Hit } from './hit.js'
import type { WrittenLayout } from './layout.js'
import { mix } from './model/random.js'
import type { Recorder } from './recorder.js'

/** Bytes that are handed on at once. */
const CHUNK_BYTES = 1 << 18
/** Text that is made into bytes at once: some lines, for the call takes as long as a line. */
const TEXT_CHARS = 1 << 12
/** Most bytes of a character, for layouts that are not ASCII. */
const CHAR_BYTES = 3

/** One server's log. */
interface ServerLog {
  readonly name: string
  readonly hash: Hash
  /** Lines that are text yet. */
  text: string
  /** Those that are bytes, up to `held`. */
  buffer: Buffer
  held: number
  lines: number
  bytes: number
}

/** Some whole lines of one server's log, line feeds included. */
export interface LogChunk {
  /** Name of the log: `access.log`, or `server-1/access.log` and so on. */
  readonly name: string
  readonly bytes: Uint8Array
}

/** Turns hits into lines: the one place where a request gets its stamp, its server and its text. */
export class LineMaker {
  readonly #target: WrittenLayout
  readonly #recorder: Recorder
  readonly #writePlain: (hit: Hit) => string
  readonly #writeAny: (hit: Hit) => string
  readonly #logs: ServerLog[]
  readonly #isAscii: boolean
  #chunks: LogChunk[] = []
  #storyLines = 0
  #firstMs = Number.POSITIVE_INFINITY
  #lastMs = Number.NEGATIVE_INFINITY
  bytes = 0
  /** Of them, bytes of ordinary traffic. */
  ordinaryBytes = 0

  constructor(target: WrittenLayout, offsetMinutes: number, servers: number, recorder: Recorder) {
    this.#target = target
    this.#recorder = recorder
    const options = { producer: target.producer, offsetMinutes }
    this.#writePlain = lineWriter(target.layout, { ...options, plain: true })
    this.#writeAny = lineWriter(target.layout, options)
    this.#isAscii = /^\p{ASCII}*$/u.test(
      target.layout.lead + target.layout.fields.map(({ until }) => until).join(''),
    )
    this.#logs = Array.from({ length: servers }, (_, i) => ({
      name: servers === 1 ? 'access.log' : `server-${i + 1}/access.log`,
      hash: createHash('sha256'),
      text: '',
      buffer: Buffer.allocUnsafe(CHUNK_BYTES),
      held: 0,
      lines: 0,
      bytes: 0,
    }))
  }

  /** Names of the logs. */
  get names(): string[] {
    return this.#logs.map(({ name }) => name)
  }

  readonly write = (hit: Hit): void => {
    const target = this.#target
    const time = target.stamp === 'end' ? hit.endMs : hit.startMs
    hit.time = time
    if (time < this.#firstMs) this.#firstMs = time
    if (time > this.#lastMs) this.#lastMs = time
    if (target.countsHeaders) hit.bytes = hit.bytes! + headerBytes(hit)
    else if (hit.bytes === 0 && target.producer === 'apache') hit.bytes = undefined
    if (target.extras.length > 0 || target.hasQuery) hit.extra = this.#extra(hit)
    const line = hit.plain ? this.#writePlain(hit) : this.#writeAny(hit)
    const length = line.length + 1
    const logs = this.#logs
    const log = logs.length === 1 ? logs[0]! : logs[mix(hit.connection, 9) % logs.length]!
    log.text += `${line}\n`
    log.lines++
    if (log.text.length > TEXT_CHARS) this.#encode(log)
    this.bytes += length
    if (hit.story === '') this.ordinaryBytes += length
    else {
      this.#storyLines++
      if (hit.act !== null) this.#recorder.record(hit, hit.act)
    }
  }

  #extra(hit: Hit): Record<string, string> {
    const extra = extrasOf(hit, this.#target.extras)
    if (this.#target.hasQuery && hit.target !== undefined) {
      const cut = hit.target.indexOf('?')
      if (cut >= 0) {
        extra.query = hit.target.slice(cut + 1)
        hit.target = hit.target.slice(0, cut)
      }
    }
    return extra
  }

  #encode(log: ServerLog): void {
    const { text } = log
    const most = this.#isAscii ? text.length : text.length * CHAR_BYTES
    if (log.held + most > log.buffer.length) this.#handOn(log, most)
    log.held += log.buffer.write(text, log.held, this.#isAscii ? 'latin1' : 'utf8')
    log.text = ''
  }

  /** Makes a chunk of what is held; the next buffer has room for `most` bytes. */
  #handOn(log: ServerLog, most: number): void {
    const bytes = log.buffer.subarray(0, log.held)
    log.buffer = Buffer.allocUnsafe(Math.max(CHUNK_BYTES, most))
    log.held = 0
    log.hash.update(bytes)
    log.bytes += bytes.length
    this.#chunks.push({ name: log.name, bytes })
  }

  /** Chunks that are whole since the last call. */
  take(): LogChunk[] {
    const chunks = this.#chunks
    if (chunks.length > 0) this.#chunks = []
    return chunks
  }

  /** Ends all logs: what is still held, and the account. */
  finish(): { chunks: LogChunk[]; files: TruthFile[]; totals: Truth['totals'] } {
    for (const log of this.#logs) {
      this.#encode(log)
      if (log.held > 0) this.#handOn(log, 0)
    }
    const files = this.#logs.map(({ name, lines, bytes, hash }) => ({
      name,
      lines,
      bytes,
      sha256: hash.digest('hex'),
    }))
    const lines = files.reduce((sum, file) => sum + file.lines, 0)
    const step = this.#target.stampStepMs
    return {
      chunks: this.take(),
      files,
      totals: {
        lines,
        bytes: files.reduce((sum, file) => sum + file.bytes, 0),
        storyLines: this.#storyLines,
        start: lines === 0 ? null : toIso(Math.floor(this.#firstMs / step) * step),
        end: lines === 0 ? null : toIso(Math.floor(this.#lastMs / step) * step),
      },
    }
  }
}

/** Headers of an answer, where a layout counts them: fewer without a body, more with a cookie. */
function headerBytes(hit: Hit): number {
  if (hit.request !== undefined || hit.target === undefined) return 0
  const base = hit.status === 304 ? 182 : hit.status >= 400 ? 248 : 312
  return base + (hit.method === 'POST' ? 174 : 0) + (hit.target.length % 24)
}
