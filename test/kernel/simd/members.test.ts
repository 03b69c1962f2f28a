import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FIELD } from '../../../src/columns/contract.js'
import { LINE_CUT } from '../../../src/decode/contract.js'
import { type MapMember, type MapProgram, VALUE } from '../../../src/kernel/map-program.js'
import type { FieldNames, LogFormat, ValueMeaning } from '../../../src/parse/contract.js'
import { caddyJson } from '../../../src/parse/formats/caddy-json/index.js'
import { combined } from '../../../src/parse/formats/combined/index.js'
import { jsonLines } from '../../../src/parse/formats/json-lines/index.js'
import { nginxJson } from '../../../src/parse/formats/nginx-json/index.js'
import { formats } from '../../../src/parse/formats/registry.js'
import type { FieldMap } from '../../../src/parse/json/field-map.js'
import { fromMap } from '../../../src/parse/json/scan-json.js'
import { as, bytes, duration, extra, text } from '../../../src/parse/meanings.js'
import { extrasOf } from '../../../src/parse/program.js'
import { readCases } from '../../parse/format-kit.js'
import { blockOf, broken, shifts, Twins } from './support.js'

const LINE =
  '{"time_iso8601":"2015-05-17T10:04:58+00:00","remote_addr":"60.55.121.177","remote_user":"","request":"GET /a?b=1 HTTP/1.1","status":200,"body_bytes_sent":6146,"request_time":0.085,"http_referer":"-","http_user_agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10.6; rv:26.0)","http_host":"www.example.org"}'

/** Lines that the kernel reads itself, each with its own turn. */
const PLAIN = [
  LINE,
  '{ "time_iso8601" : "2015-05-17t10:04:58Z" , "remote_addr" : "2001:db8::9" , "request" : "POST / HTTP/2.0" , "status" : "302" } ',
  '{"http_host":"a","status":"","request":"-","remote_addr":"60.55.121.177:4711","time_local":"17/May/2015:10:04:58 +0000","x":{"y":[1,"\\"]",{}],"z":null},"body_bytes_sent":"-"}',
  '{"remote_addr":"2001:db8:0:0:0:0:0:9:4711","msec":1431857098.5,"request_uri":"/a?b","args":"c=1","upstream":-,"request_method":"DELETE","request_time":null,"upstream_addr":true}',
  '{"msec":"1431857098.123","time_iso8601":"2015-05-17T10:04:59+00:00","remote_addr":"a","uri":"/a","uri_":"/b","request_uri":"/c","status":0,"request_time":5.,"body_bytes_sent":1e5,"body_bytes_sent_":1}'.replace(
    '1e5',
    '15',
  ),
  '{"timestamp":1431857098123,"client_ip":"1.1.1.1","method":"GET","path":"/p","status_code":404,"duration":1}',
  '{"ts":1431857098123456.5,"http":{"method":"GET","request":{"method":"POST","referrer":"r"},"url":"/n"},"network":{"client":{"ip":"1.1.1.1"}},"user":{"name":"u"}}',
  '{"ts":"1431857098123456789","http.method":"GET","client.ip":"1.1.1.1","url.path":"/p","":1,"t":2,"client":[]}',
]

/** Lines that are in some way unusual, and those that are none. */
const ODD = [
  ...['status":200', 'status":2000', 'status":20.5', 'status":-1', 'status":"2 0"', 'status":[200]'].map(
    (it) => LINE.replace('status":200', `status":200,"${it}`),
  ),
  LINE.replace('"remote_user":""', '"remote_user":"a\\"b"'),
  LINE.replace('"remote_user":""', '"remote_user":"a","remote_user":"b"'),
  LINE.replace('"remote_user":""', '"remote_user":"","remote_user":""'),
  LINE.replace('remote_user', 'remote\\u005fuser'),
  LINE.replace('+00:00', ''),
  LINE.replace('05-17', '02-30'),
  LINE.replace('0.085', '0.0.85'),
  LINE.replace('0.085', '-0.085'),
  LINE.replace('6146', '6e3'),
  LINE.replace('6146', '123456789012345678901234'),
  LINE.replace('6146', '1234567890123456789012345'),
  LINE.replace('6146', '0x10'),
  LINE.replace('60.55.121.177', '[2001:db8::9]:4711'),
  LINE.replace('60.55.121.177', '60.55.121.177, 10.0.0.1'),
  LINE.replace('60.55.121.177', ':80'),
  LINE.replace('60.55.121.177', '-:80'),
  LINE.replace('GET /a?b=1 HTTP/1.1', 'GET  /a HTTP/1.1'),
  LINE.replace('GET /a?b=1 HTTP/1.1', 'GET http://a.example/x HTTP/1.1'),
  LINE.replace('GET /a?b=1 HTTP/1.1', 'BREW /pot'),
  LINE.replace('"request":"GET /a?b=1 HTTP/1.1"', '"uri":"/a","args":"b=1"'),
  LINE.replace('"request":"GET /a?b=1 HTTP/1.1"', '"uri":"/a","args":"?"'),
  LINE.replace('"request":"GET /a?b=1 HTTP/1.1"', '"args":"b=1","request_method":"GET"'),
  LINE.replace('"remote_user":""', '"http_cookie":"a=1; PHPSESSID=0123456789abcdef"'),
  LINE.replace('2015-05-17T10:04:58+00:00', '[17/May/2015:10:04:58 +0000]'),
  LINE.replace('2015-05-17T10:04:58+00:00', '2015/05/17 10:04:58'),
  LINE.replace('"2015-05-17T10:04:58+00:00"', '99999999'),
  LINE.replace('"2015-05-17T10:04:58+00:00"', '1e9'),
  LINE.replace('"time_iso8601":"2015-05-17T10:04:58+00:00",', ''),
  LINE.replace('"remote_addr":"60.55.121.177",', ''),
  LINE.slice(0, -1),
  LINE.slice(0, -2),
  LINE.slice(1),
  ` ${LINE}`,
  `${LINE}x`,
  `${LINE},`,
  `${LINE}}`,
  LINE.replace(',"http_host"', ',,"http_host"'),
  LINE.replace(',"http_host"', ' "http_host"'),
  LINE.replace('"http_host":', '"http_host"'),
  LINE.replace('"http_host":"www.example.org"', '"http_host":'),
  LINE.replace('"http_host":"www.example.org"', '"http_host":nul'),
  LINE.replace('"http_host":"www.example.org"', `"x":${'['.repeat(40)}1${']'.repeat(40)}`),
  LINE.replace('"http_host":"www.example.org"', `"x":${'['.repeat(70)}1${']'.repeat(70)}`),
  LINE.replace('"http_host":"www.example.org"', '"x":[}'),
  LINE.replace('"http_host":"www.example.org"', '"x":]'),
  '{}',
  '{',
  '"',
  ' ',
  '',
]

const PIECES = [
  ...[
    '"',
    '\\',
    '\\"',
    '\\u0041',
    ':',
    ',',
    '{',
    '}',
    '[',
    ']',
    '":',
    '":"',
    '","',
    '":{"',
    '"}',
    'null',
    '-',
  ],
  ...[' ', '\t', '.', '0', '9', 'e', 'T', '?', '/', '#', '\xff', '\x00', '\xc3\xa9', ',"status":200', '"0":'],
  ...['"time_iso8601":', '"remote_addr":"1.1.1.1",', '"ts":1,', '"request":{', '"uri":"/x",'],
]

const word = fc.string({ unit: fc.constantFrom(...'abcXYZ019_.~% {}[]:,'), minLength: 1, maxLength: 40 })
const digits = fc.nat({ max: 2 ** 31 - 1 }).map(String)
const decimals = fc.tuple(fc.nat({ max: 99999 }), fc.nat({ max: 999 })).map(([a, b]) => `${a}.${b}`)
const moment = fc.integer({ min: 2e8, max: 4e9 }).map((seconds) => new Date(1000 * seconds).toISOString())
const quoted = <T>(of: fc.Arbitrary<T>) => of.map((it) => `"${it}"`)
const number = (of: fc.Arbitrary<string>) => fc.oneof(of, quoted(of))

const EPOCH = fc.integer({ min: 2e8, max: 4e9 })
const METHODS = fc.constantFrom('GET', 'POST', 'HEAD', 'PROPFIND', 'UNLOCK')
const TARGETS = word.map((name) => `/${name.replaceAll(' ', '')}?q`)
const CLF = fc.constantFrom('10/Oct/2000:13:55:36 -0700', '29/Feb/2024:23:59:60 +0000')
const ISO = fc.oneof(
  moment,
  moment.map((it) => it.replace('Z', '+05:30')),
)
const ANY_TIME = fc.oneof(
  quoted(ISO),
  quoted(CLF),
  number(fc.tuple(EPOCH, fc.constantFrom('', '123', '123456', '123456789', '.25')).map((it) => it.join(''))),
)

/** Values as servers write them, by how they are read. */
const VALUES: Readonly<Record<number, fc.Arbitrary<string>>> = {
  [VALUE.dropped]: fc.oneof(quoted(word), digits),
  [VALUE.text]: fc.oneof(quoted(word), digits, fc.constantFrom('""', '"-"', 'null', 'true', '0.25')),
  [VALUE.address]: quoted(
    fc.oneof(
      fc.ipV4(),
      fc.ipV6().filter((it) => !it.startsWith('[')),
      fc.ipV4().map((it) => `${it}:80`),
    ),
  ),
  [VALUE.request]: quoted(fc.tuple(METHODS, TARGETS).map((it) => `${it.join(' ')} HTTP/1.1`)),
  [VALUE.method]: quoted(METHODS),
  [VALUE.target]: quoted(TARGETS),
  [VALUE.query]: quoted(word),
  [VALUE.status]: number(fc.integer({ min: 0, max: 599 }).map(String)),
  [VALUE.bytes]: number(digits),
  [VALUE.duration]: number(decimals),
  [VALUE.plainDuration]: number(fc.oneof(digits, decimals)),
  [VALUE.clfTime]: quoted(CLF),
  [VALUE.isoTime]: quoted(ISO),
  [VALUE.epochTime]: number(fc.oneof(EPOCH.map(String), decimals)),
  [VALUE.anyTime]: ANY_TIME,
}

/** Members that stand in no map. */
const strange = fc.record({
  name: fc.string({ unit: fc.constantFrom(...'abc_.0 '), maxLength: 20 }).map((it) => `${it}~`),
  value: fc.oneof(
    fc.constantFrom(
      'null',
      'true',
      '-',
      '[]',
      '{}',
      '[1, {"a":[]}]',
      '{"status":"\\\\","b":{"c":"}"}}',
      '"\\"\\u00e9"',
    ),
    quoted(word),
  ),
})

interface Written {
  readonly name: string
  readonly text: string
}

/** A value of a member, or what is in it; null for one that only TypeScript reads. */
function written(member: MapMember): fc.Arbitrary<string> | null {
  const [value] = member.values
  const name = Buffer.from(member.name).toString('latin1')
  if (value !== undefined) return VALUES[value.value] ?? null
  if (member.children.length === 0) return fc.constant(`"${name}"`)
  // an array of which more than the first element is mapped is for TypeScript
  const [element, ...more] = member.children.filter(({ name }) => /^\d+$/.test(Buffer.from(name).toString()))
  const first = element === undefined || more.length > 0 ? null : written(element)
  return first === null ? objectOf(member) : first.map((it) => `[${it},"more"]`)
}

/** An object with members of the map and others among them, in any order. */
function objectOf({ children }: MapMember): fc.Arbitrary<string> {
  const known = children.flatMap((child) => {
    const name = Buffer.from(child.name).toString('latin1')
    const value = written(child)
    return value === null ? [] : [value.map((it): Written => ({ name, text: it }))]
  })
  const members = fc.tuple(
    fc.tuple(...known),
    fc.array(strange, { maxLength: 3 }),
    fc.infiniteStream(fc.nat({ max: 999 })),
    fc.constantFrom(0, 0, 10, 900),
    fc.constantFrom('', '', ' '),
  )
  return members.map(([own, others, numbers, disorder, space]) => {
    const all = [...own, ...others.map(({ name, value }) => ({ name, text: value }))]
    for (let i = all.length - 1; i > 0; i--) {
      if (numbers.next().value >= disorder) continue
      const other = numbers.next().value % (i + 1)
      ;[all[i], all[other]] = [all[other]!, all[i]!]
    }
    const items = all.map((it) => `${space}"${it.name}"${space}:${space}${it.text}${space}`)
    return `{${items.join(',')}}`
  })
}

/** The same with some members left out. */
function thinned(lines: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(lines, fc.nat({ max: 6 }), fc.nat({ max: 6 })).map(([line, every, rest]) => {
    const value: Record<string, unknown> = JSON.parse(line.replaceAll(/:(\s*)-/g, ':$1null'))
    const names = Object.keys(value).filter((_, i) => every === 0 || i % (every + 1) === rest % (every + 1))
    return latin1(JSON.stringify(Object.fromEntries(names.map((name) => [name, value[name]]))))
  })
}

function latin1(line: string): string {
  return Buffer.from(line).toString('latin1')
}

function programOf(format: LogFormat): MapProgram {
  return format.scanner!().program!(extrasOf(format))!
}

function formatOf(map: FieldMap, more: readonly FieldMap[] = []): LogFormat {
  return { id: 'test', title: '', reference: '', example: '', ...fromMap(map, ...more), stamp: {} }
}

const TIME = { t: as({ as: 'time', time: { kind: 'iso' } }) }
const ANY: LogFormat = formatOf({
  needs: ['t', 'a|b|n.0'],
  members: {
    ...TIME,
    a: as({ as: 'address' }),
    b: as({ as: 'any-duration' }),
    'n.0': extra('first'),
    'n.1': extra('second'),
    'o.0.x': text(FIELD.user),
    é: extra('é'),
    ['long'.repeat(20)]: extra('long'),
    e: as({ as: 'time', time: { kind: 'epoch', unit: 0.001 } }, 1),
    c: as({ as: 'time', time: { kind: 'clf' } }, 2),
    f: as({ as: 'time', time: { kind: 'strftime', format: '%H:%M' } }, 3),
    k: as({ as: 'skip' }),
    both: { ...text(FIELD.user, 1), also: { ...text(FIELD.forwarded), also: extra('third') } },
    d: duration(1e-6),
    s: bytes(false),
    u: as({ as: 'url' }),
    '': extra('nameless'),
  },
  lists: { l: { name: 'name', value: 'value', members: { host: text(FIELD.host) } } },
})

const ISO_TIME = '"t":"2015-05-17T10:04:58Z"'
const ANY_LINES = [
  `{${ISO_TIME},"a":"1.1.1.1","both":"x","long":1,"":"y","k":"z","é":"w","${'long'.repeat(20)}":"v"}`,
  `{${ISO_TIME},"n":["p","q"],"o":[{"x":"y"},{"x":"z"}]}`,
  `{${ISO_TIME},"n":{"0":"p","1":"q"},"o":{"0":{"x":"y"}}}`,
  `{${ISO_TIME},"b":"1.5s"}`,
  `{${ISO_TIME},"b":1.5,"d":1234567}`,
  `{${ISO_TIME},"b":15,"d":-1}`,
  `{${ISO_TIME},"b":1,"l":[{"name":"Host","value":"h"}]}`,
  `{${ISO_TIME},"b":1,"l":{"name":"Host","value":"h"}}`,
  `{${ISO_TIME},"b":1,"u":"https://h.example/a"}`,
  `{${ISO_TIME},"b":1,"u":"-","o":[],"n":{}}`,
  `{${ISO_TIME},"b":1,"k":1,"k":2}`,
  `{${ISO_TIME},"b":{"b":1}}`,
  '{"e":1431857098123456,"b":1}',
  '{"c":"10/Oct/2000:13:55:36 -0700","b":1}',
  '{"c":"10/Oct/2000:13:55:36 -0700 ","b":1}',
  '{"f":"13:55","b":1}',
  '{"f":"-","e":1,"b":1}',
]

describe('the block scanner, on JSON lines', () => {
  it('reads plain lines itself, wherever they lie', () => {
    for (const seed of [null, { a: 1, b: 2 }]) {
      const twins = new Twins(nginxJson, { seed })
      for (const shift of [0, 1, 7, 15, 'end'] as const) {
        for (const line of PLAIN) twins.compare(blockOf([line], shift), line)
        twins.compare(blockOf(PLAIN, shift))
      }
      expect(twins.rows).toBe(5 * 2 * PLAIN.length)
      expect(twins.byKernel).toBe(twins.rows)
      twins.free()
    }
  })

  it('leaves odd lines to TypeScript and goes on behind them', () => {
    const twins = new Twins(nginxJson, { toUtc: (ms) => ms - 3_600_000 })
    for (const line of ODD) twins.compare(blockOf([LINE, line, LINE], 'end'), line)
    expect(twins.byKernel).toBeGreaterThanOrEqual(2 * ODD.length)
    twins.compare(blockOf([...ODD, ...PLAIN, ...ODD]))
    twins.compare(blockOf([LINE, LINE, LINE], 0, [0, LINE_CUT, 0]))
    twins.free()
  })

  it('agrees on broken lines', () => {
    const twins = new Twins(nginxJson)
    const lines = fc.array(fc.constantFrom(...PLAIN, ...ODD), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(broken(PIECES, lines), shifts, (texts, shift) =>
        twins.compare(blockOf(texts, shift), texts.join('\n')),
      ),
      { numRuns: 2000 },
    )
    expect(twins.byKernel).toBeGreaterThan(twins.rows / 4)
    twins.free()
  })

  it('agrees on any bytes', () => {
    const twins = new Twins(nginxJson)
    const piece = fc.oneof(
      fc.constantFrom(...PIECES, '"status":200', '"remote_addr":"203.0.113.9"', `{${LINE.slice(1, 60)}`),
      fc.uint8Array({ maxLength: 20 }).map((it) => Buffer.from(it).toString('latin1')),
    )
    const lines = fc.array(
      fc.array(piece, { maxLength: 20 }).map((pieces) => `{${pieces.join('').replaceAll('\n', '')}`),
      { maxLength: 10 },
    )
    fc.assert(
      fc.property(lines, shifts, (texts, shift) => twins.compare(blockOf([LINE, ...texts, LINE], shift))),
      { numRuns: 1000 },
    )
    twins.free()
  })

  const FIELDS: FieldNames = {
    time: 'when',
    client: 'who',
    path: 'what.path',
    query: 'what.query',
    durationNs: 'ns',
  }
  const maps = [
    ...(formats as readonly LogFormat[]).filter((it) => it.scanner?.().program !== undefined),
    { ...jsonLines.withFields!(FIELDS), id: 'json-lines with fields' },
    { ...ANY, id: 'a map of all sorts' },
  ]

  it('knows the formats that are made of maps', () => {
    expect(maps.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['nginx-json', 'caddy-json', 'traefik-json']),
    )
  })

  it.each(maps)('agrees on $id', (format) => {
    const program = programOf(format)
    const twins = new Twins(format, { toUtc: (ms) => ms - 3_600_000 })
    const whole = objectOf(program.root)
    const lines = fc.array(whole, { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(lines, shifts, (texts, shift) => twins.compare(blockOf(texts, shift), texts.join('\n'))),
      { numRuns: 40 },
    )
    // a server's own lines are for the kernel
    if (isForTypeScript(program)) expect(twins.byKernel).toBe(0)
    else expect(twins.byKernel).toBeGreaterThan(0.9 * twins.rows)
    const some = fc.array(fc.oneof(whole, thinned(whole)), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(broken(PIECES, some), shifts, (texts, shift) =>
        twins.compare(blockOf(texts, shift), texts.join('\n')),
      ),
      { numRuns: 100 },
    )
    twins.free()
  })

  it('agrees on meanings of all sorts', () => {
    const twins = new Twins(ANY)
    for (const line of ANY_LINES.map(latin1)) twins.compare(blockOf([line], 'end'), line)
    expect(twins.byKernel).toBeGreaterThan(4)
    const lines = fc.array(fc.constantFrom(...ANY_LINES.map(latin1)), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(broken(PIECES, lines), shifts, (texts, shift) =>
        twins.compare(blockOf(texts, shift), texts.join('\n')),
      ),
      { numRuns: 500 },
    )
    twins.free()
  })

  it('reads by the first of several maps', () => {
    const second: FieldMap = { needs: ['z'], members: { ...TIME, z: text(FIELD.user) } }
    const twins = new Twins(formatOf({ needs: ['a'], members: { ...TIME, a: text(FIELD.host) } }, [second]))
    const [a, z] = [`{${ISO_TIME},"a":1,"z":2}`, `{"z":2,${ISO_TIME}}`]
    twins.compare(blockOf([a, z, a, z, a]))
    expect(twins.byKernel).toBe(3)
    expect(twins.rows).toBe(5)
    twins.free()
  })

  it('has no room for large maps and leaves them to TypeScript', () => {
    const named = (count: number, of: (i: number) => ValueMeaning) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`name-${i}`, of(i)]))
    const deep = { [Array(30).fill('d').join('.')]: text(FIELD.user) }
    const names = [
      named(1000, () => text(FIELD.user)),
      named(200, (i) => extra(`e${i}`)),
      deep,
      { 'a"b': extra('q') },
    ]
    for (const members of names) {
      const twins = new Twins(formatOf({ needs: ['t'], members: { ...TIME, ...members } }))
      twins.compare(blockOf([`{${ISO_TIME},"name-7":1,"a\\"b":2}`]))
      expect(twins.byKernel).toBe(0)
      expect(twins.rows).toBe(1)
      twins.free()
    }
  })

  it('finds each name of a large map', () => {
    const names = Array.from({ length: 80 }, (_, i) => `${'x'.repeat(i % 40)}${i}${'y'.repeat((7 * i) % 30)}`)
    const members = Object.fromEntries(names.map((name) => [name, extra(name)]))
    const twins = new Twins(formatOf({ needs: ['t'], members: { ...TIME, ...members } }))
    const order = fc.shuffledSubarray(names.flatMap((name) => [name, `${name.slice(0, -1)}z`, `${name}z`]))
    fc.assert(
      fc.property(order, (some) =>
        twins.compare(blockOf([`{${ISO_TIME}${[...new Set(some)].map((it) => `,"${it}":"v"`).join('')}}`])),
      ),
      { numRuns: 100 },
    )
    expect(twins.byKernel).toBe(twins.rows)
    twins.free()
  })

  it('agrees where a source has lines of several formats', () => {
    const twins = new Twins(nginxJson, { more: [combined, caddyJson] })
    const other = '1.1.1.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" 200 5 "-" "-"'
    const lines = fc.array(fc.constantFrom(...PLAIN, ...ODD, other, caddyJson.example), { maxLength: 30 })
    fc.assert(
      fc.property(lines, (texts) => twins.compare(blockOf(texts), texts.join('\n'))),
      { numRuns: 200 },
    )
    expect(twins.byKernel).toBeGreaterThan(twins.rows / 6)
    twins.free()
  })

  it('reads the cases of formats that are made of maps, line by line, in turns', () => {
    const all = maps.slice(0, -2)
    const twins = all.map((format) => new Twins(format))
    all.forEach((format, i) => {
      const cases = readCases(readFileSync(`src/parse/formats/${format.id}/cases.md`, 'utf8'))
      for (const line of cases.flatMap((it) => it.lines.map(latin1)))
        for (const one of [twins[i]!, twins[(i + 1) % all.length]!]) one.compare(blockOf([line], 'end'), line)
    })
    expect(twins.reduce((sum, { byKernel }) => sum + byKernel, 0)).toBeGreaterThan(30)
    for (const one of twins) one.free()
  })
})

/** Needs something that only TypeScript reads. */
function isForTypeScript({ root, needs }: MapProgram): boolean {
  const met = (member: MapMember): number => {
    const isOther = member.values[0] !== undefined && VALUES[member.values[0].value] === undefined
    return member.children.reduce((bits, child) => bits | met(child), isOther ? 0 : member.needs)
  }
  return met(root) !== needs
}
