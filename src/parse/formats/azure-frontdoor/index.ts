import { FIELD } from '../../../columns/contract.js'
import type { LogFormat, ValueMeaning } from '../../contract.js'
import { fromMap } from '../../json/scan-json.js'
import { as, bytes, duration, extra, text } from '../../meanings.js'

/**
 * Front Door takes `clientIp` from X-Forwarded-For, which a client may forge, and `socketIp` from the connection. The client
 * is therefore the latter, and the former what it was forwarded for.
 */
const claimedClient: ValueMeaning = { ...as({ as: 'address' }, 1), also: text(FIELD.forwarded) }

const PROPERTIES: Readonly<Record<string, ValueMeaning>> = {
  socketIp: as({ as: 'address' }, 0),
  socketIP: as({ as: 'address' }, 0),
  clientIp: claimedClient,
  clientIP: claimedClient,
  clientPort: extra('client_port'),
  httpMethod: as({ as: 'method' }),
  requestUri: as({ as: 'url', composed: 'host' }),
  requestUriWithArgs: as({ as: 'url', composed: 'host' }, 1),
  httpVersion: text(FIELD.protocol),
  httpStatusCode: as({ as: 'status' }),
  requestBytes: extra('request_length'),
  responseBytes: bytes(true),
  timeTaken: duration(1000),
  timeToFirstByte: extra('time_to_first_byte'),
  userAgent: text(FIELD.userAgent),
  referer: text(FIELD.referrer, 0),
  referrer: text(FIELD.referrer, 1),
  hostName: text(FIELD.host, 0),
  host: text(FIELD.host, 1),
  requestProtocol: extra('scheme'),
  securityProtocol: extra('ssl_protocol'),
  securityCipher: extra('ssl_cipher'),
  backendHostname: extra('upstream_addr'),
  originUrl: extra('upstream_addr'),
  originName: extra('backend'),
  routingRuleName: extra('route'),
  routeName: extra('route'),
  cacheStatus: extra('cache_status'),
  httpStatusDetails: extra('status_details'),
  errorInfo: extra('error_code'),
  ErrorInfo: extra('error_code'),
  pop: extra('edge_location'),
  clientCountry: extra('country'),
  trackingReference: extra('request_id'),
  ruleName: extra('rule_id'),
  policy: extra('policy'),
  action: extra('action'),
  'details.msg': extra('message'),
}

/** Access and web application firewall logs of Azure Front Door, classic, Standard and Premium. */
export const azureFrontdoor: LogFormat = {
  id: 'azure-frontdoor',
  title: 'Azure Front Door',
  reference: 'https://learn.microsoft.com/en-us/azure/frontdoor/monitor-front-door-reference',
  example:
    '{"time":"2000-10-10T20:55:36.1234567Z","category":"FrontDoorAccessLog","operationName":"Microsoft.Cdn/Profiles/AccessLog/Write","properties":{"trackingReference":"0abc","httpMethod":"GET","httpVersion":"2.0.0.0","requestUri":"https://www.example.com:443/a?b=1","hostName":"www.example.com","requestBytes":"43","responseBytes":"2326","userAgent":"curl/8.5.0","clientIp":"203.0.113.9","clientPort":"4711","socketIp":"203.0.113.9","timeTaken":"0.012","httpStatusCode":"200"}}',
  ...fromMap({
    members: {
      time: as({ as: 'any-time' }, 0),
      timeStamp: as({ as: 'any-time' }, 1),
      category: extra('category'),
      resourceId: extra('resource'),
      ...Object.fromEntries(
        Object.entries(PROPERTIES).map(([name, meaning]) => [`properties.${name}`, meaning]),
      ),
    },
    needs: [
      'time|timeStamp',
      'properties.trackingReference',
      'properties.requestUri|properties.requestUriWithArgs',
    ],
  }),
  stamp: { unknown: 'end' },
}
