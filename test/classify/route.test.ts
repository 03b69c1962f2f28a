import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { lowerAscii } from '../../src/classify/normal-path.js'
import { routeTemplate } from '../../src/classify/route.js'

vi.setConfig({ testTimeout: 60_000 })

const PAGES =
  /^(?:x?html?|shtml|php[345]?|phtml|aspx?|ashx|asmx|jspx?|jsf|do|action|cgi|pl|py|rb|cfm|svc|axd|nsf|mvc)$/

/** What a segment becomes, in the words of the table of classes. */
function plainClass(segment: string, isLast: boolean): string {
  if (segment.length > 256) return '{long}'
  if (/^\d+$/.test(segment)) return '{int}'
  if (/^\d{4}-\d{2}-\d{2}(?:T[\d:.Z+-]*)?$/.test(segment)) return '{date}'
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(segment)) return '{uuid}'
  if (/^[0-9a-f]{16,}$/i.test(segment)) return '{hex}'
  if (/^(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9_-]{20,}={0,2}$/.test(segment)) return '{token}'
  if (/^[^@]+@[^@]+\.[^@]+$/.test(segment)) return '{email}'
  const extension = isLast ? (/^.+\.([A-Za-z0-9]{1,8})$/s.exec(segment)?.[1]?.toLowerCase() ?? '') : ''
  return extension === '' || PAGES.test(extension) ? segment : `{file}.${extension}`
}

function plainRoute(path: string): string {
  const segments = path.slice(1).split('/')
  return `/${segments.map((segment, i) => plainClass(segment, i === segments.length - 1)).join('/')}`
}

const piecesOf = (unit: fc.Arbitrary<string>, minLength: number, maxLength: number) =>
  fc.array(unit, { minLength, maxLength }).map((glyphs) => glyphs.join(''))
const hex = fc.constantFrom(...'0123456789abcdefABCDEF')
/** Segments of every class, and those that miss one by a byte. */
const segment = fc.oneof(
  fc.nat().map(String),
  fc.constantFrom('a', 'orders', '.', '..', '.env', 'x.', 'a.b', '@', 'a@b', 'php', 'a.actions', 'a.xhtml5'),
  fc.constantFrom(
    '2021-08-14',
    '2021-08-14T',
    '2021-08-14T12:00:00+02:00',
    '2021-08-14t1',
    '2021-08-1',
    '2021-08-14x',
  ),
  piecesOf(hex, 14, 18),
  fc.tuple(...[8, 4, 4, 4, 12].map((size) => piecesOf(hex, size, size))).map((parts) => parts.join('-')),
  piecesOf(fc.oneof(hex, fc.constantFrom('-')), 36, 36),
  piecesOf(fc.constantFrom(...'aZ09_-'), 18, 22),
  fc
    .tuple(piecesOf(fc.constantFrom(...'aZ09_-='), 18, 22), fc.constantFrom('', '=', '==', '==='))
    .map((it) => it.join('')),
  piecesOf(fc.constantFrom(...'ab@.'), 1, 9),
  fc
    .tuple(
      piecesOf(fc.constantFrom(...'a.1'), 0, 8),
      fc.constantFrom(
        'php',
        'PHP',
        'php3',
        'action',
        'html',
        'mvc',
        'png',
        'PnG',
        '7z',
        'longest1',
        'toolonger',
        '\xe9',
      ),
    )
    .map((it) => it.join('.')),
  piecesOf(fc.constantFrom(...'ab', '\xe9', '\n', '%', ';'), 1, 20),
  fc.integer({ min: 254, max: 258 }).map((length) => 'z'.repeat(length)),
)

describe('the route of a path', () => {
  it('is what regular expressions make of its segments', () => {
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 5 }), (segments) => {
        const path = `/${segments.join('/')}`
        expect(routeTemplate(path)).toBe(plainRoute(path))
        expect(routeTemplate(path, true)).toBe(plainRoute(lowerAscii(path)))
      }),
      { numRuns: 5000 },
    )
  })

  it.each([
    ['/', '/'],
    ['/customers', '/customers'],
    ['/customers/4711', '/customers/{int}'],
    ['/customers/0', '/customers/{int}'],
    ['/customers/4711/orders/2021-08-14', '/customers/{int}/orders/{date}'],
    ['/log/2021-08-14T12:00:00Z', '/log/{date}'],
    ['/v1/items', '/v1/items'],
    ['/v1/items/0b9f1c52-6f7a-4c39-9d43-0a6d1d8a2f11', '/v1/items/{uuid}'],
    ['/V1/0B9F1C52-6F7A-4C39-9D43-0A6D1D8A2F11', '/V1/{uuid}'],
    ['/blob/0123456789abcdef', '/blob/{hex}'],
    ['/blob/0123456789abcde', '/blob/0123456789abcde'],
    ['/blob/deadbeefdeadbeef', '/blob/{hex}'],
    ['/deadbeefdeadbeef/x', '/{hex}/x'],
    ['/deadbeefdeadbee', '/deadbeefdeadbee'],
    ['/share/Zx3kQ9_b-7LmN0pQrStU', '/share/{token}'],
    ['/share/Zx3kQ9_b-7LmN0pQrSt', '/share/Zx3kQ9_b-7LmN0pQrSt'],
    ['/how-to-write-a-very-long-name', '/how-to-write-a-very-long-name'],
    ['/users/alice@mail.example', '/users/{email}'],
    ['/@alice', '/@alice'],
    ['/img/logo.png', '/img/{file}.png'],
    ['/img/4711.PNG', '/img/{file}.png'],
    ['/img.d/x', '/img.d/x'],
    ['/index.php', '/index.php'],
    ['/a/b.html', '/a/b.html'],
    ['/.env', '/.env'],
    ['/archive.', '/archive.'],
    ['/site.tar.gz', '/{file}.gz'],
    ['/1.2.3', '/{file}.3'],
  ])('%s is %s', (path, route) => {
    expect(routeTemplate(path)).toBe(route)
  })

  it('has {long} for a segment of more than 256 characters', () => {
    expect(routeTemplate(`/${'z'.repeat(256)}`)).toBe(`/${'z'.repeat(256)}`)
    expect(routeTemplate(`/${'z'.repeat(257)}`)).toBe('/{long}')
  })

  it('is the same whatever the number, and has as many segments as the path', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom('a', 'orders', 'x-y'), fc.nat().map(String)), { minLength: 1 }),
        fc.nat(),
        (segments, other) => {
          const route = routeTemplate(`/${segments.join('/')}`)
          expect(route.split('/')).toHaveLength(segments.length + 1)
          const changed = segments.map((text) => (/^\d+$/.test(text) ? String(other) : text))
          expect(routeTemplate(`/${changed.join('/')}`)).toBe(route)
        },
      ),
    )
  })

  it('is its own route: a template has nothing left to replace', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 30 })), (segments) => {
        const route = routeTemplate(`/${segments.join('/').replaceAll('{', '')}`)
        const again = routeTemplate(route)
        fc.pre(!/\.\w{1,8}$/.test(route))
        expect(again).toBe(route)
      }),
    )
  })

  it('exists for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(routeTemplate(`/${text}`)).toMatch(/^\//)
      }),
    )
  })
})
