/**
 * Throws damaged lines of every format at the readers of the built package, for a bounded time.
 *
 *     node test/fuzz/run.mjs [seconds=60] [seed=1] [format=ID]
 *
 * For each case: the text is read in random chunks by one format, or by recognition. It must hold that
 * - nothing is thrown and no source has the fault `internal`;
 * - records and rejects tile the text: in order, apart from each other, and with blanks and directives every line counted;
 * - a line of 1 MiB takes less than a second.
 *
 * Prints the seed; exit 1 and the smallest input found, in JSON and in base64, when something does not hold.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { formats, readRecords } from '../../dist/index.js'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..')
const FOLDER = join(ROOT, 'src/parse/formats')
const LONG_LINE_BYTES = 1024 * 1024
const LONG_LINE_MS = 1000

const given = Object.fromEntries(process.argv.slice(2).map((argument) => argument.split('=')))
const seconds = Number(given.seconds ?? 60)
const seed = Number(given.seed ?? Date.now() % 1_000_000_007)

/** Mulberry32: the same cases for the same seed. */
function randomOf(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const random = randomOf(seed)
const below = (count) => Math.floor(random() * count)
const pick = (list) => list[below(list.length)]

/** Lines of a format: its example, and the log blocks of its cases. */
function linesOf(format) {
  const lines = [format.example]
  if (readdirSync(FOLDER).includes(format.id)) {
    const path = join(FOLDER, format.id, 'cases.md')
    let markdown = ''
    try {
      markdown = readFileSync(path, 'utf8')
    } catch {
      // a format without cases has its example
    }
    for (const [, block] of markdown.matchAll(/^```log[^\n]*\n([\s\S]*?)\n```$/gm)) lines.push(block)
  }
  return lines.map((line) => Buffer.from(line))
}

/** Format strings, which are formats too: each dialect, and each way to spell texts. */
const STRINGS = {
  'log_format x escape=none \'$remote_addr [$time_local] "$request" $status "$http_user_agent" "$http_cookie"\';':
    '203.0.113.9 [10/Oct/2000:13:55:36 -0700] "GET /a?b=1 HTTP/1.1" 200 "a\\b "c" d" "-"',
  'log_format x escape=json \'{"t":"$msec","r":"$request","a":"$http_user_agent","u":$upstream_response_time}\';':
    '{"t":"971186136.000","r":"GET /\\u0001 HTTP/1.1","a":"\\"x\\" \\\\","u":}',
  '%h %{%d/%b/%Y %T}t.%{msec_frac}t %{%z}t "%m %U%q %H" %>s %{X-Forwarded-For}i %{us}T':
    '203.0.113.9 10/Oct/2000 13:55:36.123 -0700 "GET /a?b HTTP/1.1" 200 192.0.2.1, 192.0.2.2 15',
  '%ci:%cp [%tr] %ft %b/%s %Tw/%Tr/%Ta %ST %B %tsc %hr %hs %{+Q}r':
    '203.0.113.9:4711 [10/Oct/2000:13:55:36.123] www app/a1 0/-1/30 200 2750 ---- {a|b c} "GET /a HTTP/1.1"',
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(:PATH)% %PROTOCOL%" %RESPONSE_CODE% "%REQ(USER-AGENT)%" "%REQ(X-A)%" %DOWNSTREAM_REMOTE_ADDRESS%':
    '[2000-10-10T13:55:36.123Z] "GET /a HTTP/2" 200 "x" "y" [2001:db8::9]:4711',
}

const SEEDS = new Map([
  ...formats.map((format) => [format.id, linesOf(format)]),
  ...Object.entries(STRINGS).map(([string, line]) => [string, [Buffer.from(line)]]),
])
const ALL_LINES = [...SEEDS.values()].flat()

const NASTY = [
  '"',
  "'",
  '\\',
  '\\"',
  '\\x',
  '\\x2',
  '\\u12',
  '\\ud800',
  '""',
  '[',
  ']',
  '{',
  '}',
  '","',
  '" "',
  '\t',
  ' ',
  '  ',
  '-',
  '\0',
  '\0\0\0\0',
  '\r',
  '\r\n',
  '\n',
  '\n\n',
  '\ufeff',
  '\u2028',
  'é',
  '😀',
  '%',
  '%00',
  '%zz',
  '?',
  '#',
  '://',
  '+',
  ',',
  '0',
  '-1',
  '1e999',
  '9'.repeat(30),
  '9'.repeat(400),
  '0.'.repeat(20),
  '99999999999999999999',
  'NaN',
  'Infinity',
  'null',
  '10/Oct/2000:13:55:60 +9999',
  '2000-02-30T25:61:61Z',
  '1'.repeat(18),
  '::',
  '[::1]',
  '1.2.3.4:99999',
  '#Fields: a b c\n',
  '#Fields:\n',
  '__proto__',
  'constructor',
  '{"a":',
  '[[[[[[[[',
  '"'.repeat(64),
  '\\'.repeat(65),
  '" '.repeat(40),
  ', '.repeat(40),
].map((text) => Buffer.from(text))

/** Ways to damage a line. Each takes and gives bytes. */
const DAMAGES = [
  // a byte flipped
  (line) => {
    const out = Buffer.from(line)
    if (out.length > 0) out[below(out.length)] ^= 1 << below(8)
    return out
  },
  // a byte of any value
  (line) => {
    const out = Buffer.from(line)
    if (out.length > 0) out[below(out.length)] = below(256)
    return out
  },
  // cut at the end, at the start, in the middle
  (line) => line.subarray(0, below(line.length + 1)),
  (line) => line.subarray(below(line.length + 1)),
  (line) => {
    const [from, to] = [below(line.length + 1), below(line.length + 1)].sort((a, b) => a - b)
    return Buffer.concat([line.subarray(0, from), line.subarray(to)])
  },
  // a stretch twice, or very often
  (line) => {
    const from = below(line.length + 1)
    const stretch = line.subarray(from, from + below(40))
    return Buffer.concat([
      line.subarray(0, from),
      ...Array(1 + below(random() < 0.05 ? 500 : 3)).fill(stretch),
      line.subarray(from),
    ])
  },
  // a field left out, doubled or exchanged
  (line) => fields(line, (parts, at) => parts.splice(at, 1)),
  (line) => fields(line, (parts, at) => parts.splice(at, 0, parts[at])),
  (line) => fields(line, (parts, at) => parts.splice(at, 1, pick(parts))),
  // what hurts, put in or put over
  (line) => insert(line, pick(NASTY), 0),
  (line) => insert(line, pick(NASTY), below(8)),
  // two lines spliced
  (line) => {
    const other = pick(ALL_LINES)
    return Buffer.concat([line.subarray(0, below(line.length + 1)), other.subarray(below(other.length + 1))])
  },
  // random bytes in
  (line) => insert(line, randomBytes(below(20)), 0),
]

function insert(line, bytes, over) {
  const at = below(line.length + 1)
  return Buffer.concat([line.subarray(0, at), bytes, line.subarray(at + over)])
}

function randomBytes(count) {
  return Buffer.from(Array.from({ length: count }, () => below(256)))
}

function fields(line, change) {
  const mark = pick([' ', '"', ',', '\t', ':', '|', '/'])
  const parts = line.toString('latin1').split(mark)
  change(parts, below(parts.length))
  return Buffer.from(parts.join(mark), 'latin1')
}

const ENCODINGS = [
  (text) => text,
  (text) => Buffer.from(`\ufeff${text.toString('latin1')}`, 'utf16le'),
  (text) =>
    Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(text.toString('latin1'), 'utf16le').swap16()]),
  (text) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), text]),
  (text) => Buffer.from(text.toString('latin1'), 'utf8'),
]

/** A text of some lines, most of one format, some damaged, some not. */
function makeText(id) {
  const lines = []
  const count = 1 + below(40)
  for (let i = 0; i < count; i++) {
    let line = random() < 0.05 ? randomBytes(below(300)) : pick(random() < 0.9 ? SEEDS.get(id) : ALL_LINES)
    if (random() < 0.8) for (let times = 1 + below(4); times > 0; times--) line = pick(DAMAGES)(line)
    lines.push(line, Buffer.from(pick(['\n', '\n', '\n', '\r\n', '\n\n', ''])))
  }
  const text = Buffer.concat(lines)
  return random() < 0.1 ? pick(ENCODINGS)(text) : text
}

/** Ends of the chunks in which a text comes. */
function makeCuts(length) {
  const cuts = Array.from({ length: below(5) }, () => below(length + 1)).sort((a, b) => a - b)
  return random() < 0.05 ? Array.from({ length }, (_, i) => i) : cuts
}

/** What does not hold of reading a text; null when all does. `id` null: the format is recognised. */
async function problemOf(id, text, cuts) {
  async function* chunks() {
    let at = 0
    for (const cut of [...cuts, text.length]) {
      // a reader may keep no chunk
      if (cut > at) yield Buffer.from(text.subarray(at, cut))
      at = Math.max(at, cut)
    }
  }
  const spans = []
  let ledger = []
  try {
    const records = readRecords([{ name: 'fuzz', bytes: chunks() }], {
      ...(id === null ? {} : { format: id }),
      onRejects: (rejects) => {
        for (const { source, reason } of rejects) spans.push({ ...source, isRecord: false, reason })
      },
      onLedger: (entries) => {
        ledger = entries
      },
    })
    for await (const record of records) {
      spans.push({ ...record.source, isRecord: true })
      const isTime = !Number.isNaN(Date.parse(record.time))
      if (!isTime) return `a record has the time ${record.time}`
    }
  } catch (error) {
    return `thrown: ${error?.stack ?? error}`
  }
  const [entry] = ledger
  if (entry === undefined) return 'there is no ledger entry'
  const internal = entry.faults.find(({ code }) => code === 'internal')
  if (internal !== undefined) return `the fault internal: ${internal.detail}`
  return tilingProblem(entry, spans)
}

function tilingProblem(entry, spans) {
  const { lines, records, rejects, blanks, directives } = entry
  // NUL bytes in front of a line are a reject beside what the line is
  const inFront = spans.filter(({ reason }) => reason === 'nul-run').length
  const counted = records + rejects + blanks + directives
  if (counted < lines || counted - inFront > lines)
    return `${lines} lines are ${records} records, ${rejects} rejects, ${blanks} blanks and ${directives} directives`
  spans.sort((a, b) => a.offset - b.offset)
  let end = 0
  let line = 0
  for (const span of spans) {
    if (span.offset < end) return `a span starts at ${span.offset}, within one that ends at ${end}`
    // elements of a document may share a line, as NUL bytes do with the line behind them
    if (span.line < line) return `line ${span.line} comes behind line ${line}`
    end = span.offset + span.length
    line = span.line
  }
  if (end > entry.decodedBytes) return `a span ends at ${end}, behind the text's ${entry.decodedBytes} bytes`
  if (records !== spans.filter(({ isRecord }) => isRecord).length) return 'the ledger counts other records'
  return null
}

/** The smallest text found that has a problem still: lines and then ever smaller stretches are left out. */
async function shrink(id, text) {
  let best = text
  const deadline = Date.now() + 20_000
  for (
    let size = Math.ceil(best.length / 2);
    size >= 1 && Date.now() < deadline;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let at = 0; at < best.length && Date.now() < deadline; ) {
      const shorter = Buffer.concat([best.subarray(0, at), best.subarray(at + size)])
      if ((await problemOf(id, shorter, [])) !== null) best = shorter
      else at += size
    }
  }
  return best
}

async function fail(id, text, problem) {
  const small = (await problemOf(id, text, [])) === null ? text : await shrink(id, text)
  console.error(`seed=${seed} format=${id ?? '(recognised)'}: ${problem}`)
  console.error(`input: ${JSON.stringify(small.toString('latin1'))}`)
  console.error(`base64: ${small.toString('base64')}`)
  process.exitCode = 1
}

/** Lines of 1 MiB, one stretch of a line of the format over and over: a reader that is not linear shows. */
function longLines(id) {
  const line = pick(SEEDS.get(id))
  const at = below(line.length)
  const stretches = [line, line.subarray(at, at + 1 + below(6)), pick(NASTY)]
  return stretches.map((stretch) => {
    const part = stretch.filter((byte) => byte !== 10 && byte !== 13)
    const count = part.length === 0 ? 0 : Math.ceil(LONG_LINE_BYTES / part.length)
    const middle = Buffer.concat(Array(count).fill(Buffer.from(part)))
    return Buffer.concat([line.subarray(0, at), middle.subarray(0, LONG_LINE_BYTES), line.subarray(at)])
  })
}

async function slownessOf(id, text) {
  const start = process.cpuUsage()
  const problem = await problemOf(id, text, [])
  const { user, system } = process.cpuUsage(start)
  const ms = (user + system) / 1000
  return problem ?? (ms > LONG_LINE_MS ? `a line of ${text.length} bytes took ${Math.round(ms)} ms` : null)
}

async function main() {
  const ids = given.format === undefined ? [...SEEDS.keys()] : [given.format]
  console.log(`fuzz: seed=${seed} seconds=${seconds}, ${ids.length} formats, ${ALL_LINES.length} lines`)
  const deadline = Date.now() + seconds * 1000
  let cases = 0
  let longs = 0
  // every format has its long lines once, a sixth of the time at most; the rest is for damage
  const longDeadline = Date.now() + (seconds * 1000) / 6
  for (const id of ids) {
    for (const text of longLines(id)) {
      if (Date.now() > longDeadline) break
      const problem = await slownessOf(id, text)
      longs++
      if (problem !== null) {
        console.error(`seed=${seed} format=${id}: ${problem}`)
        console.error(`input: ${JSON.stringify(text.subarray(0, 300).toString('latin1'))} ...`)
        process.exitCode = 1
        return
      }
    }
  }
  while (Date.now() < deadline) {
    const id = ids[cases % ids.length]
    const text = makeText(id)
    const by = random() < 0.85 ? id : null
    const problem = await problemOf(by, text, makeCuts(text.length))
    cases++
    if (problem !== null) return fail(by, text, problem)
  }
  console.log(`fuzz: ${cases} texts and ${longs} long lines; all of them hold`)
}

await main()
