/**
 * Requests that match an indicator: an address, network, path, user agent or token hash that somebody gave.
 *
 * A finding always states: the indicator, counts by outcome, bytes, first and last. One finding a principal, indicator and
 * episode. What was not seen is in the report, beside what was.
 */
import { DAY_MS } from '../../../core/civil-time.js'
import type { Detector } from '../../contract.js'
import { IndicatorSeenObserver } from './observer.js'

export type { IndicatorSeenMeasures } from './observer.js'

export const indicatorSeen = {
  id: 'indicator-seen',
  title: 'Indicator seen',
  reference: 'https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html#_muftrcpnf89v',
  thresholds: [
    {
      name: 'episodeGapMs',
      default: DAY_MS,
      unit: 'ms',
      meaning: 'quiet time that ends one finding and starts the next',
    },
  ],
  idle(input) {
    return input.indicators.length === 0 ? 'no indicators were given' : null
  },
  create(input) {
    return new IndicatorSeenObserver(input)
  },
} as const satisfies Detector
