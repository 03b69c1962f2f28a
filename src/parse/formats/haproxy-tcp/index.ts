import type { LogFormat } from '../../contract.js'
import { as, bytes, duration, extra } from '../../meanings.js'
import { fromPatterns } from '../../pattern/scan-pattern.js'

/** Connections that HAProxy forwarded without reading them, as `option tcplog` writes them. */
export const haproxyTcp: LogFormat = {
  id: 'haproxy-tcp',
  title: 'HAProxy, TCP (option tcplog)',
  reference: 'https://docs.haproxy.org/2.8/configuration.html#8.2.2',
  example: '203.0.113.9:33317 [10/Oct/2000:13:55:36.655] imap mail/mail1 0/2/5007 212 -- 0/0/0/0/3 0/0',
  ...fromPatterns({
    patterns: [
      // the last colon is the port's: an IPv6 address stands without brackets
      new RegExp(
        String.raw`^(?<client>\S+):(?<port>\d+) \[(?<time>[^\]]*)\] (?<frontend>\S+) (?<backend>[^\s/]+)/(?<server>\S+) ` +
          String.raw`(?<timers>-?\d+/-?\d+/\+?(?<duration>-?\d+)) \+?(?<bytes>\d+) (?<state>\S{2}) ` +
          String.raw`(?<connections>\d+/\d+/\d+/\d+/\+?\d+) (?<queues>\d+/\d+)$`,
        'ds',
      ),
    ],
    groups: {
      client: { meaning: as({ as: 'address' }) },
      port: { meaning: extra('client_port') },
      time: {
        meaning: as({ as: 'time', time: { kind: 'strftime', format: '%d/%b/%Y:%H:%M:%S.%f' } }),
      },
      frontend: { meaning: extra('frontend') },
      backend: { meaning: extra('backend') },
      server: { meaning: extra('server') },
      timers: { meaning: extra('timers') },
      duration: { meaning: duration(1) },
      bytes: { meaning: bytes(true) },
      state: { meaning: extra('termination_state') },
      connections: { meaning: extra('connections') },
      queues: { meaning: extra('queues') },
    },
  }),
  stamp: { unknown: 'start' },
}
