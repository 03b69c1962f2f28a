import type { FieldNames, LogFormat } from '../../contract.js'
import { fromMap } from '../../json/scan-json.js'
import { neededBy, withFields } from '../../named-fields.js'
import { USUAL_NAMES } from '../../usual-names.js'
import { APPLICATION_MEMBERS } from './members.js'

/**
 * JSON lines of any application, one request a line. Without a map these are the Elastic Common Schema and what request
 * loggers of Node write; with one, whatever it says.
 */
export const jsonLines: LogFormat = {
  id: 'json-lines',
  title: 'JSON lines, by a field map (--fields); Elastic Common Schema and pino without one',
  reference: 'https://www.elastic.co/guide/en/ecs/current/ecs-field-reference.html',
  example:
    '{"@timestamp":"2000-10-10T20:55:36.123Z","source":{"ip":"203.0.113.9"},"http":{"request":{"method":"GET"},"response":{"status_code":200,"body":{"bytes":2326}}},"url":{"original":"/a?b=1"},"user_agent":{"original":"curl/8.5.0"}}',
  ...fromMap({
    members: APPLICATION_MEMBERS,
    needs: [
      '@timestamp|time|timestamp',
      'source.ip|source.address|client.ip|client.address|source\\.ip|client\\.ip|req.remoteAddress|req.ip',
      'url.original|url.path|url\\.original|url\\.path|req.url',
    ],
  }),
  withFields: mapped,
  stamp: { unknown: 'unknown' },
}

function mapped(fields: FieldNames): LogFormat {
  const { withFields: _, ...format } = jsonLines
  const usual = { ...USUAL_NAMES, ...APPLICATION_MEMBERS }
  return {
    ...format,
    ...fromMap({
      members: withFields(usual, fields),
      needs: [
        neededBy(
          fields,
          ['time'],
          Object.keys(usual)
            .filter((name) => usual[name]!.codec.as === 'any-time')
            .join('|'),
        ),
        neededBy(fields, ['client', 'target', 'path', 'request', 'forwarded'], ''),
      ].filter((need) => need !== ''),
    }),
  }
}
