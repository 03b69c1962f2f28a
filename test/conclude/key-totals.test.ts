import { describe, expect, it } from 'vitest'
import { DENIED, SERVED } from '../../src/classify/contract.js'
import { KeyTotals, type NamedTotals } from '../../src/conclude/collect/key-totals.js'
import { targetBatch } from '../classify/target-batch.js'

const batch = targetBatch(['/'])
const selection = { rows: Uint32Array.of(0), count: 1 }

/** Adds one request of a client; its key is any two words. */
function addRequest(totals: KeyTotals, client: number, isDenied: boolean): void {
  const key = Int32Array.of(Math.imul(client + 1, 0x9e3779b1), Math.imul(client + 1, 0x85ebca6b))
  batch.outcome[0] = isDenied ? DENIED : SERVED
  batch.bytesSent[0] = 100
  batch.time[0] = client
  totals.addRows(batch, selection, key, (texts) => texts.addText(`client-${client}`))
}

const SMALL = 4 * 1024 * 1024
const MANY = 200_000

describe('totals by key that do not fit', () => {
  const totals = new KeyTotals(SMALL)
  for (let client = 0; client < MANY; client++) {
    addRequest(totals, client, client % 10 === 0)
    // a few clients come again and again
    addRequest(totals, client % 5, false)
  }
  const top = totals.top(totals.limit)
  const sum = (of: (it: NamedTotals) => number) => top.reduce((total, it) => total + of(it), 0)

  it('keep and fold all that there was', () => {
    expect(totals.folded.keys).toBeGreaterThan(0)
    expect(sum((it) => it.requests) + totals.folded.requests).toBe(2 * MANY)
    expect(sum((it) => it.denied) + totals.folded.denied).toBe(MANY / 10)
    expect(sum((it) => it.bytes) + totals.folded.bytes).toBe(2 * MANY * 100)
  })

  it('count no fewer keys than there are', () => {
    expect(totals.count).toBeGreaterThanOrEqual(MANY)
  })

  it('know the names of all that are kept, however many came and went', () => {
    expect(top.map(({ name }) => name).filter((name) => !name.startsWith('client-'))).toEqual([])
    expect(
      top
        .slice(0, 5)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['client-0', 'client-1', 'client-2', 'client-3', 'client-4'])
  })
})
