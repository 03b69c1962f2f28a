import type { DataRoute, Indicator, LoginRule } from '../classify/contract.js'
import type { PlannedDowntime } from '../coverage/contract.js'
import type { DeclaredEntryPoint } from '../detect/contract.js'
import type { FieldNames } from '../parse/contract.js'

/** What a case file declares, checked and with times resolved. `examples/case.yaml` shows every key. */
export interface CaseFile {
  /** Where it was read from; `null` for an object handed in. */
  readonly file: string | null
  readonly name?: string
  readonly entryPoints: readonly DeclaredEntryPoint[]
  readonly logins: readonly LoginRule[]
  readonly dataRoutes: readonly DataRoute[]
  /** Addresses and networks of proxies whose forwarding chain is believed. */
  readonly trustedProxies: readonly string[]
  readonly sources: readonly SourceSetting[]
  /** Stretches in which a silence was planned. */
  readonly plannedDowntime: readonly PlannedDowntime[]
  readonly indicators: readonly Indicator[]
  /** Paths that differ in case are the same. */
  readonly ignorePathCase: boolean
  /** Options of the run, by the name of the option. */
  readonly options: Readonly<Partial<CaseOptions>>
  /** Thresholds by detector and name. */
  readonly thresholds: Readonly<Record<string, Readonly<Record<string, number>>>>
}

/** A setting for the sources whose name matches a glob (or equals it). */
export interface SourceSetting {
  readonly match: string
  readonly format?: string
  readonly fields?: FieldNames
  readonly timezone?: string
}

export interface CaseOptions {
  readonly timezone: string
  readonly format: string
  readonly fields: FieldNames
  /** Path of a server's configuration, as the program is to open it. */
  readonly formatFrom: string
  readonly memoryMb: number
  /** Epoch milliseconds. */
  readonly since: number
  readonly until: number
  readonly horizonMs: number
}
