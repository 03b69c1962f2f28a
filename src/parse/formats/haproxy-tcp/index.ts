import type { LogFormat } from '../../contract.js'
import { as, bytes, duration, extra } from '../../meanings.js'
import { fromPatterns, type Meanings } from '../../text/read-text.js'

const PATTERNS: readonly RegExp[] = [
  // the last colon is the port's: an IPv6 address stands without brackets
  new RegExp(
    String.raw`^(?<client>\S+):(?<port>\d+) \[(?<time>[^\]]*)\] (?<frontend>\S+) (?<backend>[^\s/]+)/(?<server>\S+) ` +
      String.raw`(?<timers>-?\d+/-?\d+/\+?(?<duration>-?\d+)) \+?(?<bytes>\d+) (?<state>\S{2}) ` +
      String.raw`(?<connections>\d+/\d+/\d+/\d+/\+?\d+) (?<queues>\d+/\d+)$`,
    'ds',
  ),
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
  bytes: bytes(true),
  state: extra('termination_state'),
  connections: extra('connections'),
  queues: extra('queues'),
}

/** Connections that HAProxy forwarded without reading them, as `option tcplog` writes them. */
export const haproxyTcp: LogFormat = {
  id: 'haproxy-tcp',
  title: 'HAProxy, TCP (option tcplog)',
  reference: 'https://docs.haproxy.org/2.8/configuration.html#8.2.2',
  example: '203.0.113.9:33317 [10/Oct/2000:13:55:36.655] imap mail/mail1 0/2/5007 212 -- 0/0/0/0/3 0/0',
  ...fromPatterns(PATTERNS, MEANINGS),
  hint: /:\d+ \[/,
  stamp: { unknown: 'start' },
}
