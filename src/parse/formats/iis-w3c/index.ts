import { SPACE } from '../../../core/bytes.js'
import type { LogFormat } from '../../contract.js'
import { duration, extra } from '../../meanings.js'
import { fromTable } from '../../table/scan-table.js'
import { W3C_COLUMNS, W3C_LINE } from '../../table/w3c-columns.js'

/** What IIS writes unless it is told otherwise, since version 7. Lines in front of any `#Fields` are read by these. */
const DEFAULTS = [
  'date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer)',
  'sc-status sc-substatus sc-win32-status time-taken',
]

/** The same of IIS 6 and of 7.0, of Azure App Service, and all columns that can be chosen. */
const OTHER_DEFAULTS = [
  'date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status sc-substatus sc-win32-status',
  'date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status sc-substatus sc-win32-status time-taken',
  'date time s-sitename cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Cookie) cs(Referer) cs-host sc-status sc-substatus sc-win32-status sc-bytes cs-bytes time-taken',
  'date time s-sitename s-computername s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs-version cs(User-Agent) cs(Cookie) cs(Referer) cs-host sc-status sc-substatus sc-win32-status sc-bytes cs-bytes time-taken',
]

/**
 * W3C extended logs of IIS. Times are UTC and are those of the end of a request; `sc-bytes` counts headers too.
 */
export const iisW3c: LogFormat = {
  id: 'iis-w3c',
  title: 'W3C extended log of IIS',
  reference: 'https://learn.microsoft.com/en-us/windows/win32/http/w3c-logging',
  example:
    '2000-10-10 20:55:36 192.0.2.1 GET /a b=1 443 EXAMPLE\\alice 203.0.113.9 Mozilla/5.0+(X11) https://example.com/ 200 0 0 15',
  ...fromTable({
    delimiter: SPACE,
    spelling: 'raw',
    header: 'w3c',
    software: /internet information|\biis\b/i,
    needs: ['time', 'cs-method|cs-uri-stem'],
    tells: 's-ip|s-sitename|s-computername|sc-substatus|sc-win32-status',
    defaults: DEFAULTS.join(' ').split(' '),
    otherDefaults: OTHER_DEFAULTS.map((columns) => columns.split(' ')),
    columns: {
      ...W3C_COLUMNS,
      'time-taken': duration(1),
      'sc-substatus': extra('substatus'),
      'sc-win32-status': extra('win32_status'),
    },
  }),
  hint: W3C_LINE,
  stamp: { unknown: 'end' },
  directivePrefix: '#',
}
