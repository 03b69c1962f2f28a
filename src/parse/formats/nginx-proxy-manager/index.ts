import { lazily } from '../../../core/lazily.js'
import type { LogFormat } from '../../contract.js'
import { combinedLayout } from '../../layout/clf-variants.js'
import { compileNginx } from '../../layout/nginx.js'

const REQUEST =
  '$status - $request_method $scheme $host "$request_uri" [Client $remote_addr] [Length $body_bytes_sent] [Gzip $gzip_ratio]'
const AGENT = '"$http_user_agent" "$http_referer"'

const layouts = lazily(() => [
  compileNginx(
    `[$time_local] $upstream_cache_status $upstream_status ${REQUEST} [Sent-to $server] ${AGENT}`,
    'nginx-proxy-manager',
  ),
  compileNginx(`[$time_local] ${REQUEST} ${AGENT}`, 'nginx-proxy-manager-standard'),
  // what its nginx writes before one of the two is chosen
  combinedLayout(),
])

/** The formats `proxy` and `standard` of Nginx Proxy Manager. */
export const nginxProxyManager: LogFormat = {
  id: 'nginx-proxy-manager',
  title: 'Access log of Nginx Proxy Manager',
  reference:
    'https://github.com/NginxProxyManager/nginx-proxy-manager/blob/develop/docker/rootfs/etc/nginx/conf.d/include/log-proxy.conf',
  example:
    '[10/Oct/2000:13:55:36 -0700] - 200 200 - GET https example.com "/a?b=1" [Client 203.0.113.9] [Length 2326] [Gzip 3.10] [Sent-to 192.0.2.80] "curl/8.5.0" "-"',
  get layouts() {
    return layouts()
  },
  hint: /^\[|\] "/,
  ownHint: /^\[/,
  stamp: { nginx: 'end' },
}
