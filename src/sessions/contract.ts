/** What proved a principal's identity, strongest first. Numbers stand in `RecordBatch.principalKind`. */
export const PRINCIPALS = ['none', 'token', 'user', 'client'] as const
export type PrincipalKind = (typeof PRINCIPALS)[number]
export const PRINCIPAL_TOKEN = 1
export const PRINCIPAL_USER = 2
export const PRINCIPAL_CLIENT = 3

/** A maximal run of one principal's requests with gaps of at most 30 minutes. JSON-ready. */
export interface Session {
  /** `PRINCIPAL@START/END`; what `postern requests --session` takes. */
  readonly id: string
  readonly principal: SessionPrincipal
  /** ISO 8601, UTC, milliseconds. */
  readonly start: string
  readonly end: string
  readonly requests: number
  readonly served: number
  readonly accepted: number
  readonly denied: number
  readonly unclear: number
  readonly bytes: number
  /** The earliest and latest record; `source` is the ordinal in the ledger (`S1`, ...). */
  readonly first: SessionPlace
  readonly last: SessionPlace
  /** Why the session ended: the gap, the 24 h cap of client principals, the end of evidence, or a memory bound. */
  readonly ended: 'gap' | 'cap' | 'evidence' | 'memory'
}

export interface SessionPrincipal {
  readonly kind: PrincipalKind
  /** `token#N`, the user's name, or `address#agent`, where agent is 8 hex digits of the agent's hash. */
  readonly id: string
  /** Address and agent of the session's first record. */
  readonly client?: string
  readonly user?: string
  readonly userAgent?: string
}

export interface SessionPlace {
  readonly source: string
  readonly line: number
  readonly offset: number
}
