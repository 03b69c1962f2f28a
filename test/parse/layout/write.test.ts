import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FIELD } from '../../../src/columns/contract.js'
import type { Layout, LayoutField, LogFormat } from '../../../src/parse/contract.js'
import { compileApache } from '../../../src/parse/layout/apache.js'
import { compileNginx } from '../../../src/parse/layout/nginx.js'
import { compileStrftime } from '../../../src/parse/layout/time-pattern.js'
import { type WritableRecord, writeLine } from '../../../src/parse/layout/write.js'
import { readLines } from '../read-lines.js'

function formatOf(layout: Layout): LogFormat {
  return { id: 'custom', title: '', reference: '', example: '', layouts: [layout], stamp: {} }
}

const combined = compileNginx(
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"',
)

describe('a written line', () => {
  const record: WritableRecord = {
    time: '2024-02-29T12:00:00.000Z',
    client: '203.0.113.9',
    method: 'GET',
    target: '/a"b\\c\x01é',
    protocol: 'HTTP/1.1',
    status: 200,
    userAgent: 'line\nend',
  }

  it('has the escapes of Apache', () => {
    expect(writeLine(combined, record)).toBe(
      '203.0.113.9 - - [29/Feb/2024:12:00:00 +0000] "GET /a\\"b\\\\c\\x01\\xc3\\xa9 HTTP/1.1" 200 - "-" "line\\nend"',
    )
  })

  it('has the escapes of nginx, and a zone', () => {
    expect(writeLine(combined, { ...record, bytes: 0 }, { producer: 'nginx', offsetMinutes: -210 })).toBe(
      '203.0.113.9 - - [29/Feb/2024:08:30:00 -0330] "GET /a\\x22b\\x5Cc\\x01\\xC3\\xA9 HTTP/1.1" 200 0 "-" "line\\x0Aend"',
    )
  })

  it('has durations as the server counts them', () => {
    const apache = compileApache('%h %t "%r" %D %T')
    const nginx = compileNginx('$remote_addr [$time_local] "$request" $request_time')
    const slow = { ...record, durationMs: 1234 }
    expect(writeLine(apache, slow)).toMatch(/ 1234000 -$/)
    expect(writeLine(nginx, slow, { producer: 'nginx' })).toMatch(/ 1\.234$/)
  })
})

const NGINX = [
  '$remote_addr',
  '$remote_user',
  '$request_method',
  '$uri',
  '$args',
  '$server_protocol',
  '$status',
  '$body_bytes_sent',
  '$bytes_sent',
  '$http_referer',
  '$http_user_agent',
  '$http_x_forwarded_for',
  '$http_host',
  '$host',
  '$server_name',
  '$request_time',
  '$upstream_addr',
  '$upstream_response_time',
  '$request_length',
  '$cookie_PHPSESSID',
  '$cookie_theme',
  '$http_x_trace',
  '$http_authorization',
  '$pid',
]
const NGINX_TIMES = ['[$time_local]', '$time_iso8601', '$msec', '"$time_local"']
const APACHE = [
  '%h',
  '%a',
  '%l',
  '%u',
  '%m',
  '%U%q',
  '%H',
  '%>s',
  '%s',
  '%b',
  '%B',
  '%O',
  '%I',
  '%D',
  '%{ms}T',
  '%v',
  '%V',
  '%p',
  '%A',
  '%f',
  '%k',
  '%L',
  '%P',
  '%X',
  '%{Referer}i',
  '%{User-Agent}i',
  '%{X-Forwarded-For}i',
  '%{Host}i',
  '%{JSESSIONID}C',
  '%{Set-Cookie}o',
  '%{TZ}e',
  '%{n}n',
  '%!200,304{X-Api-Key}i',
  '%{SSL_PROTOCOL}x',
]
const APACHE_TIMES = [
  '%t',
  '%{sec}t',
  '%{msec}t',
  '%{usec}t',
  '[%{%Y-%m-%d %H:%M:%S}t]',
  '%{%d/%b/%Y %T}t.%{msec_frac}t %{%z}t',
  '%{%e %B %y %I:%M:%S %p %z}t',
  '%{begin:%FT%T%z}t',
]
/** Between bare fields; none starts or ends with a quote, for what is quoted is decided apart. */
const BETWEEN = [' ', ' - ', ' | ', '|', ';', '\t', ' [x] ']

interface Piece {
  readonly text: string
  readonly quoted: boolean
  readonly after: string
}

/** A format string with a time, a request and some variables in any order, quoted or bare. */
function formatString(
  variables: readonly string[],
  times: readonly string[],
  request: string,
): fc.Arbitrary<string> {
  return fc
    .tuple(fc.subarray([...variables], { maxLength: 9 }), fc.constantFrom(...times))
    .chain(([some, time]) =>
      fc.tuple(
        fc.shuffledSubarray([...some, time, request], { minLength: some.length + 2 }),
        fc.array(fc.record({ quoted: fc.boolean(), after: fc.constantFrom(...BETWEEN) }), {
          minLength: 11,
          maxLength: 11,
        }),
      ),
    )
    .map(([order, marks]) =>
      order.map((text, i): Piece => ({ text, ...marks[i]!, quoted: marks[i]!.quoted || text === request })),
    )
    .map((pieces) =>
      pieces
        .map(
          ({ text, quoted, after }, i) =>
            (quoted && !text.includes('"') ? `"${text}"` : text) + (i < pieces.length - 1 ? after : ''),
        )
        .join(''),
    )
}

const SAFE = [...'abcXYZ0189_./%é\\"\x01~']
const word = fc.string({ unit: fc.constantFrom(...SAFE), minLength: 1, maxLength: 12 })
const address = fc.constantFrom('203.0.113.9', '2001:db8::1', 'host.example')
const anything = fc.string({ unit: 'binary', maxLength: 12 }).filter((text) => text !== '-')
const token = fc.constantFrom('GET', 'POST', 'PROPFIND', 'x-y', 'QUERY')

/** Any value for a field that its place allows. */
function arbitraryOf(field: LayoutField): fc.Arbitrary<WritableRecord> {
  const { codec, quoted } = field
  const text = quoted ? anything : word
  const whole = fc.nat({ max: 1_000_000 })
  const optional = <K extends string>(key: K, value: fc.Arbitrary<unknown>) =>
    fc.option(value).map((some) => (some === null ? {} : { [key]: some }) as WritableRecord)
  const extra = (name: string) =>
    optional(
      'extra',
      text.map((value) => ({ [name]: value })),
    )
  switch (codec.as) {
    case 'text':
      if (codec.field === FIELD.client) return optional('client', address)
      if (codec.field === FIELD.method) return optional('method', token)
      return optional(
        TEXT[codec.field]!,
        codec.field === FIELD.forwarded || codec.field === FIELD.host ? address : text,
      )
    case 'extra':
      return extra(codec.name)
    case 'query':
      return extra('query')
    case 'request':
      return request(quoted ? anything : word)
    case 'method':
      return optional('method', token)
    case 'target':
      return optional(
        'target',
        text.map((rest) => `/${rest}`),
      )
    case 'status':
      return optional('status', fc.integer({ min: 100, max: 599 }))
    case 'bytes':
      return optional('bytes', whole)
    case 'duration':
      return optional(
        'durationMs',
        whole.map((seconds) => seconds * 1000),
      )
    case 'time':
      return fc
        .integer({ min: 0, max: 2 ** 31 })
        .map((seconds) => ({ time: new Date(seconds * 1000).toISOString() }))
    default:
      return fc.constant({})
  }
}

const TEXT: Readonly<Record<number, keyof WritableRecord>> = {
  [FIELD.user]: 'user',
  [FIELD.protocol]: 'protocol',
  [FIELD.referrer]: 'referrer',
  [FIELD.userAgent]: 'userAgent',
  [FIELD.host]: 'host',
  [FIELD.forwarded]: 'forwarded',
  [FIELD.ident]: 'ident',
  [FIELD.token]: 'token',
}

function request(rest: fc.Arbitrary<string>): fc.Arbitrary<WritableRecord> {
  const target = rest.map((text) => `/${text}`).filter((text) => !text.includes('HTTP/'))
  return fc.oneof(
    fc.record({ method: token, target, protocol: fc.constantFrom('HTTP/1.0', 'HTTP/1.1', 'HTTP/2.0') }),
    fc.record({ method: token, target }),
    fc.record({ request: fc.constantFrom('\x16\x03\x01', 'hello', '\\x16') }),
    fc.constant({}),
  )
}

function recordFor(layout: Layout): fc.Arbitrary<WritableRecord> {
  return fc.tuple(...layout.fields.map(arbitraryOf)).map((values) => {
    const extra: Record<string, string> = Object.assign({}, ...values.map((value) => value.extra))
    const record: WritableRecord = Object.assign({}, ...values)
    return Object.keys(extra).length === 0 ? record : { ...record, extra }
  })
}

function isZoned(layout: Layout): boolean {
  const time = layout.fields
    .map(({ codec }) => (codec.as === 'time' ? codec.time : null))
    .find((each) => each !== null)
  return time?.kind !== 'strftime' || compileStrftime(time.format).zoned
}

/** What is written and read again has the values that were written. */
function law(producer: 'apache' | 'nginx', strings: fc.Arbitrary<string>): void {
  const compile = producer === 'apache' ? compileApache : compileNginx
  const cases = strings.chain((text) => {
    const layout = compile(text)
    return fc.tuple(
      fc.constant(text),
      fc.constant(layout),
      recordFor(layout),
      isZoned(layout) ? fc.integer({ min: -56, max: 56 }) : fc.constant(0),
    )
  })
  fc.assert(
    fc.property(cases, ([, layout, record, quarters]) => {
      const line = writeLine(layout, record, { producer, offsetMinutes: quarters * 15 })
      const [read] = readLines(formatOf(layout), [line])
      expect(read!.other, line).toBeUndefined()
      const { path: _path, query: _query, ...values } = read!.record!
      expect({ ...values, ...(read!.token === undefined ? {} : { token: read!.token }) }, line).toEqual(
        record,
      )
    }),
    { numRuns: 1500 },
  )
}

describe('a line that is written and read back has the same values', () => {
  it('in any nginx format', () => {
    law('nginx', formatString(NGINX, NGINX_TIMES, '$request'))
  })

  it('in any Apache format', () => {
    law('apache', formatString(APACHE, APACHE_TIMES, '%r'))
  })
})
