import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { combinedLine, EXAMPLES, OUTPUTS, postern, temporaryFolder } from './support.js'

/** Everything that a terminal, an editor or an eye acts on instead of showing; line feeds aside. */
const ACTS = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u

const folder = temporaryFolder()
const log = join(folder, 'hostile \x1b[31m\u202e.log')
const out = join(folder, 'out')

const FORMULA = '=HYPERLINK("http://203.0.113.66/","x")'
const AGENTS = [
  '\x1b]0;owned\x07\x1b[2J\x1b[31m',
  '\u202egnp.exe\u2066\u200b\ufeff',
  FORMULA.replaceAll('"', "'"),
  '@SUM(1+1)*cmd|calc',
  '+1-1',
  `-${'x'.repeat(200_000)}`,
  '\x9b31m\x85\u2028\u2029',
  '<script>alert(1)</script>',
  String.raw`\x1b[31m\x07`,
]

writeFileSync(
  log,
  AGENTS.map((agent, i) =>
    combinedLine(3600 + i, `GET /test//export?p=${encodeURIComponent(agent).slice(0, 20)} HTTP/1.1`, {
      agent,
      user: i % 2 === 0 ? '=1+1' : '\u202eecila',
      referrer: agent.slice(0, 100),
      client: i === 0 ? '=cmd|x' : `203.0.113.${i}`,
    }),
  ).join('') +
    // records of the library's own words must not be forged by what a line says
    combinedLine(3700, 'GET /test/export/\x1b[1A\x1b[2K/../ HTTP/1.1') +
    'junk \x1b[31m\u202e\n',
)

const CASE = join(EXAMPLES, 'case.yaml')

/** Cells of a CSV text, quotes taken off. */
function cellsOf(csv: string): string[] {
  return [...csv.matchAll(/(?:^|,|\n)(?:"((?:[^"]|"")*)"|([^",\n]*))/g)].map(([, quoted, bare]) =>
    quoted === undefined ? (bare ?? '') : quoted.replaceAll('""', '"'),
  )
}

describe('hostile log text', () => {
  it('never reaches the terminal report, JSON lines or standard error as it is', async () => {
    for (const more of [[], ['--jsonl'], ['--show-secrets', '--color', 'never']]) {
      const { status, stdout, stderr } = await postern(['investigate', log, '--case', CASE, ...more])
      expect(status).toBe(0)
      expect(stdout).toContain('closed-entry-point')
      expect(stdout).not.toMatch(ACTS)
      expect(stderr).not.toMatch(ACTS)
    }
    for (const command of ['parse', 'requests']) {
      const { stdout, stderr } = await postern([command, log])
      expect(stdout).toContain('script')
      expect(stdout).not.toMatch(ACTS)
      expect(stderr).not.toMatch(ACTS)
    }
  })

  it('never reaches an output file as it is, and no cell of a sheet is a formula', async () => {
    const { status } = await postern(['investigate', log, '--case', CASE, '--out', out, '--quiet'])
    expect(status).toBe(0)
    for (const name of OUTPUTS) expect(readFileSync(join(out, name), 'utf8'), name).not.toMatch(ACTS)
    for (const name of ['findings.csv', 'sessions.csv']) {
      const cells = cellsOf(readFileSync(join(out, name), 'utf8'))
      expect(
        cells.some((cell) => cell.includes('203.0.113.1')),
        name,
      ).toBe(true)
      for (const cell of cells) {
        expect(cell, name).not.toMatch(/^\s*[=+\-@]/)
        expect(cell.length, name).toBeLessThanOrEqual(32_001)
      }
    }
  })

  it('keeps the lines of the report within the width, however long a field is', async () => {
    const { stdout } = await postern(['investigate', log, '--case', CASE])
    const widest = Math.max(...stdout.split('\n').map((line) => line.length))
    expect(widest).toBeLessThanOrEqual(200)
  })

  it('is shown as escapes in messages of failure', async () => {
    for (const args of [
      ['investigate', '\x1b[31m\u202e.log'],
      ['investigate', log, '--format', '\x1b[31m'],
      ['investigate', log, '--timezone', '\x1b[31m'],
      ['investigate', log, '--case', '\x1b[31m'],
      ['requests', log, '--path', '\x1b[31m'],
      ['\x1b[31m'],
      ['investigate', log, '--\x1b[31m'],
      ['investigate', log, '--fail-on', '\x1b[31m'],
    ]) {
      const { status, stderr } = await postern(args)
      expect(status, JSON.stringify(args)).toBe(2)
      expect(stderr).not.toBe('')
      expect(stderr, JSON.stringify(args)).not.toMatch(ACTS)
    }
  })

  it('is printed as it is by requests --raw alone', async () => {
    const { stdout } = await postern(['requests', log, '--raw', '--quiet'])
    expect(stdout).toBe(readFileSync(log, 'utf8').replace(/junk.*\n$/, ''))
  })
})
