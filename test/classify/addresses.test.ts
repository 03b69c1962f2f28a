import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientIdentity, maybeIpv6, parseAddress } from '../../src/classify/addresses.js'

describe('who a client is', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['crawl-1.example.net', 'crawl-1.example.net'],
    ['unix:', 'unix:'],
    ['-', '-'],
    ['', ''],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8::/64'],
    ['::1', '::/64'],
    ['[2001:db8::1]', '2001:db8::/64'],
    ['[2001:db8::1]:4711', '2001:db8::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
    ['fe80::2%1', 'fe80::/64'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['::ffff:cb00:7109', '203.0.113.9'],
    ['[::ffff:203.0.113.9]', '203.0.113.9'],
    ['2001:db8::g', '2001:db8::g'],
    ['1:2:3', '1:2:3'],
  ])('%j is %j', (text, identity) => {
    expect(clientIdentity(text)).toBe(identity)
  })

  const words = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 })
  const write = (parts: readonly number[]) => parts.map((part) => part.toString(16)).join(':')

  it('is the same for all of a /64, and another for the next', () => {
    fc.assert(
      fc.property(words, words, (a, b) => {
        // mapped addresses are IPv4
        fc.pre(a.slice(0, 4).some((part) => part !== 0))
        const neighbour = [...a.slice(0, 4), ...b.slice(4)]
        const next = [...a.slice(0, 3), a[3]! ^ 1, ...a.slice(4)]
        expect(clientIdentity(write(neighbour))).toBe(clientIdentity(write(a)))
        fc.pre(next.slice(0, 4).some((part) => part !== 0))
        expect(clientIdentity(write(next))).not.toBe(clientIdentity(write(a)))
      }),
    )
  })

  it('is its own identity for IPv4, whole', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(clientIdentity(address)).toBe(address)
        expect(clientIdentity(`::ffff:${address}`)).toBe(address)
      }),
    )
  })

  it('is found for any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.ipV6(),
          fc.ipV6().map((text) => `${text}%x`),
        ),
        (text) => {
          expect(typeof clientIdentity(text)).toBe('string')
        },
      ),
    )
  })

  it('is looked for in every text that may be IPv6', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        for (const written of [text, `[${text}]`]) {
          const bytes = Buffer.from(`x${written}`)
          expect(maybeIpv6(bytes, 1, written.length), written).toBe(true)
        }
      }),
    )
    expect(maybeIpv6(Buffer.from('203.0.113.9:x'), 0, 11)).toBe(false)
  })
})

describe('the address in a text', () => {
  it.each(['example.net', '', '-', '203.0.113.256', '1:2', '203.0.113.9/24'])('%j has none', (text) => {
    expect(parseAddress(text)).toBeNull()
    expect(clientIdentity(text)).toBe(text)
  })
})
