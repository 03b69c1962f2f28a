import type { EntryPointRule } from '../classify/contract.js'
import { EntryPointMatcher } from '../classify/entry-points.js'
import { lowerAscii, normalPathOf } from '../classify/normal-path.js'
import type { AliasKind } from './contract.js'

/** A way of writing a path that leaves out what tells an alias from its entry point. */
type Form = (path: string) => string

const VERSION = /^v\d+(?:\.\d+)*$/i
const EXTENSION = /^(.+)\.[A-Za-z][A-Za-z0-9]{0,4}$/

const withoutVersion: Form = (path) =>
  path
    .split('/')
    .filter((segment) => !VERSION.test(segment))
    .join('/')
const withoutExtension: Form = (path) => path.replace(/[^/]+$/, (last) => EXTENSION.exec(last)?.[1] ?? last)
const plain: Form = (path) => withoutExtension(withoutVersion(lowerAscii(path)))

/** Segments that a path has at least to be known again below another one: `/export` alone is anybody's. */
const LEAST_SEGMENTS = 2

/**
 * A word that stands in every alias of a rule, in lower case: of its last segment that is neither a version nor a pattern, what comes before
 * an extension. Empty where there is none.
 */
function markOf({ path, prefix, pattern }: EntryPointRule): string {
  const segments = lowerAscii(normalPathOf(path ?? prefix ?? pattern ?? '')).split('/')
  const last = segments.findLast(
    (segment) => segment !== '' && !VERSION.test(segment) && !/[*{]/.test(segment),
  )
  return last === undefined ? '' : (EXTENSION.exec(last)?.[1] ?? last)
}

/** One way in which a path can be an alias, tried in this order. */
interface Variant {
  readonly kind: AliasKind
  readonly form: Form
  readonly matcher: EntryPointMatcher
}

/**
 * Tells whether a path is an alias of an entry point, by path alone: the same but for a version segment, letter case, an
 * extension, or what stands in front. Asked once a route.
 */
export class AliasRules {
  readonly #rules: readonly EntryPointRule[]
  readonly #paths: EntryPointMatcher
  readonly #marks: readonly string[]
  readonly #variants: readonly Variant[]
  /** What stands at the end of an alias below another path; null for rules that are too short or too wide for it. */
  readonly #ends: readonly (string | null)[]

  constructor(rules: readonly EntryPointRule[], ignoreCase: boolean) {
    const byPath = rules.map(({ methods: _m, hosts: _h, ...rule }) => rule)
    this.#rules = rules
    this.#marks = rules.map(markOf)
    this.#paths = new EntryPointMatcher(byPath, ignoreCase)
    const variant = (kind: AliasKind, form: Form, anyCase = ignoreCase): Variant => ({
      kind,
      form,
      matcher: new EntryPointMatcher(
        byPath.map((rule) => formed(rule, form)),
        anyCase,
      ),
    })
    this.#variants = [
      variant('version', withoutVersion),
      variant('case', (path) => path, true),
      variant('extension', withoutExtension),
    ]
    this.#ends = byPath.map(endOf)
  }

  /**
   * The kind of alias that a request is of each entry point, null where it is none; null for nearly all paths, which are of none.
   *
   * @param path    Normal path as a byte string.
   * @param method  Upper case.
   */
  kindsOf(path: string, method: string): (AliasKind | null)[] | null {
    const lower = lowerAscii(path)
    return this.#marks.some((mark) => lower.includes(mark)) ? this.#compare(path, method) : null
  }

  #compare(path: string, method: string): (AliasKind | null)[] {
    const same = this.#paths.matchPath(path)
    return this.#rules.map((rule, entry) => {
      const isMethod = rule.methods === undefined || rule.methods.includes(method)
      if ((same & (1 << entry)) !== 0) return isMethod ? (rule.hosts === undefined ? null : 'host') : 'method'
      return isMethod ? this.#variantOf(path, entry) : null
    })
  }

  #variantOf(path: string, entry: number): AliasKind | null {
    for (const { kind, form, matcher } of this.#variants) {
      if ((matcher.matchPath(form(path) || '/') & (1 << entry)) !== 0) return kind
    }
    const end = this.#ends[entry]!
    if (end === null) return null
    const own = plain(path)
    return own.endsWith(end) || (segmentsOf(own) >= LEAST_SEGMENTS && end.endsWith(own)) ? 'prefix' : null
  }
}

function formed(rule: EntryPointRule, form: Form): EntryPointRule {
  const { path, prefix, pattern } = rule
  const shaped = (text: string) => form(normalPathOf(text)) || '/'
  if (path !== undefined) return { ...rule, path: shaped(path) }
  return prefix === undefined
    ? { ...rule, pattern: form(pattern ?? '') || '/' }
    : { ...rule, prefix: shaped(prefix) }
}

function endOf({ path, prefix }: EntryPointRule): string | null {
  const text = path ?? prefix
  if (text === undefined) return null
  const end = plain(normalPathOf(text))
  return segmentsOf(end) >= LEAST_SEGMENTS ? end : null
}

function segmentsOf(path: string): number {
  return path.split('/').filter((segment) => segment !== '').length
}
