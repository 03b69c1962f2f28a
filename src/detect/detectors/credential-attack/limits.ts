import { DAY_MS, MINUTE_MS } from '../../../core/civil-time.js'
import type { DetectorInput, Threshold } from '../../contract.js'

/** A floor: so many failures within so much time. */
export interface Floor {
  readonly name: string
  readonly spanMs: number
  readonly failures: number
  /** Least share of failures among all that was tried: who is mostly let in is no attacker. */
  readonly share: number
  /** Least share of failures where repeated successes count once. */
  readonly ratio: number
}

export interface Limits {
  readonly floors: readonly Floor[]
  readonly ratio: number
  readonly sustainedFailures: number
  readonly manyClients: number
  readonly slowFailures: number
  readonly slowGapMs: number
  readonly cancelled: number
  readonly successWithinMs: number
  readonly userShare: number
  readonly openFactor: number
  readonly people: number
  readonly peopleRatio: number
  readonly outageClients: number
  readonly outageFactor: number
  readonly episodeGapMs: number
}

const HOUR_MS = 60 * MINUTE_MS

export const THRESHOLDS = [
  {
    name: 'burstFailures',
    default: 6,
    unit: 'failures',
    meaning: 'failures within a minute that make an attack',
  },
  {
    name: 'failures',
    default: 10,
    unit: 'failures',
    meaning: 'failures within 10 minutes that make an attack',
  },
  {
    name: 'hourFailures',
    default: 20,
    unit: 'failures',
    meaning: 'failures within an hour that make an attack',
  },
  {
    name: 'dayFailures',
    default: 50,
    unit: 'failures',
    meaning: 'failures within a day that make an attack',
  },
  {
    name: 'monthFailures',
    default: 100,
    unit: 'failures',
    meaning: 'failures within 7 or 30 days that make an attack',
  },
  {
    name: 'loginRatio',
    default: 0.5,
    unit: 'share',
    meaning: 'least share of failures among all attempts at a login',
  },
  {
    name: 'failureRatio',
    default: 0.8,
    unit: 'share',
    meaning: 'least share of failures where repeated successes count once',
  },
  {
    name: 'sustainedFailures',
    default: 50,
    unit: 'failures',
    meaning: 'failures in all that make an attack a sustained one',
  },
  {
    name: 'manyClients',
    default: 5,
    unit: 'clients',
    meaning: 'clients at one user that make an attack a sustained one',
  },
  {
    name: 'slowFailures',
    default: 4,
    unit: 'failures',
    meaning: 'failures without success that make a slow attack',
  },
  {
    name: 'slowGapMs',
    default: 10 * MINUTE_MS,
    unit: 'ms',
    meaning: 'least median gap between the failures of a slow attack',
  },
  {
    name: 'cancelledFailures',
    default: 5,
    unit: 'failures',
    meaning: 'most failures of one client and user that their success explains',
  },
  {
    name: 'successWithinMs',
    default: 3 * HOUR_MS,
    unit: 'ms',
    meaning: 'longest time from a failure to the success that may be due to it',
  },
  {
    name: 'userShare',
    default: 0.8,
    unit: 'share',
    meaning: 'least share of attempts with a user for stuffing and spraying to be told',
  },
  {
    name: 'openFactor',
    default: 2,
    unit: 'times',
    meaning: 'how much higher the floors are for attempts of which nothing tells how they ended',
  },
  {
    name: 'people',
    default: 5,
    unit: 'people',
    meaning: 'people who got in that make an address one of many people',
  },
  {
    name: 'peopleRatio',
    default: 0.7,
    unit: 'share',
    meaning: 'share of failures from which on many people at an address are no explanation',
  },
  {
    name: 'outageClients',
    default: 8,
    unit: 'clients',
    meaning: 'other clients refused within minutes, and served at other times, that make an outage',
  },
  {
    name: 'outageFactor',
    default: 5,
    unit: 'times',
    meaning: 'how many times more they must be than are refused at other times',
  },
  {
    name: 'episodeGapMs',
    default: DAY_MS,
    unit: 'ms',
    meaning: 'quiet time that ends one finding and starts the next',
  },
] as const satisfies readonly Threshold[]

export function limitsOf(input: DetectorInput): Limits {
  const value = (name: (typeof THRESHOLDS)[number]['name']) => input.threshold(name)
  const ratio = value('failureRatio')
  const share = Math.min(ratio, value('loginRatio'))
  const floor = (name: string, spanMs: number, failures: Parameters<typeof value>[0]): Floor => {
    return { name, spanMs, failures: value(failures), share, ratio }
  }
  return {
    floors: [
      floor('1min', MINUTE_MS, 'burstFailures'),
      floor('10min', 10 * MINUTE_MS, 'failures'),
      floor('1h', HOUR_MS, 'hourFailures'),
      floor('1d', DAY_MS, 'dayFailures'),
      floor('7d', 7 * DAY_MS, 'monthFailures'),
      floor('30d', 30 * DAY_MS, 'monthFailures'),
    ],
    ratio,
    sustainedFailures: value('sustainedFailures'),
    manyClients: value('manyClients'),
    slowFailures: value('slowFailures'),
    slowGapMs: value('slowGapMs'),
    cancelled: value('cancelledFailures'),
    successWithinMs: value('successWithinMs'),
    userShare: value('userShare'),
    openFactor: value('openFactor'),
    people: value('people'),
    peopleRatio: value('peopleRatio'),
    outageClients: value('outageClients'),
    outageFactor: value('outageFactor'),
    episodeGapMs: value('episodeGapMs'),
  }
}
