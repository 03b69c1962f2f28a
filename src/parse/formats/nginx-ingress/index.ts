import { lazily } from '../../../core/lazily.js'
import type { LogFormat } from '../../contract.js'
import { compileNginx } from '../../layout/nginx.js'

const CLIENT = '$remote_addr - $remote_user'
const CLIENT_TWICE = '$remote_addr - [$proxy_add_x_forwarded_for] - $remote_user'
const REQUEST =
  '[$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $request_length $request_time'
const UPSTREAMS = '$upstream_addr $upstream_response_length $upstream_response_time $upstream_status $req_id'
const SERVICES = '[$proxy_upstream_name] [$proxy_alternative_upstream_name]'

const layouts = lazily(() => [
  // up to 0.25 the client stands there twice, once in brackets; first, or the second would pass for a part of the user
  compileNginx(`${CLIENT_TWICE} ${REQUEST} ${SERVICES} ${UPSTREAMS}`, 'nginx-ingress-chain'),
  compileNginx(
    `${CLIENT_TWICE} ${REQUEST} [$proxy_upstream_name] ${UPSTREAMS}`,
    'nginx-ingress-chain-single',
  ),
  compileNginx(`${CLIENT} ${REQUEST} ${SERVICES} ${UPSTREAMS}`, 'nginx-ingress'),
  // before there were alternative services, for canaries
  compileNginx(`${CLIENT} ${REQUEST} [$proxy_upstream_name] ${UPSTREAMS}`, 'nginx-ingress-single'),
])

/** `upstreaminfo`, which ingress-nginx writes when nothing else is configured. */
export const nginxIngress: LogFormat = {
  id: 'nginx-ingress',
  title: 'Access log of ingress-nginx (upstreaminfo)',
  reference: 'https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/log-format/',
  example:
    '203.0.113.9 - [203.0.113.9] - alice [10/Oct/2000:13:55:36 -0700] "GET /a?b=1 HTTP/1.1" 200 2326 "-" "curl/8.5.0" 412 0.015 [shop-web-80] [] 10.0.0.4:8080 2326 0.014 200 0123456789abcdef0123456789abcdef',
  get layouts() {
    return layouts()
  },
  hint: / \[.* \[/,
  stamp: { nginx: 'end' },
}
