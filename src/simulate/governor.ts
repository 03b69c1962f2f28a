import { SECOND_MS } from '../core/civil-time.js'
import { trafficAt } from './model/rhythm.js'
import type { Tempo } from './traffic/arrivals.js'

/** How often the rate is set anew: steps of the log, so that its length does not matter. */
const CORRECTIONS = 400
/** Bytes of a line, before there are lines to measure. */
const GUESSED_LINE_BYTES = 225
/** Weight of the guess, in lines. */
const GUESS_WEIGHT = 300

/**
 * Makes ordinary traffic as dense as a wanted size takes: a few hundred times it looks how many bytes are there, how much
 * time is left, and what traffic a unit of rate has brought so far.
 */
export class Governor {
  readonly #tempo: Tempo
  readonly #wantedBytes: number
  readonly #endMs: number
  readonly #offsetMs: number
  readonly #stepMs: number
  #nextMs: number
  /** Requests that the rates so far stand for. */
  #asked = 0
  #lastMs: number

  constructor(tempo: Tempo, wantedBytes: number, startMs: number, endMs: number, offsetMs: number) {
    this.#tempo = tempo
    this.#wantedBytes = Math.max(0, wantedBytes)
    this.#endMs = endMs
    this.#offsetMs = offsetMs
    this.#stepMs = Math.max(SECOND_MS, Math.floor((endMs - startMs) / CORRECTIONS))
    this.#nextMs = startMs
    this.#lastMs = startMs
  }

  /** Sets the rate when it is time. `bytes`: of ordinary traffic so far. */
  correct(nowMs: number, bytes: number): void {
    this.#asked += this.#tempo.rate * this.#density(this.#lastMs, nowMs)
    this.#lastMs = nowMs
    if (nowMs < this.#nextMs) return
    this.#nextMs += this.#stepMs
    const lineBytes = (bytes + GUESSED_LINE_BYTES * GUESS_WEIGHT) / (this.#asked + GUESS_WEIGHT)
    const left = this.#density(nowMs, this.#endMs)
    const missing = this.#wantedBytes - bytes
    this.#tempo.rate = left <= 0 || missing <= 0 ? 0 : missing / lineBytes / left
  }

  /** Seconds of mean traffic between two times. */
  #density(fromMs: number, toMs: number): number {
    const step = Math.max(SECOND_MS, Math.min(1_800_000, (toMs - fromMs) / 4))
    let sum = 0
    for (let at = fromMs; at < toMs; at += step)
      sum += (trafficAt(at + this.#offsetMs) * Math.min(step, toMs - at)) / SECOND_MS
    return sum
  }
}
