/** What every format's folder must hold, and the cases in its `cases.md`. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Reject, readRecords } from '../../src/index.js'
import type { LogFormat } from '../../src/parse/contract.js'
import { REJECT_REASONS } from '../../src/parse/contract.js'
import { recognize } from '../../src/parse/recognize.js'
import { type ReadLine, readLines } from './read-lines.js'

const FORMATS = 'src/parse/formats'
const LEAST_CASES = 6

/** One case: lines as a server wrote them, and what parse gives for each. */
export interface FormatCase {
  readonly title: string
  /** `cases.md:12`, where its log block starts. */
  readonly place: string
  readonly lines: readonly string[]
  /** Layout that should read the lines, where the case says it behind `log`. */
  readonly layout?: string
  /** A value a line: the record, `{ "reject": reason }`, `{ "blank": true }` or `{ "directive": true }`. */
  readonly expected: readonly unknown[]
}

/**
 * Reads the cases of a Markdown file: under each heading a `log` block and a `json` block. A block of several lines has an
 * array as its JSON.
 */
export function readCases(markdown: string): FormatCase[] {
  const cases: FormatCase[] = []
  const blocks = /^## (.+)$|^```log(?: (\S+))?\n([\s\S]*?)\n```\n+```json\n([\s\S]*?)\n```$/gm
  let title = ''
  for (const match of markdown.matchAll(blocks)) {
    if (match[1] !== undefined) title = match[1]
    if (match[3] === undefined) continue
    const lines = match[3].split('\n')
    const value: unknown = JSON.parse(match[4]!)
    cases.push({
      title,
      place: `cases.md:${markdown.slice(0, match.index).split('\n').length}`,
      lines,
      ...(match[2] === undefined ? {} : { layout: match[2] }),
      expected: lines.length > 1 ? (value as unknown[]) : [value],
    })
  }
  return cases
}

/** A read line as cases write it. */
export function caseValue(read: ReadLine): unknown {
  if (read.other === 'blank' || read.other === 'directive') return { [read.other]: true }
  if (read.other !== undefined) return { reject: read.other }
  return read.token === undefined ? read.record : { ...read.record, token: read.token }
}

/** Records and rejects of a text that comes in chunks, and the spans of all its lines with their ends. */
async function readAll(format: LogFormat, text: Buffer, chunkBytes: number) {
  async function* chunks() {
    for (let at = 0; at < text.length; at += chunkBytes) yield text.subarray(at, at + chunkBytes)
  }
  const records: unknown[] = []
  const rejects: unknown[] = []
  const spans: [number, number][] = []
  const span = (offset: number, length: number) => spans.push([offset, lineEndBehind(text, offset + length)])
  const options = {
    format: format.id,
    formats: [format],
    onRejects: (all: readonly Reject[]) => {
      for (const { source, ...rest } of all) {
        rejects.push({ ...rest, line: source.line })
        span(source.offset, source.length)
      }
    },
  }
  for await (const { source, ...record } of readRecords([{ name: 'cases', bytes: chunks() }], options)) {
    records.push({ ...record, line: source.line })
    span(source.offset, source.length)
  }
  // blank lines and directives are all that is left between
  const known = new Set(spans.map(([start]) => start))
  for (let at = 0; at < text.length; at = lineEndBehind(text, at)) {
    if (!known.has(at)) spans.push([at, lineEndBehind(text, at)])
  }
  return { records, rejects, spans: spans.sort(([a], [b]) => a - b) }
}

function lineEndBehind(text: Buffer, at: number): number {
  const feed = text.indexOf(10, at)
  return feed < 0 ? text.length : feed + 1
}

/** Describes one format's folder, for any format of the registry. */
export function formatKit(format: LogFormat, all: readonly LogFormat[]): void {
  const folder = join(FORMATS, format.id)
  const cases = readCases(readFileSync(join(folder, 'cases.md'), 'utf8'))

  describe(`the format ${format.id}`, () => {
    it('is documented, with the page that defines it', () => {
      const readme = readFileSync(join(folder, 'README.md'), 'utf8')
      expect(readme).toContain(format.reference)
      expect(readme).toMatch(/^# /)
      for (const heading of ['## Grammar', '## Quirks', '## Sources']) expect(readme).toContain(heading)
    })

    it('has layouts with ids of their own, or a reader', () => {
      const ids = (format.layouts ?? []).map((layout) => layout.id)
      expect(new Set(ids).size).toBe(ids.length)
      expect(ids.length > 0 || format.scanner !== undefined).toBe(true)
    })

    it('reads its own example, and is recognised by it', () => {
      const read = readLines(format, format.example.split('\n')).at(-1)
      expect(read!.other).toBeUndefined()
      if (format.layouts !== undefined) expect(read!.layout).toBe(format.layouts[0]!.id)
      expect(recognize(Buffer.from(`${format.example}\n`), true, all)?.format.id).toBe(format.id)
    })

    it('has cases, at least one of them a reject', () => {
      expect(cases.length).toBeGreaterThanOrEqual(LEAST_CASES)
      const rejects = cases
        .flatMap((each) => each.expected)
        .map((value) => (value as { reject?: string }).reject)
      const known = rejects.filter((reason) => reason !== undefined && Object.hasOwn(REJECT_REASONS, reason))
      expect(known.length).toBeGreaterThan(0)
    })

    it('reads its cases the same whole, byte by byte and in small chunks, and tiles them', async () => {
      const text = Buffer.from(`${cases.flatMap(({ lines }) => lines).join('\n')}\n`)
      const whole = await readAll(format, text, text.length)
      for (const size of [1, 7, 64]) expect(await readAll(format, text, size)).toEqual(whole)
      let at = 0
      for (const [start, end] of whole.spans) {
        expect(start).toBe(at)
        at = end
      }
      expect(at).toBe(text.length)
    })

    for (const { title, place, lines, layout, expected } of cases) {
      it(`reads as in ${place}: ${title}`, () => {
        const read = readLines(format, lines)
        expect(read.map(caseValue)).toEqual(expected)
        if (layout !== undefined) expect(read.map((line) => line.layout)).toEqual(lines.map(() => layout))
      })
    }
  })
}
