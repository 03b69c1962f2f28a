import { toIso } from '../core/times.js'
import type { Finding, Severity } from '../findings/contract.js'
import type { Traffic } from './collect/traffic.js'
import type { LedgerEntry, Summary } from './contract.js'

/** Totals of the whole evidence, from the ledger, the traffic and the findings. */
export function summarize(
  ledger: readonly LedgerEntry[],
  traffic: Traffic,
  sessions: number,
  findings: readonly Finding[],
): Summary {
  const sum = (
    name: 'lines' | 'records' | 'rejects' | 'blanks' | 'directives' | 'outside' | 'decodedBytes',
  ) => ledger.reduce((total, entry) => total + entry[name], 0)
  const hasSpan = traffic.first <= traffic.last
  return {
    sources: ledger.length,
    lines: sum('lines'),
    records: sum('records'),
    rejects: sum('rejects'),
    blanks: sum('blanks'),
    directives: sum('directives'),
    outside: sum('outside'),
    decodedBytes: sum('decodedBytes'),
    bytesSent: traffic.bytesSent,
    first: hasSpan ? toIso(traffic.first) : null,
    last: hasSpan ? toIso(traffic.last) : null,
    clients: traffic.clients,
    clientsExact: traffic.clientsExact,
    sessions,
    statusClasses: traffic.statusClasses,
    outcomes: traffic.outcomes,
    topClients: traffic.topClients.map(({ name, requests, denied, bytes }) => ({
      client: name,
      requests,
      denied,
      bytes,
    })),
    topRoutes: traffic.topRoutes.map(({ name, requests, denied, bytes }) => ({
      route: name,
      requests,
      denied,
      bytes,
    })),
    findings: countBySeverity(findings),
  }
}

function countBySeverity(findings: readonly Finding[]): Record<Severity, number> {
  const counts: Record<Severity, number> = { info: 0, low: 0, medium: 0, high: 0, critical: 0 }
  for (const { severity } of findings) counts[severity]++
  return counts
}
