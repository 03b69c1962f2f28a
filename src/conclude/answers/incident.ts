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

/** When access was had by what a finding tells: at a door what was answered, and not the denials before and behind it. */
export function accessIn({ start, end, measures }: Finding): {
  readonly first: string
  readonly last: string
} {
  const { firstGiven, lastGiven } = measures as Partial<Record<string, unknown>>
  const isGiven = typeof firstGiven === 'string' && typeof lastGiven === 'string'
  return isGiven ? { first: firstGiven, last: lastGiven } : { first: start, last: end }
}

/** First and last access, ISO 8601; null without findings. */
export function spanOf(findings: readonly Finding[]): { first: string; last: string } | null {
  if (findings.length === 0) return null
  // not spread into Math.min: there may be more findings than a call may have arguments
  let { first, last } = accessIn(findings[0]!)
  for (const finding of findings) {
    const access = accessIn(finding)
    if (access.first < first) first = access.first
    if (access.last > last) last = access.last
  }
  return { first, last }
}
