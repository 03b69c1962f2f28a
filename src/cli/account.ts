import { visible } from '../core/text.js'
import type { LedgerEntry } from '../index.js'
import { EXIT } from './exit.js'

/** What was found and could not be read, a line each on standard error. */
export function sayNotRead(notRead: readonly { readonly name: string; readonly reason: string }[]): void {
  for (const { name, reason } of notRead)
    process.stderr.write(`postern: ${visible(name)}: not read: ${visible(reason)}\n`)
}

/** All faults of all sources on standard error; 1, with what to do, when no source gave a record. */
export function sayFaults(ledger: readonly LedgerEntry[]): number {
  for (const entry of ledger) {
    for (const fault of entry.faults)
      process.stderr.write(`postern: ${nameOf(entry)}: ${fault.code}: ${visible(fault.detail ?? '')}\n`)
  }
  if (ledger.some(({ records }) => records > 0)) return EXIT.done
  const hint = ledger.every(({ decodedBytes }) => decodedBytes === 0)
    ? 'the evidence is empty'
    : 'no line is a record; give the format with --format (postern formats lists them)'
  process.stderr.write(`postern: ${hint}\n`)
  return EXIT.failed
}

/** Names of a source for a person. */
export function nameOf(entry: LedgerEntry): string {
  return visible(entry.names.join(', '))
}
