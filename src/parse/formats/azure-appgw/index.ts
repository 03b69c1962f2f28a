import { FIELD } from '../../../columns/contract.js'
import type { LogFormat, ValueMeaning } from '../../contract.js'
import { fromMap } from '../../json/scan-json.js'
import { as, bytes, duration, extra, text } from '../../meanings.js'

const PROPERTIES: Readonly<Record<string, ValueMeaning>> = {
  clientIP: as({ as: 'address' }),
  clientIp: as({ as: 'address' }),
  clientPort: extra('client_port'),
  httpMethod: as({ as: 'method' }),
  originalRequestUriWithArgs: as({ as: 'target' }, 0),
  requestUri: as({ as: 'target' }, 1),
  requestQuery: as({ as: 'query-before', text: 'X-AzureApplicationGateway-' }),
  httpVersion: text(FIELD.protocol),
  httpStatus: as({ as: 'status' }),
  sentBytes: bytes(true),
  receivedBytes: extra('request_length'),
  userAgent: text(FIELD.userAgent),
  originalHost: text(FIELD.host, 0),
  host: text(FIELD.host, 1),
  hostname: text(FIELD.host, 2),
  instanceId: extra('server'),
  serverRouted: extra('upstream_addr'),
  serverStatus: extra('upstream_status'),
  serverResponseLatency: extra('upstream_response_time'),
  transactionId: extra('request_id'),
  sslProtocol: extra('ssl_protocol'),
  sslCipher: extra('ssl_cipher'),
  error_info: extra('error_code'),
  errorInfo: extra('error_code'),
  ruleId: extra('rule_id'),
  ruleGroup: extra('rule_group'),
  message: extra('message'),
  action: extra('action'),
  policyId: extra('policy'),
  'details.data': extra('details'),
}

/** Of the access log in a table of its own (AGWAccessLogs): the same, in capitals and without `properties`. */
function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}

function members(timeTakenUnit: number): Record<string, ValueMeaning> {
  const properties = Object.entries({ ...PROPERTIES, timeTaken: duration(timeTakenUnit) })
  return {
    timeStamp: as({ as: 'any-time' }, 0),
    time: as({ as: 'any-time' }, 1),
    TimeGenerated: as({ as: 'any-time' }, 2),
    category: extra('category'),
    resourceId: extra('resource'),
    listenerName: extra('frontend'),
    backendPoolName: extra('backend'),
    ruleName: extra('route'),
    ...Object.fromEntries(properties.map(([name, meaning]) => [`properties.${name}`, meaning])),
    ...Object.fromEntries(properties.map(([name, meaning]) => [capital(name), meaning])),
  }
}

const NEEDS = [
  'timeStamp|time|TimeGenerated',
  'properties.instanceId|InstanceId',
  'properties.clientIP|properties.clientIp|ClientIP|ClientIp',
  'properties.requestUri|properties.originalRequestUriWithArgs|RequestUri',
]

/** What no record of a gateway of the first version has. */
const SECOND = [
  'transactionId',
  'serverRouted',
  'sslProtocol',
  'sslClientVerify',
  'originalRequestUriWithArgs',
]

/** Access and firewall logs of Azure Application Gateway. The first version counts milliseconds, the second seconds. */
export const azureAppgw: LogFormat = {
  id: 'azure-appgw',
  title: 'Azure Application Gateway',
  reference: 'https://learn.microsoft.com/en-us/azure/application-gateway/application-gateway-diagnostics',
  example:
    '{"timeStamp":"2000-10-10T20:55:36+00:00","resourceId":"/SUBSCRIPTIONS/S/RESOURCEGROUPS/G/PROVIDERS/MICROSOFT.NETWORK/APPLICATIONGATEWAYS/WEB","operationName":"ApplicationGatewayAccess","category":"ApplicationGatewayAccessLog","properties":{"instanceId":"appgw_1","clientIP":"203.0.113.9","clientPort":4711,"httpMethod":"GET","originalRequestUriWithArgs":"\\/a?b=1","requestUri":"\\/a","requestQuery":"b=1","userAgent":"curl\\/8.5.0","httpStatus":200,"httpVersion":"HTTP\\/1.1","receivedBytes":43,"sentBytes":2326,"timeTaken":0.012,"transactionId":"5c0","originalHost":"www.example.com","host":"www.example.com"}}',
  ...fromMap(
    {
      members: members(1000),
      needs: [...NEEDS, SECOND.map((name) => `properties.${name}|${capital(name)}`).join('|')],
    },
    { members: members(1), needs: NEEDS },
  ),
  stamp: { unknown: 'unknown' },
}
