import { FirstLines } from './first-lines.js'

/** Lines of a sum. */
const LINES = 3
/** Sums that have lines at once, and how many keep theirs when there is no room for another. */
export const MOST_CITED = 4096
const KEPT = MOST_CITED / 2

/** What decides whether the lines of a sum are kept. */
export interface CitedSum {
  readonly number: number
  readonly served: number
  /** Sums compete with those of their kind alone, by number from 0. */
  readonly kind: number
}

/**
 * Lines of those sums that may be shown, of more than there is room for. Where it gets scarce, the sums of each kind that served most
 * keep theirs, and a new one of a kind that has its share gets none before it has grown.
 */
export class RouteLines {
  /** By the number of the sum. */
  readonly #lines: (FirstLines | undefined)[] = []
  /** By kind: sums with lines. */
  readonly #ofKind: number[] = []
  #count = 0
  /** Times that a sum lost its lines or got none at first. */
  dropped = 0

  get isFull(): boolean {
    return this.#count >= MOST_CITED
  }

  of(sum: number): FirstLines | undefined {
    return this.#lines[sum]
  }

  /** Whether a new sum of a kind gets lines from its first request on; counted where not. */
  hasShare(kind: number, kinds: number): boolean {
    if (this.dropped === 0 || (this.#ofKind[kind] ?? 0) < shareOf(kinds)) return true
    this.dropped++
    return false
  }

  /** The lines of a sum, made where there are none; there must be room. */
  ofNew(sum: number, kind: number): FirstLines {
    const known = this.#lines[sum]
    if (known !== undefined) return known
    this.#count++
    this.#ofKind[kind] = (this.#ofKind[kind] ?? 0) + 1
    const made = new FirstLines(LINES)
    this.#lines[sum] = made
    return made
  }

  /** Makes room. Returns the sums that lost their lines. */
  dropLeast<Sum extends CitedSum>(sums: readonly Sum[], kinds: number): Sum[] {
    const share = shareOf(kinds)
    this.#ofKind.fill(0)
    const cited = sums.filter(({ number }) => this.#lines[number] !== undefined)
    cited.sort((a, b) => b.served - a.served || a.number - b.number)
    const gone = cited.filter(({ kind }) => {
      const rank = this.#ofKind[kind] ?? 0
      if (rank < share) this.#ofKind[kind] = rank + 1
      return rank >= share
    })
    for (const { number } of gone) this.#lines[number] = undefined
    this.#count -= gone.length
    this.dropped += gone.length
    return gone
  }
}

/** Sums of each kind that keep their lines. */
function shareOf(kinds: number): number {
  return Math.max(1, Math.floor(KEPT / kinds))
}
