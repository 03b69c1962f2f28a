import type { CoverageBasis, LogCoverage } from '../../../src/coverage/contract.js'
import type { LogTamperingMeasures } from '../../../src/coverage/integrity/measures.js'
import { investigate } from '../../../src/index.js'
import { combinedLine, stream, textOf } from '../../laws/support.js'

export const START = Date.UTC(2021, 7, 11, 8)
export const MINUTE = 60_000
export const HOUR = 60 * MINUTE

/** Lines of ordinary traffic: request k comes k * `stepMs` behind the start, and no two are alike. */
export function traffic(count: number, stepMs = 10_000, start = START): string[] {
  return Array.from({ length: count }, (_, k) => lineOf(k, start + k * stepMs))
}

export function lineOf(
  k: number,
  time: number,
  given: Partial<Parameters<typeof combinedLine>[0]> = {},
): string {
  return combinedLine({
    time,
    client: `198.51.100.${1 + (k % 200)}`,
    target: `/item/${k % 97}?k=${k}`,
    status: 200,
    bytes: 1000 + ((k * 7919) % 5000),
    agent: `Mozilla/5.0 (${k % 13})`,
    ...given,
  })
}

/** The same as Traefik writes them, with its count of requests. */
export function counted(lines: readonly string[], first = 1): string[] {
  return lines.map((line, k) => `${line} ${first + k} "web@docker" "http://192.0.2.1:80" 3ms`)
}

export type Files = Readonly<Record<string, Uint8Array | readonly string[]>>

/** What is said of the integrity of files, by name. Lines are ended by LF. */
export async function integrityOf(
  files: Files,
  options: { readonly format?: string; readonly timezone?: string } = {},
) {
  const evidence = Object.entries(files).map(([name, content]) =>
    stream(name, content instanceof Uint8Array ? content : textOf(content as readonly string[]), 65_536),
  )
  const report = await investigate({ evidence, ...options }).report()
  const logs = report.answers.coverage
  return {
    report,
    logs,
    findings: report.findings
      .map((finding) => ({ ...finding, measures: finding.measures as object as LogTamperingMeasures }))
      .filter(({ measures }) => [measures.test, ...holes(measures)].some((test) => OURS.has(test))),
    intervals: logs.flatMap(({ intervals }) =>
      intervals.flatMap(({ basis, ...it }) =>
        basis.filter(({ code }) => OURS.has(code)).map((reason) => ({ ...it, ...reason })),
      ),
    ),
    remarks: logs.flatMap(({ remarks }: LogCoverage<unknown>) =>
      remarks.filter(({ code }) => OURS.has(code)),
    ),
  }
}

/** A file that is not there shows in a gap. */
function holes(measures: object): CoverageBasis[] {
  const { basis = [] } = measures as { readonly basis?: CoverageBasis[] }
  return basis.filter((code) => code === 'rotation-hole')
}

/** Codes of all that was said, once each. */
export function codesOf({ intervals, remarks }: Awaited<ReturnType<typeof integrityOf>>): CoverageBasis[] {
  return [...new Set([...intervals, ...remarks].map(({ code }) => code))].sort()
}

/** Tests of integrity; those of rhythm have tests of their own. */
const OURS: ReadonlySet<CoverageBasis> = new Set([
  'sequence-numbers',
  'rotation-hole',
  'clock-step',
  'daylight-saving',
  'cut-off-line',
  'nul-bytes',
  'repeated-block',
  'overlapping-sources',
  'mixed-line-ends',
  'format-change',
  'impossible-line',
  'damaged-lines',
  'unreadable-bytes',
])
