/**
 * The law: what the simulator writes, `readRecords` reads back with the values that were written, in every layout.
 */
import fc from 'fast-check'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { readRecords } from '../../src/index.js'
import type { LogFormat } from '../../src/parse/contract.js'
import { formats } from '../../src/parse/formats/registry.js'
import type { WritableRecord } from '../../src/parse/layout/write.js'
import type { SimulateOptions } from '../../src/simulate/contract.js'
import { findLayout } from '../../src/simulate/layout.js'
import { simulateInMemory } from '../../src/simulate/memory.js'
import { stories } from '../../src/simulate/stories/registry.js'
import { textOf } from './support.js'

/** Records as they were handed to the writer, in the order of the lines. */
const written: WritableRecord[] = []

vi.mock('../../src/parse/layout/write.js', async (original) => {
  const real = await original<typeof import('../../src/parse/layout/write.js')>()
  return {
    ...real,
    lineWriter: (...options: Parameters<typeof real.lineWriter>) => {
      const write = real.lineWriter(...options)
      return (record: WritableRecord) => {
        const { time, client, user, method, target, protocol, status, bytes, referrer, userAgent, request } =
          record
        written.push({
          time,
          client,
          user,
          method,
          target,
          protocol,
          status,
          bytes,
          referrer,
          userAgent,
          request,
        })
        return write(record)
      }
    },
  }
})

beforeEach(() => {
  written.length = 0
})

/** Of a record, what the layout has a field for. */
function shownBy(layoutText: string, producer: SimulateOptions['producer']) {
  const { layout, visible, stampStepMs } = findLayout(layoutText, producer ?? null)
  const has = (as: string) => layout.fields.some(({ codec }) => codec.as === as)
  const hasRequest = has('request')
  return (record: WritableRecord): Record<string, unknown> => {
    const isRequest = record.method !== undefined
    const time = Math.floor((record.time as number) / stampStepMs) * stampStepMs
    return {
      time: new Date(time).toISOString(),
      ...(visible.client ? { client: record.client } : {}),
      ...(visible.user ? { user: record.user } : {}),
      ...(visible.referrer ? { referrer: record.referrer } : {}),
      ...(visible.userAgent ? { userAgent: record.userAgent } : {}),
      ...(visible.bytes ? { bytes: record.bytes } : {}),
      ...(has('status') ? { status: record.status } : {}),
      ...(hasRequest || has('method') ? { method: record.method } : {}),
      ...(hasRequest || has('target') ? { target: record.target } : {}),
      ...(hasRequest ? { request: record.request, ...(isRequest ? { protocol: record.protocol } : {}) } : {}),
    }
  }
}

const REJECTS: unknown[] = []

/** Simulates, reads back, compares line by line. @returns Lines. */
async function readBack(options: SimulateOptions, format?: string): Promise<number> {
  written.length = 0
  const held = simulateInMemory(options)
  const { truth } = held
  // with a size, the stories are told once without being kept: those lines come first
  const expected = written.slice(-truth.totals.lines)
  const shown = shownBy(truth.options.layout, truth.options.producer)
  const bytes = Buffer.from(textOf(held))
  let at = 0
  const stream = {
    name: 'simulated',
    bytes: (async function* () {
      yield bytes
    })(),
  }
  const settings = {
    onNotRead: (it: unknown) => REJECTS.push(it),
    ...(format === undefined ? {} : { format }),
  }
  for await (const record of readRecords([stream], settings)) {
    const values = shown(expected[at]!)
    for (const [name, value] of Object.entries(values)) {
      if ((record as unknown as Record<string, unknown>)[name] !== value)
        throw new Error(
          `line ${at + 1}: ${name} was written as ${JSON.stringify(value)} and read as ` +
            `${JSON.stringify((record as unknown as Record<string, unknown>)[name])} in ${truth.options.layout}`,
        )
    }
    at++
  }
  expect(REJECTS).toEqual([])
  expect(at).toBe(truth.totals.lines)
  return at
}

const IDS = formats
  .filter((format: LogFormat) => format.layouts !== undefined)
  .map(({ id }): string => id)
  .concat('nginx-combined', 'apache-combined')

describe('what is simulated is read back as it was written', () => {
  it.each(IDS)('in %s, recognised without being told: every story, and traffic', async (layout) => {
    const all = stories.map(({ id }) => id)
    expect(await readBack({ stories: all, days: 7, size: 3_000_000, layout, seed: 'law' })).toBeGreaterThan(
      10_000,
    )
  })

  it.each([
    '$remote_addr [$time_iso8601] $msec "$request" $status $bytes_sent $request_time "$http_user_agent" "$cookie_session"',
    '$time_iso8601 $remote_addr $request_method $uri "$args" $status $body_bytes_sent "$http_referer"',
    '$http_x_forwarded_for - [$time_local] "$request" $status $upstream_addr $upstream_response_time $request_id',
    '%h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i" %D %{ms}T %X %P',
    '%{%Y-%m-%d %H:%M:%S}t.%{msec_frac}t %a "%r" %>s %B "%{User-Agent}i"',
    '%v:%p %{usec}t "%{X-Forwarded-For}i" "%r" %s %b',
  ])('in %s', async (layout) => {
    const options: SimulateOptions = { stories: ['spraying', 'api-export'], size: 300_000, layout, seed: 3 }
    expect(await readBack(options, layout)).toBeGreaterThan(500)
  })

  const NGINX = {
    request: '$request',
    times: ['$time_local', '$time_iso8601', '$msec'],
    others:
      '$remote_addr $remote_user $status $body_bytes_sent $bytes_sent $http_referer $http_user_agent $host $request_time $upstream_status $request_length $cookie_sid $pid $http_x_trace'.split(
        ' ',
      ),
  }
  const APACHE = {
    request: '%r',
    times: ['%t', '%{msec}t', '%{%d/%b/%Y %T}t %{%z}t', '%{begin:%FT%T%z}t'],
    others:
      '%h %l %u %>s %b %B %O %D %T %v %p %k %P %X %{Referer}i %{User-Agent}i %{Host}i %{JSESSIONID}C %{SSL_PROTOCOL}x'.split(
        ' ',
      ),
  }
  it.each([
    ['nginx', NGINX],
    ['Apache', APACHE],
  ] as const)('in any format string of %s', async (_server, { request, times, others }) => {
    const strings = fc
      .tuple(fc.subarray(others, { maxLength: 8 }), fc.constantFrom(...times))
      .chain(([some, time]) => fc.shuffledSubarray([...some, time, request], { minLength: some.length + 2 }))
      .map((pieces) => pieces.map((piece) => `"${piece}"`).join(' '))
    const cases = fc.tuple(strings, fc.nat({ max: 1_000 }), fc.constantFrom(...stories.map(({ id }) => id)))
    await fc.assert(
      fc.asyncProperty(cases, async ([layout, seed, story]) => {
        const days = story === 'benign' ? 7 : 4
        await readBack(
          { stories: story === 'benign' ? [] : [story], days, size: 60_000, layout, seed },
          layout,
        )
      }),
      { numRuns: 25 },
    )
  })
})
