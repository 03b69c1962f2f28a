/**
 * Requests at an entry point after it was declared closed.
 *
 * A finding always states: counts by outcome, first and last, bytes, the spellings seen, what of it was in flight when the
 * door closed, and the declared closing that it is measured against. One finding a principal, entry point and episode.
 */
import { DAY_MS, MINUTE_MS } from '../../../core/civil-time.js'
import type { Detector } from '../../contract.js'
import { ClosedEntryPointObserver } from './observer.js'

export type { ClosedEntryPointMeasures } from './episode.js'

export const closedEntryPoint = {
  id: 'closed-entry-point',
  title: 'Closed entry point',
  reference: 'https://attack.mitre.org/techniques/T1190/',
  thresholds: [
    {
      name: 'graceMs',
      default: MINUTE_MS,
      unit: 'ms',
      meaning: 'requests this soon after a closing count as in flight',
    },
    {
      name: 'maxRequestMs',
      default: 10 * MINUTE_MS,
      unit: 'ms',
      meaning: 'longest request where the log states no duration',
    },
    {
      name: 'episodeGapMs',
      default: DAY_MS,
      unit: 'ms',
      meaning: 'quiet time that ends one finding and starts the next',
    },
  ],
  idle(input) {
    if (input.entryPoints.length === 0) return 'no entry point is declared in a case file'
    return input.entryPoints.some(({ closed }) => closed.length > 0)
      ? null
      : 'no declared entry point has a closing time'
  },
  create(input) {
    return new ClosedEntryPointObserver(input)
  },
} as const satisfies Detector
