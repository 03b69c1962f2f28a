/** One run: `first` and `last` are epoch milliseconds, inclusive. */
export interface GapRun<T> {
  first: number
  last: number
  readonly value: T
}

/**
 * Runs of events with gaps of at most `gapMs`, whatever the order in which the events come: an event that closes the gap
 * between two runs joins them. Holds all runs; for candidates, which are few.
 */
export class GapRuns<T> {
  readonly #gapMs: number
  readonly #create: () => T
  readonly #join: (into: T, from: T) => void
  /** Ascending, never touching. */
  #runs: GapRun<T>[] = []

  constructor(gapMs: number, create: () => T, join: (into: T, from: T) => void) {
    this.#gapMs = gapMs
    this.#create = create
    this.#join = join
  }

  get runs(): readonly GapRun<T>[] {
    return this.#runs
  }

  /** The value of the run that an event at `t` belongs to, made or widened as needed. */
  at(t: number): T {
    const gap = this.#gapMs
    const runs = this.#runs
    let i = runs.length
    while (i > 0 && t < runs[i - 1]!.first - gap) i--
    const run = runs[i - 1]
    if (run === undefined || t > run.last + gap) {
      const made = { first: t, last: t, value: this.#create() }
      runs.splice(i, 0, made)
      return made.value
    }
    run.first = Math.min(run.first, t)
    run.last = Math.max(run.last, t)
    return this.#joinBefore(i - 1).value
  }

  /** Takes in the runs of another. */
  merge(other: GapRuns<T>): void {
    const all = [...this.#runs, ...other.#runs].sort((a, b) => a.first - b.first || a.last - b.last)
    this.#runs = []
    for (const run of all) {
      const before = this.#runs.at(-1)
      if (before !== undefined && run.first <= before.last + this.#gapMs) this.#absorb(before, run)
      else this.#runs.push(run)
    }
  }

  /** Joins a run that grew to the one before it, if they touch now. The one behind would have taken the event itself. */
  #joinBefore(i: number): GapRun<T> {
    const run = this.#runs[i]!
    const before = this.#runs[i - 1]
    if (before === undefined || run.first - before.last > this.#gapMs) return run
    this.#absorb(before, run)
    this.#runs.splice(i, 1)
    return before
  }

  #absorb(into: GapRun<T>, from: GapRun<T>): void {
    into.first = Math.min(into.first, from.first)
    into.last = Math.max(into.last, from.last)
    this.#join(into.value, from.value)
  }
}
