import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { bareHost, EntryPointMatcher, matchSegments } from '../../src/classify/entry-points.js'
import type { EntryPointRule } from '../../src/index.js'

vi.setConfig({ testTimeout: 60_000 })

/** Whether segments fit a pattern, by trying everything: right by reading, and exponential. */
function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  const [first, ...rest] = pattern
  if (first === undefined) return segments.length === 0
  if (first === '**') return segments.some((_, i) => fits(rest, segments.slice(i))) || fits(rest, [])
  return segments.length > 0 && fitsOne(first, segments[0]!) && fits(rest, segments.slice(1))
}

function fitsOne(pattern: string, segment: string): boolean {
  if (pattern.startsWith('{')) return true
  const [glyph, rest] = [pattern[0], pattern.slice(1)]
  if (glyph === undefined) return segment === ''
  if (glyph === '*') return [...segment, ''].some((_, i) => fitsOne(rest, segment.slice(i)))
  return segment[0] === glyph && fitsOne(rest, segment.slice(1))
}

const patternPart = fc.oneof(
  fc.constantFrom('**', '*', '{name}'),
  fc.array(fc.constantFrom('a', 'b', '*'), { minLength: 1, maxLength: 4 }).map((glyphs) => glyphs.join('')),
)
/** `**` within a segment is refused by the case file. */
const pattern = fc
  .array(patternPart, { maxLength: 5 })
  .map((parts) => parts.map((part) => (part === '**' ? part : part.replace(/\*\*+/g, '*'))))
const segments = fc.array(
  fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 3 }).map((glyphs) => glyphs.join('')),
  { maxLength: 5 },
)

describe('a pattern', () => {
  it('fits the segments that a naive matcher says', () => {
    fc.assert(
      fc.property(pattern, segments, (parts, path) => {
        expect(matchSegments(parts, path)).toBe(fits(parts, path))
      }),
      { numRuns: 3000 },
    )
  })

  it.each<[string, string, boolean]>([
    ['**', '', true],
    ['*', '', false],
    ['**', 'a/b/c', true],
    ['a/**', 'a', true],
    ['**/a', 'b/a/a', true],
    ['**/a/**/b', 'a/x/a/y', false],
    ['**/a/**/b', 'x/a/y/b', true],
    ['a*c', 'abcbc', true],
    ['{x}', 'a', true],
    ['{x}', 'a/b', false],
    ['x{y}', 'xa', false],
  ])('%s and %s: %s', (text, path, expected) => {
    expect(matchSegments(partsOf(text), partsOf(path))).toBe(expected)
  })

  it('is matched in steps linear in path and pattern', () => {
    for (const n of [50, 100, 200]) {
      const hard = [...Array.from({ length: 40 }, () => ['**', 'a']).flat(), 'b']
      let steps = 0
      const counted = new Proxy(
        Array.from({ length: n }, () => 'a'),
        {
          get(target, key, receiver) {
            if (typeof key === 'string' && /^\d+$/.test(key)) steps++
            return Reflect.get(target, key, receiver)
          },
        },
      )
      expect(matchSegments(hard, counted)).toBe(false)
      expect(steps).toBeGreaterThan(n)
      expect(steps).toBeLessThanOrEqual(hard.length * n)
    }
  })

  it('comes to an answer within a segment, too, that would keep a backtracking matcher for ever', () => {
    const hard = `${'*a'.repeat(30)}*b`
    expect(matchSegments([hard], ['a'.repeat(2000)])).toBe(false)
    expect(matchSegments([hard], [`${'a'.repeat(2000)}b`])).toBe(true)
  })
})

function partsOf(text: string): string[] {
  return text.split('/').filter((part) => part !== '')
}

// ---- rules

const name = fc.constantFrom('a', 'b', 'ab', 'A')
const plainPath = fc.array(name, { maxLength: 4 }).map((names) => `/${names.join('/')}`)
const rule: fc.Arbitrary<EntryPointRule> = fc.oneof(
  plainPath.map((path) => ({ id: 'x', path })),
  plainPath.map((prefix) => ({ id: 'x', prefix })),
  fc
    .array(fc.constantFrom('a', 'b', 'A*', '*', '**', '{n}'), { maxLength: 4 })
    .map((names) => ({ id: 'x', pattern: `/${names.join('/')}` })),
)

/** What a rule says about a normal path, written as plainly as can be. */
function ruleSays(entry: EntryPointRule, path: string, ignoreCase: boolean): boolean {
  const fold = (text: string) => (ignoreCase ? text.toLowerCase() : text)
  const parts = partsOf(fold(path))
  if (entry.path !== undefined) return partsOf(fold(entry.path)).join('/') === parts.join('/')
  if (entry.prefix !== undefined) return partsOf(fold(entry.prefix)).every((part, i) => parts[i] === part)
  return fits(partsOf(fold(entry.pattern!)), parts)
}

describe('the matcher of entry points', () => {
  it('sets the bit of every rule that fits, as a plain model does', () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 32 }), plainPath, fc.boolean(), (rules, path, ignoreCase) => {
        const bits = new EntryPointMatcher(rules, ignoreCase).matchPath(path)
        rules.forEach((entry, k) => {
          expect((bits >>> k) & 1, JSON.stringify(entry)).toBe(ruleSays(entry, path, ignoreCase) ? 1 : 0)
        })
        expect(bits).toBeGreaterThanOrEqual(0)
      }),
      { numRuns: 1000 },
    )
  })

  it('reads a declared path in the form that requests are compared in', () => {
    const matches = (entry: Omit<EntryPointRule, 'id'>, path: string) =>
      new EntryPointMatcher([{ id: 'x', ...entry }], false).matchPath(path) === 1
    expect(matches({ path: '//a/./%62;x/' }, '/a/b')).toBe(true)
    expect(matches({ prefix: '/a%20b/' }, '/a b/c')).toBe(true)
    expect(matches({ pattern: '/é/*' }, '/\xc3\xa9/x')).toBe(true)
    expect(matches({ pattern: '/%C3%A9/*' }, '/\xc3\xa9/x')).toBe(true)
  })

  it('says which rules ask for a method or host', () => {
    const rules = [
      { id: 'a', path: '/a' },
      { id: 'b', path: '/a', methods: ['GET'] },
      { id: 'c', path: '/a', hosts: ['h'] },
    ]
    expect(new EntryPointMatcher(rules, false).conditional).toBe(0b110)
  })
})

describe('a host', () => {
  it.each([
    ['Shop.Example', 'shop.example'],
    ['shop.example:443', 'shop.example'],
    ['shop.example.', 'shop.example'],
    ['shop.example.:80', 'shop.example'],
    ['192.0.2.1:8080', '192.0.2.1'],
    ['[2001:DB8::1]:443', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['2001:db8::8080', '2001:db8::8080'],
    ['shop.example:443:1', 'shop.example:443:1'],
    ['', ''],
  ])('%j is compared as %j', (host, bare) => {
    expect(bareHost(host)).toBe(bare)
  })
})
