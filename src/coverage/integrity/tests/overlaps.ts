import { formatCount } from '../../../core/times.js'
import type { Citation } from '../../../observe/citations.js'
import { measuresOf, type Observation, type TestedSource } from '../observation.js'
import { LEAST_DISTINCT, LEAST_SAMPLES } from '../record-sample.js'
import type { RecordSampleTrace } from '../trace.js'

/** Of the sampled lines between the first and the last one in common, this share must be in common, in one of both. */
const LEAST_SHARE = 0.8
/** And this share of them in the same order. */
const LEAST_IN_ORDER = 0.9
/** Of them this share must be of different contents: a balancer asks the same few things of all servers in the same seconds. */
const LEAST_VARIED = 0.05

/** Sampled records that two sources both have: places in their samples, in pairs. */
interface Common {
  readonly a: TestedSource
  readonly b: TestedSource
  readonly places: (readonly [a: number, b: number])[]
}

/** Pairs of sources that hold the same lines. Of three with the same line the first and second, and the second and third, are compared. */
export function overlapsOf(sources: readonly TestedSource[]): Observation[] {
  return commonOf(sources.filter(({ covered }) => !isDuplicate(covered.faults))).flatMap(judge)
}

/** The same bytes twice are a fault of their own. */
function isDuplicate(faults: TestedSource['covered']['faults']): boolean {
  return faults.some(({ code }) => code === 'duplicate-evidence')
}

function commonOf(sources: readonly TestedSource[]): Common[] {
  const found = new Map<number, Common>()
  const lookup = new FingerprintTable(sources)
  for (const [second, source] of sources.entries()) {
    const { withTime } = source.trace.sample
    for (let place = 0; place < withTime.length; place++) {
      const first = lookup.swap(second, place)
      if (first === null || first.source === second) continue
      const key = first.source * sources.length + second
      const known = found.get(key)
      const pair = [first.place, place] as const
      if (known === undefined) found.set(key, { a: sources[first.source]!, b: source, places: [pair] })
      else known.places.push(pair)
    }
  }
  return [...found.entries()].sort(([a], [b]) => a - b).map(([, common]) => common)
}

/** Open addressing over the sampled records of all sources, one entry a fingerprint: the latest that has it. */
class FingerprintTable {
  readonly #samples: readonly RecordSampleTrace[]
  readonly #source: Int32Array
  readonly #place: Int32Array

  constructor(sources: readonly TestedSource[]) {
    this.#samples = sources.map(({ trace }) => trace.sample)
    const records = this.#samples.reduce((sum, { withTime }) => sum + withTime.length, 0)
    const slots = 2 ** Math.ceil(Math.log2(2 * records + 2))
    this.#source = new Int32Array(slots).fill(-1)
    this.#place = new Int32Array(slots)
  }

  /** Puts a record in; gives the one with its fingerprint that was there, or null. */
  swap(source: number, place: number): { readonly source: number; readonly place: number } | null {
    const { withTime, content } = this.#samples[source]!
    const [time, rest] = [withTime[place]!, content[place]!]
    const mask = this.#source.length - 1
    let slot = Math.imul(rest ^ (time >>> 7), 0x9e3779b1 | 0) & mask
    for (; this.#source[slot]! >= 0; slot = (slot + 1) & mask) {
      const held = this.#samples[this.#source[slot]!]!
      if (held.withTime[this.#place[slot]!] === time && held.content[this.#place[slot]!] === rest) break
    }
    const known = this.#source[slot]!
    const found = known < 0 ? null : { source: known, place: this.#place[slot]! }
    this.#source[slot] = source
    this.#place[slot] = place
    return found
  }
}

function judge({ a, b, places }: Common): Observation[] {
  const [first, second] = [a.trace.sample, b.trace.sample]
  if (places.length < LEAST_SAMPLES || !isVaried(second, places)) return []
  const ordered = places.toSorted(([x], [y]) => x - y)
  const inOrder = ordered.filter(([, place], index) => index === 0 || place > ordered[index - 1]![1]).length
  if (inOrder < LEAST_IN_ORDER * ordered.length) return []
  const mask = first.mask | second.mask
  const share = Math.max(
    ordered.length /
      countWithin(
        first,
        mask,
        ordered.map(([place]) => place),
      ),
    ordered.length /
      countWithin(
        second,
        mask,
        ordered.map(([, place]) => place),
      ),
  )
  return share < LEAST_SHARE ? [] : [overlap(a, b, ordered, mask)]
}

/** Times and contents differ: the same check at two servers in the same second is no copy. */
function isVaried({ time, content }: RecordSampleTrace, places: Common['places']): boolean {
  const [times, contents] = [new Set<number>(), new Set<number>()]
  for (const [, place] of places) {
    times.add(time[place]!)
    contents.add(content[place]!)
  }
  return (
    times.size >= LEAST_DISTINCT && contents.size >= Math.max(LEAST_DISTINCT, LEAST_VARIED * places.length)
  )
}

/** Records of a sample that another of this mask would have kept too, from the first place to the last. */
function countWithin({ withTime }: RecordSampleTrace, mask: number, places: readonly number[]): number {
  const [from, to] = [Math.min(...places), Math.max(...places)]
  let count = 0
  for (let place = from; place <= to; place++) if ((withTime[place]! & mask) === 0) count++
  return count
}

function overlap(a: TestedSource, b: TestedSource, places: Common['places'], mask: number): Observation {
  const { line, time } = b.trace.sample
  const lines = places.map(([, place]) => line[place]!)
  const times = places.map(([, place]) => time[place]!)
  const [firstLine, lastLine] = [Math.min(...lines), Math.max(...lines)]
  const twice = Math.min(places.length * (mask + 1), a.trace.records, b.trace.records)
  return {
    test: 'overlapping-sources',
    source: b.covered.source,
    text: `${b.ordinal} has, from line ${firstLine} to ${lastLine}, ${mask === 0 ? '' : 'about '}${formatCount(twice)} lines that ${a.ordinal} has too; those records count twice`,
    start: Math.min(...times),
    end: Math.max(...times),
    state: 'degraded',
    grade: 'odd',
    measures: measuresOf('overlapping-sources', {
      firstLine,
      lastLine,
      countedTwice: twice,
      otherSource: a.ordinal,
    }),
    citations: [b.trace.first, b.trace.last].filter(
      (it) => it !== null && it.line >= firstLine && it.line <= lastLine,
    ) as Citation[],
    evidenceCount: twice,
    alternatives: [
      'the same log was collected twice',
      'a rotation by copytruncate, with lines in both files',
      'one server stands in front of the other, and both log a request',
      'a log that was put together from others beside those',
    ],
  }
}
