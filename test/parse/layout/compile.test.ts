import { describe, expect, it } from 'vitest'
import { FIELD } from '../../../src/columns/contract.js'
import { toRecord } from '../../../src/columns/view.js'
import { isPosternError } from '../../../src/core/errors.js'
import { FaultLog } from '../../../src/core/faults.js'
import type { Codec, Layout, LogFormat } from '../../../src/parse/contract.js'
import { apacheStamp, compileApache } from '../../../src/parse/layout/apache.js'
import { compileEnvoy } from '../../../src/parse/layout/envoy.js'
import { compileFormatString } from '../../../src/parse/layout/format-string.js'
import { compileHaproxy } from '../../../src/parse/layout/haproxy.js'
import { compileNginx } from '../../../src/parse/layout/nginx.js'
import {
  APACHE_COMBINED,
  DEBIAN_VHOST_COMBINED,
  NGINX_COMBINED,
  NGINX_MAIN,
  withoutIdent,
} from '../../../src/parse/layout/vendor-strings.js'
import { tryFormat } from '../../../src/parse/trial.js'
import { readLines } from '../read-lines.js'

const FIELD_NAMES = new Map(Object.entries(FIELD).map(([name, field]) => [field as number, name]))

/** A codec in one word. */
function nameOf(codec: Codec): string {
  if (codec.as === 'text') return FIELD_NAMES.get(codec.field)!
  if (codec.as === 'extra') return `+${codec.name}`
  if (codec.as === 'duration') return `duration*${codec.unit}`
  if (codec.as === 'bytes') return codec.headers ? 'bytes+headers' : 'bytes'
  if (codec.as !== 'time') return codec.as
  return codec.time.kind === 'strftime' ? `time(${codec.time.format})` : `time:${codec.time.kind}`
}

/** A layout on one line, as a format string of its own: `<client> - <user> [<time:clf>]`. */
function shapeOf(layout: Layout): string {
  return layout.lead + layout.fields.map((field) => `<${nameOf(field.codec)}>${field.until}`).join('')
}

/** `$status`, in braces. */
const BRACED = ['$', '{status}'].join('')

function formatOf(layouts: readonly Layout[]): LogFormat {
  return { id: 'custom', title: '', reference: '', example: '', layouts, stamp: {} }
}

function readWithFaults(format: LogFormat, line: string) {
  const faults = new FaultLog()
  const bytes = Buffer.from(line)
  const lines = { bytes, count: 1, start: Uint32Array.of(0), end: Uint32Array.of(bytes.length) }
  const { batch } = tryFormat(format, lines, null, null, faults)
  return {
    records: batch.rowCount,
    userAgent: toRecord(batch, 0).userAgent,
    faults: faults.list().map(({ code }) => code),
  }
}

function messageOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (isPosternError(error) && error.code === 'ERR_OPTION_INVALID') return error.message
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('an nginx log_format', () => {
  it('is read with its directive, as nginx ships it', () => {
    expect(shapeOf(compileNginx(NGINX_MAIN))).toBe(
      '<client> - <user> [<time:clf>] "<request>" <status> <bytes> "<referrer>" "<userAgent>" "<forwarded>"',
    )
  })

  it('gives the same layout alone, in quotes, with braces and after escape=default', () => {
    const bare =
      '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"'
    const expected = compileNginx(NGINX_COMBINED)
    expect(compileNginx(bare)).toEqual({ ...expected })
    expect(compileNginx(`'${bare}'`)).toEqual(expected)
    expect(compileNginx(bare.replaceAll('"', '\\"'))).toEqual(expected)
    expect(compileNginx(bare.replace('$status', BRACED))).toEqual(expected)
    expect(compileNginx(`log_format x escape=default '${bare}';`)).toEqual(expected)
    expect(compileNginx(`log_format x escape=json "${bare.replaceAll('"', '\\"')}" ;`)).toEqual({
      ...expected,
      spelling: 'json',
    })
    expect(compileNginx(`escape=none '${bare}'`)).toEqual({ ...expected, spelling: 'raw' })
  })

  it('marks fields between double quotes as quoted, and no others', () => {
    const quoted = compileNginx(NGINX_COMBINED).fields.map((field) => field.quoted)
    expect(quoted).toEqual([false, false, false, true, false, false, true, true])
  })

  it('keeps variables that no column stands for as extras, also those that it does not know', () => {
    expect(
      shapeOf(
        compileNginx(
          '$remote_addr $msec "$request" $upstream_response_time $my_own $pipe $http_x_trace $cookie_theme',
        ),
      ),
    ).toBe(
      '<client> <time:epoch> "<request>" <+upstream_response_time> <+my_own> <+pipe> <+http_x_trace> <+cookie_theme>',
    )
  })

  it('takes session cookies and authorization headers for tokens', () => {
    const tokenOf = (variable: string) => shapeOf(compileNginx(`$msec "$request" ${variable}`)).split(' ')[2]
    for (const variable of [
      '$cookie_PHPSESSID',
      '$cookie_connect_sid',
      '$cookie_auth',
      '$cookie_JWT',
      '$http_authorization',
      '$http_x_api_key',
    ]) {
      expect(tokenOf(variable), variable).toBe('<token>')
    }
    expect(tokenOf('$cookie_lang')).toBe('<+cookie_lang>')
  })

  it('prefers the session cookie where several fields hold a token', () => {
    expect(shapeOf(compileNginx('$msec "$request" "$http_authorization" $cookie_sessionid'))).toBe(
      '<time:epoch> "<request>" "<+http_authorization>" <token>',
    )
  })

  it('takes a forwarding chain in front for the client only where no client is logged', () => {
    expect(shapeOf(compileNginx('$http_x_forwarded_for [$time_local] "$request"'))).toBe(
      '<client> [<time:clf>] "<request>"',
    )
    expect(shapeOf(compileNginx('$http_x_forwarded_for $remote_addr [$time_local] "$request"'))).toBe(
      '<forwarded> <client> [<time:clf>] "<request>"',
    )
    expect(shapeOf(compileNginx('[$time_local] $http_x_forwarded_for "$request"'))).toBe(
      '[<time:clf>] <forwarded> "<request>"',
    )
  })

  it('gives each column to the field that says most', () => {
    expect(
      shapeOf(
        compileNginx(
          '$time_local|$msec|$request|$request_method|$uri|$args|$bytes_sent|$body_bytes_sent|$server_name|$host|$http_host',
        ),
      ),
    ).toBe(
      '<+time_local>|<time:epoch>|<request>|<+request_method>|<+uri>|<+args>|<+bytes_sent>|<bytes>|<+server_name>|<host>|<+http_host>',
    )
    expect(shapeOf(compileNginx('$msec $request_method $uri $request_uri $args'))).toBe(
      '<time:epoch> <method> <+uri> <target> <+args>',
    )
  })

  it('keeps the query beside a path', () => {
    expect(shapeOf(compileNginx('$msec $request_method $uri $args'))).toBe(
      '<time:epoch> <method> <target> <query>',
    )
    expect(shapeOf(compileNginx('$msec $request_method $uri$is_args$args $status'))).toBe(
      '<time:epoch> <method> <target> <status>',
    )
  })

  it('reads method, target and protocol in one pair of quotes as a request line', () => {
    expect(shapeOf(compileNginx('$msec "$request_method $request_uri $server_protocol" $status'))).toBe(
      '<time:epoch> "<request>" <status>',
    )
  })

  it('reads a request line without quotes as three fields', () => {
    expect(shapeOf(compileNginx('$msec $request $status'))).toBe(
      '<time:epoch> <method> <target> <protocol> <status>',
    )
    expect(shapeOf(compileNginx('$msec|$request|$status'))).toBe('<time:epoch>|<request>|<status>')
  })
})

describe('an Apache LogFormat', () => {
  it('is read with its directive, as Debian ships it', () => {
    expect(shapeOf(compileApache(DEBIAN_VHOST_COMBINED))).toBe(
      '<host>:<+server_port> <client> <ident> <user> [<time:clf>] "<request>" <status> <bytes+headers> "<referrer>" "<userAgent>"',
    )
  })

  it('gives the same layout alone, in quotes and in its directive', () => {
    const bare = '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-agent}i"'
    const expected = compileApache(APACHE_COMBINED)
    expect(compileApache(bare)).toEqual(expected)
    expect(compileApache(bare.replaceAll('"', '\\"'))).toEqual(expected)
    expect(compileApache(`LogFormat ${APACHE_COMBINED} combined`)).toEqual(expected)
    expect(compileApache(`  logformat ${APACHE_COMBINED}\n`)).toEqual(expected)
  })

  it('is the combined format of nginx where there is no ident', () => {
    expect(shapeOf(compileApache(withoutIdent(APACHE_COMBINED)))).toBe(shapeOf(compileNginx(NGINX_COMBINED)))
  })

  it('reads every directive of mod_log_config and mod_logio', () => {
    const all =
      '%h|%a|%{c}a|%l|%u|%t|%r|%m|%U|%q|%H|%s|%>s|%<s|%b|%B|%O|%I|%S|%D|%T|%v|%V|%p|%{remote}p|%A|%f|%k|%L|%P|%{tid}P|%R|%X|' +
      '%{Accept}i|%{Set-Cookie}o|%{lang}C|%{TZ}e|%{note}n|%{X}^ti|%{Y}^to|%^FB|%%'
    expect(shapeOf(compileApache(all))).toBe(
      '<client>|<+remote_addr>|<+peer_addr>|<ident>|<user>|[<time:clf>]|<request>|<+request_method>|<+uri>|<+query_string>|<+server_protocol>|' +
        '<+original_status>|<status>|<skip>|<bytes>|<+body_bytes_sent>|<+bytes_sent>|<+request_length>|<+bytes_transferred>|' +
        '<duration*0.001>|<+duration_s>|<+server_name>|<host>|<+server_port>|<+remote_port>|<+server_addr>|<+request_filename>|' +
        '<+keepalive_requests>|<+log_id>|<+pid>|<+tid>|<+handler>|<+connection_status>|<+http_accept>|<+sent_http_set_cookie>|' +
        '<+cookie_lang>|<+env_TZ>|<+note_note>|<+trailer_x>|<+sent_trailer_y>|<+first_byte_us>|%',
    )
  })

  it('passes over conditions and redirect modifiers', () => {
    expect(shapeOf(compileApache('%!200,304,302{Referer}i %t %400,501{User-agent}i "%<r" %<u'))).toBe(
      '<referrer> [<time:clf>] <userAgent> "<request>" <user>',
    )
  })

  it('reads path and query side by side as a target', () => {
    expect(shapeOf(compileApache('%t "%m %U%q %H" %s'))).toBe('[<time:clf>] "<request>" <status>')
    expect(shapeOf(compileApache('%t %m %U%q %s'))).toBe('[<time:clf>] <method> <target> <status>')
    expect(shapeOf(compileApache('%t %m %U %q %s'))).toBe('[<time:clf>] <method> <target> <query> <status>')
  })

  it('reads every form of %{...}t', () => {
    const timeOf = (directive: string) => shapeOf(compileApache(`${directive}|%r`)).split('|')[0]
    expect(timeOf('%{sec}t')).toBe('<time:epoch>')
    expect(timeOf('%{end:msec}t')).toBe('<time:epoch>')
    expect(timeOf('[%{%d/%b/%Y:%T %z}t]')).toBe('[<time:clf>]')
    expect(timeOf('%{begin:%FT%T%z}t')).toBe('<time:iso>')
    expect(timeOf('%{%Y-%m-%d %H:%M}t')).toBe('<time(%Y-%m-%d %H:%M)>')
  })

  it('joins a time in several directives', () => {
    expect(shapeOf(compileApache('[%{%d/%b/%Y %T}t.%{msec_frac}t %{%z}t] "%r"'))).toBe(
      '[<time(%d/%b/%Y %T.%f %z)>] "<request>"',
    )
    expect(shapeOf(compileApache('%{%F}t %{%T}t "%r"'))).toBe('<time(%F %T)> "<request>"')
  })

  it('prefers the begin of a request, and says what its stamps mean', () => {
    const both = '%{end:%F %T}t|%{begin:%F %T}t|%r'
    expect(shapeOf(compileApache(both))).toBe('<+time_end>|<time(%F %T)>|<request>')
    expect(apacheStamp(both)).toBe('start')
    expect(apacheStamp('%{end:sec}t %r')).toBe('end')
    expect(apacheStamp('%h %t "%r"')).toBe('start')
  })

  it('takes a session cookie and an API key for tokens', () => {
    expect(shapeOf(compileApache('%t "%r" %{JSESSIONID}C'))).toContain('<token>')
    expect(shapeOf(compileApache('%t "%r" %{X-Api-Key}i'))).toContain('<token>')
  })

  it('reads tabs between fields', () => {
    expect(shapeOf(compileApache('LogFormat "%h\\t%t\\t%r" tabs'))).toBe('<client>\t[<time:clf>]\t<request>')
  })
})

describe('a format string that cannot be read back is refused', () => {
  it('when two fields touch', () => {
    expect(messageOf(() => compileNginx('$msec "$request" $status$body_bytes_sent'))).toBe(
      '$status and $body_bytes_sent have no text between them (character 25 of the format string), so where one ends cannot be told',
    )
    expect(messageOf(() => compileApache('%t "%r" %>s%b'))).toContain('%>s and %b have no text between them')
  })

  it('when it has no time', () => {
    expect(messageOf(() => compileNginx('$remote_addr "$request"'))).toContain('no time of day with a date')
    expect(messageOf(() => compileApache('%h "%r" %{%T}t'))).toContain('no time of day with a date')
  })

  it('when it has nothing of a request', () => {
    expect(messageOf(() => compileNginx('$remote_addr [$time_local] $status'))).toContain(
      'nothing of a request',
    )
    expect(messageOf(() => compileApache('%h %t %>s'))).toContain('nothing of a request')
  })

  it('when a directive is unknown', () => {
    expect(messageOf(() => compileApache('%h %t "%r" %Y'))).toBe(
      '"%Y" at character 12 of the format string is no directive of mod_log_config, mod_logio or mod_ssl',
    )
    expect(messageOf(() => compileApache('%h %t "%r" 100%'))).toContain('"%" at character 15')
    expect(messageOf(() => compileApache('%h %{%Q}t "%r"'))).toContain('no time of day')
    expect(messageOf(() => compileApache('%h %{%F %T %Q}t "%r"'))).toContain('%Q in the time pattern')
    expect(messageOf(() => compileNginx('$msec "$request" $'))).toContain('character 18')
  })

  it('when a quote does not close, the escape is unknown or the record has several lines', () => {
    expect(messageOf(() => compileNginx("log_format x '$msec $request"))).toContain('does not close')
    expect(messageOf(() => compileNginx("log_format x escape=xml '$msec $request';"))).toContain('escape=xml')
    expect(messageOf(() => compileApache('LogFormat "%t\\n%r" x'))).toContain('one line')
  })
})

const HAPROXY_HTTP =
  'log-format "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r"'

describe('a HAProxy log-format', () => {
  it('is read with its directive, with and without captures', () => {
    const shapes = compileHaproxy(HAPROXY_HTTP).map(shapeOf)
    const head =
      '<client>:<+client_port> [<time(%d/%b/%Y:%H:%M:%S.%f)>] <+frontend> <+backend>/<+server> <+time_to_request>/' +
      '<+time_queued>/<+time_connect>/<+time_response>/<duration*1> <status> <bytes+headers> <+captured_request_cookie> ' +
      '<+captured_response_cookie> <+termination_state> <+connections>/<+frontend_connections>/<+backend_connections>/' +
      '<+server_connections>/<+retries> <+server_queue>/<+backend_queue> '
    expect(shapes).toEqual([
      `${head}{<+captured_request_headers>} {<+captured_response_headers>} "<request>"`,
      `${head}{<+captured_request_headers>} "<request>"`,
      // one capture alone may be either; the first layout that fits is of requests
      `${head}{<+captured_response_headers>} "<request>"`,
      `${head}"<request>"`,
    ])
  })

  it('reads blanks behind backslashes, single quotes and epoch times', () => {
    const expected = ['<time(%s.%f)> <client> <method> <target>']
    expect(compileHaproxy('log-format %Ts.%ms\\ %ci\\ %HM\\ %HU').map(shapeOf)).toEqual(expected)
    expect(compileHaproxy("log-format '%Ts.%ms %ci %HM %HU'").map(shapeOf)).toEqual(expected)
  })

  it('keeps sample expressions under their own text, and knows some', () => {
    expect(
      compileHaproxy(
        '%[src] [%trg] %[capture.req.method] %[url] "%[req.hdr(User-Agent),json]" %[var(txn.a[0])] 100%%',
      ).map(shapeOf),
    ).toEqual(['<client> [<time:clf>] <method> <target> "<+req.hdr(User-Agent),json>" <+var(txn.a[0])> 100%'])
  })

  it('quotes texts and no numbers by +Q, and escapes by +E', () => {
    expect(compileHaproxy('%{+Q}o %tr|%ci|%ST|%r').map(shapeOf)).toEqual([
      '<time(%d/%b/%Y:%H:%M:%S.%f)>|"<client>"|<status>|"<request>"',
    ])
    expect(compileHaproxy('%{+Q,+E}o %tr|%r')[0]).not.toHaveProperty('spelling')
    expect(compileHaproxy('%tr|%{+Q}r')[0]?.spelling).toBe('raw')
  })

  it('reads what HAProxy writes', () => {
    const lines = [
      '203.0.113.9:4711 [10/Oct/2000:13:55:36.123] www~ app/a1 0/0/1/28/30 200 2750 - - ---- 3/2/1/1/0 0/0 {www.example.com|Mozilla/5.0 (X11)} {nginx} "GET /a HTTP/1.1"',
      '2001:db8::9:4711 [10/Oct/2000:13:55:36.123] www app/<NOSRV> -1/-1/-1/-1/5 400 0 - - CR-- 3/2/1/1/0 0/0 "<BADREQ>"',
    ]
    const read = readLines(formatOf(compileHaproxy(HAPROXY_HTTP)), lines)
    expect(read[0]?.record).toMatchObject({
      time: '2000-10-10T13:55:36.123Z',
      client: '203.0.113.9',
      target: '/a',
      status: 200,
      durationMs: 30,
      extra: { captured_request_headers: 'www.example.com|Mozilla/5.0 (X11)', backend: 'app' },
    })
    expect(read[1]?.record).toMatchObject({
      client: '2001:db8::9',
      status: 400,
      request: '<BADREQ>',
      bytes: 0,
    })
  })

  it('is refused by a variable that it does not have', () => {
    expect(messageOf(() => compileHaproxy('%tr %r %zz'))).toBe(
      '"%zz" at character 8 of the format string is no variable of a HAProxy log-format',
    )
  })
})

const ENVOY =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% ' +
  '%BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" ' +
  '"%REQ(USER-AGENT):200%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%" %DOWNSTREAM_REMOTE_ADDRESS%\n'

describe('an Envoy format string', () => {
  const layouts = compileEnvoy(ENVOY)

  it('is read as Envoy has it by default, with the address behind', () => {
    const head =
      '[<time:iso>] "<request>" <status> <+response_flags> <+request_length> <bytes> <duration*1> ' +
      '<+sent_http_x_envoy_upstream_service_time> "<forwarded>" "<userAgent>" "<+http_x_request_id>" "<host>" "<+upstream_addr>" '
    expect(layouts.map(shapeOf)).toEqual([
      `${head}[<client>]:<+client_port>`,
      `${head}<client>:<+client_port>`,
    ])
  })

  it('reads patterns of START_TIME, and keeps other operators under their own names', () => {
    expect(
      compileEnvoy(
        'text_format: "%START_TIME(%Y/%m/%dT%H:%M:%S.%3f%z)% %REQ(:PATH)% %DYNAMIC_METADATA(a:b)% %ROUTE_NAME% 100%%\\n"',
      ).map(shapeOf),
    ).toEqual(['<time(%Y/%m/%dT%H:%M:%S.%f%z)> <target> <+dynamic_metadata(a:b)> <+route_name> 100%'])
  })

  const line = (agent: string, rest = '') =>
    `[2000-10-10T13:55:36.123Z] "GET /a HTTP/2" 200 - 0 15 3 - "198.51.100.4" "${agent}" "id"${rest} "www.example.com" "192.0.2.1:80" 203.0.113.9:4711`

  it('reads what Envoy writes, backslashes and all', () => {
    expect(readLines(formatOf(layouts), [line('a\\b')])[0]?.record).toMatchObject({
      time: '2000-10-10T13:55:36.123Z',
      client: '203.0.113.9',
      forwarded: '198.51.100.4',
      userAgent: 'a\\b',
      host: 'www.example.com',
      bytes: 15,
    })
    const six = line('x').replace('203.0.113.9:', '[2001:db8::9]:')
    expect(readLines(formatOf(layouts), [six])[0]?.record?.client).toBe('2001:db8::9')
    expect(readLines(formatOf(layouts), [line('x').replace(' 200 ', ' 0 ')])[0]?.record).not.toHaveProperty(
      'status',
    )
  })

  it('keeps a quote in a text where there is one reading, and says where there are two', () => {
    const quote = readWithFaults(formatOf(layouts), line('a"b'))
    expect(quote).toMatchObject({ records: 1, userAgent: 'a"b', faults: [] })
    const forged = readWithFaults(formatOf(layouts), line('x" "forged'))
    expect(forged).toMatchObject({ records: 1, userAgent: 'x', faults: ['ambiguous-line'] })
  })

  it('is refused by a stray percent sign', () => {
    expect(messageOf(() => compileEnvoy('%START_TIME% %REQ(:PATH)% 100%'))).toContain('the % at character 30')
  })
})

describe('a format string of unsaid dialect', () => {
  it('is told by its fields', () => {
    expect(compileFormatString('$msec "$request"')).toMatchObject({ producer: 'nginx', stamp: 'end' })
    expect(compileFormatString('%t "%r"')).toMatchObject({ producer: 'apache', stamp: 'start' })
  })

  it.each([
    ['HAProxy', '%ci:%cp [%tr] %ST %{+Q}r'],
    ['HAProxy', 'log-format "%t %r"'],
    ['HAProxy', '%t %[capture.req.uri]'],
    ['Envoy', '[%START_TIME(%s.%3f)%] %REQ(:METHOD)% %REQ(:PATH)%'],
    ['Apache', '%h %t "%r" %>s %{begin:sec}t %{cookie}C'],
    ['Apache', '%t %U%q %b'],
    ['nginx', "escape=json '$msec $request'"],
  ] as const)('is of %s by %s', (dialect, text) => {
    expect(compileFormatString(text)).toMatchObject({ dialect })
  })

  it('is told by its directive even where it holds the sign of the other', () => {
    expect(compileFormatString('log_format x \'$msec "$request" %s\';').producer).toBe('nginx')
    expect(compileFormatString('LogFormat "%t \\"%r\\" $id" x').producer).toBe('apache')
  })

  it('is refused where it is both or neither', () => {
    expect(messageOf(() => compileFormatString('$remote_addr %t "%r"'))).toContain(
      'an nginx variable at character 1 and an Apache directive at character 14',
    )
    expect(messageOf(() => compileFormatString('%ci %tr "%{User-Agent}i"'))).toContain(
      'a HAProxy variable at character 1 and an Apache directive at character 10',
    )
    expect(messageOf(() => compileFormatString('%START_TIME% %REQ(:PATH)% $status'))).toContain(
      'an Envoy operator at character 1 and an nginx variable at character 27',
    )
    expect(messageOf(() => compileFormatString('client time request'))).toContain(
      'expected nginx variables such as $remote_addr',
    )
  })
})
