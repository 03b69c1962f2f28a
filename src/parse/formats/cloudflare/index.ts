import { FIELD } from '../../../columns/contract.js'
import type { LogFormat } from '../../contract.js'
import { fromMap } from '../../json/scan-json.js'
import { as, bytes, extra, text } from '../../meanings.js'

const anyTime = (rank: number) => as({ as: 'any-time' }, rank)

/** Logpush of Cloudflare: the data sets http_requests and firewall_events. The stamp is when the edge had the request. */
export const cloudflare: LogFormat = {
  id: 'cloudflare',
  title: 'Cloudflare Logpush (http_requests, firewall_events)',
  reference: 'https://developers.cloudflare.com/logs/logpush/logpush-job/datasets/zone/http_requests/',
  example:
    '{"ClientIP":"203.0.113.9","ClientRequestHost":"www.example.com","ClientRequestMethod":"GET","ClientRequestURI":"/a?b=1","EdgeEndTimestamp":"2000-10-10T20:55:37Z","EdgeResponseBytes":2326,"EdgeResponseStatus":200,"EdgeStartTimestamp":"2000-10-10T20:55:36Z","RayID":"761fde4e984e5ab2"}',
  ...fromMap({
    members: {
      EdgeStartTimestamp: anyTime(0),
      Datetime: anyTime(1),
      EdgeEndTimestamp: anyTime(2),
      ClientIP: as({ as: 'address' }),
      ClientSrcPort: extra('client_port'),
      ClientRequestMethod: as({ as: 'method' }),
      ClientRequestURI: as({ as: 'target' }, 0),
      ClientRequestPath: as({ as: 'target' }, 1),
      ClientRequestQuery: as({ as: 'query' }),
      ClientRequestProtocol: text(FIELD.protocol),
      ClientRequestHost: text(FIELD.host),
      ClientRequestReferer: text(FIELD.referrer),
      ClientRequestUserAgent: text(FIELD.userAgent),
      ClientRequestBytes: extra('request_length'),
      ClientRequestScheme: extra('scheme'),
      ClientCountry: extra('country'),
      ClientASN: extra('asn'),
      XRequestedWith: extra('requested_with'),
      'RequestHeaders.x-forwarded-for': text(FIELD.forwarded),
      'RequestHeaders.authorization': text(FIELD.token, 1),
      'RequestHeaders.cookie': as({ as: 'cookies' }, 0),
      JA3Hash: extra('ja3'),
      JA4: extra('ja4'),
      EdgeResponseStatus: as({ as: 'status' }, 0),
      EdgeResponseBytes: bytes(true, 0),
      EdgeResponseBodyBytes: bytes(false, 1),
      EdgeTimeToFirstByteMs: extra('time_to_first_byte_ms'),
      EdgeServerIP: extra('server_addr'),
      EdgeColoCode: extra('edge_location'),
      OriginIP: extra('upstream_addr'),
      OriginResponseStatus: extra('upstream_status'),
      CacheCacheStatus: extra('cache_status'),
      RayID: extra('ray_id'),
      RayName: extra('ray_id'),
      ParentRayID: extra('parent_ray_id'),
      SecurityAction: { ...extra('action'), rank: 0 },
      Action: { ...extra('action'), rank: 1 },
      WAFAction: { ...extra('action'), rank: 2 },
      SecurityRuleID: { ...extra('rule_id'), rank: 0 },
      RuleID: { ...extra('rule_id'), rank: 1 },
      WAFRuleID: { ...extra('rule_id'), rank: 2 },
      WAFAttackScore: extra('attack_score'),
      BotScore: extra('bot_score'),
      Kind: extra('type'),
      Source: extra('module'),
      Description: extra('message'),
    },
    needs: ['ClientIP', 'EdgeStartTimestamp|EdgeEndTimestamp|Datetime', 'RayID|RayName|ClientRequestMethod'],
  }),
  stamp: { unknown: 'start' },
}
