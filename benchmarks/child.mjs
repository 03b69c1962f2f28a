/**
 * Runs one case in a process of its own and prints what came out as JSON; run.mjs and profile.mjs start it.
 *
 *     node benchmarks/child.mjs CASE DIST LOG [OPTIONS as JSON]
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createGunzip } from 'node:zlib'
import { moreDetectors } from './more-detectors.mjs'

/**
 * @typedef {object} ChildOptions  All but `moreDetectors` go to the package as they are.
 * @property {string} [caseFile]
 * @property {string} [format]
 * @property {number} [memoryMb]
 * @property {number} [workers]
 * @property {'simd' | 'ts'} [scanner]
 * @property {'sha256' | 'none'} [hash]
 * @property {{ flag: string, count: number }} [moreDetectors]
 */

const [name = '', dist = '', log = '', optionsText = '{}'] = process.argv.slice(2)
/** @type {ChildOptions} */
const { moreDetectors: more = { flag: '', count: 0 }, ...options } = JSON.parse(optionsText)

/** @returns {Promise<typeof import('../src/index.js')>} The built package; never the source, which runs differently. */
const load = () => import(pathToFileURL(resolve(dist, 'index.js')).href)

/** @type {Record<string, () => Promise<object>>} */
const CASES = {
  async investigate() {
    const { investigate, FLAG } = await load()
    const { detectors, visited } = moreDetectors(more, FLAG)
    const run = investigate({ evidence: [log], detectors, ...options })
    const { summary, findings, ledger, configuration, reading } = await run.report()
    return {
      lines: summary.lines,
      records: summary.records,
      rejects: summary.rejects,
      clients: summary.clients,
      clientsExact: summary.clientsExact,
      bytes: summary.decodedBytes,
      sessions: summary.sessions,
      decodedSha256: ledger[0]?.decodedSha256,
      hash: configuration.find((it) => it.name === 'hash')?.value,
      visited,
      bounds: reading.bounds.map(({ name, effect }) => `${name}: ${effect}`),
      findings: findings.flatMap((it) =>
        it.kind === 'closed-entry-point'
          ? [
              {
                entryPoint: it.scope.id,
                client: it.subject.clients[0],
                severity: it.severity,
                measures: it.measures,
              },
            ]
          : [{ entryPoint: it.kind, client: it.subject.id, severity: it.severity, measures: {} }],
      ),
    }
  },

  async 'parse-only'() {
    const { readBatches } = await load()
    const answer = { lines: 0, records: 0, rejects: 0, bytes: 0 }
    const onLedger = (/** @type {readonly import('../src/index.js').LedgerEntry[]} */ ledger) => {
      for (const entry of ledger) {
        answer.lines += entry.lines
        answer.rejects += entry.rejects
        answer.bytes += entry.decodedBytes
      }
    }
    for await (const batch of readBatches([log], { ...options, onLedger })) answer.records += batch.rowCount
    return answer
  },

  async sha256() {
    const hash = createHash('sha256')
    for await (const chunk of createReadStream(log, { highWaterMark: 1 << 20 })) hash.update(chunk)
    return { decodedSha256: hash.digest('hex') }
  },

  async gunzip() {
    let bytes = 0
    const gunzip = createGunzip({ chunkSize: 1 << 18 })
    for await (const chunk of createReadStream(log, { highWaterMark: 1 << 18 }).pipe(gunzip))
      bytes += chunk.length
    return { bytes }
  },
}

const run = CASES[name]
if (run === undefined) throw new Error(`no case is called ${name}`)
const answer = await run()
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
console.log(
  JSON.stringify({ answer, peakRssBytes: maxRSS * 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 }),
)
