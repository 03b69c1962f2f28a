import { FIELD, type RecordBatch } from '../columns/contract.js'
import type { LogFormat, Producer } from './contract.js'
import type { TrialResult } from './trial.js'

export interface ProducerGuess {
  readonly producer: Producer
  /** Each clue in plain words. */
  readonly reasons: readonly string[]
}

/** An escape starts with a backslash that no other backslash escapes. */
const UPPER_HEX = /(?<!\\)(?:\\\\)*\\x(?:[A-F][0-9A-F]|[0-9][A-F])/
const QUOTE_IN_HEX = /(?<!\\)(?:\\\\)*\\x(?:22|5C)/

/** Something that one server writes and the other does not. */
interface Clue {
  readonly producer: 'apache' | 'nginx'
  readonly meaning: string
  /** Where a record shows it. `line` is the line as latin-1 text. */
  seen(line: string, batch: RecordBatch, row: number, layoutId: string): boolean
}

/**
 * Both servers write combined lines; these details tell them apart. HTTP/2 does not: both log `HTTP/2.0`.
 *
 * @see https://github.com/nginx/nginx/blob/master/src/http/modules/ngx_http_log_module.c ngx_http_log_escape
 * @see https://github.com/apache/httpd/blob/trunk/server/util.c ap_escape_logitem
 */
const CLUES: readonly Clue[] = [
  { producer: 'nginx', meaning: 'escapes are in upper-case hex', seen: (line) => UPPER_HEX.test(line) },
  {
    producer: 'nginx',
    meaning: 'quotes and backslashes are escaped as \\x22 and \\x5C',
    seen: (line) => QUOTE_IN_HEX.test(line),
  },
  {
    producer: 'nginx',
    meaning: 'status 444 or 494 to 499 is nginx’s own',
    seen: (_line, batch, row) =>
      batch.status[row] === 444 || (batch.status[row]! >= 494 && batch.status[row]! <= 499),
  },
  {
    producer: 'nginx',
    meaning: 'an empty request is written as "" with status 400',
    seen: (line) => line.includes(' "" 400 '),
  },
  {
    producer: 'nginx',
    meaning: 'HTTP/3 is served by nginx, not by Apache',
    seen: (line) => line.includes(' HTTP/3.0" '),
  },
  {
    producer: 'nginx',
    meaning: 'a client on a Unix socket is written as unix:',
    seen: (line) => line.startsWith('unix: '),
  },
  {
    producer: 'nginx',
    meaning: 'a quoted forwarding chain at the end, as in nginx’s own configuration (main)',
    seen: (_line, _batch, _row, layoutId) => layoutId === 'combined-forwarded',
  },
  {
    producer: 'apache',
    meaning: 'escapes are in lower-case hex',
    seen: (line) => /\\x(?:[a-f][0-9a-f]|[0-9][a-f])/.test(line),
  },
  {
    producer: 'apache',
    meaning: 'escapes are written as \\", \\\\, \\n or \\t',
    seen: (line) => /\\["\\nrtvb]/.test(line),
  },
  {
    producer: 'apache',
    meaning: 'a connection without a request is written as "-" with status 408',
    seen: (line) => line.includes(' "-" 408 '),
  },
  {
    producer: 'apache',
    meaning: 'no body is written as -, not as 0',
    seen: (line) => /" \d{3} -(?: |$)/.test(line),
  },
  {
    producer: 'apache',
    meaning: 'there is an ident',
    seen: (_line, batch, row) => batch.fieldLength[FIELD.ident]![row]! > 0,
  },
  {
    producer: 'apache',
    meaning: 'Apache’s own dummy connections are there',
    seen: (line) => line.includes('(internal dummy connection)'),
  },
  {
    producer: 'apache',
    meaning: 'host and port in front, as in Debian’s configuration of Apache (vhost_combined)',
    seen: (_line, _batch, _row, layoutId) => layoutId === 'vhost-combined',
  },
]

/** Tells who wrote the records, where the format is one that several servers write. */
export function recognizeProducer(format: LogFormat, result: TrialResult): ProducerGuess {
  const known = Object.keys(format.stamp).filter((producer) => producer !== 'unknown') as Producer[]
  if (known.length === 0) return { producer: 'unknown', reasons: [] }
  if (known.length === 1) return { producer: known[0]!, reasons: [`${format.id} is written by ${known[0]}`] }
  const counts = countClues(format, result)
  const lines = { apache: linesOf(counts, 'apache'), nginx: linesOf(counts, 'nginx') }
  const reasons = CLUES.flatMap((clue, i) =>
    counts[i]! > 0 ? [`${clue.producer}: ${clue.meaning} (${counts[i]} of the sampled lines)`] : [],
  )
  if (lines.apache === 0 && lines.nginx === 0)
    return { producer: 'unknown', reasons: ['no line tells Apache from nginx'] }
  const producer =
    lines.apache >= CLEAR * lines.nginx ? 'apache' : lines.nginx >= CLEAR * lines.apache ? 'nginx' : 'unknown'
  return {
    producer,
    reasons: producer === 'unknown' ? [...reasons, 'the clues contradict each other'] : reasons,
  }
}

/** How many times more lines must speak for one server than for the other: requests may hold the other's escapes. */
const CLEAR = 3

function countClues(format: LogFormat, result: TrialResult): number[] {
  const { batch, layouts } = result
  const counts = CLUES.map(() => 0)
  for (let row = 0; row < batch.rowCount; row++) {
    const line = latin1.decode(batch.bytes.subarray(batch.lineStart[row]!, batch.lineEnd[row]!))
    const layoutId = format.layouts?.[layouts[row]!]?.id ?? ''
    CLUES.forEach((clue, i) => {
      if (clue.seen(line, batch, row, layoutId)) counts[i]!++
    })
  }
  return counts
}

const latin1 = new TextDecoder('latin1')

function linesOf(counts: readonly number[], producer: Producer): number {
  return CLUES.reduce((sum, clue, i) => (clue.producer === producer ? sum + counts[i]! : sum), 0)
}
