import { ACCEPTED, DENIED, FLAG, SERVED } from '../../../classify/contract.js'
import { IndicatorMatcher } from '../../../classify/indicators.js'
import { normalPath } from '../../../classify/normal-path.js'
import type { RecordBatch } from '../../../columns/contract.js'
import { byPlace } from '../../../observe/citations.js'
import type {
  BoundHit,
  Observer,
  ObserverContext,
  Selection,
  Signal,
  SubjectRef,
} from '../../../observe/contract.js'
import type { GapRun } from '../../../observe/gap-runs.js'
import type { DetectorInput } from '../../contract.js'
import { type Counted, EpisodeEvidence, PrincipalEpisodes } from '../../principal-episodes.js'

export interface IndicatorSeenMeasures {
  readonly indicator: string
  readonly type: string
  /** What the list says of it. */
  readonly note?: string
  readonly requests: number
  readonly served: number
  readonly accepted: number
  readonly unclear: number
  readonly denied: number
  /** Sum of the stated sizes of all answers. */
  readonly bytes: number
}

class Episode implements Counted {
  readonly evidence = new EpisodeEvidence()
  served = 0
  accepted = 0
  unclear = 0
  denied = 0
  bytes = 0

  static join(into: Episode, from: Episode): void {
    for (const name of ['served', 'accepted', 'unclear', 'denied', 'bytes'] as const) into[name] += from[name]
  }
}

export class IndicatorSeenObserver implements Observer {
  readonly id = 'indicator-seen'
  readonly wants = FLAG.indicator
  readonly scope = 'keyed'
  readonly horizon = 'causal'
  readonly #input: DetectorInput
  readonly #matcher: IndicatorMatcher
  readonly #episodes: PrincipalEpisodes<Episode>

  constructor(input: DetectorInput) {
    this.#input = input
    this.#matcher = new IndicatorMatcher(input.indicators)
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
      const length = batch.pathLength[row]!
      const path = length < 0 ? null : normalPath(batch.bytes, batch.pathStart[row]!, length)
      for (const indicator of this.#matcher.ofRow(batch, row, path))
        this.#count(batch, row, indicator, context)
    }
  }

  merge(other: this): void {
    this.#episodes.merge(other.#episodes)
  }

  *seal(context: ObserverContext): Iterable<Signal> {
    for (const { ref, scope, run } of this.#episodes.all()) yield this.#signalOf(ref, scope, run, context)
  }

  snapshot(): Readonly<Record<string, number>> {
    return { candidates: this.#episodes.size }
  }

  bounds(): readonly BoundHit[] {
    return this.#episodes.bounds()
  }

  #count(batch: RecordBatch, row: number, indicator: number, context: ObserverContext): void {
    const outcome = batch.outcome[row]!
    const worth = outcome === SERVED ? 2 : outcome === DENIED ? 0 : 1
    const episode = this.#episodes.take(batch, row, indicator, worth, context)
    episode[
      outcome === SERVED
        ? 'served'
        : outcome === ACCEPTED
          ? 'accepted'
          : outcome === DENIED
            ? 'denied'
            : 'unclear'
    ]++
    episode.bytes += batch.bytesSent[row]! || 0
    if (outcome === SERVED || outcome === ACCEPTED) this.#episodes.keepReference(episode, batch, row, context)
  }

  #signalOf(ref: SubjectRef, scope: number, run: GapRun<Episode>, context: ObserverContext): Signal {
    const { evidence, served, accepted, unclear, denied, bytes } = run.value
    const { type, value, note } = this.#input.indicators[scope]!
    const requests = evidence.citations.count
    const grade = served > 0 ? 'served' : accepted > 0 ? 'accepted' : unclear > 0 ? 'unclear' : 'denied'
    const reasons = evidence.reasons(ref, context)
    reasons.delete('producer-unknown')
    return {
      kind: this.id,
      subject: evidence.subject.detail(ref),
      scope: { type: 'indicator', id: `${type}:${value}` },
      start: run.first,
      end: run.last,
      grade,
      outcome: grade === 'denied' ? 'attempted' : grade === 'unclear' ? 'unknown' : 'succeeded',
      summary: `${requests === 1 ? '1 request matches' : `${requests} requests match`} the ${type} "${value}": ${served} served, ${denied} denied`,
      measures: {
        indicator: value,
        type,
        ...(note === undefined ? {} : { note }),
        requests,
        served,
        accepted,
        unclear,
        denied,
        bytes,
      },
      citations: evidence.citations.list(),
      evidenceCount: requests,
      references: [...evidence.references].sort(byPlace),
      reasons: [...reasons].sort(),
      alternatives: type === 'user-agent' ? ['another program that names itself the same'] : [],
      techniques: [],
    }
  }
}
