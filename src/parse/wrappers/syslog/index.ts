import type { Wrapper } from '../../contract.js'

/**
 * Lines that went through syslog. The stamp of RFC 3164 has no year and no zone, that of rsyslog's own form has; the line
 * within has a stamp of its own, which is the one that counts.
 *
 *     <190>Oct 10 13:55:36 web-1 nginx: 203.0.113.9 - - [...
 *     2000-10-10T13:55:36.123456-07:00 web-1 nginx[812]: 203.0.113.9 - - [...
 *     <190>1 2000-10-10T13:55:36.123Z web-1 nginx 812 - - 203.0.113.9 - - [...
 *                                                       ^inner
 */
export const syslog: Wrapper = {
  id: 'syslog',
  title: 'syslog',
  reference: 'https://www.rfc-editor.org/rfc/rfc5424',
  example:
    '<190>Oct 10 13:55:36 web-1 nginx: 203.0.113.9 - - [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.1" 200 2326',
  unwrap(bytes, start, end, inner) {
    if (!mayStart(bytes[start]!)) return null
    const head = Buffer.from(bytes.subarray(start, Math.min(end, start + MOST_HEAD))).toString('latin1')
    const found = RFC5424.exec(head) ?? RFC3164.exec(head) ?? BARE.exec(head)
    if (found === null) return null
    inner[0] = start + found[0].length
    inner[1] = end
    return 'escaped'
  },
}

/** Header and structured data of usual length. */
const MOST_HEAD = 1024

/** `<`, a digit, or the first letter of a month, a day or a program. */
function mayStart(byte: number): boolean {
  const letter = byte | 0x20
  return byte === 0x3c || (byte >= 0x30 && byte <= 0x39) || (letter >= 0x61 && letter <= 0x7a)
}

/** With the count of bytes in front with which RFC 6587 frames messages. */
const PRIORITY = String.raw`(?:(?:\d{1,6} )?<\d{1,3}>)?`
const ISO = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)`
const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)'
const BSD = String.raw`${MONTH} {1,2}\d{1,2}(?: \d{4})? \d\d:\d\d:\d\d(?:\.\d{1,6})?`
/** `journalctl -o short-full` and `-o short-unix`. */
const JOURNAL = String.raw`(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S{1,6}|\d{9,10}\.\d{6})`
/** A name or an address, also of IPv6: it may hold colons and does not end in one. */
const HOST = String.raw`(?:[^\s\[\]]{0,254}[^\s:\[\]] )?`
/** Program, perhaps with a number in brackets, and a colon. A colon without blank behind a bare name is an address's. */
const TAG = String.raw`[^\s:\[\]]{1,64}(?:\[\d{1,10}\]: ?|: )`
/** Facility and level as words between stamp and host, as Solaris and some relays write: `local0.info`. */
const LEVEL = String.raw`(?:[a-z0-9]{2,10}\.[a-z]{3,7} )?`

/** RFC 3164 section 4.1, and rsyslog's form of it with an RFC 3339 stamp. */
const RFC3164 = new RegExp(`^${PRIORITY}(?:${BSD}|${ISO}|${JOURNAL}) ${LEVEL}${HOST}${TAG}`)

const ELEMENT = String.raw`\[(?:[^\]"\\]|\\.|"(?:[^"\\]|\\.)*")*\]`
/** RFC 5424 section 6; a byte order mark before the message. */
const RFC5424 = new RegExp(
  String.raw`^(?:\d{1,6} )?<\d{1,3}>1 (?:-|${ISO}) \S{1,255} \S{1,48} \S{1,128} \S{1,32} (?:-|(?:${ELEMENT}){1,16})(?: (?:\xef\xbb\xbf)?|$)`,
)

/**
 * What programs write that leave the rest to the collector: HAProxy's `format short`, and systemd. And what is left where
 * the head was cut off, as in the examples of HAProxy's manual: the program and its number.
 */
const BARE = /^(?:<\d{1,3}>|[A-Za-z][\w./-]{0,63}\[\d{1,10}\]: )/
