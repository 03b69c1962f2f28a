/**
 * Shows where the time of an investigation goes, by stage and by function, from a CPU profile of the built package.
 *
 *     node benchmarks/profile.mjs [--size 200MB] [--case investigate|parse-only] [--top 25]
 *                                 [--workers 1] [--scanner simd|ts] [--hash sha256|none] [--stage closure]
 *
 * The package is built for this with source maps, which say from which file of `src` a function comes; the file's folder is
 * its stage. What Node does itself (hashing, reading, collecting garbage) stands under its own names. Node writes one
 * profile for each thread.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { evidenceOf, parseSize } from './generate.mjs'
import { printTable } from './table.mjs'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const CHILD = fileURLToPath(new URL('child.mjs', import.meta.url))
const DIST = join(ROOT, '.bench', 'profiled-dist')
/** Between samples; short enough for functions that take a hundredth of the time. */
const INTERVAL_US = 500

/** What files of `src` are to a row where their folder says another thing. */
const STAGES_OF_FILES = /** @type {Record<string, string>} */ ({
  'src/decode/hash.ts': 'hash',
  'src/decode/gzip.ts': 'inflate',
  'src/decode/inflater.ts': 'inflate',
  'src/parse/forwarding.ts': 'forwarding',
})
/** What the folders of `src` are to a row; each detector is a stage of its own. */
const STAGES = /** @type {Record<string, string>} */ ({
  evidence: 'read',
  decode: 'frame',
  kernel: 'scan',
  parse: 'scan',
  columns: 'scan',
  classify: 'classify',
  order: 'order',
  sessions: 'sessions',
  observe: 'observe',
  coverage: 'coverage',
  closure: 'closure',
  conclude: 'conclude',
  findings: 'findings',
})

/**
 * @typedef {object} Spent
 * @property {string} stage
 * @property {string} where
 * @property {number} ms
 * @property {'main' | 'workers'} thread
 */

async function main() {
  const { values } = parseArgs({
    options: {
      size: { type: 'string', default: '200MB' },
      case: { type: 'string', default: 'investigate' },
      top: { type: 'string', default: '25' },
      workers: { type: 'string', default: '1' },
      scanner: { type: 'string' },
      hash: { type: 'string' },
      stage: { type: 'string' },
    },
  })
  const { log, caseFile, truth } = await evidenceOf({ sizeBytes: parseSize(values.size) })
  const { workers, scanner, hash, stage } = values
  build()
  const options = { caseFile, workers: Number(workers), scanner, hash }
  const spent = profileOf([values.case, DIST, log, JSON.stringify(options)])
  console.log(`${values.case}, ${values.size}, ${truth.lines} lines\n`)
  const print = (
    /** @type {string} */ head,
    /** @type {'stage' | 'where'} */ key,
    /** @type {number} */ top,
    of = spent,
  ) => printSums(head, sumBy(of, key).slice(0, top), spent, truth.lines)
  print('stage', 'stage', Number.POSITIVE_INFINITY)
  console.log('')
  const ofStage = stage === undefined ? spent : spent.filter((it) => it.stage === stage)
  print('function, without what it calls', 'where', Number(values.top), ofStage)
}

/** @typedef {{ what: string, main: number, workers: number, ms: number }} Sum  Milliseconds by thread, and of all. */

/** @param {readonly Spent[]} spent @param {'stage' | 'where'} key @returns {Sum[]} Most first. */
function sumBy(spent, key) {
  /** @type {Map<string, Sum>} */
  const sums = new Map()
  for (const { [key]: what, thread, ms } of spent) {
    const sum = sums.get(what) ?? { what, main: 0, workers: 0, ms: 0 }
    sums.set(what, sum)
    sum[thread] += ms
    sum.ms += ms
  }
  return [...sums.values()].sort((a, b) => b.ms - a.ms)
}

/** @param {string} head @param {readonly Sum[]} sums @param {readonly Spent[]} spent @param {number} lines */
function printSums(head, sums, spent, lines) {
  const total = spent.reduce((sum, { ms }) => sum + ms, 0)
  const hasWorkers = spent.some(({ thread }) => thread === 'workers')
  const cells = (/** @type {Sum} */ { what, main, workers, ms }) => [
    what,
    ...(hasWorkers ? [main.toFixed(0), workers.toFixed(0)] : []),
    ms.toFixed(0),
    `${((100 * ms) / total).toFixed(1)} %`,
    ((1e6 * ms) / lines).toFixed(0),
  ]
  printTable(
    [head, ...(hasWorkers ? ['main ms', 'workers ms'] : []), 'ms', 'share', 'ns a line'],
    sums.map(cells),
  )
}

/** @param {readonly string[]} childArguments @returns {Spent[]} One for each sample. */
function profileOf(childArguments) {
  const folder = mkdtempSync(join(ROOT, '.bench', 'profile-'))
  try {
    const flags = ['--cpu-prof', `--cpu-prof-interval=${INTERVAL_US}`, `--cpu-prof-dir=${folder}`]
    const child = spawnSync(process.execPath, [...flags, CHILD, ...childArguments], { encoding: 'utf8' })
    if (child.status !== 0) throw new Error(`the profiled run failed: ${child.stderr}`)
    return readdirSync(folder).flatMap((file) =>
      spentIn(JSON.parse(readFileSync(join(folder, file), 'utf8')), threadOf(file)),
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** By the file's name, CPU.DATE.TIME.PROCESS.THREAD.NUMBER.cpuprofile; the main thread is 0. @param {string} file */
const threadOf = (file) => (file.split('.')[4] === '0' ? 'main' : 'workers')

/** @typedef {{ functionName: string, url: string, lineNumber: number, columnNumber: number }} Frame */
/** @typedef {{ id: number, callFrame: Frame, children?: number[], positionTicks?: { line: number, ticks: number }[] }} ProfileNode */

/**
 * @param {{ nodes: ProfileNode[], samples: number[], timeDeltas: number[] }} profile
 * @param {Spent['thread']} thread
 * @returns {Spent[]}
 */
function spentIn({ nodes, samples, timeDeltas }, thread) {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  /** @type {Map<number, { stage: string, where: string, working: number }>} */
  const places = new Map()
  const visit = (/** @type {ProfileNode} */ node, /** @type {string} */ callerStage) => {
    const { stage, where } = placeOf(node.callFrame)
    places.set(node.id, { stage: stage ?? callerStage, where, working: 1 - waitingShare(node) })
    for (const id of node.children ?? []) {
      const child = byId.get(id)
      if (child !== undefined) visit(child, stage ?? callerStage)
    }
  }
  if (nodes[0] !== undefined) visit(nodes[0], 'start-up and the rest')
  return samples.flatMap((id, i) => {
    const place = places.get(id)
    if (place === undefined || place.where === '(idle)') return []
    const { stage, where, working } = place
    return [{ stage, where, thread, ms: (working * (timeDeltas[i] ?? 0)) / 1000 }]
  })
}

/** @type {Map<string, string[]>} */
const linesOf = new Map()

/** Share of a function's samples in which its thread slept until another woke it. @param {ProfileNode} node */
function waitingShare({ callFrame: { url }, positionTicks = [] }) {
  if (!url.startsWith('file:') || positionTicks.length === 0) return 0
  const path = fileURLToPath(url)
  const lines = linesOf.get(path) ?? readFileSync(path, 'utf8').split('\n')
  linesOf.set(path, lines)
  const waiting = positionTicks.filter(({ line }) => lines[line - 1]?.includes('Atomics.wait('))
  const sum = (/** @type {typeof positionTicks} */ all) => all.reduce((total, { ticks }) => total + ticks, 0)
  return sum(waiting) / sum(positionTicks)
}

/**
 * Where a function is at home. Without a stage: it works for whoever calls it, as `core/`, other packages and what Node
 * has built in do.
 *
 * @param {Frame} frame
 * @returns {{ stage: string | null, where: string }}
 */
function placeOf(frame) {
  const { functionName, url } = frame
  const name = functionName || '(anonymous)'
  if (name === '(garbage collector)') return { stage: 'garbage', where: name }
  if (url === '') return { stage: null, where: name }
  if (url.startsWith('wasm:')) return { stage: 'scan', where: `wasm ${name}` }
  if (url.startsWith('node:')) return { stage: stageOfNode(url), where: `${name} (${url})` }
  const file = url.startsWith('file:') ? sourceFile(fileURLToPath(url), frame) : url
  return { stage: stageOfFile(file), where: `${file} ${name}` }
}

/** @param {string} file  From the root. @returns {string | null} */
function stageOfFile(file) {
  const [, folder = '', detector] = /^src\/(\w+)\/(?:detectors\/([^/]+)\/)?/.exec(file) ?? []
  if (detector !== undefined) return `detect: ${detector}`
  return STAGES_OF_FILES[file] ?? STAGES[folder] ?? null
}

/** @param {string} url @returns {string | null} */
function stageOfNode(url) {
  if (url.includes('crypto')) return 'hash'
  if (url.includes('zlib')) return 'inflate'
  return url.includes('fs') ? 'read' : null
}

/** @type {Map<string, SourceMap | null>} */
const maps = new Map()

/** The source file of a function of the bundle, from the root. @param {string} path @param {Frame} frame */
function sourceFile(path, { lineNumber, columnNumber }) {
  let map = maps.get(path)
  if (map === undefined) {
    map = existsSync(`${path}.map`) ? new SourceMap(JSON.parse(readFileSync(`${path}.map`, 'utf8'))) : null
    maps.set(path, map)
  }
  const entry = map?.findEntry(lineNumber, columnNumber)
  const isKnown = entry !== undefined && 'originalSource' in entry
  return relative(ROOT, isKnown ? resolve(path, '..', entry.originalSource) : path)
}

function build() {
  const flags = ['--sourcemap', '--no-dts', '--out-dir', DIST, '--silent']
  const tsup = spawnSync(join(ROOT, 'node_modules/.bin/tsup'), flags, { cwd: ROOT, encoding: 'utf8' })
  if (tsup.status !== 0) throw new Error(`the build failed: ${tsup.stderr}`)
}

await main().catch((error) => {
  console.error(`profile: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
})
