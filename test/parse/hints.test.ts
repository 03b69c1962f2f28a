import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogFormat } from '../../src/parse/contract.js'
import { formats } from '../../src/parse/formats/registry.js'
import { Looks } from '../../src/parse/hints.js'
import { recognize } from '../../src/parse/recognize.js'
import { sampleLines } from '../../src/parse/sample-lines.js'
import { tryFormat } from '../../src/parse/trial.js'
import { wrappers } from '../../src/parse/wrappers/registry.js'
import { readCases } from './format-kit.js'

const FOLDER = 'src/parse/formats'
const CASES = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }) => readCases(readFileSync(`${FOLDER}/${name}/cases.md`, 'utf8')))
  .map(({ lines }) => lines.join('\n'))

const COMBINED =
  '203.0.113.9 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" 200 5 "https://example.com/" "curl/8.5.0"'

/** What a hint rules out although the format reads it. */
function wronglyRuledOut(text: string, format: LogFormat): string[] {
  const lines = sampleLines(Buffer.from(text), true)
  const { batch, layouts } = tryFormat(format, lines)
  if (batch.rowCount === 0) return []
  const own = format.ownHint
  const missed = layouts.filter((layout, row) => {
    const line = batch.bytes.subarray(batch.lineStart[row]!, batch.lineEnd[row]!)
    return layout === 0 && own?.test(Buffer.from(line).toString('latin1')) === false
  })
  return [
    ...(new Looks(lines, null).mayRead(format) ? [] : [`${format.id}: hint: ${text}`]),
    ...(missed.length === 0 ? [] : [`${format.id}: ownHint: ${text}`]),
  ]
}

describe('hints of formats', () => {
  it('rule out no line of any case that the format reads', () => {
    expect(CASES.flatMap((text) => formats.flatMap((format) => wronglyRuledOut(text, format)))).toEqual([])
  })

  it('rule out none when its words are others', () => {
    const word = fc.constantFrom(
      '-',
      '""',
      '"',
      '[',
      ']',
      ' ',
      '::1',
      '[::1]',
      '2326',
      '#',
      '{',
      ', ',
      '"a" b',
      '',
    )
    const place = fc.nat()
    fc.assert(
      fc.property(fc.constantFrom(...CASES), place, word, fc.boolean(), (text, at, other, inPlace) => {
        const words = text.split(/(\s)/)
        words.splice(at % words.length, inPlace ? 1 : 0, other)
        expect(formats.flatMap((format) => wronglyRuledOut(words.join(''), format))).toEqual([])
      }),
    )
  })

  it('leave few formats to try on a combined log', () => {
    const looks = new Looks(sampleLines(Buffer.from(COMBINED), true), null)
    expect(formats.filter((format) => looks.mayRead(format)).map(({ id }) => id)).toEqual([
      'combined',
      'common',
      'lighttpd',
      'nginx-proxy-manager',
      'vhost-combined',
    ])
  })

  it('save the trial, also of a format that cannot do better than the best', () => {
    const tried = new Set<string>()
    const spied = formats.map(
      (format) =>
        new Proxy<LogFormat>(format, {
          get(target, name: keyof LogFormat) {
            if (name === 'layouts' || name === 'scanner') tried.add(target.id)
            return target[name]
          },
        }),
    )
    expect(recognize(Buffer.from(COMBINED), true, spied)?.format.id).toBe('combined')
    expect([...tried]).toEqual(['combined', 'lighttpd'])
  })

  it('are looked for within what lines are wrapped in', () => {
    const docker = wrappers.find(({ id }) => id === 'docker-json')!
    const line = JSON.stringify({ log: `${COMBINED}\n`, stream: 'stdout', time: '2000-10-10T20:55:36.1Z' })
    const lines = sampleLines(Buffer.from(line), true)
    const isRead = (id: string, looks: Looks) => looks.mayRead(formats.find((format) => format.id === id)!)
    expect(isRead('combined', new Looks(lines, docker))).toBe(true)
    expect(isRead('caddy-json', new Looks(lines, docker))).toBe(false)
    expect(isRead('caddy-json', new Looks(lines, null))).toBe(true)
  })
})
