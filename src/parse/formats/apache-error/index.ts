import { FIELD } from '../../../columns/contract.js'
import type { LogFormat, RejectReason, RowWriter } from '../../contract.js'
import { APACHE_ERROR, readApacheError } from '../../error-log/apache.js'
import { extra, text } from '../../meanings.js'
import { fromText, type Meanings, putGroups } from '../../text/read-text.js'

const MEANINGS: Meanings = { ...APACHE_ERROR, message: extra('message'), user: text(FIELD.user) }

/**
 * mod_auth_basic, mod_auth_digest, mod_authz_core and mod_authnz_ldap tell the name that the client claimed. It may hold
 * anything, also what stands behind names.
 */
const USERS: readonly RegExp[] = [
  /^user `(?<user>.*?)' in realm `/d,
  /^user (?<user>.*?)(?: not found: |: authentication failure for "|: authorization failure for "|: password mismatch: )/d,
  /^auth_ldap authenticate: user (?<user>.*?) authentication failed; URI /d,
  /^access to .{1,4096} failed, reason: user '(?<user>.*?)' does not meet /d,
]
const BEHIND_USER =
  / not found: |: authentication failure for "|: authorization failure for "|: password mismatch: /g

function read(line: string, row: RowWriter): 'record' | RejectReason {
  const message = readApacheError(line, row)
  if (typeof message === 'string') return message
  row.value(MEANINGS.message!, message.start, message.end, 'escaped')
  readUser(line.slice(message.start, message.end), message.start, row)
  return 'record'
}

function readUser(message: string, offset: number, row: RowWriter): void {
  for (const pattern of USERS) {
    const match = pattern.exec(message)
    if (match === null) continue
    putGroups(match, MEANINGS, row, 'escaped', offset)
    if ((message.match(BEHIND_USER)?.length ?? 0) > 1) row.ambiguous()
    return
  }
}

/** The error log of Apache. */
export const apacheError: LogFormat = {
  id: 'apache-error',
  title: 'Error log of Apache (2.2 and 2.4)',
  reference: 'https://httpd.apache.org/docs/2.4/mod/core.html#errorlogformat',
  example:
    '[Tue Oct 10 13:55:36.123456 2000] [authz_core:error] [pid 811:tid 140] [client 203.0.113.9:4711] AH01630: client denied by server configuration: /srv/a',
  ...fromText(read, MEANINGS),
  hint: /^\[/,
  stamp: { apache: 'unknown' },
}
