import { createHash } from 'node:crypto'
import { closeSync, createReadStream, openSync, writeSync } from 'node:fs'

const COMBINED =
  /^(\S+) - (\S+) \[([^\]]+)\] "((?:[^"\\]|\\.)*)" (\d{3}) (\d+|-) "((?:[^"\\]|\\.)*)" "([^"]*)"$/
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec'
const HOST = 'www.example.org'
/** Written at a time. */
const PIECE = 1 << 22

/**
 * Writes the lines of a combined log as nginx would with `log_format ... escape=json`, about 400 bytes each. What is no
 * record in the one is none in the other.
 *
 * @param {string} from
 * @param {string} to
 * @returns What is true of the new log and not of the old.
 */
export async function writeJsonLines(from, to) {
  const hash = createHash('sha256')
  const file = openSync(to, 'w')
  const truth = { bytes: 0, postLines: 0 }
  let pending = ''
  const flush = () => {
    const bytes = Buffer.from(pending, 'latin1')
    hash.update(bytes)
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
    truth.bytes += bytes.length
    pending = ''
  }
  try {
    for await (const line of linesOf(from)) {
      const text = toJson(line)
      if (text.includes('POST')) truth.postLines++
      pending += `${text}\n`
      if (pending.length > PIECE) flush()
    }
    flush()
  } finally {
    closeSync(file)
  }
  return { ...truth, sha256: hash.digest('hex') }
}

/** @param {string} path */
async function* linesOf(path) {
  let rest = ''
  for await (const chunk of createReadStream(path, { encoding: 'latin1', highWaterMark: 1 << 20 })) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}

/** @param {string} line @returns {string} The line itself where it is no record. */
function toJson(line) {
  const match = COMBINED.exec(line)
  if (match === null) return line
  const [
    ,
    client = '',
    user = '',
    stamp = '',
    request = '',
    status = '',
    bytes = '',
    referrer = '',
    agent = '',
  ] = match
  const sent = Number(bytes) || 0
  return JSON.stringify({
    time_iso8601: isoStamp(stamp),
    remote_addr: client,
    remote_user: plain(user),
    request: plain(request),
    status: Number(status),
    body_bytes_sent: sent,
    // below a second, so that nothing begins before a closing that it came after
    request_time: ((sent + line.length) % 900) / 1000,
    http_referer: plain(referrer),
    http_user_agent: agent,
    http_host: HOST,
  })
}

/** Without Apache's escapes; a variable without a value is empty. @param {string} text */
function plain(text) {
  if (text === '-') return ''
  if (!text.includes('\\')) return text
  return text.replace(/\\(?:x([0-9a-f]{2})|(.))/g, (_, hex, other) =>
    hex === undefined ? other : String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

/** 17/May/2015:10:05:03 +0000 as 2015-05-17T10:05:03+00:00. @param {string} stamp */
function isoStamp(stamp) {
  const month = String(MONTHS.indexOf(stamp.slice(3, 6)) / 3 + 1).padStart(2, '0')
  return `${stamp.slice(7, 11)}-${month}-${stamp.slice(0, 2)}T${stamp.slice(12, 20)}+00:00`
}
