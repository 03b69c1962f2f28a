import { describe, expect, it } from 'vitest'
import { readAnyDuration } from '../../src/parse/values.js'

function read(text: string): number {
  const bytes = Buffer.from(`"${text}"`)
  return readAnyDuration(bytes, 1, bytes.length - 1)
}

describe('a duration of any form', () => {
  it.each([
    ['15', 15],
    ['0', 0],
    ['1.5', 1500],
    ['0.123456s', 123.456],
    ['12ms', 12],
    ['350us', 0.35],
    ['350µs', 0.35],
    ['1m2.5s', 62_500],
    ['1h', 3_600_000],
  ])('reads %s', (text, ms) => {
    expect(read(text)).toBeCloseTo(ms, 9)
  })

  it.each(['', '-1', 's', '1x', '1.5.5s', '12 ms', '1s1', 'long', '1s'.repeat(40)])('refuses %j', (text) => {
    expect(read(text)).toBeNaN()
  })
})
