import type { Severity } from './contract.js'

/**
 * The one severity table: kind x grade. Detectors say the grade and never the severity.
 *
 * info: worth knowing. low: an attempt without effect, or explained. medium: a sustained attack, or an unclear outcome.
 * high: unauthorised access probably succeeded. critical: data or function proven served where it must not be.
 */
export const SEVERITY_TABLE: Readonly<Record<string, Readonly<Record<string, Severity>>>> = {
  'closed-entry-point': {
    served: 'critical',
    accepted: 'high',
    unclear: 'medium',
    denied: 'low',
    'in-flight': 'info',
  },
  'bulk-export': {
    'exceeds-on-data': 'critical',
    exceeds: 'high',
    'no-baseline-on-data': 'high',
    'no-baseline': 'medium',
    scheduled: 'low',
    crawl: 'low',
    assets: 'info',
    browsing: 'low',
  },
  'credential-attack': {
    'access-proven': 'high',
    'success-after': 'high',
    sustained: 'medium',
    attempts: 'low',
    undecided: 'low',
    explained: 'low',
  },
  // a silence is no access; who caused it is not in the log
  'log-gap': {
    missing: 'medium',
    degraded: 'low',
    planned: 'info',
  },
  'log-tampering': {
    altered: 'high',
    damaged: 'medium',
    odd: 'low',
  },
  // an indicator says that somebody should look, not that something happened
  'indicator-seen': {
    served: 'medium',
    accepted: 'medium',
    unclear: 'low',
    denied: 'low',
  },
}

/** Severity of a grade; a user's own detector brings its own rows. `medium` where neither knows the grade. */
export function severityOf(
  kind: string,
  grade: string,
  own: Readonly<Record<string, Severity>> | undefined,
): Severity {
  return SEVERITY_TABLE[kind]?.[grade] ?? own?.[grade] ?? 'medium'
}
