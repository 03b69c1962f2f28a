import { lazily } from '../../../core/lazily.js'
import type { LogFormat } from '../../contract.js'
import { compileApache } from '../../layout/apache.js'

const layouts = lazily(() => [
  compileApache('%h %V %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"', 'lighttpd'),
])

/** What lighttpd writes when nothing else is configured: a combined log with the host where the ident would be. */
export const lighttpd: LogFormat = {
  id: 'lighttpd',
  title: 'Access log of lighttpd',
  reference: 'https://redmine.lighttpd.net/projects/lighttpd/wiki/Mod_accesslog',
  example:
    '203.0.113.9 www.example.com alice [10/Oct/2000:13:55:36 -0700] "GET /a?b=1 HTTP/1.1" 200 2326 "-" "curl/8.5.0"',
  get layouts() {
    return layouts()
  },
  hint: /\] "/,
  stamp: { unknown: 'end' },
}
