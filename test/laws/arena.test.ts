/** The memory that blocks and batches lie in is whole again after a run, however it ended. */

import { describe, expect, it } from 'vitest'
import { arenaOfThread } from '../../src/core/arena.js'
import { findRequests, investigate, readBatches } from '../../src/index.js'
import { CASE, incident } from './incident.js'
import { combinedLine, inFolder, PATIENT, textOf, writeSources } from './support.js'

const LINES = 40_000
const FROM = Date.parse('2021-08-14T09:00:00Z')

/** Of many blocks, with a client that asks for so much that its rows are held. */
function longLog(client: string): Buffer {
  return textOf(
    Array.from({ length: LINES }, (_, i) =>
      combinedLine({
        time: FROM + i * 100,
        client: i % 3 === 0 ? client : `203.0.${i % 7}.${i % 250}`,
        target: `/customers/${i}?page=${i % 40}`,
        status: 200,
        bytes: i,
      }),
    ),
  )
}

async function endsWhole(folder: string, run: () => Promise<unknown>): Promise<void> {
  // what waits in pools for the next run is there after the first
  await investigate({ evidence: [folder], case: CASE }).report()
  const before = arenaOfThread()!.freeBytes
  await run()
  expect(arenaOfThread()!.freeBytes).toBe(before)
}

describe('the arena is whole again', PATIENT, () => {
  const ways: Record<string, (folder: string) => Promise<unknown>> = {
    'after an investigation': (folder) => investigate({ evidence: [folder], case: CASE }).report(),
    'after one that was aborted': async (folder) => {
      const abort = new AbortController()
      const onProgress = ({ records }: { records: number }) => records > LINES / 2 && abort.abort()
      const run = investigate({ evidence: [folder], signal: abort.signal, onProgress })
      await expect(run.report()).rejects.toMatchObject({ code: 'ERR_ABORTED' })
    },
    'after one that was interrupted': async (folder) => {
      const run = investigate({
        evidence: [folder],
        onProgress: ({ records }) => records > LINES / 2 && run.interrupt(),
      })
      await run.report()
    },
    'after one whose detector failed': async (folder) => {
      const observer = {
        id: 'own',
        wants: 0,
        scope: 'global' as const,
        horizon: 'causal' as const,
        rows: 0,
        visit(_: unknown, { count }: { count: number }) {
          this.rows += count
          if (this.rows > LINES / 2) throw new Error('of the detector itself')
        },
        merge() {},
        seal: () => [],
        snapshot: () => ({}),
      }
      const own = {
        id: 'own',
        title: 'Own',
        reference: 'https://example.com/',
        thresholds: [],
        idle: () => null,
        create: () => observer,
      }
      await expect(investigate({ evidence: [folder], detectors: [own] }).report()).rejects.toThrow('itself')
    },
    'after a search that was left early': async (folder) => {
      for await (const _ of findRequests([folder], { path: '/customers/{id}' })) break
    },
    'after batches that were left early': async (folder) => {
      for await (const _ of readBatches([folder])) break
    },
  }

  it.each(Object.keys(ways))('%s', async (way) => {
    await inFolder(async (folder) => {
      writeSources(folder, {
        ...incident(),
        'a.log': longLog('198.51.100.7'),
        'b.log': longLog('198.51.100.8'),
      })
      await endsWhole(folder, () => ways[way]!(folder))
    })
  })
})
