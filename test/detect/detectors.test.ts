import { readdirSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { COVERAGE_KINDS } from '../../src/coverage/contract.js'
import { SEVERITY_TABLE } from '../../src/findings/severity.js'
import { detectors } from '../../src/index.js'
import { CLOSING_DAY, combinedLine } from './access-log.js'
import { detectorKit, expectMergeIsNothing, expectOrderIsNothing, readCases } from './detector-kit.js'

// laws run many investigations; machines that test other things beside them take their time
vi.setConfig({ testTimeout: 60_000 })

describe('the registry of detectors', () => {
  it('holds every folder, in order, under its own name', () => {
    const folders = readdirSync('src/detect/detectors', { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    )
    expect(detectors.map(({ id }) => id)).toEqual(folders.map(({ name }) => name).sort())
  })

  it('has a title of its own for each, and a row of the severity table', () => {
    expect(new Set(detectors.map(({ title }) => title)).size).toBe(detectors.length)
    expect(Object.keys(SEVERITY_TABLE).sort()).toEqual(
      [...detectors.map(({ id }) => id), ...Object.keys(COVERAGE_KINDS)].sort(),
    )
  })
})

describe('reading cases', () => {
  const block = (name: string, text: string) => `\`\`\`${name}\n${text}\n\`\`\`\n`
  const markdown = `# Cases\n\n## One\n\n${block('log', 'a\nb')}\n${block('case', 'name: x')}\n${block('expect', '[{"lines": [1]}]')}`

  it('gives title, place, lines, case and findings', () => {
    expect(readCases(markdown)).toEqual([
      {
        title: 'One',
        place: 'cases.md:5',
        lines: ['a', 'b'],
        caseFile: { name: 'x' },
        expected: [{ lines: [1] }],
      },
    ])
  })
})

for (const detector of detectors) detectorKit(detector)

// ---- laws on any log

const CASE = {
  options: { format: 'apache-combined' },
  entryPoints: [
    { id: 'export', path: '/test/export', closed: [{ from: `${CLOSING_DAY}T12:00:00Z` }] },
    { id: 'tests', prefix: '/test', method: ['GET', 'POST'], closed: [{ from: `${CLOSING_DAY}T13:00:00Z` }] },
  ],
  indicators: ['198.51.100.0/30', '198.51.100.1', 'curl', '/test/export'],
}

const START = Date.parse(`${CLOSING_DAY}T11:00:00Z`)
const HOUR = 3_600_000

const request = fc.record({
  at: fc.integer({ min: 0, max: 120 * HOUR }).map((ms) => new Date(START + ms).toISOString().slice(0, 19)),
  client: fc.integer({ min: 1, max: 5 }).map((n) => `198.51.100.${n}`),
  user: fc.constantFrom('-', '-', 'alice', 'bob'),
  method: fc.constantFrom('GET', 'GET', 'POST', 'HEAD'),
  target: fc.constantFrom('/test/export', '/test//export', '/test/%65xport?x', '/test/a', '/unknown', '/'),
  status: fc.constantFrom(200, 200, 204, 302, 401, 403, 404, 500),
  size: fc.constantFrom(0, 100, 101, 5000, 5100, '-'),
  agent: fc.constantFrom('curl/8.5.0', 'Mozilla/5.0'),
})

/** Stamps are distinct: whatever is ordered by time is then ordered. */
const logs = fc
  .uniqueArray(request, { minLength: 1, maxLength: 60, selector: ({ at }) => at })
  .map((requests) => requests.sort((a, b) => (a.at < b.at ? -1 : 1)).map(combinedLine))

/** An episode that ends after a minute: lines that come late join episodes, and merging does. */
const SHORT_EPISODES = {
  ...CASE,
  thresholds: { 'closed-entry-point': { episodeGapMs: 60_000 }, 'indicator-seen': { episodeGapMs: 60_000 } },
}

/** Two principals who come every half minute or more often, from just before the closing on. */
const denseLogs = fc
  .tuple(
    fc.constantFrom(600, 1200, 2400),
    fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 599 }), fc.integer({ min: 1, max: 9999 })), {
      minLength: 60,
      maxLength: 90,
      selector: ([share]) => share,
    }),
  )
  .map(([seconds, requests]) =>
    requests
      .sort(([a], [b]) => a - b)
      .map(([share, size]) => {
        const ms = Date.parse(`${CLOSING_DAY}T11:59:00Z`) + (share / 600) * seconds * 1000
        const at = new Date(ms).toISOString().slice(0, 19)
        return combinedLine({ at, size, client: `198.51.100.${1 + (size % 2)}` })
      }),
  )

describe.each(detectors)('on any log, $id', (detector) => {
  it('gives the same signals when its work is split row by row and merged', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(logs, denseLogs), (lines) =>
        expectMergeIsNothing(detector, lines, SHORT_EPISODES, 'random log', 'row by row'),
      ),
      { numRuns: 12 },
    )
  })

  it('finds the same in any order within the horizon where late lines join episodes', async () => {
    await fc.assert(
      fc.asyncProperty(denseLogs, (lines) =>
        expectOrderIsNothing(detector, lines, SHORT_EPISODES, 'dense log'),
      ),
      { numRuns: 5 },
    )
  })

  it('gives the same signals when its work is split by principal and merged', async () => {
    await fc.assert(
      fc.asyncProperty(logs, (lines) => expectMergeIsNothing(detector, lines, CASE, 'random log')),
      { numRuns: 20 },
    )
  })

  it('finds the same in any order of lines within the horizon', async () => {
    await fc.assert(
      fc.asyncProperty(logs, (lines) => expectOrderIsNothing(detector, lines, CASE, 'random log')),
      { numRuns: 6 },
    )
  })
})
