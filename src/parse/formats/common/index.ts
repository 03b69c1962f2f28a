import { lazily } from '../../../core/lazily.js'
import type { LogFormat } from '../../contract.js'
import { commonLayout, withRelatives } from '../../layout/clf-variants.js'

const layouts = lazily(() => withRelatives(commonLayout()))

/** The common log format, since NCSA httpd. */
export const common: LogFormat = {
  id: 'common',
  title: 'Common log format (NCSA, Apache)',
  reference: 'https://httpd.apache.org/docs/2.4/logs.html#common',
  example: '203.0.113.9 - alice [10/Oct/2000:13:55:36 -0700] "GET /a?b=1 HTTP/1.1" 200 2326',
  get layouts() {
    return layouts()
  },
  hint: /\] "/,
  ownHint: / [-\d]+\s*$/,
  stamp: { apache: 'start', nginx: 'end', unknown: 'unknown' },
  pins: { 'apache-common': 'apache', tomcat: 'unknown' },
}
