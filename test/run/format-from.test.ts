import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { investigate, type LedgerEntry, type PlacedRecord, readRecords } from '../../src/index.js'
import { formats } from '../../src/parse/formats/registry.js'
import { readServerFormats } from '../../src/run/format-from.js'

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
})

/** A folder with these files; gives the path of each. */
async function folderOf(files: Readonly<Record<string, string>>): Promise<(name: string) => string> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-format-from-'))
  folders.push(folder)
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  return (name) => join(folder, name)
}

interface Read {
  readonly records: readonly PlacedRecord[]
  readonly ledger: readonly LedgerEntry[]
  readonly notRead: readonly { readonly name: string; readonly reason: string }[]
}

async function read(evidence: readonly string[], formatFrom: string): Promise<Read> {
  const records: PlacedRecord[] = []
  let ledger: readonly LedgerEntry[] = []
  let notRead: Read['notRead'] = []
  const options = {
    formatFrom,
    onLedger: (entries: readonly LedgerEntry[]) => {
      ledger = entries
    },
    onNotRead: (missing: Read['notRead']) => {
      notRead = missing
    },
  }
  for await (const record of readRecords(evidence, options)) records.push(record)
  return { records, ledger, notRead }
}

const NGINX = `
http {
    include       mime.types;
    # a comment; with 'a quote
    log_format  timed  '$remote_addr [$time_iso8601] '   # between strings
                       '"$request" $status $request_time';
    log_format  pipes escape=json '$msec|$request_method|$request_uri|$http_user_agent';
    server {
        access_log /var/log/nginx/site.log timed buffer=32k if=$loggable;
        access_log /var/log/nginx/$host.pipes.log pipes;
        access_log /var/log/nginx/plain.log;
        access_log off;
        access_log syslog:server=192.0.2.1 timed;
        access_log /var/log/nginx/lost.log nowhere;
        location / { content_by_lua_block { ngx.say("it's {fine};") } }
    }
}
`
const TIMED = '203.0.113.9 [2000-10-10T13:55:36+00:00] "GET /a HTTP/1.1" 200 0.250\n'

describe('the formats of an nginx.conf', () => {
  it('are those of the logs that it names, rotated ones too', async () => {
    const at = await folderOf({
      'nginx.conf': NGINX,
      'site.log': TIMED,
      'site.log.2': TIMED.replace('/a', '/b'),
      'site.log-20001011': TIMED.replace('/a', '/c'),
      'www.example.com.pipes.log': '971186136.500|GET|/d|a\\"b\\\\c\\u0001\n',
      'plain.log': '203.0.113.9 - - [10/Oct/2000:13:55:36 -0700] "GET /e HTTP/1.1" 200 5 "-" "x"\n',
    })
    const names = ['site.log', 'site.log.2', 'site.log-20001011', 'www.example.com.pipes.log', 'plain.log']
    const { records, ledger } = await read(names.map(at), at('nginx.conf'))
    expect(records.map(({ target }) => target).sort()).toEqual(['/a', '/b', '/c', '/d', '/e'])
    expect(records.find(({ target }) => target === '/a')?.durationMs).toBe(250)
    expect(records.find(({ target }) => target === '/d')?.userAgent).toBe('a"b\\c\u0001')
    const said = (name: string) => ledger.find((entry) => entry.names[0] === at(name))
    expect(said('site.log')).toMatchObject({ format: 'timed', producer: 'nginx' })
    expect(said('site.log')?.recognition[0]).toContain(`, as ${at('nginx.conf')}:5 says`)
    expect(said('plain.log')).toMatchObject({ format: 'combined', producer: 'nginx' })
    expect(said('plain.log')?.recognition[0]).toContain(`, as ${at('nginx.conf')}:11 says`)
  })

  it('are tried on logs that it does not name, before the built-in ones', async () => {
    const at = await folderOf({ 'nginx.conf': NGINX, 'from-a-ticket.txt': TIMED })
    const { records, ledger } = await read([at('from-a-ticket.txt')], at('nginx.conf'))
    expect(records).toHaveLength(1)
    expect(ledger[0]?.recognition[0]).toBe(`1 of 1 lines are timed, as ${at('nginx.conf')}:5 says`)
  })

  it('give way where the lines of the log are in another', async () => {
    const line = '203.0.113.9 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" 200 5 "-" "x"\n'
    const at = await folderOf({ 'nginx.conf': NGINX, 'site.log.9': line })
    const { records, ledger } = await read([at('site.log.9')], at('nginx.conf'))
    expect(records).toHaveLength(1)
    expect(ledger[0]?.format).toBe('combined')
  })

  it('say by file and line what cannot be read', async () => {
    const at = await folderOf({
      'nginx.conf': `${NGINX}\nlog_format touching '$msec$request';\n`,
      'site.log': TIMED,
    })
    const { notRead } = await read([at('site.log')], at('nginx.conf'))
    expect(notRead).toEqual([
      { name: `${at('nginx.conf')}:3`, reason: 'include mime.types: no such file' },
      { name: `${at('nginx.conf')}:19`, reason: expect.stringContaining('have no text between them') },
      {
        name: `${at('nginx.conf')}:14`,
        reason: 'no directive that could be read defines the format nowhere',
      },
    ])
    const report = await investigate({ evidence: [at('site.log')], formatFrom: at('nginx.conf') }).report()
    expect(report.reading.notRead.map(({ name }) => name)).toContain(`${at('nginx.conf')}:3`)
  })

  it('come from includes: globs, copies of absolute paths, and no circles', async () => {
    const at = await folderOf({
      'copy/etc/nginx/nginx.conf': 'http { include /etc/nginx/conf.d/*.conf; include snippets/a.conf; }',
      'copy/etc/nginx/conf.d/b.conf': 'log_format b \'$msec b "$request"\'; access_log /b.log b;',
      'copy/etc/nginx/conf.d/c.conf':
        "include /etc/nginx/nginx.conf; access_log /c.log c; log_format c '$msec c $request';",
      'copy/etc/nginx/snippets/a.conf': 'access_log /a.log b;',
    })
    const server = await readServerFormats(at('copy/etc/nginx/nginx.conf'), formats)
    expect(['a.log', 'b.log.1.gz', 'c.log'].map((name) => server.chosenFor([name])[0]?.format.id)).toEqual([
      'b',
      'b',
      'c',
    ])
    expect(server.chosenFor(['b.log'])[0]?.origin).toBe(`${at('copy/etc/nginx/conf.d/b.conf')}:1`)
    expect(server.notRead).toEqual([
      {
        name: `${at('copy/etc/nginx/conf.d/c.conf')}:1`,
        reason: expect.stringContaining('includes itself, directly or by others'),
      },
    ])
  })
})

const HTTPD = `
ServerRoot "/etc/httpd"
<IfModule log_config_module>
  LogFormat "%v %h %t \\"%r\\" %>s %B %D" timed
  LogFormat "%h %l %u %t \\"%r\\" %>s %b" common
  LogFormat "%{usec}t\\t%m\\t%U%q\\t%s"
</IfModule>
TransferLog logs/tabs_log
IncludeOptional conf.d/*.conf
customlog \${APACHE_LOG_DIR}/access.log timed env=!dontlog
CustomLog "|/usr/bin/rotatelogs -l /var/log/httpd/piped.%Y%m%d 86400" timed
CustomLog logs/own.log \\
  "%t %m %U"
`

describe('the formats of an httpd.conf', () => {
  it('are those of the logs that it names', async () => {
    const at = await folderOf({
      'etc/httpd/conf/httpd.conf': HTTPD,
      'etc/httpd/conf.d/vhost.conf': 'CustomLog logs/vhost_log common',
    })
    const server = await readServerFormats(at('etc/httpd/conf/httpd.conf'), formats)
    const said = (name: string) => server.chosenFor([name]).map(({ format, origin }) => [format.id, origin])
    const file = at('etc/httpd/conf/httpd.conf')
    expect(said('access.log.1')).toEqual([['timed', `${file}:4`]])
    expect(said('piped.20250101')).toEqual([['timed', `${file}:4`]])
    expect(said('tabs_log')).toEqual([['custom', `${file}:6`]])
    expect(said('own.log')).toEqual([['custom', `${file}:12`]])
    expect(said('vhost_log')).toEqual([['common', `${file}:5`]])
    expect(said('error_log')).toEqual([])
    expect(server.notRead).toEqual([])
    expect(server.chosenFor(['tabs_log'])[0]?.format.layouts?.[0]?.fields.map(({ until }) => until)).toEqual([
      '\t',
      '\t',
      '\t',
      '',
    ])
  })

  it('are the common one for a TransferLog without any', async () => {
    const at = await folderOf({ 'httpd.conf': 'TransferLog "logs/access_log"\n' })
    const [said] = (await readServerFormats(at('httpd.conf'), formats)).chosenFor(['access_log'])
    expect(said).toMatchObject({ format: { id: 'common' }, origin: `${at('httpd.conf')}:1` })
  })
})

describe('a configuration', () => {
  it('is refused when it is not there or is none', async () => {
    const at = await folderOf({ 'notes.txt': 'nothing of a server' })
    await expect(readServerFormats(at('missing.conf'), formats)).rejects.toMatchObject({
      code: 'ERR_OPTION_INVALID',
    })
    await expect(readServerFormats(at('notes.txt'), formats)).rejects.toThrow(
      /is no configuration of nginx or Apache/,
    )
  })

  it('is named in the case file, relative to it', async () => {
    const at = await folderOf({
      'nginx.conf': NGINX,
      'case.yaml': 'options: { formatFrom: nginx.conf }\n',
      'logs/site.log': TIMED,
    })
    const records: PlacedRecord[] = []
    for await (const record of readRecords([at('logs/site.log')], { caseFile: at('case.yaml') }))
      records.push(record)
    expect(records).toHaveLength(1)
  })
})
