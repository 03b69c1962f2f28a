/** Ordinary traffic that looks ordinary: proportions, with wide bounds. */
import { describe, expect, it } from 'vitest'
import { DAY_MS, groupsOf, HOUR_MS, type Seen, told } from './support.js'

// Monday to Sunday
const RATE = 0.12
const week = told({ rate: RATE, days: 7, seed: 'ordinary' })
const { lines } = week
const share = (is: (line: Seen) => boolean) => lines.filter(is).length / lines.length
const within = (value: number, low: number, high: number) => {
  expect(value).toBeGreaterThan(low)
  expect(value).toBeLessThan(high)
}

describe('a week of ordinary traffic', () => {
  it('has as many requests as the rate says: the shares of its parts sum to one', () => {
    within(lines.length / (RATE * 7 * 86_400), 0.9, 1.1)
    expect(week.truth.incidents.concat(week.truth.lookalikes as never)).toEqual([])
  })

  it('has nights and weekends', () => {
    const hours = new Array<number>(24).fill(0)
    const days = new Array<number>(7).fill(0)
    const start = Date.parse(week.truth.options.start)
    for (const { time } of lines) {
      hours[Math.floor((time % DAY_MS) / HOUR_MS)]!++
      const day = Math.floor((time - start) / DAY_MS)
      if (day < 7) days[day]!++
    }
    const mean = lines.length / 24
    for (const night of [1, 2, 3, 4]) expect(hours[night]).toBeLessThan(0.5 * mean)
    for (const noon of [10, 11, 12, 13, 14, 15, 19]) expect(hours[noon]).toBeGreaterThan(1.1 * mean)
    const weekend = (days[5]! + days[6]!) / 2
    const weekday = (days[0]! + days[1]! + days[2]! + days[3]! + days[4]!) / 5
    within(weekend / weekday, 0.6, 0.95)
  })

  it('has many clients, of which few ask often: Zipf, and the addresses of carriers', () => {
    const counts = groupsOf(lines, ({ client }) => client)
      .map((own) => own.length)
      .sort((a, b) => b - a)
    within(counts[0]! / lines.length, 0.01, 0.12)
    within(counts.slice(0, 20).reduce((a, b) => a + b, 0) / lines.length, 0.1, 0.6)
    expect(counts.length).toBeGreaterThan(800)
    // half of all clients are below a tenth of a thousandth each
    expect(counts[counts.length >> 1]! / lines.length).toBeLessThan(0.001)
    // behind one address of a carrier or an office are several browsers
    const browsers = groupsOf(lines, ({ client }) => client).map(
      (own) => new Set(own.map(({ agent }) => agent)).size,
    )
    expect(browsers.filter((count) => count >= 4).length).toBeGreaterThan(5)
  })

  it('has answers of all kinds', () => {
    within(
      share(({ status }) => status === 200),
      0.75,
      0.97,
    )
    within(
      share(({ status }) => status === 304),
      0.02,
      0.15,
    )
    within(
      share(({ status }) => status >= 301 && status <= 303),
      0.003,
      0.05,
    )
    within(
      share(({ status }) => status === 404),
      0.003,
      0.05,
    )
    within(
      share(({ status }) => status === 401),
      0.0005,
      0.02,
    )
    within(
      share(({ status }) => status >= 500),
      0.00005,
      0.01,
    )
    for (const { status, bytes } of lines) if (status === 304 || status === 204) expect(bytes).toBe(0)
  })

  it('has pages with assets after them, and referrers', () => {
    within(
      share(({ target }) => /^\/(?:assets|media)\//.test(target)),
      0.25,
      0.7,
    )
    within(
      share(({ referrer }) => referrer !== '-'),
      0.5,
      0.9,
    )
    within(
      share(({ referrer }) => referrer.startsWith('https://www.google.com/')),
      0.005,
      0.1,
    )
    // the page that an asset names was fetched from the same address before, unless a cache had it
    const last = new Map<string, number>()
    let after = 0
    let assets = 0
    for (const { client, target, time, referrer } of lines) {
      if (target.startsWith('/media/')) {
        assets++
        const page = last.get(`${client} ${referrer.replace('https://www.example.com', '')}`)
        if (page !== undefined && time - page < 120_000) after++
      } else last.set(`${client} ${target}`, time)
    }
    expect(after / assets).toBeGreaterThan(0.8)
  })

  it('has an interface, machines, crawlers, scanners, logins and people at their desks', () => {
    within(
      share(({ target }) => target.startsWith('/api/v2/')),
      0.08,
      0.35,
    )
    within(
      share(({ target }) => target === '/healthz' || target === '/metrics'),
      0.005,
      0.06,
    )
    within(
      share(({ agent }) => /bot\b/i.test(agent)),
      0.02,
      0.15,
    )
    within(
      share(({ target, status }) => status === 404 && /\.env|\.git|phpunit|wp-login/.test(target)),
      0.0003,
      0.02,
    )
    within(
      share(({ method, target }) => method === 'POST' && target === '/login'),
      0.0005,
      0.03,
    )
    within(
      share(({ user }) => user !== null),
      0.001,
      0.03,
    )
    expect(lines.some(({ text }) => text.includes('"\\x16\\x03'))).toBe(true)
    expect(lines.some(({ status, method }) => status === 408 && method === '-')).toBe(true)
  })

  it('has sizes that vary by route, whole and broken-off downloads', () => {
    const sizes = (path: RegExp) => {
      const own = lines
        .filter(({ target, status }) => status === 200 && path.test(target))
        .map(({ bytes }) => bytes)
        .sort((a, b) => a - b)
      return { median: own[own.length >> 1]!, kinds: new Set(own).size }
    }
    expect(sizes(/^\/healthz/)).toEqual({ median: 2, kinds: 1 })
    expect(sizes(/^\/p\//).kinds).toBeGreaterThan(100)
    expect(sizes(/^\/media\//).median).toBeGreaterThan(2 * sizes(/^\/api\/v2\/products\//).median)
    const downloads = groupsOf(
      lines.filter(({ target, status }) => status === 200 && target.startsWith('/downloads/')),
      ({ target }) => target,
    )
    const whole = downloads.filter((own) => own.length > 1)
    const broken = whole.flatMap((own) => {
      const most = Math.max(...own.map(({ bytes }) => bytes))
      return own.filter(({ bytes }) => bytes < most)
    })
    expect(broken.length).toBeGreaterThan(0)
    expect(lines.some(({ status }) => status === 206)).toBe(true)
  })

  it('has deploys: some seconds in which nobody behind the proxy answers, and tries again', () => {
    const gone = lines.filter(({ status }) => status === 502 || status === 503)
    const minutes = new Set(gone.map(({ time }) => Math.floor(time / 60_000)))
    expect(gone.length).toBeGreaterThan(3)
    expect(minutes.size).toBeLessThan(30)
  })

  it('has words of nginx where nginx writes: a client that gave up is 499, a silent connection is not logged', () => {
    const nginx = told({ rate: RATE, days: 2, seed: 'ordinary', producer: 'nginx' }).lines
    expect(nginx.some(({ status }) => status === 499)).toBe(true)
    expect(nginx.some(({ status }) => status === 408)).toBe(false)
    expect(lines.some(({ status }) => status === 499)).toBe(false)
  })
})
