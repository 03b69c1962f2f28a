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
    ...grouped(logs.flatMap(coverageLimits)),
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

interface LogLimit {
  readonly log: string
  readonly text: string
}

/** What is so of several logs is said once. */
function grouped(limits: readonly LogLimit[]): Limit[] {
  const byText = new Map<string, string[]>()
  for (const { log, text } of limits) byText.set(text, [...(byText.get(text) ?? []), log])
  return [...byText].map(([text, logs]) => ({ code: 'coverage', text: `${namesOf(logs)}: ${text}` }))
}

const MOST_NAMED = 10

function namesOf(logs: readonly string[]): string {
  const more = logs.length - MOST_NAMED
  return `${logs.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`
}

function coverageLimits({ log, smallestLoss, notTested, lost }: LogCoverage<unknown>): LogLimit[] {
  const texts: string[] = []
  if (lost.least > 0) {
    const most = lost.most === null ? 'more, without a bound' : `at most ${formatCount(lost.most)}`
    texts.push(`at least ${formatCount(lost.least)} records are lost, ${most}`)
  }
  texts.push(
    smallestLoss === null
      ? 'too small, or too uneven, to tell what loss would have been noticed'
      : `fewer than ${formatCount(smallestLoss.records)} records in a row could be missing unnoticed`,
  )
  return [...texts, ...notTested.map(({ code, text }) => `${code} not tested: ${text}`)].map((text) => ({
    log,
    text,
  }))
}
