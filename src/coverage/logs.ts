import type { CoveredSource } from './contract.js'
import { rotationNameOf } from './rotation-name.js'

/** Sources that follow each other as one log. */
export interface LogGroup {
  /** `L1`, `L2`, ...: in the order of their first sources. */
  readonly log: string
  /** In order of time. */
  readonly sources: readonly CoveredSource[]
}

/** Files that cover this share of the shorter one's time together do not follow each other: they are written side by side. */
const SIDE_BY_SIDE = 0.5

/**
 * Finds the sources that are one log: files of one rotation series, by their names, in whatever format, one behind the other in
 * time. The same sources give the same logs, whatever the order in which they are given.
 */
export function groupLogs(sources: readonly CoveredSource[]): LogGroup[] {
  const series = new Map<string, CoveredSource[]>()
  for (const source of sources.toSorted((a, b) => a.source - b.source)) {
    const key = seriesOf(source)
    const known = series.get(key)
    if (known === undefined) series.set(key, [source])
    else known.push(source)
  }
  return [...series.values()]
    .flatMap(chainsOf)
    .sort((a, b) => firstOf(a) - firstOf(b))
    .map((chain, index) => ({ log: `L${index + 1}`, sources: chain }))
}

/** Of the names that the same bytes have, one decides, whatever their order. */
export function decidingName({ names }: CoveredSource): string {
  return names.toSorted()[0] ?? ''
}

function seriesOf(source: CoveredSource): string {
  const { series } = rotationNameOf(decidingName(source))
  // a stream that nobody named is alone
  const isNamed = /[A-Za-z]/.test(series) && source.kind !== 'stdin'
  return JSON.stringify(isNamed ? series : source.source)
}

/** Chains of sources that follow each other; a source goes to the first that it is not beside. */
function chainsOf(series: readonly CoveredSource[]): CoveredSource[][] {
  const chains: CoveredSource[][] = []
  for (const source of series.toSorted(byTime)) {
    const chain = chains.find((it) => follows(it.at(-1)!, source))
    if (chain === undefined) chains.push([source])
    else chain.push(source)
  }
  return chains
}

function follows(before: CoveredSource, source: CoveredSource): boolean {
  const [a, b] = [spanOf(before), spanOf(source)]
  if (a === null || b === null) return true
  const together = Math.min(a.to, b.to) - Math.max(a.from, b.from)
  return together <= SIDE_BY_SIDE * Math.min(a.to - a.from, b.to - b.from)
}

/** Earliest and latest record; null without. */
function spanOf({ trace }: CoveredSource): { readonly from: number; readonly to: number } | null {
  return trace === null || Number.isNaN(trace.integrity.from) ? null : trace.integrity
}

/** By first record, then by last; those without records go behind. */
function byTime(a: CoveredSource, b: CoveredSource): number {
  const [from, to] = [spanOf(a), spanOf(b)]
  if (from === null || to === null) return Number(from === null) - Number(to === null) || a.source - b.source
  return from.from - to.from || from.to - to.to || a.source - b.source
}

function firstOf(chain: readonly CoveredSource[]): number {
  return Math.min(...chain.map(({ source }) => source))
}
