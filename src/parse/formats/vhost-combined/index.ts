import { lazily } from '../../../core/lazily.js'
import type { LogFormat } from '../../contract.js'
import { vhostCombinedLayout, withRelatives } from '../../layout/clf-variants.js'

const layouts = lazily(() => withRelatives(vhostCombinedLayout()))

/** The combined log format with the virtual host in front, one file for many sites. */
export const vhostCombined: LogFormat = {
  id: 'vhost-combined',
  title: 'Combined log format with virtual host (Apache on Debian and Ubuntu)',
  reference: 'https://httpd.apache.org/docs/2.4/logs.html#virtualhost',
  example:
    'www.example.com:443 203.0.113.9 - alice [10/Oct/2000:13:55:36 -0700] "GET /a?b=1 HTTP/1.1" 200 2610 "-" "curl/8.5.0"',
  get layouts() {
    return layouts()
  },
  hint: /\] "/,
  ownHint: /^\S*:\S* /,
  stamp: { apache: 'start', nginx: 'end', unknown: 'unknown' },
  pins: { 'apache-vhost': 'apache' },
}
