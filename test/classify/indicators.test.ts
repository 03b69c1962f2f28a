import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IndicatorMatcher } from '../../src/classify/indicators.js'

/** An IPv4 address by its bits, so that neighbours share many of them. */
const bitsOf = (address: string) =>
  address
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('')
const address = fc.tuple(
  fc.constantFrom('10', '203'),
  fc.constantFrom('0', '128'),
  fc.constantFrom('0', '1'),
  fc.nat({ max: 255 }).map(String),
)
const addressText = address.map((parts) => parts.join('.'))

describe('indicators of addresses', () => {
  it('hold those whose first bits are the network’s, mapped into IPv6 or not', () => {
    const network = fc.tuple(addressText, fc.integer({ min: 0, max: 32 }))
    fc.assert(
      fc.property(fc.array(network, { maxLength: 6 }), addressText, (networks, client) => {
        const matcher = new IndicatorMatcher(
          networks.map(([base, bits]) => ({ type: 'network' as const, value: `${base}/${bits}` })),
        )
        const expected = networks.flatMap(([base, bits], index) =>
          bitsOf(base).slice(0, bits) === bitsOf(client).slice(0, bits) ? [index] : [],
        )
        expect(matcher.ofAddress(client)).toEqual(expected)
        expect(matcher.ofAddress(`::ffff:${client}`)).toEqual(expected)
      }),
      { numRuns: 500 },
    )
  })

  it('of one family hold nothing of the other', () => {
    const matcher = new IndicatorMatcher([
      { type: 'network', value: '::/0' },
      { type: 'network', value: '0.0.0.0/0' },
    ])
    expect(matcher.ofAddress('203.0.113.9')).toEqual([1])
    expect(matcher.ofAddress('2001:db8::1')).toEqual([0])
    expect(matcher.ofAddress('host.example')).toEqual([])
  })
})
