import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkCase } from '../../src/case/check.js'
import { loadCase } from '../../src/case/load.js'
import { isPosternError } from '../../src/core/errors.js'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postern-case-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

/** Message of the error that a case file's text gives, with the folder taken out. */
async function complaint(text: string | Uint8Array): Promise<string> {
  const file = join(folder, 'case.yaml')
  await writeFile(file, text)
  try {
    await loadCase(file)
  } catch (error) {
    if (!isPosternError(error)) throw error
    expect(error.code).toBe('ERR_CASE_INVALID')
    return error.message.replaceAll(`${folder}/`, '')
  }
  return 'no complaint'
}

async function load(text: string) {
  const file = join(folder, 'good.yaml')
  await writeFile(file, text)
  return loadCase(file)
}

const door = (lines: string): string => `entryPoints:\n  - id: a\n    path: /a\n${lines}`

describe('a case file', () => {
  it('gives resolved times, upper-case methods, lower-case hosts and lists', async () => {
    const found = await load(
      `${door('    method: get\n    host: GW.Example\n    closed: {from: 2021-08-14T14:00:00+02:00, uncertainty: 5m}')}
trustedProxies: [private, 10.0.0.0/8, "::1"]
options: {since: "2021-08-01T00:00:00Z", horizon: 90s, memoryMb: 64}
thresholds: {scanner: {notFound: 20}}
indicators: [{value: 10.0.0.0/8, note: lab}, /x]
`,
    )
    expect(found).toEqual({
      logins: [],
      plannedDowntime: [],
      dataRoutes: [],
      file: join(folder, 'good.yaml'),
      entryPoints: [
        {
          id: 'a',
          path: '/a',
          methods: ['GET'],
          hosts: ['gw.example'],
          closed: [{ from: Date.UTC(2021, 7, 14, 12), uncertaintyMs: 300_000 }],
        },
      ],
      trustedProxies: ['private', '10.0.0.0/8', '::1'],
      sources: [],
      indicators: [
        { type: 'network', value: '10.0.0.0/8', note: 'lab' },
        { type: 'path', value: '/x' },
      ],
      ignorePathCase: false,
      options: { since: Date.UTC(2021, 7, 1), horizonMs: 90_000, memoryMb: 64 },
      thresholds: { scanner: { notFound: 20 } },
    })
  })

  it('may be JSON, with a byte order mark and CRLF', async () => {
    const text =
      '\ufeff{\r\n\t"name": "x",\r\n\t"ignorePathCase": true,\r\n\t"entryPoints": [{"id": "a", "prefix": "/a/"}]\r\n}\r\n'
    expect(await load(text)).toMatchObject({
      name: 'x',
      entryPoints: [{ prefix: '/a/', ignoreCase: true, closed: [] }],
    })
  })

  it('sorts the periods of an entry point by their start', async () => {
    const periods = '[{from: 2021-08-14T00:00:00Z}, {from: 2021-08-12T00:00:00Z, to: 2021-08-14T00:00:00Z}]'
    const { entryPoints } = await load(door(`    closed: ${periods}\n`))
    expect(entryPoints[0]?.closed.map(({ from }) => from)).toEqual([
      Date.UTC(2021, 7, 12),
      Date.UTC(2021, 7, 14),
    ])
  })

  it.each([
    ['', 'case.yaml: found nothing, expected a mapping'],
    ['- a\n', 'case.yaml:1: found a list, expected a mapping'],
    ['name: 2021\n', 'case.yaml:1: name: found 2021, expected a text'],
    ['name: a\nentrypoint: []\n', 'case.yaml:2: entrypoint: unknown key, did you mean entryPoints'],
    ['name: a\n__proto__: 1\n', 'case.yaml:2: __proto__: unknown key'],
    ['name: a\nname: b\n', 'case.yaml:2: found a key twice in one mapping, expected it once'],
    [
      door('    closed: {form: 2021-08-14T12:00:00Z}'),
      'case.yaml:4: entryPoints[0].closed: from: found nothing',
    ],
    [door('    closed:\n'), 'case.yaml:4: entryPoints[0].closed: found nothing, expected a mapping'],
    [
      door('    closed: {from: 2021-08-14}'),
      'case.yaml:4: entryPoints[0].closed.from: found "2021-08-14", expected a date and time, zone required',
    ],
    [
      door('    closed: {from: 2021-08-14T12:00:00}'),
      'case.yaml:4: entryPoints[0].closed.from: found "2021-08-14T12:00:00", expected a date and time, zone required',
    ],
    [
      door('    closed: {from: 2021-08-32T12:00:00Z}'),
      'found "2021-08-32T12:00:00Z", expected a date and time',
    ],
    [
      door('    closed: {from: 2021-08-14T12:00:00Z, to: 2021-08-14T12:00:00Z}'),
      'case.yaml:4: entryPoints[0].closed: to is not after from',
    ],
    [
      door('    closed: {from: 2021-08-14T12:00:00Z, uncertainty: 5}'),
      'uncertainty: found 5, expected a duration with its unit',
    ],
    [
      door('    closed:\n      - from: 2021-08-14T12:00:00Z\n      - from: 2021-08-15T12:00:00Z\n'),
      'case.yaml:6: entryPoints[0].closed[1]: overlaps another closed period',
    ],
    [
      door('    prefix: /b\n'),
      'case.yaml:2: entryPoints[0]: found 2 of path, prefix and pattern, expected exactly one',
    ],
    ['entryPoints:\n  - id: a\n', 'case.yaml:2: entryPoints[0]: found 0 of path, prefix and pattern'],
    ['entryPoints:\n  - path: /a\n', 'case.yaml:2: entryPoints[0].id: found nothing, expected this key'],
    [
      'entryPoints:\n  - id: a\n    path: /a?b=c\n',
      'case.yaml:3: entryPoints[0].path: found "/a?b=c", expected a path without a query string',
    ],
    ['entryPoints:\n  - id: a\n    path: https://h/a\n', 'expected a path that starts with /'],
    [
      'entryPoints:\n  - id: a\n    pattern: /a/x{b}\n',
      'expected a pattern whose {names} are whole segments',
    ],
    [door('  - id: a\n    path: /b\n'), 'case.yaml:4: entryPoints[1].id: another entry point has this id'],
    [
      door('    host: gw.example:8443\n'),
      'found "gw.example:8443", expected a host name or address, without scheme and port',
    ],
    [
      door('    method: [GET, "P OST"]\n'),
      'case.yaml:4: entryPoints[0].method[1]: found "P OST", expected a method',
    ],
    [
      'trustedProxies: [10.0.0.0/33, internal]\n',
      'case.yaml:1: trustedProxies[1]: found "internal", expected an address, a network',
    ],
    ['sources:\n  - match: a\n', 'case.yaml:2: sources[0]: sets none of format, fields and timezone'],
    ['options: {timezone: Madrid}\n', 'options.timezone: found "Madrid", expected an IANA time zone'],
    ['options: {memoryMb: 1.5}\n', 'options.memoryMb: found 1.5, expected a whole number'],
    [
      'options: {since: 2021-08-14T12:00:00Z, until: 2021-08-13T12:00:00Z}\n',
      'options: until is not after since',
    ],
    [
      'thresholds: {scanner: {notFound: many}}\n',
      'thresholds.scanner.notFound: found "many", expected a number',
    ],
    [
      'indicators: [{value: 300.1.2.3}]\n',
      'case.yaml:1: indicators[0]: found "300.1.2.3", expected an address',
    ],
    ['indicators: 5\n', 'indicators: found 5, expected the name of a list file, or a list'],
    ['indicators: missing.txt\n', 'missing.txt: indicator list: no such file'],
    ['name: !secret x\n', 'case.yaml:1: found an unknown tag'],
    ['name: "a\n', 'not valid YAML or JSON: Missing closing'],
    ['a: 1\n---\nb: 2\n', 'not valid YAML or JSON'],
    [new Uint8Array([0x6e, 0xff, 0xfe]), 'case.yaml: found bytes that are not UTF-8'],
    ['['.repeat(20_000), 'case.yaml'],
  ])('is refused with the place and what was expected: %j', async (text, message) => {
    // the expected text may leave out what stands between place and reason
    for (const part of message.split(': from: ')) expect(await complaint(text)).toContain(part)
  })

  it('lists everything that is wrong, one a line, in the order of the lines', async () => {
    const text =
      'name: 5\nentryPoints:\n  - id: a\n    path: a\n    hots: x\n  - id: b\n    prefix: /b\n    closed: {from: soon}\nzzz: 1\n'
    const lines = (await complaint(text)).split('\n')
    expect(lines.map((line) => line.split(': ').slice(0, 2).join(': '))).toEqual([
      'case.yaml:1: name',
      'case.yaml:4: entryPoints[0].path',
      'case.yaml:5: entryPoints[0].hots',
      'case.yaml:8: entryPoints[1].closed.from',
      'case.yaml:9: zzz',
    ])
  })

  it('holds at most 32 entry points, and says so', async () => {
    const list = Array.from({ length: 33 }, (_, index) => `  - {id: e${index}, path: /e${index}}\n`).join('')
    expect(await complaint(`entryPoints:\n${list}`)).toContain('found 33 entry points, expected at most 32')
  })

  it('holds at most 32 logins and 32 data routes, each with its own id', async () => {
    const list = Array.from({ length: 33 }, (_, index) => `  - {id: e${index}, path: /e${index}}\n`).join('')
    expect(await complaint(`logins:\n${list}`)).toContain('found 33 logins, expected at most 32')
    expect(await complaint(`dataRoutes:\n${list}`)).toContain('found 33 data routes, expected at most 32')
    const twice = '  - {id: a, path: /a}\n  - {id: a, path: /b}\n'
    expect(await complaint(`logins:\n${twice}`)).toContain(
      'case.yaml:3: logins[1].id: another login has this id',
    )
  })

  it.each([
    ['failure: [20]', 'case.yaml:2: logins[0].failure[0]: found 20, expected a status from 100 to 599'],
    ['success: OK', 'case.yaml:2: logins[0].success: found "OK", expected a status such as 302'],
    ['failure: 200, success: [302, 200]', 'status 200 stands under both failure and success'],
    ['closed: 1', 'case.yaml:2: logins[0].closed: unknown key'],
  ])('refuses a login with %s', async (keys, message) => {
    expect(await complaint(`logins:\n  - {id: a, path: /a, ${keys}}\n`)).toContain(message)
  })

  it('takes a login for a form that is sent by POST, and one status for a list of one', async () => {
    const { logins, dataRoutes } = await load(
      'logins:\n  - {id: a, path: /a, failure: 200}\n  - {id: b, prefix: /b, method: put}\ndataRoutes:\n  - {id: c, pattern: /c/*/d, host: H.example}\n',
    )
    expect(logins).toEqual([
      { id: 'a', path: '/a', methods: ['POST'], failure: [200], success: [] },
      { id: 'b', prefix: '/b', methods: ['PUT'], failure: [], success: [] },
    ])
    expect(dataRoutes).toEqual([{ id: 'c', pattern: '/c/*/d', hosts: ['h.example'] }])
  })

  it('may use anchors, and refuses an alias bomb', async () => {
    const fine =
      'entryPoints:\n  - {id: a, path: /a, closed: &c {from: 2021-08-14T12:00:00Z}}\n  - {id: b, path: /b, closed: *c}\n'
    expect((await load(fine)).entryPoints[1]?.closed).toHaveLength(1)
    const bomb = ['a: &a [x, x]']
    for (let index = 0; index < 12; index++) {
      const [from, to] = [String.fromCharCode(97 + index), String.fromCharCode(98 + index)]
      bomb.push(`${to}: &${to} [${`*${from}, `.repeat(9)}*${from}]`)
    }
    expect(await complaint(bomb.join('\n'))).toContain('too many aliases')
  })

  it('shows hostile text escaped and cut', async () => {
    const message = await complaint(
      `name: ["\\e[31m"]\noptions: {format: "\\e]0;x\\a", timezone: "${'x'.repeat(5000)}"}\n`,
    )
    expect(message).not.toMatch(/[\x00-\x09\x0b-\x1f]/)
    expect(message.length).toBeLessThan(600)
  })

  it('that is missing is named, with what to do', async () => {
    await expect(loadCase(join(folder, 'nothing.yaml'))).rejects.toThrow(
      /nothing\.yaml: no such case file; .*examples\/case\.yaml/,
    )
    await expect(loadCase(folder)).rejects.toMatchObject({ code: 'ERR_CASE_INVALID' })
  })
})

describe('a case that is handed in as an object', () => {
  it('is checked as a file is, without lines', () => {
    expect(checkCase({ entryPoints: [{ id: 'a', path: '/a', method: ['get', 'GET'] }] }, null)).toMatchObject(
      {
        file: null,
        entryPoints: [{ id: 'a', path: '/a', methods: ['GET'], closed: [] }],
      },
    )
    expect(() => checkCase({ nme: 'x' }, null)).toThrow('case: nme: unknown key, did you mean name')
    expect(() => checkCase({ indicators: 'list.txt' }, null)).toThrow('loadIndicators')
    expect(() => checkCase({ options: { since: new Date(0) } }, null)).toThrow(
      'found a Date, expected a date and time',
    )
  })

  it('never fails with anything but ERR_CASE_INVALID', () => {
    const keys = [
      'name',
      'entryPoints',
      'logins',
      'dataRoutes',
      'indicators',
      'options',
      'thresholds',
      'closed',
      'id',
      'path',
      'from',
      '__proto__',
    ]
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(null, undefined, 1, Number.NaN, true, 'x', '/x', '2021-08-14T12:00:00Z', '5m', ''),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...keys), tie('tree'), { maxKeys: 4 }),
      ),
    }))
    fc.assert(
      fc.property(tree, (value) => {
        try {
          expect(checkCase(value, null).file).toBeNull()
        } catch (error) {
          expect(isPosternError(error) ? error.code : error).toBe('ERR_CASE_INVALID')
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('examples/case.yaml', () => {
  const example = new URL('../../examples/case.yaml', import.meta.url).pathname

  it('loads, with its indicator list', async () => {
    const found = await loadCase(example)
    expect(found.entryPoints[0]).toEqual({
      id: 'test-export',
      path: '/test/export',
      methods: ['GET', 'POST'],
      closed: [{ from: Date.UTC(2021, 7, 14, 12), uncertaintyMs: 300_000 }],
    })
    expect(new Set(found.indicators.map(({ type }) => type)).size).toBe(5)
  })

  /** What a mapping at a place may hold: the keys that the complaint about an unknown one lists. */
  function keysAt(wrap: (probe: object) => object): string[] {
    try {
      checkCase(wrap({ '?': 1 }), null)
    } catch (error) {
      return /unknown key, expected one of (.*)/.exec((error as Error).message)?.[1]?.split(', ') ?? []
    }
    return []
  }

  it('shows every key of the schema', async () => {
    const text = await readFile(example, 'utf8')
    const closed = { from: '2021-08-14T12:00:00Z' }
    const places = [
      keysAt((probe) => probe),
      keysAt((probe) => ({ entryPoints: [{ id: 'a', path: '/a', ...probe }] })),
      keysAt((probe) => ({ entryPoints: [{ id: 'a', path: '/a', closed: { ...closed, ...probe } }] })),
      keysAt((probe) => ({ logins: [{ id: 'a', path: '/a', ...probe }] })),
      keysAt((probe) => ({ dataRoutes: [{ id: 'a', path: '/a', ...probe }] })),
      keysAt((probe) => ({ sources: [{ match: 'a', format: 'b', ...probe }] })),
      keysAt((probe) => ({ indicators: [{ value: 'a', ...probe }] })),
      keysAt((probe) => ({ options: probe })),
      keysAt((probe) => ({ plannedDowntime: [probe] })),
    ]
    expect(places.map((keys) => keys.length)).toEqual([11, 7, 3, 8, 6, 4, 3, 8, 4])
    for (const key of places.flat()) expect(text).toMatch(new RegExp(`^[ #]*(- )?${key}:`, 'm'))
  })

  it('loads with the keys that are commented out, too', async () => {
    const text = await readFile(example, 'utf8')
    const uncommented = text
      .replace(/^indicators: .*$/m, '')
      .replace(/^( *)#(?=[\w ]+:| {2})(?! [A-Z])/gm, '$1')
    const found = await load(uncommented)
    expect(found.indicators).toEqual([
      { type: 'address', value: '203.0.113.77', note: 'first seen on the test export' },
    ])
    expect(found.options.format).toBe('combined')
    expect(Object.keys(found.thresholds)).toHaveLength(1)
  })
})
