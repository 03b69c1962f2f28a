import type { LogFormat } from '../../contract.js'
import { as, bytes, duration, extra } from '../../meanings.js'
import { fromPatterns, type Meanings } from '../../text/read-text.js'

/** The last colon is the port's: an IPv6 address stands without brackets. `unix:1` is a socket and the listener's number. */
const HEAD = String.raw`^(?<client>\S+):(?<port>\d+) \[(?<time>[^\]]*)\] `
/** With `option logasap`, `+` before what was not over yet when the line was written. */
const TIMERS = String.raw`(?<timers>-?\d+/-?\d+/-?\d+/-?\d+/\+?(?<duration>-?\d+))`
const COOKIES = String.raw`(?<requestCookie>\S+) (?<responseCookie>\S+)`
const LOAD = String.raw`(?<connections>\d+/\d+/\d+/\d+/\+?\d+) (?<queues>\d+/\d+)`
const CAPTURES = String.raw`(?: \{(?<requestCaptures>[^}]*)\})?(?: \{(?<responseCaptures>[^}]*)\})?`
/** A line that syslog cut short has no closing quote. */
const REQUEST = `"(?<request>[^"]*)(?:"|$)`
/** `option httpslog`: errors of connection and handshake, name, protocol and cipher. */
const TLS = String.raw`(?: (?<tlsErrors>[^\s/]+/[^\s/]+/[^\s/]+/[^\s/]+/[01-]) (?<serverName>[^\s/]+)/(?<tlsProtocol>[^\s/]+)/(?<tlsCipher>[^\s/]+))?`

const PATTERNS: readonly RegExp[] = [
  new RegExp(
    String.raw`${HEAD}(?<frontend>\S+) (?<backend>[^\s/]+)/(?<server>\S+) ${TIMERS} ` +
      String.raw`(?:(?<status>\d+)|-1?) \+?(?<bytes>\d+) ${COOKIES} (?<state>\S{4}) ${LOAD}${CAPTURES} ${REQUEST}${TLS}$`,
    'ds',
  ),
  // a connection that ended before there was a request: no TLS handshake, no PROXY header
  new RegExp(String.raw`${HEAD}(?<frontend>[^\s/]+)/(?<listener>[^\s:]+): (?<message>.+)$`, 'ds'),
]

const MEANINGS: Meanings = {
  client: as({ as: 'address' }),
  port: extra('client_port'),
  time: as({ as: 'time', time: { kind: 'strftime', format: '%d/%b/%Y:%H:%M:%S.%f' } }),
  frontend: extra('frontend'),
  backend: extra('backend'),
  server: extra('server'),
  timers: extra('timers'),
  duration: duration(1),
  status: as({ as: 'status' }),
  bytes: bytes(true),
  requestCookie: { ...as({ as: 'cookies' }), spelling: 'hash' },
  responseCookie: { ...as({ as: 'cookies' }, 1), spelling: 'hash' },
  state: extra('termination_state'),
  connections: extra('connections'),
  queues: extra('queues'),
  requestCaptures: { ...extra('request_captures'), spelling: 'hash' },
  responseCaptures: { ...extra('response_captures'), spelling: 'hash' },
  request: { ...as({ as: 'request' }), spelling: 'hash' },
  tlsErrors: extra('tls_errors'),
  serverName: extra('server_name'),
  tlsProtocol: extra('ssl_protocol'),
  tlsCipher: extra('ssl_cipher'),
  listener: extra('listener'),
  message: extra('message'),
}

/** Requests that HAProxy forwarded or answered, as `option httplog` and `option httpslog` write them. */
export const haproxyHttp: LogFormat = {
  id: 'haproxy-http',
  title: 'HAProxy, HTTP (option httplog, option httpslog)',
  reference: 'https://docs.haproxy.org/2.8/configuration.html#8.2.3',
  example:
    '203.0.113.9:33317 [10/Oct/2000:13:55:36.655] www~ app/app1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {www.example.com} {} "GET /a?b=1 HTTP/1.1"',
  ...fromPatterns(PATTERNS, MEANINGS),
  hint: /:\d+ \[/,
  stamp: { unknown: 'start' },
}
