/**
 * Lines of Apache's error log, 2.2, 2.4 and what a custom ErrorLogFormat makes of them.
 *
 *     [Tue Oct 10 13:55:36.123456 2000] [core:error] [pid 811:tid 140] (13)Permission denied: [client 203.0.113.9:4711]
 *     AH00035: MESSAGE, referer: https://example.com/
 *
 * What stands between stamp and message may be missing and comes in several orders, so it is read piece by piece, each
 * kind once. Control characters and backslashes of the message are escaped, quotes are not.
 *
 * @see https://httpd.apache.org/docs/2.4/mod/core.html#errorlogformat
 */
import { FIELD } from '../../columns/contract.js'
import type { RejectReason, RowWriter } from '../contract.js'
import { as, extra, text } from '../meanings.js'
import { type Meanings, putGroups, type TextSpan } from '../text/read-text.js'

const pattern = (format: string) => as({ as: 'time', time: { kind: 'strftime', format } })

/** What a line fills beside its message. */
export const APACHE_ERROR: Meanings = {
  ctime: pattern('%a %b %e %H:%M:%S %Y'),
  ctime_fraction: pattern('%a %b %e %H:%M:%S.%f %Y'),
  time: as({ as: 'any-time' }),
  module: extra('module'),
  level: extra('level'),
  pid: extra('pid'),
  tid: extra('tid'),
  client: as({ as: 'address' }),
  client_port: extra('client_port'),
  remote: extra('remote'),
  connection: extra('connection'),
  log_id: extra('log_id'),
  source_file: extra('source_file'),
  os_error: extra('os_error'),
  error_code: extra('error_code'),
  referrer: text(FIELD.referrer),
}

const DAY = '\\w{3} \\w{3} {1,2}\\d{1,2} \\d\\d:\\d\\d:\\d\\d'
const STAMP = new RegExp(
  `^\\[(?:(?<ctime>${DAY} \\d{4})|(?<ctime_fraction>${DAY}\\.\\d{1,9} \\d{4})|` +
    '(?<time>\\d{2,4}[-/]\\w{2,3}[-/]\\d{2,4}[ T:][\\d:., +TZ-]{8,24}))\\] ',
  'd',
)

const LEVEL = 'emerg|alert|crit|error|warn|notice|info|debug|trace[1-8]'

/** Pieces between stamp and message. */
const PIECES: readonly RegExp[] = [
  new RegExp(`\\[(?:(?<module>[\\w.-]{0,64}):)?(?<level>${LEVEL})\\] ?`, 'dy'),
  /\[pid (?<pid>\d{1,20})(?::tid (?<tid>\w{1,20}))?\] ?/dy,
  /\[client (?<client>[^\]\s]{1,255})\] ?/dy,
  /\[remote (?<remote>[^\]\s]{1,255})\] ?/dy,
  /\[C:(?<connection>[\w@+/-]{0,64})\] ?/dy,
  /\[R:(?<log_id>[\w@+/-]{0,64})\] ?/dy,
  /(?<source_file>[\w.-]{1,64}\.c(?:pp|xx)?\(\d{1,7}\)): /dy,
  /(?<os_error>\((?:OS )?\d{1,6}\)[^:[]{0,500}?)\s{0,2}(?:: |(?=\[client ))/dy,
  /(?<error_code>AH\d{5}): /dy,
]

/** Reads all of a line but its message, and tells where that stands. */
export function readApacheError(line: string, row: RowWriter): TextSpan | RejectReason {
  const stamp = STAMP.exec(line)
  if (stamp === null) return 'no-match'
  const found = piecesFrom(line, stamp[0].length)
  if (!found.matches.some(({ groups }) => groups?.level !== undefined)) return 'no-match'
  const hasPid = found.matches.some(({ groups }) => groups?.pid !== undefined)
  for (const match of [stamp, ...found.matches]) {
    const problem =
      match.groups?.client === undefined
        ? putGroups(match, APACHE_ERROR, row, 'escaped')
        : putClient(match, line, hasPid, row)
    if (problem !== null) return problem
  }
  return { start: found.at, end: readReferrer(line, found.at, row) }
}

/** All pieces from `at` on, and where the message starts. */
function piecesFrom(line: string, at: number): { matches: RegExpExecArray[]; at: number } {
  const matches: RegExpExecArray[] = []
  const left = new Set(PIECES)
  for (;;) {
    const match = firstOf(left, line, at)
    if (match === null) return { matches, at: behindSecondClient(line, at, matches) }
    matches.push(match)
    at += match[0].length
  }
}

function firstOf(patterns: Set<RegExp>, line: string, at: number): RegExpExecArray | null {
  for (const pattern of patterns) {
    pattern.lastIndex = at
    const match = pattern.exec(line)
    if (match === null) continue
    patterns.delete(pattern)
    return match
  }
  return null
}

/** ModSecurity writes the client's address again, without its port. Another address there is text of the message. */
function behindSecondClient(line: string, at: number, matches: readonly RegExpExecArray[]): number {
  const first = matches.find(({ groups }) => groups?.client !== undefined)?.groups?.client
  const second = /^\[client ([^\]\s]{1,255})\] /.exec(line.slice(at, at + 300))
  if (first === undefined || second === null) return at
  return first.startsWith(second[1]!) ? at + second[0].length : at
}

/** The address, and the port behind it. */
function putClient(match: RegExpExecArray, line: string, hasPid: boolean, row: RowWriter): null {
  const [start, end] = match.indices!.groups!.client!
  const port = portAt(line.slice(start, end), hasPid, start)
  row.text(FIELD.client, start, port < 0 ? end : port)
  if (port >= 0) row.extra('client_port', port + 1, end)
  return null
}

/** Only decimal digits of a port's size. */
const PORT = /:(\d{1,5})$/

/**
 * Where the colon of a port stands, or -1. Apache writes an IPv6 address without brackets, so `2001:db8::9:4711` may end in
 * a port or not: 2.4, which also writes the process's id, has one; 2.2 has none.
 */
function portAt(peer: string, hasPid: boolean, offset: number): number {
  const port = PORT.exec(peer)
  if (port === null || Number(port[1]) > 65535) return -1
  const address = peer.slice(0, port.index)
  const isV6 = address.includes(':')
  const groups = address.split(':').length
  const isWhole = !isV6 || groups === 8 || address.includes('::')
  const isSurely = !isV6 || groups === 8 || port[1]!.length === 5
  return isWhole && (isSurely || hasPid) ? offset + port.index : -1
}

const REFERRER = ', referer: '

/** The referrer at the end of a line; gives the message's end. It is the client's text, as paths in the message are. */
function readReferrer(line: string, from: number, row: RowWriter): number {
  const at = line.indexOf(REFERRER, from)
  if (at < 0) return line.length
  if (line.indexOf(REFERRER, at + 1) >= 0) row.ambiguous()
  row.value(APACHE_ERROR.referrer!, at + REFERRER.length, line.length, 'escaped')
  return at
}
