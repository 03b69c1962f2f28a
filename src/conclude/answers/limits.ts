import { formatCount } from '../../core/times.js'
import type { LogCoverage } from '../../coverage/contract.js'
import type { Limit, Reading } from '../contract.js'

/** What the answers cannot say, whatever they say: in the order in which a reader should know it. */
export function limitsOf(reading: Reading, logs: readonly LogCoverage<unknown>[]): Limit[] {
  return [
    ...(reading.interrupted
      ? [
          {
            code: 'interrupted' as const,
            text: 'the run was interrupted: what follows covers what was read until then',
          },
        ]
      : []),
    ...reading.notRead.map(({ name, reason }): Limit => ({ code: 'not-read', text: `${name}: ${reason}` })),
    ...reading.sources
      .filter(({ state }) => state === 'damaged')
      .map(({ ordinal, faults }): Limit => ({ code: 'damaged', text: `${ordinal}: ${faults.join(', ')}` })),
    ...logs.flatMap(coverageLimits),
    ...reading.bounds.map(
      ({ name, effect }): Limit => ({ code: 'memory-bound', text: `${name}: ${effect}` }),
    ),
    ...reading.proxyLike.map(
      (client): Limit => ({
        code: 'looks-like-proxy',
        text: `${client} looks like a proxy that is not declared: over half of all records come from it`,
      }),
    ),
    ...reading.notChecked.map(
      ({ check, reason }): Limit => ({ code: 'not-checked', text: `${check}: ${reason}` }),
    ),
  ]
}

function coverageLimits({ log, smallestLoss, notTested, lost }: LogCoverage<unknown>): Limit[] {
  const limits: Limit[] = []
  if (lost.least > 0) {
    const most = lost.most === null ? 'more, without a bound' : `at most ${formatCount(lost.most)}`
    limits.push({
      code: 'coverage',
      text: `${log}: at least ${formatCount(lost.least)} records are lost, ${most}`,
    })
  }
  limits.push({
    code: 'coverage',
    text:
      smallestLoss === null
        ? `${log}: too small to tell what loss would have been noticed`
        : `${log}: fewer than ${formatCount(smallestLoss.records)} records in a row could be missing unnoticed`,
  })
  for (const { code, text } of notTested)
    limits.push({ code: 'coverage', text: `${log}: ${code} not tested: ${text}` })
  return limits
}
