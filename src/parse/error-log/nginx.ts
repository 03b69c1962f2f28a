/**
 * Lines of nginx's error log.
 *
 *     2000/10/10 13:55:36 [error] 811#811: *7 MESSAGE, client: 203.0.113.9, server: example.com, request: "GET / HTTP/1.1"
 *
 * Nothing in it is escaped. A path in the message is decoded, and request line and headers are as sent, so a client can
 * imitate every part of a line. Parts are taken from the first `, client: ` that is outside of quotes; a line that holds a
 * second such text, or a part within a part, has two readings.
 *
 * @see https://github.com/nginx/nginx/blob/master/src/http/ngx_http_request.c ngx_http_log_error_handler
 */
import { FIELD } from '../../columns/contract.js'
import type { RejectReason, RowWriter } from '../contract.js'
import { as, extra, text } from '../meanings.js'
import { inSequence, type Meanings, putGroups, putText, type TextSpan } from '../text/read-text.js'

const HEAD_MEANINGS: Meanings = {
  time: as({ as: 'time', time: { kind: 'strftime', format: '%Y/%m/%d %H:%M:%S' } }),
  level: extra('level'),
  pid: extra('pid'),
  tid: extra('tid'),
  connection: extra('connection'),
}

const PART_MEANINGS: Meanings = {
  client: as({ as: 'address' }),
  server: extra('server_name'),
  login: text(FIELD.user),
  request: as({ as: 'request' }),
  subrequest: extra('subrequest'),
  upstream: extra('upstream_addr'),
  host: text(FIELD.host),
  referrer: text(FIELD.referrer),
}

/** What a line fills beside its message. */
export const NGINX_ERROR: Meanings = { ...HEAD_MEANINGS, ...PART_MEANINGS }

/** The program's name in front is journald's, or that of a syslog that keeps no stamp of its own. */
const HEAD = inSequence(
  /(?:[\w.-]{1,255} nginx(?:\[\d+\])?: )?/,
  /(?<time>\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d) /,
  /\[(?<level>emerg|alert|crit|error|warn|notice|info|debug)\] /,
  /(?<pid>\d+)#(?<tid>\d+): (?:\*(?<connection>\d+) )?/,
)

/** Reads all of a line but its message, and tells where that stands. */
export function readNginxError(line: string, row: RowWriter): TextSpan | RejectReason {
  const head = HEAD.exec(line)
  if (head === null) return 'no-match'
  const problem = putGroups(head, HEAD_MEANINGS, row, 'raw')
  if (problem !== null) return problem
  const start = head[0].length
  const end = messageEnd(line, start)
  readParts(line, end, row)
  return { start, end }
}

const CLIENT = ', client: '

/** Where the first `, client: ` outside of quotes stands; where none is outside, the last; or the end of the line. */
function messageEnd(line: string, start: number): number {
  let isQuoted = false
  let last = line.length
  for (let at = start; at < line.length; at++) {
    if (line[at] === '"') isQuoted = !isQuoted
    else if (line[at] === ',' && line.startsWith(CLIENT, at)) {
      last = at
      if (!isQuoted) return at
    }
  }
  return last
}

interface Part {
  readonly name: string
  readonly isQuoted: boolean
  /** Of its comma. */
  readonly at: number
  /** Of its value. */
  readonly start: number
}

/** Parts behind the message, in their order. A stream's bytes, which come behind them, are passed over. */
const ORDER = ['client', 'server', 'login', 'request', 'subrequest', 'upstream', 'host', 'referrer']
const PART = /, (client|server|login|request|subrequest|upstream|host|referrer): ("?)/g
const STREAM_BYTES = /, bytes from\/to client:\d{1,20}\/\d{1,20}, bytes from\/to upstream:\d{1,20}\/\d{1,20}$/

function readParts(line: string, from: number, row: RowWriter): void {
  const all = [...line.matchAll(PART)]
  const parts = inOrder(all, line, from)
  const last = STREAM_BYTES.exec(line.slice(-LONGEST_STREAM_BYTES))?.[0].length ?? 0
  parts.forEach((part, i) => {
    const stop = parts[i + 1]?.at ?? line.length - last
    const isClosed = part.isQuoted && stop > part.start && line[stop - 1] === '"'
    putText(PART_MEANINGS[part.name]!, { start: part.start, end: isClosed ? stop - 1 : stop }, row, 'raw')
  })
  if (all.length > parts.length) row.ambiguous()
}

const LONGEST_STREAM_BYTES = 200

/** A part runs to the next that may follow it; what comes too early for its quotes or too late in the order is text. */
function inOrder(all: readonly RegExpMatchArray[], line: string, from: number): Part[] {
  const parts: Part[] = []
  for (const match of all) {
    const [written, name, quote] = match as unknown as [string, string, string]
    const at = match.index!
    const last = parts.at(-1)
    const isInside =
      last !== undefined &&
      (ORDER.indexOf(name) <= ORDER.indexOf(last.name) || (last.isQuoted && line[at - 1] !== '"'))
    if (at >= from && !isInside) parts.push({ name, isQuoted: quote !== '', at, start: at + written.length })
  }
  return parts
}
