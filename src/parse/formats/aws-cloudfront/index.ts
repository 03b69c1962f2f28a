import { FIELD } from '../../../columns/contract.js'
import { TAB } from '../../../core/bytes.js'
import type { LogFormat } from '../../contract.js'
import { as, bytes, duration, extra, text } from '../../meanings.js'
import { fromTable } from '../../table/scan-table.js'
import { W3C_LINE } from '../../table/w3c-columns.js'

/** The columns in the order in which they are documented. Lines in front of any `#Fields` are read by these. */
const DEFAULTS = [
  'date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query',
  'cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol',
  'ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte',
  'x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end',
]

/** Columns up to `x-edge-request-id`: what the oldest of these logs have. */
const LEAST = 15

/**
 * Standard logs of CloudFront, and those of its former streaming distributions. Times are UTC and those of the end of a
 * request. Referrer, agent and cookie are percent-encoded by CloudFront, the target by the client.
 */
export const awsCloudfront: LogFormat = {
  id: 'aws-cloudfront',
  title: 'Amazon CloudFront standard log',
  reference:
    'https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html',
  example:
    '2000-10-10\t20:55:36\tARN1-C1\t2326\t203.0.113.9\tGET\td111.cloudfront.net\t/a\t200\t-\tMozilla/5.0%20(X11)\tb=1\t-\tMiss\tQ1w2==\twww.example.com\thttps\t43\t0.012\t-\tTLSv1.3\tTLS_AES_128_GCM_SHA256\tMiss\tHTTP/2.0\t-\t-\t4711\t0.012\tMiss\ttext/html\t1880\t-\t-',
  ...fromTable({
    delimiter: TAB,
    spelling: 'raw',
    header: 'w3c',
    needs: ['x-edge-location', 'c-ip'],
    defaults: DEFAULTS.join(' ').split(' '),
    least: LEAST,
    isOpen: true,
    columns: {
      date: as({ as: 'date' }),
      time: as({ as: 'clock', utc: true }),
      timestamp: as({ as: 'time', time: { kind: 'epoch', unit: 1000 } }),
      'timestamp(ms)': as({ as: 'time', time: { kind: 'epoch', unit: 1 } }),
      'x-edge-location': extra('edge_location'),
      'sc-bytes': bytes(true),
      'c-ip': as({ as: 'address' }),
      'cs-method': as({ as: 'method' }),
      'cs(host)': text(FIELD.host),
      'cs-uri-stem': as({ as: 'target' }),
      'sc-status': as({ as: 'status' }),
      'cs(referer)': { ...text(FIELD.referrer), spelling: 'percent' },
      'c-referrer': { ...text(FIELD.referrer), spelling: 'percent' },
      'cs(user-agent)': { ...text(FIELD.userAgent), spelling: 'percent' },
      'c-user-agent': { ...text(FIELD.userAgent), spelling: 'percent' },
      'cs-uri-query': as({ as: 'query' }),
      'cs(cookie)': { ...as({ as: 'cookies' }), spelling: 'percent' },
      'x-edge-result-type': extra('cache_status'),
      'x-edge-response-result-type': extra('response_result_type'),
      'x-edge-detailed-result-type': extra('result_code'),
      'x-edge-request-id': extra('request_id'),
      'x-host-header': extra('server_name'),
      'cs-protocol': extra('scheme'),
      'cs-bytes': extra('request_length'),
      'time-taken': duration(1000),
      'x-forwarded-for': { ...text(FIELD.forwarded), spelling: 'percent' },
      'ssl-protocol': extra('ssl_protocol'),
      'ssl-cipher': extra('ssl_cipher'),
      'cs-protocol-version': text(FIELD.protocol),
      'c-port': extra('client_port'),
      'time-to-first-byte': extra('time_to_first_byte'),
      'sc-content-type': { ...extra('content_type'), spelling: 'percent' },
      'sc-content-len': extra('content_length'),
      'x-event': extra('operation'),
      'x-cf-status': extra('error_code'),
    },
  }),
  hint: W3C_LINE,
  stamp: { unknown: 'end' },
  directivePrefix: '#',
}
