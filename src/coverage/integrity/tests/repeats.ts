import { formatCount } from '../../../core/times.js'
import { measuresOf, type Observation, type TestedLog, type TestedSource } from '../observation.js'
import type { Repeat } from '../trace.js'

/** Records like the one before that are told of: so many of those looked at, this share of them, and of so many kinds. */
const LEAST_TWINS = 20
const LEAST_TWIN_SHARE = 0.1
const LEAST_TWIN_KINDS = 0.5

/** Lines that come again within one source. */
export function repeatsOf({ sources }: TestedLog): Observation[] {
  return sources.flatMap((source) => [
    ...source.trace.repeats.kept.map((repeat) => repeatedBlock(source, repeat)),
    ...writtenTwice(source),
  ])
}

function writtenTwice({ covered, ordinal, trace }: TestedSource): Observation[] {
  const { lookedAt, records, contents, firstLine } = trace.twins
  if (records < LEAST_TWINS || records < LEAST_TWIN_SHARE * lookedAt || contents < LEAST_TWIN_KINDS * records)
    return []
  const twice = Math.round((trace.records * records) / lookedAt)
  return [
    {
      test: 'repeated-block',
      source: covered.source,
      text: `in ${ordinal} about ${formatCount(twice)} lines are the same as the one before, first line ${firstLine}: a server that logs twice, or two copies merged by time; those records count twice`,
      start: trace.from,
      end: trace.to,
      state: null,
      grade: null,
      measures: measuresOf('repeated-block', { firstLine, countedTwice: twice }),
      citations: [trace.first, trace.last].filter((it) => it !== null),
      evidenceCount: twice,
      alternatives: [],
    },
  ]
}

function repeatedBlock({ covered, ordinal }: TestedSource, repeat: Repeat): Observation {
  const { firstLine, lastLine, originalFirstLine, originalLastLine, citations } = repeat
  const lines = lastLine - firstLine + 1
  return {
    test: 'repeated-block',
    source: covered.source,
    text: `in ${ordinal} the ${formatCount(lines)} lines ${firstLine} to ${lastLine}, and perhaps a few on both sides, are those of ${originalFirstLine} to ${originalLastLine} again`,
    start: repeat.from,
    end: repeat.to,
    state: 'degraded',
    grade: 'damaged',
    measures: measuresOf('repeated-block', { firstLine, lastLine, countedTwice: lines }),
    citations,
    evidenceCount: lines,
    alternatives: [
      'a log shipper that sent lines again after it was started anew',
      'files that were put together with one of them twice',
      'a copy that was resumed at the wrong place',
    ],
  }
}
