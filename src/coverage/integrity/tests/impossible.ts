import { formatCount } from '../../../core/times.js'
import { measuresOf, type Observation, plural, type TestedLog, type TestedSource } from '../observation.js'
import type { ImpossibleKind, ImpossibleTrace } from '../trace.js'

/** Of the answers that could have it, this share may: what many have is how this server logs. */
const MOST_SHARE = 0.01
const LEAST_COMPARABLE = 100

const SAYS: Readonly<Record<ImpossibleKind, readonly [one: string, many: string]>> = {
  'not-modified-with-body': ['answer 304 has a body', 'answers 304 have bodies'],
  'no-content-with-body': ['answer 204 has a body', 'answers 204 have bodies'],
  'head-with-body': ['answer to HEAD has a body', 'answers to HEAD have bodies'],
  'negative-duration': ['request took less than no time', 'requests took less than no time'],
  'status-out-of-range': ['status is none of HTTP', 'statuses are none of HTTP'],
}

/** Lines that say what this server cannot have done, by what it does elsewhere in the same source. */
export function impossibleOf({ sources }: TestedLog): Observation[] {
  return sources.flatMap((source) =>
    source.trace.impossible
      .filter((it) => it.comparable >= LEAST_COMPARABLE && it.records <= MOST_SHARE * it.comparable)
      .map((it) => impossibleLines(source, it)),
  )
}

function impossibleLines({ covered, ordinal }: TestedSource, found: ImpossibleTrace): Observation {
  const { kind, records, comparable, from, to, citations } = found
  return {
    test: 'impossible-line',
    source: covered.source,
    text: `in ${ordinal} ${formatCount(records)} ${plural(records, ...SAYS[kind])}, first at line ${citations[0]?.line ?? 0}; of ${formatCount(comparable)} like ${plural(records, 'it', 'them')} no other`,
    start: from,
    end: to,
    state: null,
    grade: 'odd',
    measures: measuresOf('impossible-line', { count: records, firstLine: citations[0]?.line ?? null }),
    citations,
    evidenceCount: records,
    alternatives: [
      'an application that answers against the standard',
      'a clock that was set during the request',
    ],
  }
}
