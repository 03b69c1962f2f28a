import type { RecordBatch } from '../../columns/contract.js'
import type { TracerOptions } from '../contract.js'
import { BeatFinder } from './beats.js'
import { RhythmPages } from './pages.js'
import { SeenSilences } from './seen-silences.js'
import { PAGE_MINUTES, PAGE_WORDS, type RhythmTrace } from './trace.js'

/** Follows the rhythm of one source: counts over time, silences, timers. */
export class RhythmTracer {
  readonly #pages = new RhythmPages()
  readonly #beats = new BeatFinder()
  readonly #silences: SeenSilences

  constructor({ cite }: TracerOptions) {
    this.#silences = new SeenSilences(cite)
  }

  visit(batch: RecordBatch): void {
    this.#pages.add(batch)
    this.#beats.add(batch)
    this.#silences.add(batch)
  }

  finish(): RhythmTrace {
    const { hours, requests, failures, bytes, seconds, count, beyond } = this.#pages
    return {
      hours,
      requests: requests.slice(0, count * PAGE_MINUTES),
      failures: failures.slice(0, count * PAGE_MINUTES),
      bytes: bytes.slice(0, count * PAGE_MINUTES),
      seconds: seconds.slice(0, count * PAGE_WORDS),
      beyond,
      silences: this.#silences.list(),
      beats: this.#beats.list(),
    }
  }
}
