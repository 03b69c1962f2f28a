import type { Timeline } from '../../../coverage/contract.js'
import type { Finding } from '../../../findings/contract.js'

/** What the page's script is given beside the findings. */
export interface PageData {
  readonly timeline: Timeline
  /** Declared and measured closings, ISO 8601. */
  readonly closings: readonly {
    readonly time: string
    readonly label: string
    readonly isMeasured: boolean
  }[]
  readonly gaps: readonly {
    readonly from: string
    readonly to: string
    readonly state: string
    readonly log: string
  }[]
  /** Names of sources by id. */
  readonly files: Readonly<Record<string, string>>
}

/** A finding as the page's script is given it. */
export type PageFinding = Pick<
  Finding,
  | 'id'
  | 'kind'
  | 'severity'
  | 'confidence'
  | 'reasons'
  | 'outcome'
  | 'title'
  | 'summary'
  | 'subject'
  | 'scope'
  | 'start'
  | 'end'
  | 'measures'
  | 'alternatives'
  | 'techniques'
  | 'evidence'
  | 'evidenceCount'
>
