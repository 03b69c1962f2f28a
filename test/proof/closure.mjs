/**
 * Did the door hold? Incidents of known truth at a door that was declared closed, spliced into simulated traffic, and the
 * verdict on each.
 *
 *     node test/proof/closure.mjs [seeds=20] [patterns=...]
 *
 * Prints the matrix of pattern and verdict with what is off, and a last line of JSON with it.
 */

import { investigate } from '../../dist/index.js'
import { simulateInMemory } from '../../dist/simulate.js'
import { argumentsOf, seedsOf } from './incidents.mjs'

const DOOR = '/gateway/test/export'
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const START = Date.parse('2025-03-10T00:00:00Z')
const TOKENS = ['t0ken-of-a-partner', 't0ken-of-another']

/** Numbers in 0 to 1 that only the seed decides. */
function randomOf(seed) {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state / 2 ** 32
  }
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
const two = (number) => String(number).padStart(2, '0')
function stampOf(time) {
  const at = new Date(time)
  const day = `${two(at.getUTCDate())}/${MONTHS[at.getUTCMonth()]}/${at.getUTCFullYear()}`
  return `${day}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`
}
function timeOf(line) {
  const [, day, month, year, clock] = /\[(\d\d)\/(\w{3})\/(\d{4}):(\d\d:\d\d:\d\d)/.exec(line)
  return Date.parse(`${year}-${two(MONTHS.indexOf(month) + 1)}-${day}T${clock}Z`)
}

/** One request at the door, or beside it. */
const ask = (time, client, target, status, bytes, { agent = 'python-requests/2.31', ...more } = {}) => ({
  time,
  client,
  target,
  status,
  bytes,
  agent,
  ...more,
})

/** Everybody who uses the door before it is closed; page sizes differ from the denial's 153. */
function* usersBefore(random, closing, clients) {
  for (const client of clients) {
    let time = closing - (2 + 20 * random()) * HOUR
    for (let n = 0; n < 4 + 6 * random(); n++) {
      yield ask(time, client, `${DOOR}?page=${n}`, 200, 40_000 + Math.floor(9000 * random()))
      time += 20_000 + 60_000 * random()
    }
  }
}

function* denied(random, from, to, clients, count, status = 403) {
  for (let n = 0; n < count; n++) {
    const client = clients[Math.floor(random() * clients.length)]
    yield ask(from + (to - from) * random(), client, `${DOOR}?page=${n}`, status, 153)
  }
}

const clientsOf = (random) =>
  Array.from({ length: 2 + Math.floor(4 * random()) }, () => `198.51.100.${1 + Math.floor(250 * random())}`)

/**
 * Patterns with their true verdict. `tell` gives the requests at the door; `hole` takes lines away; `seen` checks what else
 * an answer must say.
 */
const PATTERNS = {
  'alias a second after': {
    verdict: 'violated',
    *tell(random, closing, end) {
      const clients = clientsOf(random)
      yield* usersBefore(random, closing, clients)
      yield* denied(random, closing + 5 * MINUTE, end, clients, 6)
      const spelling = [
        '/gateway/test//export',
        '/gateway/./test/export',
        '/gateway/test/%65xport',
        '/gateway/test/export/',
      ][Math.floor(4 * random())]
      for (let n = 0, time = closing + 1000; n < 20; n++, time += 10_000 + 20_000 * random())
        yield ask(time, clients[0], `${spelling}?page=${n}`, 200, 41_000 + n)
    },
    seen: ({ after }) => (after.spellingCount >= 2 ? null : 'the other spelling is not told'),
  },
  held: {
    verdict: 'held',
    *tell(random, closing, end) {
      const clients = clientsOf(random)
      yield* usersBefore(random, closing, clients)
      yield* denied(random, closing + 2 * MINUTE, end, clients, 20 + Math.floor(60 * random()))
    },
    seen: ({ after, measured }) =>
      after.served + after.accepted > 0 || after.denied < 20
        ? 'attempts are not counted right'
        : measured.verdict === 'as-declared'
          ? null
          : `measured ${measured.verdict}`,
  },
  'nobody tried': {
    verdict: 'not-exercised',
    *tell(random, closing) {
      yield* usersBefore(random, closing, clientsOf(random))
    },
  },
  'hole over the closing': {
    verdict: 'unverifiable',
    *tell(random, closing, end) {
      const clients = clientsOf(random)
      yield* usersBefore(random, closing, clients)
      yield* denied(random, closing + 3 * HOUR, end, clients, 12)
    },
    hole: (closing, random) => [
      closing - (20 + 30 * random()) * MINUTE,
      closing + (25 + 30 * random()) * MINUTE,
    ],
  },
  'straight to origin': {
    verdict: 'violated',
    trusted: ['10.0.0.0/8'],
    *tell(random, closing, end) {
      const clients = clientsOf(random)
      for (const request of usersBefore(random, closing, clients)) yield { ...request, via: '10.1.2.3' }
      for (const request of denied(random, closing + 2 * MINUTE, end, clients, 15))
        yield { ...request, via: '10.1.2.3' }
      for (let n = 0, time = closing + HOUR; n < 8; n++, time += 45_000)
        yield ask(time, clients[0], `${DOOR}?page=${n}`, 200, 42_000 + n)
    },
    seen: ({ aliases }) =>
      aliases.some(({ kind }) => kind === 'origin') ? null : 'the way past the proxy is not told',
  },
  'tokens carried over': {
    verdict: 'held',
    token: true,
    *tell(random, closing, end) {
      const clients = clientsOf(random)
      for (const [n, client] of clients.entries()) {
        const token = TOKENS[n % 2]
        for (let k = 0; k < 5; k++)
          yield ask(closing - (5 - k) * 10 * MINUTE, client, `${DOOR}?page=${k}`, 200, 40_000 + k, { token })
        for (let k = 0; k < 4; k++)
          yield ask(closing + (3 + k) * MINUTE, client, `${DOOR}?page=${k}`, 401, 153, { token })
        for (let k = 0; k < 6; k++)
          yield ask(closing + HOUR + k * MINUTE, client, `/api/v9/customers/${k}`, 200, 9000 + k, { token })
      }
      yield ask(end - MINUTE, clients[0], `${DOOR}?page=9`, 401, 153, { token: TOKENS[0] })
    },
    seen: ({ carryOver, successors }) =>
      carryOver.tokens === 0
        ? 'no token is carried over'
        : successors.some(({ route }) => route.includes('/api/v9/customers'))
          ? null
          : 'the successor is not told',
  },
  'soft denials with 200': {
    verdict: 'unverifiable',
    *tell(random, closing, end) {
      const clients = clientsOf(random)
      yield* usersBefore(random, closing, clients)
      yield* denied(random, closing + 2 * MINUTE, end, clients, 5)
      for (const request of denied(random, closing + 2 * MINUTE, end, clients, 30))
        yield { ...request, status: 200 }
    },
    seen: ({ after }) => (after.softDenied === 30 ? null : `${after.softDenied} of 30 soft denials`),
  },
  'only redirects': {
    verdict: 'unverifiable',
    *tell(random, closing, end) {
      const clients = clientsOf(random)
      yield* usersBefore(random, closing, clients)
      yield* denied(random, closing + 2 * MINUTE, end, clients, 10, 302)
    },
  },
  'reopened period, held': {
    verdict: 'held',
    reopens: 6 * HOUR,
    *tell(random, closing, end) {
      const clients = clientsOf(random)
      yield* usersBefore(random, closing, clients)
      yield* denied(random, closing + 2 * MINUTE, closing + 5.9 * HOUR, clients, 12)
      for (let n = 0, time = closing + 6 * HOUR + 5000; time < end - HOUR; n++, time += HOUR)
        yield ask(time, clients[0], `${DOOR}?page=${n}`, 200, 43_000 + n)
    },
  },
  'another version': {
    verdict: 'held',
    *tell(random, closing, end) {
      const clients = clientsOf(random)
      yield* usersBefore(random, closing, clients)
      yield* denied(random, closing + 2 * MINUTE, end, clients, 9)
      for (let n = 0, time = closing + 2 * HOUR; n < 7; n++, time += MINUTE)
        yield ask(time, clients[0], `/v2${DOOR}?page=${n}`, 200, 44_000 + n)
    },
    seen: ({ aliases }) =>
      aliases.some(({ served }) => served === 7) ? null : 'the other version is not told',
  },
}

const given = argumentsOf({ seeds: '20', patterns: Object.keys(PATTERNS).join(',,') })
const seeds = seedsOf(Number(given.seeds))

/** The layout has the chain and a token where a pattern needs them. */
const FORMAT = '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i" "%{X-Forwarded-For}i" "%{session}C"'

function lineOf({ time, client, target, status, bytes, agent, via, token }) {
  const [peer, chain] = via === undefined ? [client, '-'] : [via, client]
  return `${peer} - - [${stampOf(time)}] "GET ${target} HTTP/1.1" ${status} ${bytes} "-" "${agent}" "${chain}" "${token ?? '-'}"`
}

function logOf(pattern, seed) {
  const random = randomOf(seed)
  const { logs } = simulateInMemory({ seed, days: 2, rate: 0.4 })
  const [traffic] = logs.values()
  const closing = START + Math.floor((20 + 8 * random()) * HOUR)
  const end = START + 47 * HOUR
  const ordinary = traffic
    .trimEnd()
    .split('\n')
    .map((text) => ({ time: timeOf(text), text: `${text} "-" "-"` }))
  const told = [...pattern.tell(random, closing, end)].map((request) => ({
    time: request.time,
    text: lineOf(request),
  }))
  const [from, to] = pattern.hole?.(closing, random) ?? [0, 0]
  const lines = [...ordinary, ...told]
    .filter(({ time }) => time < from || time >= to)
    .sort((a, b) => a.time - b.time)
    .map(({ text }) => text)
  return { text: `${lines.join('\n')}\n`, closing }
}

async function judge(pattern, seed) {
  const { text, closing } = logOf(pattern, seed)
  const closed = { from: new Date(closing).toISOString() }
  if (pattern.reopens !== undefined) closed.to = new Date(closing + pattern.reopens).toISOString()
  const caseFile = {
    entryPoints: [{ id: 'export', path: DOOR, closed }],
    ...(pattern.trusted === undefined ? {} : { trustedProxies: pattern.trusted }),
  }
  async function* bytes() {
    yield Buffer.from(text)
  }
  const run = investigate({
    evidence: [{ name: 'access.log', bytes: bytes() }],
    case: caseFile,
    format: FORMAT,
  })
  const { answers } = await run.report()
  return answers.closure[0]
}

const table = []
for (const name of given.patterns.split(',,')) {
  const pattern = PATTERNS[name]
  const row = { name, truth: pattern.verdict, verdicts: {}, off: [] }
  for (const seed of seeds) {
    const answer = await judge(pattern, seed)
    row.verdicts[answer.verdict] = (row.verdicts[answer.verdict] ?? 0) + 1
    if (answer.verdict !== pattern.verdict)
      row.off.push({ seed, verdict: answer.verdict, basis: answer.basis.map(({ text }) => text) })
    else {
      const missed = pattern.seen?.(answer) ?? null
      if (missed !== null) row.off.push({ seed, missed })
    }
  }
  table.push(row)
  const verdicts = Object.entries(row.verdicts).map(([verdict, count]) => `${verdict} ${count}`)
  console.log(`${name} (truly ${row.truth}): ${verdicts.join(', ')}; off: ${row.off.length}`)
  for (const it of row.off.slice(0, 3)) console.log(`  ${JSON.stringify(it)}`)
}
console.log(JSON.stringify(table))
