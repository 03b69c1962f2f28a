/** The parts of bulk-export, each beside a plain twin or values worked out by hand. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/core/civil-time.js'
import { DistinctLog, type Sightings } from '../../src/detect/detectors/bulk-export/distinct-log.js'
import { GATE, Gate } from '../../src/detect/detectors/bulk-export/gate.js'
import { dayNumber } from '../../src/detect/detectors/bulk-export/pair-record.js'
import { CLOSED, OPENS, PairTable } from '../../src/detect/detectors/bulk-export/pair-table.js'
import { exceeds, Peers } from '../../src/detect/detectors/bulk-export/peers.js'
import { recurringDays } from '../../src/detect/detectors/bulk-export/recurrence.js'
import { exportSpans } from '../../src/detect/detectors/bulk-export/span.js'
import { walkOf } from '../../src/detect/detectors/bulk-export/walk.js'
import { crossings, type Held, largestIn } from '../../src/detect/detectors/bulk-export/windows.js'

interface Sighting {
  readonly id: number
  readonly t: number
}

const minuteOf = (t: number) => Math.floor(t / MINUTE_MS)

function sightingsOf(seen: readonly Sighting[], values: readonly number[] = []): Sightings {
  const ordered = seen.toSorted((a, b) => a.t - b.t)
  const most = seen.reduce((max, { id }) => Math.max(max, id), -1)
  return {
    times: Float64Array.from(ordered, ({ t }) => t),
    ids: Int32Array.from(ordered, ({ id }) => id),
    values: Float64Array.from({ length: most + 1 }, (_, id) => values[id] ?? id + 1),
  }
}

const someSightings = fc.array(
  fc.record({ id: fc.integer({ min: 0, max: 8 }), t: fc.integer({ min: 0, max: 12 * MINUTE_MS }) }),
  { minLength: 1, maxLength: 40 },
)

describe('windows', () => {
  const someCounts = fc.option(fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 9, maxLength: 9 }))

  /** What the window of so many whole minutes that ends with a minute holds. */
  function heldIn(
    seen: readonly Sighting[],
    last: number,
    minutes: number,
    counts: readonly number[] | null,
  ): Held {
    const ids = [
      ...new Set(
        seen.filter(({ t }) => minuteOf(t) <= last && minuteOf(t) > last - minutes).map(({ id }) => id),
      ),
    ]
    return {
      pieces: ids.length,
      objects: ids.filter((id) => counts === null || counts[id] === 1).length,
      bytes: ids.reduce((sum, id) => sum + id + 1, 0),
    }
  }

  it('hold at most what the fullest of all windows of whole minutes holds', () => {
    fc.assert(
      fc.property(someSightings, fc.integer({ min: 1, max: 5 }), someCounts, (seen, minutes, counts) => {
        const all = seen.map(({ t }) => heldIn(seen, minuteOf(t), minutes, counts))
        const largest = largestIn(
          sightingsOf(seen),
          minutes,
          counts === null ? null : Uint8Array.from(counts),
        )
        for (const measure of ['objects', 'pieces', 'bytes'] as const)
          expect(largest[measure]).toBe(Math.max(...all.map((held) => held[measure])))
      }),
      { numRuns: 500 },
    )
  })

  it('cross a floor where some window holds enough, and each crossing holds it', () => {
    fc.assert(
      fc.property(
        someSightings,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 6 }),
        (seen, minutes, floor) => {
          const sightings = sightingsOf(seen)
          const found = crossings(sightings, minutes, null, ({ objects }) => objects >= floor)
          const isCrossed = largestIn(sightings, minutes, null).objects >= floor
          expect(found.length > 0).toBe(isCrossed)
          for (const { start, end } of found) {
            const inside = seen.filter(({ t }) => t >= start && t <= end)
            expect(new Set(inside.map(({ id }) => id)).size).toBeGreaterThanOrEqual(floor)
          }
          for (let i = 1; i < found.length; i++) expect(found[i]!.start).toBeGreaterThan(found[i - 1]!.end)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('slide by whole minutes: the last second of one and the first of the next are two minutes', () => {
    const seen = sightingsOf([
      { id: 0, t: 59_000 },
      { id: 1, t: 60_000 },
    ])
    expect(largestIn(seen, 1, null).objects).toBe(1)
    expect(largestIn(seen, 2, null).objects).toBe(2)
  })
})

describe('the log of distinct things', () => {
  const someNotes = fc.array(
    fc.record({
      // the first two words of some are the same: all 128 bits tell
      key: fc.tuple(
        fc.constantFrom(0, 1, -5),
        fc.constantFrom(0, 9),
        fc.constantFrom(0, 3, 4),
        fc.constantFrom(0, 8),
      ),
      t: fc.integer({ min: 0, max: 6 * MINUTE_MS }),
      value: fc.integer({ min: 0, max: 99 }),
    }),
    { minLength: 1, maxLength: 60 },
  )
  type Note = { readonly key: readonly number[]; readonly t: number; readonly value: number }

  function logOf(notes: readonly Note[]): DistinctLog {
    const log = new DistinctLog()
    for (const { key, t, value } of notes) log.add(Int32Array.from(key), t, value)
    return log
  }

  /** Things told by their times and values alone: numbers depend on which came first. */
  function contentOf(log: DistinctLog, from = 0, to = Number.POSITIVE_INFINITY): string[] {
    const { times, ids, values } = log.between(from, to)
    const byThing = new Map<number, number[]>()
    times.forEach((t, i) => {
      byThing.set(ids[i]!, [...(byThing.get(ids[i]!) ?? []), t])
    })
    return [...byThing].map(([id, seen]) => `${values[id]}: ${seen}`).sort()
  }

  it('counts exactly, and tells what is new', () => {
    fc.assert(
      fc.property(someNotes, (notes) => {
        const seen = new Set<string>()
        const log = new DistinctLog()
        for (const { key, t, value } of notes) {
          expect(log.add(Int32Array.from(key), t, value)).toBe(!seen.has(String(key)))
          seen.add(String(key))
          expect(log.count).toBe(seen.size)
        }
      }),
    )
  })

  it('keeps the earliest time of each thing in each minute, and its largest value', () => {
    fc.assert(
      fc.property(someNotes, (notes) => {
        const things = new Map<string, { value: number; minutes: Map<number, number> }>()
        for (const { key, t, value } of notes) {
          const it = things.get(String(key)) ?? { value: 0, minutes: new Map() }
          it.value = Math.max(it.value, value)
          it.minutes.set(minuteOf(t), Math.min(t, it.minutes.get(minuteOf(t)) ?? t))
          things.set(String(key), it)
        }
        const twin = [...things.values()].map(
          ({ value, minutes }) => `${value}: ${[...minutes.values()].sort((a, b) => a - b)}`,
        )
        expect(contentOf(logOf(notes))).toEqual(twin.sort())
      }),
    )
  })

  it('is the same in any order, and when two are merged', () => {
    fc.assert(
      fc.property(someNotes, fc.infiniteStream(fc.nat()), fc.nat(), (notes, ranks, cut) => {
        const order = notes.map((note) => ({ note, rank: ranks.next().value as number }))
        const shuffled = order.sort((a, b) => a.rank - b.rank).map(({ note }) => note)
        const whole = contentOf(logOf(notes))
        expect(contentOf(logOf(shuffled))).toEqual(whole)
        const at = cut % (notes.length + 1)
        const [one, other] = [logOf(notes.slice(0, at)), logOf(notes.slice(at))]
        const before = one.count
        let added = 0
        one.merge(other, (ours) => {
          expect(ours).toBe(before + added++)
        })
        expect(contentOf(one)).toEqual(whole)
        expect(one.count).toBe(before + added)
      }),
    )
  })
})

describe('the gate', () => {
  it('counts an eighth of each as enough', () => {
    const gate = new Gate({ objects: 200, bytes: 100_000_000, pages: 20 })
    expect(gate.pointsOf(100, false, true)).toBe(1)
    expect(gate.pointsOf(100, true, true)).toBe(9)
    expect(gate.pointsOf(12_500_000, false, true)).toBe(GATE)
    expect(gate.pointsOf(1e12, false, true)).toBe(GATE)
    expect(gate.pointsOf(1_000_000, false, false)).toBe(2)
    expect(gate.pointsOf(100, false, false)).toBe(0)
    expect(gate.mostClosedPages).toBe(2)
  })

  it('opens at once where a threshold is small', () => {
    const gate = new Gate({ objects: 1, bytes: 1, pages: 1 })
    expect(gate.pointsOf(0, false, true)).toBe(GATE)
    expect(gate.mostClosedPages).toBe(0)
  })

  it('is passed no later than at an eighth, whatever the thresholds and sizes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.array(fc.nat(3_000_000), { minLength: 1 }),
        (objects, sizes) => {
          const gate = new Gate({ objects, bytes: 1e8, pages: 20 })
          const points = sizes.reduce((sum, size) => sum + gate.pointsOf(size, false, true), 0)
          const bytes = sizes.reduce((sum, size) => sum + size, 0)
          if (sizes.length >= Math.ceil(objects / 8) || bytes >= 1e8 / 8)
            expect(points).toBeGreaterThanOrEqual(GATE)
        },
      ),
    )
  })
})

describe('the table of pairs', () => {
  const gate = new Gate({ objects: 200, bytes: 1e8, pages: 20 })
  interface Row {
    readonly day: number
    readonly points: number
    readonly size: number
  }
  const START = Date.parse('2021-08-14T00:00:00Z')

  function add(table: PairTable, { day, points, size }: Row, key = 5): number {
    return table.add({
      low: key,
      high: ~key,
      found: -1,
      t: START + day * DAY_MS + 1,
      day: dayNumber(START + day * DAY_MS + 1),
      size,
      points,
      rows: 1,
      routeTag: 77,
      proven: true,
    })
  }

  const someRows = fc.array(
    fc.record({
      day: fc.integer({ min: 0, max: 5 }),
      points: fc.constantFrom(1, 1, 1, 9, 25),
      size: fc.integer({ min: 0, max: 90_000 }),
    }),
    { minLength: 1, maxLength: 30 },
  )
  const sumOn = (rows: readonly Row[], day: number) =>
    rows.filter((row) => row.day === day).reduce((sum, { points }) => sum + points, 0)

  it('opens a pair when two neighbouring days hold enough, and never before', () => {
    fc.assert(
      fc.property(someRows, (rows) => {
        const table = new PairTable(1 << 20, gate)
        const seen: Row[] = []
        for (const row of rows.toSorted((a, b) => a.day - b.day)) {
          seen.push(row)
          const enough = seen.some(({ day }) => sumOn(seen, day) + sumOn(seen, day + 1) >= GATE)
          const answer = add(table, row)
          expect(answer).toBe(enough ? OPENS : CLOSED)
          if (enough) return
        }
      }),
      { numRuns: 300 },
    )
  })

  it('opens it in any order of two days or in none, with equal sums', () => {
    const twoDays = someRows.map((rows) => rows.map((row) => ({ ...row, day: row.day % 2 })))
    fc.assert(
      fc.property(twoDays, (rows) => {
        const opened = [rows, rows.toReversed()].map((ordered) => {
          const table = new PairTable(1 << 20, gate)
          const answers = ordered.map((row) => add(table, row))
          return { opens: answers.includes(OPENS), totals: answers.includes(OPENS) ? null : table.totals() }
        })
        expect(opened[0]).toEqual(opened[1])
      }),
    )
  })

  it('hands out what it had counted of a pair that opens, also what its record cannot hold', () => {
    const table = new PairTable(1 << 20, gate)
    add(table, { day: 0, points: 1, size: 10 })
    add(table, { day: 1, points: 9, size: 10 })
    expect(add(table, { day: 2, points: 25, size: 9e9 })).toBe(OPENS)
    expect(table.open(5, ~5, 3)).toMatchObject({ requests: 3, bytes: 9e9 + 20, points: [25, 9, 1] })
    expect(add(table, { day: 2, points: 1, size: 5 })).toBe(3)
    expect(table.totals()).toEqual({ requests: 0, bytes: 0 })
    table.setFolded(5, ~5)
    expect(add(table, { day: 2, points: 1, size: 5 })).toBe(-1)
  })

  it('is the same when two are merged, also where both held a pair: totals, and peers of a route', () => {
    const pairs = fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 1 })), {
      maxLength: 60,
    })
    fc.assert(
      fc.property(pairs, fc.nat(), (rows, cut) => {
        const fill = (part: typeof rows) => {
          const table = new PairTable(1 << 20, gate)
          for (const [key, day] of part) add(table, { day, points: 0, size: key }, key)
          return table
        }
        const at = cut % (rows.length + 1)
        const [one, other, whole] = [fill(rows.slice(0, at)), fill(rows.slice(at)), fill(rows)]
        one.merge(other, { numberOf: (n) => n, onJoined() {} }, 0)
        expect(one.totals()).toEqual(whole.totals())
        const [ours, theirs] = [one, whole].map((table) => table.peersOf(new Set([77])).get(77)!)
        expect([ours!.count, ours!.proven]).toEqual([theirs!.count, theirs!.proven])
        for (const measure of ['objects', 'pages', 'bytes'] as const)
          if (rows.length > 0) expect(ours!.compare(measure, 100)).toEqual(theirs!.compare(measure, 100))
      }),
    )
  })

  it('gives up those with fewest requests when it is full, and totals stay', () => {
    const table = new PairTable(1, gate)
    const count = 3 * table.limit
    for (let key = 1; key <= count; key++) {
      add(table, { day: 0, points: 1, size: 2 }, key)
      if (key % 10 === 0) add(table, { day: 0, points: 1, size: 2 }, key)
    }
    expect(table.folded.pairs).toBeGreaterThan(0)
    expect(table.folded.firstAt).toBe(START + 1)
    const requests = count + Math.floor(count / 10)
    expect(table.totals()).toEqual({ requests, bytes: 2 * requests })
    expect(table.peersOf(new Set([77])).get(77)!.count).toBeGreaterThanOrEqual(count)
  })

  it('never takes more memory than it says', () => {
    for (const bytes of [1, 200_000, 1 << 20, 100 << 20])
      expect(PairTable.bytesWithin(bytes)).toBeLessThanOrEqual(Math.max(bytes, 64 * 64 * 24))
  })
})

describe('the baseline', () => {
  const peersWith = (values: readonly number[]) => {
    const peers = new Peers()
    for (const value of values) peers.add({ objects: value, pages: 1, bytes: 1, proven: false })
    return peers
  }

  it('is what was worked out by hand', () => {
    // logarithms 0 1 1 2 3: median 1, deviations 0 0 1 1 2, MAD 1
    const comparison = peersWith([1, 10, 10, 100, 1000]).compare('objects', 1e6)
    expect(comparison).toMatchObject({ median: 10, mad: 1, ratio: 1e5 })
    expect(comparison.z).toBeCloseTo(0.6745 * 5, 12)
    expect(exceeds(comparison, 3.5, 5)).toBe(false)
    expect(exceeds(peersWith([1, 10, 10, 100, 1000]).compare('objects', 1e7), 3.5, 5)).toBe(true)
  })

  it('needs the ratio too, and where all are equal the ratio alone', () => {
    const narrow = peersWith([100, 101, 102, 103, 104]).compare('objects', 400)
    expect(narrow.z).toBeGreaterThan(3.5)
    expect(exceeds(narrow, 3.5, 5)).toBe(false)
    const equal = peersWith([3, 3, 3, 3])
    expect(exceeds(equal.compare('objects', 15), 3.5, 5)).toBe(true)
    expect(exceeds(equal.compare('objects', 14), 3.5, 5)).toBe(false)
  })

  it('compares like with like', () => {
    const peers = new Peers()
    for (let i = 0; i < 9; i++) peers.add({ objects: 40, pages: 1, bytes: 5000, proven: true })
    expect(peers.compare('pages', 20).ratio).toBe(20)
    expect(peers.compare('objects', 20).ratio).toBe(0.5)
    expect(peers.compare('bytes', 5000).ratio).toBeCloseTo(1, 1)
    expect(peers.proven).toBe(9)
  })

  it('takes drawn objects for as many as they stand for', () => {
    const peers = new Peers()
    peers.merge(peersWith([2, 2, 2]), 4)
    expect(peers.compare('objects', 8).ratio).toBe(1)
    expect(peers.compare('pages', 1).ratio).toBe(1)
  })
})

describe('where an export began and ended', () => {
  const every = (from: number, gap: number, count: number) =>
    Array.from({ length: count }, (_, i) => from + i * gap)
  const spans = (times: readonly number[], crossing: readonly [number, number][], least = 20) =>
    exportSpans(
      Float64Array.from(times.toSorted((a, b) => a - b)),
      crossing.map(([start, end]) => ({ start, end })),
      least,
      DAY_MS,
    )

  it('is the whole walk, of which a window saw a part', () => {
    expect(spans(every(0, 2000, 400), [[100_000, 500_000]])).toEqual([{ start: 0, end: 399 * 2000 }])
  })

  it('is not at lone requests before and after', () => {
    const walk = every(10 * HOUR_MS, 2000, 300)
    const times = [8 * HOUR_MS, 9.9 * HOUR_MS, 9.9 * HOUR_MS + 1000, ...walk, 11.5 * HOUR_MS]
    expect(spans(times, [[9.9 * HOUR_MS, walk.at(-1)!]])).toEqual([{ start: walk[0], end: walk.at(-1) }])
  })

  it('is across a pause where the pace is the same, and not where it is another', () => {
    const walk = every(10 * HOUR_MS, 2000, 300)
    const crossing: [number, number][] = [[walk[0]!, walk.at(-1)!]]
    const before = every(9.5 * HOUR_MS, 3000, 5)
    expect(spans([...before, ...walk], crossing)).toEqual([{ start: before[0], end: walk.at(-1) }])
    const slower = every(9.5 * HOUR_MS, 20_000, 5)
    expect(spans([...slower, ...walk], crossing)).toEqual([{ start: walk[0], end: walk.at(-1) }])
    const longAgo = every(8 * HOUR_MS, 3000, 5)
    expect(spans([...longAgo, ...walk], crossing)).toEqual([{ start: walk[0], end: walk.at(-1) }])
  })

  it('is twice where a day is between', () => {
    const first = every(0, 1000, 300)
    const second = every(first.at(-1)! + DAY_MS + 1, 1000, 300)
    const found = spans(
      [...first, ...second],
      [
        [0, first.at(-1)!],
        [second[0]!, second.at(-1)!],
      ],
    )
    expect(found).toHaveLength(2)
    expect(spans([], [])).toEqual([])
  })
})

describe('a walk from page to page', () => {
  const walk = (values: readonly number[]) => {
    const numbers: number[] = []
    const seen = values.map((value, i) => {
      if (!numbers.includes(value) || Number.isNaN(value)) numbers.push(value)
      return { id: Number.isNaN(value) ? numbers.length - 1 : numbers.indexOf(value), t: i * 1000 }
    })
    return walkOf(sightingsOf(seen), numbers)
  }

  it.each([
    ['all pages, from 1', [1, 2, 3, 4], { pages: 4, share: 1, order: 'ascending' }],
    ['all pages, from 0', [0, 1, 2, 3], { pages: 4, share: 1, order: 'ascending' }],
    ['offsets of a hundred', [0, 100, 200, 300], { pages: 4, share: 1, order: 'ascending' }],
    ['downwards', [4, 3, 2, 1], { pages: 4, share: 1, order: 'descending' }],
    ['from the middle on', [6, 7, 8, 9, 10], { pages: 5, share: 0.5, order: 'ascending' }],
    ['with gaps', [1, 2, 3, 7, 8, 10], { pages: 6, share: 0.6, order: 'ascending' }],
    ['here and there', [3, 1, 4, 2], { pages: 4, share: 1, order: 'mixed' }],
    ['a page twice', [1, 2, 2, 1, 3], { pages: 3, share: 1, order: 'ascending' }],
    ['one page', [5], { pages: 1, share: 0.2, order: 'mixed' }],
    ['cursors', [Number.NaN, Number.NaN, Number.NaN], { pages: 3, share: null, order: 'opaque' }],
  ] as const)('%s', (_what, values, expected) => {
    const { share, ...rest } = walk(values)
    const { share: expectedShare, ...others } = expected
    expect(rest).toEqual(others)
    if (expectedShare === null) expect(share).toBeNull()
    else expect(share).toBeCloseTo(expectedShare, 9)
  })
})

describe('a job by the clock', () => {
  /** So many things from an hour of a day on, a second apart. */
  const night = (day: number, hour: number, count: number) =>
    Array.from({ length: count }, (_, id) => ({ id, t: day * DAY_MS + hour * HOUR_MS + id * 1000 }))
  const daysOf = (firstDay: number, ...nights: readonly Sighting[][]) =>
    recurringDays(sightingsOf(nights.flat(), Array(200).fill(10)), firstDay)

  it('comes at one hour within one, with about as much, from the first day on', () => {
    expect(daysOf(100, night(100, 2, 80), night(101, 3, 70), night(102, 2, 50))).toBe(3)
    expect(daysOf(100, night(100, 23, 80), night(102, 0, 80), night(103, 23, 80))).toBe(3)
  })

  it('is none that began later, comes at another hour, or differs by more than twice', () => {
    expect(daysOf(99, night(100, 2, 80), night(101, 2, 80), night(102, 2, 80))).toBe(0)
    expect(daysOf(100, night(100, 2, 80), night(101, 6, 80), night(102, 10, 80))).toBe(1)
    expect(daysOf(100, night(100, 2, 10), night(101, 2, 80), night(102, 2, 80))).toBe(0)
  })
})
