import { modifiedZ, spreadOf } from '../../../core/robust.js'

/** What can be compared, each with its own kind: an export by pages with the pages of others. */
export const MEASURES = ['objects', 'pages', 'bytes'] as const
export type Measure = (typeof MEASURES)[number]

/** What one principal took from a route at most in 24 hours; at least 1 of each. */
export interface Peer extends Readonly<Record<Measure, number>> {
  /** A user or a token, not a client alone. */
  readonly proven: boolean
}

/** Bytes are told apart by this many steps to a factor of ten: 3.7 % a step. */
const STEPS = 64

/** The principals of one route, as counts of equal maxima: small whatever their number. */
export class Peers {
  /** Of each measure, how many took so much. */
  readonly #counts: Readonly<Record<Measure, Map<number, number>>> = {
    objects: new Map(),
    pages: new Map(),
    bytes: new Map(),
  }
  count = 0
  proven = 0

  add({ objects, pages, bytes, proven }: Peer): void {
    raise(this.#counts.objects, Math.max(1, objects), 1)
    raise(this.#counts.pages, Math.max(1, pages), 1)
    raise(this.#counts.bytes, 10 ** (Math.round(Math.log10(Math.max(1, bytes)) * STEPS) / STEPS), 1)
    this.count++
    if (proven) this.proven++
  }

  /** @param scale  An object there stands for so many: only some were drawn. */
  merge(other: Peers, scale = 1): void {
    for (const measure of MEASURES) {
      const factor = measure === 'objects' ? scale : 1
      for (const [value, count] of other.#counts[measure]) raise(this.#counts[measure], value * factor, count)
    }
    this.count += other.count
    this.proven += other.proven
  }

  compare(measure: Measure, value: number): Comparison {
    const logarithms = [...this.#counts[measure]].map(([each, count]) => [Math.log10(each), count] as const)
    const spread = spreadOf(new Map(logarithms))
    // a logarithm there and back is off in its last digits, and the ratio is asked for exactly
    const median = Number((10 ** spread.median).toPrecision(12))
    return {
      median,
      mad: spread.mad,
      z: modifiedZ(Math.log10(Math.max(1, value)), spread),
      ratio: value / median,
    }
  }
}

function raise(counts: Map<number, number>, key: number, more: number): void {
  counts.set(key, (counts.get(key) ?? 0) + more)
}

/** How a value stands against those of the peers. */
export interface Comparison {
  /** In the value's own unit. */
  readonly median: number
  /** Of decimal logarithms. */
  readonly mad: number
  /** Modified z of the decimal logarithms; infinite where the MAD is 0. */
  readonly z: number
  readonly ratio: number
}

/** Whether a comparison is out of the ordinary; with a MAD of 0 the ratio alone decides. */
export function exceeds({ mad, z, ratio }: Comparison, leastZ: number, leastRatio: number): boolean {
  return ratio >= leastRatio && (mad === 0 || z > leastZ)
}
