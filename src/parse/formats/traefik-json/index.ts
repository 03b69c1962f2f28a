import { FIELD } from '../../../columns/contract.js'
import type { LogFormat, ValueMeaning } from '../../contract.js'
import { fromMap } from '../../json/scan-json.js'
import { as, bytes, duration, extra, text } from '../../meanings.js'

/** Request headers stand under their own names behind `request_`, where the static configuration keeps them. */
const HEADERS: Readonly<Record<string, ValueMeaning>> = {
  'User-Agent': text(FIELD.userAgent),
  Referer: text(FIELD.referrer),
  'X-Forwarded-For': text(FIELD.forwarded),
  Forwarded: text(FIELD.forwarded, 1),
  'X-Real-Ip': text(FIELD.forwarded, 2),
  'Cf-Connecting-Ip': text(FIELD.forwarded, 3),
  Authorization: text(FIELD.token, 1),
  'X-Api-Key': text(FIELD.token, 1),
  Cookie: as({ as: 'cookies' }),
}

/** Access log of Traefik, JSON. */
export const traefikJson: LogFormat = {
  id: 'traefik-json',
  title: 'Traefik, JSON',
  reference: 'https://doc.traefik.io/traefik/observability/access-logs/',
  example:
    '{"ClientAddr":"203.0.113.9:52458","ClientHost":"203.0.113.9","ClientUsername":"-","DownstreamContentSize":2326,"DownstreamStatus":200,"Duration":1200000,"RequestHost":"www.example.com","RequestMethod":"GET","RequestPath":"/a?b=1","RequestProtocol":"HTTP/1.1","RouterName":"web@docker","StartUTC":"2000-10-10T20:55:36.773360139Z","time":"2000-10-10T20:55:36Z"}',
  ...fromMap({
    needs: [
      'StartUTC|StartLocal|time',
      'RequestMethod|RequestPath',
      'ClientHost|ClientAddr|DownstreamStatus|OriginStatus',
    ],
    members: {
      StartUTC: as({ as: 'any-time' }),
      StartLocal: as({ as: 'any-time' }, 1),
      // when the line was written
      time: as({ as: 'any-time' }, 2),
      ClientHost: as({ as: 'address' }),
      ClientAddr: as({ as: 'address' }, 1),
      ClientPort: extra('client_port'),
      ClientUsername: text(FIELD.user),
      RequestMethod: as({ as: 'method' }),
      RequestPath: as({ as: 'target' }),
      RequestProtocol: text(FIELD.protocol),
      RequestAddr: text(FIELD.host),
      RequestHost: text(FIELD.host, 1),
      RequestScheme: extra('scheme'),
      RequestContentSize: extra('request_length'),
      RequestCount: extra('request_count'),
      DownstreamStatus: as({ as: 'status' }),
      OriginStatus: as({ as: 'status' }, 1),
      DownstreamContentSize: bytes(false),
      OriginContentSize: bytes(false, 1),
      Duration: duration(1e-6),
      OriginDuration: extra('origin_duration'),
      Overhead: extra('overhead'),
      RetryAttempts: extra('retry_attempts'),
      RouterName: extra('router'),
      ServiceName: extra('service'),
      ServiceAddr: extra('upstream_addr'),
      ServiceURL: extra('service_url'),
      entryPointName: extra('entry_point'),
      'downstream_Content-Type': extra('content_type'),
      TLSVersion: extra('ssl_protocol'),
      TLSCipher: extra('ssl_cipher'),
      TLSClientSubject: extra('client_certificate'),
      ...Object.fromEntries(Object.entries(HEADERS).map(([name, meaning]) => [`request_${name}`, meaning])),
    },
  }),
  stamp: { unknown: 'start' },
}
