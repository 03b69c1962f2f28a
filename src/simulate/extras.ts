import type { Hit } from './hit.js'
import { mix } from './model/random.js'

/** Values of variables that no column stands for, by name; what is not here is written as `-`. */
const VALUES: Readonly<Record<string, (hit: Hit) => string>> = {
  server_port: () => '443',
  local_port: () => '443',
  server_addr: () => '10.0.1.10',
  scheme: () => 'https',
  ssl_protocol: () => 'TLSv1.3',
  SSL_PROTOCOL: () => 'TLSv1.3',
  ssl_cipher: () => 'TLS_AES_256_GCM_SHA384',
  SSL_CIPHER: () => 'TLS_AES_256_GCM_SHA384',
  request_length: (hit) => String(180 + (hit.target?.length ?? 0) + (hit.userAgent?.length ?? 0)),
  bytes_transferred: (hit) => String(620 + (hit.bytes ?? 0)),
  upstream_addr: (hit) => (isPassedOn(hit) ? `10.0.2.${11 + (hit.connection % 3)}:8080` : '-'),
  upstream_status: (hit) => (isPassedOn(hit) ? String(hit.status) : '-'),
  upstream_response_time: (hit) => (isPassedOn(hit) ? (hit.durationMs / 1000).toFixed(3) : '-'),
  upstream_connect_time: (hit) => (isPassedOn(hit) ? '0.000' : '-'),
  request_id: (hit) =>
    [1, 2, 3, 4]
      .map((part) =>
        mix(hit.connection + part, hit.startMs)
          .toString(16)
          .padStart(8, '0'),
      )
      .join(''),
  connection: (hit) => String(1 + (hit.connection % 900_000)),
  connection_requests: () => '1',
  keepalive_requests: () => '0',
  pid: (hit) => String(1_100 + (hit.connection % 8)),
  pipe: () => '.',
  connection_status: () => '+',
  first_byte_us: (hit) => String(hit.durationMs * 700),
}

/** Files are served by the proxy itself. */
function isPassedOn(hit: Hit): boolean {
  return hit.target !== undefined && !/^\/(?:assets|media|downloads|favicon)/.test(hit.target)
}

/** Fills in what a layout has beyond columns. Lines of such layouts take a little longer to make. */
export function extrasOf(hit: Hit, names: readonly string[]): Record<string, string> {
  const extra: Record<string, string> = {}
  for (const name of names) {
    const value = Object.hasOwn(VALUES, name) ? VALUES[name]!(hit) : '-'
    if (value !== '-') extra[name] = value
  }
  return extra
}
