import { lazily } from '../../../core/lazily.js'
import type { LogFormat } from '../../contract.js'
import { compileNginx } from '../../layout/nginx.js'

const layouts = lazily(() => [
  compileNginx(
    '[$time_local] $remote_addr $ssl_protocol $ssl_cipher "$request" $body_bytes_sent',
    'apache-ssl-request',
  ),
])

/**
 * `ssl_request_log` of mod_ssl's own configuration. Written with nginx's names of the same things, so that protocol and cipher
 * have the names that they have in other logs.
 */
export const apacheSslRequest: LogFormat = {
  id: 'apache-ssl-request',
  title: 'SSL request log of Apache (ssl_request_log)',
  reference: 'https://httpd.apache.org/docs/2.4/mod/mod_ssl.html#logformats',
  example:
    '[10/Oct/2000:13:55:36 -0700] 203.0.113.9 TLSv1.3 TLS_AES_256_GCM_SHA384 "GET /a?b=1 HTTP/1.1" 2326',
  get layouts() {
    return layouts()
  },
  hint: /^\[/,
  stamp: { apache: 'start' },
}
