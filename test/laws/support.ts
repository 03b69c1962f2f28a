import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import {
  type EvidenceInput,
  type EvidenceStream,
  type InvestigateOptions,
  investigate,
} from '../../src/index.js'

/** Heavier runs are behind POSTERN_PROOF=long. */
export const isLong = process.env.POSTERN_PROOF === 'long'

export function runs(usual: number, long: number): number {
  return isLong ? long : usual
}

/** For suites of many runs, on slow machines too. */
export const PATIENT = { timeout: isLong ? 3_600_000 : 120_000 }

/**
 * A linear congruential generator, so that evidence is the same in every run.
 *
 * @see https://en.wikipedia.org/wiki/Linear_congruential_generator (the constants of Numerical Recipes)
 */
export class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** From 0 (inclusive) to `sides` (exclusive). */
  roll(sides: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0
    return Math.floor((this.#state / 2 ** 32) * sides)
  }

  pick<T>(from: readonly T[]): T {
    return from[this.roll(from.length)]!
  }
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `14/Aug/2021:12:00:00 +0000` */
export function clfTime(ms: number): string {
  const iso = new Date(ms).toISOString()
  return `${iso.slice(8, 10)}/${MONTHS[Number(iso.slice(5, 7)) - 1]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`
}

export interface Line {
  readonly time: number
  readonly client: string
  readonly user?: string
  readonly method?: string
  readonly target: string
  readonly status: number
  readonly bytes?: number
  readonly agent?: string
  readonly token?: string
  readonly host?: string
}

export function combinedLine(line: Line): string {
  const { client, user = '-', time, method = 'GET', target, status, bytes, agent = 'curl/8.5.0' } = line
  return `${client} - ${user} [${clfTime(time)}] "${method} ${target} HTTP/1.1" ${status} ${bytes ?? '-'} "-" "${agent}"`
}

export function vhostLine(line: Line): string {
  return `${line.host ?? 'gateway.telco.example'}:443 ${combinedLine(line)}`
}

/** An nginx layout of somebody's own: the token stands in a cookie, the time has milliseconds. */
export const TOKEN_FORMAT =
  '$remote_addr [$time_iso8601] $msec "$request" $status $body_bytes_sent "$http_user_agent" "$cookie_session" $request_time'

export function tokenLine(line: Line): string {
  const { client, time, method = 'GET', target, status, bytes, agent = 'app/2.1', token = '-' } = line
  const iso = `${new Date(time).toISOString().slice(0, 19)}+00:00`
  return `${client} [${iso}] ${(time / 1000).toFixed(3)} "${method} ${target} HTTP/1.1" ${status} ${bytes ?? '-'} "${agent}" "${token}" 0.010`
}

export function textOf(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map((line) => `${line}\n`).join(''))
}

/** Bytes in pieces of one size; the pieces share a buffer that is overwritten, as those of a socket may. */
export function stream(name: string, bytes: Uint8Array, chunkBytes: number): EvidenceStream {
  return {
    name,
    bytes: {
      async *[Symbol.asyncIterator]() {
        const shared = Buffer.alloc(Math.min(chunkBytes, Math.max(1, bytes.length)))
        for (let at = 0; at < bytes.length; at += chunkBytes) {
          const piece = bytes.subarray(at, at + chunkBytes)
          shared.set(piece)
          yield shared.subarray(0, piece.length)
          shared.fill(0x58)
        }
      },
    },
  }
}

/** Gzip of several members, cut at places that no line ends at. */
export function gzipMembers(bytes: Uint8Array, members: number): Buffer {
  const size = Math.ceil(bytes.length / members)
  return Buffer.concat(
    Array.from({ length: members }, (_, i) => gzipSync(bytes.subarray(i * size, (i + 1) * size))),
  )
}

/** Lines in an order in which each comes before those that are more than `horizonMs` later. */
export function disorder<T extends { readonly time: number }>(
  lines: readonly T[],
  horizonMs: number,
  dice: Dice,
): T[] {
  const keyed = lines.map((line) => ({ line, key: line.time + dice.roll(horizonMs + 1) }))
  return keyed.sort((a, b) => a.key - b.key).map(({ line }) => line)
}

export async function inFolder<T>(body: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-law-'))
  try {
    return await body(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export function writeSources(folder: string, sources: Readonly<Record<string, Uint8Array>>): string[] {
  return Object.entries(sources).map(([name, bytes]) => {
    const path = join(folder, name)
    writeFileSync(path, bytes)
    return path
  })
}

/** Runs an investigation with all its outputs, and reads them back. */
export async function investigateOut(
  evidence: readonly EvidenceInput[],
  options: Partial<InvestigateOptions>,
) {
  return inFolder(async (folder) => {
    const out = join(folder, 'out')
    const report = await investigate({ ...options, evidence, out }).report()
    const files = Object.fromEntries(
      readdirSync(out).map((name) => [name, readFileSync(join(out, name), 'utf8')] as const),
    )
    return { report, files }
  })
}
