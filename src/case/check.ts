import * as v from 'valibot'
import type { DataRoute, LoginRule } from '../classify/contract.js'
import type { DeclaredEntryPoint } from '../detect/contract.js'
import type { CaseFile, CaseOptions, SourceSetting } from './contract.js'
import { type Problem, problemsError, shown } from './problems.js'
import { CASE, type CaseValues } from './schema.js'

/** Keys from the case file's root to a value. */
export type Path = readonly (string | number)[]

/** A checked case whose indicator list, where the case names a file, is not read yet. */
export interface CheckedCase {
  readonly caseFile: CaseFile
  readonly indicatorFile: string | null
}

/**
 * Checks a case that was handed in as an object and resolves its times.
 *
 * @param file  Named in messages and in the result; null when there is none.
 * @throws {ERR_CASE_INVALID} listing everything that is wrong; also for `indicators` that name a file, which
 *   `loadIndicators` reads.
 */
export function checkCase(object: unknown, file: string | null): CaseFile {
  const { caseFile, indicatorFile } = checkValues(object, file, () => null)
  if (indicatorFile === null) return caseFile
  const text = `found the file name ${shown(indicatorFile)}, expected a list; loadIndicators reads one from a file`
  throw problemsError([{ file: file ?? 'case', line: null, path: 'indicators', text }])
}

/** Checks a case; `lineOf` tells on which line a key or item stands. */
export function checkValues(
  object: unknown,
  file: string | null,
  lineOf: (path: Path) => number | null,
): CheckedCase {
  const problem = (path: Path, text: string): Problem => ({
    file: file ?? 'case',
    line: lineOf(path),
    path: pathText(path),
    text,
  })
  const reserved = reservedKeys(object, []).map((path) => problem(path, 'unknown key'))
  const result = v.safeParse(CASE, object)
  const issues = (result.issues ?? []).map((issue) => problem(issuePath(issue), issueText(issue)))
  if (!result.success || reserved.length > 0) throw problemsError([...reserved, ...issues])
  return toCase(result.output, file)
}

type Issue = v.BaseIssue<unknown>

function issuePath(issue: Issue): Path {
  return (issue.path ?? []).map((item) => item.key as string | number)
}

function issueText(issue: Issue): string {
  if (issue.type === 'raw_check') return issue.message
  const isMissingKey = issue.type === 'loose_object' && issue.path?.at(-1)?.origin === 'key'
  return isMissingKey
    ? 'found nothing, expected this key'
    : `found ${shown(issue.input)}, expected ${issue.message}`
}

function pathText(path: Path): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`))
    .join('')
}

const RESERVED = ['__proto__', 'constructor', 'prototype']

/** Paths of keys that the schema library passes over. No key of a case lies deeper than six levels. */
function reservedKeys(value: unknown, path: Path): Path[] {
  if (typeof value !== 'object' || value === null || path.length > 6) return []
  if (Array.isArray(value)) return value.flatMap((item, index) => reservedKeys(item, [...path, index]))
  return Object.entries(value).flatMap(([key, inner]) =>
    RESERVED.includes(key) ? [[...path, key]] : reservedKeys(inner, [...path, key]),
  )
}

function toCase(values: CaseValues, file: string | null): CheckedCase {
  const ignorePathCase = values.ignorePathCase ?? false
  const { indicators = [], name } = values
  const caseFile: CaseFile = {
    file,
    ...(name === undefined ? {} : { name }),
    entryPoints: (values.entryPoints ?? []).map((entry) => toEntryPoint(entry, ignorePathCase)),
    logins: (values.logins ?? []).map((login) => toLogin(login, ignorePathCase)),
    dataRoutes: (values.dataRoutes ?? []).map((route) => toRequestRule(route, ignorePathCase)),
    trustedProxies: [...new Set(values.trustedProxies)],
    sources: (values.sources ?? []).map(toSource),
    plannedDowntime: (values.plannedDowntime ?? []).map(({ from, to, match, note }) => ({
      from,
      to,
      ...(match === undefined ? {} : { match }),
      ...(note === undefined ? {} : { note }),
    })),
    indicators: typeof indicators === 'string' ? [] : indicators,
    ignorePathCase,
    options: toOptions(values.options ?? {}),
    thresholds: values.thresholds ?? {},
  }
  return { caseFile, indicatorFile: typeof indicators === 'string' ? indicators : null }
}

type EntryPointValues = NonNullable<CaseValues['entryPoints']>[number]
type LoginValues = NonNullable<CaseValues['logins']>[number]
type DataRouteValues = NonNullable<CaseValues['dataRoutes']>[number]

/** What names a set of requests, in entry points, logins and data routes alike. */
function toRequestRule(rule: DataRouteValues, ignoreCase: boolean): DataRoute {
  const { id, path, prefix, pattern, method, host } = rule
  return {
    id,
    ...(path === undefined ? {} : { path }),
    ...(prefix === undefined ? {} : { prefix }),
    ...(pattern === undefined ? {} : { pattern }),
    ...(method === undefined ? {} : { methods: [...new Set(method)] }),
    ...(host === undefined ? {} : { hosts: [...new Set(host)] }),
    ...(ignoreCase ? { ignoreCase } : {}),
  }
}

/** A login says no with 401 and 403 whatever the case declares; a form is sent by POST. */
function toLogin(login: LoginValues, ignoreCase: boolean): LoginRule {
  const rule = toRequestRule(login, ignoreCase)
  const { failure = [], success = [] } = login
  return {
    ...rule,
    methods: rule.methods ?? ['POST'],
    failure: [...new Set(failure)],
    success: [...new Set(success)],
  }
}

function toEntryPoint(entry: EntryPointValues, ignoreCase: boolean): DeclaredEntryPoint {
  const { closed = [] } = entry
  return {
    ...toRequestRule(entry, ignoreCase),
    closed: [...closed]
      .sort((a, b) => a.from - b.from)
      .map(({ from, to, uncertainty = 0 }) => ({
        from,
        ...(to === undefined ? {} : { to }),
        uncertaintyMs: uncertainty,
      })),
  }
}

function toSource({
  match,
  format,
  fields,
  timezone,
}: NonNullable<CaseValues['sources']>[number]): SourceSetting {
  return {
    match,
    ...(format === undefined ? {} : { format }),
    ...(fields === undefined ? {} : { fields }),
    ...(timezone === undefined ? {} : { timezone }),
  }
}

function toOptions(values: NonNullable<CaseValues['options']>): Partial<CaseOptions> {
  const { timezone, format, formatFrom, fields, memoryMb, since, until, horizon } = values
  return {
    ...(timezone === undefined ? {} : { timezone }),
    ...(format === undefined ? {} : { format }),
    ...(formatFrom === undefined ? {} : { formatFrom }),
    ...(fields === undefined ? {} : { fields }),
    ...(memoryMb === undefined ? {} : { memoryMb }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...(horizon === undefined ? {} : { horizonMs: horizon }),
  }
}
