import type { Random } from '../../model/random.js'

/**
 * Times of `count` tries that all lie within nine tenths of a window, evenly but not exactly so, in order.
 *
 *     |--x---x--x----x--x--| |
 *     from                   from + windowMs
 */
export function within(random: Random, fromMs: number, windowMs: number, count: number): number[] {
  const step = (windowMs * 0.9) / count
  return Array.from({ length: count }, (_, i) => Math.floor(fromMs + (i + 0.1 + 0.7 * random.unit()) * step))
}

/** `count` moments from `fromMs` on with a mean gap, each gap from a half to one and a half of it; in order. */
export function paced(random: Random, fromMs: number, meanGapMs: number, count: number): number[] {
  let at = fromMs
  return Array.from({ length: count }, (_, i) => {
    if (i > 0) at += Math.max(1, Math.floor(meanGapMs * (0.5 + random.unit())))
    return at
  })
}
