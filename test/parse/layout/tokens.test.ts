import { describe, expect, it } from 'vitest'
import type { LogFormat } from '../../../src/parse/contract.js'
import { customFormat } from '../../../src/parse/resolve-format.js'
import { readLines } from '../read-lines.js'

const REQUEST = '203.0.113.9 [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.1" 200'

const NGINX = '$remote_addr [$time_local] "$request" $status'
const APACHE = '%h %t "%r" %>s'

function formatOf(text: string): LogFormat {
  return customFormat(text).format
}

/** Tokens of lines that have these texts in quotes behind the request, each read after those before it. */
function tokensOf(format: LogFormat, ...lines: readonly string[][]): (string | undefined)[] {
  const texts = lines.map((values) => [REQUEST, ...values.map((value) => `"${value}"`)].join(' '))
  return readLines(format, texts).map(({ token }) => token)
}

describe('a Cookie header in a format string', () => {
  it.each([
    ['nginx', `${NGINX} "$http_cookie"`],
    ['Apache', `${APACHE} "%{Cookie}i"`],
  ])('gives the token and stays an extra (%s)', (_, text) => {
    const [read] = readLines(formatOf(text), [`${REQUEST} "lang=en; PHPSESSID=abc123; sid=other"`])
    expect(read?.token).toBe('abc123')
    expect(read?.record?.extra).toMatchObject({ http_cookie: 'lang=en; PHPSESSID=abc123; sid=other' })
  })

  it('of Envoy and the captured cookie of HAProxy are read too', () => {
    const envoy = formatOf('[%START_TIME%] "%REQ(:METHOD)% %REQ(:PATH)% %PROTOCOL%" "%REQ(COOKIE)%"')
    const [first] = readLines(envoy, ['[2000-10-10T20:55:36.310Z] "GET /a HTTP/2" "a=1; sid=abc123"'])
    expect(first?.token).toBe('abc123')
    const haproxy = formatOf('%ci [%tr] %ST %CC %{+Q}r')
    const [second] = readLines(haproxy, [
      '203.0.113.9 [10/Oct/2000:13:55:36.655] 200 JSESSIONID=abc123 "GET /a HTTP/1.1"',
    ])
    expect(second?.token).toBe('abc123')
  })

  it('leaves nothing of one line to the next', () => {
    const format = formatOf(`${NGINX} "$http_cookie"`)
    expect(tokensOf(format, ['sid=abc'], ['-'], ['lang=en'], ['sid='], ['sid=def'])).toEqual([
      'abc',
      undefined,
      undefined,
      undefined,
      'def',
    ])
  })

  it('goes before an Authorization header, which counts where there is no session', () => {
    const format = formatOf(`${NGINX} "$http_authorization" "$http_cookie"`)
    expect(tokensOf(format, ['Bearer abc', 'sid=def'], ['Bearer abc', 'lang=en'], ['-', 'sid=def'])).toEqual([
      'def',
      'Bearer abc',
      'def',
    ])
  })

  it('gives way to a session cookie that is logged by itself', () => {
    const format = formatOf(`${NGINX} "$http_cookie" "$cookie_appsid"`)
    expect(tokensOf(format, ['csrftoken=abc; appsid=def', 'def'], ['csrftoken=abc', '-'])).toEqual([
      'def',
      undefined,
    ])
  })

  it('is taken for what the log escaped, in JSON', () => {
    const format = formatOf(
      `log_format a escape=json '{"t":"$time_iso8601","r":"$request","c":"$http_cookie"}';`,
    )
    const [read] = readLines(format, [
      String.raw`{"t":"2000-10-10T13:55:36-07:00","r":"GET /a HTTP/1.1","c":"a=\"1\"; sid=abc123"}`,
    ])
    expect(read?.token).toBe('abc123')
  })
})

describe('an Authorization header in a format string', () => {
  it.each([
    ['nginx', `${NGINX} "$http_authorization"`],
    ['Apache', `${APACHE} "%{Authorization}i"`],
  ])('is the token (%s)', (_, text) => {
    expect(tokensOf(formatOf(text), ['Bearer abc.def'], ['-'])).toEqual(['Bearer abc.def', undefined])
  })
})
