import { MINUTE_MS } from '../../../core/civil-time.js'

/**
 * What attacks are measured against. These are the least that is worth a finding by common practice, stated here for the
 * stories alone: a detector has its own.
 */

/** Failures of one client or network within a minute. */
export const BURST = { failures: 6, windowMs: MINUTE_MS } as const
/** Failures of one client or network within ten minutes, four in five of all tries. */
export const STEADY = { failures: 10, windowMs: 10 * MINUTE_MS } as const
/** Failures of one user, none a success, with a median gap of ten minutes or more. */
export const SLOW = { failures: 4, gapMs: 10 * MINUTE_MS } as const
/** Of one principal on one route within a day: distinct objects, or pages, or bytes in some requests. */
export const BULK = { objects: 200, pages: 20, bytes: 105_000_000, requests: 20 } as const
