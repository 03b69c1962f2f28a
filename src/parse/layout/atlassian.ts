/** Patterns of the access valves that Atlassian ships with its products, with Apache's words for Tomcat's. */
import { lazily } from '../../core/lazily.js'
import { compileApache } from './apache.js'

const HEAD = '%t %u %{thread}x'
const TAIL = '%r %>s %{ms}Tms %B %{Referer}i %{User-Agent}i'

/**
 * `%t %{X-AUSERNAME}o %I %h %r %s %Dms %b %{Referer}i %{User-Agent}i` of Confluence, and the same with the forwarding chain
 * before the peer.
 */
export const confluenceLayouts = lazily(() => [
  compileApache(`${HEAD} %h ${TAIL}`, 'confluence'),
  compileApache(`${HEAD} %{X-Forwarded-For}i %h ${TAIL}`, 'confluence-forwarded'),
])
