/**
 * Investigates a log of many clients, streamed from memory, and prints what came of it as JSON.
 *
 *     node test/laws/many-clients.mjs CLIENTS MEMORY_MB
 *
 * Every client asks for three routes, hours apart, within one day; one request in fifty is refused. Lines are combined.
 */

import { investigate } from '../../dist/index.js'

const [clients, memoryMb] = process.argv.slice(2).map(Number)
const ROUTES = ['/catalogue', '/catalogue/search', '/account/orders']
const CHUNK = 1 << 16
const DAY_S = 86_400

/** Visits clients in an order that jumps about, each once a round: a step that shares no factor with their number. */
function* requests() {
  const step = coprimeStep(clients)
  const total = clients * ROUTES.length
  for (let i = 0, client = 0; i < total; i++, client = (client + step) % clients)
    yield { client, route: Math.floor(i / clients), second: Math.floor((i / total) * DAY_S), i }
}

function coprimeStep(count) {
  const gcd = (a, b) => (b === 0 ? a : gcd(b, a % b))
  let step = Math.floor(count * 0.618) || 1
  while (gcd(step, count) !== 1) step++
  return step
}

const two = (value) => String(value).padStart(2, '0')
function stamp(second) {
  return `14/Aug/2021:${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`
}

const wrote = { records: 0, bytes: 0, denied: 0 }

async function* chunks() {
  let text = ''
  let at = { second: -1, text: '' }
  for (const { client, route, second, i } of requests()) {
    if (second !== at.second) at = { second, text: stamp(second) }
    const address = `10.${(client >> 16) & 255}.${(client >> 8) & 255}.${client & 255}`
    const [status, size] = i % 50 === 49 ? [403, 199] : [200, 2000 + (client % 1000)]
    text += `${address} - - [${at.text} +0000] "GET ${ROUTES[route]} HTTP/1.1" ${status} ${size} "-" "Mozilla/5.0 (X11; Linux x86_64; rv:91.0) Gecko/20100101 Firefox/91.0"\n`
    wrote.records++
    wrote.bytes += size
    if (status === 403) wrote.denied++
    if (text.length < CHUNK) continue
    yield Buffer.from(text, 'latin1')
    text = ''
  }
  yield Buffer.from(text, 'latin1')
}

const evidence = [{ name: 'access.log', bytes: chunks() }]
const run = investigate({ evidence, memoryMb, format: 'apache-combined' })
const { summary, findings, reading } = await run.report()
process.stdout.write(
  JSON.stringify({
    wrote,
    summary,
    findings: findings.length,
    bounds: reading.bounds,
    peakMb: process.resourceUsage().maxRSS / 1024,
  }),
)
