import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import {
  CLI,
  combinedLine,
  combinedLines,
  EXAMPLES,
  jsonLinesOf,
  linesOf,
  namesIn,
  OUTPUTS,
  postern,
  ROOT,
  readJsonLines,
  shell,
  start,
  temporaryFolder,
} from './support.js'

const LOGS = join(EXAMPLES, 'logs')
const CASE = join(EXAMPLES, 'case.yaml')

const folder = temporaryFolder()
const at = (...parts: string[]) => join(folder, ...parts)
writeFileSync(at('access.log'), combinedLines(50))

interface FindingLine {
  kind: string
  severity: string
  summary: string
  scope: { id: string }
  measures: Record<string, unknown>
  evidence: { source: string; offset: number; length: number; sha256: string; text: string }[]
}

describe('postern investigate', () => {
  it('finds in the example evidence that the closed export still answers to one spelling', async () => {
    const { status, stdout, stderr } = await postern(['investigate', LOGS, '--case', CASE])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(/^Postern \d+\.\d+\.\d+ {3}all times in UTC\n/)
    expect(stdout.indexOf('Evidence')).toBeLessThan(stdout.indexOf('Findings'))
    expect(stdout).toContain('CRITICAL')
    expect(stdout).toContain('/test//export')
    expect(stdout).toContain('not seen')
    expect(stdout).not.toContain('\x1b')
  })

  it('prints findings as JSON lines with --jsonl, in the words of findings.jsonl', async () => {
    const out = at('jsonl-out')
    const { status, stdout, stderr } = await postern([
      'investigate',
      LOGS,
      '--case',
      CASE,
      '--jsonl',
      '--out',
      out,
    ])
    expect(status).toBe(0)
    expect(stderr).toBe(`postern: all outputs are in ${out}\n`)
    const findings = jsonLinesOf<FindingLine>(stdout)
    const closed = findings.filter(
      ({ kind, scope }) => kind === 'closed-entry-point' && scope.id === 'test-export',
    )
    expect(closed.filter(({ severity }) => severity === 'critical').length).toBeGreaterThan(1)
    expect(closed.some(({ severity }) => severity === 'low')).toBe(true)
    expect(findings).toEqual(readJsonLines(join(out, 'findings.jsonl')))
  })

  it('writes all outputs under --out, whole and under their names', async () => {
    const out = at('deep', 'new', 'out')
    const { status, stdout } = await postern(['investigate', LOGS, '--case', CASE, '--out', out])
    expect(status).toBe(0)
    expect(namesIn(out)).toEqual(OUTPUTS)
    expect(readFileSync(join(out, 'report.txt'), 'utf8')).toBe(stdout)
    const ledger = JSON.parse(readFileSync(join(out, 'ledger.json'), 'utf8')) as Record<string, unknown>
    expect(JSON.stringify(ledger)).toContain('access.log.1.gz')
    const [reject] = readJsonLines<{ reason: string; text: string }>(join(out, 'rejects.jsonl'))
    expect(reject).toMatchObject({ reason: 'trailing-text', source: { line: 830 } })
    expect(linesOf(readFileSync(join(out, 'sessions.csv'), 'utf8')).length).toBeGreaterThan(100)
    expect(linesOf(readFileSync(join(out, 'findings.csv'), 'utf8')).length).toBe(
      1 + readJsonLines(join(out, 'findings.jsonl')).length,
    )
    expect(readJsonLines(join(out, 'evidence.jsonl')).length).toBeGreaterThan(100)
  })

  it('writes the page of --html, whole and under its name, and leaves nothing in the evidence while it reads', async () => {
    const evidence = at('own-folder')
    mkdirSync(evidence)
    writeFileSync(join(evidence, 'access.log'), readFileSync(at('access.log')))
    const page = join(evidence, 'report.html')
    const { status, stdout } = await postern(['investigate', evidence, '--html', page])
    expect(status).toBe(0)
    expect(stdout).toContain('1 read to the end, 0 damaged, 0 unread')
    expect(namesIn(evidence)).toEqual(['access.log', 'report.html'])
    expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/)
  })

  it('refuses a page that cannot be written before it reads anything', async () => {
    for (const path of [at('none', 'report.html'), folder]) {
      const refused = await postern(['investigate', at('access.log'), '--html', path])
      expect(refused).toMatchObject({ status: 2, stdout: '' })
      expect(refused.stderr).toContain(`cannot write ${path}`)
    }
  })

  it('refuses a folder for --out that holds something, and replaces files in it with --force', async () => {
    const out = at('used')
    mkdirSync(out)
    writeFileSync(join(out, 'notes.txt'), 'mine')
    const refused = await postern(['investigate', at('access.log'), '--out', out])
    expect(refused).toMatchObject({ status: 2, stdout: '' })
    expect(linesOf(refused.stderr)).toHaveLength(1)
    expect(refused.stderr).toContain('--force')
    expect(namesIn(out)).toEqual(['notes.txt'])
    expect(await postern(['investigate', at('access.log'), '--out', out, '--force'])).toMatchObject({
      status: 0,
    })
    expect(namesIn(out)).toEqual([...OUTPUTS, 'notes.txt'].sort())
    expect(readFileSync(join(out, 'notes.txt'), 'utf8')).toBe('mine')
  })

  it('exits 3 for findings at or above --fail-on, and 0 below it', async () => {
    const run = async (severity: string, evidence: string[]) =>
      (await postern(['investigate', ...evidence, '--fail-on', severity, '--quiet'])).status
    expect(await run('critical', [LOGS, '--case', CASE])).toBe(3)
    expect(await run('info', [at('access.log')])).toBe(0)
    const denied = at('denied.log')
    writeFileSync(denied, combinedLine(3600, 'GET /test/export HTTP/1.1', { status: 403 }))
    expect(await run('medium', [denied, '--case', CASE])).toBe(0)
    expect(await run('low', [denied, '--case', CASE])).toBe(3)
  })

  it('exits 1 with --strict when evidence is damaged, and 0 without it', async () => {
    const whole = gzipSync(combinedLines(2000))
    const damaged = at('damaged.log.gz')
    writeFileSync(damaged, whole.subarray(0, whole.length - 200))
    const lax = await postern(['investigate', damaged])
    expect(lax.status).toBe(0)
    expect(lax.stdout).toContain('truncated-gzip')
    const strict = await postern(['investigate', damaged, '--strict'])
    expect(strict.status).toBe(1)
    expect(strict.stderr).toContain('--strict')
    expect(await postern(['investigate', at('access.log'), '--strict'])).toMatchObject({ status: 0 })
  })

  it('masks secrets in quoted text unless --show-secrets is given', async () => {
    const log = at('secrets.log')
    writeFileSync(log, combinedLine(3600, 'GET /test/export?page=1&access_token=hunter2hunter2 HTTP/1.1'))
    const args = ['investigate', log, '--case', CASE]
    for (const more of [[], ['--jsonl']]) {
      const masked = await postern([...args, ...more])
      expect(masked.stdout).toContain('/test/export')
      expect(masked.stdout).not.toContain('hunter2')
    }
    expect((await postern([...args, '--show-secrets', '--jsonl'])).stdout).toContain('hunter2hunter2')
    await postern([...args, '--out', at('masked-out')])
    for (const name of OUTPUTS.filter((it) => it !== 'rejects.jsonl'))
      expect(readFileSync(at('masked-out', name), 'utf8'), name).not.toContain('hunter2')
  })

  it('masks the cookies and credentials of headers that a format string has', async () => {
    const log = at('headers.log')
    const line = (cookie: string, authorization: string) =>
      `"${cookie}" "${authorization}" 203.0.113.9 [15/Aug/2021:01:00:00 +0000] "GET /test/export HTTP/1.1" 200 5000\n`
    const cookies = ['PHPSESSID', 'connect.sid', 'laravel_session', '_gh_sess', 'app_sid', 'auth_jwt']
    writeFileSync(
      log,
      cookies
        .map((name) => line(`lang=en; ${name}=hunter2hunter2; theme=dark`, 'Bearer hunter2.abc'))
        .join('') + line('-', 'Basic aHVudGVyMjpodW50ZXIy'),
    )
    const format =
      '"$http_cookie" "$http_authorization" $remote_addr [$time_local] "$request" $status $body_bytes_sent'
    const args = ['investigate', log, '--case', CASE, '--format', format]
    for (const more of [[], ['--jsonl']]) {
      const { stdout } = await postern([...args, ...more])
      expect(stdout).toContain('theme=dark')
      expect(stdout).not.toMatch(/hunter2|aHVudGVy/)
    }
    expect((await postern([...args, '--show-secrets', '--jsonl'])).stdout).toContain('hunter2hunter2')
    await postern([...args, '--out', at('headers-out')])
    for (const name of OUTPUTS)
      expect(readFileSync(at('headers-out', name), 'utf8'), name).not.toMatch(/hunter2|aHVudGVy/)
  })

  it('says nothing on standard error with --quiet', async () => {
    const args = ['investigate', at('access.log'), '--out', at('quiet-out'), '--force']
    expect((await postern(args)).stderr).not.toBe('')
    expect((await postern([...args, '--quiet'])).stderr).toBe('')
  })

  it('counts records outside --since and --until apart, in the zone of --timezone', async () => {
    const report = async (...more: string[]) =>
      (await postern(['investigate', at('access.log'), '--out', at('span'), '--force', ...more])).stdout
    expect(await report()).toMatch(/50 records.*0 outside/s)
    expect(await report('--since', '2021-08-14T12:00:10Z')).toMatch(/50 records.*10 outside/s)
    expect(await report('--until', '2021-08-14T12:00:10Z')).toMatch(/50 records.*40 outside/s)
    // a time without a zone is read in the zone that is given
    const berlin = ['--timezone', 'Europe/Berlin', '--since', '2021-08-14 14:00:10']
    expect(await report(...berlin)).toMatch(/50 records.*10 outside/s)
  })

  it('reads stamps that state no zone in the zone of --timezone, and says what it assumed without', async () => {
    const log = at('zoneless.log')
    writeFileSync(log, '203.0.113.9 [2021-08-14 14:00:00] "GET / HTTP/1.1" 200 5\n'.repeat(3))
    const format = ['--format', '%h [%{%Y-%m-%d %H:%M:%S}t] "%r" %>s %b']
    const parse = async (...more: string[]) =>
      jsonLinesOf<{ time: string }>((await postern(['parse', log, ...format, ...more])).stdout)[0]?.time
    expect(await parse()).toBe('2021-08-14T14:00:00.000Z')
    expect(await parse('--timezone', 'Europe/Berlin')).toBe('2021-08-14T12:00:00.000Z')
    expect((await postern(['investigate', log, ...format])).stdout).toContain('taken for UTC')
    expect((await postern(['investigate', log, ...format, '--timezone', 'UTC'])).stdout).not.toContain(
      'taken for UTC',
    )
  })

  it('takes indicators from --indicators, and says which were not seen', async () => {
    const list = at('indicators.txt')
    writeFileSync(list, '203.0.113.9\n198.51.100.77\n')
    const { stdout, status } = await postern(['investigate', at('access.log'), '--indicators', list])
    expect(status).toBe(0)
    expect(stdout).toMatch(/203\.0\.113\.9 +seen +50/)
    expect(stdout).toMatch(/198\.51\.100\.77 +not seen +0/)
  })

  it('takes --horizon and --memory, and reports them as options', async () => {
    const { stdout } = await postern(['investigate', at('access.log'), '--horizon', '90s', '--memory', '64'])
    expect(stdout).toMatch(/horizonMs +90000 \(option\)/)
    expect(stdout).toMatch(/memoryMb +64 \(option\)/)
  })

  it('gives the same outputs with --workers, and says where --hash none left out the identity of the evidence', async () => {
    const outputs = async (name: string, ...more: string[]) => {
      const out = at(name)
      await postern(['investigate', at('access.log'), EXAMPLES, '--out', out, '--quiet', ...more])
      return namesIn(out).map((file) => [file, readFileSync(join(out, file), 'utf8')])
    }
    expect(await outputs('two-threads', '--workers', '2')).toEqual(
      await outputs('no-threads', '--workers', '0'),
    )
    const { stdout, status } = await postern(['investigate', at('access.log'), '--hash', 'none'])
    expect(status).toBe(0)
    expect(stdout).toMatch(/identity of the evidence/)
    expect(stdout).toMatch(/hash +none \(option\)/)
    const wrong = await postern(['investigate', at('access.log'), '--workers', '65'])
    expect(wrong.status).toBe(2)
    expect(wrong.stderr).toContain('workers is auto or a whole number from 0 to 64, found 65')
  })

  it('believes the forwarding chain of proxies given with --trust, from the right', async () => {
    const log = at('chain.log')
    const line = combinedLine(0, 'GET / HTTP/1.1', { client: '192.0.2.10' }).trimEnd()
    writeFileSync(log, `${line} "10.9.9.9, 198.51.100.4, 192.0.2.11"\n`.repeat(3))
    const client = async (...more: string[]) =>
      jsonLinesOf<{ client: string }>((await postern(['parse', log, ...more])).stdout)[0]?.client
    expect(await client()).toBe('192.0.2.10')
    expect(await client('--trust', '192.0.2.10')).toBe('192.0.2.11')
    expect(await client('--trust', '192.0.2.10', '--trust', '192.0.2.11/32')).toBe('198.51.100.4')
  })

  it('colours with --color always and not with never or NO_COLOR', async () => {
    // the heading of any report is bold
    const args = ['investigate', join(LOGS, 'edge-madrid.log'), '--quiet']
    expect((await postern([...args, '--color', 'always'])).stdout).toContain('\x1b[')
    expect(
      (await postern([...args, '--color', 'never'], { env: { FORCE_COLOR: '1' } })).stdout,
    ).not.toContain('\x1b')
    expect((await postern(args, { env: { FORCE_COLOR: '1' } })).stdout).toContain('\x1b[')
    expect((await postern(args, { env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).stdout).not.toContain('\x1b')
  })

  it('cites lines that zcat, tail, head and sha256sum confirm', async () => {
    const { stdout } = await postern(['investigate', LOGS, '--case', CASE, '--jsonl', '--show-secrets'])
    const files = [
      join(LOGS, 'edge-madrid.log'),
      join(LOGS, 'gateway', 'access.log'),
      join(LOGS, 'gateway', 'access.log.1.gz'),
    ]
    const byId = new Map(
      files.map((file) => {
        const bytes = readFileSync(file)
        const decoded = file.endsWith('.gz') ? gunzipSync(bytes) : bytes
        return [createHash('sha256').update(decoded).digest('hex').slice(0, 16), { file, decoded }]
      }),
    )
    const references = jsonLinesOf<FindingLine>(stdout).flatMap(({ evidence }) => evidence)
    expect(new Set(references.map(({ source }) => source)).size).toBe(3)
    for (const { source, offset, length, sha256, text } of references) {
      const line = byId.get(source)!.decoded.subarray(offset, offset + length)
      expect(createHash('sha256').update(line).digest('hex')).toBe(sha256)
      expect(line.toString()).toBe(text)
    }
    for (let i = 0; i < 10; i++) {
      const { source, offset, length, sha256 } = references[Math.floor((i * references.length) / 10)]!
      const script = `zcat -f '${byId.get(source)!.file}' | tail -c +$((${offset}+1)) | head -c ${length} | sha256sum`
      expect((await shell(script)).stdout.slice(0, 64)).toBe(sha256)
    }
  })
})

describe('evidence', () => {
  it('is any mix of files, gzip, folders, globs and standard input, each read once', async () => {
    mkdirSync(at('mix', 'folder', 'below'), { recursive: true })
    writeFileSync(at('mix', 'a.log'), combinedLines(10))
    writeFileSync(at('mix', 'b.log.gz'), gzipSync(combinedLines(20, 100)))
    writeFileSync(at('mix', 'folder', 'below', 'c.log'), combinedLines(30, 200))
    const { status, stdout, stderr } = await postern(['parse', 'a.log', '*.gz', 'folder', '-', 'a.log'], {
      cwd: at('mix'),
      input: combinedLines(40, 300),
    })
    expect(status).toBe(0)
    expect(jsonLinesOf(stdout)).toHaveLength(100)
    expect(linesOf(stderr)).toHaveLength(4)
    for (const name of ['a.log: 10 lines', 'b.log.gz: 20 lines', 'c.log: 30 lines', '-: 40 lines'])
      expect(stderr).toContain(name)
  })

  it('gives the same findings as files, as gzip and through standard input', async () => {
    const log = join(LOGS, 'gateway', 'access.log')
    const args = ['--case', CASE, '--jsonl']
    const zipped = at('zipped.log.gz')
    writeFileSync(zipped, gzipSync(readFileSync(log)))
    const plain = (await postern(['investigate', log, ...args])).stdout
    expect(linesOf(plain).length).toBeGreaterThan(3)
    expect((await postern(['investigate', zipped, ...args])).stdout).toBe(plain)
    expect((await postern(['investigate', '-', ...args], { input: readFileSync(log) })).stdout).toBe(plain)
    expect((await postern(['investigate', '-', ...args], { input: readFileSync(zipped) })).stdout).toBe(plain)
  })

  it('is never altered', async () => {
    const hash = () =>
      execFileSync('bash', ['-c', `find ${LOGS} -type f | sort | xargs sha256sum`]).toString()
    const before = hash()
    await postern(['investigate', LOGS, '--case', CASE, '--out', at('untouched')])
    expect(hash()).toBe(before)
  })
})

describe('postern parse', () => {
  it('prints a record a line with its place, and leaves out what the line does not have', async () => {
    const log = at('one.log')
    writeFileSync(log, `junk\n${combinedLine(0, 'POST /a%20b?x=1 HTTP/1.1', { user: 'alice', size: '-' })}`)
    const { status, stdout, stderr } = await postern(['parse', log])
    expect(status).toBe(0)
    expect(jsonLinesOf(stdout)).toEqual([
      {
        time: '2021-08-14T12:00:00.000Z',
        client: '203.0.113.9',
        user: 'alice',
        method: 'POST',
        target: '/a%20b?x=1',
        path: '/a%20b',
        query: 'x=1',
        protocol: 'HTTP/1.1',
        status: 200,
        userAgent: 'curl/7.74.0',
        source: { file: log, line: 2, offset: 5, length: readFileSync(log).length - 6 },
      },
    ])
    expect(stderr).toContain('2 lines: 1 records, 1 rejects')
    expect((await postern(['parse', log, '--quiet'])).stderr).toBe('')
  })

  it('reads formats out of a server’s configuration given with --format-from', async () => {
    const folder = at('server')
    mkdirSync(folder, { recursive: true })
    const log = join(folder, 'shop.log')
    const config = join(folder, 'nginx.conf')
    writeFileSync(log, '1628942400.000|192.0.2.7|GET /a HTTP/1.1|200\n')
    writeFileSync(
      config,
      "http {\n  log_format bars '$msec|$remote_addr|$request|$status';\n  access_log logs/shop.log bars;\n}\n",
    )
    for (const command of ['parse', 'requests', 'investigate']) {
      const { status, stdout } = await postern([command, log, '--format-from', config])
      expect(status).toBe(0)
      expect(stdout).toContain('192.0.2.7')
    }
    const missing = await postern(['parse', log, '--format-from', join(folder, 'none.conf')])
    expect(missing.status).toBe(2)
    expect(missing.stderr).toContain('none.conf')
  })

  it('reads any JSON lines by the names that --fields gives', async () => {
    const log = at('own.jsonl')
    writeFileSync(log, '{"when":1628942400,"who":{"ip":"192.0.2.7"},"what":"/a","verb":"GET","code":200}\n')
    const fields = 'time=when,client=who.ip,path=what,method=verb,status=code'
    for (const command of ['parse', 'requests', 'investigate']) {
      const { status, stdout } = await postern([command, log, '--fields', fields])
      expect(status).toBe(0)
      expect(stdout).toContain('192.0.2.7')
    }
    const wrong = await postern(['parse', log, '--fields', 'tiem=when'])
    expect(wrong.status).toBe(2)
    expect(wrong.stderr).toContain('time')
  })

  it('writes what is no record to the file of --rejects', async () => {
    const log = at('some-rejects.log')
    writeFileSync(log, `${combinedLines(5)}junk \x1b[31m\n\n${combinedLines(5)}`)
    const rejects = at('rejects.jsonl')
    expect(await postern(['parse', log, '--rejects', rejects])).toMatchObject({ status: 0 })
    expect(readJsonLines(rejects)).toEqual([
      {
        source: { file: log, line: 6, offset: combinedLines(5).length, length: 10 },
        reason: 'no-match',
        text: 'junk \x1b[31m',
      },
    ])
    expect(readFileSync(rejects, 'utf8')).not.toContain('\x1b')
    expect(existsSync(`${rejects}.partial`)).toBe(false)
  })

  it('reads a server’s own format string given with --format', async () => {
    const log = at('own.log')
    writeFileSync(log, '2021-08-14T12:00:00+00:00|203.0.113.9|GET /a HTTP/2.0|200|0.250\n')
    const format = '$time_iso8601|$remote_addr|$request|$status|$request_time'
    const { stdout } = await postern(['parse', log, '--format', format])
    expect(jsonLinesOf(stdout)).toMatchObject([
      { client: '203.0.113.9', path: '/a', status: 200, durationMs: 250 },
    ])
  })

  it('takes formats and zones of sources from --case', async () => {
    const own = at('own-case.yaml')
    writeFileSync(
      own,
      'sources:\n  - match: zoneless.log\n    format: \'%h [%{%Y-%m-%d %H:%M:%S}t] "%r" %>s %b\'\n    timezone: Europe/Berlin\n',
    )
    writeFileSync(at('zoneless.log'), '203.0.113.9 [2021-08-14 14:00:00] "GET / HTTP/1.1" 200 5\n')
    const { stdout } = await postern(['parse', at('zoneless.log'), '--case', own])
    expect(jsonLinesOf(stdout)).toMatchObject([{ time: '2021-08-14T12:00:00.000Z' }])
  })
})

describe('postern requests', () => {
  const log = at('requests.log')
  writeFileSync(
    log,
    [
      combinedLine(0, 'GET /a//b HTTP/1.1', { status: 404 }),
      combinedLine(1, 'GET /a/b HTTP/1.1', { client: '198.51.100.4', user: 'alice' }),
      combinedLine(2, 'GET /customers/17 HTTP/1.1', { client: '198.51.100.5', status: 403 }),
      combinedLine(3, 'GET /x?password=hunter2hunter2 HTTP/1.1', { client: '2001:db8::5', status: 500 }),
    ].join(''),
  )
  const lines = async (...args: string[]) =>
    jsonLinesOf<{ source: { line: number } }>((await postern(['requests', log, ...args])).stdout).map(
      ({ source }) => source.line,
    )

  it('filters by --client, --user, --path, --status, --since and --until, all together', async () => {
    expect(await lines()).toEqual([1, 2, 3, 4])
    expect(await lines('--client', '198.51.100.0/24')).toEqual([2, 3])
    expect(await lines('--client', '2001:db8::5')).toEqual([4])
    expect(await lines('--user', 'alice')).toEqual([2])
    expect(await lines('--path', '/a/b')).toEqual([1, 2])
    expect(await lines('--path', '/customers/{id}')).toEqual([3])
    expect(await lines('--status', '404,5xx')).toEqual([1, 4])
    expect(await lines('--since', '2021-08-14T12:00:02Z')).toEqual([3, 4])
    expect(await lines('--until', '2021-08-14T12:00:01Z')).toEqual([1])
    expect(await lines('--client', '198.51.100.0/24', '--status', '2xx')).toEqual([2])
  })

  it('finds the requests of a session by the id that sessions.csv has', async () => {
    await postern(['investigate', log, '--out', at('sessions-out')])
    const sessions = linesOf(readFileSync(at('sessions-out', 'sessions.csv'), 'utf8'))
    const alice = sessions.find((line) => line.includes('alice'))!
    const id = alice.split(',')[0]!.replaceAll('"', '')
    expect(await lines('--session', id)).toEqual([2])
  })

  it('prints lines as they stand with --raw, and counts on standard error unless --quiet', async () => {
    const raw = await postern(['requests', log, '--raw'])
    expect(raw.stdout).toBe(readFileSync(log, 'utf8'))
    expect(raw.stderr).toBe('4 requests\n')
    expect((await postern(['requests', log, '--quiet'])).stderr).toBe('')
  })
})

describe('postern formats and detectors', () => {
  it('list what there is, with the names of --format and the thresholds', async () => {
    const formats = await postern(['formats'])
    for (const name of ['common', 'combined', 'nginx-combined', 'vhost-combined', 'FORMAT STRING'])
      expect(formats.stdout).toContain(name)
    const detectors = await postern(['detectors'])
    for (const name of ['closed-entry-point', 'indicator-seen', 'graceMs = 60000'])
      expect(detectors.stdout).toContain(name)
    expect([formats.status, detectors.status]).toEqual([0, 0])
  })

  it('prints its version and help with status 0', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
    expect(await postern(['--version'])).toMatchObject({ status: 0, stdout: `${version}\n` })
    expect(await postern(['-V'])).toMatchObject({ status: 0, stdout: `${version}\n` })
    for (const command of ['investigate', 'requests', 'parse', 'formats', 'detectors'])
      expect(await postern([command, '--help'])).toMatchObject({ status: 0, stderr: '' })
    expect((await postern(['help', 'parse'])).stdout).toBe((await postern(['parse', '-h'])).stdout)
  })
})

describe('every option of every command', () => {
  /** Texts that run options: the journeys and the README. */
  function texts(): string {
    const own = readdirSync(import.meta.dirname).map((name) =>
      readFileSync(join(import.meta.dirname, name), 'utf8'),
    )
    return [...own, readFileSync(join(ROOT, 'README.md'), 'utf8')].join('\n')
  }

  it('is exercised by a journey or a block of the README', async () => {
    const text = texts()
    const missing: string[] = []
    for (const command of [[], ['investigate'], ['requests'], ['parse'], ['formats'], ['detectors']]) {
      const help = (await postern([...command, '--help'])).stdout
      const options = [...help.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map((match) => match[1]!)
      expect(options.length).toBeGreaterThan(0)
      for (const option of options) {
        // in quotes as an argument of a journey, or behind a command in the README
        const inJourney = new RegExp(`'${option}'`)
        const inReadme = new RegExp(`postern ${command.join(' ')}.* ${option}\\b`)
        if (!inJourney.test(text) && !inReadme.test(text)) missing.push([...command, option].join(' '))
      }
    }
    expect(missing).toEqual([])
  })
})

describe('ends', () => {
  it('quietly with status 0 when the reader has seen enough', async () => {
    const log = at('many.log')
    writeFileSync(log, combinedLines(20_000))
    for (const command of ['parse', 'requests', 'investigate']) {
      const { stdout, stderr } = await shell(
        `postern ${command} '${log}' --quiet | head -1; echo "\${PIPESTATUS[0]}"`,
      )
      expect(linesOf(stdout).at(-1), command).toBe('0')
      expect(stderr, command).toBe('')
    }
  })

  it('with 130 on Ctrl-C, and judges, marks and keeps what was read', async () => {
    const out = at('interrupted')
    const piece = combinedLines(2000)
    const { status, stdout, stderr } = await postern(['investigate', '-', '--out', out], {
      onStart(child) {
        let asked = false
        const timer = setInterval(() => {
          child.stdin?.write(piece)
          // the outputs are there when the run has begun
          if (asked || !existsSync(join(out, 'report.txt.partial'))) return
          asked = true
          child.kill('SIGINT')
        }, 20)
        child.on('exit', () => clearInterval(timer))
      },
    })
    expect(status).toBe(130)
    expect(stderr).toContain('interrupted; judging what was read')
    expect(stdout).toMatch(/Interrupted +yes/)
    expect(namesIn(out)).toEqual(OUTPUTS)
    expect(readFileSync(join(out, 'report.txt'), 'utf8')).toBe(stdout)
  })

  it('at once on the second Ctrl-C, and leaves outputs under .partial', async () => {
    const out = at('stopped')
    const { status } = await postern(['investigate', '-', '--out', out], {
      onStart(child) {
        child.stdin?.write(combinedLines(2000))
        let asked = 0
        child.stderr?.on('data', () => {
          if (asked++ === 0) child.kill('SIGINT')
        })
        // the outputs are there when the run has begun
        const timer = setInterval(() => {
          if (!existsSync(join(out, 'report.txt.partial'))) return
          clearInterval(timer)
          child.kill('SIGINT')
        }, 10)
        child.on('exit', () => clearInterval(timer))
      },
    })
    expect(status).toBe(130)
    expect(namesIn(out)).toEqual(OUTPUTS.map((name) => `${name}.partial`))
  })

  it('with 1 when --rejects, --out or standard output cannot be written, and names what is partial', async () => {
    const log = at('one-reject.log')
    writeFileSync(log, `${combinedLines(3)}junk\n`)
    const rejects = await postern(['parse', log, '--rejects', '/dev/full'])
    expect(rejects.status).toBe(1)
    expect(rejects.stderr).toMatch(/^postern: cannot write \/dev\/full; .* partial: ENOSPC/)
    expect(existsSync('/dev/full.partial')).toBe(false)
    const out = await postern(['investigate', log, '--out', '/proc/postern'])
    expect(out).toMatchObject({ status: 1, stdout: '' })
    expect(linesOf(out.stderr)).toHaveLength(1)
    expect(out.stderr).toContain('cannot write to /proc/postern')
    for (const command of ['parse', 'investigate', 'requests']) {
      const full = await shell(`postern ${command} '${log}' > /dev/full`)
      expect(full.status, command).toBe(1)
      expect(full.stderr, command).toContain('cannot write to standard output; what was written is partial')
    }
  })

  const disk = at('disk')
  mkdirSync(disk)
  const canMount = mount(disk) && unmount(disk)
  it.runIf(canMount)(
    'with 1 when the disk of --out is full (where a small disk may be mounted)',
    async () => {
      mount(disk)
      try {
        const log = at('for-full.log')
        // many clients: sessions.csv does not fit
        writeFileSync(
          log,
          Array.from({ length: 4000 }, (_, i) =>
            combinedLine(i, 'GET / HTTP/1.1', { client: `203.0.113.${i % 250}`, agent: `agent-${i}` }),
          ).join(''),
        )
        const { status, stdout, stderr } = await postern(['investigate', log, '--out', join(disk, 'out')])
        expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
        expect(linesOf(stderr)).toHaveLength(1)
        expect(stderr).toContain('ENOSPC')
        for (const name of namesIn(join(disk, 'out'))) {
          expect(name).toMatch(/\.partial$/)
          expect(stderr).toContain(name)
        }
      } finally {
        unmount(disk)
      }
    },
  )
})

/** A disk of 256 KiB; false where this may not be done. */
function mount(folder: string): boolean {
  try {
    execFileSync('bash', ['-c', `mount -t tmpfs -o size=256k postern-test '${folder}'`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function unmount(folder: string): boolean {
  execFileSync('bash', ['-c', `umount '${folder}'`])
  return true
}

describe('the example evidence', () => {
  it('is what examples/make-logs.mjs writes', async () => {
    const made = at('made')
    expect(await start(process.execPath, [join(EXAMPLES, 'make-logs.mjs'), made])).toMatchObject({
      status: 0,
    })
    for (const name of ['edge-madrid.log', 'gateway/access.log'])
      expect(readFileSync(join(made, name)).equals(readFileSync(join(LOGS, name))), name).toBe(true)
    // deflate may differ between versions of zlib
    const [ours, theirs] = [made, LOGS].map((it) =>
      gunzipSync(readFileSync(join(it, 'gateway/access.log.1.gz'))),
    )
    expect(ours!.equals(theirs!)).toBe(true)
  })

  it('names no address that somebody has', () => {
    const text = ['edge-madrid.log', 'gateway/access.log']
      .map((name) => readFileSync(join(LOGS, name), 'utf8'))
      .join('')
    for (const [address] of text.matchAll(/(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g))
      if (!/^(?:92\.0\.4515|14\.1|537)/.test(address))
        expect(address).toMatch(/^(?:192\.0\.2|198\.51\.100|203\.0\.113|10\.\d+\.\d+)\./)
  })
})

it('journeys run the built command', () => {
  expect(existsSync(CLI)).toBe(true)
})
