import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FIELD } from '../../../src/columns/contract.js'
import type { Layout, LayoutField, LogFormat } from '../../../src/parse/contract.js'
import { compileApache } from '../../../src/parse/layout/apache.js'
import { compileNginx } from '../../../src/parse/layout/nginx.js'
import { compileStrftime } from '../../../src/parse/layout/time-pattern.js'
import { type WritableRecord, writeLine } from '../../../src/parse/layout/write.js'
import { isLong } from '../../laws/support.js'
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

/** Variables of the modules of nginx; times and request line apart. */
const NGINX = `
  remote_addr realip_remote_addr proxy_protocol_addr remote_user remote_port server_addr server_port server_name host
  http_host scheme https request_method uri document_uri request_uri args query_string server_protocol request_id
  request_length request_completion request_filename document_root content_type content_length status body_bytes_sent
  bytes_sent request_time connection connection_requests connection_time connections_active pipe pid hostname
  http_referer http_user_agent http_x_forwarded_for http_x_real_ip http_cf_connecting_ip http_x_trace http_accept
  http_authorization http_x_api_key proxy_add_x_forwarded_for cookie_PHPSESSID cookie_theme sent_http_content_type
  sent_http_location sent_trailer_x arg_page upstream_addr upstream_status upstream_response_time upstream_connect_time
  upstream_header_time upstream_bytes_received upstream_cache_status proxy_host ssl_protocol ssl_cipher ssl_curves
  ssl_server_name ssl_session_reused ssl_session_id ssl_client_verify ssl_client_s_dn ssl_early_data ssl_alpn_protocol
  http2 http3 gzip_ratio geoip_country_code limit_req_status tcpinfo_rtt nginx_version my_own
`
  .trim()
  .split(/\s+/)
  .map((name) => `$${name}`)
const NGINX_TIMES = ['[$time_local]', '$time_iso8601', '$msec', '"$time_local"', '$msec <$time_local>']
const NGINX_REQUESTS = [
  '"$request"',
  '"$request_method $request_uri $server_protocol"',
  '$request_method "$request_uri"',
  '$request_method "$uri$is_args$args"',
]
const APACHE = `
  %h %a %{c}a %{c}h %A %l %u %m %U %U%q %q %H %f %p %{canonical}p %{local}p %{remote}p %P %{tid}P %{hextid}P %R %k %L
  %{c}L %v %V %X %>s %s %<s %b %B %O %I %S %D %T %{s}T %{ms}T %{us}T %^FB %{Referer}i %{User-Agent}i %{X-Forwarded-For}i
  %{Host}i %{Accept-Language}i %400,501{Via}i %!200,304{X-Api-Key}i %{Content-Type}o %{Set-Cookie}o %{JSESSIONID}C
  %{theme}C %{TZ}e %{UNIQUE_ID}e %{n}n %{forensic-id}n %{SSL_PROTOCOL}x %{SSL_CIPHER}x %{SSL_CLIENT_S_DN}x %{cipher}c
  %{Trailer}^ti %{Trailer}^to %<u %>u
`
  .trim()
  .split(/\s+/)
const APACHE_TIMES = [
  '%t',
  '%{sec}t',
  '%{msec}t',
  '%{usec}t',
  '%{end:msec}t',
  '[%{%Y-%m-%d %H:%M:%S}t]',
  '%{%d/%b/%Y %T}t.%{msec_frac}t %{%z}t',
  '%{%F %T}t.%{usec_frac}t',
  '%{%e %B %y %I:%M:%S %p %z}t',
  '%{%a %d %b %Y %H:%M:%S %z}t',
  '%{%Y %j %R:%S}t',
  '%{%s}t',
  '%{begin:%FT%T%z}t',
  '%t %{end:sec}t',
]
const APACHE_REQUESTS = ['"%r"', '"%m %U%q %H"', '%m "%U%q"', '"%<r"']

/** Between fields. None begins with what a bare value may hold, nor with a quote, for what is quoted is decided apart. */
const between = fc.oneof(
  fc.constantFrom(' ', ' - ', ' | ', '|', ';', '\t', ' [x] ', ', ', ','),
  fc
    .tuple(
      fc.constantFrom(...' |;,()<>[]{}#@!=&*^+?'),
      fc.string({ unit: fc.constantFrom(...' |;,()<>[]{}#@!=&*^+?abc019:-_.'), maxLength: 6 }),
    )
    .map(([first, rest]) => first + rest),
)

/** A format string with a time, a request and some variables in any order, quoted or bare. */
function formatString(
  variables: readonly string[],
  times: readonly string[],
  requests: readonly string[],
): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.subarray([...variables], { maxLength: 9 }),
      fc.constantFrom(...times),
      fc.constantFrom(...requests),
    )
    .chain(([some, time, request]) => {
      const pieces = [...some, time, request]
      const marks = fc.record({ quoted: fc.boolean(), after: between })
      return fc.tuple(
        fc.shuffledSubarray(pieces, { minLength: pieces.length }),
        fc.array(marks, { minLength: pieces.length, maxLength: pieces.length }),
      )
    })
    .map(([order, marks]) =>
      order
        .map((text, i) => {
          const { quoted, after } = marks[i]!
          return (quoted && !/["%]t|"/.test(text) ? `"${text}"` : text) + (i < order.length - 1 ? after : '')
        })
        .join(''),
    )
}

type TextSpelling = NonNullable<Layout['spelling']>

/**
 * What a value may hold: any bytes between quotes, no delimiter without; nothing that ends the field or the line where the
 * log has no escapes; and not what stands for no value, `-`, and nothing but in the log's own escapes.
 */
function textFor(spelling: TextSpelling, quoted: boolean): fc.Arbitrary<string> {
  const anything = fc.string({ unit: 'binary', maxLength: 12 })
  const word = fc.string({ unit: fc.constantFrom(...'abcXYZ0189_./%é\\"\x01~'), maxLength: 12 })
  const mayBeEmpty = quoted && spelling === 'escaped'
  return (quoted ? anything : word).filter(
    (text) => text !== '-' && (text !== '' || mayBeEmpty) && !(spelling === 'raw' && /["\r\n]/.test(text)),
  )
}

const address = fc.constantFrom('203.0.113.9', '2001:db8::1', 'host.example')
const token = fc.constantFrom('GET', 'POST', 'PROPFIND', 'x-y', 'QUERY')

/** Any value for a field that its place allows. */
function arbitraryOf(field: LayoutField, spelling: TextSpelling): fc.Arbitrary<WritableRecord> {
  const { codec, quoted } = field
  const text = textFor(spelling, quoted)
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
      return request(text)
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
  return fc
    .tuple(...layout.fields.map((field) => arbitraryOf(field, layout.spelling ?? 'escaped')))
    .map((values) => {
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
    { numRuns: isLong ? 10_000 : 400 },
  )
}

/** The directive around a string: with the escapes that it has. */
function nginxDirective(escaping: string): (text: string) => string {
  return (text) => `log_format x escape=${escaping}\n  '${text.replaceAll('\t', '\\t')}';`
}

describe('a line that is written and read back has the same values', () => {
  const nginx = formatString(NGINX, NGINX_TIMES, NGINX_REQUESTS)

  it('in any nginx format', () => {
    law('nginx', nginx)
  })

  it.each(['default', 'json', 'none'])('in any nginx format with escape=%s', (escaping) => {
    law('nginx', nginx.map(nginxDirective(escaping)))
  })

  it('in any Apache format', () => {
    law('apache', formatString(APACHE, APACHE_TIMES, APACHE_REQUESTS))
  })
})
