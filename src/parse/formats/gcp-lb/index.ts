import { FIELD } from '../../../columns/contract.js'
import type { LogFormat } from '../../contract.js'
import { fromMap } from '../../json/scan-json.js'
import { as, bytes, extra, text } from '../../meanings.js'

/** Log entries of Google Cloud that hold an `httpRequest`: load balancers first of all. The stamp is the request's start. */
export const gcpLb: LogFormat = {
  id: 'gcp-lb',
  title: 'Google Cloud load balancing (HTTP requests)',
  reference: 'https://cloud.google.com/load-balancing/docs/https/https-logging-monitoring',
  example:
    '{"httpRequest":{"latency":"0.012s","remoteIp":"203.0.113.9","requestMethod":"GET","requestSize":"43","requestUrl":"https://www.example.com/a?b=1","responseSize":"2326","status":200,"userAgent":"curl/8.5.0"},"insertId":"1abc","jsonPayload":{"statusDetails":"response_sent_by_backend"},"logName":"projects/example/logs/requests","resource":{"type":"http_load_balancer"},"severity":"INFO","timestamp":"2000-10-10T20:55:36.123456Z"}',
  ...fromMap({
    members: {
      timestamp: as({ as: 'any-time' }, 0),
      receiveTimestamp: as({ as: 'any-time' }, 1),
      'httpRequest.remoteIp': as({ as: 'address' }, 0),
      'jsonPayload.remoteIp': as({ as: 'address' }, 1),
      'httpRequest.requestMethod': as({ as: 'method' }),
      'httpRequest.requestUrl': as({ as: 'url', composed: 'host' }),
      'httpRequest.protocol': text(FIELD.protocol),
      'httpRequest.status': as({ as: 'status' }),
      'httpRequest.responseSize': bytes(true),
      'httpRequest.requestSize': extra('request_length'),
      'httpRequest.latency': as({ as: 'any-duration' }),
      'httpRequest.referer': text(FIELD.referrer),
      'httpRequest.userAgent': text(FIELD.userAgent),
      'httpRequest.serverIp': extra('upstream_addr'),
      'httpRequest.cacheHit': extra('cache_hit'),
      'jsonPayload.statusDetails': extra('result_code'),
      'jsonPayload.cacheDecision.0': extra('cache_status'),
      'jsonPayload.enforcedSecurityPolicy.outcome': extra('action'),
      'jsonPayload.enforcedSecurityPolicy.name': extra('policy'),
      'jsonPayload.enforcedSecurityPolicy.preconfiguredExprIds.0': extra('rule_id'),
      'resource.type': extra('type'),
      'resource.labels.forwarding_rule_name': extra('frontend'),
      'resource.labels.backend_service_name': extra('backend'),
      'resource.labels.project_id': extra('project'),
      insertId: extra('request_id'),
      severity: extra('level'),
      trace: extra('trace'),
    },
    needs: [
      'timestamp|receiveTimestamp',
      'httpRequest.requestUrl|httpRequest.requestMethod',
      'logName|insertId|resource.type',
    ],
  }),
  stamp: { unknown: 'start' },
}
