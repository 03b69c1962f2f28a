import type { Step } from './flow.js'
import { SERVED_STEP } from './flow.js'
import type { Limits } from './limits.js'
import { medianGap } from './windows.js'

export type Pattern = 'guessing' | 'stuffing' | 'spraying'

/** Fewest users of a spraying, and of a stuffing that tries each user once or twice. */
const SPRAYED_USERS = 5
const STUFFED_USERS = 15
/** Most tries at one user, at four users of five, for stuffing; most at the middle user for spraying. */
const STUFFED_TRIES = 2
const STUFFED_SHARE = 0.8
const SPRAYED_TRIES = 8
/** A user is tried again after this long, when all others have had their turn; leaked pairs of one user come together. */
const ROUND_MS = 10 * 60_000
/** One try a user at this pace is a spraying that waits, and no list that is run through. */
const WAITING_MS = 60_000

/**
 * Which attack it is: `stuffing` runs a list of leaked pairs through, `spraying` tries few passwords at many users, and all
 * else is `guessing`, as is anything in a log that does not say whom the attempts were made for.
 */
export function patternOf(steps: readonly Step[], { userShare }: Limits): Pattern {
  const timesByUser = new Map<number, number[]>()
  const times: number[] = []
  let named = 0
  let all = 0
  for (const { says, user, time, weight } of steps) {
    if (says === SERVED_STEP) continue
    all += weight
    if (user === 0) continue
    named += weight
    times.push(time)
    const known = timesByUser.get(user)
    if (known === undefined) timesByUser.set(user, [time])
    else known.push(time)
  }
  const users = [...timesByUser.values()]
  if (named < userShare * all || users.length < SPRAYED_USERS) return 'guessing'
  const tries = users.map(({ length }) => length).sort((a, b) => a - b)
  if (tries[(tries.length - 1) >> 1]! > SPRAYED_TRIES) return 'guessing'
  const few = tries.filter((count) => count <= STUFFED_TRIES).length
  if (users.length < STUFFED_USERS || few < STUFFED_SHARE * users.length) return 'spraying'
  const again = users.flatMap((own) => (own.length > 1 ? [medianGap(own)] : [])).sort((a, b) => a - b)
  if (again.length * 2 >= users.length)
    return again[(again.length - 1) >> 1]! >= ROUND_MS ? 'spraying' : 'stuffing'
  return medianGap(times) >= WAITING_MS ? 'spraying' : 'stuffing'
}
