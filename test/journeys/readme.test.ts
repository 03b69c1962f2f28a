import { createHash } from 'node:crypto'
import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  CLI,
  EXAMPLES,
  jsonLinesOf,
  linesOf,
  namesIn,
  OUTPUTS,
  postern,
  ROOT,
  shell,
  start,
  temporaryFolder,
} from './support.js'

interface Block {
  readonly language: string
  readonly text: string
  readonly line: number
}

/** Fenced blocks of a Markdown text. */
function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1]!,
    text: match[2]!,
    line: markdown.slice(0, match.index).split('\n').length,
  }))
}

const README = readFileSync(join(ROOT, 'README.md'), 'utf8')
const BLOCKS = blocksOf(README)
const CITATION = 'zcat -f FILE | tail -c +$((OFFSET+1)) | head -c LENGTH | sha256sum\n'

/** A folder of a user who has the logs, a case and a list, and the package beside them. */
const folder = temporaryFolder()
const at = (...parts: string[]) => join(folder, ...parts)

beforeAll(() => {
  const newer = readFileSync(join(EXAMPLES, 'logs/gateway/access.log'))
  mkdirSync(at('logs'))
  writeFileSync(at('access.log'), newer)
  writeFileSync(at('logs', 'access.log'), newer)
  cpSync(join(EXAMPLES, 'logs/gateway/access.log.1.gz'), at('logs', 'access.log.1.gz'))
  cpSync(join(EXAMPLES, 'logs/edge-madrid.log'), at('more.log'))
  writeFileSync(at('logs', 'edge.log.gz'), gzipSync(readFileSync(at('more.log'))))
  cpSync(join(EXAMPLES, 'case.yaml'), at('case.yaml'))
  cpSync(join(EXAMPLES, 'indicators.csv'), at('indicators.csv'))
  writeFileSync(at('own.log'), '2021-08-14T12:00:00+00:00 203.0.113.9 "GET /a HTTP/1.1" 200 0.250\n')
  mkdirSync(at('node_modules'))
  symlinkSync(ROOT, at('node_modules', 'postern'))
  // in the clone npx runs the package's own command; here it is told which one that is
  mkdirSync(at('bin'))
  writeFileSync(
    at('bin', 'npx'),
    `#!/bin/sh\n[ "$1" = postern ] || exit 99\nshift\nexec '${process.execPath}' '${CLI}' "$@"\n`,
  )
  chmodSync(at('bin', 'npx'), 0o755)
})

const environment = () => ({ cwd: folder, env: { PATH: `${at('bin')}:${process.env.PATH}` } })

describe('README', () => {
  it('has blocks of known languages only', () => {
    expect(BLOCKS.length).toBeGreaterThan(5)
    expect(new Set(BLOCKS.map(({ language }) => language))).toEqual(new Set(['sh', 'js', 'json', 'yaml']))
  })

  it('gives the two commands that do all the set-up, and they are scripts of the package', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>
    }
    expect(README).toMatch(/^ {4}npm ci && npm start /m)
    expect(README).toMatch(/^ {4}npm ci && npm test /m)
    expect(scripts.start).toContain(
      'node dist/cli.js investigate examples/gateway/access.log --case examples/gateway/case.yaml',
    )
    expect(scripts.test).toContain('vitest run')
  })

  const runnable = BLOCKS.filter(({ language, text }) => language === 'sh' && text !== CITATION)
  it.each(runnable)('sh block at line $line runs line by line', async ({ text }) => {
    for (const line of linesOf(text)) {
      const { status, stdout, stderr } = await shell(`set -o pipefail\n${line}`, environment())
      expect(status, `${line}\n${stderr}`).toBe(0)
      expect(stdout, line).not.toBe('')
      expect(stderr, line).not.toContain('fault in Postern')
    }
  })

  it('shows --fail-on and --out do what it says', async () => {
    const line = linesOf(runnable.map(({ text }) => text).join('')).find((it) => it.includes('--fail-on'))!
    const { stdout } = await shell(line.replace('--out results', '--out results-again'), environment())
    expect(stdout).toMatch(/exit 3\n$/)
    expect(namesIn(at('results-again'))).toEqual(OUTPUTS)
    for (const name of OUTPUTS) expect(README).toContain(`\`${name}\``)
  })

  it.each(BLOCKS.filter(({ language }) => language === 'js'))(
    'js block at line $line runs',
    async (block) => {
      const file = at(`block-${block.line}.mjs`)
      writeFileSync(file, block.text)
      const { status, stdout, stderr } = await start(process.execPath, [file], environment())
      expect(status, stderr).toBe(0)
      expect(stdout).not.toBe('')
    },
  )

  it('shows a finding with the keys and the values of the real one', async () => {
    const shown = JSON.parse(BLOCKS.find(({ language }) => language === 'json')!.text) as Record<
      string,
      unknown
    >
    const { stdout } = await postern([
      'investigate',
      join(EXAMPLES, 'logs'),
      '--case',
      join(EXAMPLES, 'case.yaml'),
      '--jsonl',
    ])
    const real = jsonLinesOf(stdout).find(({ id }) => id === shown.id)!
    const { evidence, alternatives, ...rest } = shown as {
      evidence: Record<string, unknown>[]
      alternatives: string[]
    }
    expect(real).toMatchObject(rest)
    expect(real.alternatives).toEqual(expect.arrayContaining(alternatives))
    const { source: _source, sha256: _sha256, text: _text, ...place } = evidence[0]!
    expect((real.evidence as unknown[])[0]).toMatchObject(place)
  })

  it('gives a line that checks ten cited lines', async () => {
    expect(BLOCKS.filter(({ text }) => text === CITATION)).toHaveLength(1)
    const out = at('cited')
    await postern(['investigate', at('logs'), '--case', at('case.yaml'), '--out', out, '--quiet'])
    const { ledger } = JSON.parse(readFileSync(join(out, 'ledger.json'), 'utf8')) as {
      ledger: { id: string; names: string[] }[]
    }
    const references = jsonLinesOf<{
      evidence: { source: string; offset: number; length: number; sha256: string }[]
    }>(readFileSync(join(out, 'findings.jsonl'), 'utf8')).flatMap(({ evidence }) => evidence)
    expect(references.length).toBeGreaterThan(50)
    for (let i = 0; i < 10; i++) {
      const { source, offset, length, sha256 } = references[Math.floor((i * references.length) / 10)]!
      const file = ledger.find(({ id }) => id === source)!.names[0]!
      const line = CITATION.replace('FILE', `'${file}'`)
        .replace('OFFSET', `${offset}`)
        .replace('LENGTH', `${length}`)
      expect((await shell(line)).stdout).toBe(`${sha256}  -\n`)
    }
    // the check can fail
    const { stdout } = await shell(
      CITATION.replace('FILE', at('access.log')).replace('OFFSET', '1').replace('LENGTH', '9'),
    )
    expect(stdout.slice(0, 64)).toBe(
      createHash('sha256')
        .update(readFileSync(at('access.log')).subarray(1, 10))
        .digest('hex'),
    )
  })
})

describe('examples', () => {
  const expected: Record<string, RegExp> = {
    'investigate.mjs':
      /critical: 198\.51\.100\.23#\w{8}: 23 served, .*\/test\/\/export[\s\S]*1925 records, 1 rejects/,
    'own-format.mjs':
      /keyed\.log:2: no-match[\s\S]*piped\.log:3: 2021-08-14T12:00:00\.000Z 203\.0\.113\.9 \/a 200/,
    'own-detector.mjs': /^low: 203\.0\.113\.77#\w{8}: refused 14 times\n$/,
    'streams.mjs': /^200: 641\n[\s\S]*120 requests: 203\.0\.113\.77/,
  }

  it('are all run here and all named in their README', () => {
    const scripts = namesIn(EXAMPLES).filter((name) => name.endsWith('.mjs') && name !== 'make-logs.mjs')
    expect(scripts).toEqual(Object.keys(expected).sort())
    const readme = readFileSync(join(EXAMPLES, 'README.md'), 'utf8')
    for (const name of namesIn(EXAMPLES).filter((it) => it !== 'README.md')) expect(readme).toContain(name)
  })

  it.each(Object.entries(expected))('%s prints what it is for', async (name, output) => {
    const { status, stdout, stderr } = await start(process.execPath, [join(EXAMPLES, name)])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(output)
  })
})
