import { FIELD } from '../../../columns/contract.js'
import type { FieldMap } from '../../json/field-map.js'
import { as, bytes, duration, extra, text } from '../../meanings.js'

/**
 * JSON, as Envoy Gateway and Istio write it. Names are those of the command operators; headers stand under their own names or
 * with underscores.
 *
 * @see https://gateway.envoyproxy.io/docs/tasks/observability/proxy-accesslog/
 * @see https://istio.io/latest/docs/tasks/observability/logs/access-log/
 */
export const JSON_MAP: FieldMap = {
  needs: [
    'start_time',
    'response_code',
    'response_flags|upstream_host|upstream_cluster|downstream_remote_address',
  ],
  members: {
    start_time: as({ as: 'any-time' }),
    method: as({ as: 'method' }),
    path: as({ as: 'target' }, 1),
    'x-envoy-origin-path': as({ as: 'target' }),
    'x-envoy-original-path': as({ as: 'target' }),
    protocol: text(FIELD.protocol),
    response_code: as({ as: 'status' }),
    bytes_sent: bytes(false),
    bytes_received: extra('request_length'),
    duration: duration(1),
    downstream_remote_address: as({ as: 'address' }),
    'x-forwarded-for': text(FIELD.forwarded),
    x_forwarded_for: text(FIELD.forwarded),
    'user-agent': text(FIELD.userAgent),
    user_agent: text(FIELD.userAgent),
    referer: text(FIELD.referrer),
    ':authority': text(FIELD.host),
    authority: text(FIELD.host),
    'x-request-id': extra('request_id'),
    request_id: extra('request_id'),
    'x-envoy-upstream-service-time': extra('upstream_service_time'),
    upstream_service_time: extra('upstream_service_time'),
    response_flags: extra('response_flags'),
    response_code_details: extra('response_code_details'),
    connection_termination_details: extra('connection_termination_details'),
    upstream_transport_failure_reason: extra('upstream_transport_failure_reason'),
    upstream_host: extra('upstream_host'),
    upstream_cluster: extra('upstream_cluster'),
    upstream_local_address: extra('upstream_local_address'),
    downstream_local_address: extra('downstream_local_address'),
    requested_server_name: extra('requested_server_name'),
    route_name: extra('route_name'),
  },
}
