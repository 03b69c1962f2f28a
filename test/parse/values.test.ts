import { describe, expect, it } from 'vitest'
import { TimeReader } from '../../src/kernel/scan-time.js'
import { addressEnd, readAnyDuration, readAnyTime, readClockTime, readDate } from '../../src/parse/values.js'

/** Reads a value with text on both sides that must not be looked at. */
function within<T>(text: string, read: (bytes: Uint8Array, from: number, to: number) => T): T {
  const bytes = Buffer.from(`1:${text}:1`)
  return read(bytes, 2, bytes.length - 2)
}

describe('the end of an address', () => {
  it.each([
    ['203.0.113.9', ''],
    ['203.0.113.9', ':4711'],
    ['2001:db8::9', ''],
    ['::1', ''],
    ['[2001:db8::9]', ':4711'],
    ['[2001:db8::9]', ''],
    ['2001:db8:0:0:0:0:0:9', ''],
    ['2001:db8:0:0:0:0:0:9', ':4711'],
    ['::ffff:203.0.113.9', ''],
    ['fe80::1%eth0', ''],
    ['web.example.com', ':80'],
    ['unix', ':'],
    ['', ''],
    ['[2001:db8', ''],
  ])('of %s%s is before the port', (address, port) => {
    expect(within(address + port, (bytes, from, to) => addressEnd(bytes, from, to) - from)).toBe(
      address.length,
    )
  })
})

describe('a time in any form', () => {
  const read = (text: string, toUtc: ((ms: number) => number) | null = null) =>
    within(text, (bytes, from, to) => readAnyTime(new TimeReader(toUtc), bytes, from, to))

  it.each([
    ['2000-10-10T20:55:36Z', '2000-10-10T20:55:36.000Z'],
    ['2000-10-10T13:55:36.123-07:00', '2000-10-10T20:55:36.123Z'],
    ['2000-10-10 20:55:36', '2000-10-10T20:55:36.000Z'],
    ['2000/10/10 20:55:36', '2000-10-10T20:55:36.000Z'],
    ['2000/10/10 20:55:36.756', '2000-10-10T20:55:36.756Z'],
    ['10/Oct/2000:13:55:36 -0700', '2000-10-10T20:55:36.000Z'],
    ['[10/Oct/2000:13:55:36 -0700]', '2000-10-10T20:55:36.000Z'],
    ['971211336', '2000-10-10T20:55:36.000Z'],
    ['971211336.756', '2000-10-10T20:55:36.756Z'],
    ['971211336123', '2000-10-10T20:55:36.123Z'],
    ['971211336123456', '2000-10-10T20:55:36.123Z'],
    ['971211336123456789', '2000-10-10T20:55:36.123Z'],
  ])('%s', (text, expected) => {
    expect(new Date(read(text)).toISOString()).toBe(expected)
  })

  it.each([
    '',
    '-',
    '0',
    '12345',
    'yesterday',
    '2000-13-01T00:00:00Z',
    '2000/02/31 00:00:00',
    '2000/10/10',
    '[]',
    '971211336123456789012',
    '2000/10/10 20:55:36 UTC',
  ])('%s is none', (text) => {
    expect(read(text)).toBeNaN()
  })

  it('takes the source’s zone where it states none', () => {
    expect(read('2000/10/10 20:55:36', (ms) => ms - 3_600_000)).toBe(Date.UTC(2000, 9, 10, 19, 55, 36))
  })
})

describe('dates and clocks apart', () => {
  it.each([
    ['2000-02-29', Date.UTC(2000, 1, 29)],
    ['1999-02-29', Number.NaN],
    ['2000-00-10', Number.NaN],
    ['2000-1-10', Number.NaN],
    ['2000-10-1x', Number.NaN],
  ])('%s', (text, expected) => {
    expect(within(text, readDate)).toBe(expected)
  })

  it.each([
    ['13:55', 50_100_000],
    ['13:55:36', 50_136_000],
    ['13:55:36.1239', 50_136_123],
    ['23:59:60', 86_400_000],
    ['24:00:00', Number.NaN],
    ['13:60', Number.NaN],
    ['13:55:61', Number.NaN],
    ['13:55:3', Number.NaN],
    ['13.55', Number.NaN],
    ['', Number.NaN],
  ])('%s', (text, expected) => {
    expect(within(text, readClockTime)).toBe(expected)
  })
})

describe('durations with units, and plain seconds', () => {
  it.each([
    ['2', 2000],
    ['0.0012', 1.2],
    ['1.25ms', 1.25],
    ['2m3.5s', 123_500],
    ['1h0m0s', 3_600_000],
    ['12µs', 0.012],
    ['12μs', 0.012],
    ['500us', 0.5],
    ['900ns', 0.0009],
    ['0s', 0],
    ['ms', Number.NaN],
    ['1 ms', Number.NaN],
    ['1d', Number.NaN],
    ['-1s', Number.NaN],
    ['1.s', Number.NaN],
    [`${'1'.repeat(40)}s`, Number.NaN],
  ])('%s', (text, expected) => {
    const ms = within(text, (bytes, from, to) => readAnyDuration(bytes, from, to, 1000))
    if (Number.isNaN(expected)) expect(ms).toBeNaN()
    else expect(ms).toBeCloseTo(expected, 9)
  })
})
