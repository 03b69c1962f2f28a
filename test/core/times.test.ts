import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseTime, statesZone } from '../../src/core/read-time.js'
import * as times from '../../src/core/times.js'

describe('parseTime', () => {
  it.each([
    ['2021-08-14', undefined, '2021-08-14T00:00:00.000Z'],
    ['2021-08-14', 'Europe/Madrid', '2021-08-13T22:00:00.000Z'],
    ['2021-08-14T12:00', '+05:30', '2021-08-14T06:30:00.000Z'],
    ['2021-08-14 12:00:01', undefined, '2021-08-14T12:00:01.000Z'],
    ['2021-08-14t12:00:01,5z', 'Europe/Madrid', '2021-08-14T12:00:01.500Z'],
    ['2021-08-14T12:00:01.123456+02:00', 'Europe/Madrid', '2021-08-14T10:00:01.123Z'],
    ['2021-08-14T12:00:01-0330', undefined, '2021-08-14T15:30:01.000Z'],
    ['2021-03-28T02:30:00', 'Europe/Madrid', '2021-03-28T01:30:00.000Z'],
    ['2021-10-31T02:30:00', 'Europe/Madrid', '2021-10-31T01:30:00.000Z'],
  ])('reads %s in %s', (text, zone, iso) => {
    expect(parseTime(text, zone)).toBe(Date.parse(iso))
  })

  it.each([
    '',
    'yesterday',
    '2021',
    '2021-08',
    '14.08.2021',
    '2021-02-30',
    '2021-08-14T25:00',
    '2021-W32',
    '1628942400',
  ])('refuses %j', (text) => {
    expect(parseTime(text)).toBeNull()
  })

  it('refuses a zone that is none', () => {
    expect(parseTime('2021-08-14', 'Europe/Atlantis')).toBeNull()
  })

  it('reads what toIso writes', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(-62167219200000), max: new Date(253402300799999), noInvalidDate: true }),
        (date) => {
          expect(parseTime(times.toIso(date.getTime()))).toBe(date.getTime())
        },
      ),
    )
  })

  it('knows which texts name their zone', () => {
    expect(
      ['2021-08-14T12:00Z', '2021-08-14T12:00:00+02', '2021-08-14T12:00', '2021-08-14', 'Z'].map(statesZone),
    ).toEqual([true, true, false, false, false])
  })
})

describe('parseDuration', () => {
  it('reads a number with its unit', () => {
    expect(['500ms', '90s', '10m', '24h', '7d', '1.5s', '0s'].map(times.parseDuration)).toEqual([
      500, 90_000, 600_000, 86_400_000, 604_800_000, 1500, 0,
    ])
  })

  it('refuses what has no unit, another unit or a sign', () => {
    for (const text of ['', '10', '10 m', '-1s', '1w', '1M', 's', '1e3s', 'Infinityd', '1.s'])
      expect(times.parseDuration(text)).toBeNull()
  })
})

describe('isZone', () => {
  it('takes IANA names and fixed offsets and nothing else', () => {
    for (const zone of [
      'UTC',
      'Europe/Madrid',
      'America/Argentina/Buenos_Aires',
      '+02:00',
      '-0330',
      '+14:00',
    ])
      expect(times.isZone(zone), zone).toBe(true)
    for (const zone of ['', 'Z+', 'Mars/Olympus', '+2', '+15:00', '02:00', '+02:60', ' UTC'])
      expect(times.isZone(zone), zone).toBe(false)
  })
})

describe('toIso', () => {
  it('does not throw for any number', () => {
    expect(times.toIso(0)).toBe('1970-01-01T00:00:00.000Z')
    expect(times.toIso(Number.NaN)).toBe(times.NO_TIME)
    expect(times.toIso(9e15)).toBe(times.NO_TIME)
    expect(times.toIso(8.64e15)).toBe('+275760-09-13T00:00:00.000Z')
    expect(times.toIso(8.64e15 + 1)).toBe(times.NO_TIME)
    fc.assert(fc.property(fc.double(), (ms) => typeof times.toIso(ms) === 'string'))
  })

  it('writes what Date writes, whatever was written before', () => {
    const time = fc.oneof(
      fc.double({ min: -8.64e15, max: 8.64e15, noNaN: true }),
      fc.integer({ min: -200_000_000, max: 200_000_000 }),
      fc.constantFrom(-0.5, -1, 0.999, 8.64e7 - 1, 8.64e7, -8.64e15, -62_167_219_200_001),
    )
    fc.assert(
      fc.property(fc.array(time), (all) => {
        for (const ms of all) expect(times.toIso(ms)).toBe(new Date(ms).toISOString())
      }),
    )
  })
})

describe('figures for people', () => {
  it('says durations in their two largest units', () => {
    expect(
      [0, 250, 1500, 59_999, 60_000, 845_000, 3_600_000, 183_600_000, 864e8, -1500, Number.NaN].map(
        times.formatDuration,
      ),
    ).toEqual([
      '0 ms',
      '250 ms',
      '1.5 s',
      '59.9 s',
      '1 min',
      '14 min 5 s',
      '1 h',
      '2 d 3 h',
      '1,000 d',
      '-1.5 s',
      'unknown',
    ])
  })

  it('says bytes in SI units with three digits', () => {
    expect(
      [0, 999, 1000, 1500, 12_345_678, 999_499, 999_500, 5e9, 1e18, Number.NaN].map(times.formatBytes),
    ).toEqual([
      '0 B',
      '999 B',
      '1.00 kB',
      '1.50 kB',
      '12.3 MB',
      '999 kB',
      '1.00 MB',
      '5.00 GB',
      '1000 PB',
      'unknown',
    ])
  })

  it('groups thousands whatever the locale', () => {
    expect([0, 999, 1000, 1_234_567, -1234, 1234.5678, 1e-7, Number.NaN].map(times.formatCount)).toEqual([
      '0',
      '999',
      '1,000',
      '1,234,567',
      '-1,234',
      '1,234.5678',
      '1e-7',
      'NaN',
    ])
  })
})
