/** What holds of every simulated log: same options, same bytes; the size that was asked for; one log or several. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { SimulateOptions } from '../../src/simulate/contract.js'
import { simulateInMemory } from '../../src/simulate/memory.js'
import { stories } from '../../src/simulate/stories/registry.js'
import { ATTACKS, DAY_MS, HOUR_MS, see, textOf, told, truthOf } from './support.js'

const ALL = stories.map(({ id }) => id)

function linesOf(options: SimulateOptions): string[] {
  return textOf(simulateInMemory(options)).split('\n').slice(0, -1)
}

describe('the same options', () => {
  it('give the same bytes and the same truth, and another seed gives others', () => {
    const options = { stories: ALL, size: 600_000, seed: 'a word' }
    const one = simulateInMemory(options)
    const again = simulateInMemory({ ...options, stories: [...ALL].reverse() })
    expect(textOf(again)).toBe(textOf(one))
    expect(again.truth).toEqual(one.truth)
    expect(again.caseFile).toBe(one.caseFile)
    expect(textOf(simulateInMemory({ ...options, seed: 'another' }))).not.toBe(textOf(one))
  })

  it('give these bytes on every machine, of this version of the generator', () => {
    const { truth, caseFile } = simulateInMemory({ stories: ALL, size: 2_000_000, days: 8, seed: 1 })
    // whoever changes them changes GENERATOR_VERSION with them, once it is published
    expect(truth.files.map(({ sha256 }) => sha256)).toMatchInlineSnapshot(`
      [
        "aa56397410e5a620be191ce091eaf1defb605375a706a92378a224475e20b1ed",
      ]
    `)
    expect(
      createHash('sha256')
        .update(`${JSON.stringify(truth.incidents)}${caseFile}`)
        .digest('hex'),
    ).toMatchInlineSnapshot(`"47ed0a0d14aef1b76439b115183181d752f92b59f88cb03700e14964c41c3bb3"`)
  })

  it('tell the same story with ordinary traffic and without, whatever its density', () => {
    const alone = linesOf({ stories: ATTACKS, days: 4, seed: 9, traffic: false })
    for (const more of [{ rate: 0.05 }, { size: 1_500_000 }]) {
      const mixed = linesOf({ stories: ATTACKS, days: 4, seed: 9, ...more })
      expect(mixed.length).toBeGreaterThan(alone.length)
      const left = new Map<string, number>()
      for (const line of mixed) left.set(line, (left.get(line) ?? 0) + 1)
      for (const line of alone) {
        expect(left.get(line) ?? 0, line).toBeGreaterThan(0)
        left.set(line, left.get(line)! - 1)
      }
    }
  })

  it('tell a story that is the same beside another', () => {
    const alone = truthOf({ stories: ['guessing'], days: 4, traffic: false }).incidents
    const beside = truthOf({ stories: ['test-gateway', 'guessing'], days: 4, traffic: false }).incidents
    expect(beside.filter(({ story }) => story === 'guessing')).toEqual(alone)
  })
})

describe('the account of files', () => {
  it('has the lines, bytes and hashes of what was written', () => {
    const { truth, logs } = simulateInMemory({ stories: ['guessing'], size: 400_000, servers: 3 })
    expect(truth.files.map(({ name }) => name)).toEqual([
      'server-1/access.log',
      'server-2/access.log',
      'server-3/access.log',
    ])
    for (const { name, lines, bytes, sha256 } of truth.files) {
      const text = logs.get(name)!
      expect(lines).toBe(text.split('\n').length - 1)
      expect(bytes).toBe(Buffer.byteLength(text))
      expect(sha256).toBe(createHash('sha256').update(text).digest('hex'))
    }
    expect(truth.totals.lines).toBe(truth.files.reduce((sum, { lines }) => sum + lines, 0))
    expect(truth.totals.bytes).toBe(truth.files.reduce((sum, { bytes }) => sum + bytes, 0))
  })

  it('is empty where nothing happened', () => {
    const { truth } = simulateInMemory({ rate: 0.0001, days: 0.01 })
    expect(truth.totals.lines).toBe(truth.files[0]!.lines)
    if (truth.totals.lines === 0) expect([truth.totals.start, truth.totals.end]).toEqual([null, null])
  })
})

describe('size', () => {
  it.each<[string, SimulateOptions]>([
    ['small, a day', { size: 300_000 }],
    ['a week', { size: 2_000_000, days: 7 }],
    ['with a story', { size: 1_000_000, stories: ['test-gateway'] }],
    ['with look-alikes', { size: 8_000_000, stories: ['benign'] }],
    ['of another layout', { size: 1_000_000, layout: '$msec $remote_addr "$request" $status' }],
    ['over several servers', { size: 1_000_000, servers: 4 }],
    ['in two hours', { size: 1_000_000, days: 1 / 12, start: '2025-03-10T09:00:00Z' }],
  ])('%s: within five per cent', (_name, options) => {
    for (const seed of [1, 2, 3]) {
      const { totals } = truthOf({ ...options, seed })
      expect(Math.abs(totals.bytes / options.size! - 1)).toBeLessThan(0.05)
    }
  })

  it('is that of the stories where they are more', () => {
    const alone = truthOf({ stories: ['api-export'], strength: 20, seed: 2, traffic: false })
    const both = truthOf({ stories: ['api-export'], strength: 20, seed: 2, size: 10_000 })
    expect(both.totals.storyLines).toBe(alone.totals.lines)
    expect(both.totals.bytes).toBeGreaterThan(10_000)
  })
})

describe('servers', () => {
  it('have the lines of one server among them, each once and in order', () => {
    const options: SimulateOptions = { stories: ['spraying', 'test-gateway'], size: 700_000, seed: 4 }
    const one = linesOf(options)
    const several = simulateInMemory({ ...options, servers: 5 })
    expect(textOf(several).split('\n').slice(0, -1).sort()).toEqual([...one].sort())
    expect(several.truth.incidents).toEqual(simulateInMemory(options).truth.incidents)
    for (const text of several.logs.values()) {
      // all servers have work
      expect(text.length).toBeGreaterThan(textOf(several).length / 20)
      let at = 0
      for (const line of text.split('\n').slice(0, -1)) {
        at = one.indexOf(line, at)
        expect(at, line).toBeGreaterThanOrEqual(0)
      }
    }
  })
})

describe('time', () => {
  it.each(['apache', 'nginx'] as const)(
    'is within the days and the answers under way at their end: %s',
    (producer) => {
      for (const seed of [1, 2, 3, 4]) {
        const { lines, truth } = told({ stories: ATTACKS, seed, days: 4, size: 5_000_000, producer })
        const start = Date.parse(truth.options.start)
        const times = lines.map(({ time }) => time)
        const [first, last] = [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b))]
        expect(first).toBeGreaterThanOrEqual(start)
        expect(last).toBeLessThan(start + 4 * DAY_MS + HOUR_MS)
        expect([truth.totals.start, truth.totals.end].map((it) => Date.parse(it!))).toEqual([first, last])
        // most of the last day is there
        expect(last).toBeGreaterThan(start + 3.9 * DAY_MS)
      }
    },
  )

  it('of nginx, which stamps the end, goes on; of Apache, which stamps the start, goes back some minutes at most', () => {
    const back = (producer: 'apache' | 'nginx') => {
      const { lines } = told({ stories: ['guessing'], size: 4_000_000, producer, seed: 6 })
      let latest = 0
      let most = 0
      let count = 0
      for (const { time } of lines) {
        latest = Math.max(latest, time)
        most = Math.max(most, latest - time)
        if (time < latest) count++
      }
      return { most, share: count / lines.length }
    }
    expect(back('nginx')).toEqual({ most: 0, share: 0 })
    const apache = back('apache')
    expect(apache.share).toBeGreaterThan(0.001)
    expect(apache.share).toBeLessThan(0.5)
    expect(apache.most).toBeGreaterThan(1_000)
    expect(apache.most).toBeLessThanOrEqual(10 * 60_000)
  })

  it('may begin at any hour and has any zone: no story stumbles', () => {
    for (const [i, start] of [
      '2021-08-12T23:30:00Z',
      '2024-02-29T12:34:56Z',
      '2025-12-31T08:00:00Z',
    ].entries()) {
      for (const strength of [0.5, 20]) {
        const truth = truthOf({
          stories: ALL,
          start,
          strength,
          seed: i,
          offsetMinutes: i * 330 - 330,
          traffic: false,
        })
        expect(truth.incidents.length).toBeGreaterThanOrEqual(ATTACKS.length)
        for (const incident of truth.incidents)
          expect(Date.parse(incident.start)).toBeGreaterThanOrEqual(Date.parse(start))
      }
    }
  })

  it('has the zone that was asked for', () => {
    const utc = told({ stories: ['guessing'], traffic: false })
    const text = textOf(simulateInMemory({ stories: ['guessing'], traffic: false, offsetMinutes: -210 }))
    expect(text).toContain(' -0330] ')
    expect(text.split('\n').length - 1).toBe(utc.lines.length)
    expect(() => see(text)).toThrow('no combined line')
  })
})

describe('options that make no sense are refused', () => {
  it.each<[SimulateOptions, RegExp]>([
    [
      { stories: ['gessing'] },
      /^there is no story "gessing"; did you mean guessing\? there are test-gateway, /,
    ],
    [
      { stories: ['benign'], days: 3 },
      /^benign needs at least 7 days, found 3; leave days out, or give more$/,
    ],
    [{ layout: 'combind' }, /^there is no format "combind"\. Did you mean combined\?/],
    [{ layout: '%h %s' }, /no time of day/],
    [{ size: 5 }, /^size is from 10000 to \d+ bytes, found 5$/],
    [{ size: Number.NaN }, /^size is from/],
    [{ size: 1e6, rate: 1 }, /^give size or rate, not both/],
    [{ traffic: false }, /^without ordinary traffic and without a story there is nothing to write/],
    [{ traffic: false, stories: ['guessing'], size: 1e6 }, /^size is about ordinary traffic/],
    [{ servers: 1.5 }, /^servers is a whole number from 1 to 64, found 1\.5$/],
    [{ strength: 0 }, /^strength is from/],
    [{ start: 'Monday' }, /^start is a time such as .*found "Monday"$/],
    [{ login: 'basics' as 'basic' }, /^there is no login "basics"; did you mean basic\?/],
    [{ producer: 'iis' as 'nginx' }, /^there is no producer "iis"/],
  ])('%j', (options, says) => {
    expect(() => truthOf(options)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION_INVALID', message: expect.stringMatching(says) }),
    )
  })
})
