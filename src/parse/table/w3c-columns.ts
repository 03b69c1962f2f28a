import { FIELD } from '../../columns/contract.js'
import { as, bytes, extra, text } from '../meanings.js'
import type { ColumnMeaning } from './scan-table.js'

/** A directive, or a row of the columns that stand there without one: they start with a date. */
export const W3C_LINE = /^#|^[\t ]*"?\d{4}-/

/**
 * Columns of W3C extended logs by their names in lower case: those of the draft, and those that programs have added to it.
 * Agent and referrer are written with `+` for blanks or in quotes. A format adds its own, and what differs in it.
 *
 * @see https://www.w3.org/TR/WD-logfile.html
 */
export const W3C_COLUMNS: Readonly<Record<string, ColumnMeaning>> = {
  date: as({ as: 'date' }),
  time: as({ as: 'clock', utc: true }),
  'c-ip': as({ as: 'address' }),
  'c-port': extra('client_port'),
  'cs-username': text(FIELD.user),
  'cs-method': as({ as: 'method' }),
  'cs-uri-stem': as({ as: 'target' }, 1),
  'cs-uri-query': as({ as: 'query' }),
  'cs-uri': as({ as: 'url' }, 0),
  'cs-version': text(FIELD.protocol),
  'cs-host': text(FIELD.host, 1),
  'cs(host)': text(FIELD.host, 0),
  'sc-status': as({ as: 'status' }),
  'sc-bytes': bytes(true),
  'cs(user-agent)': { ...text(FIELD.userAgent), spelling: 'w3c' },
  'cs(referer)': { ...text(FIELD.referrer, 0), spelling: 'w3c' },
  'cs(referrer)': { ...text(FIELD.referrer, 1), spelling: 'w3c' },
  // the plus signs of a cookie's value are its own
  'cs(cookie)': { ...as({ as: 'cookies' }), spelling: 'csv' },
  'cs(authorization)': text(FIELD.token, 1),
  'x-forwarded-for': { ...text(FIELD.forwarded, 1), spelling: 'w3c' },
  'cs(x-forwarded-for)': { ...text(FIELD.forwarded, 0), spelling: 'w3c' },
  'cs-bytes': extra('request_length'),
  's-ip': extra('server_addr'),
  's-port': extra('server_port'),
  's-sitename': extra('site'),
  's-siteid': extra('site'),
  's-computername': extra('server'),
}
