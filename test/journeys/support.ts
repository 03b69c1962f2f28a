import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, vi } from 'vitest'

/** The checkout; journeys run what was built in it. */
export const ROOT = resolve(import.meta.dirname, '../..')
export const CLI = join(ROOT, 'dist/cli.js')
export const EXAMPLES = join(ROOT, 'examples')

// processes are started; a busy machine takes its time
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

if (!existsSync(CLI)) throw new Error('journeys run the built package: npm run build')

/** A folder that is gone after the file's tests. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'postern-journey-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface Result {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd?: string
  readonly input?: string | Buffer
  readonly env?: Readonly<Record<string, string>>
  /** Called as soon as the process is there; keeps standard input open. */
  readonly onStart?: (child: ChildProcess) => void
}

/** Starts a program and waits for its end. Nothing of the caller's colour or terminal settings reaches it. */
export function start(program: string, args: readonly string[], options: RunOptions = {}): Promise<Result> {
  const { NO_COLOR: _no, FORCE_COLOR: _force, NODE_OPTIONS: _node, ...environment } = process.env
  return new Promise((done, fail) => {
    const child = spawn(program, args, {
      cwd: options.cwd ?? ROOT,
      env: { ...environment, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.stdin.on('error', () => {})
    child.on('error', fail)
    child.on('close', (status) => done({ status, stdout, stderr }))
    if (options.onStart === undefined) child.stdin.end(options.input ?? '')
    else options.onStart(child)
  })
}

/** Runs `postern`. */
export function postern(args: readonly string[], options: RunOptions = {}): Promise<Result> {
  return start(process.execPath, [CLI, ...args], options)
}

/** Runs a script of a shell, in which `postern` is the built command. */
export function shell(script: string, options: RunOptions = {}): Promise<Result> {
  const define = `postern() { '${process.execPath}' '${CLI}' "$@"; }\n`
  return start('bash', ['-c', define + script], options)
}

/** Non-empty lines. */
export function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}

export function jsonLinesOf<T = Record<string, unknown>>(text: string): T[] {
  return linesOf(text).map((line) => JSON.parse(line) as T)
}

export function readJsonLines<T = Record<string, unknown>>(path: string): T[] {
  return jsonLinesOf<T>(readFileSync(path, 'utf8'))
}

/** Names in a folder, in code-unit order. */
export function namesIn(folder: string): string[] {
  return readdirSync(folder).sort()
}

/** What `--out` writes. */
export const OUTPUTS = [
  'answers.json',
  'evidence.jsonl',
  'findings.csv',
  'findings.jsonl',
  'ledger.json',
  'rejects.jsonl',
  'report.html',
  'report.txt',
  'sessions.csv',
]

/** A line of combined format at a second of 14 August 2021, 12:00 UTC and on. */
export function combinedLine(
  second: number,
  request = 'GET / HTTP/1.1',
  more: Partial<LineParts> = {},
): string {
  const { client = '203.0.113.9', status = 200, size = '512', referrer = '-', agent = 'curl/7.74.0' } = more
  const time = new Date(Date.parse('2021-08-14T12:00:00Z') + second * 1000).toISOString()
  const stamp = more.stamp ?? `${time.slice(8, 10)}/Aug/2021:${time.slice(11, 19)} +0000`
  return `${client} - ${more.user ?? '-'} [${stamp}] "${request}" ${status} ${size} "${referrer}" "${agent}"\n`
}

interface LineParts {
  client: string
  user: string
  stamp: string
  status: number
  size: string
  referrer: string
  agent: string
}

/** Several lines, a second apart. */
export function combinedLines(count: number, from = 0): string {
  return Array.from({ length: count }, (_, i) => combinedLine(from + i, `GET /page/${i} HTTP/1.1`)).join('')
}
