import type { Answer, Basis } from '../core/answer.js'
import type { LogCoverage } from '../coverage/contract.js'
import type { DeclaredEntryPoint } from '../detect/contract.js'
import type { Citation } from '../observe/citations.js'

/** Whether a door that was declared closed held. One verdict an entry point and closed period. */
export const CLOSURE_VERDICTS = ['violated', 'held', 'not-exercised', 'unverifiable'] as const
export type ClosureVerdict = (typeof CLOSURE_VERDICTS)[number]

/** Requests at an entry point within some time. */
export interface Attempts {
  readonly requests: number
  readonly served: number
  readonly accepted: number
  readonly denied: number
  /** Neither clearly served nor denied; `softDenied` of them answered 200 with the size of a denial. */
  readonly unclear: number
  readonly softDenied: number
  /** Began before the closing, or within its uncertainty or grace; not in the above. */
  readonly inFlight: number
  /** Sum of the stated sizes of served and accepted answers. */
  readonly bytes: number
  readonly principals: number
  /** False where memory bounds bit: `principals` is then an upper bound. */
  readonly principalsExact: boolean
  /** ISO 8601; null without requests. */
  readonly first: string | null
  readonly last: string | null
  /** Paths as written, first seen first, at most 20, and their number. */
  readonly spellings: readonly string[]
  readonly spellingCount: number
  /** Hosts in lower case, with ports, where the log states either: answered most first, at most 20, and their number. */
  readonly hosts: readonly HostUse[]
  readonly hostCount: number
}

/** Requests at an entry point at one host: `www.example.com:8443`, `www.example.com` or `:8443`, by what the log states. */
export interface HostUse {
  readonly host: string
  readonly requests: number
  /** Served or accepted. */
  readonly answered: number
  readonly denied: number
}

/** When the answers changed from served to denied, as the log shows it. */
export interface MeasuredClosing {
  /** Last served or accepted before answers turn, first denied after it; ISO 8601, null where there is none. */
  readonly lastServed: string | null
  readonly firstDenied: string | null
  /** Against the declared time and its uncertainty. */
  readonly verdict: 'as-declared' | 'earlier' | 'later' | 'not-measurable'
  /** Measured less declared, milliseconds: the least that it must be; 0 where as declared, null where not measurable. */
  readonly differenceMs: number | null
}

export const ALIAS_KINDS = {
  version: 'the same path in another version',
  case: 'the same path in other letters',
  extension: 'the same path with another extension',
  prefix: 'the same path below another one',
  host: 'the same path at a host that the rule does not name',
  method: 'the same path by a method that the rule does not name',
  'method-override': 'a method hidden in the query',
  origin: 'straight to the server, past the proxy',
} as const
export type AliasKind = keyof typeof ALIAS_KINDS

/** Another way to what the entry point gave, that the declaration does not cover. */
export interface Alias<Ref = Citation> {
  readonly kind: AliasKind
  /** Method and route as in findings. */
  readonly route: string
  /** After the closing. */
  readonly requests: number
  readonly served: number
  readonly principals: number
  readonly first: string | null
  readonly last: string | null
  readonly evidence: readonly Ref[]
}

/** What somebody who had used the entry point before it was closed did elsewhere after that. */
export interface Elsewhere<Ref = Citation> {
  /** Method and route as in findings. */
  readonly route: string
  readonly requests: number
  readonly served: number
  readonly bytes: number
  readonly principals: number
  readonly first: string
  readonly last: string
  readonly evidence: readonly Ref[]
}

/** Sessions and tokens from before the closing that are still served. */
export interface CarryOver<Ref = Citation> {
  /** Principals that were served at the entry point before it was closed. */
  readonly usersBefore: number
  /** Of them, tokens and named users that were served elsewhere after the closing; and sessions that were open across it. */
  readonly tokens: number
  readonly sessions: number
  readonly served: number
  readonly bytes: number
  readonly last: string | null
  readonly evidence: readonly Ref[]
}

/** What is odd about a declaration. Closed. */
export const REMARKS = {
  'closing-before-log': 'the closing is before the first record of any log',
  'closing-after-log': 'the closing is after the last record of every log',
  'never-matched': 'no record ever matched the entry point',
  'overlapping-entry-points': 'records match two entry points',
  'shifted-by-hours': 'answers changed a whole number of hours away from the declared time: look at its zone',
  'closed-earlier': 'answers turned to denials before the declared time',
  'host-not-logged': 'the rule has a host, and no source states one',
  'denials-not-logged': 'no denial of anything is in the logs: they may not be logged',
  'duplicate-rule': 'two entry points have the same rule',
} as const
export type RemarkCode = keyof typeof REMARKS
export interface Remark extends Basis {
  readonly code: RemarkCode
}

export interface ClosureAnswer<Ref = Citation> extends Answer<ClosureVerdict, Ref> {
  readonly entryPoint: string
  /** The path, prefix or pattern of its rule, for people. */
  readonly rule: string
  /** ISO 8601; `to` null: for good. */
  readonly period: { readonly from: string; readonly to: string | null; readonly uncertaintyMs: number }
  readonly before: Attempts
  readonly after: Attempts
  readonly measured: MeasuredClosing
  /** Most served first, at most 20, and their number. */
  readonly aliases: readonly Alias<Ref>[]
  readonly aliasCount: number
  readonly carryOver: CarryOver<Ref>
  /** Entry points first seen after the closing, by those who used this one before; at most 20, and their number. */
  readonly successors: readonly Elsewhere<Ref>[]
  readonly successorCount: number
  /** Routes that served those principals before the closing and still did after it; at most 20, and their number. */
  readonly egress: readonly Elsewhere<Ref>[]
  readonly egressCount: number
  readonly remarks: readonly Remark[]
}

/** How a declared entry point was used over the whole evidence. */
export const ENTRY_POINT_VERDICTS = ['served', 'attempted', 'untouched', 'unclear'] as const
export type EntryPointVerdict = (typeof ENTRY_POINT_VERDICTS)[number]

export interface EntryPointAnswer<Ref = Citation> extends Answer<EntryPointVerdict, Ref> {
  readonly entryPoint: string
  readonly rule: string
  readonly use: Attempts
  readonly remarks: readonly Remark[]
}

export interface ClosureJudgement {
  readonly entryPoints: readonly EntryPointAnswer[]
  /** By entry point as declared, then by time. */
  readonly closures: readonly ClosureAnswer[]
}

export interface ClosureInput {
  readonly entryPoints: readonly DeclaredEntryPoint[]
  /** Proxies whose chain is believed: a request that does not come through one went straight to the server. */
  readonly trustedProxies: readonly string[]
  readonly ignorePathCase: boolean
  readonly graceMs: number
  readonly maxRequestMs: number
  readonly memoryBytes: number
}

/** What the judgement needs beside what was seen at the doors. */
export interface ClosureContext {
  readonly logs: readonly LogCoverage[]
  /** Ordinal, `S1`, ...; and whether the format of a source has a host. */
  readonly sources: readonly {
    readonly ordinal: string
    readonly hasHost: boolean
    readonly records: number
  }[]
  /** First and last record of all evidence, epoch milliseconds. */
  readonly first: number
  readonly last: number
  /** Evidence that could not be read, by name. */
  readonly notRead: readonly string[]
  /** Records of all evidence, and those that were denied. */
  readonly records: number
  readonly denied: number
}

/** A route whose answers turned from served to denied for good: a candidate to be declared, and nothing more. */
export interface ClosureSuggestion {
  /** Method and route as in findings. */
  readonly route: string
  /** Requests that were served or accepted, and the sum of their stated sizes. */
  readonly served: number
  readonly bytes: number
  /** The door was closed between these; ISO 8601. */
  readonly lastServed: string
  readonly firstDenied: string
  readonly lastDenied: string
  /** Denials since it was last served. */
  readonly denied: number
  /** Styles, scripts, pictures and the like: removed more often than closed. */
  readonly isAsset: boolean
}
