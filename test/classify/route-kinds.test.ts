import { describe, expect, it } from 'vitest'
import { isApiLike, isAssetPath, isExportLike } from '../../src/classify/route-kinds.js'

describe('what a name tells of a route', () => {
  it.each(['/a.css', '/a/b.min.js', '/x.PNG', '/f.woff2', '/.svg', '/v/seg12.m4s'])(
    '%s is part of a page',
    (path) => {
      const bytes = Buffer.from(`x.png${path}y.png`)
      expect(isAssetPath(bytes, 5, path.length)).toBe(true)
    },
  )

  it.each(['/', '/png', '/a.html', '/a.pdf', '/a.png/b', '/a.pngx', '/a.jsonp', '/css', '/a.sv', '/.'])(
    '%s is none',
    (path) => {
      const bytes = Buffer.from(`${path}g`)
      expect(isAssetPath(bytes, 0, path.length)).toBe(false)
    },
  )

  it.each([
    'GET /{file}.csv',
    'GET /backup/{file}.sql',
    'GET /api/v2/reports/{file}',
    'POST /export',
    'GET /data-dump',
    'GET /users/bulk',
    'GET /site.tar.gz',
    'GET /downloads/{int}',
  ])('%s hands out data by the heap', (route) => {
    expect(isExportLike(route)).toBe(true)
  })

  it.each(['GET /customers/{int}', 'GET /exporters', 'GET /reporter', 'GET /{file}.png', 'GET /bulky'])(
    '%s does not say so',
    (route) => {
      expect(isExportLike(route)).toBe(false)
    },
  )

  it.each(['GET /api/a', 'GET /v2/customers/{int}', 'POST /graphql', 'GET /a.json', 'GET /rest/x'])(
    '%s is called by programs',
    (route) => {
      expect(isApiLike(route)).toBe(true)
    },
  )

  it.each(['GET /apis', 'GET /articles/{int}', 'GET /restaurant', 'GET /v', 'GET /jsonify'])(
    '%s may be called by people',
    (route) => {
      expect(isApiLike(route)).toBe(false)
    },
  )
})
