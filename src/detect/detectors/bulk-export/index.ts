/**
 * One principal takes far more from a route than others do: many distinct objects, many bytes, or page after page.
 *
 * A finding always states: what was taken and how quickly, the shortest window in which it was enough, distinct objects
 * exactly, pages and the share of the walk, what others on the route take and how far this is from it, and what had been
 * counted before the principal was watched closely. One finding a principal, route and episode.
 */
import { DAY_MS } from '../../../core/civil-time.js'
import type { Detector } from '../../contract.js'
import { BulkExportObserver } from './observer.js'

export type { BulkExportMeasures } from './signal.js'

export const bulkExport = {
  id: 'bulk-export',
  title: 'Bulk export',
  reference: 'https://attack.mitre.org/techniques/T1119/',
  thresholds: [
    {
      name: 'objects',
      default: 200,
      unit: 'objects',
      meaning: 'distinct objects in one window that make an export',
    },
    {
      name: 'bytes',
      default: 100_000_000,
      unit: 'bytes',
      meaning: 'bytes of distinct objects that make one',
    },
    {
      name: 'requests',
      default: 20,
      unit: 'objects',
      meaning: 'fewest distinct objects that such bytes come in',
    },
    { name: 'pages', default: 20, unit: 'pages', meaning: 'distinct pages that make one' },
    { name: 'z', default: 3.5, unit: '', meaning: 'modified z score that must be passed' },
    { name: 'ratio', default: 5, unit: 'times', meaning: 'times the median of the others, at least' },
    { name: 'peers', default: 8, unit: 'principals', meaning: 'fewest others that make a baseline' },
    {
      name: 'episodeGapMs',
      default: DAY_MS,
      unit: 'ms',
      meaning: 'quiet time that ends one finding and starts the next',
    },
  ],
  // of 384 MB three million pairs, which is what a million clients on three routes are
  memoryShare: 0.31,
  idle() {
    return null
  },
  create(input) {
    return new BulkExportObserver(input)
  },
} as const satisfies Detector
