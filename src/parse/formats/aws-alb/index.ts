import { FIELD } from '../../../columns/contract.js'
import { SPACE } from '../../../core/bytes.js'
import type { LogFormat } from '../../contract.js'
import { as, bytes, extra, text } from '../../meanings.js'
import { fromTable } from '../../table/scan-table.js'

/** In the order in which they are documented; the vendor adds further ones behind. */
const COLUMNS = [
  'type time elb client:port target:port request_processing_time target_processing_time response_processing_time',
  'elb_status_code target_status_code received_bytes sent_bytes request user_agent ssl_cipher ssl_protocol',
  'target_group_arn trace_id domain_name chosen_cert_arn matched_rule_priority request_creation_time actions_executed',
  'redirect_url error_reason target:port_list target_status_code_list classification classification_reason',
  'conn_trace_id transformed_host transformed_uri request_transform_status',
]

/** Columns up to `trace_id`: what the first of these logs had. */
const LEAST = 18

const part = as({ as: 'duration-part', unit: 1000 })

/**
 * Access logs of Application Load Balancers. The stamp is when the answer was made, and the balancer puts scheme, host and
 * port in front of the target that the client sent.
 */
export const awsAlb: LogFormat = {
  id: 'aws-alb',
  title: 'AWS Application Load Balancer',
  reference:
    'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html',
  example:
    'https 2000-10-10T20:55:36.123456Z app/web/50dc6c495c0c9188 203.0.113.9:4711 192.0.2.1:80 0.001 0.009 0.000 200 200 43 2326 "GET https://www.example.com:443/a?b=1 HTTP/1.1" "curl/8.5.0" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:eu-north-1:111122223333:targetgroup/web/73e2d6bc24d8a067 "Root=1-58337262-36d228ad5d99923122bbe354" "www.example.com" "-" 0 2000-10-10T20:55:36.113000Z "forward" "-" "-" "192.0.2.1:80" "200" "-" "-"',
  ...fromTable({
    delimiter: SPACE,
    spelling: 'escaped',
    quoting: 'backslash',
    header: 'none',
    needs: [],
    defaults: COLUMNS.join(' ').split(' '),
    least: LEAST,
    isOpen: true,
    columns: {
      type: extra('type'),
      time: as({ as: 'time', time: { kind: 'iso' } }),
      elb: extra('frontend'),
      'client:port': as({ as: 'endpoint', port: 'client_port' }),
      'target:port': extra('upstream_addr'),
      request_processing_time: part,
      target_processing_time: part,
      response_processing_time: part,
      elb_status_code: as({ as: 'status' }),
      target_status_code: extra('upstream_status'),
      received_bytes: extra('request_length'),
      sent_bytes: bytes(true),
      request: as({ as: 'composed-request', composed: 'target' }),
      user_agent: text(FIELD.userAgent),
      ssl_cipher: extra('ssl_cipher'),
      ssl_protocol: extra('ssl_protocol'),
      target_group_arn: extra('backend'),
      trace_id: extra('request_id'),
      domain_name: extra('server_name'),
      request_creation_time: extra('request_creation_time'),
      actions_executed: extra('action'),
      redirect_url: extra('redirect_url'),
      error_reason: extra('error_code'),
      classification: extra('classification'),
      classification_reason: extra('classification_reason'),
      conn_trace_id: extra('connection'),
    },
  }),
  hint: /^[\t ]*\S+[\t ]+"?\d{4}-/,
  stamp: { unknown: 'end' },
}
