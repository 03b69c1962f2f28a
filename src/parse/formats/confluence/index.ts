import type { LogFormat } from '../../contract.js'
import { confluenceLayouts } from '../../layout/atlassian.js'

/** The access log of Confluence's Tomcat. Jira behind the same valve writes the same. */
export const confluence: LogFormat = {
  id: 'confluence',
  title: 'Access log of Confluence Data Center',
  reference: 'https://confluence.atlassian.com/doc/how-to-enable-user-access-logging-182682.html',
  example:
    '[10/Oct/2000:13:55:36 -0700] alice http-nio-8090-exec-3 203.0.113.9 GET /index.action?a=1 HTTP/1.1 200 15ms 2326 https://example.com/ curl/8.5.0',
  get layouts() {
    return confluenceLayouts()
  },
  hint: /^\[/,
  stamp: { unknown: 'unknown' },
}
