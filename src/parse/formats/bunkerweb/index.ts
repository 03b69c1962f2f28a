import { lazily } from '../../../core/lazily.js'
import type { LogFormat } from '../../contract.js'
import { compileNginx } from '../../layout/nginx.js'

const layouts = lazily(() => [
  compileNginx(
    '$host $remote_addr - $request_id $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"',
    'bunkerweb',
  ),
])

/** What BunkerWeb writes when LOG_FORMAT is left alone: host in front, the request's id before the user. */
export const bunkerweb: LogFormat = {
  id: 'bunkerweb',
  title: 'Access log of BunkerWeb',
  reference: 'https://docs.bunkerweb.io/latest/settings/',
  example:
    'www.example.com 203.0.113.9 - 0123456789abcdef0123456789abcdef alice [10/Oct/2000:13:55:36 -0700] "GET /a?b=1 HTTP/2.0" 200 2326 "-" "curl/8.5.0"',
  get layouts() {
    return layouts()
  },
  hint: / - (?!\[\d\d\/)\S* (?!\[\d\d\/)/,
  stamp: { nginx: 'end' },
}
