/** The line of the README that checks a cited line, run by a shell on cited lines. */

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Finding, investigate } from '../../src/index.js'
import { CASE, compressed, incident } from './incident.js'
import { inFolder, PATIENT, textOf, writeSources } from './support.js'

/** The command as the README has it: the fenced block that starts with it. */
function commandLine(): string {
  return /^```\w*\n(zcat -f [^\n]*)\n/m.exec(readFileSync('README.md', 'utf8'))?.[1] ?? ''
}

function hashBy(command: string, file: string, offset: number, length: number): string {
  const filled = command.replace('FILE', '"$1"').replace('OFFSET', '$2').replace('LENGTH', '"$3"')
  const output = execFileSync('sh', ['-c', filled, 'sh', file, String(offset), String(length)], {
    encoding: 'utf8',
  })
  return output.split(' ')[0]!
}

/** Cited lines of one source, evenly picked. */
function citedIn(findings: readonly Finding[], source: string, most: number) {
  const cited = new Map(
    findings
      .flatMap(({ evidence }) => evidence)
      .filter((it) => it.source === source)
      .map((it) => [it.offset, it]),
  )
  const all = [...cited.values()].sort((a, b) => a.offset - b.offset)
  return Array.from({ length: most }, (_, i) => all[Math.floor((i * all.length) / most)]!)
}

describe('the command of the README gives the hash of a cited line', PATIENT, () => {
  it('names the file, the offset and the length', () => {
    const command = commandLine()
    expect(command.startsWith('zcat -f FILE | ')).toBe(true)
    for (const word of ['OFFSET', 'LENGTH']) expect(command).toContain(word)
  })

  it('on ten cited lines each of a plain file, a gzip, and UTF-16 with CRLF', async () => {
    const command = commandLine()
    const { 'access.log': access, 'edge.log': edge, 'app.log': app } = incident()
    const crlf = textOf(
      edge!
        .toString('latin1')
        .trimEnd()
        .split('\n')
        .map((line) => `${line}\r`),
    )
    const utf16 = Buffer.from(`\ufeff${crlf.toString('latin1')}`, 'utf16le')
    await inFolder(async (folder) => {
      const files = [
        ...writeSources(folder, compressed({ 'access.log': access! }, 2)),
        ...writeSources(folder, { 'app.log': app!, 'edge 16.log': utf16 }),
      ]
      const { findings, ledger } = await investigate({ evidence: files, case: CASE }).report()
      expect(ledger.map(({ compression, charset }) => `${compression} ${charset}`).sort()).toEqual([
        'gzip utf-8',
        'none utf-16le',
        'none utf-8',
      ])
      for (const { id, names, decodedBytes } of ledger) {
        const cited = citedIn(findings, id, 10)
        expect(new Set(cited.map(({ offset }) => offset)).size, names[0]).toBe(10)
        expect(cited.at(-1)!.offset).toBeGreaterThan(decodedBytes / 2)
        for (const { offset, length, sha256, line } of cited)
          expect(hashBy(command, names[0]!, offset, length), `${names[0]}, line ${line}`).toBe(sha256)
      }
    })
  })
})
