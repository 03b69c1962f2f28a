import type { LocalRate } from './local-rate.js'
import type { RhythmSeries } from './series.js'

/** Width of a bin of normalised lengths, and how many there are. */
const BIN = 0.25
const BINS = 4000
/** Silent runs needed to know a tail, and to know that of times of one level. */
const LEAST_RUNS = 200
const LEAST_OF_LEVEL = 2000
/** Levels are told apart by octaves from a share of 2 ** LOWEST busy seconds on. */
const LOWEST = -20
const OCTAVES = 20
/** Shares of the runs between which the slope is taken, at least a factor apart. */
const UPPER_SHARE = 0.02
const LEAST_RANGE = 5
const LOWER_SHARE = 2e-4
/** Runs beyond the lower point: fewer are left to chance, and a loss among them must not shape the tail. */
const LEFT_OUT = 20
/** The longest of all, but for as many losses as a log has at most: they may make the tail so many times heavier, no more. */
const LONGEST = 60
const LOSSES = 5
const MOST_HEAVIER = 1.5

/** Lengths of silent runs: how many have which. */
class Lengths {
  readonly bins = new Float64Array(BINS)
  runs = 0

  add(expected: number): void {
    this.runs++
    this.bins[Math.min(BINS - 1, Math.floor(expected / BIN))]!++
  }

  take(other: Lengths): void {
    this.runs += other.runs
    for (let bin = 0; bin < BINS; bin++) this.bins[bin]! += other.bins[bin]!
  }
}

/**
 * How long silences are in a log by chance, as beginnings that were to be expected in them.
 *
 * For visits of one record that come independently of each other that number has the tail exp(-x). Real ones hang together, so the tail is
 * heavier: its slope is taken from the log itself, between the longest 2 % of all silent runs and the longest 0.02 %, and
 * goes on as an exponential from there (peaks over threshold with shape 0).
 *
 * @see https://projecteuclid.org/euclid.aos/1176343003  Pickands 1975, Statistical inference using extreme order statistics
 */
class Tail {
  readonly #runs: number
  readonly #point: number
  readonly #share: number
  readonly #slope: number

  constructor({ bins, runs }: Lengths) {
    const lower = Math.max(LOWER_SHARE, LEFT_OUT / runs)
    const a = pointAt(bins, Math.max(UPPER_SHARE, LEAST_RANGE * lower) * runs)
    const b = pointAt(bins, lower * runs)
    this.#runs = runs
    this.#point = b.at
    this.#share = b.count / runs
    const usual = slopeBetween(a, b)
    const longest = slopeBetween(pointAt(bins, LONGEST), pointAt(bins, LOSSES + 1))
    this.#slope = Math.max(1, usual, Math.min(longest, MOST_HEAVIER * usual))
  }

  /** How often chance gives a silence of so many expected beginnings, or a longer one, among all runs. */
  chance(expected: number): number {
    return this.#runs * this.#share * Math.exp((this.#point - expected) / this.#slope)
  }
}

/**
 * The tails of a log: of all its silences, and of those of times of about one rate. By night few visits overlap, and what they leave
 * silent is longer, measured by the rate, than what the crowd of the day leaves: among all runs those few would not show.
 */
export class SilenceTail {
  readonly #all: Tail
  /** By octave; several share one where runs are few. */
  readonly #ofOctave: readonly Tail[]
  readonly #groups: number

  private constructor(all: Lengths, octaves: readonly Lengths[]) {
    this.#all = new Tail(all)
    const groups = groupsOf(octaves)
    this.#groups = new Set(groups).size
    const tails = new Map([...new Set(groups)].map((group) => [group, new Tail(group)]))
    this.#ofOctave = groups.map((group) => tails.get(group)!)
  }

  /**
   * @param expectedIn  Beginnings expected in a silent run; infinity where it cannot be said.
   * @returns null where there are too few silences to tell.
   */
  static of(
    series: RhythmSeries,
    rate: LocalRate,
    expectedIn: (from: number, to: number) => number,
  ): SilenceTail | null {
    const all = new Lengths()
    const octaves = Array.from({ length: OCTAVES }, () => new Lengths())
    series.forEachRun((from, to) => {
      const expected = expectedIn(from, to)
      if (!Number.isFinite(expected)) return
      all.add(expected)
      octaves[octaveOf(rate.level(from, to))]!.add(expected)
    })
    return all.runs < LEAST_RUNS ? null : new SilenceTail(all, octaves)
  }

  /**
   * How often chance gives a silence of so many expected beginnings, or a longer one, in the whole log.
   *
   * @param level  What kind of time it is in; see LocalRate.
   */
  chance(expected: number, level: number): number {
    const ofRate = this.#ofOctave[octaveOf(level)]!
    return Math.max(this.#all.chance(expected), this.#groups * ofRate.chance(expected))
  }
}

function octaveOf(level: number): number {
  return Math.max(0, Math.min(OCTAVES - 1, Math.floor(Math.log2(level)) - LOWEST))
}

/** For each octave the lengths of its group: octaves from the lowest rate on are put together until there are enough runs. */
function groupsOf(octaves: readonly Lengths[]): Lengths[] {
  const groups: Lengths[] = []
  let group = new Lengths()
  for (const octave of octaves) {
    if (group.runs >= LEAST_OF_LEVEL) group = new Lengths()
    group.take(octave)
    groups.push(group)
  }
  return withoutSmall(groups)
}

/** What is left over at the highest rates goes with the group before. */
function withoutSmall(groups: readonly Lengths[]): Lengths[] {
  const last = groups.at(-1)!
  const before = groups.findLast((group) => group !== last)
  if (last.runs >= LEAST_OF_LEVEL || before === undefined) return [...groups]
  before.take(last)
  return groups.map((group) => (group === last ? before : group))
}

/** A length, and how many runs have at least that. */
interface Point {
  readonly at: number
  readonly count: number
}

/** The length by which runs get fewer by a factor of e. */
function slopeBetween(a: Point, b: Point): number {
  return a.count === b.count ? 1 : (b.at - a.at) / Math.log(a.count / b.count)
}

/** The largest length that at least so many runs have. */
function pointAt(bins: Float64Array, wanted: number): Point {
  let count = 0
  for (let bin = bins.length - 1; bin >= 0; bin--) {
    count += bins[bin]!
    if (count >= wanted) return { at: bin * BIN, count }
  }
  return { at: 0, count }
}
