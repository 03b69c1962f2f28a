/**
 * Reads a log in a format of one's own: first one that a format string can say, then one that needs code.
 *
 *     node examples/own-format.mjs
 */
import { compileNginx, FIELD, readRecords } from 'postern'

/** As data: any format that nginx's log_format can write. It may travel to workers and is as fast as a built-in one. */
const piped = {
  id: 'piped',
  title: 'Fields between bars',
  reference: 'https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format',
  example: '2021-08-14T12:00:00+00:00|203.0.113.9|GET /a HTTP/1.1|200|512',
  layouts: [compileNginx('$time_iso8601|$remote_addr|$request|$status|$body_bytes_sent', 'piped')],
  stamp: { nginx: 'end', unknown: 'end' },
}

/** As code: makes the reader of one source, which says of each line where in it the fields stand. */
const keyed = {
  id: 'keyed',
  title: 'key=value, in any order',
  reference: 'https://brandur.org/logfmt',
  example: 't=1628942400000 ip=203.0.113.9 method=GET target=/a status=200',
  scanner: () => ({
    read(line, row) {
      const text = Buffer.from(line).toString('latin1')
      let fields = 0
      for (const { 1: key, 2: value, index } of text.matchAll(/(\w+)=(\S*)/g)) {
        const start = index + key.length + 1
        const end = start + value.length
        if (key === 't') row.time(Number(value))
        else if (key === 'ip') row.text(FIELD.client, start, end)
        else if (key === 'method') row.method(start, end)
        else if (key === 'target') row.target(start, end)
        else if (key === 'status') row.status(Number(value))
        else continue
        fields++
      }
      return fields >= 3 ? 'record' : 'no-match'
    },
  }),
  stamp: { unknown: 'start' },
}

async function* bytesOf(text) {
  yield Buffer.from(text)
}

/** Formats of one's own are recognised by content like the built-in ones. */
const evidence = [
  { name: 'piped.log', bytes: bytesOf(`${piped.example}\n`.repeat(3)) },
  { name: 'keyed.log', bytes: bytesOf(`${keyed.example}\nnonsense\n${keyed.example}\n`) },
]
const formats = [piped, keyed]
const onRejects = (rejects) => {
  for (const { source, reason } of rejects) console.log(`${source.file}:${source.line}: ${reason}`)
}
for await (const { source, time, client, target, status } of readRecords(evidence, { formats, onRejects }))
  console.log(`${source.file}:${source.line}: ${time} ${client} ${target} ${status}`)
