import { lazily } from '../../../core/lazily.js'
import type { LogFormat } from '../../contract.js'
import { compileApache } from '../../layout/apache.js'
import { confluenceLayouts } from '../../layout/atlassian.js'

const layouts = lazily(() => [
  compileApache(
    '%a %{request_id}x %u %t "%m %U%q %H" %s %b %{ms}T "%{Referer}i" "%{User-Agent}i" "%{session}C"',
    'jira',
  ),
  ...confluenceLayouts(),
])

/** The access log of Jira's Tomcat. */
export const jira: LogFormat = {
  id: 'jira',
  title: 'Access log of Jira Data Center',
  reference: 'https://confluence.atlassian.com/adminjiraserver/user-and-http-access-logging-938847632.html',
  example:
    '203.0.113.9 835x811x1 alice [10/Oct/2000:13:55:36 -0700] "GET /browse/A-1?b=1 HTTP/1.1" 200 2326 15 "https://example.com/" "curl/8.5.0" "1x2y3z"',
  get layouts() {
    return layouts()
  },
  hint: /^\[|" [^ "]+ [^ "]+ [^ "]+ "/,
  stamp: { unknown: 'unknown' },
}
