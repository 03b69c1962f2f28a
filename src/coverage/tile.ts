import { toIso } from '../core/times.js'
import type { Citation } from '../observe/citations.js'
import {
  COVERAGE_STATES,
  type CoverageInterval,
  type CoverageReason,
  type CoverageState,
} from './contract.js'

const MOST_EVIDENCE = 4

/** Loss as it is found by one test; times in epoch milliseconds, `to` exclusive. */
export interface LossPiece {
  readonly from: number
  readonly to: number
  readonly state: CoverageState
  readonly lost: CoverageInterval['lost']
  readonly basis: readonly CoverageReason[]
  readonly evidence: readonly Citation[]
}

/**
 * Lays what the tests of one log found side by side, without overlap and without a hole, from its first record to its last and as far
 * as a loss reaches beyond.
 *
 *     found      |---- missing ----|
 *                        |-- degraded --|
 *     tiled  ok  | missing  | missing| degraded |  ok       where two overlap the worse state counts, and both reasons are told
 *
 * @param usual  State of what no test says anything about.
 */
export function tileIntervals(
  pieces: readonly LossPiece[],
  from: number,
  to: number,
  usual: CoverageState,
  usualBasis: readonly CoverageReason[],
): CoverageInterval[] {
  const cuts = new Set([from, to])
  for (const piece of pieces) {
    cuts.add(piece.from)
    cuts.add(piece.to)
  }
  const times = [...cuts].sort((a, b) => a - b)
  const tiles: CoverageInterval[] = []
  for (let at = 0; at + 1 < times.length; at++) {
    const [start, end] = [times[at]!, times[at + 1]!]
    const over = pieces.filter((piece) => piece.from < end && piece.to > start)
    const tile = tileOf(over, start, end, usual, usualBasis)
    const before = tiles.at(-1)
    if (before !== undefined && isSame(before, tile)) tiles[tiles.length - 1] = { ...before, to: tile.to }
    else tiles.push(tile)
  }
  return tiles
}

function tileOf(
  over: readonly LossPiece[],
  from: number,
  to: number,
  usual: CoverageState,
  usualBasis: readonly CoverageReason[],
): CoverageInterval {
  const span = { from: toIso(from), to: toIso(to) }
  if (over.length === 0) {
    return {
      ...span,
      state: usual,
      lost: { least: 0, most: usual === 'complete' ? 0 : null },
      basis: usualBasis,
      evidence: [],
    }
  }
  const state = over.map((piece) => piece.state).reduce(worse)
  const basis = new Map(
    over.flatMap((piece) => piece.basis).map((reason) => [`${reason.code} ${reason.text}`, reason]),
  )
  return {
    ...span,
    state,
    lost: lostIn(over, from, to),
    basis: [...basis.values()],
    evidence: over.flatMap((piece) => piece.evidence).slice(0, MOST_EVIDENCE),
  }
}

/**
 * Of pieces that are cut, a share by time. Several over one time tell of the same loss: it is at least what one of them says, and
 * at most what the one that bounds it best does.
 */
function lostIn(over: readonly LossPiece[], from: number, to: number): CoverageInterval['lost'] {
  let least = 0
  let most: number | null = null
  for (const piece of over) {
    const share = (to - from) / Math.max(1, piece.to - piece.from)
    least = Math.max(least, Math.floor(piece.lost.least * share))
    if (piece.lost.most === null) continue
    const own = Math.ceil(piece.lost.most * share)
    most = most === null ? own : Math.min(most, own)
  }
  return { least, most: most === null ? null : Math.max(least, most) }
}

function worse(a: CoverageState, b: CoverageState): CoverageState {
  return COVERAGE_STATES.indexOf(a) >= COVERAGE_STATES.indexOf(b) ? a : b
}

/** Stretches about which nothing is said are one. */
function isSame(a: CoverageInterval, b: CoverageInterval): boolean {
  return (
    a.state === b.state &&
    a.evidence.length === 0 &&
    b.evidence.length === 0 &&
    JSON.stringify(a.basis) === JSON.stringify(b.basis) &&
    a.lost.least + b.lost.least === 0
  )
}
