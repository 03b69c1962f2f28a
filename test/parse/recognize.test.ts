import { describe, expect, it } from 'vitest'
import type { Layout, LogFormat } from '../../src/parse/contract.js'

import { formats } from '../../src/parse/formats/registry.js'
import { compileNginx } from '../../src/parse/layout/nginx.js'
import { recognize, recognizeChosen } from '../../src/parse/recognize.js'
import { resolveFormat } from '../../src/parse/resolve-format.js'
import { sampleLines } from '../../src/parse/sample-lines.js'

const TIME = '[10/Oct/2000:13:55:36 -0700]'
const COMMON = `203.0.113.9 - - ${TIME} "GET / HTTP/1.1" 200 5`
const COMBINED = `${COMMON} "-" "curl/8.5.0"`
const MAIN = `${COMBINED} "-"`
const VHOST = `www.example.com:443 ${COMBINED}`
const NOISE = 'Oct 10 13:55:36 web kernel: something else'

function headOf(lines: readonly string[]): Buffer {
  return Buffer.from(`${lines.join('\n')}\n`)
}
function repeat(line: string, count: number): string[] {
  return Array.from({ length: count }, () => line)
}
function recognized(lines: readonly string[]) {
  return recognize(headOf(lines), true, formats)
}

describe('recognition', () => {
  it.each([
    ['common', COMMON, 'common'],
    ['combined', COMBINED, 'combined'],
    ['combined', MAIN, 'combined-forwarded'],
    ['combined', `www.example.com ${COMBINED}`, 'host-combined'],
    ['combined', `${COMBINED} 0.003 -`, 'combined-more'],
    ['common', `${COMMON} 1234`, 'common-more'],
    ['vhost-combined', VHOST, 'vhost-combined'],
    ['vhost-combined', VHOST.replace('- -', '- Alice B. Example'), 'vhost-combined'],
    ['lighttpd', COMBINED.replace('- -', 'www.example.com -'), 'lighttpd'],
    ['combined', COMBINED.replace('- -', 'bob alice'), 'combined-ident'],
  ])('finds %s in %s', (id, line, layout) => {
    const answer = recognized(repeat(line, 8))
    expect(answer?.format.id).toBe(id)
    expect(answer?.format.layouts?.[answer.layout]?.id).toBe(layout)
    expect(answer?.fit).toBe(1)
    expect(answer?.pinned).toBe(false)
    expect(answer?.reasons[0]).toBe(`8 of 8 lines are ${id}`)
  })

  it('takes the format of most lines of a mixed source', () => {
    expect(recognized([...repeat(COMMON, 2), ...repeat(COMBINED, 9)])?.format.id).toBe('combined')
    expect(recognized([...repeat(COMMON, 9), ...repeat(COMBINED, 2)])?.format.id).toBe('common')
    expect(recognized([...repeat(COMBINED, 3), ...repeat(VHOST, 9)])?.format.id).toBe('vhost-combined')
  })

  it('does not let lines with a further field make a common log of a combined one', () => {
    expect(recognized([COMMON, ...repeat(COMBINED, 3), `${COMBINED} `])?.format.id).toBe('combined')
  })

  it('says how many lines are none', () => {
    expect(recognized([...repeat(COMBINED, 8), ...repeat(NOISE, 2)])?.reasons[0]).toBe(
      '8 of 10 lines are combined; 2 are not',
    )
  })

  it('gives up when less than half of the lines fit', () => {
    expect(recognized(repeat(NOISE, 10))).toBeNull()
    expect(recognized([...repeat(COMBINED, 4), ...repeat(NOISE, 6)])).toBeNull()
    expect(recognized([])).toBeNull()
    expect(recognize(new Uint8Array(65536), true, formats)).toBeNull()
  })

  it('is content with a tenth of a damaged source, from five lines on', () => {
    expect(recognized([...repeat(COMBINED, 5), ...repeat(NOISE, 40)])?.format.id).toBe('combined')
    expect(recognized([...repeat(COMBINED, 5), ...repeat(NOISE, 50)])).toBeNull()
  })

  it('leaves out the partial last line of a source that goes on', () => {
    const cut = Buffer.from(`${COMBINED}\n${COMBINED.slice(0, 30)}`)
    expect(recognize(cut, false, formats)?.fit).toBe(1)
    expect(recognize(cut, true, formats)?.fit).toBe(0.5)
  })

  it('reads through a byte order mark, CR LF, blank lines and NUL bytes', () => {
    const head = Buffer.from(`\ufeff${COMBINED}\r\n\r\n \r\n\0\0\0${COMBINED}\r\n`)
    expect(recognize(head, true, formats)).toMatchObject({ fit: 1, format: { id: 'combined' } })
  })

  it('takes the earlier candidate of two that read the same', () => {
    const combined = formats.find(({ id }) => id === 'combined')!
    const twin = (id: string): LogFormat => ({
      ...combined,
      id,
      layouts: combined.layouts!.map((layout) => ({ ...layout })),
    })
    const answer = recognize(headOf([COMBINED]), true, [twin('b'), twin('a')])
    expect(answer?.format.id).toBe('b')
    expect(answer?.reasons).toContain(
      'b and a both fit, and b was taken; to choose: --format b or --format a',
    )
  })

  it('asks for no choice where one fits best', () => {
    for (const text of [COMMON, COMBINED, MAIN, VHOST])
      expect(recognized([text])?.reasons.filter((reason) => reason.includes('to choose'))).toEqual([])
  })

  it('prefers the format that names more of the same line', () => {
    const format = (id: string, layout: Layout): LogFormat => ({
      id,
      title: '',
      reference: '',
      example: '',
      layouts: [layout],
      stamp: {},
    })
    const coarse = format(
      'coarse',
      compileNginx('$remote_addr - $who [$time_local] "$request" $status $rest'),
    )
    const fine = format(
      'fine',
      compileNginx(
        '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"',
      ),
    )
    expect(recognize(headOf([COMBINED]), true, [coarse, fine])?.format.id).toBe('fine')
  })

  it('uses the trial that it is given', () => {
    const asked: string[] = []
    const answer = recognize(headOf([COMBINED]), true, formats, {
      trial: (format, lines) => {
        asked.push(`${format.id} ${lines.count}`)
        return { batch: { rowCount: 0 } as never, layouts: [], directives: 0 }
      },
    })
    expect(answer).toBeNull()
    expect(asked).toEqual(formats.map((format) => `${format.id} 1`))
  })
})

describe('the sample', () => {
  it('has the first lines and at most 200, evenly over the head', () => {
    const lines = Array.from({ length: 1000 }, (_, i) => `line ${i}`)
    const sample = sampleLines(headOf(lines), true)
    const texts = Array.from({ length: sample.count }, (_, i) =>
      Buffer.from(sample.bytes.subarray(sample.start[i], sample.end[i])).toString(),
    )
    expect(sample.count).toBe(200)
    expect(texts.slice(0, 20)).toEqual(lines.slice(0, 20))
    expect(new Set(texts).size).toBe(200)
    expect(Number(texts.at(-1)!.slice(5))).toBeGreaterThan(990)
  })
})

function producerOf(...lines: string[]) {
  return recognized([...repeat(COMBINED, 20), ...lines])?.producer
}
function line(request: string, rest: string): string {
  return `203.0.113.9 - - ${TIME} "${request}" ${rest} "-" "x"`
}

describe('the producer', () => {
  it.each([
    ['lower-case escapes', line('GET /\\xff HTTP/1.1', '404 5')],
    ['backslash escapes', line('GET /\\" HTTP/1.1', '404 5')],
    ['a silent connection', line('-', '408 -')],
    ['a dash for no body', line('GET / HTTP/1.1', '304 -')],
    [
      'a dummy connection',
      `::1 - - ${TIME} "OPTIONS * HTTP/1.0" 200 126 "-" "Apache/2.4.58 (Ubuntu) (internal dummy connection)"`,
    ],
    ['an ident', `203.0.113.9 bob alice ${TIME} "GET / HTTP/1.1" 200 5 "-" "x"`],
    ['Debian’s host and port', VHOST],
    ['an escaped backslash before x22', line('GET /\\\\x22 HTTP/1.1', '404 5')],
  ])('is Apache by %s', (_clue, text) => {
    expect(producerOf(text)).toBe('apache')
  })

  it.each([
    ['upper-case escapes', line('GET /\\xFF HTTP/1.1', '404 5')],
    ['a quote in hex', line('GET /\\x22 HTTP/1.1', '404 5')],
    ['status 499', line('GET / HTTP/1.1', '499 0')],
    ['status 444', line('GET / HTTP/1.1', '444 0')],
    ['an empty request', line('', '400 0')],
    ['HTTP/3', line('GET / HTTP/3.0', '200 5')],
    ['a Unix socket', `unix: - - ${TIME} "GET / HTTP/1.1" 200 5 "-" "x"`],
    ['the tail of main', MAIN],
  ])('is nginx by %s', (_clue, text) => {
    expect(producerOf(text)).toBe('nginx')
  })

  it.each([
    ['no clue', COMBINED],
    ['escapes that both write', line('\\x16\\x03\\x01', '400 150')],
    ['HTTP/2', line('GET / HTTP/2.0', '200 5')],
  ])('stays unknown by %s', (_clue, text) => {
    expect(producerOf(text)).toBe('unknown')
    expect(recognized([text])?.reasons).toContain('no line tells Apache from nginx')
  })

  it('stays unknown when clues contradict each other, unless one side has three times as many', () => {
    const apache = line('GET / HTTP/1.1', '304 -')
    const nginx = line('GET / HTTP/1.1', '499 0')
    expect(producerOf(apache, nginx)).toBe('unknown')
    expect(producerOf(apache, apache, apache, nginx)).toBe('apache')
    expect(producerOf(apache, nginx, nginx, nginx)).toBe('nginx')
  })

  it('is said with its clues', () => {
    const answer = recognized([COMBINED, line('GET / HTTP/1.1', '499 0')])
    expect(answer?.reasons).toContain(
      'nginx: status 444 or 494 to 499 is nginx’s own (1 of the sampled lines)',
    )
  })

  it('tells what a stamp means', () => {
    const answer = recognized([MAIN])!
    expect(answer.format.stamp[answer.producer]).toBe('end')
  })
})

describe('a chosen format', () => {
  it('is a format, with the producer still to find', () => {
    expect(resolveFormat('combined', formats)).toMatchObject({
      format: { id: 'combined' },
      producer: 'unknown',
    })
    const answer = recognizeChosen(headOf([MAIN, NOISE]), true, resolveFormat('combined', formats))
    expect(answer).toMatchObject({ pinned: true, producer: 'nginx', fit: 0.5, layout: 1 })
  })

  it('is a pin, with its producer', () => {
    expect(resolveFormat('nginx-combined', formats)).toMatchObject({
      format: { id: 'combined' },
      producer: 'nginx',
    })
    expect(resolveFormat('apache-vhost', formats)).toMatchObject({
      format: { id: 'vhost-combined' },
      producer: 'apache',
    })
    const answer = recognizeChosen(headOf([MAIN]), true, resolveFormat('apache-combined', formats))
    expect(answer.producer).toBe('apache')
    expect(answer.reasons[0]).toBe('the format was given as combined of apache')
  })

  it('is a format string', () => {
    const { format, producer } = resolveFormat(
      '$remote_addr [$time_local] "$request" $status $request_time',
      formats,
    )
    expect({ id: format.id, producer, stamp: format.stamp }).toEqual({
      id: 'custom',
      producer: 'nginx',
      stamp: { nginx: 'end' },
    })
    expect(resolveFormat('%h %{end:sec}t "%r"', formats).format.stamp).toEqual({ apache: 'end' })
    expect(recognizeChosen(headOf([NOISE]), true, { format, producer })).toMatchObject({
      fit: 0,
      pinned: true,
    })
  })

  it('reads what a site writes by the format string of the site', () => {
    const chosen = resolveFormat(
      '%h %l %u - [%{%d/%b/%Y:%T }t] %v "%r" %>s %b "%{Referer}i" "%{User-Agent}i" %X %I %O %D',
      formats,
    )
    const text =
      '198.51.100.7 - - - [31/Jan/2015:14:29:44 ] example.org "GET / HTTP/1.1" 200 814 "-" "x" + 293 1149 546'
    expect(recognizeChosen(headOf([text]), true, chosen).fit).toBe(1)
  })

  it('is refused by an unknown name, with the nearest and with all', () => {
    expect(() => resolveFormat('nginx-combind', formats)).toThrow(
      /there is no format "nginx-combind". Did you mean nginx-combined\?/,
    )
    expect(() => resolveFormat('Combined', formats)).toThrow(/Did you mean combined\?/)
    expect(() => resolveFormat('xyz', formats)).toThrow(
      /Expected one of apache-combined, .*, combined, common, /,
    )
    expect(() => resolveFormat('xyz', formats)).not.toThrow(/Did you mean/)
  })
})
