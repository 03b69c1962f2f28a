import { lazily } from '../../../core/lazily.js'
import type { LogFormat } from '../../contract.js'
import { compileNginx } from '../../layout/nginx.js'

const layouts = lazily(() => [
  compileNginx(
    '$server_name $remote_addr - $remote_user [$time_local] ($request_time s) "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"',
    'gandi',
  ),
])

/** Gandi's Simple Hosting: host in front, and how long the request took behind its time. */
export const gandi: LogFormat = {
  id: 'gandi',
  title: 'Access log of Gandi Simple Hosting',
  reference: 'https://docs.gandi.net/en/web_hosting/operations/logs.html',
  example:
    'www.example.com 203.0.113.9 - alice [10/Oct/2000:13:55:36 -0700] (1 s) "GET /a?b=1 HTTP/1.1" 200 2326 "-" "curl/8.5.0"',
  get layouts() {
    return layouts()
  },
  hint: /\] \(/,
  stamp: { unknown: 'unknown' },
}
