import type { LogFormat } from '../../contract.js'
import { fromMap } from '../../json/scan-json.js'
import { namesFor, USUAL_NAMES } from '../../usual-names.js'

/**
 * JSON lines of nginx, with `escape=json` or without, whose members are named as its variables are, or as people usually
 * call them. An administrator chooses these names; what is called otherwise is said by a field map.
 */
export const nginxJson: LogFormat = {
  id: 'nginx-json',
  title: 'JSON lines of nginx (log_format with escape=json)',
  reference: 'https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format',
  example:
    '{"time_iso8601":"2000-10-10T13:55:36-07:00","remote_addr":"203.0.113.9","request":"GET /a HTTP/1.1","status":200,"body_bytes_sent":2326}',
  ...fromMap({
    members: USUAL_NAMES,
    needs: [namesFor('time', 'any-time'), namesFor('address'), namesFor('request', 'target', 'method')],
  }),
  stamp: { nginx: 'end' },
}
