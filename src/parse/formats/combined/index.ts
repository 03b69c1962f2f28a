import { lazily } from '../../../core/lazily.js'
import type { LogFormat } from '../../contract.js'
import { combinedLayout, withRelatives } from '../../layout/clf-variants.js'

const layouts = lazily(() => withRelatives(combinedLayout()))

/** The combined log format of Apache and nginx: common, with referrer and user agent. */
export const combined: LogFormat = {
  id: 'combined',
  title: 'Combined log format (Apache, nginx)',
  reference: 'https://httpd.apache.org/docs/2.4/logs.html#combined',
  example:
    '203.0.113.9 - alice [10/Oct/2000:13:55:36 -0700] "GET /a?b=1 HTTP/1.1" 200 2326 "https://example.com/" "curl/8.5.0"',
  get layouts() {
    return layouts()
  },
  // Apache's %t is when the request was received, nginx's $time_local when the line was written
  hint: /\] "/,
  ownHint: /"\s*$/,
  stamp: { apache: 'start', nginx: 'end', unknown: 'unknown' },
  pins: {
    'apache-combined': 'apache',
    'nginx-combined': 'nginx',
    jetty: 'unknown',
    'varnish-ncsa': 'unknown',
    'litespeed-access': 'unknown',
  },
}
