import { describe, expect, it } from 'vitest'
import { FIELD } from '../../../src/columns/contract.js'
import { isPosternError } from '../../../src/core/errors.js'
import type { Codec, Layout } from '../../../src/parse/contract.js'
import { apacheStamp, compileApache } from '../../../src/parse/layout/apache.js'
import { compileFormatString } from '../../../src/parse/layout/format-string.js'
import { compileNginx } from '../../../src/parse/layout/nginx.js'
import {
  APACHE_COMBINED,
  DEBIAN_VHOST_COMBINED,
  NGINX_COMBINED,
  NGINX_MAIN,
  withoutIdent,
} from '../../../src/parse/layout/vendor-strings.js'

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
    expect(compileNginx(`log_format x escape=json "${bare.replaceAll('"', '\\"')}" ;`)).toEqual(expected)
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
      '<host>:<skip> <client> <ident> <user> [<time:clf>] "<request>" <status> <bytes+headers> "<referrer>" "<userAgent>"',
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

describe('a format string of unsaid dialect', () => {
  it('is told by its fields', () => {
    expect(compileFormatString('$msec "$request"')).toMatchObject({ producer: 'nginx', stamp: 'end' })
    expect(compileFormatString('%t "%r"')).toMatchObject({ producer: 'apache', stamp: 'start' })
  })

  it('is told by its directive even where it holds the sign of the other', () => {
    expect(compileFormatString('log_format x \'$msec "$request" %s\';').producer).toBe('nginx')
    expect(compileFormatString('LogFormat "%t \\"%r\\" $id" x').producer).toBe('apache')
  })

  it('is refused where it is both or neither', () => {
    expect(messageOf(() => compileFormatString('$remote_addr %t "%r"'))).toContain(
      'an nginx variable at character 1 and an Apache directive at character 14',
    )
    expect(messageOf(() => compileFormatString('client time request'))).toContain(
      'expected nginx variables such as $remote_addr',
    )
  })
})
