import { FIELD } from '../../../columns/contract.js'
import type { LogFormat, RejectReason, RowWriter } from '../../contract.js'
import { APACHE_ERROR, readApacheError } from '../../error-log/apache.js'
import { NGINX_ERROR, readNginxError } from '../../error-log/nginx.js'
import { as, extra, text } from '../../meanings.js'
import { fromText, type Meanings, type TextSpan } from '../../text/read-text.js'

/** Fields of a message, by their names in it. */
const FIELDS: Meanings = {
  file: extra('rule_file'),
  line: extra('rule_line'),
  id: extra('rule_id'),
  msg: extra('message'),
  data: extra('data'),
  severity: extra('severity'),
  ver: extra('rule_version'),
  // nginx has its own host and request line behind the message, which say more
  hostname: text(FIELD.host, 1),
  uri: as({ as: 'target' }, 1),
  unique_id: extra('unique_id'),
}

const ACTION = extra('action')
const CLIENT = as({ as: 'address' }, 1)
const MEANINGS: Meanings = { ...APACHE_ERROR, ...NGINX_ERROR, ...FIELDS, action: ACTION }

/** libmodsecurity has the client in brackets before its name, on nginx. */
const NAME = /^(?:\[client ([^\]\s]{1,255})\] )?ModSecurity: /
const FIELD_TEXT = /\[([a-z_]{2,12}) "([^"\\]*(?:\\.[^"\\]*)*)"\]/g

function read(line: string, row: RowWriter): 'record' | RejectReason {
  const isNginx = line[0] !== '['
  const message = isNginx ? readNginxError(line, row) : readApacheError(line, row)
  if (typeof message === 'string') return message
  const text = line.slice(message.start, message.end)
  const name = NAME.exec(text)
  if (name === null) return 'no-match'
  if (name[1] !== undefined) {
    const start = message.start + '[client '.length
    row.value(CLIENT, start, start + name[1].length, 'escaped')
  }
  readMessage(text, name[0].length, message, row)
  return 'record'
}

/**
 *     Warning. Pattern match "..." at ARGS:a. [file "..."] [line "1"] [id "930100"] [msg "..."] [data "..."] ...
 *     ^action                                 ^fields
 *
 * Fields with a client's text in them (data, uri) stand behind those of the rule: of a name that is there twice the first
 * counts, and two rules in one line are two readings.
 */
function readMessage(message: string, from: number, span: TextSpan, row: RowWriter): void {
  const fieldsAt = Math.max(from, message.indexOf('[file "', from))
  const stop = message.indexOf('. ', from)
  row.value(ACTION, span.start + from, stop < 0 ? span.end : span.start + stop, 'escaped')
  const seen = new Set<string>()
  for (const match of message.slice(fieldsAt).matchAll(FIELD_TEXT)) {
    const [, field, value] = match as unknown as [string, string, string]
    const meaning = Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined
    if (meaning === undefined) continue
    if (seen.has(field)) {
      if (field === 'id') row.ambiguous()
      continue
    }
    seen.add(field)
    const start = span.start + fieldsAt + match.index + field.length + 3
    row.value(meaning, start, start + value.length, 'escaped')
  }
}

/** Alerts of ModSecurity in the error log of Apache or nginx. */
export const modsecurityError: LogFormat = {
  id: 'modsecurity-error',
  title: 'Alerts of ModSecurity in an error log (Apache, nginx)',
  reference: 'https://github.com/owasp-modsecurity/ModSecurity/wiki/ModSecurity-2-Data-Formats#alerts',
  example:
    '[Tue Oct 10 13:55:36.123456 2000] [:error] [pid 811:tid 140] [client 203.0.113.9:4711] [client 203.0.113.9] ModSecurity: Warning. Matched phrase "etc/passwd" at ARGS:a. [file "/etc/crs/lfi.conf"] [line "97"] [id "930120"] [msg "OS File Access Attempt"] [severity "CRITICAL"] [hostname "example.com"] [uri "/a"] [unique_id "Zq1aAAAAAAA"]',
  ...fromText(read, MEANINGS),
  hint: /ModSecurity: /,
  stamp: { apache: 'unknown', nginx: 'unknown' },
}
