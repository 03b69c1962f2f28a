/**
 * Writes the example evidence: three days of an invented telephone company, around the hour in which a test export was
 * closed. The same bytes on every run; no clock, no chance.
 *
 *     node examples/make-logs.mjs [FOLDER]     default: examples/logs
 *
 * Two servers. The gateway is Apache (vhost_combined), its first days are rotated and gzipped. The edge in Madrid is nginx
 * behind a load balancer and quotes the forwarding chain. Addresses are of RFC 5737 and RFC 3849, which nobody has.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

const FIRST_DAY = Date.parse('2021-08-12T00:00:00Z')
const CLOSED = Date.parse('2021-08-14T12:00:00Z')
const ROTATED = Date.parse('2021-08-14T04:25:00Z')
const END = Date.parse('2021-08-15T09:00:00Z')

/** A generator of numbers from 0 to 1 that repeats itself: mulberry32. */
function generator(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const random = generator(20210814)
const between = (low, high) => low + Math.floor(random() * (high - low + 1))
const pick = (list) => list[Math.floor(random() * list.length)]

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:91.0) Gecko/20100101 Firefox/91.0'
const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/92.0.4515.131 Safari/537.36'
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 14_7_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/14.1.2 Mobile/15E148 Safari/604.1'
const ANDROID =
  'Mozilla/5.0 (Linux; Android 11; SM-G991B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/92.0.4515.131 Mobile Safari/537.36'
const APP = 'TelcoApp/5.2.1 (Android 11; SM-A525F)'
const CRAWLER = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'
const CURL = 'curl/7.74.0'
const HARVESTER = 'number-harvester/1.4 (+batch)'
const SCRIPT = 'python-requests/2.26.0'

const HOST = 'gateway.telco.example'
const TEST_HOST = 'gw-test.telco.example'
const BALANCER = '192.0.2.10'

/** Visitors' addresses; none of the ranges that the case asks for. */
const VISITORS = Array.from({ length: 40 }, (_, i) =>
  i % 8 === 7
    ? `2001:db8:${(40 + i).toString(16)}:${(i * 37).toString(16)}::${i + 2}`
    : `203.0.113.${100 + i * 3}`,
).map((client) => ({ client, agent: pick([FIREFOX, CHROME, CHROME, SAFARI, ANDROID]) }))

/** Requests of both servers, unsorted: { t, client, method, target, status, size, referrer, agent, host, user, protocol }. */
const gateway = []
const edge = []

function add(log, t, client, target, status, size, more = {}) {
  log.push({ t, client, target, status, size, ...more })
}

/** More of them by day than by night. */
function* visits(count, from = FIRST_DAY, to = END) {
  for (let i = 0; i < count; i++) {
    let t = from + Math.floor(random() * (to - from))
    const hour = new Date(t).getUTCHours()
    if (hour < 6 && random() < 0.75) t += 8 * HOUR
    if (t < to) yield t
  }
}

const ASSETS = [
  ['/assets/app.3f9c1b2a77d0e4f1.js', 184223],
  ['/assets/app.3f9c1b2a77d0e4f1.css', 22310],
  ['/assets/logo.svg', 3120],
  ['/assets/fonts/inter-400.woff2', 17032],
  ['/favicon.ico', 1150],
]

/** People on the gateway's customer portal: a page, what it needs, sometimes a login and an account. */
function browse() {
  for (const start of visits(130)) {
    const { client, agent } = pick(VISITORS)
    let t = start
    const site = { agent, host: HOST, protocol: 'HTTP/2.0' }
    add(gateway, t, client, '/', 200, 8412, site)
    const known = random() < 0.4
    for (const [target, size] of ASSETS.slice(0, between(1, ASSETS.length))) {
      t += between(40, 900)
      add(gateway, t, client, target, known ? 304 : 200, known ? 0 : size, {
        ...site,
        referrer: `https://${HOST}/`,
      })
    }
    if (random() < 0.45) continue
    t += between(8, 40) * SECOND
    const fails = random() < 0.15
    if (fails) {
      add(gateway, t, client, '/login', 401, 512, {
        ...site,
        method: 'POST',
        referrer: `https://${HOST}/login`,
      })
      t += between(5, 20) * SECOND
    }
    add(gateway, t, client, '/login', 302, 0, { ...site, method: 'POST', referrer: `https://${HOST}/login` })
    const customer = between(20000, 99999)
    for (let page = between(1, 4); page > 0; page--) {
      t += between(3, 90) * SECOND
      const target = pick([
        `/customers/${customer}`,
        `/customers/${customer}/invoices`,
        `/customers/${customer}/invoices/${between(100000, 999999)}.pdf`,
        `/search?q=${pick(['roaming', 'esim', 'data+plan', 'pin+reset'])}`,
      ])
      add(gateway, t, client, target, 200, between(2200, 64000), { ...site, referrer: `https://${HOST}/` })
    }
  }
}

/** Machines that come to every site: a crawler, a health check, somebody's scanner, TLS spoken to a plain port. */
function machines() {
  for (const t of visits(36)) {
    const target = pick(['/robots.txt', '/', '/plans', '/plans/prepaid', '/help/roaming'])
    add(gateway, t, '2001:db8:66:249::7', target, 200, target === '/robots.txt' ? 68 : between(5000, 12000), {
      agent: CRAWLER,
      host: HOST,
    })
  }
  for (let t = FIRST_DAY + 7 * MINUTE; t < END; t += 20 * MINUTE) {
    add(gateway, t + between(0, 900), '10.20.0.5', '/healthz', 200, 2, {
      agent: 'kube-probe/1.21',
      host: HOST,
    })
  }
  const scan = FIRST_DAY + 31 * HOUR
  const paths = [
    '/.env',
    '/.git/config',
    '/wp-login.php',
    '/phpmyadmin/',
    '/admin/',
    '/backup.zip',
    '/actuator/env',
  ]
  paths.forEach((target, i) => {
    add(gateway, scan + i * 340, '192.0.2.211', target, 404, 196, {
      agent: 'Mozilla/5.0 zgrab/0.x',
      host: HOST,
    })
  })
  add(gateway, scan + 4000, '192.0.2.211', String.raw`\x16\x03\x01\x02\x00\x01`, 400, 226, {
    raw: true,
    host: HOST,
  })
  add(gateway, scan + 50 * SECOND, '192.0.2.211', '-', 408, '-', { raw: true, host: HOST })
  for (const t of visits(20)) {
    add(
      gateway,
      t,
      pick(VISITORS).client,
      pick(['/apple-touch-icon.png', '/old/tariffs.html', '/en']),
      404,
      196,
      {
        agent: CHROME,
        host: HOST,
      },
    )
  }
  for (const t of visits(4)) {
    add(gateway, t, pick(VISITORS).client, '/search?q=sim', 502, 552, { agent: FIREFOX, host: HOST })
  }
}

/** A page of the export; about 500 customers. */
const pageSize = () => between(61000, 68000)

/** The test export: used by its makers, found by somebody else, closed, knocked at, and entered by another spelling. */
function theExport() {
  const office = { agent: CURL, host: TEST_HOST }
  const script = { agent: HARVESTER, host: TEST_HOST }
  for (let i = 0; i < 12; i++) {
    add(
      gateway,
      FIRST_DAY + 9 * HOUR + i * 4 * HOUR,
      '192.0.2.33',
      '/test/export?page=1',
      200,
      pageSize(),
      office,
    )
  }
  let page = 1
  for (let t = FIRST_DAY + 44 * HOUR; page <= 120; t += between(20, 55) * SECOND) {
    add(gateway, t, '203.0.113.77', `/test/export?page=${page++}`, 200, pageSize(), script)
  }
  // one answer is under way while the rule is put in
  add(gateway, CLOSED + 40 * SECOND, '203.0.113.77', `/test/export?page=${page++}`, 200, pageSize(), script)

  // the office looks whether the door is shut, and is content
  for (const minutes of [8, 9, 30, 190]) {
    add(gateway, CLOSED + minutes * MINUTE, '192.0.2.33', '/test/export?page=1', 403, 219, office)
  }

  // the script goes on, is refused, and somebody tries by hand
  let t = CLOSED + 21 * MINUTE
  for (let i = 0; i < 14; i++, t += between(20, 55) * SECOND) {
    add(gateway, t, '203.0.113.77', `/test/export?page=${page + i}`, 403, 219, script)
  }
  t = CLOSED + 74 * MINUTE
  const tries = [
    ['/test/export/', 403, 219],
    ['/Test/Export', 404, 196],
    ['/test/export;a=1', 403, 219],
    ['/test/%65xport', 403, 219],
    ['/test//export', 200, pageSize()],
  ]
  for (const [target, status, size] of tries) {
    add(gateway, t, '203.0.113.77', target, status, size, { agent: CURL, host: TEST_HOST })
    t += between(9, 31) * SECOND
  }
  for (let i = 0; i < 60; i++, t += between(20, 55) * SECOND) {
    add(gateway, t, '203.0.113.77', `/test//export?page=${page++}`, 200, pageSize(), script)
  }

  // at night it goes on from rented machines, with a key that was left in the client
  t = CLOSED + 13 * HOUR
  for (let i = 0; i < 45; i++, t += between(8, 20) * SECOND) {
    const client = `198.51.100.${[23, 57][i % 2]}`
    add(gateway, t, client, `/test//export?page=${page++}&api_key=9c1f0b7d5e3a48c6`, 200, pageSize(), {
      agent: SCRIPT,
      host: TEST_HOST,
    })
  }
}

/** Numbers of a tenant, closed for a night and then for good: a client that polls, one that is sent to the login. */
function tenantNumbers() {
  const poller = { agent: 'acme-sync/2.0', host: HOST }
  for (let t = FIRST_DAY + 2 * HOUR; t < END; t += 3 * HOUR) {
    const night = t > Date.parse('2021-08-12T18:00:00Z') && t < Date.parse('2021-08-13T04:00:00Z')
    const open = !night && t < CLOSED
    add(
      gateway,
      t,
      '192.0.2.90',
      '/v1/acme/numbers/all',
      open ? 200 : 410,
      open ? between(30000, 33000) : 0,
      poller,
    )
  }
  add(gateway, CLOSED + 5 * HOUR, '203.0.113.142', '/v1/acme/numbers/34600000000', 302, 0, {
    agent: FIREFOX,
    host: HOST,
  })
}

/** The edge: the app's calls through the load balancer, and an answer that says 200 and means no. */
function theEdge() {
  for (const start of visits(150)) {
    const { client } = pick(VISITORS)
    let t = start
    for (let calls = between(2, 6); calls > 0; calls--) {
      const [target, status, size] = pick([
        ['/gateway/session', 201, 312],
        ['/gateway/usage?month=2021-08', 200, between(800, 2400)],
        ['/gateway/balance', 200, between(90, 140)],
        ['/gateway/plans', 304, 0],
        ['/gateway/push/register', 204, 0],
      ])
      const method = status === 201 || status === 204 ? 'POST' : 'GET'
      add(edge, t, BALANCER, target, status, size, { method, agent: APP, chain: client })
      t += between(1, 30) * SECOND
    }
  }
  for (const t of visits(25)) {
    add(edge, t, BALANCER, pick(['/favicon.ico', '/gateway/v0/usage']), 404, 1842, {
      agent: CHROME,
      chain: pick(VISITORS).client,
    })
  }
  for (const t of visits(6)) {
    add(edge, t, BALANCER, '/gateway/usage?month=2021-07', 499, 0, {
      agent: APP,
      chain: pick(VISITORS).client,
    })
  }
  for (const t of visits(8, FIRST_DAY, CLOSED - HOUR)) {
    add(edge, t, BALANCER, '/gateway/test/export?since=0', 200, pageSize(), {
      agent: APP,
      chain: '203.0.113.61',
    })
  }
  for (let i = 0; i < 5; i++) {
    add(edge, CLOSED + (2 + i) * HOUR, BALANCER, '/gateway/test/export?since=0', 200, 1842, {
      agent: APP,
      chain: '203.0.113.61',
    })
  }
  // the left part of the chain is what the sender claims; the right part is what the balancer saw
  add(edge, CLOSED + 3 * HOUR, BALANCER, '/gateway/test/export/full', 404, 1842, {
    agent: SCRIPT,
    chain: '10.0.0.1, 198.51.100.57',
  })
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (number) => String(number).padStart(2, '0')

/** `14/Aug/2021:14:00:40 +0200`. */
function stamp(t, zoneHours) {
  const local = new Date(t + zoneHours * HOUR)
  const day = `${two(local.getUTCDate())}/${MONTHS[local.getUTCMonth()]}/${local.getUTCFullYear()}`
  const time = [local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()].map(two).join(':')
  return `${day}:${time} +${two(zoneHours)}00`
}

function requestLine({ raw, method = 'GET', target, protocol = 'HTTP/1.1' }) {
  return raw ? target : `${method} ${target} ${protocol}`
}

/** Apache: `%v:%p %h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i"`. */
function apacheLine(request) {
  const { host, client, user = '-', t, status, size, referrer = '-', agent = '-' } = request
  return `${host}:443 ${client} - ${user} [${stamp(t, 0)}] "${requestLine(request)}" ${status} ${size} "${referrer}" "${agent}"\n`
}

/** nginx: combined with `"$http_x_forwarded_for"` behind it, in local time. */
function nginxLine(request) {
  const { client, user = '-', t, status, size, referrer = '-', agent = '-', chain = '-' } = request
  return `${client} - ${user} [${stamp(t, 2)}] "${requestLine(request)}" ${status} ${size} "${referrer}" "${agent}" "${chain}"\n`
}

/** In order of time; lines of one instant keep the order in which they were made. */
function written(requests, line) {
  return requests
    .filter(({ t }) => t < END)
    .sort((a, b) => a.t - b.t)
    .map(line)
    .join('')
}

function main(folder) {
  browse()
  machines()
  theExport()
  tenantNumbers()
  theEdge()
  mkdirSync(join(folder, 'gateway'), { recursive: true })
  const older = written(
    gateway.filter(({ t }) => t < ROTATED),
    apacheLine,
  )
  const newer = written(
    gateway.filter(({ t }) => t >= ROTATED),
    apacheLine,
  )
  // what a full disk once left behind: the first half of a line
  const halved = `${older.slice(0, older.lastIndexOf('"', older.length - 2) - 20)}\n`
  writeFileSync(join(folder, 'gateway', 'access.log.1.gz'), gzipSync(halved, { level: 9 }))
  writeFileSync(join(folder, 'gateway', 'access.log'), newer)
  writeFileSync(join(folder, 'edge-madrid.log'), written(edge, nginxLine))
}

main(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), 'logs'))
