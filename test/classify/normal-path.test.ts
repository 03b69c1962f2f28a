import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { isPlainPath, lowerAscii, normalPath, normalPathOf, toText } from '../../src/classify/normal-path.js'

vi.setConfig({ testTimeout: 60_000 })

function normalOf(bytes: Uint8Array): string {
  return normalPath(bytes, 0, bytes.length)
}

/** A byte string (one character a byte) as its bytes. */
function bytesOf(byteText: string): Uint8Array {
  return Uint8Array.from(byteText, (glyph) => glyph.charCodeAt(0))
}

/** Any bytes, and texts made of what paths are misspelled with. */
const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  fc
    .array(
      fc.constantFrom(
        '/',
        '.',
        '..',
        ';',
        '%',
        '%2',
        '%2e',
        '%25',
        '\\',
        '\\x',
        '\\x2f',
        '\\"',
        'a',
        'é',
        '\0',
      ),
    )
    .map((parts) => new TextEncoder().encode(parts.join(''))),
)

/** Bytes of segments that mean nothing to a path. */
const segment = fc
  .array(fc.constantFrom(...'aZ09-_~ <é\u0001ß'), { minLength: 1, maxLength: 6 })
  .map((glyphs) => glyphs.join(''))

/** How a path is misspelled: a choice a byte, and one a segment. */
interface Misspelling {
  /** Layers of percent-encoding a byte, 0 to 3; upper-case digits or not; whether the log escaped what came of it. */
  readonly bytes: readonly { readonly depth: number; readonly upper: boolean; readonly escaped: boolean }[]
  readonly between: readonly ('' | '/' | '/.' | '/x/..' | '/%2e' | '/x/%2E.' | '/x/..;y')[]
  readonly parameters: readonly ('' | ';' | ';v=1' | '%3Bv')[]
  readonly tail: '' | '/' | '/.' | '//' | ';x' | '/;x'
}

const misspelling: fc.Arbitrary<Misspelling> = fc.record({
  bytes: fc.array(
    fc.record({ depth: fc.integer({ min: 0, max: 3 }), upper: fc.boolean(), escaped: fc.boolean() }),
    { minLength: 80, maxLength: 80 },
  ),
  between: fc.array(fc.constantFrom('', '/', '/.', '/x/..', '/%2e', '/x/%2E.', '/x/..;y'), {
    minLength: 8,
    maxLength: 8,
  }),
  parameters: fc.array(fc.constantFrom('', ';', ';v=1', '%3Bv'), { minLength: 8, maxLength: 8 }),
  tail: fc.constantFrom('', '/', '/.', '//', ';x', '/;x'),
})

/** Writes a path as an attacker and a log writer would. */
function misspell(segments: readonly string[], how: Misspelling): Uint8Array {
  let at = 0
  const byteText = (byte: number): string => {
    const { depth, upper, escaped } = how.bytes[at++ % how.bytes.length]!
    const hex = byte.toString(16).padStart(2, '0')
    if (depth === 0) return escaped ? `\\x${hex}` : String.fromCharCode(byte)
    const percent = escaped ? '\\x25' : '%'
    return `${percent}${'25'.repeat(depth - 1)}${upper ? hex.toUpperCase() : hex}`
  }
  const written = segments.map((text, i) => {
    const name = [...new TextEncoder().encode(text)].map(byteText).join('')
    return `${how.between[i % 8]}/${name}${how.parameters[i % 8]}`
  })
  return bytesOf(written.join('') + how.tail)
}

describe('the normal form of a path', () => {
  it.each([
    ['/test/export', '/test/export'],
    ['', '/'],
    ['/', '/'],
    ['//', '/'],
    ['/.', '/'],
    ['/..', '/'],
    ['/a/', '/a'],
    ['a', '/a'],
    ['/a/../..//b/./c', '/b/c'],
    ['/test//x/../%2565xport;v=1/', '/test/export'],
    ['/a;b/c;d=e;f/;g', '/a/c'],
    ['/%61%2Fb', '/a/b'],
    ['/%2525252565', '/%2565'],
    ['/%', '/%'],
    ['/%4', '/%4'],
    ['/%4g', '/%4g'],
    ['/%%34%31', '/A'],
    ['/...', '/...'],
    ['/.a', '/.a'],
    ['/a%00b', '/a\0b'],
    ['/a\\x2fb', '/a/b'],
    ['/a\\\\b', '/a\\b'],
    ['/a\\"b', '/a"b'],
    ['/a\\xzz', '/a\\xzz'],
    ['/a//../b', '/b'],
  ])('of %j is %j', (path, normal) => {
    expect(normalPathOf(path)).toBe(normal)
  })

  it('is a string of bytes, and can be shown as text', () => {
    expect(normalPathOf('/é')).toBe('/\xc3\xa9')
    expect(toText(normalPathOf('/%c3%a9'))).toBe('/é')
  })

  it('is the same for every spelling that an encoder makes of a path', () => {
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 5 }), misspelling, (segments, how) => {
        expect(toText(normalOf(misspell(segments, how)))).toBe(`/${segments.join('/')}`)
      }),
      { numRuns: 500 },
    )
  })

  it('is its own normal form, where nothing is left that three layers did not undo', () => {
    const isUndone = (path: string) => !/%[0-9a-f]{2}/i.test(path) && !path.includes('\\')
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const normal = normalOf(bytes)
        fc.pre(isUndone(normal))
        expect(normalOf(bytesOf(normal))).toBe(normal)
      }),
      { numRuns: 2000 },
    )
  })

  it('exists for any bytes, is rooted, and holds nothing that is spelling alone', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const before = bytes.slice()
        const normal = normalOf(bytes)
        expect(bytes).toEqual(before)
        expect(normal).toMatch(/^\/(?:[^/;]+(?:\/[^/;]+)*)?$/s)
        expect(normal.split('/')).not.toContain('.')
        expect(normal.split('/')).not.toContain('..')
      }),
      { numRuns: 2000 },
    )
  })

  it('reads its span alone', () => {
    const bytes = new TextEncoder().encode('GET /a%2fb%2 HTTP')
    expect(normalPath(bytes, 4, 6)).toBe('/a/b')
    expect(normalPath(bytes, 4, 8)).toBe('/a/b%2')
  })

  it('is found for a path of a mebibyte', () => {
    const long = 'a'.repeat(1 << 20)
    expect(normalPathOf(`/%2e/${long}/`)).toBe(`/${long}`)
    expect(normalPathOf('/x/..'.repeat(1 << 17))).toBe('/')
  })
})

/** Rooted, mostly of plain segments. */
const nearlyPlain = fc
  .array(fc.constantFrom('/', '/a', '/a', '/bc', '.', '..', 'x', '\xe9'), { maxLength: 8 })
  .map((parts) => bytesOf(`/a${parts.join('')}`))

describe('a plain path', () => {
  it('is its own normal form but for a final slash', () => {
    fc.assert(
      fc.property(nearlyPlain, (bytes) => {
        fc.pre(isPlainPath(bytes, 0, bytes.length))
        const text = String.fromCharCode(...bytes)
        expect(normalOf(bytes)).toBe(text === '/' ? text : text.replace(/\/$/, ''))
      }),
      { numRuns: 2000 },
    )
  })

  it.each(['/a', '/', '/a/b/', '/a.b', '/a..', '/.a', '/...'])('%j is one', (path) => {
    expect(isPlainPath(bytesOf(path), 0, path.length)).toBe(true)
  })
  it.each(['', 'a', '//a', '/./a', '/a/.', '/a/..', '/../a', '/a//', '/a;b', '/%41', '/a\\x41'])(
    '%j may be spelling',
    (path) => {
      expect(isPlainPath(bytesOf(path), 0, path.length)).toBe(false)
    },
  )
})

describe('lower case', () => {
  it('is of ASCII letters alone: other bytes are not text yet', () => {
    expect(lowerAscii('AZaz[@\xc3\x89')).toBe('azaz[@\xc3\x89')
  })
})
