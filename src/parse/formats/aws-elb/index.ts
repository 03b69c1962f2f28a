import { FIELD } from '../../../columns/contract.js'
import { SPACE } from '../../../core/bytes.js'
import type { LogFormat } from '../../contract.js'
import { as, bytes, extra, text } from '../../meanings.js'
import { fromTable } from '../../table/scan-table.js'

const COLUMNS = [
  'time elb client:port backend:port request_processing_time backend_processing_time response_processing_time',
  'elb_status_code backend_status_code received_bytes sent_bytes request user_agent ssl_cipher ssl_protocol',
]

/** Columns up to `request`: agent, cipher and protocol came later. */
const LEAST = 12

const part = as({ as: 'duration-part', unit: 1000 })

/** Access logs of classic Elastic Load Balancers, of HTTP and of TCP listeners. */
export const awsElb: LogFormat = {
  id: 'aws-elb',
  title: 'AWS Classic Load Balancer',
  reference: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html',
  example:
    '2000-10-10T20:55:36.123456Z web 203.0.113.9:4711 192.0.2.1:80 0.000073 0.001048 0.000057 200 200 0 2326 "GET http://www.example.com:80/a?b=1 HTTP/1.1" "curl/8.5.0" - -',
  ...fromTable({
    delimiter: SPACE,
    spelling: 'escaped',
    quoting: 'backslash',
    header: 'none',
    needs: [],
    defaults: COLUMNS.join(' ').split(' '),
    least: LEAST,
    columns: {
      time: as({ as: 'time', time: { kind: 'iso' } }),
      elb: extra('frontend'),
      'client:port': as({ as: 'endpoint', port: 'client_port' }),
      'backend:port': extra('upstream_addr'),
      request_processing_time: part,
      backend_processing_time: part,
      response_processing_time: part,
      elb_status_code: as({ as: 'status' }),
      backend_status_code: extra('upstream_status'),
      received_bytes: extra('request_length'),
      sent_bytes: bytes(false),
      request: as({ as: 'composed-request', composed: 'host' }),
      user_agent: text(FIELD.userAgent),
      ssl_cipher: extra('ssl_cipher'),
      ssl_protocol: extra('ssl_protocol'),
    },
  }),
  hint: /^[\t ]*"?\d{4}-/,
  stamp: { unknown: 'start' },
}
