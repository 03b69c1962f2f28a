import type { LedgerEntry, Reject, Report } from '../conclude/contract.js'
import type { EvidenceReference, Finding } from '../findings/contract.js'
import type { Session } from '../sessions/contract.js'

/** Where a sink's bytes go. The run owns it: writes to `NAME.partial`, renames when all is done, removes on failure. */
export interface Output {
  /** Resolves when the text was taken; rejects when it cannot be written. */
  write(text: string): Promise<void>
}

export interface SinkSettings {
  /** Colour and bold. */
  readonly color: boolean
  /** Columns of the terminal; 100 where it is none. */
  readonly width: number
}

/**
 * Writes one kind of output. Each method is optional: a sink says by having it what it wants to be given.
 *
 * Called in this order: `rejects` and `sessions` while evidence is read; then `references`, `findings`, `report`, `close`.
 * Arrays are given in canonical order, in pieces of at most a few thousand; they must not be kept.
 */
export interface Sink {
  rejects?(rejects: readonly Reject[]): Promise<void>
  sessions?(sessions: readonly Session[]): Promise<void>
  /** All references of served and accepted records of a finding. */
  references?(findingId: string, references: readonly EvidenceReference[]): Promise<void>
  findings?(findings: readonly Finding[]): Promise<void>
  report?(report: Report): Promise<void>
  ledger?(ledger: readonly LedgerEntry[], report: Report): Promise<void>
  close?(): Promise<void>
}

/** What a sink's folder exports. */
export interface SinkFormat {
  /** Equals the folder's name. */
  readonly id: string
  readonly title: string
  /** File under `--out`. */
  readonly fileName: string
  create(output: Output, settings: SinkSettings): Sink
}
