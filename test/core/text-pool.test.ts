import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TextPool } from '../../src/core/text-pool.js'

const PAGE = 1 << 17

function add(pool: TextPool, text: string): number {
  const bytes = Buffer.from(`<${text}>`)
  return pool.add(bytes, 1, bytes.length - 2)
}

describe('a text pool', () => {
  it('gives back what a Map of numbers would', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 60, size: 'max' }),
      fc.nat(30_000).map((length) => 'x'.repeat(length)),
    )
    fc.assert(
      fc.property(fc.array(text, { maxLength: 60, size: 'max' }), (texts) => {
        const pool = new TextPool(100 * PAGE)
        const model = new Map<number, string>()
        for (const it of texts) model.set(add(pool, it), it)
        expect(model.size).toBe(texts.length)
        for (const [number, it] of model) {
          expect(number).toBeGreaterThan(0)
          expect(pool.read(number)).toBe(it)
        }
        expect(pool.full).toBe(false)
      }),
    )
  })

  it('knows whether it holds a text under a number', () => {
    const short = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 4 })
    fc.assert(
      fc.property(short, short, (kept, other) => {
        const pool = new TextPool(PAGE)
        const number = add(pool, kept)
        const bytes = Buffer.from(`<${other}>`)
        expect(pool.holds(number, bytes, 1, other.length)).toBe(kept === other)
        expect(pool.holds(0, bytes, 1, other.length)).toBe(false)
      }),
    )
  })

  it('cuts a text at 65,535 bytes', () => {
    const pool = new TextPool(PAGE)
    expect(pool.read(add(pool, 'y'.repeat(70_000)))).toBe('y'.repeat(65_535))
  })

  it('refuses what is beyond its budget, says so, and keeps what it has', () => {
    const pool = new TextPool(2 * PAGE)
    const texts = Array.from({ length: 12 }, (_, i) => `${i}`.repeat(30_000).slice(0, 30_000))
    const numbers = texts.map((text) => add(pool, text))
    // four a page
    expect(numbers.map((number) => number > 0)).toEqual(texts.map((_, i) => i < 8))
    expect(pool.full).toBe(true)
    numbers.slice(0, 8).forEach((number, i) => {
      expect(pool.read(number)).toBe(texts[i])
    })
  })

  it('has no room at all in a budget below a page', () => {
    const pool = new TextPool(PAGE - 1)
    expect(add(pool, 'a')).toBe(0)
    expect(pool.full).toBe(true)
    expect(pool.read(0)).toBeNull()
  })
})
