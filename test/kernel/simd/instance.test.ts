import { afterEach, describe, expect, it, vi } from 'vitest'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

/** The modules anew, as a thread has them that starts with this WebAssembly. */
async function readerOn(webAssembly: unknown) {
  vi.stubGlobal('WebAssembly', webAssembly)
  vi.resetModules()
  const { kernelOfThread } = await import('../../../src/kernel/simd/instance.js')
  const { BatchReader } = await import('../../../src/parse/reader.js')
  const { combined } = await import('../../../src/parse/formats/combined/index.js')
  const { FaultLog } = await import('../../../src/core/faults.js')
  const { BlockMemory, FilledBlock } = await import('../../../src/decode/block.js')
  const { LineCutter } = await import('../../../src/decode/cut.js')
  const { unitsOf } = await import('../../../src/decode/units.js')
  const text = Buffer.from(
    '1.1.1.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" 200 5 "-" "-"\n'.repeat(300),
  )
  const memory = new BlockMemory()
  memory.append(text, 0, text.length)
  new LineCutter(unitsOf('utf-8'), 4096, new FaultLog()).cutWhole(memory, 0, text.length, 0)
  const reader = new BatchReader(combined, { toUtc: null, faults: new FaultLog() })
  const batch = reader.createBlockBatch(512)
  const others = reader.fill(new FilledBlock(memory, memory.raw, text.length, () => {}), batch)
  return {
    kernel: kernelOfThread(),
    rows: batch.rowCount,
    others: others.length,
    bytes: batch.bytesSent[299],
  }
}

describe('a thread', () => {
  it('has a kernel', async () => {
    const { kernel, ...read } = await readerOn(WebAssembly)
    expect(kernel).not.toBeNull()
    expect(read).toEqual({ rows: 300, others: 0, bytes: 5 })
  })

  it.each([
    ['128-bit registers', { Memory: WebAssembly.Memory, Module: refuse, Instance: WebAssembly.Instance }],
    ['shared memory', { Memory: refuse, Module: WebAssembly.Module, Instance: WebAssembly.Instance }],
    ['WebAssembly', undefined],
  ])('without %s reads by TypeScript', async (_what, webAssembly) => {
    expect(await readerOn(webAssembly)).toEqual({ kernel: null, rows: 300, others: 0, bytes: 5 })
  })
})

function refuse(): never {
  throw new RangeError('not to be had')
}
