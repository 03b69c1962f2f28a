/**
 * Any number of threads gives the same bytes, with SIMD code or without. Threads are of the built package: they need a file of their own.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { PosternError } from '../../src/core/errors.js'
import type * as Postern from '../../src/index.js'
import { WorkerThread } from '../../src/run/workers/worker-thread.js'
import { CASE, compressed, crowd, incident } from './incident.js'
import { combinedLine, inFolder, PATIENT, stream, textOf, writeSources } from './support.js'

const DIST = resolve(import.meta.dirname, '../../dist/index.js')
const { investigate } = (await import(pathToFileURL(DIST).href)) as typeof Postern

type Options = Partial<Postern.InvestigateOptions>

async function outputsOf(evidence: readonly Postern.EvidenceInput[], options: Options) {
  return inFolder(async (folder) => {
    const out = join(folder, 'out')
    await investigate({ ...options, evidence, out }).report()
    return Object.fromEntries(readdirSync(out).map((name) => [name, readFileSync(join(out, name), 'utf8')]))
  })
}

async function sameWithAnyNumber(evidence: () => readonly Postern.EvidenceInput[], options: Options) {
  const alone = await outputsOf(evidence(), { ...options, workers: 0 })
  const ways: Options[] = [{ workers: 1 }, { workers: 2 }, { workers: 7 }, { workers: 0, scanner: 'ts' }]
  for (const way of ways) {
    const outputs = await outputsOf(evidence(), { ...options, ...way })
    expect(Object.keys(outputs)).toEqual(Object.keys(alone))
    for (const [name, text] of Object.entries(outputs))
      expect(text === alone[name], `${name} with ${JSON.stringify(way)}`).toBe(true)
  }
  return alone
}

/** A log of some blocks: a thread runs ahead in it, and batches are used again. */
function longLog(lines: number): Buffer {
  const from = Date.parse('2021-08-14T09:00:00Z')
  return textOf(
    Array.from({ length: lines }, (_, i) =>
      i % 97 === 0
        ? `no record ${i}`
        : combinedLine({
            time: from + i * 500,
            client: `203.0.${i % 7}.${i % 250}`,
            target: `/customers/${i % 1013}`,
            status: i % 31 === 0 ? 401 : 200,
            bytes: i,
          }),
    ),
  )
}

describe('any number of threads gives the same outputs', PATIENT, () => {
  it('of files, compressed files, and what no other thread can read', async () => {
    await inFolder(async (folder) => {
      const { 'edge.log': edge, ...files } = incident()
      writeSources(folder, files)
      writeSources(folder, compressed({ 'later.log': longLog(12_000) }, 2))
      const evidence = () => [folder, stream('edge.log', edge!, 1000)]
      const outputs = await sameWithAnyNumber(evidence, { case: CASE })
      expect(outputs['findings.jsonl']).toContain('closed-entry-point')
      expect(outputs['rejects.jsonl']!.split('\n').length).toBeGreaterThan(100)
    })
  })

  it('where a memory bound bites', async () => {
    await inFolder(async (folder) => {
      writeSources(folder, crowd(200))
      const outputs = await sameWithAnyNumber(() => [folder], { case: CASE, memoryMb: 16 })
      expect(Object.values(outputs).join()).toContain('closed-entry-point: candidates')
    })
  })

  it('with trusted proxies, zones, field maps, formats of a string and of code', async () => {
    await inFolder(async (folder) => {
      const json = (i: number) =>
        `{"at":"2021-08-14T10:${String(i % 60).padStart(2, '0')}:00","ip":"10.0.0.1","fwd":"198.51.100.${i % 90}, 10.0.0.2","url":"/a\\"${i}","code":200}`
      const files = writeSources(folder, {
        'json.log': textOf(Array.from({ length: 3000 }, (_, i) => json(i))),
        'local.log': textOf(
          Array.from({ length: 200 }, (_, i) => `203.0.113.5|2021-08-14 11:00:${i % 60}|/x/${i}|200`),
        ),
      })
      const own: Postern.LogFormat = {
        id: 'piped',
        title: 'Piped',
        reference: 'https://example.com/',
        example: '203.0.113.5|2021-08-14 11:00:00|/x|200',
        stamp: {},
        scanner: () => ({
          read(line, row) {
            const [client = '', time = '', target = ''] = Buffer.from(line).toString('latin1').split('|')
            const at = client.length + time.length + 2
            row.localTime(Date.parse(`${time.replace(' ', 'T')}Z`))
            row.text(0, 0, client.length)
            row.target(at, at + target.length)
            row.status(200)
            return 'record'
          },
        }),
      }
      await sameWithAnyNumber(() => files, {
        formats: [own],
        timezone: 'Europe/Berlin',
        trustedProxies: ['private'],
        fields: { time: 'at', client: 'ip', forwarded: 'fwd', path: 'url', status: 'code' },
      })
      await sameWithAnyNumber(() => files.slice(0, 1), {
        timezone: 'Europe/Berlin',
        trustedProxies: ['private'],
        fields: { time: 'at', client: 'ip', forwarded: 'fwd', path: 'url', status: 'code' },
      })
    })
  })

  it('without hashes', async () => {
    await inFolder(async (folder) => {
      const [file] = writeSources(folder, { 'access.log': longLog(3000) })
      const outputs = await sameWithAnyNumber(() => [file!], { hash: 'none' })
      expect(Object.values(outputs).join()).toContain('identity of the evidence')
    })
  })
})

describe('threads that do not come to their end', PATIENT, () => {
  it('are let go when the caller aborts', async () => {
    await inFolder(async (folder) => {
      const files = writeSources(folder, { 'a.log': longLog(60_000), 'b.log': longLog(50_000) })
      const abort = new AbortController()
      const run = investigate({
        evidence: files,
        workers: 2,
        signal: abort.signal,
        onProgress: ({ records }) => {
          if (records > 5000) abort.abort()
        },
      })
      await expect(run.report()).rejects.toMatchObject({ code: 'ERR_ABORTED' })
    })
  })

  it('leave what was read when the run is interrupted', async () => {
    await inFolder(async (folder) => {
      const files = writeSources(folder, { 'a.log': longLog(60_000), 'b.log': longLog(50_000) })
      const run = investigate({
        evidence: files,
        workers: 2,
        onProgress: ({ records }) => {
          if (records > 5000) run.interrupt()
        },
      })
      const report = await run.report()
      const records = report.ledger.reduce((sum, entry) => sum + entry.records, 0)
      expect(report.reading.interrupted).toBe(true)
      expect(records).toBe(report.summary.records)
      expect(records).toBeGreaterThan(5000)
      expect(records).toBeLessThan(110_000)
    })
  })

  it.each([
    ['exits', 'process.exit(3)', 'it exited with code 3'],
    ['throws', 'throw new Error("out of luck")', 'out of luck'],
  ])('fail the run with one message: one that %s', async (_, code, message) => {
    await inFolder(async (folder) => {
      const path = join(folder, 'worker.mjs')
      writeFileSync(
        path,
        `import { parentPort } from 'node:worker_threads'\nparentPort.on('message', () => { ${code} })\n`,
      )
      const thread = new WorkerThread(OPTIONS, pathToFileURL(path))
      const failed = await new Promise((answer) => thread.open({ ordinal: 0 } as never, answer))
      expect(failed).toMatchObject({ type: 'failed', error: { code: 'ERR_WORKER_FAILED' } })
      const { error } = failed as { error: PosternError }
      expect(error.message).toContain(message)
      expect(error.message).toContain('--workers 0')
      await thread.end()
    })
  })
})

const OPTIONS = {
  entryPoints: [],
  indicators: [],
  logins: [],
  dataRoutes: [],
  ignorePathCase: false,
  seed: { a: 1, b: 2 },
  horizonMs: 0,
  trustedProxies: [],
  hash: 'sha256',
  scanner: 'simd',
  wantsRejects: false,
} as const
