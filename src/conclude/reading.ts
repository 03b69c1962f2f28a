import type { BoundHit } from '../observe/contract.js'
import type { LedgerEntry, Reading } from './contract.js'

export interface ReadingInput {
  readonly ledger: readonly LedgerEntry[]
  readonly notRead: readonly { readonly name: string; readonly reason: string }[]
  readonly notChecked: readonly { readonly check: string; readonly reason: string }[]
  readonly bounds: readonly BoundHit[]
  readonly proxyLike: readonly string[]
  readonly interrupted: boolean
  /** Entry points with a host rule. */
  readonly hostRules: readonly string[]
}

/** What the evidence could and could not show. */
export function concludeReading(input: ReadingInput): Reading {
  const unread = input.ledger.filter((entry) => entry.records === 0)
  return {
    sources: input.ledger.map((entry) => ({
      ordinal: entry.ordinal,
      names: entry.names,
      first: entry.first,
      last: entry.last,
      state: entry.records === 0 ? 'unread' : entry.faults.length > 0 ? 'damaged' : 'read',
      faults: entry.faults.map((fault) => fault.code),
    })),
    notRead: [
      ...input.notRead,
      ...unread.map((entry) => ({ name: entry.names.join(', '), reason: reasonUnread(entry) })),
    ],
    notChecked: [...input.notChecked, ...missingFields(input)],
    bounds: input.bounds,
    proxyLike: input.proxyLike,
    interrupted: input.interrupted,
  }
}

function reasonUnread(entry: LedgerEntry): string {
  const fault = entry.faults.find(({ code }) => code !== 'nul-run' && code !== 'line-too-long')
  if (fault !== undefined) return fault.detail === undefined ? fault.code : `${fault.code}: ${fault.detail}`
  return entry.rejects > 0
    ? `none of its ${entry.lines} lines is a record of ${entry.format ?? 'a known format'}`
    : 'it holds no records'
}

/** Fields that no source has, and what cannot be told without them. */
function missingFields({ ledger, hostRules }: ReadingInput): { check: string; reason: string }[] {
  const read = ledger.filter((entry) => entry.records > 0)
  if (read.length === 0) return []
  const has = (field: string) => read.some((entry) => entry.fields.includes(field))
  const missing = [
    {
      field: 'user',
      check: 'user',
      reason: 'no source states a user: principals are clients and their agents',
    },
    {
      field: 'userAgent',
      check: 'user agent',
      reason: 'no source states a user agent: programs at one address are not told apart',
    },
    { field: 'token', check: 'session token', reason: 'no source states a session or API token' },
    {
      field: 'duration',
      check: 'duration',
      reason:
        'no source states how long a request took: when it began, or ended, is bounded by the longest request',
    },
    { field: 'bytes', check: 'bytes', reason: 'no source states sizes: served cannot be told from empty' },
  ]
  const notes = missing.filter(({ field }) => !has(field)).map(({ check, reason }) => ({ check, reason }))
  if (hostRules.length > 0 && !has('host')) {
    notes.push({
      check: 'host',
      reason: `no source states a host: the host rules of ${hostRules.join(', ')} match nothing`,
    })
  }
  return notes
}

/** What had to be assumed of the sources. */
export function assumptionsOf({
  ledger,
  zoneAssumed,
}: {
  readonly ledger: readonly LedgerEntry[]
  /** Ordinals of sources whose zone had to be assumed. */
  readonly zoneAssumed: readonly string[]
}): string[] {
  const read = ledger.filter((entry) => entry.records > 0)
  const assumptions: string[] = []
  if (zoneAssumed.length > 0)
    assumptions.push(`stamps of ${zoneAssumed.join(', ')} state no zone and are taken for UTC`)
  const unknown = read.filter((entry) => entry.producer === 'unknown')
  if (unknown.length > 0) {
    const names = unknown.map((entry) => entry.ordinal).join(', ')
    assumptions.push(
      `it is not known whether Apache or nginx wrote ${names}: a stamp may be a request's start or its end`,
    )
  }
  return assumptions
}
