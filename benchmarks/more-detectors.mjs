/** A bit of `wants` that no row has; with it, each detector wants other bits than the rest, and its rows are selected anew. */
const FIRST_UNUSED_BIT = 20
const SLOTS = 1 << 12

/**
 * Detectors of a caller's own, of the simplest useful kind: each sums up what was sent to each client, of the rows that have
 * a flag. `visited[i]` is how many rows the i-th has seen.
 *
 * @param {{ flag: string, count: number }} kind
 * @param {Readonly<Record<string, number>>} flags  The package's FLAG.
 */
export function moreDetectors({ flag, count }, flags) {
  const visited = new Array(count).fill(0)
  const detectors = visited.map((_, i) =>
    detector(`more-${i}`, (flags[flag] ?? 0) | (1 << (FIRST_UNUSED_BIT + i)), visited, i),
  )
  return { detectors, visited }
}

/** @param {string} id @param {number} wants @param {number[]} visited @param {number} place @returns {import('../src/index.js').Detector} */
function detector(id, wants, visited, place) {
  const sent = new Float64Array(SLOTS)
  return {
    id,
    title: 'Bytes sent by client',
    reference: 'https://www.rfc-editor.org/rfc/rfc9110',
    thresholds: [],
    idle: () => null,
    severities: {},
    create: () => ({
      id,
      wants,
      scope: 'keyed',
      horizon: 'causal',
      visit({ clientKey, bytesSent }, { rows, count }) {
        for (let i = 0; i < count; i++) {
          const row = rows[i] ?? 0
          const slot = (clientKey[2 * row] ?? 0) & (SLOTS - 1)
          sent[slot] = (sent[slot] ?? 0) + (bytesSent[row] ?? 0)
        }
        visited[place] = (visited[place] ?? 0) + count
      },
      merge() {},
      seal: () => [],
      snapshot: () => ({}),
    }),
  }
}
