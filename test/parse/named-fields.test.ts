import { describe, expect, it } from 'vitest'
import { type ParsedRecord, PosternError, parseFields, readRecords } from '../../src/index.js'
import { FIELD_NAMES, type FieldNames } from '../../src/parse/contract.js'
import { formats } from '../../src/parse/formats/registry.js'
import { resolveFormat } from '../../src/parse/resolve-format.js'
import { readLines } from './read-lines.js'

async function records(text: string, options: Parameters<typeof readRecords>[1]): Promise<ParsedRecord[]> {
  async function* bytes() {
    yield Buffer.from(text)
  }
  const read: ParsedRecord[] = []
  for await (const { source, ...record } of readRecords(
    [{ name: 'logs/app.log', bytes: bytes() }],
    options,
  )) {
    read.push(record)
  }
  return read
}

const EVENT =
  '{"ts":971211336123,"peer":"203.0.113.9:5000","req":{"url":"/a?b=1","verb":"GET"},"took":250,"status":"200","url":"/other"}'
const RECORD: ParsedRecord = {
  time: '2000-10-10T20:55:36.123Z',
  client: '203.0.113.9',
  method: 'GET',
  target: '/a?b=1',
  path: '/a',
  query: 'b=1',
  status: 200,
  durationMs: 0.25,
}
const FIELDS: FieldNames = {
  time: 'ts',
  client: 'peer',
  path: 'req.url',
  method: 'req.verb',
  durationUs: 'took',
}

describe('a field map', () => {
  it('is typed as fields and members with commas between', () => {
    expect(parseFields('time=ts, client=peer,path=req.url,method=req.verb,durationUs=took')).toEqual(FIELDS)
    expect(parseFields('user=a\\,b=c')).toEqual({ user: 'a,b=c' })
  })

  it.each([
    ['clint=ip', /there is no field "clint"\. Did you mean client\? Expected one of time, client, /],
    ['xyzzyx=ip', /there is no field "xyzzyx"\. Expected one of /],
    ['time', /found "time" among the fields, expected name=member/],
    ['time=', /the field time names no member/],
    ['time=a,time=b', /the field time stands twice/],
    ['constructor=a', /there is no field "constructor"/],
  ])('is refused as %s', (typed, message) => {
    expect(() => parseFields(typed)).toThrow(message)
    expect(() => parseFields(typed)).toThrow(PosternError)
  })

  it('reads JSON lines, CSV and TSV, which are recognised by it', async () => {
    expect(await records(EVENT, { fields: FIELDS })).toEqual([RECORD])
    for (const separator of [',', '\t']) {
      const table = ['TS', 'peer', 'req.url', 'req.verb', 'took', 'status', 'url'].join(separator)
      const row = ['971211336123', '203.0.113.9:5000', '/a?b=1', 'GET', '250', '200', '/other'].join(
        separator,
      )
      expect(await records(`${table}\n${row}\n`, { fields: FIELDS })).toEqual([RECORD])
    }
  })

  it('may stand in the case, for all sources or for one; that for one goes first', async () => {
    const sources = [{ match: 'app.log', fields: FIELDS }]
    expect(await records(EVENT, { case: { sources } })).toEqual([RECORD])
    expect(await records(EVENT, { case: { options: { fields: FIELDS } } })).toEqual([RECORD])
    expect(await records(EVENT, { case: { sources }, fields: { time: 'nothing' } })).toEqual([RECORD])
    await expect(
      records(EVENT, { case: { sources: [{ match: 'a', fields: { tme: 'ts' } }] } }),
    ).rejects.toThrow(/sources\[0\]\.fields\.tme: unknown key, did you mean time/)
  })

  it('is refused by formats that have names of their own', () => {
    expect(() => resolveFormat('combined', formats, FIELDS)).toThrow(
      /the format combined takes no field map; csv, json-lines, tsv do/,
    )
    expect(resolveFormat('json-lines', formats, FIELDS).format.id).toBe('json-lines')
  })

  it('fills each field that it may name', () => {
    for (const name of FIELD_NAMES) {
      const fields: FieldNames = { time: 'ts', client: 'peer', [name]: 'it' }
      const { format } = resolveFormat('json-lines', formats, fields)
      const value =
        { time: '971211336', status: '404', method: 'PUT' }[name as string] ??
        (/^dur|bytes/.test(name) ? '7' : 'sid=x')
      const line = JSON.stringify({ ts: '971211337', peer: '192.0.2.9', url: '/a', it: value })
      const [bare, read] = readLines(format, [
        JSON.stringify({ ts: '971211337', peer: '192.0.2.9', url: '/a' }),
        line,
      ])
      expect(read!.record, name).toBeDefined()
      expect(read, name).not.toEqual(bare)
    }
  })
})
