import { createHash } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'
import { userAgents } from './agents.mjs'
import { plant } from './planted.mjs'
import { Random, zipfTable } from './random.mjs'
import { REJECTS } from './rejects.mjs'
import { pages, strayRequests } from './site.mjs'

/** Reaches down to the share of the rarest client. */
const CLIENT_TABLE = 1 << 22
const AGENT_TABLE = 1 << 16
const START_MS = Date.UTC(2015, 4, 17, 10, 5)
const DAY_MS = 24 * 3_600_000
/** Stamps lie up to this far behind the line that is written at the time: long requests are logged when they end. */
const DISORDER_MS = 60_000
/** Visits that go on side by side; each is a client that loads a page and what belongs to it. */
const VISITS = 128
const BUFFER_BYTES = 1 << 22
/** Longer than any line. */
const LINE_ROOM = 8192
/** Out of 2^32: lines that are no records; requests outside visits. */
const REJECT_SHARE = 0.01 * 2 ** 32
const STRAY_SHARE = REJECT_SHARE + 0.048 * 2 ** 32
/** Requests at entry points by ordinary visitors, while these are open. */
const OPEN_SHARE = STRAY_SHARE + 0.002 * 2 ** 32

const TILDE = 0x7e
const ZERO = 0x30
const LF = 0x0a
const STAMP_BYTES = 26

/**
 * Texts in one array of bytes, written by number. The hot path of the generator: a line is four of them.
 */
class Texts {
  #bytes = Buffer.alloc(0)
  #starts = new Uint32Array(1)

  /** @param {readonly string[]} texts  Latin-1. */
  constructor(texts) {
    this.#bytes = Buffer.from(texts.join(''), 'latin1')
    this.#starts = new Uint32Array(texts.length + 1)
    texts.forEach((text, i) => {
      this.#starts[i + 1] = (this.#starts[i] ?? 0) + text.length
    })
  }

  /** @param {number} number @param {Uint8Array} out @param {number} at @returns {number} One past the last byte. */
  write(number, out, at) {
    const bytes = this.#bytes
    const end = this.#starts[number + 1] ?? 0
    let to = at
    for (let from = this.#starts[number] ?? 0; from < end; from++) out[to++] = bytes[from] ?? 0
    return to
  }
}

/** Stamps as bytes; a second is written out once while it is near. */
class Stamps {
  #bytes = Buffer.alloc(256 * STAMP_BYTES)
  #seconds = new Float64Array(256).fill(-1)

  /** @param {number} ms @param {Uint8Array} out @param {number} at @returns {number} */
  write(ms, out, at) {
    const second = Math.floor(ms / 1000)
    const slot = second & 255
    if (this.#seconds[slot] !== second) {
      this.#seconds[slot] = second
      this.#bytes.write(stampText(second * 1000), slot * STAMP_BYTES, 'latin1')
    }
    for (let i = 0; i < STAMP_BYTES; i++) out[at + i] = this.#bytes[slot * STAMP_BYTES + i] ?? 0
    return at + STAMP_BYTES
  }
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** @param {number} ms @returns {string} Such as 17/May/2015:10:05:03 +0000. */
function stampText(ms) {
  const iso = new Date(ms).toISOString()
  return `${iso.slice(8, 10)}/${MONTHS[Number(iso.slice(5, 7)) - 1]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`
}

/** The begin of a client's lines. One in fifty is IPv6, one in 500 logs in; no two share an address or a /64. */
function clientPrefix(/** @type {number} */ i) {
  const user = i % 500 === 3 ? `user${i}` : '-'
  if (i % 50 === 7) {
    const hex = (Math.imul(i, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0')
    return `2a02:${hex.slice(0, 4)}:${hex.slice(4)}:${(i % 7).toString(16)}::${(i % 4093).toString(16)} - ${user} [`
  }
  const low = Math.imul(Math.floor(i / 64) + 1, 0x9e3779b1) & 0xffffff
  return `${60 + (i % 64)}.${low >>> 16}.${(low >>> 8) & 255}.${low & 255} - ${user} [`
}

/** @typedef {ReturnType<typeof writeLog>} Truth */

/**
 * @typedef {object} LogOptions
 * @property {number} sizeBytes
 * @property {number} seed
 * @property {number} days  That the log spans.
 * @property {number} clients  That may be in it; a short log holds fewer.
 */

/**
 * Writes a log, the same for the same options.
 *
 * @param {string} path
 * @param {LogOptions} options
 * @returns What is true of it: `findings` are all that a right reader makes with `caseFile`.
 */
export function writeLog(path, { sizeBytes, seed, days, clients }) {
  const writer = new LogWriter(new Random(seed), days * DAY_MS, clients)
  const file = openSync(path, 'w')
  try {
    return writer.write(file, sizeBytes)
  } finally {
    closeSync(file)
  }
}

class LogWriter {
  #random
  #planted
  #buffer = Buffer.alloc(BUFFER_BYTES)
  #stamps = new Stamps()
  #clients
  #agents
  #requests
  #rejects
  /** By request and by reject: 1 where the line holds POST. */
  #isPost
  /** By request: 1 where tildes stand for digits. */
  #hasDigits
  #rejectIsPost
  /** @type {readonly { first: readonly number[], assets: readonly number[] }[]} */
  #pages
  /** @type {readonly number[]} */
  #strays
  /** @type {readonly { request: number, until: number }[]} */
  #open
  #byClient
  #byAgent
  #byPage
  #agentCount
  #spanMs
  #clientCount
  #seen
  #visits = 0
  #visitClient = new Uint32Array(VISITS)
  #visitAgent = new Uint16Array(VISITS)
  #visitPage = new Uint16Array(VISITS)
  #visitLeft = new Uint16Array(VISITS)
  #hash = createHash('sha256')
  #truth = { bytes: 0, lines: 0, records: 0, rejects: 0, clients: 0, postLines: 0 }

  /** @param {Random} random @param {number} spanMs @param {number} clients */
  constructor(random, spanMs, clients) {
    const planted = plant(START_MS, spanMs)
    this.#random = random
    this.#planted = planted
    this.#spanMs = spanMs
    this.#clientCount = clients
    this.#seen = new Uint8Array(clients)
    /** @type {Map<string, number>} */
    const numbers = new Map()
    const number = (/** @type {string} */ request) => {
      const known = numbers.get(request) ?? numbers.size
      numbers.set(request, known)
      return known
    }
    this.#pages = pages(random).map(({ first, assets }) => ({
      first: first.map(number),
      assets: assets.map(number),
    }))
    this.#strays = strayRequests(random).map(number)
    this.#open = planted.open.map(({ request, until }) => ({ request: number(request), until }))
    const requests = [...numbers.keys()]
    this.#requests = new Texts(requests)
    this.#isPost = requests.map((text) => (text.includes('POST') ? 1 : 0))
    this.#hasDigits = requests.map((text) => (text.includes('~') ? 1 : 0))
    this.#rejects = REJECTS.map((text) => text.split('TIME').map((part) => Buffer.from(part, 'latin1')))
    this.#rejectIsPost = REJECTS.map((text) => (text.includes('POST') ? 1 : 0))
    this.#clients = new Texts(Array.from({ length: clients }, (_, i) => clientPrefix(i)))
    const agents = userAgents(random)
    this.#agentCount = agents.length
    this.#agents = new Texts(agents.map((agent) => `${agent}"\n`))
    this.#byClient = zipfTable(clients, 1, CLIENT_TABLE)
    this.#byAgent = zipfTable(agents.length, 0.8, AGENT_TABLE)
    this.#byPage = zipfTable(this.#pages.length, 0.9, AGENT_TABLE)
    for (let slot = 0; slot < VISITS; slot++) this.#startVisit(slot)
  }

  /** @param {number} file @param {number} sizeBytes */
  write(file, sizeBytes) {
    const truth = this.#truth
    const planted = this.#planted.lines
    let nextPlanted = 0
    let at = 0
    while (truth.bytes < sizeBytes) {
      const now = START_MS + (truth.bytes / sizeBytes) * this.#spanMs
      const due = planted[nextPlanted]
      const begin = at
      if (due !== undefined && due.time <= now) {
        nextPlanted++
        at = this.#writePlanted(due, at)
      } else at = this.#writeOne(now, at)
      truth.bytes += at - begin
      truth.lines++
      if (at > BUFFER_BYTES - LINE_ROOM) {
        this.#flush(file, at)
        at = 0
      }
    }
    this.#flush(file, at)
    if (nextPlanted < planted.length)
      throw new Error('the log ends before its planted lines; take a larger size')
    return this.#summary()
  }

  /** @param {number} file @param {number} end */
  #flush(file, end) {
    const bytes = this.#buffer.subarray(0, end)
    this.#hash.update(bytes)
    for (let at = 0; at < end; ) at += writeSync(file, bytes, at)
  }

  #summary() {
    const { findings, attacks, lines, caseFile, busyCaseFile } = this.#planted
    const clients =
      this.#seen.reduce((sum, seen) => sum + seen, 0) + new Set(lines.map(({ client }) => client)).size
    const byEntryPoint = Object.fromEntries(
      caseFile.entryPoints.map(({ id }) => [id, sumOf(findings.filter((it) => it.entryPoint === id))]),
    )
    return {
      ...this.#truth,
      sha256: this.#hash.digest('hex'),
      clients,
      byEntryPoint,
      findings,
      attacks,
      caseFile,
      busyCaseFile,
      agents: this.#agentCount,
    }
  }

  /** @param {number} now @param {number} at */
  #writeOne(now, at) {
    const random = this.#random
    const kind = random.next()
    if (kind < REJECT_SHARE) return this.#writeReject(now, at)
    const slot = random.next() % VISITS
    if (kind < STRAY_SHARE) return this.#writeRecord(slot, random.pick(this.#strays), now, at)
    if (kind < OPEN_SHARE) {
      const door = random.pick(this.#open)
      if (now < door.until) return this.#writeRecord(slot, door.request, now, at)
    }
    return this.#writeRecord(slot, this.#nextOfVisit(slot), now, at)
  }

  /** @param {number} slot @param {number} request @param {number} now @param {number} at */
  #writeRecord(slot, request, now, at) {
    const random = this.#random
    const out = this.#buffer
    const client = this.#visitClient[slot] ?? 0
    this.#seen[client] = 1
    let to = this.#clients.write(client, out, at)
    // three in four end within a second or two, the rest whenever
    const behind = random.next() & 3 ? random.next() % 2000 : random.next() % DISORDER_MS
    to = this.#stamps.write(now - behind, out, to)
    const from = to
    to = this.#requests.write(request, out, to)
    if (this.#hasDigits[request] === 1) this.#fillDigits(from, to)
    to = this.#agents.write(this.#visitAgent[slot] ?? 0, out, to)
    this.#truth.records++
    this.#truth.postLines += this.#isPost[request] ?? 0
    return to
  }

  /** @param {import('./planted.mjs').Planted} line @param {number} at */
  #writePlanted({ client, time, request, agent }, at) {
    const text = `${client} - - [${stampText(time)}${request}${agent}"\n`
    this.#truth.records++
    this.#truth.postLines += text.includes('POST') ? 1 : 0
    return at + this.#buffer.write(text, at, 'latin1')
  }

  /** @param {number} now @param {number} at */
  #writeReject(now, at) {
    const out = this.#buffer
    const kind = this.#random.below(REJECTS.length)
    let to = at
    for (const [i, part] of (this.#rejects[kind] ?? []).entries()) {
      if (i > 0) to = this.#stamps.write(now, out, to)
      to += part.copy(out, to)
    }
    this.#fillDigits(at, to)
    out[to] = LF
    this.#truth.rejects++
    this.#truth.postLines += this.#rejectIsPost[kind] ?? 0
    return to + 1
  }

  /** Puts digits in the place of tildes. @param {number} from @param {number} to */
  #fillDigits(from, to) {
    const out = this.#buffer
    let digits = this.#random.next()
    for (let i = from; i < to; i++) {
      if (out[i] !== TILDE) continue
      out[i] = ZERO + (digits % 10)
      digits = Math.floor(digits / 10)
    }
  }

  /** @param {number} slot */
  #nextOfVisit(slot) {
    const { first, assets } = this.#pages[this.#visitPage[slot] ?? 0] ?? { first: [], assets: [] }
    const left = this.#visitLeft[slot] ?? 0
    if (left === 0) {
      this.#startVisit(slot)
      return this.#random.pick(this.#pages[this.#visitPage[slot] ?? 0]?.first ?? first)
    }
    this.#visitLeft[slot] = left - 1
    return this.#random.pick(assets)
  }

  /** One visit in three is of the next client in a fixed order, so that a large log holds every one of them. */
  #startVisit(/** @type {number} */ slot) {
    const random = this.#random
    const number = this.#visits++
    const clients = this.#clientCount
    const client =
      number % 3 === 0
        ? ((number / 3) * 7919) % clients
        : ((this.#byClient[random.next() % CLIENT_TABLE] ?? 0) * 104_729) % clients
    // one client in ten stands for a house or an office with several browsers
    const browser = client % 10 === 0 ? random.below(6) : 0
    this.#visitClient[slot] = client
    this.#visitAgent[slot] = this.#byAgent[Math.imul(client * 8 + browser + 1, 0x9e3779b1) >>> 16] ?? 0
    this.#visitPage[slot] = this.#byPage[random.next() % AGENT_TABLE] ?? 0
    this.#visitLeft[slot] = random.below(10)
  }
}

/** @param {readonly import('./planted.mjs').Counts[]} counts */
function sumOf(counts) {
  const sum = { served: 0, accepted: 0, unclear: 0, denied: 0, inFlight: 0 }
  for (const one of counts) {
    for (const key of /** @type {(keyof typeof sum)[]} */ (Object.keys(sum))) sum[key] += one[key]
  }
  return sum
}
