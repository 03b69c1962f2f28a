import { FIELD } from '../../../columns/contract.js'
import type { LogFormat, RejectReason, RowWriter } from '../../contract.js'
import { as, extra, text } from '../../meanings.js'
import { fromText, inSequence, type Meanings, putGroups } from '../../text/read-text.js'

const MEANINGS: Meanings = {
  time: as({ as: 'time', time: { kind: 'iso' } }),
  router: extra('router'),
  host: text(FIELD.host),
  client: as({ as: 'address' }),
  agent: text(FIELD.userAgent),
  method: as({ as: 'method' }),
  target: as({ as: 'target' }),
  status: as({ as: 'status' }),
}

/**
 * Go's own stamp in front is there in versions that log through its logger; the first versions have no host and no agent.
 */
const HEAD = inSequence(
  /(?:\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d )?/,
  /\[(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})?)\] \[router:(?<router>[^\]]{1,64})\] /,
  /(?:\[origin: ?(?<host>[^\]\s]{0,255}\]?(?::\d{1,5})?)\] )?\[client:? (?<client>[^\]]{0,255})\] /,
  /(?<opens>\[useragent:? )?/,
)
/** A method and a target hold no blank. */
const TAIL = /\] (?<method>\S{1,64}) (?<target>\S+) (?<status>\d{3})$/d
const AGENT = /^(?<agent>.*)$/ds

/** Read from both ends: nothing in the agent is escaped, so it may look like the end of a line. */
function read(line: string, row: RowWriter): 'record' | RejectReason {
  const head = HEAD.exec(line)
  if (head === null) return 'no-match'
  const at = head[0].length
  const tailAt = line.lastIndexOf('] ')
  const hasAgent = head.groups?.opens !== undefined
  const tail = hasAgent === tailAt >= at ? TAIL.exec(line.slice(tailAt)) : null
  if (tail === null) return 'no-match'
  const agent = hasAgent ? AGENT.exec(line.slice(at, tailAt)) : null
  const problem = putGroups(head, MEANINGS, row, 'raw') ?? putGroups(tail, MEANINGS, row, 'raw', tailAt)
  if (agent !== null) putGroups(agent, MEANINGS, row, 'raw', at)
  return problem ?? 'record'
}

/** The request log of Zoraxy. */
export const zoraxy: LogFormat = {
  id: 'zoraxy',
  title: 'Request log of Zoraxy',
  reference: 'https://github.com/tobychui/zoraxy/blob/main/src/mod/info/logger/trafficlog.go',
  example:
    '[2000-10-10 13:55:36.123456] [router:host-http] [origin:example.com] [client: 203.0.113.9] [useragent: curl/8.5.0] GET /a?b=1 200',
  ...fromText(read, MEANINGS),
  hint: /\[router:/,
  stamp: { unknown: 'end' },
}
