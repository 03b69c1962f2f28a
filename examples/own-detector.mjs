/**
 * Adds a detector of one's own: principals that were refused (401 or 403) many times in one episode.
 *
 *     node examples/own-detector.mjs
 */
import { fileURLToPath } from 'node:url'
import { EpisodeEvidence, FLAG, investigate, PrincipalEpisodes } from 'postern'

/** What it keeps of one principal; the evidence (who, where, cited lines) is kept by the class that it is given. */
class Refusals {
  evidence = new EpisodeEvidence()
  count = 0
}

class OftenRefusedObserver {
  id = 'often-refused'
  /** Only rows with this bit are shown to it; all others cost nothing. */
  wants = FLAG.refused
  scope = 'keyed'
  horizon = 'causal'

  constructor(input) {
    this.least = input.threshold('least')
    this.episodes = new PrincipalEpisodes(input, {
      name: this.id,
      gapMs: input.threshold('gapMs'),
      create: () => new Refusals(),
      join: (into, from) => {
        into.count += from.count
      },
    })
  }

  visit(batch, { rows, count }, context) {
    for (let i = 0; i < count; i++) this.episodes.take(batch, rows[i], 0, 0, context).count++
  }

  merge(other) {
    this.episodes.merge(other.episodes)
  }

  *seal(context) {
    for (const { ref, run } of this.episodes.all()) {
      const { evidence, count } = run.value
      if (count < this.least) continue
      yield {
        kind: this.id,
        subject: evidence.subject.detail(ref),
        scope: { type: 'rule', id: this.id },
        start: run.first,
        end: run.last,
        grade: 'many',
        outcome: 'attempted',
        summary: `refused ${count} times`,
        measures: { refused: count },
        citations: evidence.citations.list(),
        evidenceCount: evidence.citations.count,
        reasons: [...evidence.reasons(ref, context)],
        alternatives: ['a client whose key has run out'],
        techniques: ['T1110'],
      }
    }
  }

  snapshot() {
    return { candidates: this.episodes.size }
  }

  bounds() {
    return this.episodes.bounds()
  }
}

const oftenRefused = /** @type {const} */ ({
  id: 'often-refused',
  title: 'Often refused',
  reference: 'https://attack.mitre.org/techniques/T1110/',
  thresholds: [
    { name: 'least', default: 10, unit: 'requests', meaning: 'refusals in one episode' },
    { name: 'gapMs', default: 3_600_000, unit: 'ms', meaning: 'quiet time that ends an episode' },
  ],
  /** Its rows of the severity table, by grade. */
  severities: { many: 'low' },
  idle: () => null,
  create: (input) => new OftenRefusedObserver(input),
})

const run = investigate({
  evidence: [fileURLToPath(new URL('logs', import.meta.url))],
  detectors: [oftenRefused],
  thresholds: { 'often-refused': { least: 12 } },
})
for await (const finding of run.findings)
  if (finding.kind === 'often-refused')
    console.log(`${finding.severity}: ${finding.subject.id}: ${finding.summary}`)
