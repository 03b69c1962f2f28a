import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { looksBinary } from '../../src/decode/binary.js'
import { hashWhole, headText, readHead } from '../../src/decode/head.js'
import { HEAD_BYTES } from '../../src/decode/limits.js'
import type { Source } from '../../src/evidence/contract.js'
import { findSources } from '../../src/evidence/find.js'
import { bytesSource, codesOf, readLines, textOf } from './support.js'

const LINE = '192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" 200 5\n'
const LOG = LINE.repeat(60_000)
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-decode-'))
  writeFileSync(join(folder, 'a.log'), LOG)
  writeFileSync(join(folder, 'a.log.gz'), gzipSync(LOG))
})
afterAll(() => rmSync(folder, { recursive: true }))

async function fileSource(name: string): Promise<Source> {
  return (await findSources([join(folder, name)])).sources[0]!
}

/** Descriptors of this process that lead into the folder of these tests; always 0 on systems without /proc. */
function openFiles(): number {
  if (!existsSync('/proc/self/fd')) return 0
  const links = readdirSync('/proc/self/fd', { withFileTypes: true })
  return links.filter((link) => isInFolder(`/proc/self/fd/${link.name}`)).length
}

function isInFolder(link: string): boolean {
  try {
    return readlinkSync(link).startsWith(folder)
  } catch {
    return false
  }
}

/** A stream that gives `first` and then nothing until it is let go. */
function idleSource(first: Uint8Array): { source: Source; isReturned: () => boolean } {
  let returned = false
  const source: Source = {
    name: 'idle',
    kind: 'stream',
    reopens: false,
    open: () => ({
      [Symbol.asyncIterator]: () => {
        let given = false
        return {
          next: () => {
            if (given) return new Promise<IteratorResult<Uint8Array>>(() => {})
            given = true
            return Promise.resolve({ done: false as const, value: first })
          },
          return: async () => {
            returned = true
            return { done: true as const, value: undefined }
          },
        }
      },
    }),
  }
  return { source, isReturned: () => returned }
}

describe('heads', () => {
  it('has the first decoded bytes, the same for a file, its gzip and a stream', async () => {
    const plain = await readHead(await fileSource('a.log'))
    const zipped = await readHead(await fileSource('a.log.gz'))
    const stream = await readHead(bytesSource(Buffer.from(LOG), [999], false))
    expect(Buffer.from(plain.head.bytes).toString()).toBe(LOG.slice(0, HEAD_BYTES))
    expect(zipped.head).toEqual({ ...plain.head, compression: 'gzip' })
    expect(stream.head).toEqual(plain.head)
    expect(await hashWhole(plain)).toBe(await hashWhole(zipped))
    expect(await hashWhole(stream)).toBeNull()
  })

  it('is the whole source up to its size and no further', async () => {
    for (const [length, whole] of [
      [HEAD_BYTES - 1, true],
      [HEAD_BYTES, true],
      [HEAD_BYTES + 1, false],
    ] as const) {
      for (const stored of [Buffer.alloc(length, 'x'), gzipSync(Buffer.alloc(length, 'x'))]) {
        const { head } = await readHead(bytesSource(stored, [4096]))
        expect(head).toMatchObject({ whole })
        expect(head.bytes.length).toBe(Math.min(length, HEAD_BYTES))
      }
    }
  })

  it('leaves no file open while it waits', async () => {
    const heads = await Promise.all(
      Array.from({ length: 50 }, async () => readHead(await fileSource('a.log'))),
    )
    expect(heads.length).toBe(50)
    expect(openFiles()).toBe(0)
  })

  it('takes nothing away from a stream', async () => {
    for (const stored of [Buffer.from(LOG), gzipSync(LOG)]) {
      expect(textOf(await readLines(bytesSource(stored, [3000, 1], false)))).toBe(LOG)
    }
  })

  it('gives UTF-16 as UTF-8 text without its mark', async () => {
    const { head } = await readHead(bytesSource(Buffer.from('\ufeffGET /ä\n', 'utf16le')))
    expect(Buffer.from(headText(head)).toString()).toBe('GET /ä\n')
  })

  it('equals no other where the source cannot be read', async () => {
    const headed = await readHead({
      ...bytesSource(Buffer.alloc(0)),
      open: () => failing(new Error('EIO: i/o error, read')),
    })
    expect(headed.head.whole).toBe(false)
    expect(await hashWhole(headed)).toBeNull()
  })
})

async function* failing(error: Error, first?: Uint8Array): AsyncGenerator<Uint8Array> {
  if (first !== undefined) yield first
  throw error
}

describe('damage of the source', () => {
  it('reports a file that cannot be opened, without its path', async () => {
    const source = await fileSource('a.log')
    const missing = {
      ...source,
      open: () => failing(new Error(`EACCES: permission denied, open '${folder}/a.log'`)),
    }
    const lines = await readLines(missing)
    expect(lines.entries).toEqual([])
    expect(lines.faults).toMatchObject([{ code: 'unreadable', detail: 'EACCES: permission denied, open' }])
  })

  it('keeps what was read before a read failed', async () => {
    const source = {
      ...bytesSource(Buffer.from(LOG)),
      open: () => failing(new Error('EIO: i/o error, read'), Buffer.from('a\nb')),
    }
    const lines = await readLines(source)
    expect(textOf(lines)).toBe('a\nb\n')
    expect(lines.faults).toMatchObject([{ code: 'unreadable', first: { offset: 3, length: 0 } }])
  })

  it('reports a file that became shorter than it was when it was found', async () => {
    writeFileSync(join(folder, 'short.log'), LINE.repeat(10))
    const source = await fileSource('short.log')
    truncateSync(join(folder, 'short.log'), LINE.length * 4)
    const lines = await readLines(source)
    expect(textOf(lines)).toBe(LINE.repeat(4))
    expect(codesOf(lines)).toEqual(['truncated-source'])
  })

  it('reports a stream that gives strings', async () => {
    const { sources } = await findSources([
      {
        name: 's',
        bytes: (async function* () {
          yield 'text' as unknown as Uint8Array
        })(),
      },
    ])
    const lines = await readLines(sources[0]!)
    expect(lines.faults).toMatchObject([
      { code: 'unreadable', detail: 'the stream gave string where bytes were expected' },
    ])
  })
})

describe('giving up', () => {
  it.each(['a.log', 'a.log.gz'])(
    'frees the file behind %s at any point, and gives no more blocks',
    async (name) => {
      for (const blocks of [0, 1, 3]) {
        const reader = (await readHead(await fileSource(name))).openLines({ blockBytes: 4096 })
        for (let count = 0; count < blocks; count++) (await reader.next())?.release()
        await reader.close()
        await reader.close()
        expect(openFiles()).toBe(0)
        expect(await reader.next()).toBeNull()
        expect(codesOf({ faults: reader.faults.list() } as never)).toEqual([])
      }
    },
  )

  it.each(['a.log', 'a.log.gz'])('ends a pending next() of %s', async (name) => {
    const reader = (await readHead(await fileSource(name))).openLines()
    const next = reader.next()
    await reader.close()
    expect(await next).toBeNull()
    expect(openFiles()).toBe(0)
  })

  it('follows the signal, fired before or during the pass', async () => {
    const abort = new AbortController()
    const headed = await readHead(await fileSource('a.log'))
    const reader = headed.openLines({ signal: abort.signal })
    ;(await reader.next())?.release()
    abort.abort()
    expect(await reader.next()).toBeNull()
    expect(await headed.openLines({ signal: abort.signal }).next()).toBeNull()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(openFiles()).toBe(0)
  })

  it.each([Buffer.from(LOG), gzipSync(LOG, { level: 0 })])(
    'does not wait for an idle stream',
    async (bytes) => {
      const { source, isReturned } = idleSource(bytes)
      const reader = (await readHead(source)).openLines()
      let wait: Promise<unknown> = Promise.resolve()
      for (let count = 0; count < 40; count++) {
        const next = reader.next()
        wait = next.then((block) => block?.release())
        const turn = await Promise.race([
          wait.then(() => 'block'),
          new Promise((resolve) => setTimeout(resolve, 50, 'idle')),
        ])
        if (turn === 'idle') break
      }
      await reader.close()
      await wait
      expect(isReturned()).toBe(true)
    },
  )

  it('ends a next() that waits for a block to come back', async () => {
    const reader = (await readHead(bytesSource(Buffer.from('a\nb\nc\n')))).openLines({ blockBytes: 2 })
    await reader.next()
    await reader.next()
    const next = reader.next()
    await reader.close()
    expect(await next).toBeNull()
  })

  it('lets go of a stream of which only the head was read', async () => {
    const { source, isReturned } = idleSource(Buffer.alloc(HEAD_BYTES + 1, 'x'))
    const headed = await readHead(source)
    headed.close()
    expect(isReturned()).toBe(true)
  })

  it('lets go of a stream whose lines were opened and never asked for', async () => {
    const { source, isReturned } = idleSource(Buffer.alloc(HEAD_BYTES + 1, 'x'))
    const reader = (await readHead(source)).openLines()
    expect(isReturned()).toBe(false)
    await reader.close()
    expect(isReturned()).toBe(true)
  })

  it('refuses limits that are no number of bytes', async () => {
    const headed = await readHead(bytesSource(Buffer.from('x')))
    expect(() => headed.openLines({ blockBytes: 0 })).toThrowError(/blockBytes/)
    expect(() => headed.openLines({ maxLineBytes: 1.5 })).toThrowError(/maxLineBytes/)
  })
})

describe('binary heads', () => {
  it('are those of programs and of compressed bytes', () => {
    const compressed = gzipSync(
      Array.from({ length: 3000 }, (_, row) => `${row * row * 7919}`).join(''),
    ).subarray(10)
    expect(looksBinary(compressed)).toBe(true)
    expect(looksBinary(Buffer.from('7f454c4602010100000000000000000003003e0001000000', 'hex'))).toBe(true)
  })

  it('are not those of logs, with raw bytes, colours, NUL runs at line starts or in UTF-16', () => {
    expect(looksBinary(Buffer.from(LOG))).toBe(false)
    expect(looksBinary(Buffer.from(`${LINE}\x16\x03\x01\x02 "-" 400\n${LINE}`))).toBe(false)
    expect(looksBinary(Buffer.from('\x1b[31mred\x1b[0m \x1b[1mbold\x1b[0m\n'))).toBe(false)
    expect(looksBinary(Buffer.from(`${'\0'.repeat(5000)}${LINE}`))).toBe(false)
    // a block of the disk that was wiped, or never written, begins anywhere
    expect(looksBinary(Buffer.from(`${LINE}203.0.113${'\0'.repeat(4096)} 200 5\n${LINE}`))).toBe(false)
    expect(looksBinary(Buffer.from(`${LINE}203.0.113${'\0'.repeat(4096)}`))).toBe(false)
    expect(looksBinary(Buffer.from(`${LINE}\n`.repeat(40) + 'a\0\0\0b'.repeat(2000)))).toBe(true)
    expect(looksBinary(Buffer.from(`\ufeff${LINE}`, 'utf16le'))).toBe(false)
    expect(looksBinary(new Uint8Array(0))).toBe(false)
  })
})
