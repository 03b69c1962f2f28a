import { FIELD } from '../../../columns/contract.js'
import type { LogFormat } from '../../contract.js'
import { fromMap } from '../../json/scan-json.js'
import { as, extra, text } from '../../meanings.js'

/** Logs of AWS WAF. The stamp is when the request was judged, before anything answered it. */
export const awsWaf: LogFormat = {
  id: 'aws-waf',
  title: 'AWS WAF',
  reference: 'https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html',
  example:
    '{"timestamp":971211336123,"formatVersion":1,"webaclId":"arn:aws:wafv2:eu-north-1:111122223333:regional/webacl/web/1","terminatingRuleId":"Default_Action","action":"ALLOW","httpSourceName":"ALB","httpRequest":{"clientIp":"203.0.113.9","country":"SE","headers":[{"name":"Host","value":"www.example.com"},{"name":"User-Agent","value":"curl/8.5.0"}],"uri":"/a","args":"b=1","httpVersion":"HTTP/2.0","httpMethod":"GET","requestId":"r1"}}',
  ...fromMap({
    members: {
      timestamp: as({ as: 'time', time: { kind: 'epoch', unit: 1 } }),
      'httpRequest.clientIp': as({ as: 'address' }),
      'httpRequest.httpMethod': as({ as: 'method' }),
      'httpRequest.uri': as({ as: 'target' }),
      'httpRequest.args': as({ as: 'query' }),
      'httpRequest.httpVersion': text(FIELD.protocol),
      'httpRequest.host': text(FIELD.host, 1),
      'httpRequest.scheme': extra('scheme'),
      'httpRequest.country': extra('country'),
      'httpRequest.requestId': extra('request_id'),
      responseCodeSent: as({ as: 'status' }),
      action: extra('action'),
      terminatingRuleId: extra('rule_id'),
      terminatingRuleType: extra('rule_type'),
      webaclId: extra('web_acl'),
      httpSourceName: extra('frontend'),
      httpSourceId: extra('backend'),
      ja3Fingerprint: extra('ja3'),
      ja4Fingerprint: extra('ja4'),
      requestBodySize: extra('request_length'),
    },
    lists: {
      'httpRequest.headers': {
        name: 'name',
        value: 'value',
        members: {
          host: text(FIELD.host),
          'user-agent': text(FIELD.userAgent),
          referer: text(FIELD.referrer),
          'x-forwarded-for': text(FIELD.forwarded),
          forwarded: text(FIELD.forwarded, 1),
          cookie: as({ as: 'cookies' }, 0),
          authorization: text(FIELD.token, 1),
          'x-api-key': text(FIELD.token, 2),
        },
      },
    },
    needs: ['timestamp', 'webaclId', 'httpRequest.clientIp'],
  }),
  stamp: { unknown: 'start' },
}
