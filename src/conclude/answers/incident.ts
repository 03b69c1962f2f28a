import { type Finding, SEVERITIES } from '../../findings/contract.js'

/** The findings that tell of access, by how much they prove. */
export interface Incident {
  /** Data or function proven served where it must not be. */
  readonly proven: readonly Finding[]
  /** Unauthorised access probably succeeded. */
  readonly probable: readonly Finding[]
  /** Attempts, and what cannot be told. */
  readonly attempted: readonly Finding[]
  /** Proven and probable: what counts as unauthorised access when its time is asked for. */
  readonly succeeded: readonly Finding[]
}

/**
 * Sorts findings by what they prove: severity says it, by the one table. What is explained (low or info, though it succeeded)
 * is none, and a finding about the log itself tells of no access.
 */
export function incidentOf(findings: readonly Finding[]): Incident {
  const access = findings.filter(({ scope }) => scope.type !== 'log')
  const proven = access.filter(({ severity, outcome }) => severity === 'critical' && outcome === 'succeeded')
  const probable = access.filter(({ severity, outcome }) => severity === 'high' && outcome === 'succeeded')
  const attempted = access.filter(isAttempt)
  return { proven, probable, attempted, succeeded: [...proven, ...probable] }
}

function isAttempt({ severity, outcome }: Finding): boolean {
  const rank = SEVERITIES.indexOf(severity)
  return outcome === 'succeeded' ? rank === SEVERITIES.indexOf('medium') : rank >= SEVERITIES.indexOf('low')
}

const MOST_FINDINGS = 50
const MOST_LINES = 10

/** What an answer cites of the findings that it stands on: their ids, and the first lines of each in turn. */
export function citedBy(findings: readonly Finding[]): Pick<Finding, 'evidence'> & { findings: string[] } {
  const shown = findings.slice(0, MOST_FINDINGS)
  const lines = shown.flatMap(({ evidence }) => evidence.slice(0, 2))
  const distinct = new Map(lines.map((line) => [`${line.source} ${line.offset}`, line]))
  return { findings: shown.map(({ id }) => id), evidence: [...distinct.values()].slice(0, MOST_LINES) }
}

/** First start and last end, ISO 8601; null without findings. */
export function spanOf(findings: readonly Finding[]): { first: string; last: string } | null {
  if (findings.length === 0) return null
  // not spread into Math.min: there may be more findings than a call may have arguments
  let { start: first, end: last } = findings[0]!
  for (const { start, end } of findings) {
    if (start < first) first = start
    if (end > last) last = end
  }
  return { first, last }
}
