import { Hit } from './hit.js'

/** Slots of the wheel; a power of two. */
const SLOTS = 1 << 16
/** Hits that one slot should hold on average. */
const FILL = 2

/**
 * Puts hits into the order in which they end, which is the order of a log: a server writes a line when the answer is sent.
 *
 * A calendar queue: a wheel of slots, each a short list in order. What ends a turn or more later waits in its slot until
 * its turn comes. Hits are used again after they are drained.
 *
 * @see R. Brown, "Calendar queues: a fast O(1) priority queue implementation for the simulation event set problem",
 *   Communications of the ACM 31 (1988)
 */
export class Agenda {
  readonly #slots: (Hit | null)[] = new Array<Hit | null>(SLOTS).fill(null)
  readonly #slotMs: number
  /** Number of the slot that is drained next, never wrapped. */
  #at: number
  #free: Hit | null = null
  #held = 0

  /** `rate`: hits a second that are expected. Nothing that ends before `startMs` may be added. */
  constructor(startMs: number, rate: number) {
    this.#slotMs = Math.max(2, Math.min(1000, Math.round((FILL * 1000) / Math.max(rate, 0.001))))
    this.#at = Math.floor(startMs / this.#slotMs)
  }

  get isEmpty(): boolean {
    return this.#held === 0
  }

  /** A hit to fill and add. Rare fields are empty; all others hold what they held. */
  take(startMs: number, durationMs: number): Hit {
    const hit = this.#free ?? new Hit()
    this.#free = hit.next
    hit.startMs = startMs
    hit.durationMs = durationMs
    hit.endMs = startMs + durationMs
    hit.user = undefined
    hit.token = undefined
    hit.request = undefined
    hit.plain = true
    hit.act = null
    hit.story = ''
    return hit
  }

  /** Adds a hit; of two that end together the earlier one stays in front. */
  add(hit: Hit): void {
    const index = Math.max(this.#at, Math.floor(hit.endMs / this.#slotMs)) & (SLOTS - 1)
    const endMs = hit.endMs
    let after: Hit | null = null
    let before = this.#slots[index] ?? null
    while (before !== null && before.endMs <= endMs) {
      after = before
      before = before.next
    }
    hit.next = before
    if (after === null) this.#slots[index] = hit
    else after.next = hit
    this.#held++
  }

  /** Hands out all that ends before `untilMs`, in order. A hit is valid during its call. */
  drain(untilMs: number, write: (hit: Hit) => void): void {
    const last = Math.floor(untilMs / this.#slotMs)
    for (; this.#at < last; this.#at++) {
      const index = this.#at & (SLOTS - 1)
      const endMs = (this.#at + 1) * this.#slotMs
      let hit = this.#slots[index] ?? null
      while (hit !== null && hit.endMs < endMs) {
        const next: Hit | null = hit.next
        write(hit)
        this.#held--
        hit.next = this.#free
        this.#free = hit
        hit = next
      }
      this.#slots[index] = hit
    }
  }
}
