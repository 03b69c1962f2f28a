import { DAY_MS, HOUR_MS, SECOND_MS } from '../../core/civil-time.js'
import { Random } from '../model/random.js'
import { weekday } from '../model/rhythm.js'

/**
 * Deploys: most working days one or two, in the afternoon or morning, and for some seconds the proxy finds nobody behind
 * it: 502 while the old process is gone, 503 while the new one warms up.
 */
export class Outages {
  /** Start and end of each, in order. */
  readonly #from: number[] = []
  readonly #to: number[] = []
  #next = 0

  constructor(seed: string, startMs: number, endMs: number, offsetMs: number) {
    const random = new Random(seed, 'deploys')
    // days are local
    const firstDay = Math.floor((startMs + offsetMs) / DAY_MS) * DAY_MS
    for (let day = firstDay; day - offsetMs < endMs; day += DAY_MS) {
      const today = weekday(day)
      const count = today === 0 || today === 6 ? 0 : random.between(0, 2)
      const starts = Array.from({ length: count }, () =>
        Math.floor(day - offsetMs + (9.5 + random.unit() * 7) * HOUR_MS),
      ).sort((a, b) => a - b)
      for (const start of starts) {
        if (start < (this.#to.at(-1) ?? 0) + HOUR_MS) continue
        this.#from.push(start)
        this.#to.push(start + random.between(6, 50) * SECOND_MS)
      }
    }
  }

  /** Whether the application is away. Times may go back by an hour at most between calls. */
  isAway(atMs: number): boolean {
    while (this.#next < this.#to.length && this.#to[this.#next]! < atMs - HOUR_MS) this.#next++
    for (let i = this.#next; i < this.#from.length; i++) {
      if (atMs < this.#from[i]!) return false
      if (atMs < this.#to[i]!) return true
    }
    return false
  }
}
