import { vi } from 'vitest'
import { simulateChunks } from '../../src/simulate/chunks.js'
import type { SimulateOptions, Truth, TruthIncident } from '../../src/simulate/contract.js'
import { type HeldSimulation, simulateInMemory } from '../../src/simulate/memory.js'

// a busy machine takes its time
vi.setConfig({ testTimeout: 60_000 })

/** One line of a combined log, read by a plain expression that knows nothing of Postern's parser. */
export interface Seen {
  readonly text: string
  readonly client: string
  readonly user: string | null
  /** Epoch milliseconds. */
  readonly time: number
  readonly method: string
  readonly target: string
  readonly status: number
  readonly bytes: number
  readonly referrer: string
  readonly agent: string
}

const COMBINED =
  /^(\S+) - (\S+) \[(\d\d)\/(\w{3})\/(\d{4}):([\d:]{8}) \+0000\] "((?:[^"\\]|\\.)*)" (\d{3}) (\d+|-) "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"$/
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec'

/** Every line of a combined log; one that is none is an error. */
export function see(text: string): Seen[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const found = COMBINED.exec(line)
      if (found === null) throw new Error(`no combined line: ${line}`)
      const [, client, user, day, month, year, clock, request, status, bytes, referrer, agent] = found
      const [method = '', target = ''] = request!.split(' ')
      return {
        text: line,
        client: client!,
        user: user === '-' ? null : user!,
        time: Date.parse(`${year}-${two(MONTHS.indexOf(month!) / 3 + 1)}-${day}T${clock}Z`),
        method,
        target,
        status: Number(status),
        bytes: bytes === '-' ? 0 : Number(bytes),
        referrer: referrer!,
        agent: agent!,
      }
    })
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

/** A simulation with its only log, read. */
export function told(options: SimulateOptions): HeldSimulation & { readonly lines: readonly Seen[] } {
  const held = simulateInMemory(options)
  return { ...held, lines: see(textOf(held)) }
}

export function textOf({ logs }: HeldSimulation): string {
  return [...logs.values()].join('')
}

/** The truth alone. */
export function truthOf(options: SimulateOptions): Truth {
  const log = simulateChunks(options)
  for (;;) {
    const step = log.next()
    if (step.done === true) return step.value.truth
  }
}

/** The one incident or look-alike of a pattern. */
export function incidentOf(truth: Truth, pattern: string): TruthIncident {
  const found = [...truth.incidents, ...truth.lookalikes].filter((it) => it.pattern === pattern)
  if (found.length !== 1) throw new Error(`${found.length} incidents of pattern ${pattern}`)
  return found[0]!
}

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
export const ATTACKS = ['test-gateway', 'api-export', 'stuffing', 'guessing', 'spraying'] as const

/** Lines by something that they have in common. */
export function groupsOf(lines: readonly Seen[], key: (line: Seen) => string): Seen[][] {
  const groups = new Map<string, Seen[]>()
  for (const line of lines) {
    const own = groups.get(key(line))
    if (own === undefined) groups.set(key(line), [line])
    else own.push(line)
  }
  return [...groups.values()]
}
