/** Which client a forwarding chain proves, through the records that come of it. */

import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { isPosternError, readRecords } from '../../src/index.js'
import { streamOf } from '../detect/access-log.js'

vi.setConfig({ testTimeout: 60_000 })

const STAMP = '[14/Aug/2021:12:30:00 +0000]'

function lineOf(peer: string, chain: string): string {
  return `${peer} - - ${STAMP} "GET /a HTTP/1.1" 200 300 "-" "curl/8.5.0" "${chain}"`
}

async function clientsOf(
  requests: readonly (readonly [peer: string, chain: string])[],
  trustedProxies: readonly string[],
): Promise<(string | undefined)[]> {
  const evidence = [
    { name: 'access.log', bytes: streamOf(requests.map(([peer, chain]) => lineOf(peer, chain))) },
  ]
  const clients: (string | undefined)[] = []
  for await (const { client } of readRecords(evidence, { trustedProxies, format: 'nginx-combined' }))
    clients.push(client)
  return clients
}

const TRUSTED = ['10.0.0.0/8', '2001:db8:ffff::/48']

describe('the client of a request through proxies', () => {
  it.each<[what: string, peer: string, chain: string, client: string]>([
    ['the peer, without a chain', '10.0.0.1', '-', '10.0.0.1'],
    ['the peer, where it is not trusted', '198.51.100.9', '203.0.113.9', '198.51.100.9'],
    ['the one that the proxy saw', '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['the last that is not trusted', '10.0.0.1', '203.0.113.9, 10.0.0.3, 10.0.0.2', '203.0.113.9'],
    ['not what that one wrote', '10.0.0.1', '192.0.2.66, 203.0.113.9, 10.0.0.2', '203.0.113.9'],
    ['not a trusted address that that one wrote', '10.0.0.1', '10.0.0.9, 203.0.113.9', '203.0.113.9'],
    ['the leftmost, where all are trusted', '10.0.0.1', '10.0.0.3,10.0.0.2', '10.0.0.3'],
    ['the last known, where the proxy saw nobody', '10.0.0.1', '203.0.113.9, unknown', '10.0.0.1'],
    ['the last known, where the next is hidden', '10.0.0.1', '203.0.113.9, _hidden, 10.0.0.2', '10.0.0.2'],
    ['the last known, where the next is empty', '10.0.0.1', '203.0.113.9,', '10.0.0.1'],
    ['without its port', '10.0.0.1', '203.0.113.9:4711', '203.0.113.9'],
    ['IPv6', '10.0.0.1', '2001:db8::9', '2001:db8::9'],
    ['IPv6 in brackets', '10.0.0.1', '[2001:db8::9]', '2001:db8::9'],
    ['IPv6 with a port', '10.0.0.1', '[2001:db8::9]:4711', '2001:db8::9'],
    ['IPv6 without its zone', '10.0.0.1', 'fe80::9%eth0', 'fe80::9'],
    ['through a trusted IPv6 proxy', '2001:db8:ffff::1', '203.0.113.9, 2001:db8:ffff:1::2', '203.0.113.9'],
    ['through a proxy in its mapped form', '::ffff:10.0.0.1', '203.0.113.9, ::ffff:10.0.0.2', '203.0.113.9'],
    ['blanks around it', '10.0.0.1', '  203.0.113.9  ,  10.0.0.2  ', '203.0.113.9'],
    ['no octal and no short form', '10.0.0.1', '203.0.113.9, 010.0.0.2', '10.0.0.1'],
    ['no number that is an address to some', '10.0.0.1', '203.0.113.9, 167772162', '10.0.0.1'],
    ['RFC 7239', '10.0.0.1', 'for=203.0.113.9', '203.0.113.9'],
    [
      'RFC 7239, any case and order',
      '10.0.0.1',
      'proto=https;By=10.0.0.1;FOR=203.0.113.9;host=a',
      '203.0.113.9',
    ],
    ['RFC 7239, quoted (nginx)', '10.0.0.1', 'for=\\x22203.0.113.9:4711\\x22', '203.0.113.9'],
    ['RFC 7239, quoted IPv6 (nginx)', '10.0.0.1', 'for=\\x22[2001:db8::9]:47\\x22;proto=http', '2001:db8::9'],
    ['RFC 7239, quoted IPv6 (Apache)', '10.0.0.1', 'for=\\"[2001:db8::9]\\";proto=http', '2001:db8::9'],
    ['RFC 7239, several', '10.0.0.1', 'for=192.0.2.66, for=203.0.113.9;by=_x, for=10.0.0.2', '203.0.113.9'],
    ['RFC 7239, unknown', '10.0.0.1', 'for=203.0.113.9, for=unknown', '10.0.0.1'],
    ['RFC 7239, obfuscated', '10.0.0.1', 'for=203.0.113.9, for=\\x22_gazonk\\x22', '10.0.0.1'],
    [
      'not the for= in a forged host',
      '10.0.0.1',
      'for=203.0.113.9;host=\\x22a;for=192.0.2.66\\x22',
      '203.0.113.9',
    ],
    [
      'not one in a forged host before it',
      '10.0.0.1',
      'host=\\x22a;for=192.0.2.66\\x22;for=203.0.113.9',
      '203.0.113.9',
    ],
    [
      'not the end of a forged host',
      '10.0.0.1',
      'for=203.0.113.9;host=\\x22a, for=192.0.2.66\\x22',
      '10.0.0.1',
    ],
    ['not a parameter of another name', '10.0.0.1', 'x-for=203.0.113.9', '10.0.0.1'],
  ])('is %s', async (_what, peer, chain, client) => {
    expect(await clientsOf([[peer, chain]], TRUSTED)).toEqual([client])
  })

  it.each<[string[], string]>([
    [[], '10.0.0.1'],
    [['10.0.0.1'], '10.0.0.2'],
    [['10.0.0.1', '10.0.0.2'], '203.0.113.9'],
    [['10.0.0.0/24'], '203.0.113.9'],
    [['private'], '203.0.113.9'],
    [['::ffff:10.0.0.0/104'], '203.0.113.9'],
    [['::ffff:10.0.0.1', '::ffff:10.0.0.2'], '203.0.113.9'],
    [['0.0.0.0/0'], '192.0.2.66'],
    [['::/0'], '10.0.0.1'],
  ])('with %j trusted is %s', async (trusted, client) => {
    expect(await clientsOf([['10.0.0.1', '192.0.2.66, 203.0.113.9, 10.0.0.2']], trusted)).toEqual([client])
  })

  it('is refused for what is no network', async () => {
    for (const wrong of ['10.0.0.0/33', 'proxy', '10.0.0.0/x']) {
      const error = await clientsOf([], [wrong]).catch((reason: unknown) => reason)
      expect(isPosternError(error) && error.code, wrong).toBe('ERR_OPTION_INVALID')
    }
  })

  /** What a client can put in front of what the proxies add: any header, commas, quotes and all. */
  const forged = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc
      .array(
        fc.constantFrom(
          '10.0.0.9',
          '192.0.2.66',
          ',',
          ' ',
          '"',
          ';',
          'for=',
          'host="',
          '[',
          ']',
          ':80',
          '%',
          'unknown',
          '\\',
        ),
      )
      .map((parts) => parts.join('')),
  )
  const real = fc.oneof(
    fc.ipV4().filter((address) => !address.startsWith('10.')),
    fc.ipV6().filter((address) => !/^2001:0?db8:ffff|\.|^[0:]*ffff:/i.test(address)),
  )
  const proxies = fc.array(
    fc.integer({ min: 1, max: 200 }).map((n) => `10.0.0.${n}`),
    { maxLength: 3 },
  )

  /** As nginx writes a header. */
  function escaped(header: string): string {
    const hex = (byte: number) => `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`
    const isPlain = (byte: number) => byte >= 32 && byte < 127 && byte !== 0x22 && byte !== 0x5c
    return [...Buffer.from(header)]
      .map((byte) => (isPlain(byte) ? String.fromCharCode(byte) : hex(byte)))
      .join('')
  }

  it('is never changed by what the client wrote in front of the chain', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(forged, real, proxies, fc.boolean()), { minLength: 1, maxLength: 40 }),
        async (requests) => {
          const chains = requests.map(([left, client, hops, named]) => {
            const written = named ? `for="${client.includes(':') ? `[${client}]` : client}"` : client
            return [left, written, ...hops].join(', ')
          })
          const clients = await clientsOf(
            chains.map((chain) => ['10.0.0.1', escaped(chain)] as const),
            TRUSTED,
          )
          expect(clients).toEqual(requests.map(([, client]) => client))
        },
      ),
      { numRuns: 60 },
    )
  })
})
