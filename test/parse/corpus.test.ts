/**
 * Compares parse output with the values that the sources of the corpus state. The corpus is read where it stands and never
 * copied; differences are listed by case, line and field in corpus-differences.md.
 */

import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Recognition } from '../../src/parse/contract.js'
import { formats } from '../../src/parse/formats/registry.js'
import { recognize, recognizeChosen } from '../../src/parse/recognize.js'
import { resolveFormat } from '../../src/parse/resolve-format.js'
import { wrappers } from '../../src/parse/wrappers/registry.js'
import { localToUtc } from '../../src/run/local-time.js'
import { type ReadLine, readLines } from './read-lines.js'

const CORPUS = '../shared/corpus/parse.jsonl'
const DIFFERENCES = 'test/parse/corpus-differences.md'

const LEAST_AGREEMENT = 0.99

interface Expected {
  readonly line: number
  readonly [field: string]: unknown
}
interface CorpusCase {
  readonly id: string
  readonly format: string
  readonly lines: readonly string[]
  readonly expected?: readonly Expected[]
  readonly unlabelled?: boolean
  readonly time_precision?: string
}
interface Comparison {
  readonly format: string
  readonly place: string
  readonly agrees: boolean
}

/** What parse gives for a field of the corpus; undefined for a field that it has no word for. */
const FIELDS: Readonly<Record<string, (read: ReadLine) => unknown>> = {
  time: ({ record }) => record?.time,
  time_local: ({ record }) => record?.time?.replace('Z', ''),
  client_ip: ({ record }) => record?.client,
  user: ({ record }) => record?.user,
  method: ({ record }) => record?.method,
  url_original: ({ record }) => record?.target,
  path: ({ record }) => record?.path,
  query: ({ record }) => record?.query,
  http_version: ({ record }) => record?.protocol?.replace('HTTP/', ''),
  status: ({ record }) => record?.status,
  bytes: ({ record }) => record?.bytes,
  referrer: ({ record }) => record?.referrer,
  user_agent: ({ record }) => record?.userAgent,
  host: ({ record }) => record?.host,
  duration_ms: ({ record }) => record?.durationMs,
  user_agent_raw: ({ record }) => record?.userAgent?.replaceAll(' ', '+'),
  request_bytes: ({ record }) => number(record?.extra?.request_length),
  pid: ({ record }) => number(record?.extra?.pid),
  client_port: ({ record }) => number(record?.extra?.client_port),
  ...Object.fromEntries(
    [
      'message',
      'level',
      'module',
      'error_code',
      'server_name',
      'frontend',
      'backend',
      'server',
      'termination_state',
      'rule_id',
      'bucket',
      'operation',
      'action',
      'ray_id',
      'result_code',
      'hierarchy_code',
    ].map((name) => [name, ({ record }: ReadLine) => record?.extra?.[name]]),
  ),
  xff: ({ record }) => record?.forwarded,
  request_line: ({ record }) =>
    record?.request ??
    [record?.method, record?.target, record?.protocol].filter((part) => part !== undefined).join(' '),
}

function number(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text)
}

function compareLine(test: CorpusCase, expected: Expected, read: ReadLine): Comparison[] {
  const compared = (field: string, agrees: boolean) => ({
    format: test.format,
    place: `${test.id} ${expected.line} ${field}`,
    agrees,
  })
  if (expected.unlabelled === true) return []
  if (expected.reject === true) return [compared('reject', read.record === undefined)]
  if (expected.no_fields === true || expected.no_http === true)
    return [compared('no_fields', read.record !== undefined)]
  const arguable = ((expected.arguable ?? []) as string[]).map((text) => text.split(':')[0])
  const coarse = (test.time_precision ?? expected.time_precision) === 's'
  return Object.entries(FIELDS).flatMap(([field, readValue]) => {
    if (!Object.hasOwn(expected, field) || arguable.includes(field)) return []
    // several sources state whole seconds of lines that have a fraction
    const isWhole = coarse || /\.000Z?$/.test(String(expected[field]))
    const cut = (value: unknown) => (field.startsWith('time') && isWhole ? String(value).slice(0, 19) : value)
    return [compared(field, cut(readValue(read)) === cut(expected[field] ?? undefined))]
  })
}

/** Recognised by its lines; by its name where they are too few or too odd for that. */
function formatOf(test: CorpusCase): Pick<Recognition, 'format' | 'layout' | 'wrapper'> {
  const text = Buffer.from(test.lines.join('\n'))
  return (
    recognize(text, true, formats, { wrappers }) ??
    recognizeChosen(text, true, resolveFormat(test.format, formats), { wrappers })
  )
}

function compareCorpus(): Comparison[] {
  const cases = readFileSync(CORPUS, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as CorpusCase)
  return cases.flatMap((test) => {
    if (test.unlabelled === true) return []
    const { format, layout, wrapper } = formatOf(test)
    // the machine that made these expectations was in this zone
    const toUtc = test.id.startsWith('ops-agent/') ? localToUtc('America/Los_Angeles') : null
    const read = readLines(format, test.lines, layout, wrapper, { toUtc })
    return (test.expected ?? []).flatMap((expected) => compareLine(test, expected, read[expected.line]!))
  })
}

/** `format  values  agree  share`, one line a format. */
function tableOf(comparisons: readonly Comparison[]): string {
  const names = [...new Set(comparisons.map((each) => each.format))].sort()
  const rows = names.map((name) => {
    const own = comparisons.filter((each) => each.format === name)
    const agree = own.filter((each) => each.agrees).length
    return [
      name.padEnd(24),
      String(own.length).padStart(6),
      String(agree).padStart(6),
      `${((100 * agree) / own.length).toFixed(1).padStart(6)} %`,
    ].join(' ')
  })
  return [`${'format'.padEnd(24)} values  agree   share`, ...rows].join('\n')
}

/** `id line field` of every item of the list of differences. */
function documentedDifferences(): string[] {
  const items = readFileSync(DIFFERENCES, 'utf8').matchAll(/^- `(\S+ \d+ \w+)`: /gm)
  return [...items].map((item) => item[1]!).sort()
}

describe('the corpus of stated values', () => {
  const exists = existsSync(CORPUS)
  if (!exists) console.info(`${CORPUS} is absent: agreement with it is not tested`)

  it.runIf(exists)('agrees with parse in at least 99 of 100 values, and every difference is listed', () => {
    const comparisons = compareCorpus()
    console.info(tableOf(comparisons))
    const differences = comparisons.filter((each) => !each.agrees).map((each) => each.place)
    expect([...differences].sort()).toEqual(documentedDifferences())
    expect(comparisons.length).toBeGreaterThan(1500)
    expect(1 - differences.length / comparisons.length).toBeGreaterThanOrEqual(LEAST_AGREEMENT)
  })
})
