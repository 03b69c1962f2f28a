import { FIELD } from '../../../columns/contract.js'
import type { LogFormat, RejectReason, RowWriter } from '../../contract.js'
import { as, extra, text } from '../../meanings.js'
import { fromText, inSequence, type Meanings, putGroups } from '../../text/read-text.js'

const MEANINGS: Meanings = {
  time: as({ as: 'time', time: { kind: 'iso' } }),
  source_file: extra('source_file'),
  level: extra('level'),
  message: extra('message'),
  user: text(FIELD.user),
  client: as({ as: 'address' }),
}

/** 1.4 writes where in its source a message comes from; newer ones say how grave it is. */
const HEAD = inSequence(
  /(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d): /,
  /\((?<source_file>[\w./-]{1,128}\.\d{1,6})\) (?:\((?<level>\w{1,16})\) )?/,
)
const MESSAGE = /^(?<message>.*)$/ds

/** mod_auth names the client last, and so does Suhosin. The path and the name before it are the client's text. */
const CLIENT =
  /(?:,? IP: |\(attacker ')(?<client>\[?[0-9a-fA-F.:]{2,45}\]?(?::\d{1,5})?)(?:', file '[^']*'(?:, line \d+)?\))?$/d
const USER = /(?: username: )(?<user>.*?)(?:,? IP: |$)/d

function read(line: string, row: RowWriter): 'record' | RejectReason {
  const head = HEAD.exec(line)
  if (head === null) return 'no-match'
  const at = head[0].length
  const message = line.slice(at)
  const matches = [MESSAGE, CLIENT, USER].map((pattern) => pattern.exec(message))
  const problem = putGroups(head, MEANINGS, row, 'escaped')
  for (const match of matches) if (match !== null) putGroups(match, MEANINGS, row, 'escaped', at)
  if (message.split(' username: ').length > 2) row.ambiguous()
  return problem ?? 'record'
}

/** The error log of lighttpd. */
export const lighttpdError: LogFormat = {
  id: 'lighttpd-error',
  title: 'Error log of lighttpd',
  reference: 'https://redmine.lighttpd.net/projects/lighttpd/wiki/Server_errorlogDetails',
  example:
    "2000-10-10 13:55:36: (mod_auth.c.811) password doesn't match for /private username: alice IP: 203.0.113.9",
  ...fromText(read, MEANINGS),
  hint: /^\d{4}-/,
  stamp: { unknown: 'unknown' },
}
