import { FIELD } from '../../../columns/contract.js'
import type { LogFormat, RejectReason, RowWriter } from '../../contract.js'
import { as, extra, text } from '../../meanings.js'
import { fromText, inSequence, type Meanings, putGroups } from '../../text/read-text.js'

const MEANINGS: Meanings = {
  time: as({ as: 'time', time: { kind: 'iso' } }),
  level: extra('level'),
  pid: extra('pid'),
  tid: extra('tid'),
  client: as({ as: 'address' }),
  client_port: extra('client_port'),
  connection: extra('connection'),
  server_name: extra('server_name'),
  module: extra('module'),
  message: extra('message'),
  user: text(FIELD.user),
}

const HEAD = inSequence(
  /(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{1,9}) \[(?<level>[A-Z]{3,9})\] /,
  /(?:\[(?<pid>\d{1,20})\] )?(?:\[T(?<tid>\d{1,20})\] )?/,
)

/**
 * The session that a message is about: `address:port`, how it speaks, and its virtual host.
 *
 *     [203.0.113.9:4711:HTTP2-3#example]     [203.0.113.9:4711-Q:0123456789ABCDEF-4#example]
 *
 * An IPv6 address may stand without brackets of its own; the port is then behind its last colon.
 */
const SESSION = inSequence(
  /\[\[?(?<client>\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F:]{2,39}(?:\.\d{1,3}){0,3})\]?:(?<client_port>\d{1,5})/,
  /(?:[:-](?<connection>[^#\]]{0,128}))?(?:#(?<server_name>[^\]]{0,256}))?\] /,
)

const MODULE = /^\[(?<module>[A-Z][\w:]{1,31})\] /d
const MESSAGE = /^(?<message>.*)$/ds

/** The web console tells the name that was tried. */
const USER = /Failed Login Attempt - username:(?<user>.*?) ip:/d

function read(line: string, row: RowWriter): 'record' | RejectReason {
  const head = HEAD.exec(line)
  if (head === null) return 'no-match'
  const problem = putGroups(head, MEANINGS, row, 'raw')
  let at = head[0].length
  for (const pattern of [SESSION, MODULE]) {
    const match = pattern.exec(line.slice(at, at + LONGEST_PIECE))
    if (match === null) continue
    putGroups(match, MEANINGS, row, 'raw', at)
    at += match[0].length
  }
  const message = line.slice(at)
  for (const pattern of [MESSAGE, USER]) {
    const match = pattern.exec(message)
    if (match !== null) putGroups(match, MEANINGS, row, 'raw', at)
  }
  if (USER.test(message) && message.split(' ip:').length > 2) row.ambiguous()
  return problem ?? 'record'
}

const LONGEST_PIECE = 512

/** The error log of LiteSpeed and OpenLiteSpeed. Their access log is a combined one. */
export const litespeed: LogFormat = {
  id: 'litespeed',
  title: 'Error log of LiteSpeed and OpenLiteSpeed',
  reference: 'https://docs.litespeedtech.com/lsws/logs/',
  example:
    '2000-10-10 13:55:36.123456 [NOTICE] [811] [203.0.113.9:4711:HTTP2-3#example] File not found [/srv/example/html/a]',
  ...fromText(read, MEANINGS),
  hint: /^\d{4}-/,
  stamp: { unknown: 'unknown' },
}
