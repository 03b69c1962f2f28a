import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { ROOT, temporaryFolder } from './support.js'

/** What a stranger writes who has read src/README.md: one folder for a format, one for a detector. */
const FORMAT = `import { compileNginx } from '../../layout/nginx.js'
import type { LogFormat } from '../../contract.js'

/** Fields between bars. */
export const barFields: LogFormat = {
  id: 'bar-fields',
  title: 'Fields between bars',
  reference: 'https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format',
  example: '2021-08-14T12:00:00+00:00|203.0.113.9|GET /a HTTP/1.1|200|512',
  layouts: [compileNginx('$time_iso8601|$remote_addr|$request|$status|$body_bytes_sent', 'bar-fields')],
  stamp: { nginx: 'end', unknown: 'end' },
}
`

const DETECTOR = `import { FLAG } from '../../../classify/contract.js'
import type { RecordBatch } from '../../../columns/contract.js'
import type { Observer, ObserverContext, Selection, Signal } from '../../../observe/contract.js'
import type { Detector, DetectorInput } from '../../contract.js'
import { type Counted, EpisodeEvidence, PrincipalEpisodes } from '../../principal-episodes.js'

class Misses implements Counted {
  readonly evidence = new EpisodeEvidence()
}

class ManyMissesObserver implements Observer {
  readonly id = 'many-misses'
  readonly wants = FLAG.notFound
  readonly scope = 'keyed'
  readonly horizon = 'causal'
  readonly #least: number
  readonly #episodes: PrincipalEpisodes<Misses>

  constructor(input: DetectorInput) {
    this.#least = input.threshold('least')
    this.#episodes = new PrincipalEpisodes(input, {
      name: this.id,
      gapMs: 3_600_000,
      create: () => new Misses(),
      join: () => {},
    })
  }

  visit(batch: RecordBatch, { rows, count }: Selection, context: ObserverContext): void {
    for (let i = 0; i < count; i++) this.#episodes.take(batch, rows[i]!, 0, 0, context)
  }

  merge(other: this): void {
    this.#episodes.merge(other.#episodes)
  }

  *seal(context: ObserverContext): Iterable<Signal> {
    for (const { ref, run } of this.#episodes.all()) {
      const { evidence } = run.value
      const { count } = evidence.citations
      if (count < this.#least) continue
      yield {
        kind: this.id,
        subject: evidence.subject.detail(ref),
        scope: { type: 'rule', id: this.id },
        start: run.first,
        end: run.last,
        grade: 'many',
        outcome: 'attempted',
        summary: \`\${count} paths that are not there\`,
        measures: { misses: count },
        citations: evidence.citations.list(),
        evidenceCount: count,
        reasons: [...evidence.reasons(ref, context)],
        alternatives: [],
        techniques: ['T1595'],
      }
    }
  }

  snapshot(): Readonly<Record<string, number>> {
    return { candidates: this.#episodes.size }
  }
}

export const manyMisses = {
  id: 'many-misses',
  title: 'Many misses',
  reference: 'https://attack.mitre.org/techniques/T1595/',
  thresholds: [{ name: 'least', default: 5, unit: 'requests', meaning: 'answers 404 or 410 in one episode' }],
  severities: { many: 'low' },
  idle: () => null,
  create: (input) => new ManyMissesObserver(input),
} as const satisfies Detector
`

const clone = temporaryFolder()
const run = (...args: string[]) =>
  execFileSync(process.execPath, args, { cwd: clone, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
const postern = (...args: string[]) => run('dist/cli.js', ...args)

/** Hashes of all files of the clone by path; what is built and what is installed aside. */
function hashes(): Map<string, string> {
  const found = new Map<string, string>()
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.name === 'dist' || entry.name === 'node_modules') continue
      if (entry.isDirectory()) walk(path)
      else found.set(relative(clone, path), createHash('sha256').update(readFileSync(path)).digest('hex'))
    }
  }
  walk(clone)
  return found
}

describe('a stranger who adds one folder for a format and one for a detector', () => {
  let before = new Map<string, string>()
  const touched: string[] = []

  beforeAll(() => {
    for (const name of ['src', '.scripts', 'package.json', 'tsconfig.json', 'tsup.config.ts'])
      cpSync(join(ROOT, name), join(clone, name), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'))
    before = hashes()
    for (const [folder, text] of [
      ['src/parse/formats/bar-fields', FORMAT],
      ['src/detect/detectors/many-misses', DETECTOR],
    ] as const) {
      mkdirSync(join(clone, folder))
      writeFileSync(join(clone, folder, 'index.ts'), text)
    }
    run('.scripts/registries.mjs')
    for (const [path, hash] of hashes()) if (before.get(path) !== hash) touched.push(path)
    run('node_modules/tsup/dist/cli-default.js', '--no-dts', '--silent')
  })

  it('touches two files outside them, both generated', () => {
    expect(touched.sort()).toEqual([
      'src/detect/detectors/many-misses/index.ts',
      'src/detect/detectors/registry.ts',
      'src/parse/formats/bar-fields/index.ts',
      'src/parse/formats/registry.ts',
    ])
    expect(readFileSync(join(clone, 'src/parse/formats/registry.ts'), 'utf8')).toMatch(/^\/\/ Generated /)
  })

  it('has what the compiler accepts', () => {
    expect(run('node_modules/typescript/bin/tsc', '-p', '.')).toBe('')
  })

  it('sees both listed', () => {
    expect(postern('formats')).toContain('bar-fields\n    Fields between bars.')
    expect(postern('detectors')).toMatch(/many-misses\n {4}Many misses\..*\n {4}least = 5 requests/)
  })

  it('sees both work: recognised by content, found with a severity, cited', () => {
    const lines = Array.from(
      { length: 7 },
      (_, i) => `2021-08-14T12:00:0${i}+00:00|203.0.113.9|GET /${i} HTTP/1.1|404|12\n`,
    )
    writeFileSync(join(clone, 'own.log'), lines.join(''))
    const [finding] = postern('investigate', 'own.log', '--jsonl', '--quiet')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(finding).toMatchObject({
      kind: 'many-misses',
      title: 'Many misses',
      severity: 'low',
      measures: { misses: 7 },
      evidenceCount: 7,
    })
    expect(finding!.evidence).toHaveLength(7)
    expect(postern('investigate', 'own.log', '--quiet')).toContain('bar-fields')
  })
})
