import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPosternError } from '../../../src/core/errors.js'
import { compileStrftime, saysWhen } from '../../../src/parse/layout/time-pattern.js'
import { compileStrftimeWriter } from '../../../src/parse/layout/time-pattern-write.js'

/** Reads a stamp that stands amid other text. */
function read(format: string, text: string): string | null {
  const bytes = Buffer.from(`9${text}9`)
  const ms = compileStrftime(format).read(bytes, 1, bytes.length - 1)
  return Number.isNaN(ms) ? null : new Date(ms).toISOString()
}

describe('a strftime pattern', () => {
  it.each([
    ['%d/%b/%Y:%H:%M:%S %z', '10/Oct/2000:13:55:36 -0700', '2000-10-10T20:55:36.000Z'],
    ['%d/%b/%Y:%T %z', '10/oct/2000:13:55:36 +05:30', '2000-10-10T08:25:36.000Z'],
    ['%F %T', '2024-02-29 23:59:59', '2024-02-29T23:59:59.000Z'],
    ['%F %T.%f', '2024-02-29 23:59:59.123456', '2024-02-29T23:59:59.123Z'],
    ['%F %T.%f', '2024-02-29 23:59:59.5', '2024-02-29T23:59:59.500Z'],
    ['%D %R', '12/31/68 07:05', '2068-12-31T07:05:00.000Z'],
    ['%D %R', '12/31/69 07:05', '1969-12-31T07:05:00.000Z'],
    ['%a, %e %B %Y %I:%M %p', 'Tue,  3 September 2024 12:30 AM', '2024-09-03T00:30:00.000Z'],
    ['%A %d %b %Y %I:%M:%S %p %Z', 'Tuesday 03 Sep 2024 12:30:01 pm CEST', '2024-09-03T12:30:01.000Z'],
    ['%Y %j %H', '2024 366 10', '2024-12-31T10:00:00.000Z'],
    ['%s', '1709208000', '2024-02-29T12:00:00.000Z'],
    ['%s.%f', '1709208000.250', '2024-02-29T12:00:00.250Z'],
    ['%Y%m%d%H%M%S', '20240229120000', '2024-02-29T12:00:00.000Z'],
    ['%d.%m.%Y%%%n%t%H', '29.02.2024% \t 12', '2024-02-29T12:00:00.000Z'],
    ['%-d.%-m.%Y %k:%M', '9.2.2024  7:05', '2024-02-09T07:05:00.000Z'],
    ['%F %T%z', '2024-02-29 12:00:00Z', '2024-02-29T12:00:00.000Z'],
  ])('%s reads %s', (format, text, expected) => {
    expect(read(format, text)).toBe(expected)
  })

  it('takes second 60 for the start of the next minute', () => {
    expect(read('%F %T', '2016-12-31 23:59:60')).toBe('2017-01-01T00:00:00.000Z')
  })

  it.each([
    ['%F %T', '2023-02-29 00:00:00'],
    ['%F %T', '2024-02-30 00:00:00'],
    ['%F %T', '2024-04-31 00:00:00'],
    ['%F %T', '2024-00-10 00:00:00'],
    ['%F %T', '2024-13-10 00:00:00'],
    ['%F %T', '2024-01-00 00:00:00'],
    ['%F %T', '2024-01-01 24:00:00'],
    ['%F %T', '2024-01-01 00:60:00'],
    ['%F %T', '2024-01-01 00:00:61'],
    ['%F %T', '2024-1-01 00:00:00'],
    ['%F %T', '2024-01-01 00:00:00 '],
    ['%F %T', '2024-01-01 00:00'],
    ['%F %I:%M %p', '2024-01-01 13:00 PM'],
    ['%F %I:%M %p', '2024-01-01 00:00 AM'],
    ['%Y %j %H', '2023 366 00'],
    ['%Y %j %H', '2023 000 00'],
    ['%F %T %z', '2024-01-01 00:00:00 +1960'],
    ['%F %T %z', '2024-01-01 00:00:00 0000'],
    ['%d %b %Y %H', '01 Foo 2024 00'],
    ['%s', ''],
  ])('%s does not read %s', (format, text) => {
    expect(read(format, text)).toBeNull()
  })

  it('says whether it has a zone', () => {
    expect(compileStrftime('%F %T').zoned).toBe(false)
    expect(compileStrftime('%F %T %Z').zoned).toBe(false)
    expect(compileStrftime('%F %T %z').zoned).toBe(true)
    expect(compileStrftime('%s').zoned).toBe(true)
  })

  it('finds the end of a stamp that holds the delimiter behind it', () => {
    const bytes = Buffer.from('29 February 2024 12:00 203.0.113.9')
    expect(compileStrftime('%d %B %Y %R').stop(bytes, 0, bytes.length)).toBe(22)
    expect(compileStrftime('%d %b %Y %R').stop(bytes, 0, bytes.length)).toBe(-1)
  })

  it.each([['%F %T %Q'], ['%c'], ['%F %'], ['%T'], ['%F'], ['%m/%d %T'], ['%F %I'], ['no time']])(
    'is refused as %s',
    (format) => {
      let code: string | null = null
      try {
        compileStrftime(format)
      } catch (error) {
        if (isPosternError(error)) code = error.code
      }
      expect(code).toBe('ERR_OPTION_INVALID')
    },
  )

  it('tells a time of its own from a part of one', () => {
    expect(['%F %T', '%s', '%y%j%I%p'].map(saysWhen)).toEqual([true, true, true])
    expect(['%F', '%T', '%f', '%z', '%Y %H'].map(saysWhen)).toEqual([false, false, false, false, false])
  })

  it('reads what strftime wrote', () => {
    const patterns = [
      '%d/%b/%Y:%T %z',
      '%a %A %e %B %Y %I:%M:%S %p %z',
      '%s',
      '%Y-%j %H%M%S%z',
      '%-d.%-m.%Y %k:%M:%S %z',
      '%F %l.%M.%S %p%%%z',
      '%m%d%Y %r %z',
    ]
    const seconds = fc.integer({ min: -2_000_000_000, max: 20_000_000_000 })
    fc.assert(
      fc.property(
        fc.constantFrom(...patterns),
        seconds,
        fc.integer({ min: -56, max: 56 }),
        (pattern, at, quarters) => {
          fc.pre(at >= 0 || pattern !== '%s')
          const text = compileStrftimeWriter(pattern, quarters * 900_000)(at * 1000)
          expect(read(pattern, text), text).toBe(new Date(at * 1000).toISOString())
        },
      ),
    )
  })
})
