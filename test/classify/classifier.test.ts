import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientIdentity } from '../../src/classify/addresses.js'
import { Classifier } from '../../src/classify/classifier.js'
import {
  type DataRoute,
  type EntryPointRule,
  FLAG,
  type Indicator,
  type LoginRule,
} from '../../src/classify/contract.js'
import { EntryPointMatcher } from '../../src/classify/entry-points.js'
import { IndicatorMatcher } from '../../src/classify/indicators.js'
import { LoginMatcher } from '../../src/classify/logins.js'
import { isPlainPath, lowerAscii, normalPath } from '../../src/classify/normal-path.js'
import { routeTemplate } from '../../src/classify/route.js'
import { isAssetPath } from '../../src/classify/route-kinds.js'
import { createBatch } from '../../src/columns/batch.js'
import { FIELD, METHODS, type RecordBatch } from '../../src/columns/contract.js'
import { joinKeys, keyOfText, writeKey } from '../../src/core/keys.js'
import { writeRowKeys } from '../../src/kernel/keys.js'
import { targetBatch, viewOf } from './target-batch.js'

const SEED = { a: 7, b: -9 }

interface Row {
  readonly path: Uint8Array
  readonly method: string
  readonly status: number
  readonly client: string
}

function batchOf(rows: readonly Row[]): RecordBatch {
  const batch = createBatch(Math.max(1, rows.length), [])
  const parts = rows.flatMap(({ path, client }) => [Buffer.from(client), Buffer.from(path)])
  batch.bytes = Buffer.concat(parts)
  batch.rowCount = rows.length
  const view = new DataView(batch.bytes.buffer, batch.bytes.byteOffset, batch.bytes.length)
  let at = 0
  for (const [row, { path, method, status, client }] of rows.entries()) {
    batch.fieldStart[FIELD.client]![row] = at
    batch.fieldLength[FIELD.client]![row] = client.length
    batch.pathStart[row] = at + client.length
    batch.pathLength[row] = path.length
    batch.method[row] = (METHODS as readonly string[]).indexOf(method)
    batch.status[row] = status
    writeRowKeys(batch, view, row, SEED)
    at += client.length + path.length
  }
  return batch
}

function keyOf(bytes: Uint8Array, method: number): number[] {
  const key = new Int32Array(2)
  const copy = Uint8Array.from(bytes)
  writeKey(new DataView(copy.buffer), 0, copy.length, SEED, key, 0)
  joinKeys(key[0]!, key[1]!, method, 0, key, 0)
  return [...key]
}

const name = fc.constantFrom(
  'a',
  'A',
  'admin',
  'export',
  'login',
  'Token',
  'wp-login.php',
  'v1',
  '4711',
  'x.png',
  'b@c.de',
)
const odd = fc.constantFrom('', '.', '..', '%61', 'a;v=1', '\\x61', '%', '\\', 'é', 'deadbeefdeadbeef')
const path = fc
  .tuple(
    fc.array(fc.oneof({ weight: 4, arbitrary: name }, odd), { maxLength: 4 }),
    fc.constantFrom('/', '/', '/', ''),
  )
  .map(([names, first]) => Buffer.from(`${first}${names.join('/')}`))
const row: fc.Arbitrary<Row> = fc.record({
  path: fc.oneof({ weight: 9, arbitrary: path }, fc.uint8Array({ maxLength: 20 })),
  method: fc.constantFrom('GET', 'POST', 'PUT'),
  status: fc.constantFrom(200, 302, 401, 404),
  client: fc.constantFrom(
    '203.0.113.9',
    '2001:db8::1',
    '2001:db8::2',
    'host.example',
    '::ffff:203.0.113.9',
    '',
  ),
})

const ruled = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => `/${names.join('/')}`)
const entryPoint: fc.Arbitrary<EntryPointRule> = fc.oneof(
  ruled.map((whole) => ({ id: 'e', path: whole })),
  fc.oneof(ruled, fc.constant('/')).map((prefix) => ({ id: 'e', prefix, methods: ['POST'] })),
  ruled.map((whole) => ({ id: 'e', path: whole, ignoreCase: true })),
  fc
    .array(fc.constantFrom('a', 'A*', '*', '**', '{n}', 'export'), { maxLength: 3 })
    .map((names) => ({ id: 'e', pattern: `/${names.join('/')}` })),
)
const login: fc.Arbitrary<LoginRule> = entryPoint.map((it) => ({ ...it, failure: [200], success: [302] }))
const indicator: fc.Arbitrary<Indicator> = fc.oneof(
  fc.tuple(ruled, fc.boolean()).map(([value, ignoreCase]) => ({ type: 'path' as const, value, ignoreCase })),
  fc.constantFrom<Indicator>(
    { type: 'network', value: '203.0.113.0/24' },
    { type: 'address', value: '2001:db8::2' },
  ),
)

interface Rules {
  readonly entryPoints: readonly EntryPointRule[]
  readonly logins: readonly LoginRule[]
  readonly dataRoutes: readonly DataRoute[]
  readonly indicators: readonly Indicator[]
  readonly ignorePathCase: boolean
}
const rules: fc.Arbitrary<Rules> = fc.record({
  entryPoints: fc.array(entryPoint, { maxLength: 3 }),
  logins: fc.array(login, { maxLength: 2 }),
  dataRoutes: fc.array(entryPoint, { maxLength: 2 }),
  indicators: fc.array(indicator, { maxLength: 2 }),
  ignorePathCase: fc.boolean(),
})

/** What a row's flags and entry points are to be, by its texts alone. */
function plainMarks(
  batch: RecordBatch,
  at: number,
  it: Row,
  by: Rules,
): { flags: number; entryPoints: number } {
  const normal = normalPath(it.path, 0, it.path.length)
  const entries = new EntryPointMatcher(by.entryPoints, by.ignorePathCase)
  const data = new EntryPointMatcher(by.dataRoutes, by.ignorePathCase)
  const logins = new LoginMatcher(by.logins, by.ignorePathCase)
  const indicators = new IndicatorMatcher(by.indicators)
  const number = logins.find(normal)
  const entryPoints = entries.checkConditions(entries.matchPath(normal), batch, at)
  let flags = number === 0 ? 0 : logins.flagsOf(number, batch, at)
  if (isAssetPath(it.path, 0, it.path.length)) flags |= FLAG.asset
  if (entryPoints !== 0) flags |= FLAG.entryPoint
  if (data.checkConditions(data.matchPath(normal), batch, at) !== 0) flags |= FLAG.dataRoute
  if (!isPlainPath(it.path, 0, it.path.length)) flags |= FLAG.oddSpelling
  if (indicators.ofRow(batch, at, normal).length > 0) flags |= FLAG.indicator
  if (it.status === 401) flags |= FLAG.refused | FLAG.loginFailed
  if (it.status === 404) flags |= FLAG.notFound
  return { flags, entryPoints }
}

describe('the classifier', () => {
  it('gives every row the key of its route and the marks that its texts ask for', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 12 }), rules, (rows, by) => {
        const batch = batchOf(rows)
        new Classifier({ ...by, seed: SEED }).classify(batch)
        rows.forEach((it, at) => {
          const normal = normalPath(it.path, 0, it.path.length)
          const route = routeTemplate(by.ignorePathCase ? lowerAscii(normal) : normal)
          const key = keyOf(Buffer.from(route, 'latin1'), batch.method[at]!)
          expect([batch.routeKey[2 * at], batch.routeKey[2 * at + 1]]).toEqual(key)
          const { flags, entryPoints } = plainMarks(batch, at, it, by)
          expect(batch.flags[at]).toBe(flags)
          expect(batch.entryPoints[at]).toBe(entryPoints)
        })
      }),
      { numRuns: 1500 },
    )
  })

  it('gives a client the key of who it is', () => {
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 12 }),
        fc.array(indicator, { maxLength: 2 }),
        (rows, indicators) => {
          const batch = batchOf(rows)
          const none = { entryPoints: [], logins: [], dataRoutes: [], ignorePathCase: false }
          new Classifier({ ...none, indicators, seed: SEED }).classify(batch)
          const key = new Int32Array(2)
          rows.forEach(({ client }, at) => {
            keyOfText(clientIdentity(client), SEED, key, 0)
            expect([batch.clientKey[2 * at], batch.clientKey[2 * at + 1]]).toEqual([...key])
          })
        },
      ),
    )
  })

  it('answers alike whatever its cache has let go: a hundred thousand paths, twice', () => {
    const by = { entryPoints: [{ id: 'e', pattern: '/*/4711' }], logins: [], dataRoutes: [], indicators: [] }
    const classifier = new Classifier({ ...by, ignorePathCase: false, seed: SEED })
    const rows = Array.from({ length: 100_000 }, (_, i) => ({
      path: Buffer.from(`/p${i}/${i % 7 === 0 ? 4711 : 'x'}`),
      method: 'GET',
      status: 200,
      client: '',
    }))
    const batch = batchOf(rows)
    for (let pass = 0; pass < 2; pass++) {
      batch.flags.fill(0)
      classifier.classify(batch)
      const marked = rows.flatMap((_, at) => (batch.flags[at] === FLAG.entryPoint ? [at] : []))
      expect(marked).toHaveLength(Math.ceil(rows.length / 7))
      expect(marked.every((at) => at % 7 === 0)).toBe(true)
    }
  })

  it('marks requests for a part of a list', () => {
    const targets = ['/a?page=2', '/a', '/a?x=1&Offset=40', '/a?pages=2', '/a?page=']
    const batch = targetBatch(targets)
    for (let row = 0; row < targets.length; row++) writeRowKeys(batch, viewOf(batch), row, SEED)
    const none = { entryPoints: [], logins: [], dataRoutes: [], indicators: [] }
    new Classifier({ ...none, ignorePathCase: false, seed: SEED }).classify(batch)
    const marked = targets.filter((_, row) => (batch.flags[row]! & FLAG.page) !== 0)
    expect(marked).toEqual(['/a?page=2', '/a?x=1&Offset=40'])
  })
})
