import { FIELD, type RecordBatch } from '../columns/contract.js'
import { readText } from '../columns/view.js'
import type { SubjectDetail, SubjectRef } from './contract.js'

/** Names shown of each kind; the count goes on. */
const SHOWN = 10
/** Most distinct texts that are told apart a candidate; beyond, `full` says that the count is a lower bound. */
const MOST = 100_000

interface Seen {
  time: number
  source: number
  offset: number
}

/** Distinct texts with where each was first seen. Exact up to 100,000. */
export class DistinctTexts {
  readonly #seen = new Map<string, Seen>()
  full = false

  add(text: string, time: number, source: number, offset: number): void {
    const seen = this.#seen.get(text)
    if (seen === undefined) {
      if (this.#seen.size >= MOST) this.full = true
      else this.#seen.set(text, { time, source, offset })
    } else if (
      time < seen.time ||
      (time === seen.time && (source - seen.source || offset - seen.offset) < 0)
    ) {
      seen.time = time
      seen.source = source
      seen.offset = offset
    }
  }

  merge(other: DistinctTexts): void {
    for (const [text, { time, source, offset }] of other.#seen) this.add(text, time, source, offset)
  }

  get count(): number {
    return this.#seen.size
  }

  /** The first `most` by time, source, offset of first appearance, then by text. */
  list(most = SHOWN): string[] {
    return [...this.#seen]
      .sort(
        ([a, x], [b, y]) => x.time - y.time || x.source - y.source || x.offset - y.offset || (a < b ? -1 : 1),
      )
      .slice(0, most)
      .map(([text]) => text)
  }
}

/** Collects who stands behind a candidate: addresses, users, agents. */
export class SubjectCollector {
  readonly clients = new DistinctTexts()
  readonly users = new DistinctTexts()
  readonly agents = new DistinctTexts()

  add(batch: RecordBatch, row: number): void {
    addField(this.clients, batch, FIELD.client, row)
    addField(this.users, batch, FIELD.user, row)
    addField(this.agents, batch, FIELD.userAgent, row)
  }

  merge(other: SubjectCollector): void {
    this.clients.merge(other.clients)
    this.users.merge(other.users)
    this.agents.merge(other.agents)
  }

  detail(ref: SubjectRef): SubjectDetail {
    return {
      ...ref,
      clients: this.clients.list(),
      clientCount: this.clients.count,
      users: this.users.list(),
      userCount: this.users.count,
      userAgents: this.agents.list(),
      userAgentCount: this.agents.count,
    }
  }
}

function addField(texts: DistinctTexts, batch: RecordBatch, field: number, row: number): void {
  const text = readText(batch, field, row)
  if (text !== null) texts.add(text, batch.time[row]!, batch.source, batch.placeOffset[row]!)
}
