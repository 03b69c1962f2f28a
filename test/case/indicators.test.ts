import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadIndicators } from '../../src/case/indicators.js'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postern-indicators-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

async function load(text: string, name = 'list.txt') {
  const file = join(folder, name)
  await writeFile(file, text)
  return loadIndicators(file)
}

const sha256 = 'ab'.repeat(32)

describe('an indicator list of plain lines', () => {
  it('tells the type by the shape, skips blanks and comments, and bears a byte order mark and CRLF', async () => {
    const text = `\ufeff# seen\r\n203.0.113.9\r\n\r\n2001:db8::1\r\n10.0.0.0/8\r\n2001:db8::/32\r\n/x/y?z\r\n${sha256}\r\ncurl/7.68.0\r\n  Mozilla/4.0, (odd) \r\n`
    expect(await load(text)).toEqual([
      { type: 'address', value: '203.0.113.9' },
      { type: 'address', value: '2001:db8::1' },
      { type: 'network', value: '10.0.0.0/8' },
      { type: 'network', value: '2001:db8::/32' },
      { type: 'path', value: '/x/y?z' },
      { type: 'token-sha256', value: sha256 },
      { type: 'user-agent', value: 'curl/7.68.0' },
      { type: 'user-agent', value: 'Mozilla/4.0, (odd)' },
    ])
  })

  it('takes an entry that stands twice once', async () => {
    expect(await load('/a\n/a\n')).toHaveLength(1)
  })

  it('refuses what was meant as an address or hash and is none, with every line', async () => {
    const text = `/a\n300.1.2.3\n10.0.0.0/33\n2001:db8::g\n1:2:3:4:5:6:7:8:9\n${'ab'.repeat(16)}\na\x1bb\n`
    const message = await load(text).catch((error: Error) => error.message)
    expect(
      String(message)
        .split('\n')
        .map((line) => /list\.txt:(\d+): found/.exec(line)?.[1]),
    ).toEqual(['2', '3', '5', '6', '7'])
    expect(message).not.toContain('\x1b')
  })

  it('may be empty', async () => {
    expect(await load('\n# nothing yet\n')).toEqual([])
    expect(await load('', 'empty.csv')).toEqual([])
  })
})

describe('an indicator list in CSV', () => {
  it('reads types, quoted values and notes under its header, in any order of columns', async () => {
    expect(
      await load('# a\nvalue,note,type\n"a ""b"", c",why,user-agent\n\n10.0.0.1,,\n/x,"n, m"\n'),
    ).toEqual([
      { type: 'user-agent', value: 'a "b", c', note: 'why' },
      { type: 'address', value: '10.0.0.1' },
      { type: 'path', value: '/x', note: 'n, m' },
    ])
  })

  it.each([
    ['type,value,note\naddres,10.0.0.1,\n', ':2: found type "addres", expected one of address, network'],
    ['type,value,note\n\n# c\naddress,10.0.0,\n', ':4: found "10.0.0", expected an IPv4 or IPv6 address'],
    ['type,value,note\nnetwork,10.0.0.0,\n', ':2: found "10.0.0.0", expected a network'],
    ['type,value,note\npath,x,\n', ':2: found "x", expected a path'],
    ['type,value,note\ntoken-sha256,abcd,\n', ':2: found "abcd", expected a SHA-256'],
    ['type,value,note\naddress,,\n', ':2: found nothing, expected a value'],
    ['type,value,note\n/a,/b,c,d\n', ':2: found 4 cells, expected 3'],
    ['value,note\n/a,"open\n/b\n', ':2: found "/a,\\"open", expected cells whose quotes are closed'],
    ['address,10.0.0.1,\n', ':1: found "address,10.0.0.1,", expected the header type,value,note'],
  ])('refuses a bad row with its line: %j', async (text, message) => {
    await expect(load(text, 'list.csv')).rejects.toThrow(message)
    await expect(load(text, 'list.csv')).rejects.toMatchObject({ code: 'ERR_CASE_INVALID' })
  })
})
