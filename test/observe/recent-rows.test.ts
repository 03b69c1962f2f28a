import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countHolders } from '../../src/columns/batch.js'
import { FIELD, type RecordBatch } from '../../src/columns/contract.js'
import { RecentRows } from '../../src/observe/recent-rows.js'
import { targetBatch } from '../classify/target-batch.js'

const MINUTE = 60_000
const ROOM = 1 << 20

interface Kept {
  readonly at: number
  readonly key: number
  readonly target: string
}

/** One run of rows; `among` are targets of rows of the batch that are not kept. */
function keep(recent: RecentRows, run: readonly Kept[], among: readonly string[] = []): number {
  const targets = [...among, ...run.flatMap(({ target }) => [target, ...among])]
  const batch = targetBatch(targets)
  const rows = Uint32Array.from(run, (_, i) => among.length + i * (1 + among.length))
  run.forEach(({ at }, i) => {
    batch.time[rows[i]!] = at
    batch.bytesSent[rows[i]!] = at / 1000
    batch.lineNumber[rows[i]!] = 100 + i
  })
  const keys = Int32Array.from(run.flatMap(({ key }) => [key, -key]))
  // the reader writes its next block over one that nobody holds
  const fillAgain = () => {
    ;(batch.bytes as Uint8Array).fill(0x21)
    batch.time.fill(0)
    batch.fieldStart[FIELD.target]!.fill(0)
  }
  countHolders(batch, () => {}, fillAgain)
  const ordinal = recent.keep(batch, rows, run.length, keys)
  batch.release()
  return ordinal
}

const textOf = (batch: RecordBatch, row: number) => {
  const start = batch.fieldStart[FIELD.target]![row]!
  return Buffer.from(batch.bytes.subarray(start, start + batch.fieldLength[FIELD.target]![row]!)).toString(
    'latin1',
  )
}

function shown(recent: RecentRows, key: number): [target: string, at: number, ordinal: number][] {
  const rows: [string, number, number][] = []
  recent.visit(key, -key, (batch, row, ordinal) => {
    expect(batch.bytesSent[row]).toBe(batch.time[row]! / 1000)
    rows.push([textOf(batch, row), batch.time[row]!, ordinal])
  })
  return rows
}

describe('rows of the last stretch', () => {
  it('are shown by key, in the order they were kept, whatever became of their batch', () => {
    const recent = new RecentRows(MINUTE, ROOM)
    expect(
      keep(
        recent,
        [
          { at: 5000, key: 1, target: '/a' },
          { at: 4000, key: 2, target: '/b' },
        ],
        ['/x'],
      ),
    ).toBe(0)
    expect(keep(recent, [{ at: 6000, key: 1, target: '/c?d' }])).toBe(2)
    expect(shown(recent, 1)).toEqual([
      ['/a', 5000, 0],
      ['/c?d', 6000, 2],
    ])
    expect(shown(recent, 2)).toEqual([['/b', 4000, 1]])
    expect(shown(recent, 3)).toEqual([])
  })

  it('go when they are over, and nothing is short of memory', () => {
    const recent = new RecentRows(MINUTE, ROOM)
    keep(recent, [{ at: 0, key: 1, target: '/old' }])
    keep(recent, [{ at: MINUTE, key: 1, target: '/in' }])
    expect(shown(recent, 1)).toHaveLength(2)
    keep(recent, [{ at: MINUTE + 1, key: 1, target: '/new' }])
    expect(shown(recent, 1).map(([target]) => target)).toEqual(['/in', '/new'])
    expect(recent.cutMs).toBe(Number.NEGATIVE_INFINITY)
  })

  it('stay while a later row of their run does', () => {
    const recent = new RecentRows(MINUTE, ROOM)
    keep(recent, [
      { at: 0, key: 1, target: '/a' },
      { at: MINUTE, key: 2, target: '/b' },
    ])
    keep(recent, [{ at: MINUTE + 1, key: 2, target: '/c' }])
    expect(shown(recent, 1)).toHaveLength(1)
  })

  it('go early when memory is short, and it says up to when', () => {
    const recent = new RecentRows(1000 * MINUTE, 6000)
    for (let i = 0; i < 50; i++) keep(recent, [{ at: i * 1000, key: 1, target: `/${i}` }])
    expect(recent.byteLength).toBeLessThanOrEqual(6000)
    const rest = shown(recent, 1)
    expect(rest.length).toBeGreaterThan(0)
    expect(rest.length).toBeLessThan(50)
    expect(rest.at(-1)![0]).toBe('/49')
    expect(recent.cutMs).toBe(rest[0]![1] - 1000)
  })

  it('keep the latest run, however large it is', () => {
    const recent = new RecentRows(MINUTE, 1)
    keep(recent, [{ at: 0, key: 1, target: '/a' }])
    expect(shown(recent, 1)).toHaveLength(1)
  })

  it('keep the latest run, however old it is: the newer half of a file may stand first', () => {
    // memory for one run alone, so that none of the newer half is there
    const recent = new RecentRows(MINUTE, 1)
    keep(recent, [{ at: 100 * MINUTE, key: 1, target: '/new' }])
    keep(recent, [{ at: 5 * MINUTE, key: 1, target: '/old' }])
    keep(recent, [{ at: 6 * MINUTE, key: 1, target: '/older' }])
    expect(shown(recent, 1).map(([target]) => target)).toEqual(['/older'])
  })

  it('hold their batches no longer than they are kept, and none once all are let go', () => {
    const recent = new RecentRows(MINUTE, ROOM)
    const held = new Map<number, number>()
    for (const at of [0, MINUTE, 2 * MINUTE + 1]) {
      const batch = targetBatch(['/a', '/b'])
      batch.time.fill(at)
      batch.retain = () => void held.set(at, (held.get(at) ?? 0) + 1)
      batch.release = () => void held.set(at, held.get(at)! - 1)
      for (const row of [0, 1]) recent.keep(batch, Uint32Array.of(row), 1, Int32Array.of(1, 1))
    }
    expect([...held.values()]).toEqual([0, 0, 2])
    recent.clear()
    expect([...held.values()]).toEqual([0, 0, 0])
    expect(recent.byteLength).toBe(0)
  })

  it('are the latest of all, whatever the runs and the memory', () => {
    const someRun = fc.array(
      fc.record({ key: fc.integer({ min: 1, max: 3 }), length: fc.integer({ min: 1, max: 900 }) }),
      { minLength: 1, maxLength: 6 },
    )
    fc.assert(
      fc.property(
        fc.array(someRun, { minLength: 1, maxLength: 40 }),
        fc.double({ min: 1, max: 20_000, noNaN: true }),
        (runs, room) => {
          const recent = new RecentRows(10 * MINUTE, room)
          const all: [string, number, number][][] = [[], [], [], []]
          let ordinal = 0
          for (const [i, run] of runs.entries()) {
            const at = 7000 * i
            const rows = run.map(({ key, length }) => ({ at, key, target: `/${'x'.repeat(length)}` }))
            keep(recent, rows, i % 2 === 0 ? [] : ['/among'])
            for (const { key, target } of rows) all[key]!.push([target, at, ordinal++])
            const oldest = Math.max(recent.cutMs + 1, at - 10 * MINUTE)
            for (const key of [1, 2, 3])
              expect(shown(recent, key)).toEqual(all[key]!.filter(([, time]) => time >= oldest))
          }
        },
      ),
    )
  })
})
