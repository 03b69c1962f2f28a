import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { investigate } from '../../src/index.js'
import type { Truth } from '../../src/simulate/contract.js'
import { simulate } from '../../src/simulate/folder.js'
import { simulateInMemory } from '../../src/simulate/memory.js'

const folder = mkdtempSync(join(tmpdir(), 'postern-simulate-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (...parts: string[]) => join(folder, ...parts)
const read = (path: string) => readFileSync(path, 'utf8')

describe('a simulation in a folder', () => {
  it('has the bytes of the one in memory, and the truth and the case beside it', async () => {
    const options = { stories: ['test-gateway'], size: 500_000, servers: 2, seed: 8 }
    const written = await simulate({ ...options, out: at('plain') })
    const held = simulateInMemory(options)
    expect(written.logs).toEqual([at('plain/server-1/access.log'), at('plain/server-2/access.log')])
    for (const [name, text] of held.logs) expect(read(at('plain', name))).toBe(text)
    expect(JSON.parse(read(written.truthFile)) as Truth).toEqual(held.truth)
    expect(written.truth).toEqual(held.truth)
    expect(read(written.caseFile!)).toBe(held.caseFile)
    expect(readdirSync(at('plain')).sort()).toEqual(['case.yaml', 'server-1', 'server-2', 'truth.json'])
  })

  it('is the same when it is compressed', async () => {
    const options = { stories: ['guessing'], size: 400_000 }
    const written = await simulate({ ...options, out: at('deep/new/zipped'), gzip: true })
    expect(written.logs).toEqual([at('deep/new/zipped/access.log.gz')])
    expect(written.truth.files[0]!.name).toBe('access.log.gz')
    expect(written.caseFile).toBeNull()
    expect(gunzipSync(readFileSync(written.logs[0]!)).toString()).toBe(
      simulateInMemory(options).logs.get('access.log'),
    )
  })

  it('comes with a case that loads without complaint', async () => {
    const written = await simulate({ stories: ['test-gateway'], size: 200_000, out: at('case') })
    const { findings } = await investigate({ evidence: written.logs, caseFile: written.caseFile! }).report()
    expect(findings.map(({ scope }) => scope.id)).toContain('test-export')
  })

  it('tells how far it is', async () => {
    const seen: number[] = []
    const onProgress = (bytes: number) => seen.push(bytes)
    const { truth } = await simulate({ size: 2_000_000, out: at('progress'), onProgress })
    expect(seen.length).toBeGreaterThan(4)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    expect(seen.at(-1)).toBe(truth.totals.bytes)
  })
})

describe('a simulation that may not be written', () => {
  it('starts nothing in a folder that is not empty, unless it is told to', async () => {
    mkdirSync(at('full'))
    writeFileSync(at('full/mine.txt'), 'mine')
    const options = { stories: ['guessing'], size: 100_000, out: at('full') }
    await expect(simulate(options)).rejects.toMatchObject({ code: 'ERR_OUTPUT_EXISTS' })
    expect(readdirSync(at('full'))).toEqual(['mine.txt'])
    await simulate({ ...options, force: true })
    const first = read(at('full/access.log'))
    await simulate({ ...options, force: true, seed: 2 })
    expect(read(at('full/access.log'))).not.toBe(first)
    expect(read(at('full/mine.txt'))).toBe('mine')
  })

  it('looks at options before it looks at the folder', async () => {
    const refused = { code: 'ERR_OPTION_INVALID' }
    await expect(simulate({ stories: ['nothing'], out: at('none') })).rejects.toMatchObject(refused)
    await expect(simulate({ out: '' })).rejects.toMatchObject(refused)
    expect(existsSync(at('none'))).toBe(false)
  })

  it.runIf(existsSync('/proc/self'))('says that it cannot write', async () => {
    const out = '/proc/self/no-such-folder'
    await expect(simulate({ size: 100_000, out })).rejects.toMatchObject({
      code: 'ERR_SINK_FAILED',
      message: expect.stringMatching(/^cannot write to \/proc\/self\/no-such-folder: /),
    })
  })

  it.each([false, true])(
    'leaves what was written under the name of a part when it is stopped (gzip: %s)',
    async (gzip) => {
      const stop = new AbortController()
      const out = at(`stopped-${gzip}`)
      const onProgress = (bytes: number) => bytes > 1_000_000 && stop.abort()
      const run = simulate({ size: 50_000_000, servers: 2, out, gzip, signal: stop.signal, onProgress })
      const name = gzip ? 'access.log.gz.partial' : 'access.log.partial'
      await expect(run).rejects.toMatchObject({
        code: 'ERR_ABORTED',
        message: expect.stringContaining(join(out, 'server-1', name)),
      })
      expect(readdirSync(out).sort()).toEqual(['server-1', 'server-2'])
      for (const server of readdirSync(out)) expect(readdirSync(join(out, server))).toEqual([name])
    },
  )
})
