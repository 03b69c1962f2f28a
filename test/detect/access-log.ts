/** Logs as lists of lines, and what `investigate` says of them. */

import { createHash } from 'node:crypto'
import {
  type BuiltInFinding,
  type ClosedEntryPointMeasures,
  type Detector,
  type Finding,
  type InvestigateOptions,
  investigate,
  type Report,
} from '../../src/index.js'

export type ClosedFinding = Finding<'closed-entry-point', ClosedEntryPointMeasures>

/** One line of a log in Apache's and nginx's combined format. */
export interface LoggedRequest {
  /** `12:05:30` of CLOSING_DAY in UTC, or a whole time in ISO 8601. */
  readonly at?: string
  readonly client?: string
  readonly user?: string
  readonly method?: string
  readonly target?: string
  readonly status?: number | string
  readonly size?: number | string
  readonly agent?: string
  readonly referrer?: string
}

export const CLOSING_DAY = '2021-08-14'

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/** `[14/Aug/2021:12:05:30 +0000]`. */
export function stampOf(at: string): string {
  const [day, time] = (at.includes('T') ? at.replace(/Z$/, '') : `${CLOSING_DAY}T${at}`).split('T')
  const [year, month, date] = day!.split('-')
  return `[${date}/${MONTHS[Number(month) - 1]}/${year}:${time} +0000]`
}

/** A combined line; what is not said is an ordinary served request at `/test/export` half an hour after noon. */
export function combinedLine(request: LoggedRequest): string {
  const {
    at = '12:30:00',
    client = '203.0.113.9',
    user = '-',
    method = 'GET',
    target = '/test/export',
    status = 200,
    size = 5120,
    agent = 'curl/8.5.0',
    referrer = '-',
  } = request
  return `${client} - ${user} ${stampOf(at)} "${method} ${target} HTTP/1.1" ${status} ${size} "${referrer}" "${agent}"`
}

/** A stream of the lines, each with its line feed. */
export async function* streamOf(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  yield Buffer.from(lines.map((line) => `${line}\n`).join(''))
}

/** The whole report about some lines. */
export async function reportOn<const Own extends readonly Detector[] = readonly []>(
  lines: readonly string[],
  caseFile: object,
  options: Omit<InvestigateOptions<Own>, 'evidence' | 'case'> = {},
): Promise<Report<BuiltInFinding>> {
  const evidence = [{ name: 'access.log', bytes: streamOf(lines) }]
  const run = investigate({ ...options, evidence, case: caseFile } as InvestigateOptions)
  return (await run.report()) as Report<BuiltInFinding>
}

/** Findings of the one kind, in canonical order. */
export async function closedFindings(
  lines: readonly string[],
  caseFile: object,
  options: Omit<InvestigateOptions, 'evidence' | 'case'> = {},
): Promise<ClosedFinding[]> {
  const { findings } = await reportOn(lines, caseFile, options)
  return findings.filter((finding): finding is ClosedFinding => finding.kind === 'closed-entry-point')
}

/** What a reference to a line must say, worked out from the lines alone. */
export function placeOf(lines: readonly string[], line: number) {
  const text = lines[line - 1]!
  const before = lines.slice(0, line - 1).map((each) => `${each}\n`)
  return {
    source: sha256(lines.map((each) => `${each}\n`).join('')).slice(0, 16),
    line,
    offset: Buffer.byteLength(before.join('')),
    length: Buffer.byteLength(text),
    sha256: sha256(text),
  }
}

export function sha256(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex')
}
