/**
 * The same evidence gives the same bytes, however it comes: in whatever chunks, order of arguments, compression, from
 * files, streams or standard input. With an order that is broken on purpose it does not, which shows that this can fail.
 */

import { gzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import type { EvidenceInput, InvestigateOptions } from '../../src/index.js'
import type { OrderedSource, Run } from '../../src/order/merge.js'
import type { SourceReader } from '../../src/run/source-reader.js'
import { tarOf, zipOf, zstdOf } from './archives.js'
import { CASE, compressed, crowd, incident } from './incident.js'
import { inFolder, investigateOut, isLong, PATIENT, stream, writeSources } from './support.js'

const order = vi.hoisted(() => ({ names: null as readonly string[] | null }))

// broken on request: one source after the other, in the order of the arguments
vi.mock('../../src/order/merge.js', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/order/merge.js')>()
  async function* oneByOne(sources: readonly OrderedSource[], horizonMs: number): AsyncGenerator<Run> {
    const placeOf = (source: OrderedSource) => order.names!.indexOf((source as SourceReader).ready.names[0]!)
    for (const source of [...sources].sort((a, b) => placeOf(a) - placeOf(b))) {
      for (let batch = await source.next(); batch !== null; batch = await source.next()) {
        yield { batch, from: 0, to: batch.rowCount, watermark: source.position - horizonMs }
        batch.release()
      }
    }
  }
  return {
    ...original,
    mergeSources: (sources: readonly OrderedSource[], horizonMs: number, slackMs: number) =>
      order.names === null
        ? original.mergeSources(sources, horizonMs, slackMs)
        : oneByOne(sources, horizonMs),
  }
})

type Options = Partial<InvestigateOptions>
type Sources = Readonly<Record<string, Buffer>>

interface Answer {
  readonly findings: string
  readonly evidence: string
  readonly sessions: string
  readonly rejects: string
  readonly summary: string
  readonly bounds: string
}

async function answerTo(evidence: readonly EvidenceInput[], options: Options): Promise<Answer> {
  const { report, files } = await investigateOut(evidence, options)
  return {
    findings: files['findings.jsonl']!,
    evidence: files['evidence.jsonl']!,
    sessions: files['sessions.csv']!,
    // the names of files differ, nothing else
    rejects: files['rejects.jsonl']!.replaceAll(/"file":"[^"]*"/g, '"file":""'),
    summary: JSON.stringify(report.summary),
    bounds: JSON.stringify(report.reading.bounds),
  }
}

// chunks of one byte end everywhere where those of seven do
const CHUNKS = isLong ? [1, 7, 4096, 4 * 1024 * 1024] : [1, 4096, 4 * 1024 * 1024]

function streams(sources: Sources, chunkBytes: number): EvidenceInput[] {
  return Object.entries(sources).map(([name, bytes]) => stream(name, bytes, chunkBytes))
}

function each(sources: Sources, write: (bytes: Uint8Array) => Buffer): Sources {
  return Object.fromEntries(Object.entries(sources).map(([name, bytes]) => [name, write(bytes)]))
}

/** All ways in which the same evidence can come, by name. */
function waysOf(sources: Sources): Record<string, (folder: string, options: Options) => Promise<Answer>> {
  const files = (folder: string) => writeSources(folder, sources)
  const rotated = (folder: string) => [...files(folder).slice(2), ...files(folder).slice(0, 2)]
  const ways: Record<string, (folder: string, options: Options) => Promise<Answer>> = {
    'files in another order': (folder, options) => answerTo(rotated(folder), options),
    'files in reverse': (folder, options) => answerTo(files(folder).reverse(), options),
    'the folder': (folder, options) => {
      files(folder)
      return answerTo([folder], options)
    },
    'files in gzip': (folder, options) => answerTo(writeSources(folder, compressed(sources, 1)), options),
    'files in gzip of five members': (folder, options) =>
      answerTo(writeSources(folder, compressed(sources, 5)).reverse(), options),
    'files in zstd': (folder, options) => answerTo(writeSources(folder, each(sources, zstdOf)), options),
    'members of a zip archive': (folder, options) =>
      answerTo(writeSources(folder, { 'logs.zip': zipOf(sources) }), options),
    'members of a tar archive in gzip, in a stream': (_, options) =>
      answerTo([stream('logs.tar.gz', gzipSync(tarOf(sources)), 4096)], options),
    'gzip in a stream by 7 bytes': (_, options) => answerTo(streams(compressed(sources, 3), 7), options),
    'a file, standard input, and streams': (folder, options) => {
      const [first, second, ...rest] = Object.entries(sources)
      const stdin = stream('-', second![1], 1000).bytes
      const others = streams(Object.fromEntries(rest), 333)
      return answerTo([...others, '-', ...writeSources(folder, Object.fromEntries([first!]))], {
        ...options,
        stdin,
      })
    },
  }
  for (const size of CHUNKS)
    ways[`streams by ${size} bytes`] = (_, options) => answerTo(streams(sources, size).reverse(), options)
  return ways
}

async function answersAllWays(sources: Sources, options: Options): Promise<Answer> {
  const plain = await inFolder((folder) => answerTo(writeSources(folder, sources), options))
  for (const [name, way] of Object.entries(waysOf(sources))) {
    const answer = await inFolder((folder) => way(folder, options))
    for (const key of Object.keys(plain) as (keyof Answer)[])
      expect(answer[key] === plain[key], `${key} of ${name}`).toBe(true)
  }
  return plain
}

function findingsOf({ findings }: Answer) {
  return findings
    .trim()
    .split('\n')
    .map(
      (line) =>
        JSON.parse(line) as { kind: string; severity: string; evidenceCount: number; scope: { id: string } },
    )
}

/** Requests of all sessions together. */
function requestsIn({ sessions }: Answer): number {
  const [header, ...rows] = sessions.trim().split('\n')
  // from the right: names in front may hold commas
  const fromEnd = header!.split(',').length - header!.split(',').indexOf('requests')
  return rows.reduce((sum, row) => sum + Number(row.split(',').at(-fromEnd)), 0)
}

describe('the same evidence gives the same answer', PATIENT, () => {
  it('however it comes', async () => {
    const answer = await answersAllWays(incident(), { case: CASE })
    const findings = findingsOf(answer)
    // the evidence is worth the test: every kind and grade, sessions, rejects
    expect(new Set(findings.map(({ kind, severity }) => `${kind} ${severity}`))).toEqual(
      new Set([
        ...['critical', 'high', 'medium', 'low', 'info'].map((severity) => `closed-entry-point ${severity}`),
        ...['medium', 'low'].map((severity) => `indicator-seen ${severity}`),
        'credential-attack low',
      ]),
    )
    expect(new Set(findings.map(({ scope }) => scope.id)).size).toBe(8)
    expect(answer.sessions.split('\n').length).toBeGreaterThan(300)
    expect(answer.rejects.split('\n').length).toBeGreaterThan(30)
    expect(answer.findings).toContain('token#')
    expect(answer.bounds).toBe('[]')
  })

  it('where a memory bound bites, and kept and folded are all', async () => {
    const each = 200
    const answer = await answersAllWays(crowd(each), { case: CASE, memoryMb: 16 })
    const bounds = JSON.parse(answer.bounds) as { name: string; count: number; effect: string }[]
    expect(bounds.map(({ name }) => name)).toContain('closed-entry-point: candidates')
    const { count, effect } = bounds.find(({ name }) => name.endsWith('candidates'))!
    const findings = findingsOf(answer)
    const kept = findings.reduce((sum, { evidenceCount }) => sum + evidenceCount, 0)
    const folded = Number(/with (\d+) requests/.exec(effect)![1])
    expect(kept + folded).toBe(3 * each)
    expect(findings.length + count).toBe(3 * each)
    expect(requestsIn(answer)).toBe(3 * each)
  })

  it.runIf(isLong)('where sessions and clients are folded too (only with POSTERN_PROOF=long)', async () => {
    const answer = await answersAllWays(crowd(40_000), { case: CASE, memoryMb: 16 })
    const bounds = JSON.parse(answer.bounds) as { name: string }[]
    expect(bounds.map(({ name }) => name)).toEqual(expect.arrayContaining(['sessions', 'summary: clients']))
    expect(requestsIn(answer)).toBe(120_000)
  })

  it('and another one when the order of reading is broken', async () => {
    const sources = incident()
    await inFolder(async (folder) => {
      const files = writeSources(folder, sources)
      const right = await answerTo(files, { case: CASE })
      try {
        order.names = files
        const broken = await answerTo(files, { case: CASE })
        order.names = files.toReversed()
        const reversed = await answerTo(files, { case: CASE })
        for (const key of ['findings', 'sessions'] as const) {
          expect(broken[key] === right[key], key).toBe(false)
          expect(broken[key] === reversed[key], key).toBe(false)
        }
      } finally {
        order.names = null
      }
    })
  })
})
