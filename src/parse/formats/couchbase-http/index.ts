import { lazily } from '../../../core/lazily.js'
import type { LogFormat } from '../../contract.js'
import { compileApache } from '../../layout/apache.js'

const STRING = '%h %v %u %t "%r" %>s %b %{Referer}i "%{User-Agent}i"'

const layouts = lazily(() => [
  compileApache(`${STRING} %{message}x`, 'couchbase-http'),
  compileApache(STRING, 'couchbase-http-plain'),
])

/** `http_access.log` of Couchbase's cluster manager: a combined log with a bare referrer and in most versions a message behind it. */
export const couchbaseHttp: LogFormat = {
  id: 'couchbase-http',
  title: 'HTTP access log of Couchbase Server (http_access.log)',
  reference: 'https://docs.couchbase.com/server/current/manage/manage-logging/manage-logging.html',
  example:
    '203.0.113.9 node1.example.com alice [10/Oct/2000:13:55:36 +0000] "GET /pools/default HTTP/1.1" 200 2326 - "curl/8.5.0" Request took 15ms',
  get layouts() {
    return layouts()
  },
  // a referrer without quotes, or an empty one
  hint: /" [^ "]+ [^ "]+ (?:[^"]|"")/,
  stamp: { unknown: 'end' },
}
