import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { ROOT, temporaryFolder } from './support.js'

const PACKAGE = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  version: string
  exports: Record<string, string | { types: string; default: string }>
  bin: Record<string, string>
  files: string[]
  dependencies: Record<string, string>
  engines: { node: string }
}

/** Every path below a folder. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesIn(join(folder, entry.name)) : [join(folder, entry.name)],
  )
}

/** Packages that files import or require, and built-in modules apart. */
function packagesOf(files: readonly string[]): { packages: string[]; builtins: string[] } {
  const names = files.flatMap((file) => {
    const text = readFileSync(file, 'utf8')
    const imported = ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName)
    // the bundler gives `require` a number
    const required = [...text.matchAll(/\brequire\d*\(["']([^"']+)["']\)/g)].map(([, name]) => name!)
    return [...imported, ...required].filter((name) => !name.startsWith('.'))
  })
  const packageOf = (name: string) =>
    name
      .split('/')
      .slice(0, name.startsWith('@') ? 2 : 1)
      .join('/')
  const isBuiltin = (name: string) => name.startsWith('node:') || builtinModules.includes(name)
  return {
    packages: [...new Set(names.filter((name) => !isBuiltin(name)).map(packageOf))].sort(),
    builtins: [...new Set(names.filter(isBuiltin))].sort(),
  }
}

/** What `npm pack` puts into the package; scripts are not run, the build is there. */
function pack(...args: string[]): { filename: string; files: { path: string; mode: number }[] } {
  const printed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [packed] = JSON.parse(printed) as [ReturnType<typeof pack>]
  return packed
}

describe('the package', () => {
  it('exports what is there', () => {
    const paths = Object.values(PACKAGE.exports).flatMap((it) =>
      typeof it === 'string' ? [it] : Object.values(it),
    )
    expect(paths.length).toBeGreaterThan(2)
    for (const path of [...paths, ...Object.values(PACKAGE.bin)])
      expect(existsSync(join(ROOT, path)), path).toBe(true)
    expect(readFileSync(join(ROOT, PACKAGE.bin.postern!), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
  })

  it('has exactly these names', async () => {
    const names = Object.keys(
      (await import(pathToFileURL(join(ROOT, 'dist/index.js')).href)) as object,
    ).sort()
    expect(names).toMatchInlineSnapshot(`
      [
        "CONFIDENCE_REASONS",
        "CitationPicker",
        "ERROR_CODES",
        "EpisodeEvidence",
        "FAULTS",
        "FIELD",
        "FLAG",
        "METHODS",
        "OUTCOMES",
        "PosternError",
        "PrincipalEpisodes",
        "SEVERITIES",
        "checkCase",
        "cite",
        "compileApache",
        "compileNginx",
        "detectors",
        "findRequests",
        "formatBytes",
        "formatCount",
        "formatDuration",
        "formats",
        "investigate",
        "isPosternError",
        "objectKey",
        "parseDuration",
        "parseFields",
        "readBatches",
        "readMethod",
        "readPath",
        "readRecords",
        "readSessions",
        "readText",
        "recordTransform",
        "safeJson",
        "sessionStream",
        "sinks",
        "suggestClosures",
        "toRecord",
        "version",
        "visible",
        "wrappers",
      ]
    `)
  })

  it('has exactly these names of the simulator', async () => {
    const names = Object.keys(
      (await import(pathToFileURL(join(ROOT, 'dist/simulate.js')).href)) as object,
    ).sort()
    expect(names).toEqual([
      'GENERATOR_VERSION',
      'LOGINS',
      'simulate',
      'simulateChunks',
      'simulateInMemory',
      'stories',
    ])
  })

  it('depends on what its source imports, and on nothing else', () => {
    // the script of the HTML report is built into it, chart and all
    const isOfPage = (file: string) => file.includes('report-html/client/')
    const sources = packagesOf(
      filesIn(join(ROOT, 'src')).filter((file) => file.endsWith('.ts') && !isOfPage(file)),
    )
    const declared = Object.keys(PACKAGE.dependencies).sort()
    expect(sources.packages).toEqual(declared)
    const built = packagesOf(filesIn(join(ROOT, 'dist')).filter((file) => file.endsWith('.js')))
    expect(built.packages).toEqual(declared)
    for (const name of sources.builtins) expect(name).toMatch(/^node:/)
    // log text goes nowhere: nothing that opens a connection is imported
    expect(
      sources.builtins.filter((name) => /^node:(?:https?|http2|net|tls|dgram|dns|child_process)/.test(name)),
    ).toEqual([])
  })

  it('packs the build, the README and the licence, and nothing else', () => {
    const { files } = pack('--dry-run')
    const paths = files.map(({ path }) => path)
    for (const path of [
      'LICENSE',
      'README.md',
      'package.json',
      'dist/cli.js',
      'dist/index.js',
      'dist/index.d.ts',
      'dist/simulate.js',
      'dist/simulate.d.ts',
    ])
      expect(paths).toContain(path)
    for (const path of paths)
      expect(path).toMatch(/^(?:LICENSE|README\.md|package\.json|dist\/[\w-]+\.(?:js|d\.ts))$/)
  })

  it('names no path of the machine that built it', () => {
    for (const file of filesIn(join(ROOT, 'dist'))) {
      const text = readFileSync(file, 'utf8')
      expect(text.includes(ROOT), file).toBe(false)
      expect(text, file).not.toMatch(/["'`]\/(?:home|root|Users|work)\//)
    }
  })
})

describe('installed from its tarball', () => {
  const folder = temporaryFolder()
  const run = (...args: string[]) =>
    execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

  it('is imported without a word and without keeping the process alive, and runs', () => {
    const { filename } = pack('--pack-destination', folder)
    const modules = join(folder, 'node_modules')
    mkdirSync(join(modules, 'postern'), { recursive: true })
    execFileSync('tar', [
      '-xzf',
      join(folder, filename),
      '-C',
      join(modules, 'postern'),
      '--strip-components=1',
    ])
    for (const name of Object.keys(PACKAGE.dependencies)) {
      mkdirSync(dirname(join(modules, name)), { recursive: true })
      symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
    }
    expect(run('--input-type=module', '-e', "import 'postern'")).toBe('')
    expect(run('--input-type=module', '-e', "import 'postern/simulate'")).toBe('')
    expect(run('--input-type=module', '-e', "import { version } from 'postern'; console.log(version)")).toBe(
      `${PACKAGE.version}\n`,
    )
    const cli = join(modules, 'postern', PACKAGE.bin.postern!)
    expect(run(cli, '--version')).toBe(`${PACKAGE.version}\n`)
    const line = '203.0.113.9 - - [14/Aug/2021:12:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "-"\n'
    writeFileSync(join(folder, 'a.log'), line)
    expect(run(cli, 'investigate', 'a.log')).toContain('1 record')
    expect(readFileSync(join(folder, 'a.log'), 'utf8')).toBe(line)
  })
})

describe('npx in the clone', () => {
  it('runs the command that was built', () => {
    const printed = execFileSync('bash', ['-c', 'npx --no-install postern --version'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    expect(printed).toBe(`${PACKAGE.version}\n`)
  })
})
