import { describe, expect, it } from 'vitest'
import { type LogFormat, readRecords } from '../../src/index.js'

const LINES = 'a 1628942400000 203.0.113.9\nb\n'

async function* bytes() {
  yield Buffer.from(LINES)
}

const own = (scanner: unknown) =>
  ({
    id: 'own',
    title: 'A format of one’s own',
    reference: 'https://example.com/',
    example: LINES,
    scanner,
    stamp: {},
  }) as LogFormat

describe('a format of one’s own', () => {
  it('has a reader for each source', async () => {
    let made = 0
    const format = own(() => {
      made++
      return {
        read: (line: Uint8Array, row: { time(ms: number): void }) => {
          row.time(Number(Buffer.from(line).toString().split(' ')[1]))
          return 'record'
        },
      }
    })
    const times: unknown[] = []
    for await (const { time } of readRecords([{ name: 'a', bytes: bytes() }], {
      formats: [format],
      format: 'own',
    }))
      times.push(time)
    expect(times).toEqual(['2021-08-14T12:00:00.000Z'])
    expect(made).toBeGreaterThan(0)
  })

  it('is refused with a word where its scanner is an object', async () => {
    const format = own({ read: () => 'record' })
    const read = async () => {
      for await (const record of readRecords([{ name: 'a', bytes: bytes() }], { formats: [format] }))
        return record
      return null
    }
    await expect(read()).rejects.toMatchObject({
      code: 'ERR_OPTION_INVALID',
      message:
        'the scanner of the format "own" is of type object, expected a function that makes the reader of one source',
    })
  })
})
