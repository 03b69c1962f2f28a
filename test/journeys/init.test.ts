import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { namesIn, postern, temporaryFolder } from './support.js'

const folder = temporaryFolder()
const at = (...parts: string[]) => join(folder, ...parts)

/** Answers, a line each; the last three questions are passed over. */
const ANSWERS = [
  'Test export',
  'Europe/Madrd',
  'Europe/Madrid',
  'private, 192.0.2.10',
  '/test/export',
  '2021-08-14',
  '2021-08-14T12:00:00Z',
  '/test//export',
  '',
  '',
  '/customers/**',
]

describe('postern init', () => {
  it('writes what it was told, and asks again where an answer cannot be', async () => {
    const file = at('case.yaml')
    const { status, stdout } = await postern(['init', file], { input: `${ANSWERS.join('\n')}\n` })
    expect(status).toBe(0)
    expect(stdout).toContain('found "Europe/Madrd", expected an IANA time zone')
    expect(stdout).toContain('found "2021-08-14", expected a date and time, zone required')
    expect(stdout).toContain(`${file} is written. Next: postern investigate LOGS --case ${file}`)
    expect(
      readFileSync(file, 'utf8'),
    ).toBe(`# What this case declares. examples/case.yaml of Postern shows every key there is.

name: Test export
options:
  timezone: Europe/Madrid
trustedProxies:
  - private
  - 192.0.2.10
entryPoints:
  - id: test-export
    path: /test/export
    closed:
      from: 2021-08-14T12:00:00Z
  - id: test-export-2
    path: /test//export
dataRoutes:
  - id: customers
    pattern: /customers/**
`)
  })

  it('writes a case that an investigation takes', async () => {
    const log = at('access.log')
    writeFileSync(log, '203.0.113.9 - - [14/Aug/2021:13:00:00 +0000] "GET /test/export HTTP/1.1" 403 153\n')
    const { status, stdout } = await postern(['investigate', log, '--case', at('case.yaml')])
    expect(status).toBe(0)
    expect(stdout).toContain('Closed entry point')
  })

  it('leaves a file that is there as it is, and what was half answered unwritten', async () => {
    writeFileSync(at('mine.yaml'), 'mine')
    const refused = await postern(['init', at('mine.yaml')], { input: '' })
    expect(refused).toMatchObject({ status: 2, stdout: '' })
    expect(refused.stderr).toContain('--force')
    expect(readFileSync(at('mine.yaml'), 'utf8')).toBe('mine')
    const ended = await postern(['init', at('other.yaml')], { input: 'A name\n' })
    expect(ended.status).toBe(2)
    expect(ended.stderr).toContain('nothing was written')
    expect(namesIn(folder)).toEqual(['access.log', 'case.yaml', 'mine.yaml'])
  })

  it('replaces a file with --force, and says where it cannot write', async () => {
    const all = `${'\n'.repeat(5)}`
    expect(await postern(['init', at('mine.yaml'), '--force'], { input: all })).toMatchObject({ status: 0 })
    expect(readFileSync(at('mine.yaml'), 'utf8')).toContain('{}')
    const failed = await postern(['init', at('none', 'case.yaml')], { input: all })
    expect(failed.status).toBe(1)
    expect(failed.stderr).toContain('cannot write')
  })
})
