import { describe, expect, it } from 'vitest'
import type { LogFormat, Wrapper } from '../../src/parse/contract.js'
import { formats } from '../../src/parse/formats/registry.js'
import { recognize } from '../../src/parse/recognize.js'
import { wrappers } from '../../src/parse/wrappers/registry.js'
import { type ReadLine, readLines } from './read-lines.js'

/** How each wrapper is put around a line, in the forms that producers write. */
const FORMS: Readonly<Record<string, readonly ((line: string) => string)[]>> = {
  cri: [
    (line) => `2000-10-10T20:55:36.123456789Z stdout F ${line}`,
    (line) => `2000-10-10T13:55:36.123456789-07:00 stderr F ${line}`,
    (line) => `2000-10-10T20:55:36Z stdout P ${line}`,
  ],
  'docker-json': [
    (line) => JSON.stringify({ log: `${line}\n`, stream: 'stdout', time: '2000-10-10T20:55:36.1Z' }),
    (line) =>
      JSON.stringify({ log: `${line}\r\n`, stream: 'stderr', attrs: { log: 'x', '}': [1] }, time: 'x' }),
    (line) => JSON.stringify({ time: '2000-10-10T20:55:36.1Z', a: null, stream: 'stdout', log: line }),
    (line) => `{ "stream" : "stdout" , "log" : ${JSON.stringify(line).replaceAll('a', '\\u0061')} }`,
  ],
  syslog: [
    (line) => `<190>Oct 10 13:55:36 web-1 nginx: ${line}`,
    (line) => `Oct  1 13:55:36 haproxy[812]: ${line}`,
    (line) => `<134>Oct 10 13:55:36.123 2001:db8::1 haproxy[812]: ${line}`,
    (line) => `Oct 10 2000 13:55:36 192.0.2.1 docker/web.1[812]: ${line}`,
    (line) => `2000-10-10T13:55:36.123456-07:00 web-1 nginx[812]: ${line}`,
    (line) => `2000-10-10T13:55:36-0700 web-1.example.com nginx[812]: ${line}`,
    (line) => `Tue 2000-10-10 13:55:36 PDT web-1 nginx[812]: ${line}`,
    (line) => `971211336.123456 web-1 nginx[812]: ${line}`,
    (line) => `<190>1 2000-10-10T13:55:36.123Z web-1 nginx 812 - - ${line}`,
    (line) => `<190>1 - - nginx - ID47 [a@1 k="x\\"]"][b c="d"] \ufeff${line}`,
    (line) => `98 <190>1 2000-10-10T13:55:36Z web-1 nginx 812 - - ${line}`,
    (line) => `<190>${line}`,
    (line) => `haproxy[812]: ${line}`,
  ],
}

const COMBINED = formats.find(({ id }) => id === 'combined')!

function wrapperOf(id: string): Wrapper {
  return wrappers.find((wrapper) => wrapper.id === id)!
}

/** What became of the last of an example's lines; those before it are its header. */
function readExample(format: LogFormat, lines: readonly string[], wrapper: Wrapper | null): ReadLine {
  return readLines(format, lines, 0, wrapper).at(-1)!
}

it('tests every wrapper', () => {
  expect(Object.keys(FORMS)).toEqual(wrappers.map(({ id }) => id))
})

describe.each(wrappers.map((wrapper) => [wrapper.id, wrapper] as const))('the wrapper %s', (id, wrapper) => {
  it('is recognised around the example of every format, and the record is that of the bare line', () => {
    for (const format of formats) {
      const bare = format.example.split('\n')
      for (const form of FORMS[id]!) {
        const wrapped = bare.map(form)
        const answer = recognize(Buffer.from(wrapped.join('\n')), true, formats, { wrappers })
        expect([answer?.format.id, answer?.wrapper?.id], wrapped.at(-1)).toEqual([format.id, id])
        expect(readExample(format, wrapped, wrapper)).toEqual(readExample(format, bare, null))
      }
    }
  })

  it('reads its own example', () => {
    expect(readExample(COMBINED, [wrapper.example], wrapper).record?.client).toBe('203.0.113.9')
    expect(recognize(Buffer.from(wrapper.example), true, formats, { wrappers })?.wrapper).toBe(wrapper)
  })

  it('says so among the reasons of recognition', () => {
    const answer = recognize(Buffer.from(FORMS[id]![0]!(COMBINED.example)), true, formats, { wrappers })
    expect(answer?.reasons).toContain(`each line is wrapped by ${wrapper.title}`)
  })

  it('leaves lines alone that are not wrapped, in the middle of those that are', () => {
    const wrap = FORMS[id]![0]!
    const read = readLines(COMBINED, [wrap(COMBINED.example), COMBINED.example, 'noise'], 0, wrapper)
    expect(read[1]!.record).toEqual(read[0]!.record)
    expect(read[0]!.record?.client).toBe('203.0.113.9')
    expect(read[2]!.other).toBe('no-match')
  })

  it('keeps the escapes of the line within', () => {
    const line = COMBINED.example.replace('/a?b=1', '/\\"\\\\\\xc3\\xa9é').replace('curl', 'c\\x22 \\t')
    for (const form of FORMS[id]!) {
      const [read] = readLines(COMBINED, [form(line)], 0, wrapper)
      expect(read!.record?.target).toBe('/"\\éé')
      expect(read!.record?.userAgent).toBe('c" \t/8.5.0')
    }
  })

  it('is found in no bare example', () => {
    for (const format of formats) {
      expect(recognize(Buffer.from(format.example), true, formats, { wrappers })?.wrapper).toBeNull()
    }
  })

  it('comes to an end on hostile heads', () => {
    const inner = new Int32Array(2)
    for (const piece of ['[', '[a="', '\\"', 'a ', '{"a":[', '<1>', 'Oct 10 ', '{"log":"\\']) {
      const lead = ['<190>1 - a b c d ', '<190>Oct 10 13:55:36 ', '{"log":"x","a":', ''].map((head) =>
        Buffer.from(head + piece.repeat(20_000)),
      )
      for (const bytes of lead) expect(() => wrapper.unwrap(bytes, 0, bytes.length, inner)).not.toThrow()
    }
  })
})

describe('what is no wrapper', () => {
  it.each([
    ['syslog', '203.0.113.9 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" 200 5'],
    ['syslog', 'Oct 10 13:55:36 web-1 2001:db8::9 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" 200 5'],
    ['syslog', '2000-10-10 13:55:36 192.0.2.1 GET /a'],
    ['docker-json', '{"log":"x"}'],
    ['docker-json', '{"log":{"log":"x"},"stream":"stdout"}'],
    ['docker-json', '{"log":"x'],
    ['docker-json', '{"a":{"log":"x","stream":"stdout"}}'],
    ['docker-json', '{"log":"x" "stream":"stdout"}'],
    ['cri', '2000-10-10T20:55:36Z stdout X line'],
    ['cri', '2000-10-10T20:55:36Z GET / 200'],
  ])('%s is not around %s', (id, line) => {
    const bytes = Buffer.from(line)
    const answer = wrapperOf(id).unwrap(bytes, 0, bytes.length, new Int32Array(2))
    expect(answer).toBeNull()
  })
})
