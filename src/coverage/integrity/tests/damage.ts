import { formatBytes, formatCount } from '../../../core/times.js'
import {
  measuresOf,
  type Observation,
  plural,
  type TestedLog,
  type TestedSource,
  within,
} from '../observation.js'
import type { NulRun, RejectRun } from '../trace.js'

/** Faults that say that the rest of a source is not there. */
const ENDED_EARLY: ReadonlySet<string> = new Set([
  'truncated-gzip',
  'corrupt-gzip',
  'truncated-compressed',
  'corrupt-compressed',
  'truncated-source',
  'truncated-document',
  'unreadable',
])

/** What is wrong with bytes and lines: NUL bytes, rejects in a row, line ends, how the sources end. */
export function damageOf(log: TestedLog): Observation[] {
  return log.sources.flatMap((source) => [
    ...source.trace.nulRuns.kept.map((run) => nulBytes(source, run)),
    ...source.trace.rejectRuns.kept.map((run) => damagedLines(source, run)),
    ...mixedLineEnds(source),
    ...formatChange(source),
    ...cutOffLine(log, source),
    ...unreadableBytes(log, source),
  ])
}

function nulBytes({ covered, trace, ordinal }: TestedSource, run: NulRun): Observation {
  const most = trace.meanLength > 0 ? Math.ceil(run.bytes / trace.meanLength) : null
  const isHead = Number.isNaN(run.before) && run.offset === 0
  const { start, end } = within(trace, run.before, run.after)
  const lines = most === null ? '' : `, the room of about ${formatCount(most)} ${plural(most, 'record')}`
  const where = isHead ? 'begins with' : `has, from line ${run.line} on,`
  return {
    test: 'nul-bytes',
    source: covered.source,
    text: `${ordinal} ${where} ${formatBytes(run.bytes)} of NUL bytes${lines}`,
    start,
    end,
    // behind a rotation that truncates, the server goes on writing where it was: what stands before was moved away, not lost
    state: isHead ? 'degraded' : most !== null && most >= 1 ? 'missing' : 'degraded',
    grade: isHead ? 'odd' : 'damaged',
    measures: measuresOf('nul-bytes', {
      firstLine: run.line,
      lastLine: run.line,
      lostMost: most,
      bytes: run.bytes,
    }),
    citations: run.citations,
    evidenceCount: run.citations.length,
    alternatives: [
      'a rotation by copytruncate, behind which the server wrote on at its old place',
      'a crash before the file system had written the blocks that were allocated',
      'a sparse copy of the file',
    ],
  }
}

function damagedLines({ covered, trace, ordinal }: TestedSource, run: RejectRun): Observation {
  return {
    test: 'damaged-lines',
    source: covered.source,
    text: `${ordinal} has ${formatCount(run.lines)} lines in a row from line ${run.line} on that are no records`,
    ...within(trace, run.before, run.after),
    state: 'degraded',
    grade: 'odd',
    measures: measuresOf('damaged-lines', {
      firstLine: run.line,
      lastLine: run.line + run.lines - 1,
      lostMost: run.lines,
      bytes: run.bytes,
    }),
    citations: run.citations,
    evidenceCount: run.citations.length,
    alternatives: [
      'messages of another program that writes to the same file',
      'lines of a format that is not known',
      'damage in storage or in transfer',
    ],
  }
}

function mixedLineEnds({ covered, trace, ordinal }: TestedSource): Observation[] {
  const { lf, crlf, changes, firstChange, changedAt } = trace.lineEnds
  if (lf === 0 || crlf === 0) return []
  const at = Number.isNaN(changedAt) ? trace.from : changedAt
  return [
    {
      test: 'mixed-line-ends',
      source: covered.source,
      text: `in ${ordinal} ${formatCount(lf)} lines end in LF and ${formatCount(crlf)} in CR LF; that changes ${changes} ${plural(changes, 'time')}, first at line ${firstChange}`,
      start: at,
      end: at,
      state: null,
      grade: 'odd',
      measures: measuresOf('mixed-line-ends', { firstLine: firstChange, count: changes }),
      citations: [],
      evidenceCount: Math.min(lf, crlf),
      alternatives: [
        'an editor that wrote some lines anew',
        'a log put together from two of different systems',
      ],
    },
  ]
}

function formatChange({ covered, trace, ordinal }: TestedSource): Observation[] {
  const fault = covered.faults.find(({ code }) => code === 'format-changed')
  if (fault === undefined) return []
  return [
    {
      test: 'format-change',
      source: covered.source,
      text: `in ${ordinal} lines change their format${fault.first === undefined ? '' : `, first at byte ${fault.first.offset}`}`,
      start: trace.from,
      end: trace.from,
      state: null,
      // a change of the server's settings is the usual reason
      grade: null,
      measures: measuresOf('format-change'),
      citations: [],
      evidenceCount: fault.count,
      alternatives: [],
    },
  ]
}

function cutOffLine(log: TestedLog, source: TestedSource): Observation[] {
  const { covered, trace, ordinal, isFollowed } = source
  const { terminated, lastLine, line, length } = trace.end
  if (terminated || endsEarly(source)) return []
  // of a JSON document the end of a line says nothing
  if (trace.lineEnds.lf + trace.lineEnds.crlf === 0) return []
  const isCut = lastLine === 'reject'
  const where = isFollowed ? 'files that follow it are there' : 'it is the last file of its log'
  const what = isCut
    ? `ends in the middle of line ${line}, behind ${length} bytes of it`
    : 'ends without a line end'
  return [
    {
      test: 'cut-off-line',
      source: covered.source,
      text: `${ordinal} ${what}; ${where}`,
      start: trace.to,
      end: isFollowed ? Math.max(trace.to, nextFrom(log, source)) : trace.to,
      state: isCut ? 'degraded' : null,
      grade: isCut ? (isFollowed ? 'damaged' : 'odd') : null,
      measures: measuresOf('cut-off-line', {
        firstLine: line,
        lastLine: line,
        lostLeast: isCut ? 1 : 0,
        lostMost: null,
        bytes: length,
      }),
      citations: trace.last === null ? [] : [trace.last],
      evidenceCount: 1,
      alternatives: isFollowed
        ? ['a crash of the server or of its machine', 'a full disk', 'a copy that was broken off']
        : ['the file was copied while the server wrote to it', 'a copy that was broken off', 'a full disk'],
    },
  ]
}

function unreadableBytes(log: TestedLog, source: TestedSource): Observation[] {
  const { covered, trace, ordinal } = source
  const fault = covered.faults.find(({ code }) => ENDED_EARLY.has(code))
  const document = covered.faults.find(({ code }) => code === 'damaged-document')
  const found = fault ?? document
  if (found === undefined) return []
  const start = fault === undefined ? trace.from : trace.to
  const end = fault === undefined ? trace.to : Math.max(start, nextFrom(log, source))
  return [
    {
      test: 'unreadable-bytes',
      source: covered.source,
      text: `${ordinal} could not be decoded ${fault === undefined ? 'in the middle' : `beyond ${formatBytes(covered.decodedBytes)}`}: ${found.code}`,
      start,
      end,
      state: fault === undefined ? 'degraded' : 'missing',
      grade: 'damaged',
      measures: measuresOf('unreadable-bytes', { lostMost: null }),
      citations: trace.last === null ? [] : [trace.last],
      evidenceCount: 1,
      alternatives: [
        'a copy that was broken off',
        'damage in storage or in transfer',
        'a file that was still written to',
      ],
    },
  ]
}

function endsEarly({ covered }: TestedSource): boolean {
  return covered.faults.some(({ code }) => ENDED_EARLY.has(code))
}

/** First record of the file behind, or the last one of this where none is. */
function nextFrom({ sources }: TestedLog, source: TestedSource): number {
  const next = sources[sources.indexOf(source) + 1]?.trace.from ?? Number.NaN
  return Number.isNaN(next) ? source.trace.to : next
}

/** Sources of a log that were never opened: nothing of them is known. */
export function unopenedOf({ group }: TestedLog): string[] {
  return group.sources
    .filter(({ trace }) => trace === null)
    .map(({ source }) => `S${source + 1} could not be opened`)
}
