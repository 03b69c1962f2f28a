import type { Grade, Verdict } from './judge.js'

/** Share of an attack's failures that makes a narrower or wider subject say the same. */
const SAME = 0.8

const RANKS: readonly Grade[] = [
  'explained',
  'undecided',
  'attempts',
  'sustained',
  'success-after',
  'access-proven',
]

export function rankOf(grade: Grade): number {
  return RANKS.indexOf(grade)
}

/**
 * One verdict an attack. The same failures are counted by client, network and user; of two that tell of the same, the
 * narrower subject stands where it explains four fifths of the wider one, and else the wider one, unless it is graded lower.
 * Clients of one finding are named in it, so nothing is lost.
 */
export function foldVerdicts(verdicts: readonly Verdict[]): Verdict[] {
  const byScope = new Map<unknown, Verdict[]>()
  for (const verdict of verdicts) {
    const known = byScope.get(verdict.group.scope)
    if (known === undefined) byScope.set(verdict.group.scope, [verdict])
    else known.push(verdict)
  }
  return [...byScope.values()].flatMap(foldScope)
}

function foldScope(verdicts: readonly Verdict[]): Verdict[] {
  const of = (type: Verdict['group']['type']) => verdicts.filter(({ group }) => group.type === type)
  const clients = of('client')
  const isWide = (wide: Verdict) =>
    largestShare(wide.failuresByUnit) < SAME &&
    !clients.some((client) => holds(wide, client) && rankOf(client.grade) > rankOf(wide.grade))
  const networks = of('network').filter(isWide)
  const users = of('claimed-user')
    .filter(isWide)
    .filter((user) => !networks.some((network) => covers(network, user)))
  const apart = networks.filter((network) => !users.some((user) => covers(user, network)))
  const alone = clients.filter((client) => ![...apart, ...users].some((wide) => covers(wide, client)))
  return [...alone, ...apart, ...users]
}

/** Whether one verdict tells of another's failures, four fifths of them at least, at the same time and no lower. */
function covers(wide: Verdict, narrow: Verdict): boolean {
  return rankOf(wide.grade) >= rankOf(narrow.grade) && holds(wide, narrow)
}

function holds(wide: Verdict, narrow: Verdict): boolean {
  if (wide.first > narrow.last || narrow.first > wide.last) return false
  return (
    share(narrow.failuresByUnit, (unit) => wide.failuresByUnit.has(unit)) >= SAME &&
    share(narrow.failuresByUser, (user) => wide.group.type !== 'claimed-user' || user === wide.group.key) >=
      SAME
  )
}

function largestShare(counts: ReadonlyMap<number, number>): number {
  return Math.max(...counts.values(), 0) / sum(counts.values())
}

function share(counts: ReadonlyMap<number, number>, includes: (key: number) => boolean): number {
  return sum([...counts].map(([key, count]) => (includes(key) ? count : 0))) / sum(counts.values())
}

function sum(counts: Iterable<number>): number {
  let total = 0
  for (const count of counts) total += count
  return total
}

/** A client's verdicts at paths that refuse, of one time, as one: that with the most failures of the highest grade leads. */
export interface Led {
  readonly lead: Verdict
  /** All scopes, the lead's first, then by name. */
  readonly routes: readonly string[]
}

/** Joins what one client met at several paths at a time: a program that polls twenty of them is one matter. */
export function joinPaths(verdicts: readonly Verdict[], clientOf: (unit: number) => string): Led[] {
  const byClient = new Map<string, Verdict[]>()
  const led: Led[] = []
  for (const verdict of verdicts) {
    if (!verdict.group.scope.isWeak) led.push({ lead: verdict, routes: [verdict.group.scope.id] })
    else {
      const client = clientOf(verdict.group.key)
      byClient.set(client, [...(byClient.get(client) ?? []), verdict])
    }
  }
  for (const all of byClient.values()) led.push(...joinOverlaps(all))
  return led
}

function joinOverlaps(verdicts: readonly Verdict[]): Led[] {
  const left = [...verdicts].sort((a, b) => a.first - b.first || compare(a.group.scope.id, b.group.scope.id))
  const led: Led[] = []
  for (let from = 0, to = 1, last = left[0]!.last; to <= left.length; to++) {
    const next = left[to]
    if (next !== undefined && next.first <= last) {
      last = Math.max(last, next.last)
      continue
    }
    led.push(leadOf(left.slice(from, to)))
    from = to
    if (next !== undefined) last = next.last
  }
  return led
}

function leadOf(verdicts: Verdict[]): Led {
  const [lead, ...others] = verdicts.sort(
    (a, b) =>
      rankOf(b.grade) - rankOf(a.grade) ||
      b.failures - a.failures ||
      compare(a.group.scope.id, b.group.scope.id),
  )
  const routes = others.map(({ group }) => group.scope.id).sort(compare)
  return { lead: lead!, routes: [...new Set([lead!.group.scope.id, ...routes])] }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
