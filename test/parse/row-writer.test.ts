import { describe, expect, it } from 'vitest'
import { FIELD, type RecordBatch } from '../../src/columns/contract.js'
import { FaultLog } from '../../src/core/faults.js'
import { BlockMemory, FilledBlock } from '../../src/decode/block.js'
import type { Block } from '../../src/decode/contract.js'
import { LineCutter } from '../../src/decode/cut.js'
import { unitsOf } from '../../src/decode/units.js'
import { nginxJson } from '../../src/parse/formats/nginx-json/index.js'
import { BatchReader } from '../../src/parse/reader.js'

/** A record with an escape in its agent, which is written anew, and one without. */
function lineOf(agent: string): string {
  const escaped = `{"msec":1e9,"remote_addr":"1.1.1.1","request":"GET /a HTTP/1.1","http_user_agent":"\\"${agent}"}\n`
  return (escaped + escaped.replace('\\"', '')).replaceAll('1e9', '1000000000')
}

function blockOf(lines: readonly string[]): Block {
  const text = Buffer.from(lines.join(''))
  const memory = new BlockMemory()
  memory.append(text, 0, text.length)
  new LineCutter(unitsOf('utf-8'), 4096, new FaultLog()).cutWhole(memory, 0, text.length, 0)
  return new FilledBlock(memory, memory.raw, text.length, () => {})
}

function agentsOf(batch: RecordBatch): string[] {
  return Array.from({ length: batch.rowCount }, (_, row) => {
    const start = batch.fieldStart[FIELD.userAgent]![row]!
    return Buffer.from(
      batch.bytes.subarray(start, start + batch.fieldLength[FIELD.userAgent]![row]!),
    ).toString()
  })
}

const expected = (agents: readonly string[]) => agents.flatMap((agent) => [`"${agent}`, agent])

describe('text that is written anew', () => {
  const agents = (count: number, name: string, bytes: number) =>
    Array.from({ length: count }, (_, i) => `${name}${i}`.padEnd(bytes, '.'))

  it.each([
    ['has room behind a small block', agents(20, 'a', 20)],
    ['is given more room behind one that is full', agents(700, 'a', 200)],
  ])('%s', (_what, names) => {
    for (const scanner of ['simd', 'ts'] as const) {
      const reader = new BatchReader(nginxJson, { toUtc: null, faults: new FaultLog(), scanner })
      const batch = reader.createBlockBatch(2048)
      for (let turn = 0; turn < 2; turn++) {
        const block = blockOf(names.map(lineOf))
        reader.fill(block, batch)
        expect(agentsOf(batch)).toEqual(expected(names))
        block.release()
      }
    }
  })

  it('stays where it is while two batches are filled by turns', () => {
    const strays = 'a line of another kind\n'.repeat(64)
    const reader = new BatchReader(nginxJson, { toUtc: null, faults: new FaultLog() })
    const started = (names: readonly string[], before: number) => {
      const lines = names.map(lineOf)
      const block = blockOf([...lines.slice(0, before), strays, ...lines.slice(before)])
      const filling = reader.begin(block, reader.createBlockBatch(2048), null)
      // stops at many strays in a row
      reader.readOn(filling)
      return { names, filling }
    }
    const fillings = [started(agents(8, 'a', 30), 6), started(agents(8, 'b', 30), 3)]
    for (const { filling } of fillings) reader.readOn(filling)
    for (const { names, filling } of fillings) {
      expect(filling.next).toBe(filling.block.lineCount)
      expect(agentsOf(filling.batch)).toEqual(expected(names))
    }
  })
})
