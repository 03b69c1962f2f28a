import { lazily } from '../../../core/lazily.js'
import type { LogFormat } from '../../contract.js'
import { compileApache } from '../../layout/apache.js'

const layouts = lazily(() => [
  compileApache('%h "%l" "%u" %t "%r" %>s %b', 'fastly-clf'),
  compileApache('%h "%l" "%u" %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"', 'fastly-combined'),
  // what is in quotes is for this one: the next would take the quotes for a part of method and protocol
  compileApache('%h - %u %t "%r" %>s %b', 'fastly-version-2'),
  compileApache('%h - %u %t %m %U %H %>s', 'fastly-version-1'),
])

/** Common lines of Fastly as its documentation has them: ident and user in quotes; and its defaults, old and new. */
export const fastlyClf: LogFormat = {
  id: 'fastly-clf',
  title: 'Fastly, common log format',
  reference: 'https://docs.fastly.com/en/guides/custom-log-formats',
  example: '203.0.113.9 "-" "-" [10/Oct/2000:20:55:36 +0000] "GET /a?b=1 HTTP/1.1" 200 2326',
  get layouts() {
    return layouts()
  },
  hint: / [-\d]+\s*$|" \[/,
  ownHint: /" \[/,
  stamp: { unknown: 'start' },
}
