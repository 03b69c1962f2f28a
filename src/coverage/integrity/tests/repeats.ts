import { formatCount } from '../../../core/times.js'
import { measuresOf, type Observation, type TestedLog, type TestedSource } from '../observation.js'
import type { Repeat } from '../trace.js'

/** Lines that come again within one source. */
export function repeatsOf({ sources }: TestedLog): Observation[] {
  return sources.flatMap((source) => source.trace.repeats.kept.map((repeat) => repeatedBlock(source, repeat)))
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
