/** OCSF severity_id 1 to 5. */
export const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]

export const CONFIDENCES = ['low', 'medium', 'high'] as const
export type Confidence = (typeof CONFIDENCES)[number]

/** Why confidence is not high. Closed; the worse of two wins. */
export const CONFIDENCE_REASONS = {
  'client-only-identity': 'medium',
  'zone-assumed': 'medium',
  'producer-unknown': 'medium',
  'may-have-begun-before-closing': 'medium',
  'stamp-outlier': 'medium',
  'no-baseline': 'low',
  'looks-like-proxy': 'low',
  'coverage-degraded': 'low',
  'late-records': 'low',
  'ambiguous-line': 'low',
} as const satisfies Record<string, Confidence>
export type ConfidenceReason = keyof typeof CONFIDENCE_REASONS

/** One line of evidence. `zcat -f FILE | tail -c +$((offset+1)) | head -c LENGTH | sha256sum` gives `sha256`. */
export interface EvidenceReference {
  /** First 16 hex digits of the SHA-256 of the decoded source; the ledger names the file. */
  readonly source: string
  /** From 1. */
  readonly line: number
  /** In bytes of the decoded source; `length` is without the line end. */
  readonly offset: number
  readonly length: number
  /** Null only for a line that was cut (longer than the line limit): its bytes were not kept. */
  readonly sha256: string | null
  readonly time: string
  /** The line as text, secrets masked, at most 500 characters. */
  readonly text: string
}

export interface Subject {
  readonly type: 'token' | 'user' | 'client' | 'network' | 'claimed-user' | 'source'
  readonly id: string
  readonly clients: readonly string[]
  readonly clientCount: number
  readonly users: readonly string[]
  readonly userCount: number
  readonly userAgents: readonly string[]
  readonly userAgentCount: number
}

/** One graded, cited finding. JSON-ready; times are ISO 8601 in UTC with milliseconds. */
export interface Finding<Kind extends string = string, Measures extends object = object> {
  /** The detector's id. */
  readonly kind: Kind
  /** First 16 hex of SHA-256 over canonical JSON [kind, subject type, subject id, scope, start]. */
  readonly id: string
  readonly severity: Severity
  readonly confidence: Confidence
  readonly reasons: readonly ConfidenceReason[]
  readonly outcome: 'attempted' | 'succeeded' | 'unknown'
  readonly title: string
  readonly summary: string
  readonly subject: Subject
  readonly scope: { readonly type: string; readonly id: string }
  readonly start: string
  readonly end: string
  readonly measures: Measures
  readonly alternatives: readonly string[]
  readonly techniques: readonly string[]
  /** At most 25: the first 10, the last 5, the 10 with most bytes; in order of time, source, offset. */
  readonly evidence: readonly EvidenceReference[]
  /** All contributing records. */
  readonly evidenceCount: number
}
