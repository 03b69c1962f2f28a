import { FIELD } from '../../../columns/contract.js'
import type { LogFormat, RejectReason, RowWriter } from '../../contract.js'
import { as, bytes, duration, extra, text } from '../../meanings.js'
import { fromText, inSequence, type Meanings, putGroups } from '../../text/read-text.js'

const MEANINGS: Meanings = {
  time: as({ as: 'time', time: { kind: 'epoch', unit: 1000 } }),
  duration: duration(1),
  client: as({ as: 'address' }),
  result_code: extra('result_code'),
  status: as({ as: 'status' }),
  bytes: bytes(true),
  method: as({ as: 'method' }),
  target: as({ as: 'target' }),
  user: text(FIELD.user),
  hierarchy_code: extra('hierarchy_code'),
  peer: extra('peer'),
  content_type: extra('content_type'),
  rest: extra('rest'),
}

/** Duration, status and bytes are padded with blanks, status with zeros. A negative duration, of a clock set back, is none. */
const HEAD = inSequence(
  /(?<time>\d{1,12}\.\d{1,6}) {1,8}(?:-(?:\d{1,12})?|(?<duration>\d{1,12})) (?<client>\S{1,255}) /,
  /(?<result_code>[A-Z_]{2,64})\/(?<status>\d{3}|-) (?:-|(?<bytes>\d{1,16})) (?<method>\S{1,64}) /,
)
const BEHIND_TARGET = / (?<user>\S+) (?<hierarchy_code>[A-Z_]{2,64})\/(?<peer>\S+) (?<content_type>\S+)/
const TAIL = inSequence(/(?<target>\S+)/, BEHIND_TARGET, /(?: (?<rest>.*))?$/)
/** A target with blanks in it (`uri_whitespace allow`): read from the line's end. */
const WIDE_TAIL = inSequence(/(?<target>.+)/, BEHIND_TARGET, /$/)
/** What stands behind a user; behind the first it can be text of a target or of a header. */
const HIERARCHY = / (?:HIER_[A-Z_]+|NONE|DIRECT|[A-Z_]+_(?:PARENT|SIBLING))\/\S+ /g

function read(line: string, row: RowWriter): 'record' | RejectReason {
  const head = HEAD.exec(line)
  if (head === null) return 'no-match'
  const at = head[0].length
  const tail = line.slice(at)
  const match = TAIL.exec(tail) ?? WIDE_TAIL.exec(tail)
  if (match === null) return 'no-match'
  if ((tail.match(HIERARCHY)?.length ?? 0) > 1) row.ambiguous()
  return putGroups(head, MEANINGS, row, 'raw') ?? putGroups(match, MEANINGS, row, 'raw', at) ?? 'record'
}

/** Squid's own format of its access log. */
export const squid: LogFormat = {
  id: 'squid',
  title: 'Access log of Squid (native)',
  reference: 'https://wiki.squid-cache.org/Features/LogFormat',
  example:
    '971211336.123     15 203.0.113.9 TCP_MISS/200 2326 GET http://example.com/a?b=1 alice HIER_DIRECT/192.0.2.80 text/html',
  ...fromText(read, MEANINGS),
  hint: /^\d+\.\d+ /,
  stamp: { unknown: 'end' },
}
