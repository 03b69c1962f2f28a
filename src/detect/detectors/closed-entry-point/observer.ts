import { ACCEPTED, DENIED, FLAG, SERVED } from '../../../classify/contract.js'
import type { RecordBatch } from '../../../columns/contract.js'
import { readPath } from '../../../columns/view.js'
import type { BoundHit, Observer, ObserverContext, Selection, Signal } from '../../../observe/contract.js'
import { isNear, SizeCounts } from '../../../observe/denial-sizes.js'
import { AFTER, BEFORE, IN_FLIGHT, type PhaseLimits, phaseOf } from '../../closing-phase.js'
import type { DetectorInput } from '../../contract.js'
import { PrincipalEpisodes } from '../../principal-episodes.js'
import { Episode } from './episode.js'
import { signalOf } from './signal.js'

export class ClosedEntryPointObserver implements Observer {
  readonly id = 'closed-entry-point'
  readonly wants = FLAG.entryPoint | FLAG.notFound
  readonly scope = 'keyed'
  readonly horizon = 'retrospective'
  readonly #input: DetectorInput
  readonly #limits: PhaseLimits
  readonly #episodes: PrincipalEpisodes<Episode>
  /** Answers to unknown paths, anywhere. */
  readonly #unknownPaths = new SizeCounts()
  /** Denials by entry point. */
  readonly #denials: readonly SizeCounts[]

  constructor(input: DetectorInput) {
    this.#input = input
    this.#limits = { graceMs: input.threshold('graceMs'), maxRequestMs: input.threshold('maxRequestMs') }
    this.#denials = input.entryPoints.map(() => new SizeCounts())
    this.#episodes = new PrincipalEpisodes(input, {
      name: this.id,
      gapMs: input.threshold('episodeGapMs'),
      create: () => new Episode(),
      join: Episode.join,
    })
  }

  visit(batch: RecordBatch, selection: Selection, context: ObserverContext): void {
    for (let i = 0; i < selection.count; i++) {
      const row = selection.rows[i]!
      if ((batch.flags[row]! & FLAG.notFound) !== 0) this.#unknownPaths.add(batch.bytesSent[row]!)
      for (let bits = batch.entryPoints[row]!, entry = 0; bits !== 0; bits >>>= 1, entry++) {
        if ((bits & 1) !== 0) this.#visitEntry(batch, row, entry, context)
      }
    }
  }

  merge(other: this): void {
    this.#episodes.merge(other.#episodes)
    this.#unknownPaths.merge(other.#unknownPaths)
    this.#denials.forEach((sizes, entry) => {
      sizes.merge(other.#denials[entry]!)
    })
  }

  *seal(context: ObserverContext): Iterable<Signal> {
    const siteDenials = this.#unknownPaths.common()
    const denials = this.#denials.map((sizes) => sizes.sizes())
    for (const { ref, scope, run } of this.#episodes.all()) {
      const isDenialSize = (size: number) => isNear(siteDenials, size) || isNear(denials[scope]!, size)
      yield signalOf(ref, this.#input.entryPoints[scope]!, run, isDenialSize, context)
    }
  }

  snapshot(): Readonly<Record<string, number>> {
    return { candidates: this.#episodes.size }
  }

  bounds(): readonly BoundHit[] {
    return this.#episodes.bounds()
  }

  #visitEntry(batch: RecordBatch, row: number, entry: number, context: ObserverContext): void {
    const outcome = batch.outcome[row]!
    if (outcome === DENIED) this.#denials[entry]!.add(batch.bytesSent[row]!)
    const t = batch.time[row]!
    const { closed } = this.#input.entryPoints[entry]!
    const phase = phaseOf(closed, t, batch.durationMs[row]!, context.stampOf(batch.source), this.#limits)
    if (phase === BEFORE) return
    const worth = phase === IN_FLIGHT || outcome === DENIED ? 0 : outcome === SERVED ? 2 : 1
    const episode = this.#episodes.take(batch, row, entry, worth, context)
    episode.spellings.add(readPath(batch, row) ?? '', t, batch.source, batch.placeOffset[row]!)
    if (phase === IN_FLIGHT) {
      episode.inFlight++
      return
    }
    episode.firstAfter = Math.min(episode.firstAfter, t)
    episode.lastAfter = Math.max(episode.lastAfter, t)
    episode.counts.countRow(batch, row, phase === AFTER ? 1 : 0)
    if (outcome === SERVED || outcome === ACCEPTED) this.#episodes.keepReference(episode, batch, row, context)
  }
}
