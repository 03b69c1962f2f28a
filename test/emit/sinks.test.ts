import { describe, expect, it } from 'vitest'
import type { SinkFormat } from '../../src/emit/contract.js'
import { sinks } from '../../src/emit/sinks/registry.js'
import { closedFinding } from './samples.js'
import { emitted, samples, sinkKit } from './sink-kit.js'

for (const sink of sinks as readonly SinkFormat[]) describe(`sink ${sink.id}`, () => sinkKit(sink))

describe('sinks together', () => {
  it('have ids and file names of their own', () => {
    expect(new Set(sinks.map(({ id }) => id)).size).toBe(sinks.length)
    expect(new Set(sinks.map(({ fileName }) => fileName)).size).toBe(sinks.length)
  })

  it('keep the text of rejects as written', async () => {
    const rejects = sinks.find(({ id }) => id === 'rejects-jsonl')!
    const text = 'password=hunter2\x1b\0\ud800 \u202e"\\'
    const given = { ...samples, rejects: [{ ...samples.rejects[0]!, text }] }
    expect(JSON.parse(await emitted(rejects, given))).toMatchObject({
      text,
      source: { line: 3 },
      reason: 'no-match',
    })
  })

  it('write the keys of a finding in the same order however it was made', async () => {
    const jsonl = sinks.find(({ id }) => id === 'findings-jsonl')!
    const reversed = Object.fromEntries(
      Object.entries(closedFinding).reverse(),
    ) as unknown as typeof closedFinding
    const written = await emitted(jsonl, {
      ...samples,
      report: { ...samples.report, findings: [closedFinding] },
    })
    expect(await emitted(jsonl, { ...samples, report: { ...samples.report, findings: [reversed] } })).toBe(
      written,
    )
    expect(JSON.parse(written)).toEqual(closedFinding)
  })
})
