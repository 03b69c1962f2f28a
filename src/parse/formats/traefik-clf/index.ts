import { FIELD } from '../../../columns/contract.js'
import type { LogFormat } from '../../contract.js'
import { as, bytes, duration, extra, text } from '../../meanings.js'
import { fromUnescaped } from '../../unescaped/scan-unescaped.js'

/** Access log of Traefik in its form of the common log format: combined, then request count, router, service and time. */
export const traefikClf: LogFormat = {
  id: 'traefik-clf',
  title: 'Traefik, common log format',
  reference: 'https://doc.traefik.io/traefik/observability/access-logs/',
  example:
    '203.0.113.9 - alice [10/Oct/2000:13:55:36 +0000] "GET /a?b=1 HTTP/2.0" 200 2326 "-" "curl/8.5.0" 17 "web@docker" "http://192.0.2.1:80" 12ms',
  ...fromUnescaped([
    {
      lead: '',
      fields: [
        { meanings: [as({ as: 'address' })], holds: 'word', until: ' - ' },
        { meanings: [text(FIELD.user)], holds: 'text', until: ' [' },
        { meanings: [as({ as: 'time', time: { kind: 'clf' } })], holds: 'bracketed', until: '] "' },
        { meanings: [as({ as: 'request' })], holds: 'text', until: '" ', longest: true },
        { meanings: [as({ as: 'status' })], holds: 'number', until: ' ' },
        { meanings: [bytes(false)], holds: 'number', until: ' "' },
        { meanings: [text(FIELD.referrer)], holds: 'text', until: '" "' },
        { meanings: [text(FIELD.userAgent)], holds: 'text', until: '" ' },
        { meanings: [extra('request_count')], holds: 'number', until: ' "' },
        { meanings: [extra('router')], holds: 'unquoted', until: '" "' },
        { meanings: [extra('service_url')], holds: 'unquoted', until: '" ' },
        { meanings: [duration(1)], holds: 'number', until: 'ms' },
      ],
    },
  ]),
  hint: /[-\d]ms/,
  stamp: { unknown: 'start' },
}
