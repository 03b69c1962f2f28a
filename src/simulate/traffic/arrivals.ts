import { SECOND_MS } from '../../core/civil-time.js'
import type { Random } from '../model/random.js'
import { WAITING } from '../model/spread.js'

/** How dense ordinary traffic is now; the governor of sizes changes it as the log grows. */
export interface Tempo {
  /** Requests a second, averaged over a week. */
  rate: number
}

/** When something of ordinary traffic happens: by chance, denser at some hours than at others. */
export class Arrivals {
  readonly #random: Random
  readonly #tempo: Tempo
  readonly #share: number
  readonly #densityAt: (atMs: number) => number
  readonly #peak: number
  #candidateMs: number
  #rate: number

  /**
   * @param share      Arrivals for one request of all traffic.
   * @param densityAt  In parts of the mean, at most `peak`.
   */
  constructor(
    random: Random,
    tempo: Tempo,
    startMs: number,
    share: number,
    densityAt: (atMs: number) => number,
    peak: number,
  ) {
    this.#random = random
    this.#tempo = tempo
    this.#share = share
    this.#densityAt = densityAt
    this.#peak = peak
    this.#rate = tempo.rate
    this.#candidateMs = startMs + this.#wait()
  }

  /**
   * The next arrival before `untilMs`, milliseconds, or -1. To be asked with growing times.
   *
   * Candidates come at the peak's rate and are kept by the density of their hour.
   */
  next(untilMs: number, fromMs: number): number {
    if (this.#rate !== this.#tempo.rate) {
      // waiting has no memory: a new rate starts a new wait
      this.#rate = this.#tempo.rate
      this.#candidateMs = fromMs + this.#wait()
    }
    while (this.#candidateMs < untilMs) {
      const at = Math.floor(this.#candidateMs)
      this.#candidateMs += this.#wait()
      if (this.#random.unit() * this.#peak < this.#densityAt(at)) return at
    }
    return -1
  }

  #wait(): number {
    const perSecond = this.#tempo.rate * this.#share * this.#peak
    return perSecond <= 0 ? Number.POSITIVE_INFINITY : (WAITING.draw(this.#random) * SECOND_MS) / perSecond
  }
}
