import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { routeTemplate } from '../../src/classify/route.js'

vi.setConfig({ testTimeout: 60_000 })

describe('the route of a path', () => {
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
