import { clientIdentity } from '../../../classify/addresses.js'
import { FIELD, type RecordBatch } from '../../../columns/contract.js'
import { readText } from '../../../columns/view.js'

const PATH = new TextEncoder().encode('/robots.txt')
/** Paths of another length are no such request. */
export const ROBOTS_LENGTH = PATH.length
const MOST_NETWORKS = 100_000

/** Networks that asked for robots.txt: crawlers share out their work within such. */
export class RobotsReaders {
  readonly #networks = new Set<string>()

  /** Notes a row, if it is such a request. */
  note(batch: RecordBatch, row: number): void {
    if (batch.pathLength[row] !== PATH.length) return
    const start = batch.pathStart[row]!
    for (let i = 0; i < PATH.length; i++) if (batch.bytes[start + i] !== PATH[i]) return
    const client = readText(batch, FIELD.client, row)
    if (client !== null && this.#networks.size < MOST_NETWORKS) this.#networks.add(networkOf(client))
  }

  has(client: string): boolean {
    return this.#networks.has(networkOf(client))
  }

  merge(other: RobotsReaders): void {
    for (const it of other.#networks) this.#networks.add(it)
  }
}

/** The /24 of an IPv4 address, the /64 of an IPv6 one. */
function networkOf(client: string): string {
  const identity = clientIdentity(client)
  return identity.includes(':') ? identity : identity.replace(/\.\d+$/, '')
}
