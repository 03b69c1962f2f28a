import { lazily } from '../../../core/lazily.js'
import type { LogFormat } from '../../contract.js'
import { compileApache } from '../../layout/apache.js'

const REQUEST = '%h %l %u [%{%m/%d/%Y:%H:%M:%S %z}t] "%r" %>s %b "%{Referer}i" "%{User-Agent}i"'

const layouts = lazily(() => [
  compileApache(`${REQUEST} "%{auth_method}x" "%{X-Forwarded-For}i" %p`, 'cpanel'),
  compileApache(`${REQUEST} "%{auth_method}x" "%{X-Forwarded-For}i"`, 'cpanel-portless'),
  compileApache(REQUEST, 'cpanel-short'),
])

/** The access log of cpsrvd, which serves cPanel, WHM and Webmail. Its dates have the month first. */
export const cpanel: LogFormat = {
  id: 'cpanel',
  title: 'Access log of cPanel, WHM and Webmail (cpsrvd)',
  reference: 'https://docs.cpanel.net/knowledge-base/cpanel-product/the-cpanel-log-files/',
  example:
    '203.0.113.9 - alice [10/31/2000:13:55:36 -0000] "GET /cpsess0123456789/frontend/index.html HTTP/1.1" 200 0 "-" "curl/8.5.0" "s" "-" 2083',
  get layouts() {
    return layouts()
  },
  hint: /\[\d\d\/\d\d\/\d{4}/,
  stamp: { unknown: 'unknown' },
}
