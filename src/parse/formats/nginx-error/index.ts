import { FIELD } from '../../../columns/contract.js'
import type { LogFormat, RejectReason, RowWriter } from '../../contract.js'
import { NGINX_ERROR, readNginxError } from '../../error-log/nginx.js'
import { extra, text } from '../../meanings.js'
import { fromText, type Meanings, putGroups } from '../../text/read-text.js'

const MEANINGS: Meanings = {
  ...NGINX_ERROR,
  message: extra('message'),
  excess: extra('excess'),
  zone: extra('zone'),
  user: text(FIELD.user),
}

/** ngx_http_limit_req_module: what was done, and by which rule. */
const LIMIT =
  /^(?<message>(?:limiting|delaying) requests?(?:, dry run)?), excess: (?<excess>\d+\.\d+),? by zone "(?<zone>[^"]*)"$/d

/** ngx_http_auth_basic_module: the name that the client claimed, which may hold anything. */
const USER = /^(?<message>user "(?<user>.*)"(?: was not found in "[^"]*"|: password mismatch))$/d

const ANY = /^(?<message>.*)$/ds

function read(line: string, row: RowWriter): 'record' | RejectReason {
  const message = readNginxError(line, row)
  if (typeof message === 'string') return message
  const written = line.slice(message.start, message.end)
  const match = LIMIT.exec(written) ?? USER.exec(written) ?? ANY.exec(written)
  return putGroups(match!, MEANINGS, row, 'raw', message.start) ?? 'record'
}

/** The error log of nginx: what it did beside or in place of an answer. */
export const nginxError: LogFormat = {
  id: 'nginx-error',
  title: 'Error log of nginx',
  reference: 'https://nginx.org/en/docs/ngx_core_module.html#error_log',
  example:
    '2000/10/10 13:55:36 [error] 811#811: *7 open() "/srv/a" failed (2: No such file or directory), client: 203.0.113.9, server: example.com, request: "GET /a HTTP/1.1", host: "example.com"',
  ...fromText(read, MEANINGS),
  hint: /\d{4}\/\d\d\/\d\d \d/,
  stamp: { nginx: 'unknown' },
}
