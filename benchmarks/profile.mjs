/**
 * Shows where the time of an investigation goes, by stage and by function, from a CPU profile of the built package.
 *
 *     node benchmarks/profile.mjs [--size 200MB] [--case investigate|parse-only] [--top 25]
 *
 * The package is built for this with source maps, which say from which file of `src` a function comes; the file's folder is
 * its stage. What Node does itself (hashing, reading, collecting garbage) stands under its own names.
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
  'src/parse/forwarding.ts': 'forwarding',
})
/** What the folders of `src` are to a row. */
const STAGES = /** @type {Record<string, string>} */ ({
  evidence: 'read',
  decode: 'frame',
  kernel: 'scan',
  parse: 'scan',
  columns: 'scan',
  classify: 'classify',
  order: 'order',
  sessions: 'sessions',
  observe: 'observers',
  detect: 'observers',
  conclude: 'observers',
  findings: 'observers',
})

/**
 * @typedef {object} Spent
 * @property {string} stage
 * @property {string} where
 * @property {number} ms
 */

async function main() {
  const { values } = parseArgs({
    options: {
      size: { type: 'string', default: '200MB' },
      case: { type: 'string', default: 'investigate' },
      top: { type: 'string', default: '25' },
    },
  })
  const { log, caseFile, truth } = await evidenceOf({ sizeBytes: parseSize(values.size) })
  build()
  const spent = profileOf([values.case, DIST, log, caseFile])
  const total = spent.reduce((sum, { ms }) => sum + ms, 0)
  const row = (/** @type {string} */ what, /** @type {number} */ ms) => [
    what,
    ms.toFixed(0),
    `${((100 * ms) / total).toFixed(1)} %`,
    ((1e6 * ms) / truth.lines).toFixed(0),
  ]
  const heads = ['ms', 'share', 'ns a line']
  console.log(`${values.case}, ${values.size}, ${truth.lines} lines\n`)
  printTable(
    ['stage', ...heads],
    [...sumBy(spent, 'stage')].map(([what, ms]) => row(what, ms)),
  )
  console.log('')
  const functions = [...sumBy(spent, 'where')].slice(0, Number(values.top))
  printTable(
    ['function, without what it calls', ...heads],
    functions.map(([what, ms]) => row(what, ms)),
  )
}

/** @param {readonly Spent[]} spent @param {'stage' | 'where'} key @returns {Map<string, number>} Most first. */
function sumBy(spent, key) {
  /** @type {Map<string, number>} */
  const sums = new Map()
  for (const one of spent) sums.set(one[key], (sums.get(one[key]) ?? 0) + one.ms)
  return new Map([...sums].sort(([, a], [, b]) => b - a))
}

/** @param {readonly string[]} childArguments @returns {Spent[]} One for each sample. */
function profileOf(childArguments) {
  const folder = mkdtempSync(join(ROOT, '.bench', 'profile-'))
  try {
    const flags = ['--cpu-prof', `--cpu-prof-interval=${INTERVAL_US}`, `--cpu-prof-dir=${folder}`]
    const child = spawnSync(process.execPath, [...flags, CHILD, ...childArguments], { encoding: 'utf8' })
    if (child.status !== 0) throw new Error(`the profiled run failed: ${child.stderr}`)
    const [file] = readdirSync(folder)
    return spentIn(JSON.parse(readFileSync(join(folder, file ?? ''), 'utf8')))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** @typedef {{ functionName: string, url: string, lineNumber: number, columnNumber: number }} Frame */
/** @typedef {{ id: number, callFrame: Frame, children?: number[] }} ProfileNode */

/** @param {{ nodes: ProfileNode[], samples: number[], timeDeltas: number[] }} profile @returns {Spent[]} */
function spentIn({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  /** @type {Map<number, { stage: string, where: string }>} */
  const places = new Map()
  const visit = (/** @type {ProfileNode} */ node, /** @type {string} */ callerStage) => {
    const { stage, where } = placeOf(node.callFrame)
    places.set(node.id, { stage: stage ?? callerStage, where })
    for (const id of node.children ?? []) {
      const child = byId.get(id)
      if (child !== undefined) visit(child, stage ?? callerStage)
    }
  }
  if (nodes[0] !== undefined) visit(nodes[0], 'start-up and the rest')
  return samples.flatMap((id, i) => {
    const place = places.get(id)
    return place === undefined || place.where === '(idle)'
      ? []
      : [{ ...place, ms: (timeDeltas[i] ?? 0) / 1000 }]
  })
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
  if (url.startsWith('node:')) return { stage: stageOfNode(url), where: `${name} (${url})` }
  const file = url.startsWith('file:') ? sourceFile(fileURLToPath(url), frame) : url
  const folder = /^src\/(\w+)\//.exec(file)?.[1] ?? ''
  return { stage: STAGES_OF_FILES[file] ?? STAGES[folder] ?? null, where: `${file} ${name}` }
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
