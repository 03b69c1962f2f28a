import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { combinedLine, textOf } from '../laws/support.js'
import { jsonLinesOf, postern, temporaryFolder } from './support.js'

const folder = temporaryFolder()
const at = (...parts: string[]) => join(folder, ...parts)
const START = Date.parse('2021-08-14T00:00:00Z')
const MINUTE = 60_000

const ask = (minutes: number, target: string, status: number, client = '198.51.100.7') =>
  combinedLine({ time: START + minutes * MINUTE, client, target, status, bytes: status === 200 ? 9000 : 153 })

const LINES = [
  ...Array.from({ length: 20 }, (_, n) => ask(n, `/api/customers/${n}`, 200)),
  ...[120, 130, 190].map((minutes) => ask(minutes, '/api/customers/7', 403)),
  // refused to one, served to others all along
  ...[5, 50, 300].map((minutes) => ask(minutes, '/reports', 200)),
  ...[60, 61, 62].map((minutes) => ask(minutes, '/reports', 403, '198.51.100.9')),
  // removed like any old file
  ...[1, 2, 3].map((minutes) => ask(minutes, '/old/logo.png', 200)),
  ...[200, 210, 290].map((minutes) => ask(minutes, '/old/logo.png', 404)),
  // busy, and open still: some were refused just before the log ends, or asked too often
  ...Array.from({ length: 290 }, (_, n) => ask(n, '/search', 200)),
  ...[291, 292, 293, 294].map((minutes) => ask(minutes, '/search', 403, `198.51.100.${minutes % 9}`)),
  ...[10, 11, 12].map((minutes) => ask(minutes, '/api/me', 200)),
  ...[250, 251, 252, 253].map((minutes) => ask(minutes, '/api/me', 429, `198.51.100.${minutes % 9}`)),
  // one that was never served
  ...[10, 20, 200].map((minutes) => ask(minutes, '/admin', 404)),
]
writeFileSync(at('access.log'), textOf(LINES))

describe('postern suggest-closures', () => {
  it('lists routes that turned to denials for good, data before assets, and when', async () => {
    const { status, stdout } = await postern(['suggest-closures', at('access.log'), '--json', '--quiet'])
    expect(status).toBe(0)
    expect(jsonLinesOf(stdout)).toEqual([
      {
        route: 'GET /api/customers/{int}',
        served: 20,
        bytes: 180_000,
        lastServed: '2021-08-14T00:19:00.000Z',
        firstDenied: '2021-08-14T02:00:00.000Z',
        lastDenied: '2021-08-14T03:10:00.000Z',
        denied: 3,
        isAsset: false,
      },
      expect.objectContaining({ isAsset: true, served: 3, denied: 3 }),
    ])
  })

  it('prints YAML that a case takes, and declares nothing by itself', async () => {
    const { stdout } = await postern(['suggest-closures', at('access.log'), '--most', '1'])
    expect(stdout).toContain('# Candidates, not declarations')
    expect(stdout).toContain('# 1 more')
    writeFileSync(at('case.yaml'), stdout)
    const { status, stdout: report } = await postern([
      'investigate',
      at('access.log'),
      '--case',
      at('case.yaml'),
    ])
    expect(status).toBe(0)
    expect(report).toMatch(/The door GET \/api\/customers\/\{int\}/)
  })

  it('says so where there is none', async () => {
    writeFileSync(at('quiet.log'), textOf([ask(0, '/', 200)]))
    const { stdout } = await postern(['suggest-closures', at('quiet.log')])
    expect(stdout).toBe('# No route turned from served to denied for good.\n')
  })
})
