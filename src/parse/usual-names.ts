import { FIELD } from '../columns/contract.js'
import type { ValueCodec, ValueMeaning } from './contract.js'
import { as, bytes, duration, extra, text } from './meanings.js'

const anyTime = (rank: number) => as({ as: 'any-time' }, rank)
const address = (rank: number) => as({ as: 'address' }, rank)
const target = (rank: number) => as({ as: 'target' }, rank)
const method = (rank: number) => as({ as: 'method' }, rank)
const status = (rank: number) => as({ as: 'status' }, rank)

/**
 * Members by the names of nginx's variables. Ranks put what says more before what says less.
 *
 * @see https://nginx.org/en/docs/varindex.html
 */
const VARIABLES: Members = {
  msec: as({ as: 'time', time: { kind: 'epoch', unit: 1000 } }),
  time_iso8601: anyTime(1),
  time_local: anyTime(2),
  remote_addr: address(0),
  realip_remote_addr: address(1),
  proxy_protocol_addr: address(2),
  http_x_forwarded_for: text(FIELD.forwarded),
  proxy_add_x_forwarded_for: text(FIELD.forwarded, 3),
  http_forwarded: text(FIELD.forwarded, 5),
  http_x_real_ip: text(FIELD.forwarded, 6),
  http_cf_connecting_ip: text(FIELD.forwarded, 7),
  http_true_client_ip: text(FIELD.forwarded, 8),
  remote_user: text(FIELD.user),
  request: as({ as: 'request' }, 1),
  request_uri: target(0),
  uri: target(2),
  document_uri: target(3),
  args: as({ as: 'query' }),
  query_string: as({ as: 'query' }, 1),
  request_method: method(0),
  server_protocol: text(FIELD.protocol),
  status: status(0),
  body_bytes_sent: bytes(false),
  bytes_sent: bytes(true, 1),
  request_time: duration(1000),
  http_referer: text(FIELD.referrer),
  http_user_agent: text(FIELD.userAgent),
  http_host: text(FIELD.host),
  host: text(FIELD.host, 1),
  server_name: text(FIELD.host, 3),
  http_authorization: text(FIELD.token, 1),
  http_x_api_key: text(FIELD.token, 2),
  http_cookie: as({ as: 'cookies' }),
  ...extras(
    'connection',
    'connection_requests',
    'pid',
    'remote_port',
    'request_id',
    'request_length',
    'server_addr',
    'server_port',
    'scheme',
    'ssl_protocol',
    'ssl_cipher',
    'upstream_addr',
    'upstream_status',
    'upstream_response_time',
    'upstream_response_length',
    'upstream_connect_time',
    'upstream_header_time',
    'upstream_cache_status',
  ),
}

/** What administrators call them, as the guides of Grafana, ingress-nginx and others have it. */
const USUAL: Members = {
  '@timestamp': anyTime(3),
  timestamp: anyTime(4),
  time: anyTime(5),
  date: anyTime(6),
  datetime: anyTime(6),
  ts: anyTime(7),
  client_ip: address(3),
  remote_ip: address(4),
  clientip: address(5),
  client_addr: address(6),
  client: address(7),
  ip: address(8),
  source_ip: address(7),
  src_ip: address(7),
  x_forwarded_for: text(FIELD.forwarded, 1),
  'X-Forwarded-For': text(FIELD.forwarded, 1),
  'x-forwarded-for': text(FIELD.forwarded, 1),
  xff: text(FIELD.forwarded, 2),
  x_forward_for: text(FIELD.forwarded, 4),
  user: text(FIELD.user, 1),
  url: target(4),
  path: target(5),
  request_query: as({ as: 'query' }, 2),
  method: method(1),
  http_method: method(2),
  protocol: text(FIELD.protocol, 1),
  request_proto: text(FIELD.protocol, 2),
  http_version: text(FIELD.protocol, 3),
  status_code: status(1),
  response_status: status(2),
  http_status: status(2),
  response_code: status(2),
  bytes: bytes(false, 2),
  size: bytes(false, 3),
  http_referrer: text(FIELD.referrer, 1),
  referer: text(FIELD.referrer, 2),
  referrer: text(FIELD.referrer, 3),
  user_agent: text(FIELD.userAgent, 1),
  agent: text(FIELD.userAgent, 2),
  useragent: text(FIELD.userAgent, 3),
  vhost: text(FIELD.host, 2),
}

/** Names with dots, which some write as one name and others as objects in objects: Datadog's and Elastic's. */
const DOTTED: Members = {
  'network.client.ip': address(3),
  'client.ip': address(3),
  'client.address': address(4),
  'source.ip': address(4),
  'source.address': address(5),
  'user.name': text(FIELD.user, 1),
  'http.method': method(1),
  'http.request.method': method(1),
  'http.url': target(1),
  'url.original': target(1),
  'url.path': target(5),
  'url.query': as({ as: 'query' }, 2),
  'url.domain': text(FIELD.host, 2),
  'http.version': text(FIELD.protocol, 1),
  'http.status_code': status(1),
  'http.response.status_code': status(1),
  'network.bytes_written': bytes(false, 2),
  'http.response.body.bytes': bytes(false, 1),
  'http.response.bytes': bytes(true, 2),
  'http.referer': text(FIELD.referrer, 2),
  'http.referrer': text(FIELD.referrer, 2),
  'http.request.referrer': text(FIELD.referrer, 2),
  'http.useragent': text(FIELD.userAgent, 1),
  'http.user_agent': text(FIELD.userAgent, 1),
  'user_agent.original': text(FIELD.userAgent, 1),
  'http.x_forwarded_for': text(FIELD.forwarded, 1),
}

type Members = Readonly<Record<string, ValueMeaning>>

function extras(...names: readonly string[]): Members {
  return Object.fromEntries(names.map((name) => [name, extra(name)]))
}

function asOneName(members: Members): Members {
  return Object.fromEntries(
    Object.entries(members).map(([path, meaning]) => [path.replaceAll('.', '\\.'), meaning]),
  )
}

export const USUAL_NAMES: Members = { ...VARIABLES, ...USUAL, ...DOTTED, ...asOneName(DOTTED) }

/** Alternatives of which a line needs one: all names in the map whose value is of one of these kinds. */
export function namesFor(...kinds: readonly ValueCodec['as'][]): string {
  return Object.entries(USUAL_NAMES)
    .filter(([, { codec }]) => kinds.includes(codec.as))
    .map(([name]) => name)
    .join('|')
}
