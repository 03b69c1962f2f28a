import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CoveredSource, SourceTrace } from '../../src/coverage/contract.js'
import { groupLogs } from '../../src/coverage/logs.js'
import { rotationNameOf } from '../../src/coverage/rotation-name.js'

const DAY = 86_400_000

/** A source as far as its place in a log goes. */
function sourceOf(
  source: number,
  names: readonly string[],
  span: readonly [number, number] | null = [source * DAY, (source + 1) * DAY],
  given: Partial<CoveredSource> = {},
): CoveredSource {
  return {
    source,
    names,
    kind: 'file',
    storedBytes: 1,
    decodedBytes: 1,
    format: 'combined',
    lines: 1,
    records: 1,
    rejects: 0,
    isLocalTime: false,
    isZoneAssumed: false,
    faults: [],
    planned: [],
    trace: span === null ? null : ({ integrity: { from: span[0], to: span[1] } } as SourceTrace),
    ...given,
  }
}

function groupsOf(...names: readonly string[]): string[][] {
  return groupLogs(names.map((name, source) => sourceOf(source, [name]))).map(({ sources }) =>
    sources.map((it) => it.names[0]!),
  )
}

describe('the name of a rotated file', () => {
  const date = (text: string) => Date.parse(`${text}Z`)
  it.each([
    ['access.log', 'access.log', null, null],
    ['access.log.1', 'access.log', 1, null],
    ['/var/log/nginx/access.log.2.gz', '/var/log/nginx/access.log', 2, null],
    ['access.log-20210814', 'access.log', null, date('2021-08-14T00:00')],
    ['access.log-20210814.gz', 'access.log', null, date('2021-08-14T00:00')],
    ['access-2021-08-14.log.gz', 'access.log', null, date('2021-08-14T00:00')],
    ['access_log.2021-08-14-03', 'access_log', null, date('2021-08-14T03:00')],
    ['access_log.1628899200', 'access_log', null, date('2021-08-14T00:00')],
    ['u_ex210814.log', 'u_ex.log', null, date('2021-08-14T00:00')],
    ['u_ex21081415.log', 'u_ex.log', null, date('2021-08-14T15:00')],
    ['localhost_access_log.2021-08-14.txt', 'localhost_access_log.txt', null, date('2021-08-14T00:00')],
    ['logs.zip!/var/log/access.log.1', 'logs.zip!/var/log/access.log', 1, null],
    ['C:\\logs\\access.log.3', 'C:/logs/access.log', 3, null],
    ['logs/2021/08/14/access.log', 'logs/access.log', null, null],
    ['access.3.log', 'access.log', 3, null],
    ['access.log-20210814-1628899200', 'access.log', null, date('2021-08-14T00:00')],
    ['access-2021-08-14T19-10-17.941.log.gz', 'access.log', null, date('2021-08-14T19:10:17')],
    ['access_log-05-Aug-2021', 'access_log', null, date('2021-08-05T00:00')],
    ['access.log.Fri', 'access.log', null, null],
    ['access.8080.log', 'access.8080.log', null, null],
    ['AWSLogs/2021-08-14-00-15-32-ABCDEF0123456789', 'AWSLogs/', null, date('2021-08-14T00:15:32')],
    ['E2EXAMPLE.2021-08-14-20.RT4KCN4SGK9.gz', 'E2EXAMPLE', null, date('2021-08-14T20:00')],
    [
      '1234_elasticloadbalancing_eu-west-1_app.my-lb.50dc6c495c0c9188_20210814T2355Z_192.0.2.7_20sg8hgm.log.gz',
      '1234_elasticloadbalancing_eu-west-1_app.my-lb.50dc6c495c0c9188_192.0.2.7.log',
      null,
      date('2021-08-14T23:55'),
    ],
    // a port or a version is no number of a series, and 1999-13-40 is no date
    ['shop-8443-access.log', 'shop-8443-access.log', null, null],
    ['access-1999-13-40.log', 'access-1999-13-40.log', null, null],
  ])('%s', (name, series, number, at) => {
    expect(rotationNameOf(name)).toMatchObject({ series, number, date: at })
  })
})

describe('sources that are one log', () => {
  it('are the files of one rotation series, in order of time', () => {
    const sources = [
      sourceOf(0, ['access.log'], [2 * DAY, 3 * DAY]),
      sourceOf(1, ['access.log.2.gz'], [0, DAY]),
      sourceOf(2, ['access.log.1'], [DAY, 2 * DAY]),
    ]
    const logs = groupLogs(sources)
    expect(logs.map(({ log, sources: of }) => [log, of.map(({ source }) => source)])).toEqual([
      ['L1', [1, 2, 0]],
    ])
  })

  it.each([
    ['another folder', 'a/access.log', 'b/access.log.1'],
    ['another archive', 'a.zip!/access.log', 'b.zip!/access.log.1'],
    ['another name', 'access.log', 'other.log.1'],
    [
      'another load balancer node',
      'lb_20210814T2355Z_192.0.2.7_20sg8hgm.log',
      'lb_20210814T2355Z_192.0.2.8_30sg8hgm.log',
    ],
  ])('are not of %s', (_, a, b) => {
    expect(groupsOf(a, b)).toEqual([[a], [b]])
  })

  it('may be in several formats: a server was told to write another', () => {
    const sources = [
      sourceOf(0, ['access.log']),
      sourceOf(1, ['access.log.1'], [DAY, 2 * DAY], { format: 'common' }),
      sourceOf(2, ['access.log.2'], null, { format: null }),
    ]
    expect(groupLogs(sources)).toHaveLength(1)
  })

  it.each([
    ['folders by date', 'logs/2021-08-13/access.log', 'logs/2021-08-14/access.log'],
    ['folders by date without dashes', '20210813/access.log', '20210814/access.log'],
    [
      'archives by date',
      'backup-2021-08-13.tar.gz!/var/log/access.log',
      'backup-2021-08-14.tar.gz!/var/log/access.log',
    ],
    ['the days of a week', 'access.log.Thu', 'access.log.Fri'],
    ['months', 'access-2021-07.log', 'access-2021-08.log'],
    ['days first', 'access-13-08-2021.log', 'access-14-08-2021.log'],
    ['named months', 'access_log-31-Jul-2021', 'access_log-01-Aug-2021'],
    ['a date and the second', 'access.log-20210813-1628812800', 'access.log-20210814-1628899200'],
    ['numbers behind a dash', 'access-1.log', 'access-2.log'],
    ['numbers behind a line', 'access_log_1', 'access_log_2'],
    ['Caddy', 'access-2021-08-13T19-10-17.941.log.gz', 'access-2021-08-14T19-10-18.007.log.gz'],
  ])('are told by %s', (_, a, b) => {
    expect(groupsOf(a, b)).toEqual([[a, b]])
  })

  it('are not those of ports', () => {
    expect(groupsOf('access.8080.log', 'access.8090.log')).toHaveLength(2)
  })

  it('are not written side by side: numbers may be those of servers', () => {
    const sources = [sourceOf(0, ['app.1.log'], [0, DAY]), sourceOf(1, ['app.2.log'], [60_000, DAY + 60_000])]
    expect(groupLogs(sources)).toHaveLength(2)
  })

  it('are by any of the names that the same bytes have, whatever their order', () => {
    const of = (names: readonly string[]) =>
      groupLogs([sourceOf(0, names), sourceOf(1, ['b/access.log.1'])]).length
    expect(of(['z/copy.log', 'b/access.log'])).toBe(1)
    expect(of(['b/access.log', 'z/copy.log'])).toBe(1)
  })

  it('standard input and a stream without a name are alone', () => {
    const sources = [
      sourceOf(0, ['-'], [0, 1], { kind: 'stdin' }),
      sourceOf(1, ['1'], [1, 2], { kind: 'stream' }),
      sourceOf(2, ['2'], [2, 3], { kind: 'stream' }),
    ]
    expect(groupLogs(sources)).toHaveLength(3)
  })

  it('are the same whatever the order of sources, each in one log', () => {
    const names = fc.constantFrom(
      'access.log',
      'access.log.1',
      'access.log.2',
      'b/access.log',
      'x-2021-08-14.log',
    )
    const span = fc.option(
      fc.tuple(fc.nat(20), fc.nat(5)).map(([from, days]) => [from * DAY, (from + days) * DAY] as const),
    )
    const sources = fc
      .array(fc.record({ name: names, span }), { maxLength: 12 })
      .map((list) => list.map(({ name, span: of }, source) => sourceOf(source, [name], of)))
    fc.assert(
      fc.property(
        sources.chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        ([list, shuffled]) => {
          const logs = groupLogs(list)
          expect(groupLogs(shuffled)).toEqual(logs)
          expect(
            logs.flatMap(({ sources: of }) => of.map(({ source }) => source)).sort((a, b) => a - b),
          ).toEqual(list.map(({ source }) => source))
        },
      ),
    )
  })
})
