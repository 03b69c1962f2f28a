/**
 * Node streams: bytes in, records or sessions out.
 *
 *     node examples/streams.mjs
 */
import { createReadStream } from 'node:fs'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { recordTransform, sessionStream } from 'postern'

const logs = fileURLToPath(new URL('logs', import.meta.url))

/** Answers by status, from a gzipped file; the compression is found out. */
const byStatus = new Map()
const count = new Writable({
  objectMode: true,
  write(record, _encoding, done) {
    byStatus.set(record.status, (byStatus.get(record.status) ?? 0) + 1)
    done()
  },
})
await pipeline(createReadStream(`${logs}/gateway/access.log.1.gz`), recordTransform(), count)
for (const [status, requests] of [...byStatus].sort(([a], [b]) => a - b))
  console.log(`${status}: ${requests}`)

/** The longest session. */
let longest = null
for await (const session of sessionStream([logs]))
  if (longest === null || session.requests > longest.requests) longest = session
console.log(`${longest.requests} requests: ${longest.id}`)
