import { FIELD } from '../../../columns/contract.js'
import { SPACE } from '../../../core/bytes.js'
import type { LogFormat } from '../../contract.js'
import { as, bytes, duration, extra, text } from '../../meanings.js'
import { fromTable } from '../../table/scan-table.js'
import { W3C_COLUMNS, W3C_LINE } from '../../table/w3c-columns.js'

/**
 * What HTTP.sys writes of requests that no application was handed. Lines in front of any `#Fields` are read by these.
 *
 * @see https://learn.microsoft.com/en-us/troubleshoot/developer/webapps/aspnet/site-behavior-performance/error-logging-http-apis
 */
const DEFAULTS =
  'date time c-ip c-port s-ip s-port cs-version cs-method cs-uri sc-status s-siteid s-reason s-queuename'

/**
 * W3C extended logs of any program but IIS: the columns are those of the last `#Fields`. Times are UTC, and a time without
 * a date is on the day of `#Date`.
 */
export const w3cExtended: LogFormat = {
  id: 'w3c-extended',
  title: 'W3C extended log',
  reference: 'https://www.w3.org/TR/WD-logfile.html',
  example:
    '2000-10-10 20:55:36 203.0.113.9 4711 192.0.2.1 80 HTTP/1.1 GET /a?b=1 503 1 AppOffline DefaultAppPool',
  ...fromTable({
    delimiter: SPACE,
    spelling: 'csv',
    header: 'w3c',
    software: /^(?!.*(?:internet information|\biis\b|incapsula|imperva))/i,
    needs: ['time|timestamp', 'cs-uri|cs-uri-stem|cs-uri-path|cs-method|sc-status|c-status'],
    defaults: DEFAULTS.split(' '),
    columns: {
      ...W3C_COLUMNS,
      timestamp: as({ as: 'any-time' }),
      'cs(user-agent)': { ...text(FIELD.userAgent, 0), spelling: 'w3c-percent' },
      'c-user-agent': { ...text(FIELD.userAgent, 1), spelling: 'w3c-percent' },
      'cs(referer)': { ...text(FIELD.referrer, 0), spelling: 'w3c-percent' },
      'cs(referrer)': { ...text(FIELD.referrer, 1), spelling: 'w3c-percent' },
      'c-dns': text(FIELD.client, 1),
      'c-status': as({ as: 'status' }, 1),
      'sc-content-length': bytes(false, 1),
      bytes: bytes(true, 2),
      'cs-uri-path': as({ as: 'target' }, 2),
      'cs-uri-scheme': extra('scheme'),
      'cs-uri-port': extra('server_port'),
      'cs-uri-host': text(FIELD.host, 2),
      'cs-auth-user': text(FIELD.user, 1),
      'c-username': text(FIELD.user, 2),
      'time-taken': as({ as: 'any-duration' }),
      'x-duration': duration(1000, 1),
      's-action': extra('result_code'),
      'sc-filter-result': extra('action'),
      's-reason': extra('message'),
      's-queuename': extra('backend'),
      's-supplier-ip': extra('upstream_addr'),
      's-supplier-name': extra('upstream_addr'),
      'sc-substatus': extra('substatus'),
      'sc-win32-status': extra('win32_status'),
    },
  }),
  hint: W3C_LINE,
  stamp: { unknown: 'unknown' },
  directivePrefix: '#',
}
