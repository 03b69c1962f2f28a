import { FIELD, type RecordBatch } from '../columns/contract.js'
import { readMethod, readText } from '../columns/view.js'
import type { EntryPointRule } from './contract.js'
import { lowerAscii, normalPathOf } from './normal-path.js'
import type { SegmentFilter } from './segment-filter.js'

/** Decides which declared entry points a request touches: by normal path first, then by method and host. */
export class EntryPointMatcher {
  readonly #rules: readonly { readonly rule: EntryPointRule; readonly matches: (path: string) => boolean }[]
  /** Bit k: rule k also asks for a method or host. */
  readonly conditional: number

  /** @param rules  At most MAX_ENTRY_POINTS (contract.ts); their order gives the bits. */
  constructor(rules: readonly EntryPointRule[], ignoreCase: boolean) {
    this.#rules = rules.map((rule) => ({
      rule: rule.hosts === undefined ? rule : { ...rule, hosts: rule.hosts.map(bareHost) },
      matches: pathTest(rule, ignoreCase || rule.ignoreCase === true),
    }))
    this.conditional =
      rules.reduce((bits, rule, k) => (rule.methods || rule.hosts ? bits | (1 << k) : bits), 0) >>> 0
  }

  /** Bits of the rules whose path part matches a normal path. */
  matchPath(path: string): number {
    let bits = 0
    for (let k = 0; k < this.#rules.length; k++) if (this.#rules[k]!.matches(path)) bits |= 1 << k
    return bits >>> 0
  }

  /** Adds what the normal paths that a rule matches have as their first segment. */
  addFirstSegments(filter: SegmentFilter): void {
    for (const { rule } of this.#rules) {
      const segment = firstSegment(rule)
      if (segment === null) filter.addAll()
      else filter.add(segment)
    }
  }

  /** Takes away the bits whose method or host a row does not have. */
  checkConditions(bits: number, batch: RecordBatch, row: number): number {
    let kept = bits
    for (let k = 0; k < this.#rules.length; k++) {
      if ((bits & this.conditional & (1 << k)) === 0) continue
      const { methods, hosts } = this.#rules[k]!.rule
      const fits = (!methods || hasMethod(methods, batch, row)) && (!hosts || hasHost(hosts, batch, row))
      if (!fits) kept &= ~(1 << k)
    }
    return kept >>> 0
  }
}

function hasMethod(methods: readonly string[], batch: RecordBatch, row: number): boolean {
  return methods.includes((readMethod(batch, row) ?? '').toUpperCase())
}

function hasHost(hosts: readonly string[], batch: RecordBatch, row: number): boolean {
  const host = readText(batch, FIELD.host, row)
  return host !== null && hosts.includes(bareHost(host))
}

/** Lower case, without port, final dot and the brackets of an IPv6 address. */
export function bareHost(host: string): string {
  const lower = host.toLowerCase()
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(lower)
  if (bracketed !== null) return bracketed[1]!
  // a second colon: an IPv6 address as it stands, whose last part is no port
  return lower.replace(/^([^:]*):\d{1,5}$/, '$1').replace(/\.$/, '')
}

/** The first segment of all paths that a rule matches; null where it may be any. */
function firstSegment({ path, prefix, pattern }: EntryPointRule): string | null {
  const [, first = ''] = normalPathOf(path ?? prefix ?? pattern ?? '').split('/')
  const isAny = path === undefined && (prefix === undefined ? /^\{[^{}]*\}$|\*/.test(first) : first === '')
  return isAny ? null : first
}

function pathTest(rule: EntryPointRule, ignoreCase: boolean): (path: string) => boolean {
  const fold = ignoreCase ? lowerAscii : (text: string) => text
  if (rule.path !== undefined) {
    const whole = fold(normalPathOf(rule.path))
    return (path) => fold(path) === whole
  }
  if (rule.prefix !== undefined) {
    const whole = fold(normalPathOf(rule.prefix))
    const inside = whole === '/' ? '/' : `${whole}/`
    return (path) => fold(path) === whole || fold(path).startsWith(inside)
  }
  const pattern = fold(normalPathOf(rule.pattern ?? ''))
    .split('/')
    .filter((segment) => segment !== '')
  return (path) =>
    matchSegments(
      pattern,
      fold(path)
        .split('/')
        .filter((segment) => segment !== ''),
    )
}

/**
 * Whether path segments fit a pattern: `**` any number of segments, `*` and `{name}` one, a star inside a segment any
 * text. Linear in path x pattern: on a mismatch only the last `**` is tried again.
 */
export function matchSegments(pattern: readonly string[], segments: readonly string[]): boolean {
  let p = 0
  let s = 0
  let starAt = -1
  let retryAt = 0
  while (s < segments.length) {
    if (p < pattern.length && pattern[p] === '**') {
      starAt = p++
      retryAt = s
    } else if (p < pattern.length && matchSegment(pattern[p]!, segments[s]!)) {
      p++
      s++
    } else if (starAt >= 0) {
      p = starAt + 1
      s = ++retryAt
    } else return false
  }
  while (pattern[p] === '**') p++
  return p === pattern.length
}

/** The same within a segment, where `*` is any text and `{name}` stands for the whole segment. */
function matchSegment(pattern: string, segment: string): boolean {
  if (/^\{[^{}]*\}$/.test(pattern)) return segment !== ''
  let p = 0
  let s = 0
  let starAt = -1
  let retryAt = 0
  while (s < segment.length) {
    if (pattern[p] === '*') {
      starAt = p++
      retryAt = s
    } else if (p < pattern.length && pattern[p] === segment[s]) {
      p++
      s++
    } else if (starAt >= 0) {
      p = starAt + 1
      s = ++retryAt
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}
