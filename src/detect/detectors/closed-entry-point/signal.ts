import { byPlace } from '../../../observe/citations.js'
import type { ObserverContext, Signal, SubjectRef } from '../../../observe/contract.js'
import type { GapRun } from '../../../observe/gap-runs.js'
import type { DeclaredEntryPoint } from '../../contract.js'
import type { JudgedOutcomes } from '../../outcome-counts.js'
import type { ClosedEntryPointMeasures, Episode } from './episode.js'

const SPELLINGS_SHOWN = 20

type Grade = 'served' | 'accepted' | 'unclear' | 'denied' | 'in-flight'

/** Makes the signal of one episode, now that the sizes of denials are known. */
export function signalOf(
  ref: SubjectRef,
  entry: DeclaredEntryPoint,
  run: GapRun<Episode>,
  isDenialSize: (size: number) => boolean,
  context: ObserverContext,
): Signal {
  const episode = run.value
  const judged = episode.counts.judged(isDenialSize)
  const measures = measuresOf(entry, run, judged)
  const grade = gradeOf(measures)
  const references = episode.evidence.references
    .filter((it) => it.status !== 200 || !isDenialSize(it.size))
    .sort(byPlace)
  return {
    kind: 'closed-entry-point',
    subject: episode.evidence.subject.detail(ref),
    scope: { type: 'entry-point', id: entry.id },
    start: run.first,
    end: run.last,
    grade,
    outcome: OUTCOME[grade],
    summary: summaryOf(entry.id, measures),
    measures,
    citations: episode.evidence.citations.list(),
    evidenceCount: episode.evidence.citations.count,
    references,
    reasons: reasonsOf(ref, episode, judged, grade, context),
    alternatives: ALTERNATIVES[grade],
    techniques: ['T1190'],
  }
}

const OUTCOME = {
  served: 'succeeded',
  accepted: 'succeeded',
  unclear: 'unknown',
  denied: 'attempted',
  'in-flight': 'unknown',
} as const

const ALTERNATIVES: Readonly<Record<Grade, readonly string[]>> = {
  served: [
    'the declared closing time or its zone is wrong',
    'another function was put at the same path after the closing',
  ],
  accepted: [
    'the declared closing time or its zone is wrong',
    'a 304 says that the client already holds the data, not that the door is open to others',
  ],
  unclear: ['a redirect or error page that serves no data'],
  denied: [],
  'in-flight': ['requests that were being answered when the door closed'],
}

function measuresOf(
  entry: DeclaredEntryPoint,
  run: GapRun<Episode>,
  { served, unclear, softDenied, firstGiven, lastGiven }: JudgedOutcomes,
): ClosedEntryPointMeasures {
  const episode = run.value
  const { accepted, denied } = episode.counts
  const all = [served, accepted, unclear, denied]
  const requests = all.reduce((sum, it) => sum + it.requests, 0)
  return {
    closedFrom: closingBefore(entry, requests === 0 ? run.last : episode.firstAfter),
    requests,
    served: served.requests,
    accepted: accepted.requests,
    unclear: unclear.requests,
    softDenied,
    denied: denied.requests,
    inFlight: episode.inFlight,
    mayHaveBegunBefore: requests - all.reduce((sum, it) => sum + it.sure, 0),
    bytes: served.bytes + accepted.bytes,
    firstAfter: requests === 0 ? null : new Date(episode.firstAfter).toISOString(),
    lastAfter: requests === 0 ? null : new Date(episode.lastAfter).toISOString(),
    firstGiven: isoOrNull(firstGiven),
    lastGiven: isoOrNull(lastGiven),
    spellings: episode.spellings.list(SPELLINGS_SHOWN),
    spellingCount: episode.spellings.count,
  }
}

function isoOrNull(time: number): string | null {
  return Number.isFinite(time) ? new Date(time).toISOString() : null
}

/** The last closing that was declared for a time up to `t`, or for one that its uncertainty reaches. */
function closingBefore(entry: DeclaredEntryPoint, t: number): string {
  const [first, ...later] = entry.closed
  const closing = later.findLast(({ from, uncertaintyMs }) => from - uncertaintyMs <= t) ?? first!
  return new Date(closing.from).toISOString()
}

function gradeOf(measures: ClosedEntryPointMeasures): Grade {
  for (const grade of ['served', 'accepted', 'unclear', 'denied'] as const)
    if (measures[grade] > 0) return grade
  return 'in-flight'
}

function summaryOf(entry: string, measures: ClosedEntryPointMeasures): string {
  const parts = (['served', 'accepted', 'unclear', 'denied'] as const)
    .filter((name) => measures[name] > 0)
    .map((name) => `${measures[name]} ${name}`)
  if (parts.length === 0)
    return `${count(measures.inFlight)} at "${entry}" in flight when it was closed at ${measures.closedFrom}`
  const inFlight = measures.inFlight > 0 ? `; ${measures.inFlight} more in flight at the closing` : ''
  return `${count(measures.requests)} at "${entry}" after it was closed at ${measures.closedFrom}: ${parts.join(', ')}${inFlight}`
}

function count(requests: number): string {
  return requests === 1 ? '1 request' : `${requests} requests`
}

/** The producer matters only where the start of the request decides. */
function reasonsOf(
  ref: SubjectRef,
  episode: Episode,
  judged: JudgedOutcomes,
  grade: Grade,
  context: ObserverContext,
): string[] {
  const reasons = episode.evidence.reasons(ref, context)
  const strongest =
    grade === 'in-flight'
      ? null
      : grade === 'served' || grade === 'unclear'
        ? judged[grade]
        : episode.counts[grade]
  if (strongest !== null && strongest.sure === 0) reasons.add('may-have-begun-before-closing')
  else reasons.delete('producer-unknown')
  return [...reasons].sort()
}
