/**
 * A breach statement and its revisions: first the log of one server, then of two, then the door is declared wider than it
 * was. Each revision says what moved and why.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { AnswerChange } from '../../src/index.js'
import { combinedLine, textOf } from '../laws/support.js'
import { linesOf, postern, temporaryFolder } from './support.js'

const folder = temporaryFolder()
const at = (...parts: string[]) => join(folder, ...parts)
const CLOSED = Date.parse('2021-08-14T12:00:00Z')
const MINUTE = 60_000

const traffic = (server: number) =>
  Array.from({ length: 3000 }, (_, n) => ({
    time: CLOSED - 1500 * MINUTE + n * MINUTE + server * 1000,
    client: `203.0.113.${(n * 7 + server) % 200}`,
    target: `/page/${n % 40}`,
    status: n % 40 === 0 ? 404 : 200,
    bytes: n % 40 === 0 ? 196 : 5000 + (n % 900),
  }))
const door = (minutes: number, status: number, target = '/test/export') => ({
  time: CLOSED + minutes * MINUTE,
  client: '198.51.100.7',
  target,
  status,
  bytes: status === 200 ? 40_000 + minutes : 153,
})

type Line = Parameters<typeof combinedLine>[0]
function write(name: string, lines: readonly Line[]): void {
  writeFileSync(at(name), textOf([...lines].sort((a, b) => a.time - b.time).map(combinedLine)))
}
write('web-1.log', [...traffic(1), door(-60, 200), door(10, 403), door(90, 403)])
write('web-2.log', [
  ...traffic(2),
  door(-50, 200),
  door(200, 200),
  door(210, 200),
  door(300, 200, '/test/download'),
])
const caseFile = (name: string, rule: string) => {
  writeFileSync(
    at(name),
    `entryPoints:\n  - id: export\n    ${rule}\n    closed: { from: 2021-08-14T12:00:00Z }\n`,
  )
  return at(name)
}
const NARROW = caseFile('narrow.yaml', 'path: /test/export')
const WIDE = caseFile('wide.yaml', 'prefix: /test')

async function investigate(out: string, logs: string[], file: string, previous?: string) {
  const before = previous === undefined ? [] : ['--previous', at(previous, 'answers.json')]
  const { status, stdout } = await postern([
    'investigate',
    ...logs.map((log) => at(log)),
    '--case',
    file,
    '--out',
    at(out),
    ...before,
  ])
  expect(status).toBe(0)
  const { changes } = JSON.parse(readFileSync(at(out, 'answers.json'), 'utf8')) as {
    changes: AnswerChange[] | null
  }
  return { stdout, changes }
}

const moved = (changes: AnswerChange[] | null, question: string) => {
  const { was, now, why } = changes!.find((change) => change.question.startsWith(question))!
  return [was?.verdict, now?.verdict, why.map(({ code }) => code)]
}

describe('a statement that is revised', () => {
  it('says at each step what moved, and for what reason', async () => {
    const first = await investigate('first', ['web-1.log'], NARROW)
    expect(first.changes).toBeNull()
    expect(first.stdout).toContain(
      'The door /test/export held from 2021-08-14 12:00Z: 2 attempts by 1 principal, none',
    )

    const second = await investigate('second', ['web-1.log', 'web-2.log'], NARROW, 'first')
    expect(moved(second.changes, 'closing of export')).toEqual(['held', 'violated', ['new-evidence']])
    expect(moved(second.changes, 'unauthorised access')).toEqual(['attempted', 'proven', ['new-evidence']])
    expect(second.stdout).toMatch(/What changed +\d answers/)
    expect(second.stdout).toContain('was held, is violated')
    expect(second.stdout).toContain('was not read before')

    const third = await investigate('third', ['web-1.log', 'web-2.log'], WIDE, 'second')
    expect(moved(third.changes, 'closing of export')).toEqual([
      'violated',
      'violated',
      ['declaration-changed'],
    ])
    expect(third.stdout).toContain('entry point export is declared otherwise')
    expect(third.stdout.replace(/\s+/g, ' ')).toContain('served 2 to 3')

    const again = await investigate('again', ['web-1.log', 'web-2.log'], WIDE, 'third')
    expect(again.changes).toEqual([])
    expect(again.stdout).toContain('nothing: each answer is as before')
  })

  it('is refused where what is compared with is no answers.json', async () => {
    const refused = await postern(['investigate', at('web-1.log'), '--previous', NARROW])
    expect(refused).toMatchObject({ status: 2, stdout: '' })
    expect(linesOf(refused.stderr)).toHaveLength(1)
    expect(refused.stderr).toContain('is no answers.json of an earlier run')
    const missing = await postern(['investigate', at('web-1.log'), '--previous', at('none.json')])
    expect(missing.status).toBe(2)
  })
})
