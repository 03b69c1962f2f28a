import type { ObserverContext, Signal } from '../../../observe/contract.js'
import { isNear } from '../../../observe/denial-sizes.js'
import type { Candidate } from './candidate.js'
import { asPeer, dayOf, type Export, exportsOf, judge, type Known, knownOf, type Limits } from './judge.js'
import { knownFrom } from './opening-time.js'
import type { PairTable } from './pair-table.js'
import { Peers } from './peers.js'
import type { ServedRows } from './served-rows.js'
import { signalOf } from './signal.js'

/** Judges all candidates against those who share their routes; each of the windows and peers is made once. */
export function* judgeAll(
  candidates: readonly Candidate[],
  pairs: PairTable,
  served: ServedRows,
  limits: Limits,
  drawnOf: (candidate: Candidate) => number,
  context: ObserverContext,
): Generator<Signal> {
  const denials = served.unknownPaths.common()
  const isDenialSize = (size: number) => denials.length > 0 && isNear(denials, size)
  const known = new Map<Candidate, Known>()
  const knownBy = (candidate: Candidate): Known => {
    const made = known.get(candidate) ?? knownOf(candidate, knownFrom(candidate), isDenialSize)
    known.set(candidate, made)
    return made
  }
  const found = candidates
    .filter((it) => mayBeExport(it, limits))
    .flatMap((it) => exportsOf(knownBy(it), limits))
  if (found.length === 0) return
  const closed = pairs.peersOf(new Set(found.map(tagOf)))
  for (const one of found) {
    const { candidate } = one.known
    const peers = new Peers()
    peers.merge(closed.get(candidate.route.tag)!, drawnOf(candidate))
    for (const other of candidates)
      if (other !== candidate && other.route.tag === candidate.route.tag) peers.add(asPeer(knownBy(other)))
    const askedRobots = candidate.subject.clients.list().some((client) => served.robots.has(client))
    const verdict = judge(one, { peers, firstDay: dayOf(served.first), askedRobots }, limits)
    if (verdict !== null) yield signalOf(one, verdict, context)
  }
}

function tagOf({ known }: Export): number {
  return known.candidate.route.tag
}

/** Whether a candidate can hold an export at all: nearly all cannot, and need no windows. */
function mayBeExport({ objects, pages, bytes }: Candidate, limits: Limits): boolean {
  return (
    objects.count >= limits.objects ||
    (bytes >= limits.bytes && objects.count >= limits.requests) ||
    (pages !== null && pages.count >= limits.pages)
  )
}
