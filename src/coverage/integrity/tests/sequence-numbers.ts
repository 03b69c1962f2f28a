import { formatCount } from '../../../core/times.js'
import {
  type Grade,
  measuresOf,
  type Observation,
  plural,
  type TestedLog,
  type TestedSource,
} from '../observation.js'
import type { CounterGap, CounterTrace } from '../trace.js'

/** A counter is of one server where at most this share of its numbers fits nowhere. */
const MOST_STRAYS = 0.1
/** Absent from this share on: the server counts requests that it does not log. */
const MOST_ABSENT = 0.2
/**
 * Of a counter of messages, places in which some are absent: what another program sends, the sender counts too, and it may go to another
 * file. From more than one place in so many messages on, and more than a few, this is such a file.
 */
const MESSAGES_A_PLACE = 500
/** Share of the records that must have a number. */
const LEAST_NUMBERED = 0.9
/** Numbers in a row from which on a gap is a stretch that is not there, rather than lines here and there. */
const LONG_STRETCH = 8
/** Absent numbers that may be requests still open at the end of the log, or a number given and not used. */
const FEW = 3

const ALTERNATIVES_OF_MESSAGES = [
  'messages of other programs, which the sender counts as well, and which go to another file',
  'messages that were lost on the way: syslog over UDP, a queue that ran over',
]
const ALTERNATIVES_OF_REQUESTS = [
  'the server counts requests that its filters keep out of the log',
  'requests that were still open when the log ends',
  'lines that the server could not write: a full disk, a log pipe that was too slow',
]

/** Whether the counter of a source can tell of lost records, and why not. */
export type CounterUse = 'none' | 'several-counters' | 'uncounted-requests' | 'other-messages' | 'usable'

export function useOf(counter: CounterTrace | null): CounterUse {
  if (counter === null || counter.numbered === 0) return 'none'
  if (counter.strays > MOST_STRAYS * counter.numbered) return 'several-counters'
  if (counter.counts === 'messages') return isMixed(counter) ? 'other-messages' : 'usable'
  return isFiltered(counter) ? 'uncounted-requests' : 'usable'
}

/** Numbers are absent in too many places to be lines that were taken out of a whole file. */
function isMixed({ numbered, gaps }: CounterTrace): boolean {
  const places = gaps.reduce((sum, { stretches }) => sum + stretches, 0)
  return places > Math.max(FEW, numbered / MESSAGES_A_PLACE)
}

/** Numbers are absent everywhere, and not because a stretch of the log is. */
function isFiltered({ missing, numbered, gaps }: CounterTrace): boolean {
  if (missing <= MOST_ABSENT * (missing + numbered)) return false
  const inStretches = gaps.reduce((sum, { longest }) => sum + longest, 0)
  return missing - inStretches > MOST_ABSENT * (missing - inStretches + numbered)
}

/** A single lost record would be noticed, wherever in the log. */
export function noticesSingles({ sources }: TestedLog): boolean {
  const withRecords = sources.filter(({ trace }) => trace.records > 0)
  return (
    withRecords.length > 0 &&
    withRecords.every(
      ({ trace: { counter, records } }) =>
        useOf(counter) === 'usable' &&
        counter!.counts === 'requests' &&
        counter!.numbered >= LEAST_NUMBERED * records,
    )
  )
}

/** Numbers that the server counted up and that are not there. */
export function absentNumbersOf(log: TestedLog): Observation[] {
  return [
    ...log.sources.flatMap((source) => [...withinSource(source), ...withinConnections(source)]),
    ...betweenSources(log),
  ]
}

function withinSource(source: TestedSource): Observation[] {
  const { counter } = source.trace
  if (useOf(counter) !== 'usable') return []
  const { gaps, missing, strays } = counter!
  // numbers that came far too late were taken for absent
  if (missing <= strays) return []
  return gaps.map((gap) => gapOf(source, counter!, gap))
}

/** Numbers of what, in words. */
const COUNTS = {
  requests: "the server's count of requests",
  messages: "the sender's count of syslog messages",
} as const

/** Of absent messages it is not known that they were records. */
function leastOf({ counts, strays }: CounterTrace, missing: number): number {
  return counts === 'messages' ? 0 : Math.max(1, missing - strays)
}

function alternativesOf({ counts }: CounterTrace): readonly string[] {
  return counts === 'messages' ? ALTERNATIVES_OF_MESSAGES : ALTERNATIVES_OF_REQUESTS
}

function gapOf({ covered, ordinal }: TestedSource, counter: CounterTrace, gap: CounterGap): Observation {
  const isStretch = gap.longest >= LONG_STRETCH && 2 * gap.longest >= gap.missing
  const where = isStretch
    ? `from ${gap.firstNumber} to ${gap.lastNumber}`
    : `in ${formatCount(gap.stretches)} ${plural(gap.stretches, 'place')} between ${gap.firstNumber} and ${gap.lastNumber}`
  return {
    test: 'sequence-numbers',
    source: covered.source,
    text: `in ${ordinal} ${formatCount(gap.missing)} ${plural(gap.missing, 'number')} of ${COUNTS[counter.counts]} ${gap.missing === 1 ? 'is' : 'are'} absent, ${where}`,
    start: gap.from,
    end: gap.to,
    state: isStretch && counter.counts === 'requests' ? 'missing' : 'degraded',
    grade: gradeOf(counter, gap.missing),
    measures: measuresOf('sequence-numbers', {
      count: gap.stretches,
      lostLeast: leastOf(counter, gap.missing),
      lostMost: gap.missing,
    }),
    citations: gap.citations,
    evidenceCount: gap.missing,
    alternatives: alternativesOf(counter),
  }
}

/** Numbers between the last one of a file and the first one of the next. */
function betweenSources({ sources }: TestedLog): Observation[] {
  return sources.flatMap((source, index) => {
    const next = sources[index + 1]
    const [a, b] = [source.trace.counter, next?.trace.counter ?? null]
    if (next === undefined || useOf(a) !== 'usable' || useOf(b) !== 'usable') return []
    const missing = b!.lowest - a!.highest - 1
    if (a!.name !== b!.name || !(missing > 0)) return []
    return [betweenTwo(source, next, missing)]
  })
}

function betweenTwo(source: TestedSource, next: TestedSource, missing: number): Observation {
  const counter = source.trace.counter!
  const [first, last] = [counter.highest + 1, next.trace.counter!.lowest - 1]
  const citations = [source.trace.last, next.trace.first].filter((it) => it !== null)
  return {
    test: 'sequence-numbers',
    source: next.covered.source,
    text: `between ${source.ordinal} and ${next.ordinal} ${formatCount(missing)} ${plural(missing, 'number')} of ${COUNTS[counter.counts]} ${missing === 1 ? 'is' : 'are'} absent, from ${first} to ${last}`,
    start: Math.min(source.trace.to, next.trace.from),
    end: Math.max(source.trace.to, next.trace.from),
    state: missing >= LONG_STRETCH && counter.counts === 'requests' ? 'missing' : 'degraded',
    grade: gradeOf(counter, missing),
    measures: measuresOf('sequence-numbers', {
      lostLeast: counter.counts === 'messages' ? 0 : missing,
      lostMost: null,
    }),
    citations,
    evidenceCount: missing,
    alternatives: [
      'a file of the series that was not handed in, or was deleted by its rotation',
      ...alternativesOf(counter),
    ],
  }
}

function withinConnections({ covered, trace, ordinal }: TestedSource): Observation[] {
  const { connections } = trace
  if (connections === null || connections.missing === 0) return []
  const { missing, holed, from, to } = connections
  if (missing > MOST_ABSENT * (missing + trace.records)) return []
  return [
    {
      test: 'sequence-numbers',
      source: covered.source,
      text: `in ${ordinal} ${formatCount(missing)} ${plural(missing, 'request')} within ${formatCount(holed)} ${plural(holed, 'connection')} ${missing === 1 ? 'is' : 'are'} absent between others of the same connection`,
      start: from,
      end: to,
      state: 'degraded',
      grade: missing >= FEW ? 'damaged' : 'odd',
      measures: measuresOf('sequence-numbers', { count: holed, lostLeast: missing, lostMost: null }),
      citations: [],
      evidenceCount: missing,
      alternatives: [
        'places of the site whose requests are not logged, or go to another log',
        ...ALTERNATIVES_OF_REQUESTS.slice(1),
      ],
    },
  ]
}

/** A few messages get lost on the way. */
function gradeOf({ counts }: CounterTrace, missing: number): Grade {
  return missing >= (counts === 'messages' ? LONG_STRETCH : FEW) ? 'damaged' : 'odd'
}
