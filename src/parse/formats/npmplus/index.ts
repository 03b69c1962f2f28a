import { lazily } from '../../../core/lazily.js'
import type { LogFormat } from '../../contract.js'
import { compileNginx } from '../../layout/nginx.js'

const layouts = lazily(() => [
  compileNginx(
    '[$time_local] $host $remote_addr $request_time "$request" $status $body_bytes_sent $request_length $http_referer $http_user_agent',
    'npmplus',
  ),
])

/** The access log of NPMplus, a fork of Nginx Proxy Manager. */
export const npmplus: LogFormat = {
  id: 'npmplus',
  title: 'Access log of NPMplus',
  reference: 'https://github.com/ZoeyVid/NPMplus',
  example:
    '[10/Oct/2000:13:55:36 -0700] example.com 203.0.113.9 0.015 "GET /a?b=1 HTTP/2.0" 200 2326 412 https://example.com/start curl/8.5.0',
  get layouts() {
    return layouts()
  },
  hint: /^\[/,
  stamp: { nginx: 'end' },
}
