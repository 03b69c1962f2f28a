import { execFileSync } from 'node:child_process'
import { createReadStream, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isPosternError } from '../../src/core/errors.js'
import type { EvidenceInput, Source } from '../../src/evidence/contract.js'
import { findSources } from '../../src/evidence/find.js'

let root = ''
const at = (...parts: string[]) => join(root, ...parts)

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'postern-evidence-'))
  mkdirSync(at('logs', 'old'), { recursive: true })
  mkdirSync(at('logs', '.hidden'))
  mkdirSync(at('empty'))
  mkdirSync(at('dotted'))
  mkdirSync(at('piped'))
  for (const name of [
    'logs/b.log',
    'logs/a.log',
    'logs/old/a.log',
    'logs/.hidden/x.log',
    'logs/.b.swp',
    'dotted/.x',
  ]) {
    writeFileSync(at(name), `${name}\n`)
  }
  writeFileSync(at('star[1].log'), 'literal\n')
  writeFileSync(at('star1.log'), 'glob\n')
  symlinkSync(at('logs/a.log'), at('linked.log'))
  symlinkSync(at('nowhere'), at('broken.log'))
  execFileSync('mkfifo', [at('piped', 'pipe')])
  writeFileSync(at('piped', 'a.log'), 'a\n')
  symlinkSync(at('piped'), at('piped', 'round'))
  symlinkSync(at('nowhere'), at('piped', 'broken'))
  symlinkSync(at('linked.log'), at('piped', 'z.log'))
})
afterAll(() => rmSync(root, { recursive: true }))

/** Names relative to the folder of these tests. */
async function namesOf(...inputs: EvidenceInput[]): Promise<string[]> {
  const { sources } = await findSources(inputs)
  return sources.map(({ name }) => name.replace(`${root}/`, ''))
}

async function codeOf(...inputs: unknown[]): Promise<[string, string]> {
  try {
    await findSources(inputs as EvidenceInput[])
  } catch (error) {
    if (isPosternError(error)) return [error.code, error.message.replace(`${root}/`, '')]
    throw error
  }
  return ['none', '']
}

async function textOf(source: Source): Promise<string> {
  let text = ''
  for await (const chunk of source.open()) text += Buffer.from(chunk).toString()
  return text
}

describe('paths', () => {
  it('finds a file by its name, with its size', async () => {
    const { sources } = await findSources([at('logs/a.log')])
    expect(sources).toMatchObject([{ name: at('logs/a.log'), kind: 'file', storedBytes: 11, reopens: true }])
    expect(await textOf(sources[0]!)).toBe('logs/a.log\n')
    expect(await textOf(sources[0]!)).toBe('logs/a.log\n')
  })

  it('walks a folder in the order of paths, hidden files and folders left out', async () => {
    expect(await namesOf(at('logs'))).toEqual(['logs/a.log', 'logs/b.log', 'logs/old/a.log'])
    expect(await namesOf(`${at('logs')}/`)).toEqual(['logs/a.log', 'logs/b.log', 'logs/old/a.log'])
  })

  it('reads a hidden file or folder that is named', async () => {
    expect(await namesOf(at('logs/.b.swp'), at('logs/.hidden'))).toEqual([
      'logs/.b.swp',
      'logs/.hidden/x.log',
    ])
  })

  it('takes a file once, however often it is reached', async () => {
    expect(await namesOf(at('logs/b.log'), at('logs'), at('linked.log'), at('logs/*.log'))).toEqual([
      'logs/b.log',
      'logs/a.log',
      'logs/old/a.log',
    ])
  })

  it('finds the same files in any order of the inputs', async () => {
    const inputs = [at('logs'), at('logs/old/a.log'), at('star*.log'), at('piped')]
    const forth = await findSources(inputs)
    const back = await findSources(inputs.toReversed())
    const read = async (sources: readonly Source[]) => (await Promise.all(sources.map(textOf))).sort()
    expect(await read(back.sources)).toEqual(await read(forth.sources))
    expect(back.notRead).toEqual(forth.notRead)
  })

  it('follows links to files, enters no linked folder, and notes what it leaves out', async () => {
    const { sources, notRead } = await findSources([at('piped')])
    expect(sources.map(({ name }) => name)).toEqual([at('piped/a.log'), at('piped/z.log')])
    expect(notRead).toEqual([
      { name: at('piped/broken'), reason: 'a link that leads to nothing, or a file that vanished' },
      { name: at('piped/pipe'), reason: 'a named pipe; name it itself to read it' },
      { name: at('piped/round'), reason: 'a link to a folder; name the folder itself to read it' },
    ])
  })

  it('reads a pipe that is named, once and without a size, and no longer notes it as left out', async () => {
    const { sources, notRead } = await findSources([at('piped'), at('piped/pipe')])
    const pipe = sources.find(({ name }) => name.endsWith('pipe'))!
    expect(pipe).toMatchObject({ kind: 'stream', reopens: false })
    expect(pipe.storedBytes).toBeUndefined()
    expect(notRead.map(({ name }) => name)).not.toContain(at('piped/pipe'))
    const text = textOf(pipe)
    writeFileSync(at('piped/pipe'), 'through the pipe\n')
    expect(await text).toBe('through the pipe\n')
    expect(() => pipe.open()).toThrowError(/once/)
  })

  it('takes a device as a stream', async () => {
    const { sources } = await findSources(['/dev/null'])
    expect(sources).toMatchObject([{ name: '/dev/null', kind: 'stream' }])
    expect(await textOf(sources[0]!)).toBe('')
  })

  it.each([
    ['nothing.log', /^nothing\.log: no such file or folder; /],
    ['logs/a.log/x', /no such file or folder/],
    ['empty', /^empty: the folder holds no file/],
    ['dotted', /hidden files are left out/],
    ['none*.log', /^none\*\.log: no file has that name and, as a glob, it matches none; /],
    ['broken.log', /^broken\.log: the link leads to nothing/],
  ])('says what to do where %s leads to nothing', async (name, message) => {
    const [code, text] = await codeOf(at(name))
    expect(code).toBe('ERR_EVIDENCE_MISSING')
    expect(text).toMatch(message)
  })
})

describe('globs', () => {
  it('are tried only where nothing has that very name', async () => {
    expect(await namesOf(at('star[1].log'))).toEqual(['star[1].log'])
    expect(await namesOf(at('star[12].log'))).toEqual(['star1.log'])
  })

  it('match files in the order of paths, and folders with all below them', async () => {
    expect(await namesOf(at('logs/*.log'))).toEqual(['logs/a.log', 'logs/b.log'])
    expect(await namesOf(at('l*s'))).toEqual(['logs/a.log', 'logs/b.log', 'logs/old/a.log'])
    expect(await namesOf(at('**/old/*.{log,gz}'))).toEqual(['logs/old/a.log'])
  })
})

describe('streams', () => {
  const bytes = () => Readable.from([Buffer.from('a'), Buffer.from('b')])

  it('are numbered where they have no name', async () => {
    const { sources } = await findSources([bytes(), { name: 'proxy', bytes: bytes() }, bytes()])
    expect(sources.map(({ name, kind, reopens }) => [name, kind, reopens])).toEqual([
      ['stream 1', 'stream', false],
      ['proxy', 'stream', false],
      ['stream 2', 'stream', false],
    ])
    expect(await textOf(sources[0]!)).toBe('ab')
  })

  it('are destroyed when reading stops early', async () => {
    const stream = createReadStream(at('logs/a.log'), { highWaterMark: 1 })
    const { sources } = await findSources([stream])
    for await (const _ of sources[0]!.open()) break
    expect(stream.destroyed).toBe(true)
  })

  it('are taken once where the same one is given twice', async () => {
    const stream = bytes()
    expect(await namesOf(stream, stream)).toEqual(['stream 1'])
  })

  it('stand for standard input under its own sign, at most once', async () => {
    const { sources } = await findSources(['-', '-'], { stdin: bytes() })
    expect(sources).toMatchObject([{ name: '-', kind: 'stdin', reopens: false }])
    expect(await textOf(sources[0]!)).toBe('ab')
  })

  it.each([
    [42],
    [null],
    [new Uint8Array(3)],
    [{ name: 'x' }],
    [{ name: '', bytes: bytes() }],
    [''],
    [{ name: 'x', bytes: 'text' }],
  ])('are not %j', async (input) => {
    expect((await codeOf(input))[0]).toBe('ERR_OPTION_INVALID')
  })

  it('must be given: no input at all is misuse', async () => {
    expect((await codeOf())[0]).toBe('ERR_OPTION_INVALID')
  })
})

describe('reading a file', () => {
  it('stops at the size that the file had when it was found', async () => {
    writeFileSync(at('growing.log'), 'x'.repeat(300_000))
    const { sources } = await findSources([at('growing.log')])
    writeFileSync(at('growing.log'), 'y'.repeat(50_000), { flag: 'a' })
    expect(await textOf(sources[0]!)).toBe('x'.repeat(300_000))
  })

  it('gives all bytes of a file of several chunks, and ends early where it shrank', async () => {
    const text = Array.from({ length: 400_000 }, (_, row) => `${row}\n`).join('')
    writeFileSync(at('long.log'), text)
    const { sources } = await findSources([at('long.log')])
    expect(await textOf(sources[0]!)).toBe(text)
    writeFileSync(at('long.log'), text.slice(0, 1_500_000))
    expect(await textOf(sources[0]!)).toBe(text.slice(0, 1_500_000))
  })

  it('rejects where the file cannot be opened', async () => {
    writeFileSync(at('gone.log'), 'x')
    const { sources } = await findSources([at('gone.log')])
    rmSync(at('gone.log'))
    await expect(textOf(sources[0]!)).rejects.toThrowError(/ENOENT/)
  })
})
