import {
  appendFileSync,
  chmodSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readBatches } from '../../src/index.js'
import {
  combinedLine,
  combinedLines,
  jsonLinesOf,
  linesOf,
  namesIn,
  OUTPUTS,
  postern,
  readJsonLines,
  temporaryFolder,
} from './support.js'

const folder = temporaryFolder()
const at = (...parts: string[]) => join(folder, ...parts)
writeFileSync(at('good.log'), combinedLines(20))
writeFileSync(at('empty.log'), '')
writeFileSync(at('binary.dat'), Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * i * 31 + i) & 0xff)))
writeFileSync(at('unknown.log'), 'once upon a time\nthere was a line\nthat no server wrote\n')
mkdirSync(at('no-logs', 'below'), { recursive: true })
writeFileSync(
  at('wrong.yaml'),
  `entryPoints:
  - id: 5
    pth: /export
  - id: b
    path: export
    closed: { from: 2021-08-14 }
bogus: 1
`,
)
writeFileSync(at('broken.yaml'), 'entryPoints: [\n')

interface BadInput {
  readonly name: string
  readonly args: readonly string[]
  readonly status: number
  /** What each line of standard error says, in order. */
  readonly says: readonly RegExp[]
}

const CASES: readonly BadInput[] = [
  {
    name: 'an empty file',
    args: ['empty.log'],
    status: 1,
    says: [/^postern: no record could be read\. empty\.log: .*holds no bytes$/],
  },
  {
    name: 'a folder with no logs',
    args: ['no-logs'],
    status: 2,
    says: [/^postern: no-logs: the folder holds no file that can be read; hidden files are left out/],
  },
  {
    name: 'a binary file',
    args: ['binary.dat'],
    status: 1,
    says: [/^postern: no record could be read\. binary\.dat: binary-source: .*unpack it first$/],
  },
  {
    name: 'a log in no known format',
    args: ['unknown.log'],
    status: 1,
    says: [
      /^postern: no record could be read\. unknown\.log: unrecognised-format: give its format, as in --format/,
    ],
  },
  {
    name: 'a missing file, though others are there',
    args: ['good.log', 'missing.log'],
    status: 2,
    says: [/^postern: missing\.log: no such file or folder; check the name or leave it out$/],
  },
  {
    name: 'a glob that matches nothing',
    args: ['good.log', '*.zip'],
    status: 2,
    says: [/^postern: \*\.zip: no file has that name and, as a glob, it matches none/],
  },
  {
    name: 'an invalid case',
    args: ['good.log', '--case', 'wrong.yaml'],
    status: 2,
    says: [
      /^postern: wrong\.yaml:2: entryPoints\[0\]\.id: found 5, expected /,
      /^postern: wrong\.yaml:3: entryPoints\[0\]\.pth: unknown key, did you mean path/,
      /^postern: wrong\.yaml:5: entryPoints\[1\]\.path: found "export", expected a path that starts with \//,
      /^postern: wrong\.yaml:6: entryPoints\[1\]\.closed\.from: found "2021-08-14", expected .*zone required/,
      /^postern: wrong\.yaml:7: bogus: unknown key, expected one of name, entryPoints/,
    ],
  },
  {
    name: 'a case that is no YAML',
    args: ['good.log', '--case', 'broken.yaml'],
    status: 2,
    says: [/^postern: broken\.yaml:\d: /],
  },
  {
    name: 'a case that is not there',
    args: ['good.log', '--case', 'none.yaml'],
    status: 2,
    says: [/^postern: none\.yaml: no such case file; check the name/],
  },
  {
    name: 'an indicator list that is not there',
    args: ['good.log', '--indicators', 'none.csv'],
    status: 2,
    says: [/^postern: none\.csv: .*no such file/],
  },
  {
    name: 'an unknown zone',
    args: ['good.log', '--timezone', 'Mars/Olympus'],
    status: 2,
    says: [/^postern: unknown timezone "Mars\/Olympus"; give an IANA name such as Europe\/Berlin/],
  },
  {
    name: 'a misspelt format',
    args: ['good.log', '--format', 'combine'],
    status: 2,
    says: [/^postern: there is no format "combine"\. Did you mean combined\?/],
  },
  {
    name: 'a format string without a time',
    args: ['good.log', '--format', '$remote_addr $status'],
    status: 2,
    says: [/^postern: the format string has no time of day with a date \(nginx: \$time_local/],
  },
  {
    name: 'a proxy that is no address',
    args: ['good.log', '--trust', '1.2.3.4.5'],
    status: 2,
    says: [/^postern: expected an address or a network such as 10\.0\.0\.0\/8, found "1\.2\.3\.4\.5"$/],
  },
  {
    name: 'a time that is none',
    args: ['good.log', '--since', 'yesterday'],
    status: 2,
    says: [/^postern: since is a time such as 2021-08-14T12:00:00Z .*found "yesterday"$/],
  },
  {
    name: 'an end before the start',
    args: ['good.log', '--since', '2022-01-01', '--until', '2021-01-01'],
    status: 2,
    says: [/^postern: since is not before until/],
  },
  {
    name: 'times in which nothing happened',
    args: ['good.log', '--since', '2030-01-01'],
    status: 1,
    says: [/^postern: all records lie outside --since and --until/],
  },
  {
    name: 'a duration that is none',
    args: ['good.log', '--horizon', '3x'],
    status: 2,
    says: [/--horizon .*'3x' is invalid\. expected a duration such as 90s or 10m/, /--help/],
  },
  {
    name: 'an impossible horizon',
    args: ['good.log', '--horizon', '3h'],
    status: 2,
    says: [/^postern: the horizon is from 0 to 25 minutes/],
  },
  {
    name: 'a memory that is no number',
    args: ['good.log', '--memory', 'much'],
    status: 2,
    says: [/--memory .*'much' is invalid\. expected a whole number/, /--help/],
  },
  {
    name: 'too little memory',
    args: ['good.log', '--memory', '1'],
    status: 2,
    says: [/^postern: memoryMb is at least 16, found 1$/],
  },
  {
    name: 'a severity that does not exist',
    args: ['good.log', '--fail-on', 'bad'],
    status: 2,
    says: [/--fail-on .*'bad' is invalid\. Allowed choices are info, low, medium, high, critical/, /--help/],
  },
  {
    name: 'a misspelt option',
    args: ['good.log', '--frmat', 'combined'],
    status: 2,
    says: [/unknown option '--frmat'/, /Did you mean --format\?/, /--help/],
  },
  {
    name: 'no evidence',
    args: [],
    status: 2,
    says: [/missing required argument 'evidence'/, /--help/],
  },
]

describe('postern investigate refuses, in one line a problem, and writes nothing', () => {
  it.each(CASES)('$name', async ({ args, status, says }) => {
    const before = readdirSync(folder).sort()
    const result = await postern(['investigate', ...args, '--out', 'refused'], { cwd: folder })
    expect(result).toMatchObject({ status, stdout: '' })
    const lines = linesOf(result.stderr)
    expect(lines, result.stderr).toHaveLength(says.length)
    says.forEach((pattern, i) => {
      expect(lines[i]).toMatch(pattern)
    })
    expect(result.stderr).not.toMatch(/^ +at /m)
    // a run that could read nothing may leave its empty folder
    if (existsSync(at('refused'))) expect(namesIn(at('refused'))).toEqual([])
    else expect(readdirSync(folder).sort()).toEqual(before)
  })
})

describe('the other commands', () => {
  it('suggest a command for a misspelt one', async () => {
    const { status, stdout, stderr } = await postern(['investigat', 'good.log'], { cwd: folder })
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain("unknown command 'investigat'")
    expect(stderr).toContain('Did you mean investigate?')
  })

  it.each([
    ['--status', '9', /^postern: status is 404, 4xx or a list/],
    ['--path', 'x', /^postern: a path starts with "\/", found "x"/],
    ['--client', '10.0.0.0/99', /^postern: expected an address or a network/],
    ['--session', 'x', /^postern: a session id is PRINCIPAL@START\/END/],
  ])('requests: an impossible %s', async (option, value, says) => {
    const { status, stdout, stderr } = await postern(['requests', 'good.log', option, value], { cwd: folder })
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(linesOf(stderr)).toHaveLength(1)
    expect(stderr).toMatch(says)
  })

  it.each(['parse', 'requests'])('%s exits 1 and says why when nothing is a record', async (command) => {
    for (const [name, says] of [
      ['empty.log', 'the evidence is empty'],
      ['binary.dat', 'binary-source'],
      ['unknown.log', 'give its format'],
    ] as const) {
      const { status, stdout, stderr } = await postern([command, name, '--quiet'], { cwd: folder })
      expect({ status, stdout }, name).toEqual({ status: 1, stdout: '' })
      expect(stderr, name).toContain(says)
    }
    expect((await postern([command, 'missing.log'], { cwd: folder })).status).toBe(2)
  })

  it('parse leaves no file of rejects behind when it is refused', async () => {
    const { status } = await postern(['parse', 'missing.log', '--rejects', 'r.jsonl'], { cwd: folder })
    expect(status).toBe(2)
    expect(readdirSync(folder).filter((name) => name.startsWith('r.jsonl'))).toEqual([])
  })
})

interface Ledger {
  readonly ledger: readonly {
    readonly names: readonly string[]
    readonly lines: number
    readonly records: number
    readonly rejects: number
    readonly decodedBytes: number
    readonly first: string | null
    readonly last: string | null
    readonly faults: readonly { readonly code: string; readonly count: number }[]
  }[]
}

/** Investigates, and gives what the ledger and the rejects say. */
async function investigated(name: string, evidence: readonly string[]) {
  const out = at(`out-${name}`)
  const { status, stderr, stdout } = await postern(['investigate', ...evidence, '--out', out, '--quiet'])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(namesIn(out)).toEqual(OUTPUTS)
  const { ledger } = JSON.parse(readFileSync(join(out, 'ledger.json'), 'utf8')) as Ledger
  const rejects = readJsonLines<{ reason: string; source: { length: number } }>(join(out, 'rejects.jsonl'))
  return {
    ledger,
    rejects,
    report: stdout,
    codes: ledger.flatMap(({ faults }) => faults.map(({ code }) => code)),
  }
}

describe('damaged evidence is read on, and nothing is lost silently', () => {
  it('NUL runs', async () => {
    const log = at('nul.log')
    writeFileSync(log, `${combinedLines(5)}${'\0'.repeat(70_000)}${combinedLines(5, 10)}${'\0'.repeat(9)}\n`)
    const { ledger, rejects, report, codes } = await investigated('nul', [log])
    expect(ledger[0]).toMatchObject({ records: 10, rejects: 2 })
    expect(rejects.map(({ reason, source }) => [reason, source.length])).toEqual([
      ['nul-run', 70_000],
      ['nul-run', 9],
    ])
    expect(codes).toEqual(['nul-run'])
    expect(report).toContain('nul-run')
  })

  const long = process.env.POSTERN_PROOF === 'long'
  it(`a line of ${long ? 100 : 20} MB`, async () => {
    const log = at('long.log')
    const megabytes = long ? 100 : 20
    const stream = createWriteStream(log)
    stream.write(combinedLines(5))
    for (let i = 0; i < megabytes; i++) stream.write('x'.repeat(1_000_000))
    stream.write(`\n${combinedLine(9).trimEnd().slice(0, -1)}`)
    for (let i = 0; i < megabytes; i++) stream.write('y'.repeat(1_000_000))
    stream.write(`"\n${combinedLines(5, 10)}`)
    await new Promise((done) => stream.end(done))
    const { ledger, rejects, codes } = await investigated('long', [log])
    expect(ledger[0]!.lines).toBe(12)
    expect(ledger[0]!.records + ledger[0]!.rejects).toBe(12)
    expect(ledger[0]!.records).toBeGreaterThanOrEqual(10)
    expect(rejects[0]).toMatchObject({ reason: 'line-too-long', source: { length: megabytes * 1_000_000 } })
    expect(codes).toContain('line-too-long')
  })

  it('clocks that jump back beyond the horizon', async () => {
    const log = at('back.log')
    writeFileSync(log, combinedLines(200, 7200) + combinedLines(200))
    const { ledger, codes } = await investigated('back', [log])
    expect(ledger[0]).toMatchObject({ records: 400, first: '2021-08-14T12:00:00.000Z' })
    expect(codes).toEqual(['time-went-back'])
  })

  it('years 0001 and 9999 among ordinary ones', async () => {
    const log = at('years.log')
    const odd = (year: string) =>
      combinedLine(0, 'GET /odd HTTP/1.1', { stamp: `14/Aug/${year}:12:00:00 +0000` })
    writeFileSync(log, combinedLines(100) + odd('0001') + odd('9999') + odd('0000') + combinedLines(100, 100))
    const { ledger, codes } = await investigated('years', [log])
    expect(ledger[0]!.records + ledger[0]!.rejects).toBe(203)
    expect(ledger[0]!.records).toBeGreaterThanOrEqual(202)
    expect(codes).toEqual(['stamp-outlier'])
    expect([ledger[0]!.first, ledger[0]!.last]).toEqual([
      '2021-08-14T12:00:00.000Z',
      '2021-08-14T12:03:19.000Z',
    ])
    const years = jsonLinesOf<{ time: string; path: string }>((await postern(['parse', log])).stdout)
      .filter(({ path }) => path === '/odd')
      .map(({ time }) => time)
    expect(years.slice(0, 2)).toEqual(['0001-08-14T12:00:00.000Z', '9999-08-14T12:00:00.000Z'])
  })

  it('byte counts of 30 digits', async () => {
    const log = at('absurd.log')
    writeFileSync(log, combinedLines(5) + combinedLine(9, 'GET /absurd HTTP/1.1', { size: '9'.repeat(30) }))
    const { ledger, report } = await investigated('absurd', [log])
    expect(ledger[0]!.records + ledger[0]!.rejects).toBe(6)
    expect(report).not.toMatch(/NaN|Infinity|undefined/)
  })

  it('corrupt and truncated gzip, and what is not gzip behind it', async () => {
    // lines that do not compress to nothing, so that the damage lies in the middle
    const text = Array.from({ length: 4000 }, (_, i) =>
      combinedLine(i, `GET /${((i * 2_654_435_761) >>> 0).toString(16)} HTTP/1.1`),
    ).join('')
    const whole = gzipSync(text)
    const corrupt = Buffer.from(whole)
    corrupt.fill(0xff, whole.length / 2, whole.length / 2 + 64)
    writeFileSync(at('corrupt.log.gz'), corrupt)
    writeFileSync(at('truncated.log.gz'), gzipSync(`${text}\n`).subarray(0, whole.length / 2))
    writeFileSync(at('trailing.log.gz'), Buffer.concat([gzipSync(combinedLines(10)), Buffer.from('garbage')]))
    const names = ['corrupt', 'truncated', 'trailing'].map((name) => at(`${name}.log.gz`))
    const { ledger, report } = await investigated('gzip', names)
    const codeOf = new Map(ledger.map(({ names: [name], faults }) => [name, faults.map(({ code }) => code)]))
    expect(names.map((name) => codeOf.get(name))).toEqual([
      ['corrupt-gzip'],
      ['truncated-gzip'],
      ['trailing-garbage'],
    ])
    for (const { records } of ledger) expect(records).toBeGreaterThan(9)
    for (const code of ['corrupt-gzip', 'truncated-gzip', 'trailing-garbage']) expect(report).toContain(code)
  })

  it('a link to nothing in a folder is named', async () => {
    mkdirSync(at('linked'))
    writeFileSync(at('linked', 'a.log'), combinedLines(3))
    symlinkSync(at('nowhere'), at('linked', 'b.log'))
    const { report } = await investigated('linked', [at('linked')])
    expect(report).toContain('b.log')
    expect((await postern(['investigate', at('linked'), '--strict', '--quiet'])).status).toBe(1)
    for (const command of ['parse', 'requests']) {
      const { status, stderr } = await postern([command, at('linked'), '--quiet'])
      expect({ status, names: stderr.includes('b.log: not read') }).toEqual({ status: 0, names: true })
    }
  })

  it.runIf(process.getuid?.() !== 0)('an unreadable file in a folder is a fault (not as root)', async () => {
    mkdirSync(at('locked'))
    writeFileSync(at('locked', 'a.log'), combinedLines(3))
    writeFileSync(at('locked', 'b.log'), combinedLines(3, 10))
    chmodSync(at('locked', 'b.log'), 0)
    const { report, codes } = await investigated('locked', [at('locked')])
    expect(report).toContain('b.log')
    expect(codes).toEqual(['unreadable'])
  })
})

describe('a file that changes while it is read', () => {
  /** Reads batches by the library, and changes the file behind the first. */
  async function changed(log: string, change: (log: string) => void) {
    let records = 0
    let done = false
    let faults: string[] = []
    let decodedBytes = 0
    for await (const batch of readBatches([log], {
      onLedger: ([entry]) => {
        faults = entry!.faults.map(({ code }) => code)
        decodedBytes = entry!.decodedBytes
      },
    })) {
      records += batch.rowCount
      if (!done) change(log)
      done = true
    }
    return { records, faults, decodedBytes }
  }

  it('and grows is read to the size that it had', async () => {
    const log = at('growing.log')
    const text = combinedLines(40_000)
    writeFileSync(log, text)
    const result = await changed(log, (name) => appendFileSync(name, combinedLines(10_000)))
    expect(result).toEqual({ records: 40_000, faults: [], decodedBytes: text.length })
  })

  it('and shrinks is a fault, and what was read stands', async () => {
    const log = at('shrinking.log')
    const text = combinedLines(80_000)
    writeFileSync(log, text)
    const { records, faults, decodedBytes } = await changed(log, (name) => truncateSync(name, 1000))
    expect(faults).toEqual(['truncated-source'])
    expect(records).toBeGreaterThan(1000)
    expect(records).toBeLessThan(80_000)
    expect(decodedBytes).toBeLessThan(text.length)
  })
})
