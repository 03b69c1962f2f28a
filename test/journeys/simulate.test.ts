import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EXAMPLES, jsonLinesOf, linesOf, namesIn, postern, shell, temporaryFolder } from './support.js'

const folder = temporaryFolder()
const at = (...parts: string[]) => join(folder, ...parts)
const run = (...args: string[]) => postern(['simulate', ...args], { cwd: folder })

interface Found {
  readonly kind: string
  readonly subject: { readonly clients: readonly string[] }
}

interface Told {
  readonly incidents: readonly { readonly kind: string; readonly actor: { readonly clients: string[] } }[]
}

describe('postern simulate', () => {
  it('writes an incident, says what is in it, and investigate finds the closed door', async () => {
    const { status, stdout, stderr } = await run('--story', 'test-gateway', '--size', '300k', '--out', 'demo')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(namesIn(at('demo'))).toEqual(['access.log', 'case.yaml', 'truth.json'])
    expect(linesOf(stdout)[0]).toMatch(/^[\d,]+ lines, \d+ kB, in demo\/access\.log$/)
    for (const kind of ['credential-attack (guessing)', 'bulk-export (pages)', 'closed-entry-point'])
      expect(stdout).toContain(`  ${kind}`)
    expect(stdout).toContain('the truth is in demo/truth.json\n')
    const next = /^next: (postern investigate .*)$/m.exec(stdout)![1]!

    // what it says to do next can be done
    const report = await shell(`${next} --jsonl`, { cwd: folder })
    expect(report.status, report.stderr).toBe(0)
    const closed = jsonLinesOf<Found>(report.stdout).filter(({ kind }) => kind === 'closed-entry-point')
    const truth = JSON.parse(readFileSync(at('demo', 'truth.json'), 'utf8')) as Told
    const actor = truth.incidents.find(({ kind }) => kind === 'closed-entry-point')!.actor.clients
    expect(closed.flatMap(({ subject }) => subject.clients)).toEqual(expect.arrayContaining(actor))
  })

  it('takes all of its options together, and gives the same bytes twice', async () => {
    const options =
      '--story benign,guessing --seed office --days 8 --size 6M --strength 3 --layout nginx-combined --producer nginx --login basic ' +
      '--servers 3 --start 2024-02-28 --gzip --quiet'
    for (const out of ['one', 'two']) {
      expect(await run(...options.split(' '), '--out', out)).toEqual({ status: 0, stdout: '', stderr: '' })
    }
    expect(namesIn(at('one'))).toEqual(['server-1', 'server-2', 'server-3', 'truth.json'])
    for (const name of ['truth.json', 'server-1/access.log.gz', 'server-3/access.log.gz'])
      expect(readFileSync(at('one', name)).equals(readFileSync(at('two', name)))).toBe(true)
    const { options: used } = JSON.parse(readFileSync(at('one', 'truth.json'), 'utf8')) as { options: object }
    expect(used).toEqual({
      stories: ['guessing', 'benign'],
      seed: 'office',
      size: 6_000_000,
      days: 8,
      rate: null,
      strength: 3,
      layout: 'nginx-combined',
      producer: 'nginx',
      servers: 3,
      start: '2024-02-28T00:00:00.000Z',
      offsetMinutes: 0,
      login: 'basic',
      traffic: true,
    })
  })

  it('writes the committed example anew, byte by byte, with the command that its README gives', async () => {
    const readme = readFileSync(join(EXAMPLES, 'README.md'), 'utf8')
    const command = /^ {4}npx (postern simulate .*--out )examples\/gateway --force$/m.exec(readme)![1]!
    const { status, stderr } = await shell(`${command}again`, { cwd: folder })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(namesIn(at('again'))).toEqual(namesIn(join(EXAMPLES, 'gateway')))
    for (const name of namesIn(at('again')))
      expect(
        readFileSync(at('again', name)).equals(readFileSync(join(EXAMPLES, 'gateway', name))),
        name,
      ).toBe(true)
  })

  it('lists every story and option in its help', async () => {
    const { status, stdout } = await run('--help')
    expect(status).toBe(0)
    for (const story of ['test-gateway', 'api-export', 'stuffing', 'guessing', 'spraying', 'benign'])
      expect(stdout).toMatch(new RegExp(`^  ${story} +\\S`, 'm'))
    for (const option of '--story --seed --size --days --strength --layout --servers --out --gzip --force'.split(
      ' ',
    ))
      expect(stdout).toContain(option)
    expect((await postern(['--help'])).stdout).toMatch(/^ +simulate /m)
  })

  it.each([
    [
      ['--story', 'test-gatway'],
      /^postern: there is no story "test-gatway"; did you mean test-gateway\? there are /,
    ],
    [['--layout', 'combnied'], /^postern: there is no format "combnied"\. Did you mean combined\?/],
    [['--layout', '$remote_addr $status'], /^postern: the format string has no time of day/],
    [['--size', '1e6'], /--size .*'1e6' is invalid\. expected a size such as 300k, 20M or 1\.5G/],
    [['--days', 'many'], /--days .*'many' is invalid\. expected a number/],
    [['--servers', '99'], /^postern: servers is a whole number from 1 to 64, found 99$/m],
    [['--strenght', '3'], /unknown option '--strenght'[\s\S]*Did you mean --strength\?/],
  ])('refuses %j and writes nothing', async (args, says) => {
    const { status, stdout, stderr } = await run(...args, '--out', 'refused')
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(says)
    expect(stderr).not.toMatch(/^ +at /m)
    expect(existsSync(at('refused'))).toBe(false)
  })

  it('leaves a folder alone that is not empty, unless --force is given', async () => {
    expect((await run('--size', '50k', '--out', 'taken')).status).toBe(0)
    const before = readFileSync(at('taken', 'access.log'))
    const again = await run('--size', '50k', '--seed', '2', '--out', 'taken')
    expect(again).toMatchObject({ status: 2, stdout: '' })
    expect(again.stderr).toMatch(/^postern: taken is not empty; choose a new folder, or add --force/)
    expect(readFileSync(at('taken', 'access.log')).equals(before)).toBe(true)
    expect((await run('--size', '50k', '--seed', '2', '--out', 'taken', '--force')).status).toBe(0)
    expect(readFileSync(at('taken', 'access.log')).equals(before)).toBe(false)
    writeFileSync(at('file'), '')
    expect((await run('--out', 'file')).stderr).toMatch(/^postern: file is a file; --out needs a folder/)
  })

  it('needs --out', async () => {
    const { status, stderr } = await run('--story', 'guessing')
    expect(status).toBe(2)
    expect(stderr).toMatch(/required option '--out <dir>' not specified/)
  })

  it('says what is partial when it is interrupted', async () => {
    const args = ['simulate', '--size', '5G', '--days', '7', '--out', 'stopped']
    const { status, stdout, stderr } = await postern(args, {
      cwd: folder,
      onStart: (child) => {
        const look = setInterval(() => {
          if (!existsSync(at('stopped', 'access.log.partial'))) return
          clearInterval(look)
          child.kill('SIGINT')
        }, 20)
      },
    })
    expect({ status, stdout }).toEqual({ status: 130, stdout: '' })
    expect(stderr).toMatch(/partial: stopped\/access\.log\.partial\n$/)
    expect(readdirSync(at('stopped'))).toEqual(['access.log.partial'])
  })
})
