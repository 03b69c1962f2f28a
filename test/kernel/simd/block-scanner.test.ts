import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LINE_CUT, LINE_MARK, LINE_NULS } from '../../../src/decode/contract.js'
import type { Layout, LogFormat } from '../../../src/parse/contract.js'
import { combined } from '../../../src/parse/formats/combined/index.js'
import { nginxJson } from '../../../src/parse/formats/nginx-json/index.js'
import { formats } from '../../../src/parse/formats/registry.js'
import { vhostCombined } from '../../../src/parse/formats/vhost-combined/index.js'
import { compileApache } from '../../../src/parse/layout/apache.js'
import { compileNginx } from '../../../src/parse/layout/nginx.js'
import { lineWriter } from '../../../src/parse/layout/write.js'
import { readCases } from '../../parse/format-kit.js'
import { blockOf, broken, shifts, Twins } from './support.js'

const LINE =
  '203.0.113.9 - alice [10/Oct/2000:13:55:36 -0700] "GET /a?b=1 HTTP/1.1" 200 2326 "https://example.com/" "curl/8.5.0"'

/** Lines that the kernel reads itself, each with its own turn. */
const PLAIN = [
  LINE,
  '2001:db8::9 - - [29/Feb/2024:23:59:60 +0000] "POST /login HTTP/2.0" 302 - "-" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit"',
  '2001:db8::9 - Jo Doe [29/fEB/2000:00:00:00 +1800] "PROPPATCH /%C3%A9#a?b HTTP/1.0" 000 0 "" ""',
  'host.example - - [01/Feb/0000:23:59:59 -1759] "-" 408 - "-" "-"',
  '- - - [31/Dec/9999:23:59:59 +0000] "" 400 226 "-" "-"',
  'a - - [28/Feb/1900:01:02:03 +0000] "- / HTTP/1.1" - 123456789012345 "-" "x"',
  `1.1.1.1 - - [10/Oct/2000:13:55:36 -0700] "GET /${'p'.repeat(300)} HTTP/1.1" 200 1 "${'r'.repeat(31)}" "${'u'.repeat(32)}"`,
]

/** Lines that are in some way unusual, and those that are none. */
const ODD = [
  '1.1.1.1 - - [10/Oct/2000:13:55:36 -0700] "GET /a b "',
  '1.1.1.1 - - [29/Feb/2023:00:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "-"',
  '1.1.1.1 - - [10/Oct/2000:24:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "-"',
  '1.1.1.1 - - [10/Oct/2000:13:55:61 +0000] "GET / HTTP/1.1" 200 5 "-" "-"',
  '1.1.1.1 - - [10/Oct/2000:13:55:36 +1900] "GET / HTTP/1.1" 200 5 "-" "-"',
  '1.1.1.1 - - [10/Oct/2000:13:55:36 +1860] "GET / HTTP/1.1" 200 5 "-" "-"',
  '1.1.1.1 - - [1a/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 5 "-" "-"',
  '1.1.1.1 - - [10/Oct/20a0:13:55:36 +0000] "GET / HTTP/1.1" 200 5 "-" "-"',
  '1.1.1.1 - - [10/Okt/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 5 "-" "-"',
  '1.1.1.1 - - [10/Oct/2000:13:55:36_+0000] "GET / HTTP/1.1" 200 5 "-" "-"',
  '10.0.0.2, 10.0.0.1 - - [07/Dec/2016:11:05:07 +0100] "GET /a b  HTTP/1.1" 200 571 "-" "M"',
  '1.1.1.1 - - [10/Oct/2000:13:55:36 -0700] "GET  /a HTTP/1.1" 200 5 "-" "\\"q\\""',
  '1.1.1.1 - - [10/Oct/2000:13:55:36 -0700] "BREW http://a.example/x HTTP/1.1" 200 5 "-" "-"',
  '1.1.1.1 - - [10/Oct/2000:13:55:36 -0700] "\\x16\\x03\\x01" 400 226 "-" "-"',
  '1.1.1.1 - a [b [10/Oct/2000:13:55:36 -0700] "GET /" 200 1234567890123456 "-" "-"',
  '1.1.1.1 - "a" [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" 200 5 "-" "-"',
  '1.1.1.1 - "" [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" -1 -1 "-" "-"',
  '1.1.1.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" 20 5.5 "-" "-" more',
  '1.1.1.1 - a [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" z [10/Oct/2000:13:55:36 -0700] "BAD" 200 5 "-" "-"',
  '1.1.1.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" 200 5 "-" "cut of',
  ' ',
  '',
]

const PIECES = [
  ...[
    ' ',
    '-',
    ' - ',
    '"',
    '\\',
    '\\"',
    '[',
    ']',
    ' [',
    '] "',
    '" ',
    ', ',
    ',',
    ':',
    '?',
    '#',
    '/',
    '://',
    '.',
  ],
  ...[
    'HTTP/1.1',
    ' HTTP/',
    '0',
    '9',
    '200',
    'GET ',
    'x',
    '::1',
    '\xff',
    '\x00',
    '\xc3\xa9',
    '+0530',
    'T',
    'Z',
  ],
]

/** Format strings with all sorts of fields and delimiters. */
const STRINGS: readonly Layout[] = [
  compileNginx('$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent $request_time'),
  compileNginx(
    '$remote_addr [$time_iso8601] $request_method $request_uri $server_protocol $status $bytes_sent "$http_user_agent"',
  ),
  compileNginx(
    '$msec|$http_host|$remote_addr|$status|$request_length|$request_time|$upstream_addr|$upstream_response_time|$request',
  ),
  compileNginx(
    'a text of more than sixteen bytes: $remote_addr "$request" status=$status upstream_response_time=$upstream_response_time time=$time_local',
  ),
  compileNginx('$host:$server_port $remote_addr $remote_user [$time_local] "$request" $status $bytes_sent'),
  compileNginx(
    `log_format j escape=json '{"at":"$time_iso8601","ip":"$remote_addr","request":"$request","status":$status,"bytes":$bytes_sent,"agent":"$http_user_agent","referer":"$http_referer"}'`,
  ),
  compileNginx(
    `log_format r escape=none '$remote_addr "$remote_user" [$time_local] "$request" $status "$http_referer" "$http_user_agent"'`,
  ),
  compileApache('%h %l %u %t \\"%r\\" %>s %b \\"%{Referer}i\\" \\"%{User-Agent}i\\" %D'),
  compileApache('%v:%p %h %l %u %t \\"%r\\" %>s %O'),
  compileApache('%{%s}t %a %m %U%q %H %>s %B %T'),
  compileApache('%h %l %u [%{%Y-%m-%dT%H:%M:%S%z}t] \\"%r\\" %>s %b'),
]

function formatOf(layouts: readonly Layout[]): LogFormat {
  const text = { title: 'a test', reference: 'https://example.com/', example: '' }
  return { id: 'test', ...text, layouts, stamp: {} }
}

const word = fc.string({ unit: fc.constantFrom(...'abcXYZ019_.~%'), minLength: 1, maxLength: 40 })
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined, freq: 5 })
const record = fc
  .record({
    time: fc.integer({ min: -62_000_000_000, max: 253_000_000_000 }).map((seconds) => seconds * 1000),
    client: fc.oneof(fc.ipV4(), fc.ipV6()),
    user: maybe(word),
    method: fc.constantFrom('GET', 'POST', 'DELETE', 'PROPFIND', 'HEAD'),
    path: word.map((name) => `/${name}`),
    query: maybe(word),
    protocol: fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0'),
    status: fc.integer({ min: 100, max: 599 }),
    bytes: maybe(fc.nat({ max: 2 ** 31 - 1 })),
    durationMs: fc.nat({ max: 100_000 }),
    referrer: maybe(word.map((name) => `https://${name}.example/`)),
    userAgent: maybe(word.map((name) => `Mozilla/5.0 (X11; Linux) ${name}`)),
    host: word,
    forwarded: maybe(fc.ipV4()),
  })
  .map((it) => ({ ...it, target: it.query === undefined ? it.path : `${it.path}?${it.query}` }))

/** Lines of a layout as a server would write them. */
function linesOf(layout: Layout): fc.Arbitrary<string[]> {
  return fc
    .tuple(
      fc.constantFrom('apache' as const, 'nginx' as const),
      fc.constantFrom(0, 60, -210, 1080),
      fc.array(record, { minLength: 1, maxLength: 12 }),
    )
    .map(([producer, offsetMinutes, records]) =>
      records.map((it) => latin1(lineWriter(layout, { producer, offsetMinutes })(it))),
    )
}

function latin1(text: string): string {
  return Buffer.from(text).toString('latin1')
}

/** Layouts with what the kernel knows not: times by a pattern, cookies. */
function isForTypeScript(layout: Layout): boolean {
  return (
    layout.fields.some(
      ({ codec }) =>
        (codec.as === 'time' && codec.time.kind === 'strftime') ||
        (codec.as === 'extra' && codec.holds === 'cookies'),
    ) || !layout.fields.some(({ codec }) => codec.as === 'time')
  )
}

describe('the block scanner', () => {
  it('reads plain lines itself, wherever they lie', () => {
    for (const seed of [null, { a: 1, b: 2 }]) {
      const twins = new Twins(combined, { seed })
      for (const shift of [0, 1, 7, 15, 'end'] as const) {
        for (const line of PLAIN) twins.compare(blockOf([line], shift), line)
        twins.compare(blockOf(PLAIN, shift))
      }
      expect(twins.byKernel).toBe(5 * 2 * PLAIN.length)
      twins.free()
    }
  })

  it('leaves odd lines to TypeScript and goes on behind them', () => {
    const twins = new Twins(combined)
    twins.compare(blockOf(ODD.flatMap((line) => [LINE, line])))
    expect(twins.byKernel).toBe(ODD.length)
    twins.compare(blockOf([...ODD, ...PLAIN, ...ODD], 'end'))
    twins.free()
  })

  it('comes back where lines were odd for long', () => {
    const twins = new Twins(combined)
    const odd = `${LINE.slice(0, -1)}\\""`
    for (let count = 0; count < 100; count++)
      twins.compare(blockOf([...Array<string>(count).fill(odd), ...Array<string>(100).fill(LINE)]))
    // it misses at most as many lines as it was away
    expect(twins.byKernel).toBeGreaterThan(100 * 36)
    // and it is away, where all are odd
    const before = twins.byKernel
    twins.compare(blockOf([...Array<string>(400).fill(odd), ...Array<string>(30).fill(LINE)]))
    expect(twins.byKernel).toBe(before)
    twins.free()
  })

  it('leaves entries that are no ordinary line alone', () => {
    const twins = new Twins(combined)
    const kinds = [LINE_MARK, 0, LINE_NULS, 0, LINE_CUT, 0]
    twins.compare(blockOf(['\xef\xbb\xbf', LINE, '\0\0', LINE, LINE, LINE], 3, kinds))
    expect(twins.byKernel).toBe(3)
    twins.free()
  })

  it('agrees on broken lines of the common family', () => {
    for (const format of [combined, vhostCombined]) {
      const twins = new Twins(format)
      const base = format === combined ? PLAIN : PLAIN.map((line) => `www.example.com:443 ${line}`)
      const lines = fc.array(fc.constantFrom(...base, ...ODD), { minLength: 1, maxLength: 20 })
      fc.assert(
        fc.property(broken(PIECES, lines), shifts, (texts, shift) => twins.compare(blockOf(texts, shift))),
        { numRuns: 1500 },
      )
      expect(twins.byKernel).toBeGreaterThan(twins.rows / 4)
      twins.free()
    }
  })

  it('agrees on any bytes', () => {
    const twins = new Twins(combined)
    const piece = fc.oneof(
      fc.constantFrom(...PIECES, '[10/Oct/2000:13:55:36 -0700]', '"GET / HTTP/1.1"', '203.0.113.9'),
      fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    )
    const lines = fc.array(
      fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join('').replaceAll('\n', '')),
      { maxLength: 10 },
    )
    fc.assert(
      fc.property(lines, shifts, (texts, shift) => twins.compare(blockOf([LINE, ...texts, LINE], shift))),
      { numRuns: 1000 },
    )
    twins.free()
  })

  const all = [
    ...formats
      .filter((it: LogFormat) => it.layouts !== undefined && it.scanner === undefined)
      .map((it: LogFormat) => it),
    ...STRINGS.map((layout, i) => formatOf([{ ...layout, id: `string-${i}` }])),
  ]
  const layouts = all.flatMap((format) =>
    format.layouts!.map((layout, number) => ({ format, layout, number })),
  )

  it.each(layouts)('agrees on $format.id, layout $number, $layout.id', ({ format, layout, number }) => {
    const twins = new Twins(format, { layout: number, toUtc: (ms) => ms - 3_600_000 })
    const lines = linesOf(layout)
    fc.assert(
      fc.property(lines, shifts, (texts, shift) => twins.compare(blockOf(texts, shift), texts.join('\n'))),
      { numRuns: 30 },
    )
    // a server's own lines are for the kernel
    if (isForTypeScript(layout)) expect(twins.byKernel).toBe(0)
    else expect(twins.byKernel, layout.id).toBeGreaterThan(0.9 * twins.rows)
    fc.assert(
      fc.property(broken(PIECES, lines), shifts, (texts, shift) =>
        twins.compare(blockOf(texts, shift), texts.join('\n')),
      ),
      { numRuns: 60 },
    )
    twins.free()
  })

  const RAW = 'quotes that nothing escapes'

  it.each([
    [
      'lists of clients',
      '$msec|$remote_addr|$status',
      ['1.5|1.1.1.1|200', '1.5|1.1.1.1, 2.2.2.2|200', '1.5|,|200', '1.5||200'],
    ],
    [
      'a quoted client',
      '"$remote_addr" $msec',
      ['"1.1.1.1" 1', '"1.1.1.1, 2.2.2.2" 1', '"" 1', '"-" 1', '"\\"" 1'],
    ],
    [
      'names up to a bracket',
      '[$remote_addr] $msec',
      [
        '[1.1.1.1] 1',
        '[1.1.1.1 x] 1',
        '[a, b] 1',
        '[] 1',
        '[1.1.1.1]x] 1',
        '[1.1.1.1 ] 1',
        '[-] 1',
        '[1.1.1.1]',
      ],
    ],
    [
      RAW,
      '$remote_addr $msec "$http_referer" "$http_user_agent"',
      ['1.1.1.1 1 "a" "b"', '1.1.1.1 1 "a" "b" "c"', '1.1.1.1 1 "" "b\\"', '1.1.1.1 1 "a"b" "c"'],
    ],
    [
      'times that hold their delimiter',
      '$remote_addr $time_iso8601-$status-$request_time',
      ['1.1.1.1 2000-10-10T13:55:36-07:00-200-0.5', '1.1.1.1 2000-10-10T13:55:36-200-0.5'],
    ],
    [
      'numbers',
      '$msec $status $bytes_sent $request_time',
      [
        ...['1.5 200 5 0.001', '1. 0 .5 5.', '.5 000 - -', '1.5.5 200 5 1', '. 200 5 1', '1 200 . 1'],
        ...['1 200 5 -1', '-1 200 5 1', '- 200 5 1', '9e3 200 5 1', '1 20 5 1', '1 2000 5 1', '1 20a 5 1'],
        ...['8640000000000.0001 200 5 1', '8640000000001 200 5 1', '123456789012345678901234 200 5 1'],
        ...[
          '1 200 123456789012345678901234 1',
          '1 200 1234567890123456789012345 1',
          '1 -1 -1 -1',
          '1 - 5 1 ',
        ],
      ],
    ],
    [
      'ISO times',
      '$remote_addr $time_iso8601 $status',
      [
        ...['13:55:36Z', '13:55:36z', '13:55:36+07', '13:55:36+0700', '13:55:36.1234+07:00', '13:55:36,5Z'],
        ...['13:55:36', '13:55:36.', '13:55:36.Z', '13:55:36+', '13:55:36+7', '13:55:36+19', '13:55:60Z'],
        ...['13:55:36+07:0', '13:55:36+07:60', '24:00:00Z', '13:5536Z', '13:55:3', '13:55:36-18:59'],
      ].flatMap((clock) => [
        `1.1.1.1 2000-10-10T${clock} 200`,
        `1.1.1.1 2000-02-30t${clock} 200`,
        `1.1.1.1 2000-1a-30T${clock} 200`,
      ]),
    ],
  ])('agrees on %s', (what, fields, lines) => {
    const spelling = what === RAW ? 'none' : 'default'
    const layout = compileNginx(`log_format r escape=${spelling} '$request_uri ${fields}'`)
    const twins = new Twins(formatOf([layout]))
    for (const line of lines) twins.compare(blockOf([`/a ${line}`], 'end'), line)
    expect(twins.byKernel).toBeGreaterThan(0)
    twins.free()
  })

  it('agrees on the cases of all formats', () => {
    for (const format of formats as readonly LogFormat[]) {
      const path = join('src/parse/formats', format.id, 'cases.md')
      const lines = readCases(readFileSync(path, 'utf8')).flatMap((it) => it.lines.map(latin1))
      const twins = new Twins(format)
      for (const line of lines) twins.compare(blockOf([line], 'end'), line)
      twins.compare(blockOf(lines))
      twins.free()
    }
  })

  it('agrees where a source has lines of several formats', () => {
    const twins = new Twins(combined, { more: [nginxJson, vhostCombined] })
    const json =
      '{"time":"2024-01-01T00:00:00Z","remote_addr":"1.1.1.1","request":"GET / HTTP/1.1","status":"200"}'
    const lines = fc.array(fc.constantFrom(...PLAIN, ...ODD, `h.example:80 ${LINE}`, json), { maxLength: 30 })
    fc.assert(
      fc.property(lines, (texts) => twins.compare(blockOf(texts), texts.join('\n'))),
      { numRuns: 200 },
    )
    expect(twins.byKernel).toBeGreaterThan(twins.rows / 4)
    twins.free()
  })

  it('reads a source in turns with another', () => {
    const one = new Twins(combined, { seed: { a: 5, b: 6 } })
    const two = new Twins(vhostCombined)
    for (let turn = 0; turn < 3; turn++) {
      one.compare(blockOf([...PLAIN, ...ODD]))
      two.compare(blockOf(PLAIN.map((line) => `www.example.com:443 ${line}`)))
    }
    expect(one.byKernel).toBe(3 * PLAIN.length)
    expect(two.byKernel).toBe(3 * PLAIN.length)
    one.free()
    two.free()
  })

  const real = '../shared/corpus/real/elastic-apache_logs.log'
  it.runIf(existsSync(real))('agrees on a real log (corpus)', () => {
    const twins = new Twins(combined)
    const lines = readFileSync(real, 'latin1').split('\n').slice(0, 6000)
    for (let at = 0; at < lines.length; at += 500) twins.compare(blockOf(lines.slice(at, at + 500)))
    expect(twins.byKernel).toBeGreaterThan(0.9 * twins.rows)
    twins.free()
  })
})
