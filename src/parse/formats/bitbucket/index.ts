import { lazily } from '../../../core/lazily.js'
import type { Layout, LogFormat } from '../../contract.js'
import { compileApache } from '../../layout/apache.js'

const HEAD = '%h | %{scheme}x | %{request_id}x | %u | %{%Y-%m-%d %H:%M:%S,%f}t'
const TAIL = '%>s | %I | %B | %{labels}x | %{ms}T | %{session}C |'

/** SSH has a command in the place of a request line, and no quotes around it: one field, with blanks in it. */
function withCommand(layout: Layout): Layout {
  const fields = layout.fields.map((field) =>
    field.codec.as === 'target' ? { ...field, codec: { as: 'request' as const } } : field,
  )
  return { ...layout, fields }
}

const layouts = lazily(() => [
  compileApache(`${HEAD} | "%r" | "%{Referer}i" "%{User-Agent}i" | ${TAIL}`, 'bitbucket'),
  withCommand(
    compileApache(`${HEAD} | %U | %{details}x | ${TAIL.replace('%>s', '%{exit_status}x')}`, 'bitbucket-ssh'),
  ),
])

/** The access log of Bitbucket Data Center: fields between bars. */
export const bitbucket: LogFormat = {
  id: 'bitbucket',
  title: 'Access log of Bitbucket Data Center',
  reference:
    'https://confluence.atlassian.com/bitbucketserver/how-to-read-the-bitbucket-server-log-formats-776640404.html',
  example:
    '203.0.113.9 | https | o@1ABC2x835x811x0 | alice | 2000-10-10 13:55:36,123 | "GET /projects HTTP/1.1" | "https://example.com/" "curl/8.5.0" | 200 | 0 | 2326 | - | 15 | 1x2y3z |',
  get layouts() {
    return layouts()
  },
  hint: / \| /,
  stamp: { unknown: 'unknown' },
}
