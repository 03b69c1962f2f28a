import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogFormat } from '../../../src/parse/contract.js'
import type { FieldMap } from '../../../src/parse/json/field-map.js'
import { fromMap } from '../../../src/parse/json/scan-json.js'
import { as, extra } from '../../../src/parse/meanings.js'
import { readLines } from '../read-lines.js'

const NAMES = ['a', 'b', 'é', 'x.y', 'n', '0', 'z"\\'] as const
/** Mapped members by the names on their way. */
const WAYS: readonly (readonly string[])[] = [
  ['a'],
  ['b'],
  ['é'],
  ['x.y'],
  ['n', 'a'],
  ['n', '0'],
  ['n', 'n', 'b'],
]
const TIME = '"t":"2000-10-10T20:55:36Z"'

function formatOf(map: FieldMap): LogFormat {
  return {
    id: 'json',
    title: 'JSON',
    reference: '',
    example: '',
    ...fromMap({ ...map, members: { t: as({ as: 'time', time: { kind: 'iso' } }), ...map.members } }),
    stamp: { unknown: 'unknown' },
  }
}

function pathOf(way: readonly string[]): string {
  return way.map((name) => name.replaceAll('.', '\\.')).join('.')
}

const MAPPED = formatOf({
  members: Object.fromEntries(WAYS.map((way) => [pathOf(way), extra(pathOf(way))])),
  needs: ['t'],
})

/** JSON with members in order, and any of them twice; as `JSON.parse` would not keep it. */
type Tree =
  | string
  | number
  | boolean
  | null
  | readonly Tree[]
  | { readonly members: readonly (readonly [string, Tree])[] }

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('-', '', '\\', '"', '\u2028', '\n'),
)
const scalar = fc.oneof(
  text,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
)
const { tree } = fc.letrec<{ tree: Tree; members: Tree }>((tie) => ({
  members: fc.record({
    members: fc.array(fc.tuple(fc.oneof(fc.constantFrom(...NAMES), text), tie('tree')), { maxLength: 6 }),
  }),
  tree: fc.oneof({ maxDepth: 4 }, scalar, fc.array(tie('tree'), { maxLength: 4 }), tie('members')),
}))
const members = fc.array(fc.tuple(fc.oneof(fc.constantFrom(...NAMES), text), tree), { maxLength: 8 })

const spaces = fc.constantFrom('', ' ', '\t', '  ')
/** How a text is written: with the fewest escapes, or with each of its units as `\uhhhh`. */
const styles = fc.infiniteStream(fc.tuple(spaces, fc.boolean()))

function written(value: Tree, style: Iterator<[string, boolean]>): string {
  const [space, escapes] = style.next().value as [string, boolean]
  const pad = (inner: string) => `${space}${inner}${space}`
  if (typeof value === 'string') return pad(escapes ? escaped(value) : JSON.stringify(value))
  if (Array.isArray(value)) return pad(`[${value.map((item) => written(item, style)).join(',') || space}]`)
  if (typeof value !== 'object' || value === null) return pad(JSON.stringify(value))
  const pairs = (value as { members: readonly (readonly [string, Tree])[] }).members.map(
    ([name, inner]) => `${written(name, style)}:${written(inner, style)}`,
  )
  return pad(`{${pairs.join(',') || space}}`)
}

function escaped(value: string): string {
  const units = value.split('').map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return `"${units.join('')}"`
}

/** The plain twin: of all members at the end of a way, the last that says anything. */
function valueAt(value: Tree, way: readonly string[]): string | undefined {
  if (way.length === 0) {
    if (typeof value === 'object' || value === '' || value === '-') return undefined
    return typeof value === 'string' ? Buffer.from(value).toString() : JSON.stringify(value)
  }
  const pairs = Array.isArray(value)
    ? value.map((item, place) => [String(place), item] as const)
    : typeof value === 'object' && value !== null
      ? (value as { members: readonly (readonly [string, Tree])[] }).members
      : []
  return pairs
    .filter(([name]) => name === way[0])
    .map(([, inner]) => valueAt(inner, way.slice(1)))
    .filter((found) => found !== undefined)
    .at(-1)
}

describe('the reader of JSON lines', () => {
  it('finds what a plain walk finds, in any JSON, however it is written', () => {
    fc.assert(
      fc.property(members, styles, (pairs, stream) => {
        const line = written({ members: pairs }, stream[Symbol.iterator]()).replace(
          '{',
          `{${TIME}${pairs.length > 0 ? ',' : ''}`,
        )
        expect(() => JSON.parse(line)).not.toThrow()
        const expected = Object.fromEntries(
          WAYS.flatMap((way) => {
            const found = valueAt({ members: pairs }, way)
            return found === undefined ? [] : [[pathOf(way), found]]
          }),
        )
        const [read] = readLines(MAPPED, [line])
        expect(read!.record?.extra ?? {}, line).toEqual(expected)
      }),
      { numRuns: 2000 },
    )
  })

  it('takes no part of a line for a record, and nothing that goes on behind', () => {
    fc.assert(
      fc.property(members, styles, fc.nat(), (pairs, stream, place) => {
        const line = written({ members: pairs }, stream[Symbol.iterator]())
          .trim()
          .replace('{', `{${TIME}${pairs.length > 0 ? ',' : ''}`)
        const bytes = Buffer.from(line)
        const [cut] = readLines(MAPPED, [bytes.subarray(0, place % bytes.length)])
        expect(cut!.record).toBeUndefined()
        for (const more of ['}', '{}', ',', 'x', '"'])
          expect(readLines(MAPPED, [line + more])[0]!.other).toBe('no-match')
      }),
      { numRuns: 500 },
    )
  })

  it('says of any bytes that they are a record or not, and never fails', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      ':',
      ',',
      '\\',
      'a',
      'n',
      TIME,
      '1',
      ' ',
      '\\u00',
      '"a":',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        const [read] = readLines(MAPPED, [parts.join('')])
        expect(read!.other ?? 'record').toMatch(/^(record|no-match|bad-time|blank)$/)
      }),
      { numRuns: 3000 },
    )
  })

  it.each([
    ['null', 'null'],
    ['a list', `[{${TIME}}]`],
    ['two objects', `{${TIME}}{${TIME}}`],
    ['a comma too many', `{${TIME},}`],
    ['no comma', `{${TIME}"a":1}`],
    ['no colon', `{${TIME},"a" 1}`],
    ['no value', `{${TIME},"a":}`],
    ['a name without quotes', `{${TIME},a:1}`],
    ['a text that does not end', `{${TIME},"a":"x\\"}`],
    ['nested too deep', `{${TIME},"u":${'['.repeat(70)}${']'.repeat(70)}}`],
  ])('rejects %s', (_what, line) => {
    expect(readLines(MAPPED, [line])[0]!.other).toBe('no-match')
  })

  it('needs all that the map needs, and of each need one', () => {
    const format = formatOf({ members: { a: extra('a') }, needs: ['t', 'a|n.b'] })
    const other = (line: string) => readLines(format, [line])[0]!.other
    expect(other(`{${TIME},"a":1}`)).toBeUndefined()
    expect(other(`{${TIME},"n":{"b":{}}}`)).toBeUndefined()
    expect(other(`{${TIME},"a":null}`)).toBe('no-match')
    expect(other(`{${TIME},"b":1}`)).toBe('no-match')
    expect(other('{"a":1}')).toBe('no-match')
  })

  it('reads lists of names and values, in either order', () => {
    const list = { name: 'name', value: 'value', members: { 'user-agent': extra('agent') } }
    const format = formatOf({ members: {}, needs: ['t'], lists: { 'r.headers': list } })
    const read = (headers: string) => readLines(format, [`{${TIME},"r":{"headers":${headers}}}`])[0]!
    expect(read('[{"name":"Host","value":"x"},{"value":"a\\"b","name":"User-Agent"}]').record?.extra).toEqual(
      { agent: 'a"b' },
    )
    expect(read('[ ]').record?.extra).toBeUndefined()
    expect(
      read('[1,{"name":"user-agent"},{"name":"constructor","value":"x"},{}]').record?.extra,
    ).toBeUndefined()
    expect(read('[{"name":"user-agent","value":"x"').other).toBe('no-match')
    expect(read('"none"').record?.extra).toBeUndefined()
  })

  it('lets the lowest rank win, whatever the order', () => {
    const format = formatOf({ members: { p: as({ as: 'target' }, 1), u: as({ as: 'target' }) }, needs: [] })
    const target = (line: string) => readLines(format, [line])[0]!.record?.target
    expect(target(`{${TIME},"u":"/u","p":"/p"}`)).toBe('/u')
    expect(target(`{${TIME},"p":"/p","u":"/u"}`)).toBe('/u')
    expect(target(`{${TIME},"p":"/p","u":"-"}`)).toBe('/p')
  })

  it('joins target and query', () => {
    const format = formatOf({ members: { u: as({ as: 'target' }), q: as({ as: 'query' }) }, needs: [] })
    const record = (rest: string) => readLines(format, [`{${TIME},${rest}}`])[0]!.record
    expect(record('"q":"?b=1","u":"/a"')).toMatchObject({ target: '/a?b=1', path: '/a', query: 'b=1' })
    expect(record('"u":"/a?c","q":"b=1"')).toMatchObject({ target: '/a?c' })
    expect(record('"u":"/\\u0061","q":"\\u0062"')).toMatchObject({ target: '/a?b', query: 'b' })
    expect(record('"q":"b"')?.target).toBeUndefined()
  })
})
