import { FIELD } from '../../../columns/contract.js'
import type { LogFormat, ValueMeaning } from '../../contract.js'
import { fromMap } from '../../json/scan-json.js'
import { as, bytes, extra, text } from '../../meanings.js'

/** Request headers, canonical as Go has them, each a list. */
const HEADERS: Readonly<Record<string, ValueMeaning>> = {
  'User-Agent': text(FIELD.userAgent),
  Referer: text(FIELD.referrer),
  'X-Forwarded-For': text(FIELD.forwarded),
  Forwarded: text(FIELD.forwarded, 1),
  'X-Real-Ip': text(FIELD.forwarded, 2),
  'Cf-Connecting-Ip': text(FIELD.forwarded, 3),
  'True-Client-Ip': text(FIELD.forwarded, 4),
  Authorization: text(FIELD.token, 1),
  'X-Api-Key': text(FIELD.token, 1),
  Cookie: as({ as: 'cookies' }),
}

/** Access log of Caddy 2, JSON. */
export const caddyJson: LogFormat = {
  id: 'caddy-json',
  title: 'Caddy 2, JSON',
  reference: 'https://caddyserver.com/docs/logging',
  example:
    '{"level":"info","ts":971211336.7564995,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"203.0.113.9","remote_port":"44790","client_ip":"203.0.113.9","proto":"HTTP/2.0","method":"GET","host":"www.example.com","uri":"/a?b=1","headers":{"User-Agent":["curl/8.5.0"]}},"bytes_read":0,"user_id":"","duration":0.0012,"size":2326,"status":200,"resp_headers":{"Server":["Caddy"]}}',
  ...fromMap({
    needs: [
      'ts|time|timestamp|@timestamp|request.timestamp',
      'request.uri|request.method',
      'request.remote_ip|request.remote_addr|request.client_ip',
      // of all that Caddy says about a request, its access log alone has the size of the answer
      'size',
    ],
    members: {
      ts: as({ as: 'any-time' }),
      time: as({ as: 'any-time' }, 1),
      timestamp: as({ as: 'any-time' }, 2),
      '@timestamp': as({ as: 'any-time' }, 3),
      'request.timestamp': as({ as: 'any-time' }, 4),
      // from 2.7: the client behind trusted proxies
      'request.client_ip': as({ as: 'address' }),
      'request.remote_ip': as({ as: 'address' }, 1),
      // to 2.4
      'request.remote_addr': as({ as: 'address' }, 2),
      'request.remote_port': extra('client_port'),
      'request.proto': text(FIELD.protocol),
      'request.method': as({ as: 'method' }),
      'request.host': text(FIELD.host),
      'request.uri': as({ as: 'target' }),
      'request.tls.server_name': extra('server_name'),
      ...Object.fromEntries(
        Object.entries(HEADERS).map(([name, meaning]) => [`request.headers.${name}.0`, meaning]),
      ),
      user_id: text(FIELD.user),
      duration: as({ as: 'any-duration', unit: 1000 }),
      size: bytes(false),
      status: as({ as: 'status' }),
      bytes_read: extra('request_length'),
      level: extra('level'),
      logger: extra('logger'),
    },
  }),
  stamp: { unknown: 'end' },
}
