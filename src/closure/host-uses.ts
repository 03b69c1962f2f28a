import { FIELD, type RecordBatch } from '../columns/contract.js'
import { readExtra, readText } from '../columns/view.js'
import { OutcomeCounts } from '../detect/outcome-counts.js'
import type { HostUse } from './contract.js'

/** Hosts told apart a door: a client may send any it likes. */
export const MOST_HOSTS = 64
/** Sizes of served answers told apart a host. */
const MOST_SIZES = 64

/** At which hosts a door was asked for, with their ports where the log states them. */
export class HostUses {
  readonly #hosts = new Map<string, OutcomeCounts>()
  /** Requests at hosts for which there was no room. */
  beyond = 0

  add(batch: RecordBatch, row: number, sure: number): void {
    const host = hostAt(batch, row)
    if (host !== '') this.#countsOf(host)?.countRow(batch, row, sure)
  }

  #countsOf(host: string, requests = 1): OutcomeCounts | undefined {
    const known = this.#hosts.get(host)
    if (known !== undefined) return known
    if (this.#hosts.size >= MOST_HOSTS) {
      this.beyond += requests
      return undefined
    }
    const made = new OutcomeCounts(MOST_SIZES)
    this.#hosts.set(host, made)
    return made
  }

  merge(other: HostUses): void {
    for (const [host, counts] of other.#hosts) this.#countsOf(host, requestsOf(counts))?.join(counts)
    this.beyond += other.beyond
  }

  /** Answered most first, then asked most. */
  judge(isDenialSize: (size: number) => boolean): HostUse[] {
    const uses = [...this.#hosts].map(([host, counts]): HostUse => {
      const { served } = counts.judged(isDenialSize)
      return {
        host,
        requests: requestsOf(counts),
        answered: served.requests + counts.accepted.requests,
        denied: counts.denied.requests,
      }
    })
    return uses.sort(
      (a, b) => b.answered - a.answered || b.requests - a.requests || (a.host < b.host ? -1 : 1),
    )
  }
}

/** `www.example.com:8443`: the host in lower case, with the server's port where the host has none; empty for neither. */
function hostAt(batch: RecordBatch, row: number): string {
  const host = (readText(batch, FIELD.host, row) ?? '').toLowerCase()
  const port = readExtra(batch, 'server_port', row) ?? ''
  return port === '' || HAS_PORT.test(host) ? host : `${host}:${port}`
}

/** A colon before it may be one of an IPv6 address without brackets. */
const HAS_PORT = /^(?:[^:]*|\[[^\]]*\]):\d{1,5}$/

function requestsOf({ served, accepted, unclear, denied }: OutcomeCounts): number {
  return served.requests + accepted.requests + unclear.requests + denied.requests
}
